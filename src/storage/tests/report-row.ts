import { sql } from 'drizzle-orm'
import { withoutColours } from '../../domain/formats/ansi.ts'
import { toBase64Url } from '../../domain/formats/encoding.ts'
import type { TestReport, TestResult } from '../../domain/tests/test-result.ts'
import { bothOutcomes, type RunOutcome, type TestRun, textOfRuns } from '../../domain/tests/test-runs.ts'
import { testFailures, testReports } from '../schema/schema-tests.ts'
import { type Db, rawStatement } from '../stores.ts'
import type { Statement } from '../tokens/rights.ts'
import { jsonChunks } from './json-chunks.ts'
import { membersOf, type ObjectIndex } from './report-object.ts'

export type NewReport = {
  readonly projectId: string
  readonly buildId: string
  readonly name: string
  readonly digest: string
  readonly objectKey: string
  readonly index: ObjectIndex
  readonly report: TestReport
  /** Of the tests, at their places; 0 for those that have none, of which only lists of the build tell. */
  readonly numbers: Float64Array
  readonly createdAt: number
}

/** The statements that insert a report and its failures; `condition` is that of the report's row. */
export function insertionOf(db: Db, row: NewReport, condition = sql``): readonly Statement[] {
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
    ...jsonChunks(failuresOf(tests, numbers), MAX_FAILURE_CHUNKS).map((rows) =>
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
    if (number === 0) continue
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
/** That many have room even where all messages and sources are as long as they can be. */
const MAX_FAILURE_CHUNKS = 4
const MAX_MESSAGE_LENGTH = 200

/** The rows of what failed or was flaky. */
function failuresOf(tests: readonly TestResult[], numbers: Float64Array): readonly unknown[] {
  const rows = tests.flatMap((test, position) => {
    const { result, runTimeSeconds, source } = test
    if (result !== 'failure' && result !== 'error' && !isFlakyPass(test)) return []
    if (numbers[position] === 0) return []
    return [[position, numbers[position], result, runTimeSeconds, source, firstLineOf(test)]]
  })
  return rows.slice(0, MAX_FAILURES)
}

function firstLineOf({ message, attempts }: TestResult): string {
  const said = [message, ...attempts.map((attempt) => attempt.message)].find((text) => text.trim() !== '') ?? ''
  // The rest of it, which may be long, need not be read.
  const plain = withoutColours(said.trimStart().slice(0, 10 * MAX_MESSAGE_LENGTH)).trim()
  const [line = ''] = plain.split(/\r\n?|\n/, 1)
  return line.slice(0, MAX_MESSAGE_LENGTH).toWellFormed()
}

/** A SHA-256 of all that the report says. */
export async function digestOf({ tests, warnings }: TestReport): Promise<string> {
  const stream = new crypto.DigestStream('SHA-256')
  const writer = stream.getWriter()
  const encoder = new TextEncoder()
  for (const { text } of membersOf(tests)) await writer.write(encoder.encode(text))
  await writer.write(encoder.encode(JSON.stringify(warnings)))
  await writer.close()
  return toBase64Url(await stream.digest)
}
