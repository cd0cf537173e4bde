import { lt, type SQL, sql } from 'drizzle-orm'
import { abortIdleUploads } from './idle-uploads.ts'
import { sweepOrphans } from './objects.ts'
import { pruneOutbox, requeueForgotten } from './outbox.ts'
import { sweepRetention } from './retention-sweep.ts'
import { pruneFeed } from './revocations.ts'
import { tokens } from './schema.ts'
import { deliveries, usedIdentities, webhooks } from './schema-reporting.ts'
import { pruneSessions } from './sessions.ts'
import { pruneLinks } from './sign-in-links.ts'
import { type Db, rawStatement, type Stores } from './stores.ts'

const DAY_MS = 24 * 3_600_000
/** Far longer than anything cached lives; what is cached for longer is void, not wrong. */
const FEED_LIFE_MS = 2 * DAY_MS
/** A reader of replaced bytes, or an upload under way, has this long. */
const ORPHAN_LIFE_MS = DAY_MS
const MAX_SWEEP_PAGES = 100
const MAX_RETENTION_STEPS = 150
const DELIVERY_LIFE_MS = 30 * DAY_MS
/** An upload for which nothing came for so long is abandoned. */
const IDLE_UPLOAD_LIFE_MS = DAY_MS
const MAX_IDLE_BATCHES = 10
/** The longest back-off is half a day. */
const FORGOTTEN_AFTER_MS = DAY_MS
const OUTBOX_LIFE_MS = 30 * DAY_MS
const MAX_TOKEN_STEPS = 20
const MAX_TOKENS_A_STEP = 1_000

type DailyStores = Pick<Stores, 'db' | 'artifacts' | 'queue' | 'now' | 'warn'>

/** Each is idempotent, since a cron may be late or run twice; each does a bounded part and leaves the rest for the next day. */
const TASKS: Record<string, (stores: DailyStores, now: number) => PromiseLike<unknown>> = {
  feed: ({ db }, now) => pruneFeed(db, now - FEED_LIFE_MS),
  retention: (stores, now) => sweepRetention(stores, now, MAX_RETENTION_STEPS),
  'idle uploads': ({ db, artifacts }, now) =>
    abortIdleUploads({ db, artifacts }, now - IDLE_UPLOAD_LIFE_MS, MAX_IDLE_BATCHES),
  orphans: (stores, now) => sweepOrphans(stores, now - ORPHAN_LIFE_MS, MAX_SWEEP_PAGES),
  'forgotten messages': (stores, now) => requeueForgotten(stores, now - FORGOTTEN_AFTER_MS),
  outbox: ({ db }, now) => pruneOutbox(db, now - OUTBOX_LIFE_MS),
  'reporting tokens': ({ db }, now) => deleteEndedSessions(db, now - DAY_MS),
  'used identities': ({ db }, now) => db.delete(usedIdentities).where(lt(usedIdentities.expiresAt, now)),
  'rotated webhooks': ({ db }, now) => db.delete(webhooks).where(lt(webhooks.expiresAt, now - DAY_MS)),
  sessions: ({ db }, now) => pruneSessions(db, now),
  'sign-in links': ({ db }, now) => pruneLinks(db, now),
  deliveries: ({ db }, now) => db.delete(deliveries).where(lt(deliveries.at, now - DELIVERY_LIFE_MS)),
}

/** What the daily cron does, one task after the other: they share what one invocation may ask of D1. */
export async function runDailyTasks(stores: DailyStores): Promise<void> {
  for (const [name, run] of Object.entries(TASKS)) {
    try {
      await run(stores, stores.now())
    } catch (cause) {
      stores.warn('daily_task_failed', new Error(`the daily task "${name}" failed`, { cause }))
    }
  }
}

/** There is one for each CI job, so a day may bring many. */
async function deleteEndedSessions(db: Db, before: number): Promise<void> {
  const ended: SQL = sql`select id from ${tokens} where kind = 'reporting' and expires_at < ${before} limit ${MAX_TOKENS_A_STEP}`
  for (let step = 0; step < MAX_TOKEN_STEPS; step++) {
    const { results } = await rawStatement(db, sql`delete from ${tokens} where id in (${ended}) returning id`)
    if (results.length < MAX_TOKENS_A_STEP) return
  }
}
