import type { Context } from 'hono'
import * as v from 'valibot'
import { AppError } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import { type DispatchTarget, GITHUB_API, GITLAB } from '../../../domain/notices/dispatch-target.ts'
import { outboundUrlProblem } from '../../../domain/notices/outbound-url.ts'
import {
  mintListenerSecret,
  parseWebhookSecret,
  WEBHOOK_SECRET_RULE,
} from '../../../domain/notices/standard-webhook.ts'
import type { Project } from '../../../domain/project.ts'
import {
  deleteDispatchTarget,
  findDispatchTarget,
  putDispatchTarget,
  type StoredTarget,
} from '../../../storage/projects/dispatch-targets.ts'
import { jsonDone, jsonRead, jsonWritten } from '../../frame/answers/answers.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { readJson } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import { isoOf } from '../../json/iso-time.ts'
import { line } from '../../json/schemas.ts'
import type { DispatchTargetJson } from './dispatch-target-shape.ts'

// `.` and `..` would lead to other addresses of the server that is asked.
const REPOSITORY_RULE = 'must be owner/name'
export const repositoryField = () =>
  v.pipe(v.string(REPOSITORY_RULE), v.regex(/^(?!\.{1,2}\/)[\w.-]{1,100}\/(?!\.{1,2}$)[\w.-]{1,100}$/, REPOSITORY_RULE))
const GITLAB_PROJECT_RULE = 'must be the path of a GitLab project'
export const gitlabProject = () =>
  v.pipe(v.string(GITLAB_PROJECT_RULE), v.regex(/^(?!(?:.*\/)?\.{0,2}(?:\/|$))[\w./-]{1,500}$/, GITLAB_PROJECT_RULE))
const workflowField = () =>
  v.pipe(
    line(200),
    v.check(
      (text) => !text.split(/[/\\]/).some((part) => part === '.' || part === '..'),
      'must be the file name or the id of a workflow',
    ),
  )
export const secretField = () =>
  v.optional(
    v.pipe(
      v.string(WEBHOOK_SECRET_RULE),
      v.check((text) => parseWebhookSecret(text) !== null, WEBHOOK_SECRET_RULE),
    ),
  )
const flag = () => v.optional(v.boolean('must be true or false'), false)
const token = () => line(1_000)
const urlField = () => v.string('must be a URL')

const names = () => ({ workflow_name: v.optional(line(200), 'workflow'), job_name: v.optional(line(200), 'build') })
const KIND_RULE = 'must be one of github-workflow, github-repository, gitlab, webhook'

/** The body that sets a dispatch target. Secrets are taken, sealed, and never given back. */
export const dispatchTargetInput = lazily(() =>
  v.variant(
    'kind',
    [
      v.strictObject({
        kind: v.literal('github-workflow'),
        workflow: workflowField(),
        token: token(),
        repository: v.optional(repositoryField()),
        api_url: v.optional(urlField(), GITHUB_API),
        pass_ids: flag(),
        ...names(),
      }),
      v.strictObject({
        kind: v.literal('github-repository'),
        event_type: v.optional(line(100), 'buildpass'),
        token: token(),
        repository: v.optional(repositoryField()),
        api_url: v.optional(urlField(), GITHUB_API),
        ...names(),
      }),
      v.strictObject({
        kind: v.literal('gitlab'),
        token: token(),
        repository: v.optional(gitlabProject()),
        url: v.optional(urlField(), GITLAB),
        send_env_vars: flag(),
        ...names(),
      }),
      v.strictObject({
        kind: v.literal('webhook'),
        url: urlField(),
        secret: secretField(),
        send_env_vars: flag(),
        ...names(),
      }),
    ],
    KIND_RULE,
  ),
)

/** Where runs that are asked for here are started: one target a project. */
export function mountDispatchTarget(app: App): void {
  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/dispatch-target', async (c, { project }) => {
    const stored = await findDispatchTarget(c.env.stores.db, project.id)
    if (!stored) throw new AppError('dispatch_target_not_found')
    return jsonRead(c, targetJson(stored))
  })

  route(app, 'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/dispatch-target', async (c, { actor, project }) => {
    const input = await readJson(c, dispatchTargetInput())
    const target = targetOf(input, project)
    requireOutboundUrl(c, 'apiUrl' in target ? 'api_url' : 'url', 'apiUrl' in target ? target.apiUrl : target.url)
    const minted = input.kind === 'webhook' && input.secret === undefined ? mintListenerSecret() : null
    const secret = minted ?? (input.kind === 'webhook' ? (input.secret ?? '') : input.token)
    const { stores, settings } = c.env
    const stored = await putDispatchTarget(stores, project.id, { target, secret, keys: settings.dataKeys }, actor)
    return jsonWritten(c, targetJson(stored, minted ?? undefined))
  })

  route(app, 'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/dispatch-target', async (c, { actor, project }) => {
    const isGone = await deleteDispatchTarget(c.env.stores, project.id, actor)
    if (!isGone) throw new AppError('dispatch_target_not_found')
    return jsonDone(c)
  })
}

/** Refuses an address that the Worker must not call. */
export function requireOutboundUrl(c: Context<AppEnv>, path: string, url: string): void {
  const problem = outboundUrlProblem(url, c.env.settings.allowedHosts)
  if (problem) throw new AppError('invalid_input', `${path}: ${problem}`, { problems: [{ path, message: problem }] })
}

export function withoutTrailingSlash(url: string): string {
  return url.replace(/\/+$/, '')
}

function targetOf(input: v.InferOutput<ReturnType<typeof dispatchTargetInput>>, project: Project): DispatchTarget {
  const own = `${project.org}/${project.repo}`
  const shared = { workflowName: input.workflow_name, jobName: input.job_name }
  switch (input.kind) {
    case 'github-workflow': {
      const { kind, workflow, repository = own, api_url, pass_ids } = input
      return { ...shared, kind, workflow, repository, apiUrl: withoutTrailingSlash(api_url), passIds: pass_ids }
    }
    case 'github-repository': {
      const { kind, event_type, repository = own, api_url } = input
      return { ...shared, kind, eventType: event_type, repository, apiUrl: withoutTrailingSlash(api_url) }
    }
    case 'gitlab': {
      const { kind, repository = own, url, send_env_vars } = input
      return { ...shared, kind, repository, url: withoutTrailingSlash(url), sendEnvVars: send_env_vars }
    }
    case 'webhook':
      return { ...shared, kind: input.kind, url: input.url, sendEnvVars: input.send_env_vars }
  }
}

/** A target as it is shown: without its secret, unless that was made for it just now. */
function targetJson({ target, updatedAt }: StoredTarget, secret?: string): DispatchTargetJson {
  const { workflowName, jobName } = target
  const shared = { workflow_name: workflowName, job_name: jobName, updated_at: isoOf(updatedAt) }
  switch (target.kind) {
    case 'github-workflow':
      return {
        kind: target.kind,
        ...shared,
        workflow: target.workflow,
        repository: target.repository,
        api_url: target.apiUrl,
        pass_ids: target.passIds,
      }
    case 'github-repository':
      return {
        kind: target.kind,
        ...shared,
        event_type: target.eventType,
        repository: target.repository,
        api_url: target.apiUrl,
      }
    case 'gitlab':
      return {
        kind: target.kind,
        ...shared,
        repository: target.repository,
        url: target.url,
        send_env_vars: target.sendEnvVars,
      }
    case 'webhook':
      return { kind: target.kind, ...shared, url: target.url, send_env_vars: target.sendEnvVars, secret }
  }
}
