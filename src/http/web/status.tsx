import type { BranchStatus } from '../../domain/badge.ts'
import type { StatusClass } from '../../domain/build.ts'
import { classOf } from '../../domain/workflow-run.ts'

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
  green: 'M3.5 8.5l3 3 6-7',
  red: 'M4 4l8 8M12 4l-8 8',
  blue: 'M8 3.5V8l3 2',
  waiting: 'M4 8h.01M8 8h.01M12 8h.01',
  stopped: 'M4 8h8',
}

/** A status by shape, word and colour; a `mark` leaves the word to screen readers and to what stands beside it. */
export function Status({ status, mark = false }: { status: BranchStatus; mark?: boolean }) {
  const group = classOf(status)
  return (
    <span class={`status ${group}`}>
      <StatusMark class={group} />
      <span class={mark ? 'unseen' : 'status-word'}>{STATUS_WORD[status]}</span>
    </span>
  )
}

/** The shape alone, for where the word stands beside it. */
export function StatusMark({ class: group }: { class: StatusClass }) {
  return (
    <svg class={`status-mark ${group}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <circle cx="8" cy="8" r="7.25" />
      <path d={SHAPES[group]} />
    </svg>
  )
}
