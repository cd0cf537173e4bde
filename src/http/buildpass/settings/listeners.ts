import * as v from 'valibot'
import { AppError } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import { channelFor, GITHUB_API, GITLAB, type Listener, listenerName } from '../../../domain/notices/dispatch-target.ts'
import { CHANNEL_KINDS, USUAL_CHANNEL_KINDS } from '../../../domain/notices/notice.ts'
import type { OutboxEntry } from '../../../domain/notices/outbox.ts'
import { mintListenerSecret } from '../../../domain/notices/standard-webhook.ts'
import type { Project } from '../../../domain/project.ts'
import {
  deleteListener,
  insertListener,
  listListeners,
  MAX_LISTENERS,
  resumeListener,
  type StoredListener,
  tryListener,
} from '../../../storage/notices/listeners.ts'
import { listOutbox } from '../../../storage/notices/outbox.ts'
import { jsonDone, jsonRead, jsonWritten } from '../../frame/answers/answers.ts'
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

const NOTICES_RULE = `must be a list of: ${CHANNEL_KINDS.join(', ')}`
const noticesField = () =>
  v.pipe(
    v.array(v.picklist(CHANNEL_KINDS, NOTICES_RULE), NOTICES_RULE),
    v.minLength(1, NOTICES_RULE),
    v.maxLength(CHANNEL_KINDS.length, NOTICES_RULE),
    v.transform((kinds) => CHANNEL_KINDS.filter((kind) => kinds.includes(kind))),
  )
const channelFields = () => ({
  url: v.string('must be a URL'),
  name: v.optional(line(100)),
  notices: v.optional(noticesField(), () => [...USUAL_CHANNEL_KINDS]),
})

/** The body that adds a listener. Secrets are taken, sealed, and never given back. */
export const listenerInput = lazily(() =>
  v.variant(
    'kind',
    [
      v.strictObject({
        kind: v.literal('webhook'),
        url: v.string('must be a URL'),
        secret: secretField(),
        notices: v.optional(noticesField()),
      }),
      v.strictObject({ kind: v.literal('slack'), ...channelFields() }),
      v.strictObject({ kind: v.literal('teams'), ...channelFields() }),
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
    'must be one of webhook, slack, teams, github-status, gitlab-status',
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
    if (input.kind === 'github-status') requireOutboundUrl(c, 'api_url', input.api_url)
    else requireOutboundUrl(c, 'url', input.url)
    const minted = input.kind === 'webhook' && input.secret === undefined ? mintListenerSecret() : null
    const secret = minted ?? secretIn(input)
    const { stores, settings } = c.env
    const made = await insertListener(stores, project.id, { listener, secret, keys: settings.dataKeys }, actor)
    if (made.kind !== 'created')
      throw new AppError('limit_reached', `A project has at most ${MAX_LISTENERS} listeners.`)
    return jsonWritten(c, listenerJson(made.listener, minted ?? undefined), 201)
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

  route(
    app,
    'POST /api/buildpass/v1/projects/:vcs/:org/:repo/listeners/:id/try',
    async (c, { actor, project, params }) => {
      const isSent = await tryListener(c.env.stores, project.id, params.id, actor)
      if (!isSent) throw new AppError('listener_not_found', 'No such listener gets notices here, or it is paused.')
      return jsonDone(c)
    },
  )

  route(
    app,
    'POST /api/buildpass/v1/projects/:vcs/:org/:repo/listeners/:id/resume',
    async (c, { actor, project, params }) => {
      const isThere = await resumeListener(c.env.stores, project.id, params.id, actor)
      if (!isThere) throw new AppError('listener_not_found')
      return jsonDone(c)
    },
  )

  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/deliveries/outbound', async (c, { project }) => {
    const entries = await listOutbox(c.env.stores.db, project.id)
    return jsonRead(c, { items: entries.map(deliveryJson) } satisfies OutboundDeliveriesJson)
  })
}

function secretIn(input: v.InferOutput<ReturnType<typeof listenerInput>>): string {
  switch (input.kind) {
    case 'webhook':
      return input.secret ?? ''
    case 'slack':
    case 'teams':
      return input.url
    case 'github-status':
    case 'gitlab-status':
      return input.token
  }
}

function listenerOf(input: v.InferOutput<ReturnType<typeof listenerInput>>, project: Project): Listener {
  switch (input.kind) {
    case 'webhook': {
      const { kind, url, notices } = input
      return notices === undefined ? { kind, url } : { kind, url, notices }
    }
    case 'slack':
    case 'teams':
      return channelFor(input.kind, input.url, input)
    case 'github-status':
    case 'gitlab-status':
  }
  const { kind, repository = `${project.org}/${project.repo}`, context } = input
  return kind === 'gitlab-status'
    ? { kind, repository, url: withoutTrailingSlash(input.url), context }
    : { kind, repository, apiUrl: withoutTrailingSlash(input.api_url), context }
}

/** A listener as it is shown: without its secret, unless that was made for it just now. */
function listenerJson(stored: StoredListener, secret?: string): ListenerJson {
  const { id, listener, createdAt, failingSince, problem, pausedAt } = stored
  const shared = {
    ...{ id, created_at: isoOf(createdAt) },
    ...{ failing_since: isoOf(failingSince), problem, paused_at: isoOf(pausedAt) },
  }
  switch (listener.kind) {
    case 'webhook': {
      const { kind, url, notices } = listener
      return { kind, ...shared, url, secret, notices: notices && [...notices] }
    }
    case 'slack':
    case 'teams': {
      const { kind, host, name, notices } = listener
      return { kind, ...shared, host, name, notices: [...notices] }
    }
    case 'github-status': {
      const { kind, repository, apiUrl, context } = listener
      return { kind, ...shared, repository, api_url: apiUrl, context }
    }
    case 'gitlab-status':
      return { ...shared, ...listener }
  }
}

function deliveryJson(entry: OutboxEntry): OutboundDeliveryJson {
  return {
    id: entry.id,
    time: isoOf(entry.createdAt),
    event: entry.event,
    receiver: entry.receiver,
    listener: entry.listenerId,
    name: entry.listener && listenerName(entry.listener),
    notice: entry.notice,
    build_num: entry.buildNum,
    state: entry.state,
    attempts: entry.attempts,
    last_attempt_at: isoOf(entry.lastAttemptAt),
    response_status: entry.responseStatus,
    problem: entry.problem,
    remote_id: entry.remoteId,
  }
}
