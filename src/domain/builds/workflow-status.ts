import type { BuildStatus, ReportedStatus } from './build.ts'
import { countingStatuses, type PipelineBuild, type WorkflowAttempt } from './pipeline-status.ts'

/** The statuses of a workflow in CircleCI v2. */
export type WorkflowStatus = 'success' | 'running' | 'not_run' | 'failed' | 'error' | 'failing' | 'on_hold' | 'canceled'

/** What one job, or the CI's report of the whole, adds to a workflow's status. */
type Part = 'red' | 'error' | 'canceled' | 'green' | 'skipped' | 'running' | 'queued' | 'held'

const PART: Record<ReportedStatus, Part> = {
  failed: 'red',
  timedout: 'red',
  no_tests: 'red',
  infrastructure_fail: 'error',
  canceled: 'canceled',
  success: 'green',
  not_run: 'skipped',
  retried: 'skipped',
  running: 'running',
  queued: 'queued',
  not_running: 'held',
}

/** Of a workflow with something left to do: the first rule that fits. */
const OPEN: readonly (readonly [WorkflowStatus, (has: (part: Part) => boolean) => boolean])[] = [
  ['failing', (has) => has('red')],
  ['running', (has) => has('running') || has('queued')],
  // Something passed, nothing runs or is queued, and the rest waits until somebody approves it.
  ['on_hold', (has) => has('green')],
  ['running', () => true],
]

/** Of a workflow that is over: the first part that any job has. */
const OVER: readonly (readonly [WorkflowStatus, Part])[] = [
  ['failed', 'red'],
  ['error', 'error'],
  ['canceled', 'canceled'],
  ['success', 'green'],
  ['not_run', 'skipped'],
]

/** The status of a workflow by itself, from what counts of it. */
export function workflowStatusFor(workflow: WorkflowAttempt, builds: readonly PipelineBuild[]): WorkflowStatus {
  const parts = new Set(countingStatuses({ workflows: [workflow], builds }).map((status) => PART[status]))
  const has = (part: Part) => parts.has(part)
  const isOpen = has('running') || has('queued') || has('held')
  const found = isOpen ? OPEN.find(([, fits]) => fits(has)) : OVER.find(([, part]) => has(part))
  return found?.[0] ?? 'not_run'
}

/** Whether nothing more is expected of a workflow with this status. */
export const WORKFLOW_IS_OVER: Record<WorkflowStatus, boolean> = {
  success: true,
  failed: true,
  error: true,
  canceled: true,
  not_run: true,
  running: false,
  failing: false,
  on_hold: false,
}

/** The statuses of a job in CircleCI v2. */
export const JOB_STATUS = {
  success: 'success',
  fixed: 'success',
  failed: 'failed',
  no_tests: 'failed',
  timedout: 'timedout',
  infrastructure_fail: 'infrastructure_fail',
  canceled: 'canceled',
  not_run: 'not_run',
  retried: 'retried',
  running: 'running',
  queued: 'queued',
  not_running: 'not_running',
} as const satisfies Record<BuildStatus, string>
