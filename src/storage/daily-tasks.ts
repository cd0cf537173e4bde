import { and, eq, lt } from 'drizzle-orm'
import { sweepOrphans } from './objects.ts'
import { pruneOutbox, requeueForgotten } from './outbox.ts'
import { pruneFeed } from './revocations.ts'
import { tokens } from './schema.ts'
import type { Stores } from './stores.ts'

const DAY_MS = 24 * 3_600_000
/** Far longer than anything cached lives; what is cached for longer is void, not wrong. */
const FEED_LIFE_MS = 2 * DAY_MS
/** A reader of replaced bytes, or an upload under way, has this long. */
const ORPHAN_LIFE_MS = DAY_MS
const MAX_SWEEP_PAGES = 200
/** The longest back-off is half a day. */
const FORGOTTEN_AFTER_MS = DAY_MS
const OUTBOX_LIFE_MS = 30 * DAY_MS

type DailyStores = Pick<Stores, 'db' | 'artifacts' | 'queue' | 'now' | 'warn'>

/** What the daily cron does. Each task is idempotent: a cron may be late, or run twice. */
export async function runDailyTasks(stores: DailyStores): Promise<void> {
  const { db, artifacts, now, warn } = stores
  const tasks = [
    pruneFeed(db, now() - FEED_LIFE_MS),
    sweepOrphans(db, artifacts, now() - ORPHAN_LIFE_MS, MAX_SWEEP_PAGES),
    requeueForgotten(stores, now() - FORGOTTEN_AFTER_MS),
    pruneOutbox(db, now() - OUTBOX_LIFE_MS),
    db.delete(tokens).where(and(eq(tokens.kind, 'reporting'), lt(tokens.expiresAt, now() - DAY_MS))),
  ]
  for (const done of await Promise.allSettled(tasks))
    if (done.status === 'rejected') warn('daily_task_failed', done.reason)
}
