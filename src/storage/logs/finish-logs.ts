import { and, asc, eq, gt, lt, ne, or } from 'drizzle-orm'
import { logs } from '../schema/schema-logs.ts'
import type { Stores, WriteStores } from '../stores.ts'
import { packLog } from './pack-log.ts'

/** A log of many parts takes most of what one step may ask of D1 and R2. */
const LOGS_A_STEP = 1

/**
 * Ends the oldest log for which nothing came since `before`, and puts its parts together, as is done behind its last bytes
 * where all goes well. `after` is where the next step goes on; null where there is none.
 */
export async function finishLogs(
  stores: WriteStores & Pick<Stores, 'artifacts' | 'warn'>,
  before: number,
  from: string | null,
): Promise<{ readonly after: string | null; readonly failures: readonly unknown[] }> {
  const { db } = stores
  const [touchedAt = 0, id = ''] = from === null ? [] : (JSON.parse(from) as [number, string])
  const rows = await db
    .select({ id: logs.id, touchedAt: logs.touchedAt })
    .from(logs)
    .where(
      and(
        ne(logs.state, 'packed'),
        lt(logs.touchedAt, before),
        or(gt(logs.touchedAt, touchedAt), and(eq(logs.touchedAt, touchedAt), gt(logs.id, id))),
      ),
    )
    .orderBy(asc(logs.touchedAt), asc(logs.id))
    .limit(LOGS_A_STEP)
  const failures: unknown[] = []
  for (const row of rows) {
    try {
      await db
        .update(logs)
        .set({ state: 'ended' })
        .where(and(eq(logs.id, row.id), eq(logs.state, 'open'), lt(logs.touchedAt, before)))
      await packLog(stores, row.id)
    } catch (error) {
      // The others need not wait for it.
      failures.push(error)
    }
  }
  const last = rows.at(-1)
  return { after: last && rows.length === LOGS_A_STEP ? JSON.stringify([last.touchedAt, last.id]) : null, failures }
}
