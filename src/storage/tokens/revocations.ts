import { desc, eq, gt, lte, sql } from 'drizzle-orm'
import type { BatchResponse } from 'drizzle-orm/batch'
import type { Actor } from '../../domain/access/actor.ts'
import { type Feed, type Fence, joinFeeds } from '../../domain/access/fence.ts'
import { noteChange } from '../edge/changes.ts'
import { withinMs } from '../edge/shared-work.ts'
import { prepareOnce } from '../prepared.ts'
import { feedState, revocations } from '../schema/schema.ts'
import { type Db, openSession, type Stores } from '../stores.ts'
import { checkOf, rethrow, type Statement } from './rights.ts'

const READ_BOX_MS = 2_000
const PAGE_SIZE = 1_000
const READ_ROUNDS = 2

/**
 * Runs `statements` on the primary, in one batch after a read of the revocation feed, with which this isolate updates its
 * copy. The fence's `seq` is read before the rows, so that a cached row that ends meanwhile counts as ended.
 */
export async function readFenced<const T extends readonly Statement[]>(
  stores: Stores,
  statements: T,
): Promise<{ rows: BatchResponse<[...T]>; fence: Fence }> {
  for (let round = 0; round < READ_ROUNDS; round++) {
    const sentAt = stores.now()
    const known = stores.memory.feed.known
    // By a session, which tells how far the primary was.
    const session = stores.db.$client.withSession('first-primary')
    const batch = [
      selectFeedState(stores.db),
      selectEndsSince(stores.db, known?.newestSeq ?? 0),
      ...statements,
    ] as const
    const [[state], ended, ...rows] = await withinMs(READ_BOX_MS, 'D1', openSession(session).batch(batch))
    const seen = { ...feedSeen(known, state, ended, sentAt), bookmark: session.getBookmark() }
    // The numbers went back in one epoch: an isolate that saw the old ones would miss new ends, so nothing is accepted.
    if (known?.epoch === seen.epoch && seen.newestSeq < known.newestSeq)
      throw new Error('the database was put back to an earlier state without a new feed_state.epoch')
    if (learn(stores, known, seen))
      return {
        rows: rows as BatchResponse<[...T]>,
        fence: { epoch: seen.epoch, seq: seen.newestSeq, provedAt: sentAt },
      }
  }
  throw new Error('the database was restored while it was being read')
}

/**
 * Updates the isolate's copy of the feed with `seen`; false, and nothing changes, when nobody can say which is newer. A read
 * that was under way while another one found a new epoch may have run before or after the restore, whichever was sent
 * first; a read that is sent now is newer than both.
 */
function learn({ memory }: Stores, known: Feed | null, seen: Feed): boolean {
  const feed = memory.feed.known
  if (feed && feed.epoch !== seen.epoch && feed.epoch !== known?.epoch) return false
  memory.feed.known = joinFeeds(feed, seen)
  return true
}

/** As `commit`, after which this isolate knows what the statements ended. */
export async function commitEnding<const T extends readonly Statement[]>(
  stores: Stores,
  actor: Actor,
  statements: T,
): Promise<BatchResponse<[...T]>> {
  const sentAt = stores.now()
  const known = stores.memory.feed.known
  const check = checkOf(stores.db, actor, sentAt)
  const feed = [selectFeedState(stores.db), selectEndsSince(stores.db, known?.newestSeq ?? 0)]
  const [first, ...others] = [...check, ...statements, ...feed]
  const results: unknown[] = await stores.db
    .batch([first as Statement, ...others])
    .catch((error) => rethrow(actor, error))
    .finally(() => noteChange(stores, actor))
  const [state] = results.at(-2) as FeedStateRow[]
  const seen = { ...feedSeen(known, state, results.at(-1) as EndRow[], sentAt), bookmark: null }
  if (!learn(stores, known, seen)) await readFenced(stores, []).catch((error) => stores.warn('feed_unreadable', error))
  return results.slice(check.length, -2) as BatchResponse<[...T]>
}

const MAX_PRUNED = 5_000

/**
 * Drops entries older than `before` from the feed, at most 5,000; what was cached before them becomes void. Gives whether
 * any may be left.
 */
export async function pruneFeed(db: Db, before: number): Promise<boolean> {
  const oldest = sql`select ${revocations.seq} as seq from ${revocations} where ${revocations.at} < ${before} order by ${revocations.at} limit ${MAX_PRUNED}`
  const [, pruned] = await db.batch([
    db
      .update(feedState)
      .set({
        lowWater: sql`max(${feedState.lowWater}, coalesce((select max(seq) from (${oldest})), 0))`,
      })
      .where(eq(feedState.id, 1)),
    db
      .delete(revocations)
      .where(lte(revocations.seq, sql`(select low_water from feed_state where id = 1)`))
      .returning({ seq: revocations.seq }),
  ])
  return pruned.length >= MAX_PRUNED
}

type FeedStateRow = { epoch: string; newestSeq: number; lowWater: number }
type EndRow = { seq: number; subject: string }

const FEED_STATE = prepareOnce((db) => {
  const { epoch, newestSeq, lowWater } = feedState
  return db.select({ epoch, newestSeq, lowWater }).from(feedState).where(eq(feedState.id, 1))
})

function selectFeedState(db: Db) {
  return FEED_STATE(db, {})
}

/** Newest first, so that a full page still covers everything from its oldest entry on. */
function selectEndsSince(db: Db, seq: number) {
  return ENDS_SINCE(db, { seq })
}

const ENDS_SINCE = prepareOnce((db, { seq }: { readonly seq: number }) =>
  db
    .select({ seq: revocations.seq, subject: revocations.subject })
    .from(revocations)
    .where(gt(revocations.seq, seq))
    .orderBy(desc(revocations.seq))
    .limit(PAGE_SIZE),
)

function feedSeen(
  known: Feed | null,
  state: FeedStateRow | undefined,
  ended: EndRow[],
  polledAt: number,
): Omit<Feed, 'bookmark'> {
  if (!state) throw new Error('feed_state has no row: were the migrations applied?')
  const { epoch, newestSeq, lowWater } = state
  if (known && known.epoch !== epoch)
    return { epoch, lowWater, newestSeq, polledAt, coversFrom: newestSeq, ends: new Map() }
  const oldest = ended.at(-1)
  const from = ended.length === PAGE_SIZE && oldest ? oldest.seq - 1 : (known?.newestSeq ?? 0)
  const ends = new Map(ended.toReversed().map(({ subject, seq }) => [subject, seq]))
  return { epoch, lowWater, newestSeq, polledAt, coversFrom: Math.max(from, lowWater), ends }
}
