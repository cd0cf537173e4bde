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

/** The runs of one workflow in a stretch of time, as far as metrics are made of them. Those that are not over only give times. */
export type RunSum = {
  readonly total: number
  readonly successful: number
  readonly failed: number
  /** How many runs took so many seconds, as pairs in the order of the seconds. */
  readonly seconds: readonly (readonly [seconds: number, runs: number])[]
  /** When the first of them began, and the last one ended or began. */
  readonly firstAt: number
  readonly lastAt: number
  readonly recovery: Recovery
}

/** What a stretch of runs says of how soon failures are mended, so that it can be joined to those before and after it. */
type Recovery = {
  /** When the first run failed, if it did before any succeeded. */
  readonly brokenBefore: number | null
  readonly firstSuccessAt: number | null
  readonly count: number
  readonly seconds: number
  /** The first failure that no success follows. */
  readonly brokenSince: number | null
}

const NO_RECOVERY: Recovery = {
  brokenBefore: null,
  firstSuccessAt: null,
  count: 0,
  seconds: 0,
  brokenSince: null,
}

/** The metrics of the runs of one workflow in a window of time. Only runs that are over count. */
export function workflowMetricsFor(runs: readonly WorkflowTiming[], windowMs: number): WorkflowMetrics {
  return metricsOfSum(sumOfRuns(runs), windowMs)
}

export function sumOfRuns(runs: readonly WorkflowTiming[]): RunSum {
  const over = runs.filter(hasRun)
  const seconds = over.flatMap((run) => runSecondsOf(run) ?? [])
  return {
    total: over.length,
    successful: over.filter(({ status }) => status === 'success').length,
    failed: over.filter(({ status }) => status === 'failed').length,
    seconds: counted(seconds.map((value) => [keptSeconds(value), 1])),
    firstAt: Math.min(...runs.map(({ beganAt }) => beganAt)),
    lastAt: Math.max(...runs.map(({ stoppedAt, beganAt }) => stoppedAt ?? beganAt)),
    recovery: over
      .toSorted((one, other) => one.beganAt - other.beganAt)
      .map(recoveryOf)
      .reduce(recoveriesTogether, NO_RECOVERY),
  }
}

/** The sum of several stretches that follow each other. */
export function sumTogether(sums: readonly RunSum[]): RunSum {
  const all = (of: 'total' | 'successful' | 'failed') => sums.reduce((total, sum) => total + sum[of], 0)
  return {
    total: all('total'),
    successful: all('successful'),
    failed: all('failed'),
    seconds: counted(sums.flatMap(({ seconds }) => seconds)),
    firstAt: Math.min(...sums.map(({ firstAt }) => firstAt)),
    lastAt: Math.max(...sums.map(({ lastAt }) => lastAt)),
    recovery: sums.map(({ recovery }) => recovery).reduce(recoveriesTogether, NO_RECOVERY),
  }
}

export function metricsOfSum(
  { total, successful, failed, seconds, recovery }: RunSum,
  windowMs: number,
): WorkflowMetrics {
  return {
    totalRuns: total,
    successfulRuns: successful,
    failedRuns: failed,
    successRate: total === 0 ? 0 : successful / total,
    throughput: (total * DAY_MS) / windowMs,
    meanSecondsToRecovery: recovery.count === 0 ? 0 : Math.round(recovery.seconds / recovery.count),
    recoveries: recovery.count,
    durationSeconds: spreadOf(seconds),
  }
}

/** Three digits of a longer time, so that a sum has a bounded number of them, however many runs it is of. */
function keptSeconds(seconds: number): number {
  return Number(seconds.toPrecision(3))
}

function counted(pairs: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const counts = new Map<number, number>()
  for (const [value, count] of pairs) counts.set(value, (counts.get(value) ?? 0) + count)
  return [...counts].sort(([one], [other]) => one - other)
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

function recoveryOf({ status, stoppedAt, beganAt }: WorkflowTiming): Recovery {
  const at = stoppedAt ?? beganAt
  if (status === 'failed') return { ...NO_RECOVERY, brokenBefore: at, brokenSince: at }
  return status === 'success' ? { ...NO_RECOVERY, firstSuccessAt: at } : NO_RECOVERY
}

/** That of runs of which those of `later` follow the others. */
function recoveriesTogether(earlier: Recovery, later: Recovery): Recovery {
  const { brokenSince } = earlier
  const { brokenBefore, firstSuccessAt } = later
  const isSuccessBefore = earlier.firstSuccessAt !== null
  const both = {
    brokenBefore: earlier.brokenBefore ?? (isSuccessBefore ? null : brokenBefore),
    firstSuccessAt: earlier.firstSuccessAt ?? firstSuccessAt,
  }
  if (firstSuccessAt === null) {
    const since = brokenSince ?? later.brokenSince
    return { ...both, count: earlier.count, seconds: earlier.seconds, brokenSince: since }
  }
  // What was broken before is mended by the first success, whatever else failed until then.
  const secondsSince = (at: number | null) => (at === null ? 0 : Math.max(0, (firstSuccessAt - at) / 1000))
  const isOneMore = brokenSince !== null && brokenBefore === null
  return {
    ...both,
    count: earlier.count + later.count + (isOneMore ? 1 : 0),
    seconds:
      earlier.seconds +
      later.seconds +
      (brokenSince === null ? 0 : secondsSince(brokenSince) - secondsSince(brokenBefore)),
    brokenSince: later.brokenSince,
  }
}

/** Of how many times each value is there, the smallest first. */
function spreadOf(counts: readonly (readonly [value: number, count: number])[]): Spread {
  const total = counts.reduce((sum, [, count]) => sum + count, 0)
  if (total === 0) return { min: 0, mean: 0, median: 0, p95: 0, max: 0, standardDeviation: 0 }
  const meanOf = (of: (value: number) => number) =>
    counts.reduce((sum, [value, count]) => sum + of(value) * count, 0) / total
  const mean = meanOf((value) => value)
  const at = (share: number) => {
    let before = 0
    for (const [value, count] of counts) {
      before += count
      if (before >= Math.ceil(share * total)) return value
    }
    return 0
  }
  return {
    min: counts[0]?.[0] ?? 0,
    mean: Math.round(mean),
    median: at(0.5),
    p95: at(0.95),
    max: counts.at(-1)?.[0] ?? 0,
    standardDeviation: Math.round(Math.sqrt(meanOf((value) => (value - mean) ** 2))),
  }
}

/** How far back insights look, by the name that a client gives. */
export const REPORTING_WINDOW_DAYS = wordTable<number>({
  'last-24-hours': 1,
  'last-7-days': 7,
  'last-30-days': 30,
  'last-60-days': 60,
  'last-90-days': 90,
})
