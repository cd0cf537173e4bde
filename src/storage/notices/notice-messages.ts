import { and, asc, eq, type SQL, sql } from 'drizzle-orm'
import { DAY_MS } from '../../domain/day.ts'
import type { NoticeKind } from '../../domain/notices/notice.ts'
import type { SentNotice } from '../../domain/notices/notice-requests.ts'
import { slugText } from '../../domain/project.ts'
import { projects } from '../schema/schema.ts'
import { mailAddresses, notices } from '../schema/schema-notices.ts'
import { listeners, outbox } from '../schema/schema-outbox.ts'
import { type Db, rawStatement } from '../stores.ts'
import type { NoticeRow, SendAttempt } from './outbox.ts'

/** So many messages a receiver gets in ten minutes one by one; what is more comes in a digest. */
const MAX_SINGLES = 5
const WINDOW_MS = 600_000
/** Longer than an attempt may take, as for other messages. */
const CLAIM_MS = 30_000
/** So many notices are in one digest; the others wait for the next. */
const MAX_IN_DIGEST = 40

export type NoticeClaim =
  /** The notices that go with it, the oldest first. */
  | { readonly kind: 'claimed'; readonly notices: readonly SentNotice[] }
  | { readonly kind: 'busy'; readonly afterSeconds: number }
  /** It waits behind one that was not taken. */
  | { readonly kind: 'behind'; readonly head: WaitingHead; readonly isTry: boolean }
  | { readonly kind: 'over' }

/** The message of a receiver that is tried again before any other. */
export type WaitingHead = Pick<NoticeRow, 'id' | 'attempts' | 'lastAttemptAt' | 'responseStatus'> & {
  /** Somebody sends it just now. */
  readonly isInHand: boolean
}

/**
 * Claims a message for one sender and half a minute. Where a receiver got five within ten minutes it waits; where more wait
 * than may still go one by one, all that wait go with this one. What went together once goes together in every attempt.
 */
export async function claimNotices(db: Db, row: NoticeRow, now: number): Promise<NoticeClaim> {
  const { id } = row
  const mine = ofReceiver(row)
  // Read before anything is claimed: a message in hand counts as sent.
  const isRecent = sql`(o.last_attempt_at > ${now - WINDOW_MS} and o.state = 'delivered' or o.claimed_until > ${now}) and o.created_at > ${now - OLDEST_MS}`
  const recent = sql`(select count(distinct o.sent) from ${outbox} as o where ${mine} and ${isRecent} and o.sent <> ${id})`
  const waiting = sql`(select count(*) from ${outbox} as o where ${mine} and o.state = 'pending' and o.sent is null)`
  const isFree = sql`${outbox.state} = 'pending' and coalesce(${outbox.claimedUntil}, 0) <= ${now}`
  const isUntried = sql`exists (select 1 from ${outbox} as lead where lead.id = ${id} and lead.state = 'pending' and lead.sent is null)`
  // What is tried again goes first, or an old state would come after a newer one.
  const isOlder = sql`o.rowid < (select rowid from ${outbox} as own where own.id = ${id})`
  const older = sql`from ${outbox} as o where ${mine} and o.state = 'pending' and o.sent = o.id and ${isOlder}`
  // So do those that waited longer, where not all of them fit beside this one.
  const overfull = sql`(select count(*) from ${outbox} as o where ${mine} and o.state = 'pending' and o.sent is null and ${isOlder}) >= ${MAX_IN_DIGEST}`
  const isBlocked = sql`(exists (select 1 ${older}) or ${overfull})`
  const results = await db.batch([
    // Before it is claimed itself: what is added later would be another message under the same id.
    rawStatement(
      db,
      sql`update ${outbox} set sent = ${id} where id <> ${id} and id in (
        select o.id from ${outbox} as o where ${mine} and o.state = 'pending' and o.sent is null and ${isUntried}
          and ${recent} < ${MAX_SINGLES} and not ${isBlocked}
          and (${waiting} > ${MAX_SINGLES} - ${recent} or ${isOlder})
          order by o.rowid limit ${MAX_IN_DIGEST - 1})`,
    ),
    rawStatement(
      db,
      sql`update ${outbox} set sent = ${id}, claimed_until = ${now + CLAIM_MS}
        where id = ${id} and ${isFree} and (sent = ${id} or (sent is null and ${recent} < ${MAX_SINGLES} and not ${isBlocked})) returning id`,
    ),
    listOfMessage(db, row),
    db.select({ state: outbox.state, sent: outbox.sent }).from(outbox).where(eq(outbox.id, id)),
    rawStatement(
      db,
      sql`select (select min(o.last_attempt_at) from ${outbox} as o where ${mine} and ${isRecent} and o.last_attempt_at is not null) as oldest,
        (select kind from ${notices} where id = ${row.noticeId}) as kind`,
    ),
    rawStatement(
      db,
      sql`select o.id, o.attempts, o.last_attempt_at, o.response_status, coalesce(o.claimed_until, 0) > ${now} as in_hand
        ${older} order by o.rowid limit 1`,
    ),
  ])
  const [, claimed, rows, [found], facts, heads] = results
  if (claimed.results.length > 0) return { kind: 'claimed', notices: rows.map(sentOf) }
  // Another message has it with it.
  if (found?.state !== 'pending' || (found.sent !== null && found.sent !== id)) return { kind: 'over' }
  const [first] = facts.results as { oldest: number | null; kind: NoticeKind }[]
  const [head] = heads.results as HeadRow[]
  if (found.sent === null && head) return { kind: 'behind', head: headOf(head), isTry: first?.kind === 'test' }
  const freeAt = found.sent === null && first?.oldest ? first.oldest + WINDOW_MS : now + CLAIM_MS
  return { kind: 'busy', afterSeconds: Math.max(1, Math.ceil((freeAt - now) / 1000)) }
}

type HeadRow = {
  readonly id: string
  readonly attempts: number
  readonly last_attempt_at: number | null
  readonly response_status: number | null
  readonly in_hand: 0 | 1
}

function headOf({ id, attempts, last_attempt_at, response_status, in_hand }: HeadRow): WaitingHead {
  return { id, attempts, lastAttemptAt: last_attempt_at, responseStatus: response_status, isInHand: in_hand === 1 }
}

/** What waited for longer is not looked at: no message is tried for so long. */
const OLDEST_MS = 3 * 86_400_000

/** Rows `o` of the receiver of a message, by their index. */
function ofReceiver({ listenerId, userId }: NoticeRow): SQL {
  return sql`o.listener_id is ${listenerId} and o.user_id is ${userId} and o.notice_id is not null`
}

/** The same, of the table under its own name. */
function isOfReceiver({ listenerId, userId }: Pick<NoticeRow, 'listenerId' | 'userId'>): SQL {
  return sql`${outbox.listenerId} is ${listenerId} and ${outbox.userId} is ${userId} and ${outbox.noticeId} is not null`
}

/** The notices that go with a message. */
export function listOfMessage(db: Db, row: NoticeRow) {
  const { id, facts, createdAt } = notices
  const { vcs, org, repo } = projects
  return db
    .select({ id: sql<string>`${id}`.as('notice'), facts, createdAt, project: { vcs, org, repo } })
    .from(outbox)
    .innerJoin(notices, eq(notices.id, outbox.noticeId))
    .leftJoin(projects, eq(projects.id, notices.projectId))
    .where(and(isOfReceiver(row), eq(outbox.sent, row.id), eq(outbox.state, 'pending')))
    .orderBy(asc(sql`${outbox}.rowid`))
}

function sentOf({ project, ...notice }: Awaited<ReturnType<typeof listOfMessage>>[number]): SentNotice {
  return { ...notice, slug: project && slugText(project) }
}

/** Stores the outcome of an attempt: what went with the message fares as it does. */
export async function recordNoticeAttempt(db: Db, row: NoticeRow, attempt: SendAttempt, now: number): Promise<void> {
  const isWith = and(isOfReceiver(row), eq(outbox.sent, row.id), eq(outbox.state, 'pending'))
  await db
    .update(outbox)
    .set({
      state: attempt.state,
      problem: 'problem' in attempt ? attempt.problem : null,
      responseStatus: attempt.responseStatus,
      attempts: sql`${outbox.attempts} + 1`,
      lastAttemptAt: now,
      claimedUntil: null,
    })
    .where(isWith)
}

/** The message that is next for a receiver: one that is tried again, else the one that waits longest; null where none does. */
export async function findNext(db: Db, listenerId: string | null, userId: string | null): Promise<string | null> {
  const [row] = await db
    .select({ id: outbox.id })
    .from(outbox)
    .where(
      and(
        isOfReceiver({ listenerId, userId }),
        eq(outbox.state, 'pending'),
        sql`(${outbox.sent} is null or ${outbox.sent} = ${outbox.id})`,
      ),
    )
    .orderBy(asc(sql`${outbox}.rowid`))
    .limit(1)
  return row?.id ?? null
}

/** Ends a message that is not sent, and all that wait for the same receiver, but for what is being sent. */
export async function dropNotices(db: Db, row: NoticeRow, problem: string, now: number): Promise<void> {
  const isFree = sql`coalesce(${outbox.claimedUntil}, 0) <= ${now}`
  await db
    .update(outbox)
    .set({ state: 'dropped', problem })
    .where(and(isOfReceiver(row), eq(outbox.state, 'pending'), isFree))
}

/** Where mail for a person goes; null where they have confirmed none. */
export async function findMailAddress(db: Db, userId: string): Promise<string | null> {
  const [row] = await db
    .select({ address: mailAddresses.address })
    .from(mailAddresses)
    .where(and(eq(mailAddresses.userId, userId), sql`${mailAddresses.confirmedAt} is not null`))
    .limit(1)
  return row?.address ?? null
}

/** Notes that something arrived at a listener; whether nothing had for a while. */
export async function noteArrival(db: Db, listenerId: string): Promise<boolean> {
  const rows = await db
    .update(listeners)
    .set({ failingSince: null, problem: null })
    .where(and(eq(listeners.id, listenerId), sql`${listeners.failingSince} is not null`))
    .returning({ id: listeners.id })
  return rows.length > 0
}

/**
 * The statement that notes that an attempt failed: it pauses a listener at which one failed a day ago or longer, and none went
 * well since. Time in which nothing was tried pauses none.
 */
export function failureStatement(db: Db, listenerId: string, problem: string, now: number) {
  const { failingSince, pausedAt } = listeners
  return db
    .update(listeners)
    .set({
      failingSince: sql`coalesce(${failingSince}, ${now})`,
      pausedAt: sql`case when ${failingSince} <= ${now - DAY_MS} then ${now} end`,
      problem,
    })
    .where(and(eq(listeners.id, listenerId), sql`${pausedAt} is null`))
}

/** Whether a listener was paused just then: a guard for the notice. */
export function isPausedAt(listenerId: string, now: number): SQL {
  return sql`exists (select 1 from ${listeners} where id = ${listenerId} and paused_at = ${now})`
}
