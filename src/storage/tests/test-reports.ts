import { and, count, eq, sql } from 'drizzle-orm'
import { type Actor, INSTANCE } from '../../domain/access/actor.ts'
import { toBase64Url } from '../../domain/formats/encoding.ts'
import type { TestReport, TestResult } from '../../domain/tests/test-result.ts'
import { bothOutcomes, type RunOutcome, type TestRun, textOfRuns } from '../../domain/tests/test-runs.ts'
import { askBucket } from '../artifacts/objects.ts'
import { isForeignKeyViolation } from '../constraint.ts'
import { builds, testResults } from '../schema/schema.ts'
import { testFailures, testReports } from '../schema/schema-tests.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { commit, RightGone, type Statement } from '../tokens/rights.ts'
import { membersOf, type ObjectIndex, objectOf } from './report-object.ts'
import { chunksOf, findNumbers, insertNames, numbersIn } from './test-names.ts'
import { packReports } from './test-packs.ts'
import { testsKeyFor } from './tests-key.ts'

/** `no_build`: the build is gone. `same`: the build has this very report. */
export type TestReportKept = 'kept' | 'same' | 'no_build'

/**
 * Puts a report in place of the build's earlier one of the same name, all or nothing. The right is read before the bucket
 * is touched, and again with the row, which comes last: decision 0034.
 */
export async function keepTestReport(
  stores: Pick<Stores, 'db' | 'artifacts' | 'now' | 'warn' | 'waitUntil'>,
  buildId: string,
  name: string,
  report: TestReport,
  actor: Actor,
): Promise<TestReportKept> {
  const { db, artifacts, now } = stores
  const { tests } = report
  const digest = await digestOf(report)
  const chunks = chunksOf(tests, tests.keys())
  const [[build], [known], ...found] = await commit(stores, actor, [
    db.select({ projectId: builds.projectId }).from(builds).where(eq(builds.id, buildId)),
    db.select({ digest: testReports.digest }).from(testReports).where(isReport(buildId, name)),
    ...findNumbers(db, buildId, chunks),
  ])
  if (!build) return 'no_build'
  if (known?.digest === digest) return 'same'
  const numbers = numbersIn(found, tests.length)
  await giveNumbers(stores, buildId, tests, numbers, now(), actor)
  const row = {
    ...build,
    buildId,
    name,
    digest,
    report,
    numbers,
    createdAt: now(),
    ...(await putTests(stores, { ...build, buildId, tests })),
  }
  try {
    const results = await commit(stores, actor, [
      ...deletionOf(db, buildId, name),
      ...insertionOf(db, row),
      db.select({ count: count() }).from(testReports).where(eq(testReports.buildId, buildId)),
    ])
    const [counted] = results.at(-1) as { count: number }[]
    if (counted && counted.count > 1) stores.waitUntil(packReports(stores, buildId, actor))
    return 'kept'
  } catch (error) {
    const isGone = isForeignKeyViolation(error)
    // After any other error the row may exist: the daily upkeep deletes the object if not.
    if (isGone || error instanceof RightGone) await artifacts.delete(row.objectKey)
    if (isGone) return 'no_build'
    throw error
  }
}

/** A report that is still rows of `test_results`. */
export type OldReport = {
  readonly projectId: string
  readonly buildId: string
  readonly name: string
  readonly tests: readonly TestResult[]
  readonly createdAt: number
}

/** Keeps such a report like any other, unless one of the same name came meanwhile. */
export async function moveTestReport(
  stores: Pick<Stores, 'db' | 'artifacts' | 'now' | 'warn'>,
  old: OldReport,
): Promise<void> {
  const { db } = stores
  const { projectId, buildId, name, tests, createdAt } = old
  const report = { tests, warnings: [] }
  const numbers = numbersIn(
    await commit(stores, INSTANCE, findNumbers(db, buildId, chunksOf(tests, tests.keys()))),
    tests.length,
  )
  await giveNumbers(stores, buildId, tests, numbers, createdAt, INSTANCE)
  const kept = await putTests(stores, old)
  const row = { projectId, buildId, name, digest: await digestOf(report), report, numbers, createdAt, ...kept }
  await commit(stores, INSTANCE, [
    ...insertionOf(
      db,
      row,
      sql`where exists (select 1 from ${testResults} where build_id = ${buildId} and report = ${name})`,
    ),
    db.delete(testResults).where(isOldReport(buildId, name)),
  ])
}

/** Puts the tests into the bucket, under a key of their own. */
async function putTests(
  stores: Pick<Stores, 'artifacts' | 'warn'>,
  { projectId, buildId, tests }: Pick<OldReport, 'projectId' | 'buildId' | 'tests'>,
): Promise<{ readonly objectKey: string; readonly index: ObjectIndex }> {
  const { bytes, index } = await objectOf(tests)
  const objectKey = testsKeyFor(projectId, buildId)
  await askBucket(stores, stores.artifacts.put(objectKey, bytes))
  return { objectKey, index }
}

/** Numbers the tests that have none yet, in `numbers`. */
async function giveNumbers(
  stores: Pick<Stores, 'db' | 'now'>,
  buildId: string,
  tests: readonly TestResult[],
  numbers: Float64Array,
  createdAt: number,
  actor: Actor,
): Promise<void> {
  const { db } = stores
  const places = [...numbers.keys()].filter((place) => numbers[place] === 0)
  if (places.length === 0) return
  const chunks = chunksOf(tests, places)
  const results = await commit(stores, actor, [
    ...insertNames(db, buildId, chunks, createdAt),
    ...findNumbers(db, buildId, chunks),
  ])
  const given = numbersIn(results.slice(chunks.length), tests.length)
  for (const place of places) numbers[place] = given[place] ?? 0
}

function isReport(buildId: string, name: string) {
  return and(eq(testReports.buildId, buildId), eq(testReports.report, name))
}

function isOldReport(buildId: string, name: string) {
  return and(eq(testResults.buildId, buildId), eq(testResults.report, name))
}

/** Deletes a report of a build, also where it is still rows of `test_results`. */
function deletionOf(db: Db, buildId: string, name: string): readonly Statement[] {
  return [
    db.delete(testResults).where(isOldReport(buildId, name)),
    db.delete(testReports).where(isReport(buildId, name)),
  ]
}

type NewReport = Omit<OldReport, 'tests'> & {
  readonly digest: string
  readonly objectKey: string
  readonly index: ObjectIndex
  readonly report: TestReport
  readonly numbers: Float64Array
}

/** The statements that insert a report and its failures. */
function insertionOf(db: Db, row: NewReport, condition = sql``): readonly Statement[] {
  const { projectId, buildId, name, digest, objectKey, index, report, numbers, createdAt } = row
  const { tests, warnings } = report
  const { outcomes, times } = textOfRuns(runsOf(tests, numbers))
  const number = (result: TestResult['result']) => tests.filter((test) => test.result === result).length
  const seconds = tests.reduce((sum, test) => sum + test.runTimeSeconds, 0)
  return [
    rawStatement(
      db,
      sql`insert into ${testReports} (project_id, build_id, report, digest, object_key, object_index, passed, failed, errored, skipped,
        flaky, run_time_seconds, warnings, created_at, outcomes, times)
      select ${projectId}, ${buildId}, ${name}, ${digest}, ${objectKey}, ${JSON.stringify(index)}, ${number('success')},
        ${number('failure')}, ${number('error')}, ${number('skipped')}, ${tests.filter(isFlakyPass).length}, ${seconds},
        ${JSON.stringify(warnings)}, ${createdAt}, ${outcomes}, ${times} ${condition}`,
    ),
    ...failureChunksOf(tests, numbers).map((rows) =>
      rawStatement(
        db,
        sql`insert into ${testFailures} (report_id, position, test_id, outcome, run_time_seconds, source, message)
        select r.id, row.value ->> 0, row.value ->> 1, row.value ->> 2, row.value ->> 3, row.value ->> 4, row.value ->> 5
        from ${testReports} as r cross join json_each(${rows}) as row where r.object_key = ${objectKey}`,
      ),
    ),
  ]
}

function isFlakyPass({ result, isFlaky }: TestResult): boolean {
  return result === 'success' && isFlaky
}

function runsOf(tests: readonly TestResult[], numbers: Float64Array): Map<number, TestRun> {
  const runs = new Map<number, TestRun>()
  for (const [position, test] of tests.entries()) {
    const number = numbers[position] ?? 0
    const before = runs.get(number)
    const outcome: RunOutcome = isFlakyPass(test) ? 'flaky' : test.result
    runs.set(number, {
      outcome: before ? bothOutcomes(before.outcome, outcome) : outcome,
      runTimeSeconds: Math.max(before?.runTimeSeconds ?? 0, test.runTimeSeconds),
    })
  }
  return runs
}

/** As many as all lists of failures look at: of more in one report only the outcomes are counted. */
const MAX_FAILURES = 5_000
const MAX_MESSAGE_LENGTH = 200
const FAILURES_A_CHUNK = 500

/** The rows of what failed or was flaky, as values that D1 takes. */
function failureChunksOf(tests: readonly TestResult[], numbers: Float64Array): string[] {
  const rows = tests.flatMap((test, position) => {
    const { result, runTimeSeconds, source } = test
    if (result !== 'failure' && result !== 'error' && !isFlakyPass(test)) return []
    return [[position, numbers[position], result, runTimeSeconds, source, firstLineOf(test)]]
  })
  const kept = rows.slice(0, MAX_FAILURES)
  const chunks: string[] = []
  for (let from = 0; from < kept.length; from += FAILURES_A_CHUNK)
    chunks.push(JSON.stringify(kept.slice(from, from + FAILURES_A_CHUNK)))
  return chunks
}

function firstLineOf({ message, attempts }: TestResult): string {
  const said = [message, ...attempts.map((attempt) => attempt.message)].find((text) => text.trim() !== '') ?? ''
  const [line = ''] = said.trim().split(/\r\n?|\n/, 1)
  return line.slice(0, MAX_MESSAGE_LENGTH).toWellFormed()
}

/** A SHA-256 of all that the report says. */
async function digestOf({ tests, warnings }: TestReport): Promise<string> {
  const stream = new crypto.DigestStream('SHA-256')
  const writer = stream.getWriter()
  const encoder = new TextEncoder()
  for (const { text } of membersOf(tests)) await writer.write(encoder.encode(text))
  await writer.write(encoder.encode(JSON.stringify(warnings)))
  await writer.close()
  return toBase64Url(await stream.digest)
}
