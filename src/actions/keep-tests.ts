import type { Actor } from '../domain/access/actor.ts'
import { isBad, type TestReport } from '../domain/tests/test-result.ts'
import { enqueue, queuedIdsOf, tellListenersOfTestsStatement } from '../storage/notices/outbox.ts'
import type { Stores } from '../storage/stores.ts'
import { keepTestReport } from '../storage/tests/test-reports.ts'
import { commit } from '../storage/tokens/rights.ts'

type Key = Parameters<typeof keepTestReport>[1]

/**
 * Keeps a report of tests. Where any failed in a build that has ended red, or in the report that it replaces, the listeners are
 * told what failed.
 */
export async function keepTests(
  stores: Stores,
  key: Key,
  report: TestReport,
  actor: Actor,
): ReturnType<typeof keepTestReport> {
  const kept = await keepTestReport(stores, key, report, actor)
  const hasFailed = report.tests.some(({ result }) => isBad(result))
  if (kept.kind !== 'kept' || !(hasFailed || kept.hadFailures)) return kept
  const [queued] = await commit(stores, actor, [tellListenersOfTestsStatement(stores.db, key.buildId, stores.now())])
  await enqueue(stores, queuedIdsOf(queued))
  return kept
}
