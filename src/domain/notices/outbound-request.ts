import type { BranchStatus } from '../builds/badge.ts'
import { type Build, type BuildStatus, durationMsOf, type Pipeline, type Workflow } from '../builds/build.ts'
import { type Project, slugText, vcsUrlFor } from '../project.ts'
import { type CommitStatus, commitStatusWords, githubStatus, gitlabStatusRequest } from './commit-status.ts'
import {
  type BuildListener,
  type DispatchTarget,
  GITHUB_API,
  isStatusListener,
  type Listener,
  type OutboxEvent,
  type Parameters,
  type StatusListener,
} from './dispatch-target.ts'
import { webhookHeadersFor } from './standard-webhook.ts'

/** What a request to a dispatch target or listener is made from. */
export type OutboundMessage = {
  /** The same in every attempt, so that a receiver can recognize repeats. */
  readonly id: string
  readonly event: OutboxEvent
  readonly project: Project
  /** The builds that the message is about, all of one workflow. */
  readonly builds: readonly [Build, ...Build[]]
  /** What failed, in one line: of the first of the builds. Empty where nothing did, or no test is known. */
  readonly failedTests: string
  /** The first of its failed steps that has a log, from 0. */
  readonly failedStep?: number | null
  readonly parameters: Parameters
  readonly envVars: Readonly<Record<string, string>>
  /** The target's id of the run. */
  readonly remoteId: string | null
  /** Where our pages and API are; null when the deployment does not say. */
  readonly origin: string | null
  readonly now: number
}

/** What a request about a workflow that the CI reported as ended is made from. */
export type WorkflowEnd = Pick<OutboundMessage, 'id' | 'project' | 'failedTests' | 'origin' | 'now'> & {
  readonly pipeline: Pipeline
  readonly workflow: Workflow
  readonly status: BranchStatus
}

export type OutboundRequest = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** What a refusal means where it is not what it seems to be. */
  readonly meaningOf?: (status: number, answer: unknown) => 'delivered' | 'again' | null
}

/** The request to a dispatch target to start or stop builds. */
export function dispatchRequestFor(
  target: DispatchTarget,
  secret: string,
  message: OutboundMessage,
): OutboundRequest | Promise<OutboundRequest> {
  switch (target.kind) {
    case 'github-workflow':
      return githubWorkflowRequest(target, secret, message)
    case 'github-repository':
      return githubRequest(target.apiUrl, `/repos/${target.repository}/dispatches`, secret, {
        event_type: target.eventType,
        client_payload: { ...dataOf(message), event: message.event },
      })
    case 'gitlab':
      return gitlabRequest(target, secret, message)
    case 'webhook':
      return webhookRequest(target.url, secret, message, dataOf(message))
  }
}

/** The request to a listener about a build that ended. */
export function listenerRequestFor(
  listener: BuildListener,
  secret: string,
  message: OutboundMessage,
): OutboundRequest | Promise<OutboundRequest> {
  if (listener.kind === 'webhook') return webhookRequest(listener.url, secret, message, dataOf(message))
  const [build] = message.builds
  return statusRequest(listener, secret, {
    revision: build.pipeline.revision,
    name: `${build.workflow.name}/${build.jobName}`,
    description: `${build.jobName}: ${statusLine(listener, build.status, message.failedTests)}`,
    status: build.status,
    url: failedStepPageOf(message, build) ?? pageOf(message, build),
  })
}

/** The request to a listener about a workflow that ended. */
export function workflowEndRequestFor(
  listener: BuildListener,
  secret: string,
  end: WorkflowEnd,
): OutboundRequest | Promise<OutboundRequest> {
  const { project, pipeline, workflow, status, failedTests, origin } = end
  if (listener.kind === 'webhook') {
    const subject = subjectOf(project, pipeline, workflow)
    const data = { ...subject, workflow: { ...subject.workflow, status }, builds: [], ...failedTestsOf(end) }
    return webhookRequest(listener.url, secret, { ...end, event: 'workflow.finished' }, data)
  }
  return statusRequest(listener, secret, {
    revision: pipeline.revision,
    name: workflow.name,
    description: `${workflow.name}: ${statusLine(listener, status, failedTests)}`,
    status,
    url: origin === null ? null : `${origin}/${slugText(project)}?pipeline=${pipeline.number}`,
  })
}

/** "failed: 2 new failures, 1 flaky". */
export function statusLine(listener: Listener, status: BranchStatus, failedTests: string): string {
  const words = isStatusListener(listener) ? commitStatusWords(listener, status) : status.replaceAll('_', ' ')
  return failedTests === '' ? words : `${words}: ${failedTests}`
}

function failedTestsOf({ failedTests }: Pick<OutboundMessage, 'failedTests'>) {
  return failedTests === '' ? {} : { failed_tests: failedTests }
}

function statusRequest(listener: StatusListener, secret: string, status: CommitStatus): OutboundRequest {
  if (listener.kind === 'gitlab-status') return gitlabStatusRequest(listener, secret, status)
  const { path, body } = githubStatus(listener, status)
  return githubRequest(listener.apiUrl, path, secret, body)
}

/** The target's id of the run that it started, if its answer has one. */
export function remoteIdIn(target: DispatchTarget, answer: unknown): string | null {
  if (typeof answer !== 'object' || answer === null) return null
  const key = target.kind === 'github-workflow' ? 'workflow_run_id' : target.kind === 'gitlab' ? 'id' : null
  const id = key && Object.hasOwn(answer, key) ? (answer as Record<string, unknown>)[key] : null
  return typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : null
}

function githubWorkflowRequest(
  target: Extract<DispatchTarget, { kind: 'github-workflow' }>,
  secret: string,
  message: OutboundMessage,
): OutboundRequest {
  const { apiUrl, repository, workflow, passIds } = target
  if (isCancel(message.event))
    return githubRequest(apiUrl, `/repos/${repository}/actions/runs/${message.remoteId}/cancel`, secret, {})
  const [build] = message.builds
  const ids = {
    buildpass_pipeline: build.pipeline.externalId,
    buildpass_workflow: build.workflow.externalId,
    buildpass_build: build.externalId,
  }
  return githubRequest(
    apiUrl,
    `/repos/${repository}/actions/workflows/${encodeURIComponent(workflow)}/dispatches`,
    secret,
    {
      ref: refOf(build),
      inputs: { ...textsOf(message.parameters), ...(passIds ? ids : {}) },
      // Older GitHub Enterprise Servers refuse unknown fields.
      ...(apiUrl === GITHUB_API ? { return_run_details: true } : {}),
    },
  )
}

function githubRequest(apiUrl: string, path: string, token: string, body: unknown): OutboundRequest {
  return {
    url: apiUrl + path,
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: 'application/vnd.github+json',
      'X-GitHub-Api-Version': '2022-11-28',
      'Content-Type': 'application/json',
    },
    body: JSON.stringify(body),
    meaningOf: (status, answer) => (status === 403 && saysRateLimit(answer) ? 'again' : null),
  }
}

/** GitHub's words for a secondary limit, which may have no header that says so. */
function saysRateLimit(answer: unknown): boolean {
  const said = typeof answer === 'object' && answer !== null && 'message' in answer ? answer.message : null
  return typeof said === 'string' && /rate limit/i.test(said)
}

function gitlabRequest(
  target: Extract<DispatchTarget, { kind: 'gitlab' }>,
  token: string,
  message: OutboundMessage,
): OutboundRequest {
  const [build] = message.builds
  const variables = {
    ...(target.sendEnvVars ? message.envVars : {}),
    ...textsOf(message.parameters),
    BUILDPASS_PIPELINE: build.pipeline.externalId,
    BUILDPASS_WORKFLOW: build.workflow.externalId,
    BUILDPASS_BUILD: build.externalId,
  }
  const form = new URLSearchParams({ token, ref: refOf(build) })
  for (const [name, value] of Object.entries(variables)) form.append(`variables[${name}]`, value)
  return {
    url: `${target.url}/api/v4/projects/${encodeURIComponent(target.repository)}/trigger/pipeline`,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  }
}

async function webhookRequest(
  url: string,
  secret: string,
  { id, event, now }: Pick<OutboundMessage, 'id' | 'event' | 'now'>,
  data: object,
): Promise<OutboundRequest> {
  const body = JSON.stringify({ type: event, timestamp: new Date(now).toISOString(), data })
  const signature = await webhookHeadersFor(secret, id, now, body)
  return { url, headers: { 'Content-Type': 'application/json', ...signature }, body }
}

/** What a receiver needs to run the builds and to report them: the external ids are those of the reporting API. */
function dataOf(message: OutboundMessage) {
  const { project, builds, parameters, envVars, origin } = message
  const [{ pipeline, workflow }] = builds
  return {
    ...subjectOf(project, pipeline, workflow),
    builds: builds.map((build) => ({
      build_num: build.num,
      external_id: build.externalId,
      job: build.jobName,
      status: build.status satisfies BuildStatus,
      retry_of: build.retryOf,
      duration_ms: durationMsOf(build),
      url: pageOf(message, build),
    })),
    ...failedTestsOf(message),
    parameters,
    ...(Object.keys(envVars).length > 0 ? { environment: envVars } : {}),
    ...(origin === null ? {} : { report_url: `${origin}/api/buildpass/v1/projects/${slugText(project)}/builds` }),
  }
}

function subjectOf(project: Project, pipeline: Pipeline, workflow: Workflow) {
  return {
    project: { slug: slugText(project), vcs_url: vcsUrlFor(project) },
    pipeline: {
      id: pipeline.id,
      number: pipeline.number,
      external_id: pipeline.externalId,
      branch: pipeline.branch,
      tag: pipeline.tag,
      revision: pipeline.revision,
      actor: pipeline.actor?.login ?? null,
    },
    workflow: { id: workflow.id, external_id: workflow.externalId, name: workflow.name },
  }
}

function pageOf({ origin, project }: OutboundMessage, build: Build): string | null {
  return build.buildUrl ?? (origin === null ? null : `${origin}/${slugText(project)}/${build.num}`)
}

function failedStepPageOf({ origin, project, failedStep = null }: OutboundMessage, build: Build): string | null {
  return origin === null || failedStep === null
    ? null
    : `${origin}/${slugText(project)}/${build.num}/steps/${failedStep}/log`
}

function refOf({ pipeline }: Build): string {
  return pipeline.branch ?? pipeline.tag ?? pipeline.revision
}

function textsOf(parameters: Parameters): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]))
}

export function isCancel(event: OutboxEvent): boolean {
  return event === 'build.cancel' || event === 'workflow.cancel'
}
