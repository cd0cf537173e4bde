import { attemptFor, attemptInWorkflowId } from '../builds/attempt.ts'
import { isOver as isOverStatus, type ReportedStatus, UNKNOWN_REVISION } from '../builds/build.ts'
import { wordTable } from '../formats/word-table.ts'
import { distinct, lineAt, refAt, timeAt, urlAt, valueAt } from './payload.ts'
import { repositoryOf } from './repository-url.ts'
import {
  about,
  ignored,
  lacking,
  meaningOf,
  type RunReport,
  refusedAsOther,
  type WebhookEvent,
  type WebhookReading,
} from './webhook-reading.ts'

// Jenkins, "Notification" plugin: its README and the JSON that its Phase and BuildState write.

/** `build.status` once the build is over. */
const RESULT = wordTable<ReportedStatus>({
  SUCCESS: 'success',
  // Tests failed, the build as such did not.
  UNSTABLE: 'failed',
  FAILURE: 'failed',
  ABORTED: 'canceled',
  NOT_BUILT: 'not_run',
})

/**
 * Each run is a workflow of one build. Once its commit is known, storage/reporting/placing.ts puts it into one pipeline with
 * the runs of all jobs for that commit of the branch.
 */
export function readJenkins({ slug, payload }: WebhookEvent): WebhookReading {
  const build = valueAt(payload, 'build')
  const refusal = refusedAsOther(slug, [repositoryOf(lineAt(build, 'scm', 'url'))])
  if (refusal) return refusal
  const number = lineAt(build, 'number')
  const url = lineAt(build, 'url')
  if (!number || !url) return lacking('build.number, build.url')
  const status = statusOf(build)
  if (!status) return ignored('a phase that is not known, or no result')

  const at = timeAt(build, 'timestamp')
  const durationMs = Number(lineAt(build, 'duration') ?? 0)
  const isOver = isOverStatus(status)
  const isRunning = status === 'running'
  const jobName = jobNameOf(url)
  const run = `jenkins:${urlAt(build, 'full_url') ?? url}`
  const externalId = distinct(run, 500)
  // A job that was deleted and made again counts from 1 again. The times in a run's events differ; its number in the queue
  // is the same in all of them.
  const jobGeneration = attemptFor(lineAt(build, 'queue_id'))
  const queuedAt = status === 'queued' ? at : null
  const startedAt = isRunning ? at : isOver && at !== null && durationMs > 0 ? at - durationMs : null
  const report: RunReport = {
    workflow: { externalId, name: jobName, ...attemptInWorkflowId(run) },
    pipeline: {
      externalId,
      jobGeneration,
      branch: branchOf(refAt(build, 'scm', 'branch')),
      tag: null,
      // Before its checkout a run's events have the commit of its job's last run.
      revision: (isOver ? lineAt(build, 'scm', 'commit') : null) ?? UNKNOWN_REVISION,
      subject: null,
      body: null,
      author: null,
      committer: null,
      actor: null,
      pullRequests: [],
    },
  }
  const runStatus = { status, at, beganAt: startedAt ?? at }
  return about(
    // A run that was not built replaces no other run for the commit.
    status === 'not_run' ? [{ ...report, runStatus }] : [],
    [
      {
        ...report,
        externalId,
        jobName,
        status,
        queuedAt,
        startedAt,
        stoppedAt: isOver ? at : null,
        buildUrl: urlAt(build, 'full_url'),
        steps: null,
        attempt: jobGeneration ?? report.workflow.attempt ?? 1,
      },
    ],
  )
}

function statusOf(build: unknown): ReportedStatus | null {
  switch (lineAt(build, 'phase')) {
    case 'QUEUED':
      return 'queued'
    // The status in this event may be that of the job's last run.
    case 'STARTED':
      return 'running'
    case 'COMPLETED':
    case 'FINALIZED':
      return meaningOf(RESULT, lineAt(build, 'status'), true)
    default:
      return null
  }
}

/** `job/folder/job/web/18/` is the job `folder/web`. */
function jobNameOf(url: string): string {
  const names = [...url.matchAll(/(?:^|\/)job\/([^/]+)/g)].map(([, name]) => decoded(name ?? ''))
  return distinct(names.join('/')) || 'job'
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // Not percent-encoded after all.
  }
}

/** Git plugin: `origin/main`, or `refs/heads/main`. */
function branchOf(text: string | null): string | null {
  return text?.replace(/^refs\/(?:heads|remotes)\//, '').replace(/^origin\//, '') ?? null
}
