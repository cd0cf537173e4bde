import type { Context } from 'hono'
import type { Actor } from '../../domain/access/actor.ts'
import { AppError, type ErrorCode } from '../../domain/error.ts'
import { type DeliveryResult, showableEvent } from '../../domain/notices/delivery.ts'
import type { Slug } from '../../domain/project.ts'
import { lineAt } from '../../domain/reporting/payload.ts'
import {
  isOtherRepository,
  type RepositoryName,
  repositoryOf,
  repositoryUrlOf,
} from '../../domain/reporting/repository-url.ts'
import type { WebhookReading } from '../../domain/reporting/webhook-reading.ts'
import { REPOSITORY_IN } from '../../domain/reporting/webhook-repository.ts'
import { IS_SIGNED, type SignedCall, spendCheck } from '../../domain/reporting/webhook-signature.ts'
import { parseWebhookSource, type WebhookSource } from '../../domain/reporting/webhook-source.ts'
import { reportBuilds, reportRun } from '../../storage/builds/build-reports.ts'
import { insertDelivery } from '../../storage/notices/deliveries.ts'
import { learnRepositoryUrl } from '../../storage/projects/project-settings.ts'
import { findWebhookSecrets } from '../../storage/reporting/webhooks.ts'
import type { ParamsOf } from '../frame/access.ts'
import { jsonSaid, jsonWritten } from '../frame/answers.ts'
import { slugOnPath } from '../frame/authorize.ts'
import { readBytes } from '../frame/input.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { type App, route } from '../frame/route.ts'
import { READ } from './readers.ts'
import type { WebhookTakenJson } from './receive-shape.ts'

/** The largest that a CI system here is known to send is a pipeline of some hundred jobs, below 1 MiB. */
const MAX_WEBHOOK_BYTES = 5 * 1024 * 1024

/** What CI systems send by themselves. Until the signature is checked, every project and source is one and the same. */
export function mountWebhookReceiver(app: App): void {
  route(app, 'POST /webhooks/:vcs/:org/:repo/:source', async (c, opened) => {
    const call = {
      headers: c.req.raw.headers,
      body: await readBytes(c.req.raw, MAX_WEBHOOK_BYTES),
      now: c.env.stores.now(),
    }
    const sender = await requireSigned(c, opened.params, call)
    const { projectId, slug, source, webhookId } = sender
    const actor: Actor = { ...opened.actor, right: { kind: 'webhook', webhookId } }
    const payload = payloadOf(call)
    const event = eventNameOf(source, call.headers, payload)
    const address = REPOSITORY_IN[source](payload)
    const reading = readingOf(sender, event, payload, repositoryOf(address))
    const { result, detail, response } = await take(c, projectId, reading, actor)
    const repositoryUrl = repositoryUrlOf(slug, address)
    if (result === 'stored' && repositoryUrl && sender.repositoryUrl === null)
      await learnRepositoryUrl(c.env.stores, projectId, repositoryUrl, actor).catch((error) =>
        // The next delivery tells it again.
        c.env.stores.warn('repository_unrecorded', error),
      )
    const delivery = { source, event, result, detail, at: call.now }
    // The builds are stored: a list that misses an entry must not make the CI send them again.
    await insertDelivery(c.env.stores, projectId, delivery, actor).catch((error) =>
      c.env.stores.warn('delivery_unrecorded', error),
    )
    if (response instanceof Response) return response
    throw new AppError(response.code, response.message)
  })
}

/** What the payload says; nothing for us where it is about another repository than the one that is known. */
function readingOf(
  { slug, source, repositoryUrl }: Sender,
  event: string,
  payload: unknown,
  told: RepositoryName | null,
): WebhookReading {
  if (payload === undefined) return { kind: 'unreadable', problem: 'The body must be valid JSON.' }
  const reading = READ[source]({ slug, event, payload })
  return told && reading.kind === 'reports' && isOtherRepository(slug, repositoryUrl, told)
    ? { kind: 'other_repository', repository: told.path }
    : reading
}

type Taken = {
  readonly result: DeliveryResult
  readonly detail: string
  readonly response: Response | { readonly code: ErrorCode; readonly message: string }
}

/** Stores what was read; says what became of it, to the project's people and to the sender. */
async function take(c: Context<AppEnv>, projectId: string, reading: WebhookReading, actor: Actor): Promise<Taken> {
  switch (reading.kind) {
    case 'ignored':
      return { result: 'ignored', detail: reading.why, response: jsonSaid(c, `Ignored: ${reading.why}.`) }
    case 'unreadable':
      return {
        result: 'unreadable',
        detail: reading.problem,
        response: { code: 'invalid_input', message: reading.problem },
      }
    case 'other_repository': {
      const refusal = `The payload is about ${reading.repository}, which is not this project's repository.`
      return {
        result: 'other_repository',
        detail: 'The payload names another repository.',
        response: { code: 'other_repository', message: refusal },
      }
    }
    case 'reports': {
      for (const run of reading.runs) await reportRun(c.env.stores, projectId, run, actor)
      const reported = await reportBuilds(c.env.stores, projectId, reading.builds, actor)
      const numbers = reported.flatMap((one) => ('build' in one ? one.build.num : []))
      const detail = numbers.length === 0 ? 'pipeline' : `builds ${numbers.join(', ')}`.slice(0, MAX_DETAIL_LENGTH)
      const taken = { message: 'ok', builds: numbers } satisfies WebhookTakenJson
      return { result: 'stored', detail, response: jsonWritten(c, taken) }
    }
  }
}

const MAX_DETAIL_LENGTH = 200

type Sender = {
  readonly projectId: string
  readonly repositoryUrl: string | null
  readonly slug: Slug
  readonly source: WebhookSource
  /** The webhook whose secret it was signed with. */
  readonly webhookId: string
}

async function requireSigned(
  c: Context<AppEnv>,
  params: ParamsOf<'POST /webhooks/:vcs/:org/:repo/:source'>,
  call: SignedCall,
): Promise<Sender> {
  const { stores, settings } = c.env
  const source = parseWebhookSource(params.source)
  const slug = slugOnPath(params)
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

/** The JSON, also where GitHub was left to wrap it as a form field; undefined when it is none. */
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
