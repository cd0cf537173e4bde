import { attemptFor, attemptInWorkflowId } from '../builds/attempt.ts'
import { isOver as isOverStatus, type ReportedStatus, UNKNOWN_REVISION } from '../builds/build.ts'
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
import { wordTable } from './word-table.ts'

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
 * Each run is a workflow of one build. The runs of all jobs for a commit of a branch belong together, once it is known:
 * storage/placing brings them there.
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
  // A job that was deleted and made anew counts from 1 again. Its times are those of events; its place in the queue is
  // one for all events of a run.
  const life = attemptFor(lineAt(build, 'queue_id'))
  const queuedAt = status === 'queued' ? at : null
  const startedAt = isRunning ? at : isOver && at !== null && durationMs > 0 ? at - durationMs : null
  const report: RunReport = {
    workflow: { externalId, name: jobName, ...attemptInWorkflowId(run) },
    pipeline: {
      externalId,
      life,
      branch: branchOf(refAt(build, 'scm', 'branch')),
      tag: null,
      // Before its checkout a run is told with the commit of its job's run before it.
      revision: (isOver ? lineAt(build, 'scm', 'commit') : null) ?? UNKNOWN_REVISION,
      subject: null,
      body: null,
      author: null,
      committer: null,
      actor: null,
      pullRequests: [],
    },
  }
  const told = { status, at, beganAt: startedAt ?? at }
  return about(
    // Of two runs for one commit, one that was not built takes the place of nothing.
    status === 'not_run' ? [{ ...report, told }] : [],
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
        attempt: life ?? report.workflow.attempt ?? 1,
      },
    ],
  )
}

function statusOf(build: unknown): ReportedStatus | null {
  switch (lineAt(build, 'phase')) {
    case 'QUEUED':
      return 'queued'
    // The status here may be that of the run before.
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
