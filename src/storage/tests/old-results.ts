import { and, asc, eq, inArray } from 'drizzle-orm'
import type { TestOutcome } from '../../domain/tests/test-result.ts'
import { testResults } from '../schema/schema.ts'
import type { Db } from '../stores.ts'
import type { Group, PlacedTest, Slice } from './report-object.ts'

// Reports from before there were objects for them are rows of `test_results`, until a daily task has moved them.

const OUTCOMES: Record<Group, readonly TestOutcome[]> = {
  all: ['success', 'failure', 'error', 'skipped'],
  failed: ['failure', 'error'],
  skipped: ['skipped'],
  passed: ['success'],
}

/** The tests of each slice of reports of a build, in order. */
export async function listOldSlices(
  db: Db,
  buildId: string,
  slices: readonly (Slice & { readonly report: string })[],
): Promise<readonly (readonly PlacedTest[])[]> {
  const [first, ...others] = slices.map((slice) => oldSliceQuery(db, buildId, slice))
  if (!first) return []
  const lists = await db.batch([first, ...others])
  return lists.map((rows) => rows.map((row) => ({ ...row, isFlaky: false, attempts: [], attachments: [] })))
}

function oldSliceQuery(db: Db, buildId: string, { report, of, from, count }: Slice & { readonly report: string }) {
  const { position, classname, name, result, runTimeSeconds, message, file, source } = testResults
  const ofReport = and(eq(testResults.buildId, buildId), eq(testResults.report, report))
  return db
    .select({ position, classname, name, result, runTimeSeconds, message, file, source })
    .from(testResults)
    .where(and(ofReport, inArray(result, [...OUTCOMES[of]])))
    .orderBy(asc(position))
    .limit(count)
    .offset(from)
}
