import type { WebhookSource } from '../../../src/domain/reporting/webhook-source.ts'
import { type Answer, call, type Tenant } from '../api/http.ts'
import { signed } from './signed.ts'

/** A CI system that knows its secret: sends a payload signed as that system signs. */
export type Sender = {
  readonly id: string
  readonly secret: string
  readonly url: string
  send(
    event: string,
    payload: unknown,
    over?: { secret?: string; headers?: Record<string, string>; raw?: string },
  ): Promise<Answer>
}

export async function connect(tenant: Tenant, source: WebhookSource): Promise<Sender> {
  const { status, body } = await call('POST', `${tenant.path}/webhooks`, { token: tenant.admin, body: { source } })
  if (status !== 201) throw new Error(`the webhook was not made: ${status} ${JSON.stringify(body)}`)
  const { id, secret, url } = body as { id: string; secret: string; url: string }
  return {
    id,
    secret,
    url,
    async send(event, payload, over = {}) {
      const raw = over.raw ?? JSON.stringify(payload)
      const headers = { ...(await signed(source, event, raw, over.secret ?? secret)), ...over.headers }
      return call('POST', new URL(url).pathname, { body: raw, headers })
    },
  }
}
