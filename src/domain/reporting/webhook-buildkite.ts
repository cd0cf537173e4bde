import { attemptFor } from '../builds/attempt.ts'
import { isOver, type ReportedStatus } from '../builds/build.ts'
import { wordTable } from '../formats/word-table.ts'
import { lineAt, messageAt, personFrom, refAt, timeAt, urlAt, valueAt } from './payload.ts'
import { repositoryOf } from './repository-url.ts'
import {
  about,
  aboutRun,
  ignored,
  lacking,
  meaningOf,
  type RunReport,
  type RunStatus,
  refusedAsOther,
  runStatusInJobEvent,
  type WebhookEvent,
  type WebhookReading,
} from './webhook-reading.ts'

// Buildkite Docs, "Pipelines webhooks", "Build events", "Job events", and the objects of the REST API.

/** `state` of a job. It counts, since it may be later than the event's name says. */
const STATUS = wordTable<ReportedStatus>({
  pending: 'queued',
  waiting: 'queued',
  limiting: 'queued',
  limited: 'queued',
  platform_limiting: 'queued',
  platform_limited: 'queued',
  scheduled: 'queued',
  assigned: 'queued',
  accepted: 'queued',
  reserved: 'queued',
  blocked: 'not_running',
  running: 'running',
  canceling: 'running',
  timing_out: 'running',
  passed: 'success',
  failed: 'failed',
  canceled: 'canceled',
  timed_out: 'timedout',
  expired: 'infrastructure_fail',
  skipped: 'not_run',
  broken: 'not_run',
  waiting_failed: 'not_run',
  blocked_failed: 'not_run',
  unblocked_failed: 'not_run',
})

/** `state` of a build. */
const BUILD_STATE = wordTable<ReportedStatus>({
  creating: 'queued',
  scheduled: 'queued',
  running: 'running',
  // A job failed, so the build will. The status gets the time at which the build began: so its other jobs still count, and
  // the report of its end is later.
  failing: 'failed',
  canceling: 'running',
  blocked: 'not_running',
  passed: 'success',
  failed: 'failed',
  canceled: 'canceled',
  skipped: 'not_run',
  not_run: 'not_run',
})

/** A retried job has an id of its own, so it is another build. */
export function readBuildkite({ slug, event, payload }: WebhookEvent): WebhookReading {
  const refusal = refusedAsOther(slug, [repositoryOf(lineAt(payload, 'pipeline', 'repository'))])
  if (refusal) return refusal
  if (event === 'ping') return ignored('the greeting')
  if (!/^(?:build|job)\./.test(event)) return ignored('not an event that tells of builds')
  const run = runOf(payload)
  if (!run) return lacking('build.id, build.commit, pipeline.slug')
  return event.startsWith('build.')
    ? aboutRun({ ...run, runStatus: runStatusOf(valueAt(payload, 'build')) })
    : readJob(payload, run)
}

/** The status of the build as Buildkite shows it: behind a block step that of the jobs so far. */
function runStatusOf(build: unknown): RunStatus | null {
  const status = meaningOf(BUILD_STATE, lineAt(build, 'state'), timeAt(build, 'finished_at') !== null)
  if (!status) return null
  const beganAt = timeAt(build, 'created_at')
  const startedAt = status === 'running' ? timeAt(build, 'started_at') : null
  const endedAt = isOver(status) ? timeAt(build, 'finished_at') : null
  return { status, at: endedAt ?? startedAt ?? beganAt, beganAt }
}

function readJob(payload: unknown, run: RunReport): WebhookReading {
  const job = valueAt(payload, 'job')
  const id = lineAt(job, 'id')
  if (!id) return lacking('job.id')
  if (lineAt(job, 'type') !== 'script') return ignored('not a step that runs a command')
  const status = statusOf(job)
  if (!status) return ignored('the event has no state')
  const queuedAt = timeAt(job, 'scheduled_at') ?? timeAt(job, 'created_at')
  const startedAt = timeAt(job, 'started_at')
  const stoppedAt = isOver(status) ? (timeAt(job, 'finished_at') ?? startedAt ?? queuedAt) : null
  const build = valueAt(payload, 'build')
  const isFailing = lineAt(build, 'state') === 'failing'
  const runStatus = runStatusInJobEvent(
    runStatusOf(build),
    timeAt(build, 'finished_at'),
    isFailing ? null : (stoppedAt ?? queuedAt),
  )
  return about(runStatus ? [{ ...run, runStatus }] : [], [
    {
      ...run,
      externalId: `buildkite:job:${id}`,
      jobName: nameOf(job),
      attempt: 1 + retriesOf(job),
      status,
      queuedAt,
      startedAt,
      stoppedAt,
      buildUrl: urlAt(job, 'web_url'),
      steps: null,
    },
  ])
}

/** How often the job ran before; older payloads only name the job that it repeats. */
function retriesOf(job: unknown): number {
  return attemptFor(lineAt(job, 'retries_count')) ?? (valueAt(job, 'retry_source') === null ? 0 : 1)
}

function statusOf(job: unknown): ReportedStatus | null {
  const state = lineAt(job, 'state')
  // Buildkite lets the build pass, so the branch must not be red.
  if (valueAt(job, 'soft_failed') === true) return 'success'
  if (state === 'finished') return lineAt(job, 'exit_status') === '0' ? 'success' : 'failed'
  return meaningOf(STATUS, state, timeAt(job, 'finished_at') !== null)
}

/** The step's label; those of a parallel step differ by their place in it. */
function nameOf(job: unknown): string {
  const name = lineAt(job, 'name') ?? lineAt(job, 'step_key') ?? messageAt(job, 'command').subject ?? 'command'
  const index = lineAt(job, 'parallel_group_index')
  const total = lineAt(job, 'parallel_group_total')
  return index === null || total === null ? name : `${name} (${Number(index) + 1}/${total})`
}

function runOf(payload: unknown): RunReport | null {
  const build = valueAt(payload, 'build')
  const id = lineAt(build, 'id')
  const revision = lineAt(build, 'commit')
  const name = lineAt(payload, 'pipeline', 'name') ?? lineAt(payload, 'pipeline', 'slug')
  if (!id || !revision || !name) return null
  const tag = refAt(build, 'tag')
  const creator = valueAt(build, 'creator')
  return {
    workflow: { externalId: `buildkite:build:${id}`, name },
    pipeline: {
      externalId: `buildkite:build:${id}`,
      beganAt: timeAt(build, 'created_at'),
      ciNumber: attemptFor(lineAt(build, 'number')),
      branch: tag === null ? branchOf(payload) : null,
      tag,
      // "HEAD", which is UNKNOWN_REVISION, until an agent has checked the commit out; the commit then replaces it.
      revision,
      ...messageAt(build, 'message'),
      author: personFrom({ name: lineAt(build, 'author', 'name'), email: lineAt(build, 'author', 'email') }),
      committer: null,
      actor: personFrom({ name: lineAt(creator, 'name'), avatar_url: urlAt(creator, 'avatar_url') }),
      pullRequests: pullRequestsOf(payload),
    },
  }
}

/** A fork's branch under its owner's name, which Buildkite writes only where the pipeline asks for it. */
function branchOf(payload: unknown): string | null {
  const branch = refAt(payload, 'build', 'branch')
  const own = repositoryOf(lineAt(payload, 'pipeline', 'repository'))
  const head = repositoryOf(lineAt(payload, 'build', 'pull_request', 'repository'))
  if (branch === null || branch.includes(':') || !own || !head) return branch
  return own.path.toLowerCase() === head.path.toLowerCase() ? branch : `${head.path.split('/')[0]}:${branch}`
}

function pullRequestsOf(payload: unknown): RunReport['pipeline']['pullRequests'] {
  const number = lineAt(payload, 'build', 'pull_request', 'id')
  const own = repositoryOf(lineAt(payload, 'pipeline', 'repository'))
  const isGithub = own?.host === 'github.com' || lineAt(payload, 'pipeline', 'provider', 'id') === 'github_enterprise'
  if (number === null || !own?.host || !isGithub) return []
  return [{ head_sha: null, url: `https://${own.host}/${own.path}/pull/${number}` }]
}
