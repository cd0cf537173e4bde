import { HAS_FAILED, HAS_PASSED, readRuns, runsIn } from './test-runs.ts'
import { type BranchReport, type FlakyFigures, flakyFigures, type PastReport, type RevisionReport } from './verdict.ts'

/** What stands out of a branch's tests, by their numbers. Each list is sorted, what stands out most first. */
export type InsightFigures = {
  readonly slowest: readonly { readonly id: number; readonly meanSeconds: number; readonly runs: number }[]
  readonly mostFailing: readonly {
    readonly id: number
    readonly failed: number
    readonly runs: number
    readonly failureRate: number
  }[]
  readonly flaky: readonly (FlakyFigures & { readonly id: number })[]
  /** Younger than all tests of the first pipeline that was looked at; `since` is the build in which it first ran on the branch. */
  readonly added: readonly { readonly id: number; readonly since: Ran }[]
  /** Ran before, or on the default branch, and not in the newest complete pipeline of the branch. */
  readonly vanished: readonly { readonly id: number; readonly last: Ran }[]
}

export type Ran = { readonly buildNum: number; readonly at: number }

/** A report of a branch with its times. */
export type TimedReport = BranchReport & { readonly times: string }

type Figure = { runs: number; failed: number; seconds: number; first: BranchReport }

/**
 * The figures of a branch from its newest reports, the newest first. `there` are those of the default branch where that is
 * another one.
 */
export function insightsOf(
  reports: readonly TimedReport[],
  there: readonly BranchReport[] | null,
  flaky: { readonly revisions: readonly RevisionReport[]; readonly recent: readonly PastReport[] },
): InsightFigures {
  const figures = figuresOf(reports)
  const tests = [...figures].map(([id, figure]) => ({ id, ...figure }))
  const ran = tests.filter(({ runs }) => runs > 0)
  const oldest = reports.filter(({ pipelineNumber }) => pipelineNumber === reports.at(-1)?.pipelineNumber)
  // Numbers are given in the order in which tests come: one below may have run before that pipeline.
  const known = oldest.reduce((most, report) => Math.max(most, lastNumberOf(report)), 0)
  return {
    slowest: ran
      .map(({ id, seconds, runs }) => ({ id, meanSeconds: seconds / runs, runs }))
      .sort((one, other) => other.meanSeconds - one.meanSeconds || one.id - other.id),
    mostFailing: ran
      .filter(({ failed }) => failed > 0)
      .map(({ id, failed, runs }) => ({ id, failed, runs, failureRate: failed / runs }))
      .sort((one, other) => other.failed - one.failed || other.failureRate - one.failureRate || one.id - other.id),
    flaky: flakyFigures(flaky.revisions, flaky.recent),
    added: tests
      .filter(({ id }) => id > known)
      .map(({ id, first: { buildNum, at } }) => ({ id, since: { buildNum, at } }))
      .sort((one, other) => other.id - one.id),
    vanished: vanishedFrom(reports, there),
  }
}

function figuresOf(reports: readonly TimedReport[]): Map<number, Figure> {
  const figures = new Map<number, Figure>()
  for (const report of reports)
    for (const { number, outcome, runTimeSeconds } of runsIn(readRuns(report))) {
      let figure = figures.get(number)
      if (!figure) {
        figure = { runs: 0, failed: 0, seconds: 0, first: report }
        figures.set(number, figure)
      }
      figure.first = report
      if (!HAS_PASSED[outcome] && !HAS_FAILED[outcome]) continue
      figure.runs += 1
      figure.failed += HAS_FAILED[outcome] ? 1 : 0
      figure.seconds += runTimeSeconds
    }
  return figures
}

/** Tests of earlier pipelines, or of the default branch's newest complete one, that the branch's newest complete one has not. */
function vanishedFrom(
  reports: readonly BranchReport[],
  there: readonly BranchReport[] | null,
): { readonly id: number; readonly last: Ran }[] {
  const newest = newestComplete(reports)
  if (newest === null) return []
  const newestIs = ({ pipelineNumber }: BranchReport) => pipelineNumber === newest
  const present = new Set(reports.filter(newestIs).flatMap(numbersOf))
  const past = there
    ? there.filter(({ pipelineNumber }) => pipelineNumber === newestComplete(there))
    : reports.slice(reports.findLastIndex(newestIs) + 1)
  const vanished = new Map<number, Ran>()
  for (const report of past)
    for (const number of numbersOf(report))
      if (!present.has(number) && !vanished.has(number))
        vanished.set(number, { buildNum: report.buildNum, at: report.at })
  return [...vanished]
    .map(([id, last]) => ({ id, last }))
    .sort((one, other) => other.last.at - one.last.at || one.id - other.id)
}

function newestComplete(reports: readonly BranchReport[]): number | null {
  return reports.find(({ isComplete }) => isComplete)?.pipelineNumber ?? null
}

function lastNumberOf({ outcomes }: PastReport): number {
  const last = readRuns({ outcomes }).stretches.at(-1)
  return last ? last.first + last.count - 1 : 0
}

function numbersOf({ outcomes }: PastReport): number[] {
  return readRuns({ outcomes }).stretches.flatMap(({ first, count }) =>
    Array.from({ length: count }, (_, i) => first + i),
  )
}
