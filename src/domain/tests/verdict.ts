import { HAS_FAILED, HAS_PASSED, type PlacedRun, readRuns, runsAmong } from './test-runs.ts'

/** How many failures are judged at once; of a build's others there is a count. */
export const MAX_JUDGED = 1_000

/** Since which build a test fails. Times are epoch milliseconds. */
export type FailingSince = { readonly buildNum: number; readonly pipelineNumber: number; readonly at: number }

/** What a failure is, beside what the default branch says. */
export type Verdict =
  /** It passes there. */
  | { readonly verdict: 'new' }
  /** It fails there too. */
  | { readonly verdict: 'also_red'; readonly since: FailingSince }
  /** It passed and failed at one revision. Of its last `runs` it failed in `failed`. */
  | ({ readonly verdict: 'flaky' } & FlakyFigures)
  /** It neither passed nor failed there. */
  | { readonly verdict: 'unknown' }

/** How often a flaky test failed, also where a later attempt passed: `rate` is from 0 to 1. */
export type FlakyFigures = { readonly rate: number; readonly failed: number; readonly runs: number }

/** A report, with how all of its tests ended (`textOfRuns`). */
export type PastReport = { readonly buildNum: number; readonly outcomes: string }

/** A report of the default branch. */
export type BranchReport = PastReport & {
  readonly jobName: string
  readonly pipelineNumber: number
  /** Whether all of its pipeline is over. */
  readonly isComplete: boolean
  readonly at: number
}

/** A report with the commit and the job that it is of. */
export type RevisionReport = PastReport & { readonly jobName: string; readonly revision: string }

/** A test that failed. */
export type FailedTest = {
  /** Null where there has been no report of it yet. */
  readonly id: number | null
  /** Null where the job is not known. */
  readonly jobName: string | null
}

/** What verdicts are made from. */
export type Past = {
  /** Of the default branch: the newest pipeline first, in it the newest build. */
  readonly there: readonly BranchReport[]
  /** Of the commits at which one of the tests failed within the last two weeks. */
  readonly revisions: readonly RevisionReport[]
  /** The newest of the project, whatever branch. */
  readonly recent: readonly PastReport[]
}

/** The verdict for each of some failures. */
export function judge(tests: readonly FailedTest[], past: Past): Verdict[] {
  const numbers = [...new Set(tests.flatMap(({ id }) => id ?? []))].sort((one, other) => one - other)
  const there = endsIn(past.there, numbers)
  const revisions = endsIn(past.revisions, numbers)
  const flaky = flakyAmong(revisions)
  const recent = endsIn(past.recent, numbers)
  return tests.map(({ id, jobName }) => {
    if (id === null) return { verdict: 'unknown' }
    return flaky.has(id)
      ? { verdict: 'flaky', ...figuresOf(id, [recent, revisions]) }
      : verdictThere(id, jobName, there)
  })
}

/** How a test ended in a build, whatever many reports of it have the test. */
type End = 'passed' | 'failed' | 'flaky'

type Ends<R> = R & { readonly ends: ReadonlyMap<number, End> }

/** The builds of some reports, in their order, with how these tests ended. A build in which any report failed a test failed it. */
function endsIn<R extends PastReport>(reports: readonly R[], numbers: readonly number[]): Ends<R>[] {
  const builds = new Map<number, R & { readonly ends: Map<number, End> }>()
  for (const report of reports) {
    const build = builds.get(report.buildNum) ?? { ...report, ends: new Map<number, End>() }
    builds.set(report.buildNum, build)
    for (const [number, run] of runsAmong(report.outcomes, numbers)) {
      const end = endOf(run)
      if (end) build.ends.set(number, worseOf(end, build.ends.get(number)))
    }
  }
  return [...builds.values()]
}

function endOf({ outcome }: Pick<PlacedRun, 'outcome'>): End | null {
  if (outcome === 'flaky') return 'flaky'
  return HAS_FAILED[outcome] ? 'failed' : HAS_PASSED[outcome] ? 'passed' : null
}

function worseOf(one: End, other: End | undefined): End {
  const [worst = one] = (['failed', 'flaky'] as const).filter((end) => end === one || end === other)
  return worst
}

/** The tests that passed in one build of a job and failed in another, at one revision, or passed after they had failed. */
function flakyAmong(builds: readonly Ends<RevisionReport>[]): Set<number> {
  const flaky = new Set<number>()
  const seen = new Map<string, Map<number, End>>()
  for (const { revision, jobName, ends } of builds) {
    const key = JSON.stringify([revision, jobName])
    const before = seen.get(key) ?? new Map<number, End>()
    seen.set(key, before)
    for (const [number, end] of ends) {
      const other = before.get(number)
      if (end === 'flaky' || (other !== undefined && other !== end)) flaky.add(number)
      before.set(number, end)
    }
  }
  return flaky
}

/** All flaky tests of such reports, by how often they failed of late: the most often first. */
export function flakyFigures(
  revisions: readonly RevisionReport[],
  recent: readonly PastReport[],
): (FlakyFigures & { readonly id: number })[] {
  const numbers = new Set(revisions.flatMap(notPassedIn))
  const sorted = [...numbers].sort((one, other) => one - other)
  const builds = endsIn(revisions, sorted)
  const flaky = [...flakyAmong(builds)].sort((one, other) => one - other)
  const ofRecent = endsIn(recent, flaky)
  return flaky
    .map((id) => ({ id, ...figuresOf(id, [ofRecent, builds]) }))
    .sort((one, other) => other.rate - one.rate || other.failed - one.failed || one.id - other.id)
}

/** The tests of a report that failed, or passed after they had failed. */
function notPassedIn({ outcomes }: PastReport): number[] {
  const { stretches } = readRuns({ outcomes })
  return stretches.flatMap(({ first, count, outcome }) =>
    outcome === 'flaky' || HAS_FAILED[outcome] ? Array.from({ length: count }, (_, i) => first + i) : [],
  )
}

/** How often such a test failed: in the first of these lists of builds that have it. */
function figuresOf(id: number, lists: readonly (readonly Ends<PastReport>[])[]): FlakyFigures {
  for (const builds of lists) {
    const ends = builds.flatMap(({ ends }) => ends.get(id) ?? [])
    const failed = ends.filter((end) => end !== 'passed').length
    if (ends.length > 0) return { rate: failed / ends.length, failed, runs: ends.length }
  }
  throw new Error('a flaky test has no runs')
}

/** What the default branch says: its builds of this job where any has the test, else all. */
function verdictThere(id: number, jobName: string | null, there: readonly Ends<BranchReport>[]): Verdict {
  const all = there.flatMap(({ ends, ...build }) => {
    const end = ends.get(id)
    return end ? [{ ...build, isRed: end === 'failed' }] : []
  })
  const ofJob = all.filter((build) => build.jobName === jobName)
  const builds = ofJob.length > 0 ? ofJob : all
  const newest = builds.find(({ isComplete }) => isComplete)
  if (!newest) return { verdict: 'unknown' }
  const ofPipeline = builds.filter(({ pipelineNumber }) => pipelineNumber === newest.pipelineNumber)
  // A build of a job takes the place of an earlier one in its pipeline.
  const red = ofPipeline.find(
    (build, i) => build.isRed && ofPipeline.findIndex(({ jobName }) => jobName === build.jobName) === i,
  )
  return red ? { verdict: 'also_red', since: sinceOf(red, builds) } : { verdict: 'new' }
}

/** The oldest build of that job since which there is no pass. */
function sinceOf(
  red: Omit<BranchReport, 'outcomes'>,
  builds: readonly (Omit<BranchReport, 'outcomes'> & { readonly isRed: boolean })[],
): FailingSince {
  const ofJob = builds.filter(({ jobName }) => jobName === red.jobName)
  let oldest = red
  for (const build of ofJob.slice(ofJob.findIndex(({ buildNum }) => buildNum === red.buildNum))) {
    if (!build.isRed) break
    oldest = build
  }
  const { buildNum, pipelineNumber, at } = oldest
  return { buildNum, pipelineNumber, at }
}

/** What a change may have broken comes first, what was red or red at times before it last. */
const PLACE_OF: Record<Verdict['verdict'], number> = { new: 0, unknown: 1, flaky: 2, also_red: 3 }

/** Failures as lists have them: those that nobody expects first, in the order of their reports where they are alike. */
export function newFirst<T extends { readonly verdict: Verdict | null; readonly mute: unknown }>(
  failures: readonly T[],
): readonly T[] {
  const placeOf = ({ verdict, mute }: T) => (verdict ? PLACE_OF[verdict.verdict] : 4) + (mute ? 10 : 0)
  return [...failures].sort((one, other) => placeOf(one) - placeOf(other))
}

/** How many failures have which verdict, whether muted or not, and how many are muted. */
export type VerdictCounts = Readonly<Record<Verdict['verdict'] | 'muted' | 'unjudged', number>>

export function verdictCounts(
  failures: readonly { readonly verdict: Verdict; readonly mute: unknown }[],
  unjudged: number,
): VerdictCounts {
  const count = (verdict: Verdict['verdict']) =>
    failures.filter((failure) => failure.verdict.verdict === verdict).length
  return {
    new: count('new'),
    also_red: count('also_red'),
    flaky: count('flaky'),
    unknown: count('unknown'),
    muted: failures.filter(({ mute }) => mute !== null).length,
    unjudged,
  }
}

/** All failures in one line: "2 new failures, 1 flaky, 3 also red on main"; empty where there are none. */
export function summaryOf(counts: VerdictCounts, defaultBranch: string): string {
  const parts: readonly (readonly [number, string])[] = [
    [counts.new, counts.new === 1 ? 'new failure' : 'new failures'],
    [counts.flaky, 'flaky'],
    [counts.also_red, `also red on ${defaultBranch}`],
    [counts.unknown, `not known on ${defaultBranch}`],
    [counts.unjudged, 'more'],
    [counts.muted, 'of them muted'],
  ]
  return parts.flatMap(([count, words]) => (count > 0 ? [`${count} ${words}`] : [])).join(', ')
}
