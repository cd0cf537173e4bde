import { HAS_FAILED, HAS_PASSED, type RunOutcome } from './test-runs.ts'

/** One run of one test. Times are epoch milliseconds. */
export type HistoryRun = {
  readonly buildNum: number
  readonly jobName: string
  readonly branch: string | null
  readonly revision: string
  readonly outcome: RunOutcome
  readonly runTimeSeconds: number
  readonly at: number
  /** Who pushed or asked for it, where that was reported. */
  readonly actor: string | null
}

/** What some runs of a test say together. */
export type HistoryStats = {
  /** Those that passed or failed. */
  readonly runs: number
  readonly failed: number
  /** From 0 to 1; null without runs. */
  readonly failureRate: number | null
  readonly medianSeconds: number | null
  readonly p95Seconds: number | null
  /** The oldest run on the default branch since which it has not passed there; null where it passes. */
  readonly firstFailureSince: { readonly buildNum: number; readonly at: number } | null
}

/** What the runs of a test say, the newest first. */
export function statsOf(runs: readonly HistoryRun[], defaultBranch: string): HistoryStats {
  const ended = runs.filter(({ outcome }) => outcome !== 'skipped')
  const failed = ended.filter(({ outcome }) => HAS_FAILED[outcome]).length
  const seconds = ended.map(({ runTimeSeconds }) => runTimeSeconds).sort((one, other) => one - other)
  const at = (share: number) => seconds[Math.ceil(share * seconds.length) - 1] ?? null
  const there = ended.filter(({ branch }) => branch === defaultBranch)
  const passed = there.findIndex(({ outcome }) => HAS_PASSED[outcome] && !HAS_FAILED[outcome])
  const oldest = there[(passed === -1 ? there.length : passed) - 1]
  return {
    runs: ended.length,
    failed,
    failureRate: ended.length === 0 ? null : failed / ended.length,
    medianSeconds: at(0.5),
    p95Seconds: at(0.95),
    firstFailureSince: oldest ? { buildNum: oldest.buildNum, at: oldest.at } : null,
  }
}
