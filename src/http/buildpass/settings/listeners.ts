import * as v from 'valibot'
import { AppError } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import { GITHUB_API, GITLAB, type Listener } from '../../../domain/notices/dispatch-target.ts'
import type { OutboxEntry } from '../../../domain/notices/outbox.ts'
import { mintListenerSecret } from '../../../domain/notices/standard-webhook.ts'
import type { Project } from '../../../domain/project.ts'
import {
  deleteListener,
  insertListener,
  listListeners,
  MAX_LISTENERS,
  type StoredListener,
} from '../../../storage/notices/listeners.ts'
import { listOutbox } from '../../../storage/notices/outbox.ts'
import { jsonDone, jsonRead, jsonWritten } from '../../frame/answers.ts'
import { readJson } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import { isoOf } from '../../json/iso-time.ts'
import { line } from '../../json/schemas.ts'
import {
  gitlabProject,
  repositoryField,
  requireOutboundUrl,
  secretField,
  withoutTrailingSlash,
} from './dispatch-target.ts'
import type { ListenerJson, ListenersJson, OutboundDeliveriesJson, OutboundDeliveryJson } from './listeners-shape.ts'

/** The body that adds a listener. Secrets are taken, sealed, and never given back. */
export const listenerInput = lazily(() =>
  v.variant(
    'kind',
    [
      v.strictObject({ kind: v.literal('webhook'), url: v.string('must be a URL'), secret: secretField() }),
      v.strictObject({
        kind: v.literal('github-status'),
        token: line(1_000),
        repository: v.optional(repositoryField()),
        api_url: v.optional(v.string('must be a URL'), GITHUB_API),
        context: v.optional(line(100), 'buildpass'),
      }),
      v.strictObject({
        kind: v.literal('gitlab-status'),
        token: line(1_000),
        repository: v.optional(gitlabProject()),
        url: v.optional(v.string('must be a URL'), GITLAB),
        context: v.optional(line(100), 'buildpass'),
      }),
    ],
    'must be one of webhook, github-status, gitlab-status',
  ),
)

/** The listeners of a project, and the messages to them and to the dispatch target. */
export function mountListeners(app: App): void {
  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/listeners', async (c, { project }) => {
    const listeners = await listListeners(c.env.stores.db, project.id)
    return jsonRead(c, { items: listeners.map((listener) => listenerJson(listener)) } satisfies ListenersJson)
  })

  route(app, 'POST /api/buildpass/v1/projects/:vcs/:org/:repo/listeners', async (c, { actor, project }) => {
    const input = await readJson(c, listenerInput())
    const listener = listenerOf(input, project)
    if (listener.kind === 'github-status') requireOutboundUrl(c, 'api_url', listener.apiUrl)
    else requireOutboundUrl(c, 'url', listener.url)
    const minted = input.kind === 'webhook' && input.secret === undefined ? mintListenerSecret() : null
    const secret = minted ?? (input.kind === 'webhook' ? (input.secret ?? '') : input.token)
    const { stores, settings } = c.env
    const stored = await insertListener(stores, project.id, { listener, secret, keys: settings.dataKeys }, actor)
    if (!stored) throw new AppError('limit_reached', `A project has at most ${MAX_LISTENERS} listeners.`)
    return jsonWritten(c, listenerJson(stored, minted ?? undefined), 201)
  })

  route(
    app,
    'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/listeners/:id',
    async (c, { actor, project, params }) => {
      const isGone = await deleteListener(c.env.stores, project.id, params.id, actor)
      if (!isGone) throw new AppError('listener_not_found')
      return jsonDone(c)
    },
  )

  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/deliveries/outbound', async (c, { project }) => {
    const entries = await listOutbox(c.env.stores.db, project.id)
    return jsonRead(c, { items: entries.map(deliveryJson) } satisfies OutboundDeliveriesJson)
  })
}

function listenerOf(input: v.InferOutput<ReturnType<typeof listenerInput>>, project: Project): Listener {
  if (input.kind === 'webhook') return { kind: input.kind, url: input.url }
  const { kind, repository = `${project.org}/${project.repo}`, context } = input
  return kind === 'gitlab-status'
    ? { kind, repository, url: withoutTrailingSlash(input.url), context }
    : { kind, repository, apiUrl: withoutTrailingSlash(input.api_url), context }
}

/** A listener as it is shown: without its secret, unless that was made for it just now. */
function listenerJson({ id, listener, createdAt }: StoredListener, secret?: string): ListenerJson {
  const created_at = isoOf(createdAt)
  if (listener.kind === 'webhook') return { id, kind: listener.kind, created_at, url: listener.url, secret }
  const { repository, context } = listener
  return listener.kind === 'gitlab-status'
    ? { id, kind: listener.kind, created_at, repository, url: listener.url, context }
    : { id, kind: listener.kind, created_at, repository, api_url: listener.apiUrl, context }
}

function deliveryJson(entry: OutboxEntry): OutboundDeliveryJson {
  return {
    id: entry.id,
    time: isoOf(entry.createdAt),
    event: entry.event,
    receiver: entry.receiver,
    build_num: entry.buildNum,
    state: entry.state,
    attempts: entry.attempts,
    last_attempt_at: isoOf(entry.lastAttemptAt),
    response_status: entry.responseStatus,
    problem: entry.problem,
    remote_id: entry.remoteId,
  }
}
