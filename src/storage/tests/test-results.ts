import { type SQL, sql } from 'drizzle-orm'
import type { TestAttempt, TestOutcome, TestResult } from '../../domain/tests/test-result.ts'
import { isBuild, type WhichBuild } from '../builds/which-build.ts'
import { builds, testResults } from '../schema/schema.ts'
import { testPacks, testReports } from '../schema/schema-tests.ts'
import { type Db, type ReadStores, rawStatement } from '../stores.ts'
import { listOldSlices } from './old-results.ts'
import { type Group, type PlacedTest, type ReportObject, readSlices, type Slice } from './report-object.ts'

type ListStores = Pick<ReadStores, 'db' | 'artifacts' | 'warn'>

/** A report of a build, as lists need it. */
export type ListedReport = {
  readonly report: string
  readonly counts: Readonly<Record<TestOutcome, number>>
  readonly flaky: number
  readonly runTimeSeconds: number
  readonly warnings: readonly string[]
  /** Null where its tests are still rows of `test_results`. */
  readonly object: ReportObject | null
}

/** The test results of a build, in the order reported; null when there is no such build. */
export async function listTestResults(
  stores: ListStores,
  projectId: string,
  num: number,
): Promise<readonly TestResult[] | null> {
  const listed = await listReports(stores.db, { projectId, num })
  return listed && readTests(stores, listed.buildId, sliced(listed.reports.map(allOf), 0, Number.POSITIVE_INFINITY))
}

export type TestPlace = { readonly report: string; readonly position: number }

/** A page of a build's test results, in that order, each with its place; null when there is no such build. */
export async function listTestPage(
  stores: ListStores,
  build: WhichBuild,
  after: TestPlace | null,
  limit: number,
): Promise<readonly (TestResult & TestPlace)[] | null> {
  const listed = await listReports(stores.db, build)
  if (!listed) return null
  const { buildId, reports } = listed
  const first = after === null ? 0 : reports.findIndex(({ report }) => report >= after.report)
  if (first === -1) return []
  const isWithin = after !== null && reports[first]?.report === after.report
  const from = isWithin ? after.position + 1 : 0
  // The report that the page before it ended in may have become shorter since.
  const rest = reports.slice(first).map(allOf)
  const [within] = rest
  return readTests(stores, buildId, sliced(rest, within ? Math.min(from, sizeOf(within)) : 0, limit))
}

const TESTS_AT_ONCE = 1_000

/** All test results of a build, in that order, some at a time: there may be more than the memory holds. */
export async function streamTestResults(
  stores: ListStores,
  build: WhichBuild,
): Promise<AsyncGenerator<readonly TestResult[]> | null> {
  const listed = await listReports(stores.db, build)
  if (!listed) return null
  const tests = testsInTurn(stores, listed)
  // Before anything is answered: where the bucket cannot be reached, the answer says so instead of breaking off.
  const first = await tests.next()
  return first.done ? tests : resumed(first.value, tests)
}

async function* resumed<T>(first: T, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  yield first
  yield* rest
}

async function* testsInTurn(
  stores: ListStores,
  { buildId, reports }: ListedBuild,
): AsyncGenerator<readonly TestResult[]> {
  const all = reports.map(allOf)
  const count = all.reduce((sum, segment) => sum + sizeOf(segment), 0)
  for (let from = 0; from < count; from += TESTS_AT_ONCE)
    yield await readTests(stores, buildId, sliced(all, from, TESTS_AT_ONCE))
}

/** A test as a build's page lists it; long messages are cut. */
export type TestOverview = Omit<TestResult, 'attempts'> & {
  readonly isCut: boolean
  readonly attempts: readonly (TestAttempt & { readonly isCut: boolean })[]
}

export type TestPage = {
  /** How many reports there are: they may have no test. */
  readonly reports: number
  readonly counts: Readonly<Record<TestOutcome, number>>
  /** Of those that passed. */
  readonly flaky: number
  readonly runTimeSeconds: number
  /** What the reports leave in doubt. */
  readonly warnings: readonly string[]
  /** One page of them: failures first, then what was skipped, each in the order reported. */
  readonly results: readonly TestOverview[]
  readonly page: number
  readonly pages: number
}

const TESTS_PER_PAGE = 50
export const MAX_SHOWN_MESSAGE = 2_000

/** A page of a build's tests, from 1. Reads the build's results and nothing else. */
export async function listTestsOfBuild(
  stores: ListStores,
  projectId: string,
  num: number,
  page: number,
): Promise<TestPage> {
  const { buildId, reports } = (await listReports(stores.db, { projectId, num })) ?? { buildId: '', reports: [] }
  const total = (outcome: TestOutcome) => reports.reduce((sum, { counts }) => sum + counts[outcome], 0)
  const counts = {
    success: total('success'),
    failure: total('failure'),
    error: total('error'),
    skipped: total('skipped'),
  }
  const segments = (['failed', 'skipped', 'passed'] as const).flatMap((of) => reports.map((report) => ({ report, of })))
  const tests = await readTests(stores, buildId, sliced(segments, (page - 1) * TESTS_PER_PAGE, TESTS_PER_PAGE))
  return {
    reports: reports.length,
    counts,
    flaky: reports.reduce((sum, { flaky }) => sum + flaky, 0),
    runTimeSeconds: reports.reduce((sum, report) => sum + report.runTimeSeconds, 0),
    warnings: reports.flatMap(warningsOf),
    results: tests.map(overviewOf),
    page,
    pages: Math.ceil((counts.success + counts.failure + counts.error + counts.skipped) / TESTS_PER_PAGE),
  }
}

/** With the name of the report, where it has one. */
function warningsOf({ report, warnings }: ListedReport): readonly string[] {
  return warnings.map((warning) => (report === '' ? warning : `${report}: ${warning}`))
}

function overviewOf({ position: _, report: __, ...test }: PlacedTest & TestPlace): TestOverview {
  return { ...shortened(test), attempts: test.attempts.map(shortened) }
}

function shortened<T extends TestAttempt>(said: T): T & { readonly isCut: boolean } {
  const shown = [...said.message].slice(0, MAX_SHOWN_MESSAGE).join('')
  return { ...said, message: shown, isCut: shown.length < said.message.length }
}

type Segment = { readonly report: ListedReport; readonly of: Group }
type ListedSlice = Segment & Slice

function allOf(report: ListedReport): Segment {
  return { report, of: 'all' }
}

function sizeOf({ report, of }: Segment): number {
  const { success, failure, error, skipped } = report.counts
  const sizes: Record<Group, number> = {
    all: success + failure + error + skipped,
    failed: failure + error,
    skipped,
    passed: success,
  }
  return sizes[of]
}

/** So many tests of segments that follow one another, from the `offset`th on. */
function sliced(segments: readonly Segment[], offset: number, limit: number): readonly ListedSlice[] {
  let before = 0
  return segments.flatMap((segment) => {
    const size = sizeOf(segment)
    const from = Math.max(0, offset - before)
    const count = Math.min(size, offset + limit - before) - from
    before += size
    return count > 0 ? [{ ...segment, from, count }] : []
  })
}

async function readTests(
  stores: ListStores,
  buildId: string,
  slices: readonly ListedSlice[],
): Promise<(PlacedTest & TestPlace)[]> {
  const kept = slices.flatMap(({ report: { object }, ...slice }) => (object ? [{ ...slice, object }] : []))
  const old = slices.flatMap(({ report: { object, report }, ...slice }) => (object ? [] : [{ ...slice, report }]))
  const [ofKept, ofOld] = await Promise.all([readSlices(stores, kept), listOldSlices(stores.db, buildId, old)])
  const next = { kept: ofKept.values(), old: ofOld.values() }
  return slices.flatMap(({ report }) => {
    const tests = (report.object ? next.kept : next.old).next().value ?? []
    return tests.map((test) => ({ ...test, report: report.report }))
  })
}

type ListedBuild = { readonly buildId: string; readonly reports: readonly ListedReport[] }

/** The reports of a build by their names; null when there is no such build. */
export async function listReports(db: Db, which: WhichBuild): Promise<ListedBuild | null> {
  const [[build], { results }] = await db.batch([
    db.select({ id: builds.id }).from(builds).where(isBuild(which)),
    rawStatement(db, reportsQuery(which)),
  ])
  if (!build) return null
  // The columns of that statement. Ordered here: SQLite has another order, and a page goes on after a name by comparing.
  const reports = (results as ReportRow[]).map(reportOf).sort((one, other) => (one.report < other.report ? -1 : 1))
  return { buildId: build.id, reports }
}

type ReportRow = {
  readonly report: string
  readonly success: number
  readonly failure: number
  readonly error: number
  readonly skipped: number
  readonly flaky: number
  readonly seconds: number
  readonly warnings: string
  readonly object_key: string | null
  readonly object_offset: number
  readonly object_index: string
}

function reportOf(row: ReportRow): ListedReport {
  const { report, success, failure, error, skipped, flaky, seconds, object_key: objectKey } = row
  const object =
    objectKey === null ? null : { objectKey, offset: row.object_offset, index: JSON.parse(row.object_index) }
  const warnings: readonly string[] = JSON.parse(row.warnings)
  return { report, counts: { success, failure, error, skipped }, flaky, runTimeSeconds: seconds, warnings, object }
}

export function reportsQuery(which: WhichBuild): SQL {
  const ofBuild = sql`b.project_id = ${which.projectId} and ${'num' in which ? sql`b.build_num = ${which.num}` : sql`b.id = ${which.id}`}`
  const offset = sql`(p.offsets ->> ('$."' || r.object_key || '"'))`
  const count = (result: TestOutcome) => sql`sum(t.result = ${result})`
  return sql`select r.report as report, r.passed as success, r.failed as failure, r.errored as error, r.skipped as skipped,
      r.flaky as flaky, r.run_time_seconds as seconds, r.warnings as warnings, iif(${offset} is null, r.object_key, p.object_key) as object_key,
      coalesce(${offset}, 0) as object_offset, r.object_index as object_index
    from ${builds} as b cross join ${testReports} as r on r.build_id = b.id left join ${testPacks} as p on p.build_id = b.id
    where ${ofBuild}
    union all
    select t.report, ${count('success')}, ${count('failure')}, ${count('error')}, ${count('skipped')}, 0, sum(t.run_time_seconds),
      '[]', null, 0, '' from ${builds} as b cross join ${testResults} as t on t.build_id = b.id where ${ofBuild} group by t.report`
}
