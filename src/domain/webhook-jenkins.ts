import { attemptFor } from './attempt.ts'
import { isOver as isOverStatus, type ReportedStatus, UNKNOWN_REVISION } from './build.ts'
import { distinct, lineAt, refAt, timeAt, urlAt, valueAt } from './payload.ts'
import { repositoryOf } from './repository-url.ts'
import {
  aboutBuilds,
  ignored,
  lacking,
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

/** Jenkins runs one job at a time for a commit as far as it tells: each run is a pipeline of one build. */
export function readJenkins({ slug, payload }: WebhookEvent): WebhookReading {
  const build = valueAt(payload, 'build')
  const refusal = refusedAsOther(slug, [repositoryOf(lineAt(build, 'scm', 'url'))])
  if (refusal) return refusal
  const number = lineAt(build, 'number')
  const url = lineAt(build, 'url')
  if (!number || !url) return lacking('build.number, build.url')
  const status = statusOf(build)
  if (!status) return ignored('a phase that is not known')

  const at = timeAt(build, 'timestamp')
  const durationMs = Number(lineAt(build, 'duration') ?? 0)
  const isOver = isOverStatus(status)
  const isRunning = status === 'running'
  const jobName = jobNameOf(url)
  const externalId = distinct(`jenkins:${urlAt(build, 'full_url') ?? url}`, 500)
  // A job that was deleted and made anew counts from 1 again. Its times are those of events; its place in the queue is
  // one for all events of a run.
  const life = attemptFor(lineAt(build, 'queue_id'))
  return aboutBuilds([
    {
      externalId,
      jobName,
      status,
      queuedAt: status === 'queued' ? at : null,
      startedAt: isRunning ? at : isOver && at !== null && durationMs > 0 ? at - durationMs : null,
      stoppedAt: isOver ? at : null,
      buildUrl: urlAt(build, 'full_url'),
      steps: null,
      attempt: 1,
      workflow: { externalId, name: jobName, attempt: life ?? 1 },
      pipeline: {
        externalId,
        life,
        branch: branchOf(refAt(build, 'scm', 'branch')),
        tag: null,
        // Not known before the checkout.
        revision: lineAt(build, 'scm', 'commit') ?? UNKNOWN_REVISION,
        subject: null,
        body: null,
        author: null,
        committer: null,
        actor: null,
        pullRequests: [],
      },
    },
  ])
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
      return RESULT.get(lineAt(build, 'status') ?? '') ?? null
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
