import { asc, eq, gt } from 'drizzle-orm'
import { builds, testResults } from '../schema/schema.ts'
import type { Stores } from '../stores.ts'
import { listOldSlices } from './old-results.ts'
import { moveTestReport } from './test-reports.ts'

/** What a report takes of D1 and R2: to find it, to read it, to number its tests, its object, and its rows. */
const OPERATIONS_A_REPORT = 12

/**
 * Moves reports that are still rows of `test_results`, one after another; gives whether any may be left. What was moved is
 * deleted in the same transaction, so that it can be broken off anywhere.
 */
export async function moveOldResults(
  stores: Pick<Stores, 'db' | 'artifacts' | 'now' | 'warn'>,
  maxOperations: number,
): Promise<boolean> {
  const { db } = stores
  for (let operations = 0; operations + OPERATIONS_A_REPORT <= maxOperations; operations += OPERATIONS_A_REPORT) {
    const { buildId, report } = testResults
    const [row] = await db
      .select({ buildId, report, projectId: builds.projectId, createdAt: builds.createdAt })
      .from(testResults)
      .innerJoin(builds, eq(builds.id, buildId))
      // Every id is greater: this makes it a search in the table's key.
      .where(gt(buildId, ''))
      .orderBy(asc(buildId), asc(report))
      .limit(1)
    if (!row) return false
    const slice = { report: row.report, of: 'all', from: 0, count: Number.MAX_SAFE_INTEGER } as const
    const [tests = []] = await listOldSlices(db, row.buildId, [slice])
    await moveTestReport(stores, { ...row, name: row.report, tests })
  }
  return true
}
