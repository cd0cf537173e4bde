import { DAY_MS } from '../day.ts'
import { wordTable } from '../formats/word-table.ts'
import { WORKFLOW_IS_OVER, type WorkflowStatus } from './workflow-status.ts'

/** One run of a workflow. Times are epoch milliseconds. */
export type WorkflowTiming = {
  readonly name: string
  readonly status: WorkflowStatus
  readonly beganAt: number
  readonly startedAt: number | null
  readonly stoppedAt: number | null
}

/** How a workflow that ran can have ended. */
type RunStatus = Exclude<WorkflowStatus, 'not_run' | 'running' | 'failing' | 'on_hold'>

export type WorkflowMetrics = {
  readonly totalRuns: number
  readonly successfulRuns: number
  readonly failedRuns: number
  /** 0 to 1. */
  readonly successRate: number
  /** Runs a day. */
  readonly throughput: number
  /** From a failure to the next success, on average; 0 where nothing recovered. */
  readonly meanSecondsToRecovery: number
  readonly recoveries: number
  readonly durationSeconds: Spread
}

export type Spread = {
  readonly min: number
  readonly mean: number
  readonly median: number
  readonly p95: number
  readonly max: number
  readonly standardDeviation: number
}

/** The metrics of the runs of one workflow in a window of time. Only runs that are over count. */
export function workflowMetricsFor(runs: readonly WorkflowTiming[], windowMs: number): WorkflowMetrics {
  const over = runs.filter(hasRun)
  const successfulRuns = over.filter((run) => run.status === 'success').length
  const recoveries = recoverySecondsOf(over)
  return {
    totalRuns: over.length,
    successfulRuns,
    failedRuns: over.filter((run) => run.status === 'failed').length,
    successRate: over.length === 0 ? 0 : successfulRuns / over.length,
    throughput: (over.length * DAY_MS) / windowMs,
    meanSecondsToRecovery: Math.round(meanOf(recoveries)),
    recoveries: recoveries.length,
    durationSeconds: spreadOf(over.flatMap((run) => runSecondsOf(run) ?? [])),
  }
}

/** Whether a workflow has come to a result: insights are of those alone. */
export function hasRun<R extends { readonly status: WorkflowStatus }>(
  run: R,
): run is R & { readonly status: RunStatus } {
  const { status } = run
  return WORKFLOW_IS_OVER[status] && status !== 'not_run'
}

export function runSecondsOf({ startedAt, beganAt, stoppedAt }: WorkflowTiming): number | null {
  return stoppedAt === null ? null : Math.max(0, Math.round((stoppedAt - (startedAt ?? beganAt)) / 1000))
}

function recoverySecondsOf(runs: readonly WorkflowTiming[]): readonly number[] {
  const seconds: number[] = []
  let brokenSince: number | null = null
  for (const run of [...runs].sort((one, other) => one.beganAt - other.beganAt)) {
    const at = run.stoppedAt ?? run.beganAt
    if (run.status === 'failed') brokenSince ??= at
    if (run.status === 'success' && brokenSince !== null) {
      seconds.push(Math.max(0, (at - brokenSince) / 1000))
      brokenSince = null
    }
  }
  return seconds
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other)
  const mean = meanOf(sorted)
  const variance = meanOf(sorted.map((value) => (value - mean) ** 2))
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0
  return {
    min: sorted[0] ?? 0,
    mean: Math.round(mean),
    median: sorted.length === 0 ? 0 : at(0.5),
    p95: sorted.length === 0 ? 0 : at(0.95),
    max: sorted.at(-1) ?? 0,
    standardDeviation: Math.round(Math.sqrt(variance)),
  }
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** How far back insights look, by the name that a client gives. */
export const REPORTING_WINDOW_DAYS = wordTable<number>({
  'last-24-hours': 1,
  'last-7-days': 7,
  'last-30-days': 30,
  'last-60-days': 60,
  'last-90-days': 90,
})
