import { asc, eq, gt } from 'drizzle-orm'
import { builds, testResults } from '../schema/schema.ts'
import type { Stores, WriteStores } from '../stores.ts'
import { listOldSlices } from './old-results.ts'
import { moveTestReport } from './test-reports.ts'

/** To find a report and to read it. */
const OPERATIONS_TO_READ = 2
/** At most: six to find numbers, twelve to give them, one object, the rows of the report and its failures, one deletion. */
const MAX_OPERATIONS_A_REPORT = OPERATIONS_TO_READ + 6 + 12 + 1 + 5 + 1

/**
 * Moves reports that are still rows of `test_results`, one after another; gives whether any may be left. What was moved is
 * deleted in the same transaction, so that it can be broken off anywhere.
 */
export async function moveOldResults(
  stores: WriteStores & Pick<Stores, 'artifacts' | 'warn'>,
  maxOperations: number,
): Promise<boolean> {
  const { db } = stores
  let operations = 0
  do {
    const { buildId, report } = testResults
    const [row] = await db
      .select({ buildId, name: report, projectId: builds.projectId, createdAt: builds.createdAt })
      .from(testResults)
      .innerJoin(builds, eq(builds.id, buildId))
      // Every id is greater: this makes it a search in the table's key.
      .where(gt(buildId, ''))
      .orderBy(asc(buildId), asc(report))
      .limit(1)
    if (!row) return false
    const slice = { report: row.name, of: 'all', from: 0, count: Number.MAX_SAFE_INTEGER } as const
    const [tests = []] = await listOldSlices(db, row.buildId, [slice])
    operations += OPERATIONS_TO_READ + (await moveTestReport(stores, { ...row, tests }))
  } while (operations + MAX_OPERATIONS_A_REPORT <= maxOperations)
  return true
}
