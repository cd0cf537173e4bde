import { attemptFor } from '../builds/attempt.ts'
import { type BuildReport, type ReportedStatus, UNKNOWN_REVISION } from '../builds/build.ts'
import { wordTable } from '../formats/word-table.ts'
import { parseSlug } from '../project.ts'
import { lineAt, messageAt, personFrom, refAt, timeAt, urlAt, valueAt } from './payload.ts'
import { type RepositoryName, repositoryOf } from './repository-url.ts'
import {
  about,
  aboutRun,
  ignored,
  lacking,
  meaningOf,
  type RunReport,
  type RunStatus,
  refusedAsOther,
  type WebhookEvent,
  type WebhookReading,
} from './webhook-reading.ts'

// CircleCI Docs, "Outbound webhooks reference": workflow-completed and job-completed.

const STATUS = wordTable<ReportedStatus>({
  success: 'success',
  failed: 'failed',
  error: 'infrastructure_fail',
  infrastructure_fail: 'infrastructure_fail',
  timedout: 'timedout',
  canceled: 'canceled',
  cancelled: 'canceled',
  // Whoever started the job may not use its context, so it cannot run.
  unauthorized: 'failed',
  not_run: 'not_run',
})

// Shorter than any name: the longer name replaces it once it is reported.
const UNNAMED = '-'

/** A re-run is another workflow of the same pipeline, with jobs, and so builds, of its own. */
export function readCircleci({ slug, payload }: WebhookEvent): WebhookReading {
  const refusal = refusedAsOther(slug, namesIn(payload))
  if (refusal) return refusal
  const type = lineAt(payload, 'type')
  if (type === 'ping') return ignored('the greeting')
  if (type !== 'workflow-completed' && type !== 'job-completed') return ignored('not an event that tells of builds')
  const run = runOf(payload)
  if (!run) return lacking('pipeline.id, workflow.id')
  // CircleCI's own example names a job's event after its workflow.
  return valueAt(payload, 'job') === null
    ? aboutRun({ ...run, runStatus: runStatusOf(payload) })
    : readJob(payload, run)
}

function readJob(payload: unknown, run: RunReport): WebhookReading {
  const id = lineAt(payload, 'job', 'id')
  const jobName = lineAt(payload, 'job', 'name')
  if (!id || !jobName) return lacking('job.id, job.name')
  // CircleCI sends only events of what is over.
  const status = meaningOf(STATUS, lineAt(payload, 'job', 'status'), true)
  if (!status) return lacking('job.status')
  const startedAt = timeAt(payload, 'job', 'started_at')
  const workflowUrl = urlAt(payload, 'workflow', 'url')
  const number = lineAt(payload, 'job', 'number')
  const build: BuildReport = {
    ...run,
    externalId: `circleci:job:${id}`,
    jobName,
    status,
    queuedAt: timeAt(payload, 'workflow', 'created_at'),
    startedAt,
    stoppedAt: timeAt(payload, 'job', 'stopped_at') ?? timeAt(payload, 'happened_at') ?? startedAt,
    buildUrl: workflowUrl === null || number === null ? workflowUrl : `${workflowUrl}/jobs/${number}`,
    steps: null,
  }
  const runStatus = openRunOf(payload, build)
  return about(runStatus ? [{ ...run, runStatus }] : [], [build])
}

/**
 * CircleCI reports a workflow only at its end, so a job's event makes its workflow running until then. A skipped job's event
 * does not, nor does one that names no workflow: that workflow would never end.
 */
function openRunOf(payload: unknown, { status, startedAt, stoppedAt }: BuildReport): RunStatus | null {
  if (status === 'not_run' || lineAt(payload, 'workflow', 'id') === null) return null
  const beganAt = timeAt(payload, 'workflow', 'created_at')
  return { status: 'running', at: beganAt ?? startedAt ?? stoppedAt, beganAt }
}

function runOf(payload: unknown): RunReport | null {
  const pipelineId = lineAt(payload, 'pipeline', 'id')
  const workflowId = lineAt(payload, 'workflow', 'id')
  // CircleCI's own example of a job on GitLab has no workflow.
  if (!pipelineId || (workflowId === null && valueAt(payload, 'job') === null)) return null
  const externalId = `circleci:workflow:${workflowId ?? pipelineId}`
  const name = lineAt(payload, 'workflow', 'name')
  return {
    workflow: {
      externalId,
      name: name ?? UNNAMED,
      // A pipeline has each workflow once, and its reruns, of which CircleCI reports only the time.
      attemptOf: name === null ? externalId : `circleci:${name}`,
      attempt: attemptFor(timeAt(payload, 'workflow', 'created_at')) ?? 1,
    },
    pipeline: {
      externalId: `circleci:pipeline:${pipelineId}`,
      beganAt: timeAt(payload, 'pipeline', 'created_at'),
      ciNumber: attemptFor(lineAt(payload, 'pipeline', 'number')),
      ...sourceOf(payload),
    },
  }
}

function runStatusOf(payload: unknown): RunStatus | null {
  const status = meaningOf(STATUS, lineAt(payload, 'workflow', 'status'), true)
  if (!status) return null
  const beganAt = timeAt(payload, 'workflow', 'created_at')
  return {
    status,
    at: timeAt(payload, 'workflow', 'stopped_at') ?? timeAt(payload, 'happened_at') ?? beganAt,
    beganAt,
  }
}

/** Branch and commit: in `vcs` for GitHub (OAuth) and Bitbucket projects, in trigger parameters for all others. */
function sourceOf(payload: unknown): Omit<BuildReport['pipeline'], 'externalId'> {
  const vcs = valueAt(payload, 'pipeline', 'vcs')
  const given = valueAt(payload, 'pipeline', 'trigger_parameters')
  const git = valueAt(given, 'git')
  const host = valueAt(given, 'gitlab') ?? valueAt(given, 'github_app') ?? valueAt(given, 'bitbucket_dc')
  const tag = refAt(vcs, 'tag') ?? refAt(git, 'tag')
  const notSent = { committer: null, actor: null, pullRequests: [] }
  if (vcs !== null) {
    const message = messageAt(vcs, 'commit', 'body')
    const body = [message.subject, message.body].filter((part) => part !== null).join('\n')
    return {
      ...notSent,
      branch: refAt(vcs, 'branch'),
      tag,
      revision: lineAt(vcs, 'revision') ?? UNKNOWN_REVISION,
      subject: lineAt(vcs, 'commit', 'subject'),
      body: body === '' ? null : body,
      author: gitPersonOf(valueAt(vcs, 'commit', 'author')),
      committer: gitPersonOf(valueAt(vcs, 'commit', 'committer')),
    }
  }
  const hostMessage = messageAt(host, 'commit_message')
  // Projects of the GitHub App have a title, and the whole message beside it.
  const { subject, body } = hostMessage.subject === null ? messageAt(git, 'commit_message') : hostMessage
  return {
    ...notSent,
    branch: tag === null ? (refAt(git, 'branch') ?? refAt(host, 'branch')) : null,
    tag,
    revision:
      lineAt(git, 'checkout_sha') ?? lineAt(host, 'commit_sha') ?? lineAt(host, 'checkout_sha') ?? UNKNOWN_REVISION,
    subject: subject ?? lineAt(host, 'commit_title'),
    body,
    author: personFrom({ name: lineAt(host, 'commit_author_name'), email: lineAt(host, 'commit_author_email') }),
    actor: personFrom({
      name: lineAt(host, 'user_name'),
      login: lineAt(host, 'user_username'),
      avatar_url: urlAt(host, 'user_avatar'),
    }),
  }
}

function gitPersonOf(person: unknown) {
  return personFrom({ name: lineAt(person, 'name'), email: lineAt(person, 'email') })
}

/** Every way in which a payload may name its repository; a slug of ids (`circleci/…/…`) names none. */
function namesIn(payload: unknown): readonly (RepositoryName | null)[] {
  const slug = parseSlug(lineAt(payload, 'project', 'slug') ?? '')
  const given = valueAt(payload, 'pipeline', 'trigger_parameters')
  const fullName = lineAt(given, 'github_app', 'repo_full_name')
  return [
    slug ? { host: null, path: `${slug.org}/${slug.repo}` } : null,
    repositoryOf(lineAt(payload, 'pipeline', 'vcs', 'target_repository_url')),
    repositoryOf(lineAt(given, 'gitlab', 'web_url')),
    repositoryOf(lineAt(given, 'git', 'checkout_url')),
    repositoryOf(lineAt(given, 'git', 'repo_url')),
    repositoryOf(lineAt(given, 'github_app', 'repo_url')),
    fullName === null ? null : { host: null, path: fullName },
  ]
}
