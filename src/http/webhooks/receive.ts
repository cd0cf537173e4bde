import type { Context } from 'hono'
import { type Sender, takeDelivery } from '../../actions/take-delivery.ts'
import type { Actor } from '../../domain/access/actor.ts'
import { AppError } from '../../domain/error.ts'
import { showableEvent } from '../../domain/reporting/delivery.ts'
import { lineAt } from '../../domain/reporting/payload.ts'
import { IS_SIGNED, type SignedCall, spendCheck } from '../../domain/reporting/webhook-signature.ts'
import { parseWebhookSource, type WebhookSource } from '../../domain/reporting/webhook-source.ts'
import { findSlug } from '../../storage/projects/projects.ts'
import { findWebhookSecrets } from '../../storage/reporting/webhooks.ts'
import type { ParamsOf } from '../frame/access.ts'
import { jsonSaid, jsonWritten } from '../frame/answers/answers.ts'
import { slugOnPath } from '../frame/authorize.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { readBytes } from '../frame/request/input.ts'
import { type App, route } from '../frame/route.ts'
import type { WebhookTakenJson } from './receive-shape.ts'

/** The largest that a CI system here is known to send is a pipeline of some hundred jobs, below 1 MiB. */
const MAX_WEBHOOK_BYTES = 5 * 1024 * 1024

/** What CI systems send by themselves. Until the signature is checked, every project and source is one and the same. */
export function mountWebhookReceiver(app: App): void {
  route(app, 'POST /webhooks/:vcs/:org/:repo/:source', async (c, admitted) => {
    const call = {
      headers: c.req.raw.headers,
      body: await readBytes(c.req.raw, MAX_WEBHOOK_BYTES),
      now: c.env.stores.now(),
    }
    const sender = await requireSigned(c, admitted.params, call)
    const { webhookId, projectId } = sender
    const actor: Actor = { ...admitted.actor, right: { kind: 'webhook', webhookId, projectId } }
    const payload = payloadOf(call)
    const event = eventNameOf(sender.source, call.headers, payload)
    const taken = await takeDelivery(c.env.stores, sender, { event, payload, at: call.now }, actor)
    switch (taken.kind) {
      case 'stored':
        return jsonWritten(c, { message: 'ok', builds: taken.builds } satisfies WebhookTakenJson)
      case 'ignored':
        return jsonSaid(c, `Ignored: ${taken.why}.`)
      case 'unreadable':
        throw new AppError('invalid_input', taken.problem)
      case 'other_repository':
        throw new AppError(
          'other_repository',
          `The payload is about ${taken.repository}, which is not this project's repository.`,
        )
    }
  })
}

async function requireSigned(
  c: Context<AppEnv>,
  params: ParamsOf<'POST /webhooks/:vcs/:org/:repo/:source'>,
  call: SignedCall,
): Promise<Sender> {
  const { stores, settings } = c.env
  const source = parseWebhookSource(params.source)
  const name = slugOnPath(params)
  const slug = name && (await findSlug(stores.db, name))
  const found = slug && source ? await findWebhookSecrets(stores, settings.dataKeys, slug, source) : null
  if (!slug || !source || !found || found.secrets.length === 0) {
    await spendCheck(source, call)
    throw new AppError('invalid_signature')
  }
  const checks = await Promise.all(found.secrets.map(({ secret }) => IS_SIGNED[source](call, secret)))
  const signing = found.secrets[checks.indexOf(true)]
  if (!signing) throw new AppError('invalid_signature')
  const { projectId, repositoryUrl } = found
  c.env.trace.projectId = projectId
  return { projectId, repositoryUrl, slug, source, webhookId: signing.webhookId }
}

/** The JSON of a body, also where GitHub sends it as a form field; undefined for a body that is no JSON. */
function payloadOf({ headers, body }: SignedCall): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body)
    const isForm = headers.get('Content-Type')?.startsWith('application/x-www-form-urlencoded') ?? false
    return JSON.parse(isForm ? (new URLSearchParams(text).get('payload') ?? '') : text)
  } catch {
    return undefined // Neither JSON nor text: the caller says so to the sender.
  }
}

function eventNameOf(source: WebhookSource, headers: Headers, payload: unknown): string {
  switch (source) {
    case 'github':
      return showableEvent(headers.get('X-GitHub-Event'))
    case 'gitlab':
      return showableEvent(headers.get('X-Gitlab-Event'))
    case 'circleci':
      return showableEvent(headers.get('circleci-event-type') ?? lineAt(payload, 'type'))
    case 'buildkite':
      return showableEvent(headers.get('X-Buildkite-Event') ?? lineAt(payload, 'event'))
    case 'jenkins':
      return showableEvent(lineAt(payload, 'build', 'phase'))
  }
}
