import type { BranchStatus } from '../../../domain/builds/badge.ts'
import type { StatusClass } from '../../../domain/builds/build.ts'
import { classOf } from '../../../domain/builds/workflow-run.ts'

/** What each status is called on our pages. */
export const STATUS_WORD: Record<BranchStatus, string> = {
  success: 'Passed',
  fixed: 'Fixed',
  failed: 'Failed',
  timedout: 'Timed out',
  no_tests: 'No tests',
  infrastructure_fail: 'Infrastructure failure',
  canceled: 'Canceled',
  retried: 'Retried',
  not_run: 'Not run',
  running: 'Running',
  queued: 'Queued',
  not_running: 'Waiting',
  no_builds: 'No builds',
}

/** One shape a class, so that nobody has to tell colours apart. */
const SHAPES: Record<StatusClass, string> = {
  green: 'M4 8.5l2.7 2.7L12 5.5',
  red: 'M5 5l6 6m0-6-6 6',
  blue: 'M8 4v4l2.5 2',
  waiting: 'M4.5 8h0M8 8h0m3.5 0h0',
  stopped: 'M4.5 8h7',
}

/** A status by shape, word and colour; of a `mark` only screen readers get the word, since it is beside it. */
export function Status({ status, mark = false }: { status: BranchStatus; mark?: boolean }) {
  const group = classOf(status)
  return (
    <span class={`status ${group}`}>
      <StatusMark class={group} />
      <span class={mark ? 'unseen' : undefined}>{STATUS_WORD[status]}</span>
    </span>
  )
}

/** The shape alone, in the colour around it. Pages hold hundreds: the circle behind it is the stylesheet's. */
export function StatusMark({ class: group }: { class: StatusClass }) {
  return (
    <svg class="state" viewBox="0 0 16 16" aria-hidden="true">
      <path d={SHAPES[group]} />
    </svg>
  )
}
