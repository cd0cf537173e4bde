import { eq, type SQL, sql } from 'drizzle-orm'
import { type Actor, INSTANCE } from '../../domain/access/actor.ts'
import { DAY_MS } from '../../domain/day.ts'
import { type NamedToken, type NoticeFacts, UNUSED_WARNED_DAYS, WARNED_DAYS } from '../../domain/notices/notice.ts'
import { noteRefused } from '../projects/audit.ts'
import { tokens } from '../schema/schema.ts'
import { noticeStates } from '../schema/schema-notices.ts'
import type { Db, Stores, WriteStores } from '../stores.ts'
import { commit, type Statement } from '../tokens/rights.ts'
import { isOfChange, newStateStatement } from './notice-states.ts'
import { noticeStatements } from './notices.ts'
import { enqueue, queuedOf } from './outbox.ts'

type NoticeStores = WriteStores & Pick<Stores, 'queue' | 'warn'>

/** A token, and whom notices about it are for. */
type Told = {
  readonly token: NamedToken
  readonly projectId: string | null
  readonly holders: readonly string[]
}

const COLUMNS = {
  id: tokens.id,
  label: tokens.label,
  kind: tokens.kind,
  projectId: tokens.projectId,
  userId: tokens.userId,
  createdBy: tokens.createdBy,
}

type Row = Pick<typeof tokens.$inferSelect, keyof typeof COLUMNS>

/** Null of a token that nobody looks after: that of a CI's job. */
export function toldOf({ id, label, kind, projectId, userId, createdBy }: Row): Told | null {
  if (kind === 'reporting') return null
  const holders = [userId ?? createdBy].filter((holder) => holder !== null)
  return { token: { id, label, kind }, projectId: kind === 'project' ? projectId : null, holders }
}

/** The statements that make a notice about a token where its state is another than before. */
function changeStatements(
  db: Db,
  { token, projectId, holders }: Told,
  { topic, state, facts, at }: { topic: string; state: string; facts: NoticeFacts; at: number },
): readonly Statement[] {
  const id = crypto.randomUUID()
  const subject = `${topic} ${token.id}`
  return [
    newStateStatement(db, { subject, state, noticeId: id, at, tokenId: token.id }),
    ...noticeStatements(db, { id, facts, projectId, holders, at, guard: isOfChange(subject, id) }),
  ]
}

/** Each token has five statements: a step of upkeep has forty. */
const MAX_A_STEP = 7

/** The stage of its warnings at which a token is: 30, 15, 7 or 1 days before its end. */
function stageAt(now: number): SQL {
  const stages = WARNED_DAYS.toReversed().map(
    (days) => sql`when ${tokens.expiresAt} - ${now} <= ${days * DAY_MS} then ${days}`,
  )
  return sql`case ${sql.join(stages, sql` `)} end`
}

export type WarningsKey = readonly [kind: string, expiresAt: number, id: string]

/** Tokens about to end whose warnings are due, but for those that have a successor already. */
export function endingQuery(db: Db, now: number, after: WarningsKey | null) {
  const stage = stageAt(now)
  const isTold = sql`exists (select 1 from ${noticeStates} as s where s.subject = 'expiring ' || ${tokens.id} and cast(s.state as integer) <= ${stage})`
  const [longest] = WARNED_DAYS
  const beyond =
    after === null
      ? sql`1`
      : sql`(${tokens.kind}, ${tokens.expiresAt}, ${tokens.id}) > (${after[0]}, ${after[1]}, ${after[2]})`
  return db
    .select({
      ...COLUMNS,
      expiresAt: sql<number>`${tokens.expiresAt}`.as('ends'),
      stage: sql<number>`${stage}`.as('stage'),
    })
    .from(tokens)
    .where(
      sql`${tokens.kind} in ('organization', 'personal', 'project') and ${tokens.expiresAt} > ${now}
        and ${tokens.expiresAt} <= ${now + longest * DAY_MS} and ${tokens.rotatedAt} is null and ${beyond}
        and ${tokens.expiresAt} - ${tokens.createdAt} > ${stage} * ${DAY_MS} and not ${isTold}`,
    )
    .orderBy(tokens.kind, tokens.expiresAt, tokens.id)
    .limit(MAX_A_STEP)
}

/** Warns of tokens that are about to end, some of them; gives where the next step goes on, null at the end. */
export async function warnOfEnds(
  stores: NoticeStores,
  now: number,
  after: WarningsKey | null,
): Promise<WarningsKey | null> {
  const { db } = stores
  const rows = await endingQuery(db, now, after)
  await tell(
    stores,
    rows.flatMap((row) => {
      const told = toldOf(row)
      if (!told) return []
      const facts = { kind: 'token.expiring', token: told.token, days: row.stage, expiresAt: row.expiresAt } as const
      return changeStatements(db, told, { topic: 'expiring', state: String(row.stage), facts, at: now })
    }),
  )
  const last = rows.at(-1)
  return rows.length < MAX_A_STEP || !last ? null : [last.kind, last.expiresAt, last.id]
}

/** Before it nobody can use a token. */
const FIRST_DAY = sql.raw(`coalesce(case when json_valid(limits) then limits ->> '$.notBefore' end, 0)`)
/** When a token was used last, else since when it could be. */
export const LAST_USE: SQL<number> = sql`coalesce(last_used_at, max(created_at, ${FIRST_DAY}))`

/** Whether the warning that a token is unused is so old; it counts only for the last use that it was about. */
export function wasWarnedBefore(at: number): SQL {
  return sql`exists (select 1 from ${noticeStates} as s where s.subject = 'unused ' || ${tokens.id}
    and s.state = cast(${LAST_USE} as text) and s.at <= ${at})`
}

/** Tokens, but for those of CI jobs, that are about to end since nobody uses them, and of which nobody was warned. */
export function unwarnedQuery(db: Db, unusedDays: number, now: number) {
  return db
    .select({ ...COLUMNS, lastUse: sql<number>`${LAST_USE}`.as('last_use') })
    .from(tokens)
    .where(
      sql`${tokens.kind} in ('organization', 'personal', 'project')
        and ${LAST_USE} < ${now - (unusedDays - UNUSED_WARNED_DAYS) * DAY_MS} and not ${wasWarnedBefore(now)}
        and (${tokens.expiresAt} is null or ${tokens.expiresAt} > ${now}) and ${tokens.rotatedAt} is null`,
    )
    .limit(MAX_A_STEP)
}

/** Warns of tokens that nobody uses; whether more may be left. */
export async function warnOfUnused(stores: NoticeStores, unusedDays: number, now: number): Promise<boolean> {
  const { db } = stores
  const rows = await unwarnedQuery(db, unusedDays, now)
  await tell(
    stores,
    rows.flatMap((row) => {
      const told = toldOf(row)
      if (!told) return []
      const endsAt = Math.max(row.lastUse + unusedDays * DAY_MS, now + UNUSED_WARNED_DAYS * DAY_MS)
      const facts = { kind: 'token.unused', token: told.token, endsAt, unusedDays } as const
      return changeStatements(db, told, { topic: 'unused', state: String(row.lastUse), facts, at: now })
    }),
  )
  return rows.length === MAX_A_STEP
}

/** Notes that a token was refused since it has ended, and tells whoever looks after it, once. Off the answer's path. */
export function noteExpiredUse(stores: Stores, actor: Actor): void {
  const { tokenId, from } = actor
  if (!noteRefused(stores, actor, { action: 'token.refused_expired' }) || tokenId === null) return
  stores.waitUntil(tellExpiredUse(stores, tokenId, from).catch((error) => stores.warn('notice_unwritable', error)))
}

async function tellExpiredUse(stores: NoticeStores, tokenId: string, from: string | null): Promise<void> {
  const { db } = stores
  const isTold = sql<number>`exists (select 1 from ${noticeStates} where subject = ${`expired-used ${tokenId}`})`
  const [row] = await db
    .select({ ...COLUMNS, isTold: isTold.as('is_told') })
    .from(tokens)
    .where(eq(tokens.id, tokenId))
    .limit(1)
  const told = row && !row.isTold && toldOf(row)
  if (!told) return
  const facts = { kind: 'token.expired_used', token: told.token, from } as const
  await tell(stores, changeStatements(db, told, { topic: 'expired-used', state: 'used', facts, at: stores.now() }))
}

/** The statements that tell of a token that was found in public, for the batch that ends or flags it: before it ends. */
export function leakStatements(
  db: Db,
  { token, projectId, holders }: Told,
  { hasEnded, hasSuccessor, at }: { readonly hasEnded: boolean; readonly hasSuccessor: boolean; readonly at: number },
): readonly Statement[] {
  const facts = { kind: 'token.leaked', token, hasEnded, hasSuccessor } as const
  // One that only is flagged can be reported often.
  if (!hasEnded)
    return changeStatements(db, { token, projectId, holders }, { topic: 'leaked', state: 'flagged', facts, at })
  const guard = sql`exists (select 1 from ${tokens} where id = ${token.id})`
  return noticeStatements(db, { id: crypto.randomUUID(), facts, projectId, holders, at, guard })
}

async function tell(stores: NoticeStores, statements: readonly Statement[]): Promise<void> {
  const results: unknown[] = await commit(stores, INSTANCE, statements)
  await enqueue(stores, results.flatMap(queuedOf))
}
