import { desc, eq, gt, lte, sql } from 'drizzle-orm'
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch'
import { BOUND_MS, type Feed, type Fence, type Fenced, joinFeeds, standingOf } from '../domain/fence.ts'
import type { Slot } from './memory.ts'
import { feedState, revocations } from './schema.ts'
import { withinMs } from './shared-work.ts'
import type { Db, Stores } from './stores.ts'

const BACKGROUND_AGE_MS = 4_000
const INLINE_AGE_MS = 8_000
const POLL_BOX_MS = 1_000
const READ_BOX_MS = 2_000
const FOLLOW_MS = 250
const POLL_SLOT = 'poll'
const PAGE_SIZE = 1_000
const SHARED_FEED_KEY = 'https://buildpass.internal/feed/v1'

type Statement = BatchItem<'sqlite'>

/**
 * Runs `statements` on the primary in one batch behind a read of the feed, which is brought up to date with it. The
 * fence's `seq` is read before the rows, so a row that ends meanwhile is seen as ended by whoever caches it.
 */
export async function readFenced<const T extends readonly Statement[]>(
  stores: Stores,
  statements: T,
): Promise<{ rows: BatchResponse<[...T]>; fence: Fence }> {
  const sentAt = stores.now()
  const known = stores.memory.feed
  const [[state], ended, ...rows] = await withinMs(
    READ_BOX_MS,
    'D1',
    stores.db.batch([selectFeedState(stores.db), selectEndsSince(stores.db, known?.newestSeq ?? 0), ...statements]),
  )
  const seen = feedSeen(known, state, ended, sentAt)
  stores.memory.feed = joinFeeds(stores.memory.feed, seen)
  return { rows: rows as BatchResponse<[...T]>, fence: { epoch: seen.epoch, seq: seen.newestSeq, provedAt: sentAt } }
}

/** Commits `statements` in one batch, and this isolate knows at once what they ended. */
export async function commitEnding<const T extends readonly Statement[]>(
  stores: Stores,
  statements: T,
): Promise<BatchResponse<[...T]>> {
  const sentAt = stores.now()
  const known = stores.memory.feed
  const [first, ...others] = [
    ...statements,
    selectFeedState(stores.db),
    selectEndsSince(stores.db, known?.newestSeq ?? 0),
  ]
  const results: unknown[] = await stores.db.batch([first as Statement, ...others])
  const [state] = results.at(-2) as FeedStateRow[]
  const seen = feedSeen(known, state, results.at(-1) as EndRow[], sentAt)
  stores.memory.feed = joinFeeds(stores.memory.feed, seen)
  return results.slice(0, -2) as BatchResponse<[...T]>
}

/** How a cached fact may be used now; with `ask` the database decides, and an outage may still be bridged. */
export type Use = 'accept' | 'ask' | 'ask_without_grace'

/** Freshens the feed if its age asks for it, then judges the fact by it. */
export async function judgeFact(stores: Stores, fact: Fenced<unknown>): Promise<Use> {
  const feed = stores.memory.feed
  const ageMs = feed ? stores.now() - feed.polledAt : Number.POSITIVE_INFINITY
  const pollFailed = ageMs >= INLINE_AGE_MS && (await poll(stores)) === 'failed'
  if (ageMs >= BACKGROUND_AGE_MS && ageMs < INLINE_AGE_MS) stores.waitUntil(poll(stores))
  const use = useOf(stores, fact)
  return use === 'ask' && pollFailed && graceHolds(stores, fact) ? 'accept' : use
}

/** As `judgeFact`, with the feed as it is. */
export function useOf(stores: Stores, fact: Fenced<unknown>): Use {
  const standing = standingOf(stores.memory.feed, fact)
  if (standing.kind === 'void') return 'ask_without_grace'
  return stores.now() - standing.provedAt < BOUND_MS ? 'accept' : 'ask'
}

/** Whether the fact may go on although the database has just failed to answer. */
export function graceHolds(stores: Stores, fact: Fenced<unknown>): boolean {
  const standing = standingOf(stores.memory.feed, fact)
  return standing.kind === 'proved' && stores.now() - standing.provedAt < stores.graceMs
}

/** Drops entries older than `before` from the feed; what was cached before them becomes void. Idempotent. */
export async function pruneFeed(db: Db, before: number): Promise<void> {
  await db.batch([
    db
      .update(feedState)
      .set({
        lowWater: sql`max(${feedState.lowWater}, coalesce((select max(${revocations.seq}) from ${revocations} where ${revocations.at} < ${before}), 0))`,
      })
      .where(eq(feedState.id, 1)),
    db.delete(revocations).where(lte(revocations.seq, sql`(select low_water from feed_state where id = 1)`)),
  ])
}

type PollResult = 'fresh' | 'failed' | 'not_tried'

/** Brings the feed up to date from the data centre's copy or D1: at most once per isolate and 4 s, never throwing. */
async function poll(stores: Stores): Promise<PollResult> {
  const { memory } = stores
  if (stores.now() - memory.polledAt < BACKGROUND_AGE_MS) {
    const running = memory.slots.get(POLL_SLOT)
    if (running) await withinMs(FOLLOW_MS, 'the shared poll', running.result).catch(() => undefined) // The caller then asks D1.
    return 'not_tried'
  }
  memory.polledAt = stores.now()
  const slot: Slot = { startedAt: memory.polledAt, result: freshenFeed(stores) }
  memory.slots.set(POLL_SLOT, slot)
  const ended = slot.result.then(
    () => 'fresh' as const,
    (error) => {
      stores.warn('feed_poll_failed', error)
      return 'failed' as const
    },
  )
  stores.waitUntil(ended.finally(() => memory.slots.get(POLL_SLOT) === slot && memory.slots.delete(POLL_SLOT)))
  return withinMs(POLL_BOX_MS, 'the poll of the feed', ended).catch(() => 'failed')
}

async function freshenFeed(stores: Stores): Promise<void> {
  const shared = await readSharedFeed(stores)
  if (shared) stores.memory.feed = joinFeeds(stores.memory.feed, shared)
  const feed = stores.memory.feed
  const ageMs = feed ? stores.now() - feed.polledAt : Number.POSITIVE_INFINITY
  if (ageMs < BACKGROUND_AGE_MS) return
  const reading = readFenced(stores, []).then(() => shareFeed(stores))
  if (ageMs >= INLINE_AGE_MS) await reading
  else stores.waitUntil(reading.catch((error) => stores.warn('feed_poll_failed', error)))
}

type FeedStateRow = { epoch: string; newestSeq: number; lowWater: number }
type EndRow = { seq: number; subject: string }

function selectFeedState(db: Db) {
  const { epoch, newestSeq, lowWater } = feedState
  return db.select({ epoch, newestSeq, lowWater }).from(feedState).where(eq(feedState.id, 1))
}

/** Newest first, so that a full page still covers everything from its oldest entry on. */
function selectEndsSince(db: Db, seq: number) {
  return db
    .select({ seq: revocations.seq, subject: revocations.subject })
    .from(revocations)
    .where(gt(revocations.seq, seq))
    .orderBy(desc(revocations.seq))
    .limit(PAGE_SIZE)
}

function feedSeen(known: Feed | null, state: FeedStateRow | undefined, ended: EndRow[], polledAt: number): Feed {
  if (!state) throw new Error('feed_state has no row: were the migrations applied?')
  const { epoch, newestSeq, lowWater } = state
  if (known && known.epoch !== epoch)
    return { epoch, lowWater, newestSeq, polledAt, coversFrom: newestSeq, ends: new Map() }
  const oldest = ended.at(-1)
  const from = ended.length === PAGE_SIZE && oldest ? oldest.seq - 1 : (known?.newestSeq ?? 0)
  const ends = new Map(ended.toReversed().map(({ subject, seq }) => [subject, seq]))
  return { epoch, lowWater, newestSeq, polledAt, coversFrom: Math.max(from, lowWater), ends }
}

async function readSharedFeed(stores: Stores): Promise<Feed | null> {
  try {
    const copy = await stores.cache?.match(SHARED_FEED_KEY)
    return copy ? parseFeed(await copy.json(), stores.now()) : null
  } catch (error) {
    stores.warn('feed_copy_unreadable', error)
    return null
  }
}

async function shareFeed(stores: Stores): Promise<void> {
  const { feed } = stores.memory
  if (!feed || !stores.cache) return
  const copy = Response.json({ ...feed, ends: [...feed.ends] }, { headers: { 'Cache-Control': 'max-age=10' } })
  await stores.cache.put(SHARED_FEED_KEY, copy).catch((error) => stores.warn('feed_copy_unwritable', error))
}

/** The shared copy, or null for anything that we did not write so, or that says it comes from the future. */
function parseFeed(value: unknown, now: number): Feed | null {
  const copy = value as Partial<Record<keyof Feed, unknown>> | null
  if (typeof copy !== 'object' || copy === null) return null
  const { epoch, lowWater, coversFrom, newestSeq, polledAt, ends } = copy
  if (typeof epoch !== 'string' || !isCount(lowWater) || !isCount(coversFrom) || !isCount(newestSeq)) return null
  if (!isCount(polledAt) || polledAt > now || !Array.isArray(ends)) return null
  const entries = ends.filter(
    (end): end is [string, number] => Array.isArray(end) && typeof end[0] === 'string' && isCount(end[1]),
  )
  if (entries.length !== ends.length) return null
  return { epoch, lowWater, coversFrom, newestSeq, polledAt, ends: new Map(entries) }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
