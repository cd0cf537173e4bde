import { and, count, eq, sql } from 'drizzle-orm'
import { type Actor, INSTANCE } from '../../domain/access/actor.ts'
import type { TestReport, TestResult } from '../../domain/tests/test-result.ts'
import { askBucket } from '../artifacts/objects.ts'
import { isForeignKeyViolation } from '../constraint.ts'
import { builds, testResults } from '../schema/schema.ts'
import { testReports } from '../schema/schema-tests.ts'
import type { Stores, WriteStores } from '../stores.ts'
import { commit, RightGone } from '../tokens/rights.ts'
import { type ObjectIndex, objectOf } from './report-object.ts'
import { digestOf, insertionOf } from './report-row.ts'
import { chunksOf, findNumbers, insertNames, MAX_TEST_NAMES, numbersIn } from './test-names.ts'
import { packReports } from './test-packs.ts'
import { testsKeyFor } from './tests-key.ts'

/** `same`: the build has this very report. `no_build`: the build is gone. */
export type TestReportKept =
  /** `hadFailures`: a test failed in the report that this one replaces. */
  | { readonly kind: 'kept'; readonly warnings: readonly string[]; readonly hadFailures: boolean }
  | { readonly kind: 'same'; readonly warnings: readonly string[] }
  | { readonly kind: 'no_build' }

const KNOWN = {
  digest: testReports.digest,
  warnings: testReports.warnings,
  failed: testReports.failed,
  errored: testReports.errored,
}

/** Which report of a build. */
export type ReportKey = { readonly buildId: string; readonly name: string }

/**
 * Puts a report in place of the build's earlier one of the same name, all or nothing. The right is read before the bucket
 * is touched, and again with the row, which comes last: decision 0034.
 */
export async function keepTestReport(
  stores: WriteStores & Pick<Stores, 'artifacts' | 'warn' | 'waitUntil'>,
  key: ReportKey,
  report: TestReport,
  actor: Actor,
): Promise<TestReportKept> {
  const { db, artifacts, now } = stores
  const { buildId } = key
  const { tests } = report
  const chunks = chunksOf(tests, tests.keys())
  // D1 searches meanwhile.
  const [[[build], [known], ...found], digest] = await Promise.all([
    commit(stores, actor, [
      db.select({ projectId: builds.projectId }).from(builds).where(eq(builds.id, buildId)),
      db.select(KNOWN).from(testReports).where(isReport(key)),
      ...findNumbers(db, buildId, chunks),
    ]),
    digestOf(report),
  ])
  if (!build) return { kind: 'no_build' }
  if (known?.digest === digest) return { kind: 'same', warnings: known.warnings }
  const { projectId } = build
  const createdAt = now()
  const numbers = numbersIn(found, tests.length)
  const [object] = await Promise.all([
    objectOf(tests),
    giveNumbers(stores, { buildId, tests, createdAt }, numbers, actor),
  ])
  const warnings = [...report.warnings, ...warningOfUnnumbered(numbers)]
  const kept = await putTests(stores, { projectId, buildId }, object)
  const row = { projectId, ...key, digest, report: { tests, warnings }, numbers, createdAt, ...kept }
  try {
    const results = await commit(stores, actor, [
      db.delete(testResults).where(isOldReport(key)),
      db.delete(testReports).where(isReport(key)),
      ...insertionOf(db, row),
      db.select({ count: count() }).from(testReports).where(eq(testReports.buildId, buildId)),
    ])
    const [counted] = results.at(-1) as { count: number }[]
    if (counted && counted.count > 1) stores.waitUntil(packReports(stores, buildId, actor))
    return { kind: 'kept', warnings, hadFailures: known !== undefined && known.failed + known.errored > 0 }
  } catch (error) {
    const isGone = isForeignKeyViolation(error)
    // After any other error the row may exist: the daily upkeep deletes the object if not.
    if (isGone || error instanceof RightGone) await artifacts.delete(row.objectKey)
    if (isGone) return { kind: 'no_build' }
    throw error
  }
}

/** A report that is still rows of `test_results`. */
export type OldReport = ReportKey & {
  readonly projectId: string
  readonly tests: readonly TestResult[]
  readonly createdAt: number
}

/** Keeps such a report like any other, unless one of the same name came meanwhile. Gives how many operations it took. */
export async function moveTestReport(
  stores: WriteStores & Pick<Stores, 'artifacts' | 'warn'>,
  old: OldReport,
): Promise<number> {
  const { db } = stores
  const { projectId, buildId, name, tests, createdAt } = old
  const chunks = chunksOf(tests, tests.keys())
  const numbers = numbersIn(await commit(stores, INSTANCE, findNumbers(db, buildId, chunks)), tests.length)
  const operations = chunks.length + (await giveNumbers(stores, old, numbers, INSTANCE))
  const report = { tests, warnings: warningOfUnnumbered(numbers) }
  const digest = await digestOf({ tests, warnings: [] })
  const kept = await putTests(stores, old, await objectOf(tests))
  const row = { projectId, buildId, name, digest, report, numbers, createdAt, ...kept }
  const isStillOld = sql`where exists (select 1 from ${testResults} where build_id = ${buildId} and report = ${name})`
  const insertion = insertionOf(db, row, isStillOld)
  await commit(stores, INSTANCE, [...insertion, db.delete(testResults).where(isOldReport(old))])
  return operations + 1 + insertion.length + 1
}

/** Puts the tests into the bucket, under a key of their own. */
async function putTests(
  stores: Pick<Stores, 'artifacts' | 'warn'>,
  { projectId, buildId }: Pick<OldReport, 'projectId' | 'buildId'>,
  { bytes, index }: Awaited<ReturnType<typeof objectOf>>,
): Promise<{ readonly objectKey: string; readonly index: ObjectIndex }> {
  const objectKey = testsKeyFor(projectId, buildId)
  await askBucket(stores, stores.artifacts.put(objectKey, bytes))
  return { objectKey, index }
}

/** Numbers the tests that have none yet, in `numbers`, as far as the project has room. Gives how many operations it took. */
async function giveNumbers(
  stores: WriteStores,
  { buildId, tests, createdAt }: Pick<OldReport, 'buildId' | 'tests' | 'createdAt'>,
  numbers: Float64Array,
  actor: Actor,
): Promise<number> {
  const { db } = stores
  const places = [...numbers.keys()].filter((place) => numbers[place] === 0)
  if (places.length === 0) return 0
  const chunks = chunksOf(tests, places)
  const results = await commit(stores, actor, [
    ...insertNames(db, buildId, chunks, createdAt),
    ...findNumbers(db, buildId, chunks),
  ])
  const given = numbersIn(results.slice(chunks.length), tests.length)
  for (const place of places) numbers[place] = given[place] ?? 0
  return results.length
}

function warningOfUnnumbered(numbers: Float64Array): readonly string[] {
  const left = numbers.filter((number) => number === 0).length
  if (left === 0) return []
  const most = MAX_TEST_NAMES.toLocaleString('en-US')
  return [`${left} of the tests have no history: they are not among the ${most} names that are kept of a project`]
}

function isReport({ buildId, name }: ReportKey) {
  return and(eq(testReports.buildId, buildId), eq(testReports.report, name))
}

function isOldReport({ buildId, name }: ReportKey) {
  return and(eq(testResults.buildId, buildId), eq(testResults.report, name))
}
