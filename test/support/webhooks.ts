import type { WebhookSource } from '../../src/domain/webhook-source.ts'
import { type Answer, call, type Tenant } from './http.ts'

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

export async function signed(
  source: WebhookSource,
  event: string,
  raw: string,
  secret: string,
): Promise<Record<string, string>> {
  switch (source) {
    case 'github':
      return { 'X-GitHub-Event': event, 'X-Hub-Signature-256': `sha256=${await hmacHex(secret, raw)}` }
    case 'gitlab':
      return { 'X-Gitlab-Event': event, 'X-Gitlab-Token': secret }
    case 'circleci':
      return { 'circleci-event-type': event, 'circleci-signature': `v1=${await hmacHex(secret, raw)}` }
    case 'buildkite': {
      const seconds = Math.floor(Date.now() / 1000)
      const signature = await hmacHex(secret, `${seconds}.${raw}`)
      return { 'X-Buildkite-Event': event, 'X-Buildkite-Signature': `timestamp=${seconds},signature=${signature}` }
    }
    case 'jenkins':
      return { Authorization: `Basic ${btoa(`buildpass:${secret}`)}` }
  }
}

export async function hmacHex(secret: string, text: string): Promise<string> {
  const encoder = new TextEncoder()
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(text))
  return [...new Uint8Array(mac)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
