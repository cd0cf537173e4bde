import type { Actor } from '../domain/access/actor.ts'
import { isBad, type TestReport } from '../domain/tests/test-result.ts'
import { askBuildCheckStatement } from '../storage/notices/checks.ts'
import { enqueue, queuedOf, tellListenersOfTestsStatement } from '../storage/notices/outbox.ts'
import type { Stores } from '../storage/stores.ts'
import { keepTestReport } from '../storage/tests/test-reports.ts'
import { commit } from '../storage/tokens/rights.ts'

type Key = Parameters<typeof keepTestReport>[1]

/**
 * Keeps a report of tests. Where any failed in a build that has ended red, or in the report that it replaces, the listeners are
 * told what failed; of an ended build people are, too.
 */
export async function keepTests(
  stores: Stores,
  key: Key,
  report: TestReport,
  actor: Actor,
): ReturnType<typeof keepTestReport> {
  const kept = await keepTestReport(stores, key, report, actor)
  const hasFailed = report.tests.some(({ result }) => isBad(result))
  if (kept.kind !== 'kept') return kept
  const { db, now } = stores
  const isTold = hasFailed || kept.hadFailures
  if (!isTold && kept.warnings.length === 0) return kept
  const queued: unknown[] = await commit(stores, actor, [
    ...(isTold ? [tellListenersOfTestsStatement(db, key.buildId, now())] : []),
    askBuildCheckStatement(db, key.buildId, now()),
  ])
  await enqueue(stores, queued.flatMap(queuedOf))
  return kept
}
