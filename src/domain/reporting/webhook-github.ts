import { attemptFor, githubAttempt } from '../builds/attempt.ts'
import type { BuildEvent, BuildReport, PullRequest, ReportedStatus, Step } from '../builds/build.ts'
import { wordTable } from '../formats/word-table.ts'
import { lineAt, listAt, messageAt, personFrom, refAt, timeAt, urlAt, valueAt } from './payload.ts'
import {
  aboutBuilds,
  aboutRun,
  ignored,
  lacking,
  meaningOf,
  type RunStatus,
  refusedAsOther,
  type WebhookEvent,
  type WebhookReading,
} from './webhook-reading.ts'

// GitHub Docs, "Webhook events and payloads": workflow_run, workflow_job, check_run, status.

/** `status` of a job or check that is not over. */
const OPEN = wordTable<ReportedStatus>({
  requested: 'queued',
  queued: 'queued',
  pending: 'queued',
  // Waits for an approval.
  waiting: 'not_running',
  in_progress: 'running',
})

/** `conclusion` of a job or check that is over. */
const CONCLUSION = wordTable<ReportedStatus>({
  success: 'success',
  neutral: 'success',
  failure: 'failed',
  timed_out: 'timedout',
  cancelled: 'canceled',
  stale: 'canceled',
  skipped: 'not_run',
  // Until somebody acts, the commit has not passed.
  action_required: 'failed',
  startup_failure: 'infrastructure_fail',
})

/** `conclusion` of a run, where it means something else than that of a job. */
const RUN_CONCLUSION = wordTable<ReportedStatus>({
  ...Object.fromEntries(CONCLUSION),
  // The workflow's file is broken, so there is no job that could fail.
  startup_failure: 'failed',
  // Waits for an approval, after which the same run goes on.
  action_required: 'not_running',
})

/**
 * `event` of runs for the head of their branch, by GitHub Docs, "Events that trigger workflows". A run on any other event (a
 * deployment, a package, another run) may be for an older commit.
 * `again`: a later run of a workflow on the event replaces the earlier one, as in GitHub's own badges and checks.
 * `beside`: both count, since there is one for each push, or for each set of inputs.
 */
const HEAD_EVENT = wordTable<'beside' | 'again'>({
  push: 'beside',
  create: 'beside',
  workflow_dispatch: 'beside',
  repository_dispatch: 'again',
  schedule: 'again',
  merge_group: 'again',
  pull_request: 'again',
  pull_request_target: 'again',
  pull_request_review: 'again',
  pull_request_review_comment: 'again',
})

/** The prefixes that the `attemptOf` of runs for the head of their branch has. */
export const HEAD_RUN_PREFIXES: readonly string[] = [
  'github:run:',
  ...[...HEAD_EVENT].flatMap(([event, kind]) => (kind === 'again' ? `github:${event}:` : [])),
]

/** `state` of a commit status. */
const COMMIT_STATE = wordTable<ReportedStatus>({
  pending: 'running',
  success: 'success',
  failure: 'failed',
  error: 'infrastructure_fail',
})

/**
 * A pipeline is a commit on a branch: the workflows of a push belong together. A rerun of a run is another workflow in the
 * pipeline, with other builds. The jobs of a fork's run do not say that their branch is not ours:
 * storage/reporting/fork-runs.ts moves them to their run.
 */
export function readGithub({ slug, event, payload }: WebhookEvent): WebhookReading {
  const fullName = lineAt(payload, 'repository', 'full_name')
  const refusal = refusedAsOther(slug, [fullName === null ? null : { host: null, path: fullName }])
  if (refusal) return refusal
  switch (event) {
    case 'ping':
      return ignored('the greeting')
    case 'workflow_run':
      return readRun(payload)
    case 'workflow_job':
      return readJob(payload)
    case 'check_run':
      return readCheck(payload)
    case 'status':
      return readCommitStatus(payload)
    default:
      return ignored('not an event that tells of builds')
  }
}

function readRun(payload: unknown): WebhookReading {
  const run = valueAt(payload, 'workflow_run')
  const id = lineAt(run, 'id')
  const revision = lineAt(run, 'head_sha')
  if (!id || !revision) return lacking('workflow_run.id, head_sha')
  const branch = refAt(run, 'head_branch')
  // Only this event says whose branch it is: a fork's may have the name of ours.
  const owner = branch !== null && ofFork(run, payload) ? forkOwner(run) : null
  const actor = valueAt(run, 'actor')
  const event = lineAt(run, 'event') ?? 'push'
  const workflow = workflowFor(
    id,
    lineAt(run, 'run_attempt'),
    lineAt(run, 'name') ?? lineAt(payload, 'workflow', 'name'),
  )
  // In a rerun this is the time of the first run.
  const beganAt = timeAt(run, 'created_at') ?? timeAt(run, 'run_started_at')
  const kind = lineAt(run, 'workflow_id') ?? id
  return aboutRun({
    workflow: HEAD_EVENT.get(event) === 'beside' ? workflow : { ...workflow, attemptOf: `github:${event}:${kind}` },
    runStatus: runStatusOf(run),
    pipeline: {
      ...pipelineFor(owner === null ? branch : `${owner}:${branch}`, revision),
      // A run that is not for the head of its branch is ordered by the time of its commit.
      beganAt: HEAD_EVENT.has(event) ? beganAt : earlier(beganAt, timeAt(run, 'head_commit', 'timestamp')),
      ciNumber: workflow.attempt,
      ...messageAt(run, 'head_commit', 'message'),
      author: gitPersonAt(run, 'head_commit', 'author'),
      committer: gitPersonAt(run, 'head_commit', 'committer'),
      actor: personFrom({ login: lineAt(actor, 'login'), avatar_url: urlAt(actor, 'avatar_url') }),
      pullRequests: pullRequestsOf(payload, listAt(run, 'pull_requests')),
    },
  })
}

function readJob(payload: unknown): WebhookReading {
  const job = valueAt(payload, 'workflow_job')
  const id = lineAt(job, 'id')
  const runId = lineAt(job, 'run_id')
  const revision = lineAt(job, 'head_sha')
  const jobName = lineAt(job, 'name')
  if (!id || !runId || !revision || !jobName) return lacking('workflow_job.id, run_id, head_sha, name')
  const status = statusOf(job)
  if (!status) return ignored('the event has no state')
  const createdAt = timeAt(job, 'created_at')
  const startedAt = timeAt(job, 'started_at')
  const steps = listAt(job, 'steps').map(stepOf)
  const workflow = workflowFor(runId, lineAt(job, 'run_attempt'), lineAt(job, 'workflow_name'))
  return aboutBuilds([
    {
      externalId: `github:job:${id}`,
      jobName,
      ...timed(status, { queuedAt: createdAt, startedAt, stoppedAt: timeAt(job, 'completed_at') }),
      buildUrl: urlAt(job, 'html_url'),
      steps: steps.length > 0 ? steps : null,
      workflow,
      pipeline: {
        ...pipelineFor(refAt(job, 'head_branch'), revision),
        ciNumber: workflow.attempt,
        isHeadUnknown: true,
      },
    },
  ])
}

/** Checks of other apps only: those of GitHub Actions are its jobs, and `workflow_job` has more about these. */
function readCheck(payload: unknown): WebhookReading {
  const check = valueAt(payload, 'check_run')
  const id = lineAt(check, 'id')
  const revision = lineAt(check, 'head_sha')
  const jobName = lineAt(check, 'name')
  if (!id || !revision || !jobName) return lacking('check_run.id, head_sha, name')
  if (lineAt(check, 'app', 'slug') === 'github-actions')
    return ignored('a job of GitHub Actions: workflow_job tells it')
  const branch = refAt(check, 'check_suite', 'head_branch')
  if (branch === null) return ignored('a check without a branch, as on forks')
  const status = statusOf(check)
  if (!status) return ignored('the event has no state')
  const startedAt = timeAt(check, 'started_at')
  return aboutBuilds([
    {
      externalId: `github:check:${id}`,
      jobName,
      // Of the checks of one name in a suite GitHub shows only the newest, which has the highest id.
      attempt: attemptFor(id) ?? 1,
      ...timed(status, { queuedAt: null, startedAt, stoppedAt: timeAt(check, 'completed_at') }),
      buildUrl: urlAt(check, 'details_url') ?? urlAt(check, 'html_url'),
      steps: null,
      workflow: {
        externalId: `github:suite:${lineAt(check, 'check_suite', 'id') ?? id}`,
        name: lineAt(check, 'app', 'name') ?? UNNAMED,
      },
      pipeline: {
        ...pipelineFor(branch, revision),
        pullRequests: pullRequestsOf(payload, listAt(check, 'pull_requests')),
        isHeadUnknown: true,
      },
    },
  ])
}

/** A commit status is one build on each branch whose head the commit is: it belongs to a commit, not to a branch. */
function readCommitStatus(payload: unknown): WebhookReading {
  const revision = lineAt(payload, 'sha')
  const context = lineAt(payload, 'context')
  const status = meaningOf(COMMIT_STATE, lineAt(payload, 'state'), true)
  if (!revision || !context || !status) return lacking('sha, context, state')
  const branches = listAt(payload, 'branches')
    .filter((branch) => lineAt(branch, 'commit', 'sha') === revision)
    .map((branch) => refAt(branch, 'name'))
    .filter((name) => name !== null)
  if (branches.length === 0) return ignored('the commit is not the head of a branch')
  const at = timeAt(payload, 'created_at') ?? timeAt(payload, 'updated_at')
  const isOpen = status === 'running'
  const builds = branches.map(
    (branch): BuildReport => ({
      externalId: `github:status:${branch}@${revision}:${context}`,
      jobName: context,
      status,
      // Times are whole seconds; of two in one second the one with the higher id is later.
      count: attemptFor(lineAt(payload, 'id')),
      queuedAt: null,
      startedAt: isOpen ? at : null,
      stoppedAt: isOpen ? null : at,
      buildUrl: urlAt(payload, 'target_url'),
      steps: null,
      workflow: { externalId: `github:statuses:${revision}`, name: 'Commit statuses' },
      pipeline: {
        ...pipelineFor(branch, revision),
        ...messageAt(payload, 'commit', 'commit', 'message'),
        author: gitPersonAt(payload, 'commit', 'commit', 'author'),
        committer: gitPersonAt(payload, 'commit', 'commit', 'committer'),
      },
    }),
  )
  return aboutBuilds(builds)
}

// Shorter than any name: the longer name replaces it once it is reported.
const UNNAMED = '-'

function workflowFor(runId: string, attempt: string | null, name: string | null) {
  const externalId = `github:run:${runId}.${attempt ?? '1'}`
  return { externalId, name: name ?? UNNAMED, ...githubAttempt(runId, attempt) }
}

function runStatusOf(run: unknown): RunStatus | null {
  const status = statusOf(run, RUN_CONCLUSION)
  if (!status) return null
  const beganAt = timeAt(run, 'run_started_at') ?? timeAt(run, 'created_at')
  return { status, at: timeAt(run, 'updated_at') ?? beganAt, beganAt }
}

function pipelineFor(branch: string | null, revision: string): BuildReport['pipeline'] {
  const notSent = { subject: null, body: null, author: null, committer: null, actor: null, pullRequests: [] }
  return { externalId: `github:${branch ?? ''}@${revision}`, branch, tag: null, revision, ...notSent }
}

function statusOf(part: unknown, conclusions = CONCLUSION): ReportedStatus | null {
  const state = lineAt(part, 'status')
  if (state !== 'completed') return meaningOf(OPEN, state, false)
  return meaningOf(conclusions, lineAt(part, 'conclusion'), true)
}

/** GitHub fills `started_at` with the time of queueing until the job starts. */
function timed(
  status: ReportedStatus,
  { queuedAt, startedAt, stoppedAt }: Pick<BuildEvent, 'queuedAt' | 'startedAt' | 'stoppedAt'>,
): Pick<BuildEvent, 'status' | 'queuedAt' | 'startedAt' | 'stoppedAt'> {
  if (status === 'queued' || status === 'not_running')
    return { status, queuedAt: queuedAt ?? startedAt, startedAt: null, stoppedAt: null }
  if (status === 'running') return { status, queuedAt, startedAt, stoppedAt: null }
  return { status, queuedAt, startedAt, stoppedAt: stoppedAt ?? startedAt ?? queuedAt }
}

function stepOf(step: unknown, index: number): Step {
  const name = lineAt(step, 'name') ?? `Step ${index + 1}`
  const startedAt = timeAt(step, 'started_at')
  const endedAt = timeAt(step, 'completed_at')
  const status = statusOf(step)
  return {
    name,
    actions: [
      {
        name,
        type: 'test',
        index: 0,
        step: index,
        status: status ?? 'running',
        start_time: isoOf(startedAt),
        end_time: isoOf(endedAt),
        run_time_millis: startedAt === null || endedAt === null ? null : Math.max(0, endedAt - startedAt),
        bash_command: null,
        exit_code: null,
      },
    ],
  }
}

function earlier(one: number | null, other: number | null): number | null {
  return one === null || other === null ? one : Math.min(one, other)
}

function isoOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}

function gitPersonAt(payload: unknown, ...path: string[]) {
  const person = valueAt(payload, ...path)
  return personFrom({ name: lineAt(person, 'name'), email: lineAt(person, 'email') })
}

function pullRequestsOf(payload: unknown, list: readonly unknown[]): readonly PullRequest[] {
  const repository = urlAt(payload, 'repository', 'html_url')
  if (repository === null) return []
  return list.slice(0, 50).flatMap((pull) => {
    const number = lineAt(pull, 'number')
    return number ? [{ head_sha: lineAt(pull, 'head', 'sha'), url: `${repository}/pull/${number}` }] : []
  })
}

/** Whether a run is a fork's; the repository of a deleted fork is null. */
function ofFork(run: unknown, payload: unknown): boolean {
  return lineAt(run, 'head_repository', 'id') !== lineAt(payload, 'repository', 'id')
}

function forkOwner(run: unknown): string {
  return lineAt(run, 'head_repository', 'owner', 'login') ?? 'fork'
}
