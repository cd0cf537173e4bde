import { and, desc, eq, gt, type SQL, sql } from 'drizzle-orm'
import { type Actor, INSTANCE, type Right } from '../../domain/access/actor.ts'
import {
  formTokenFor,
  hashSession,
  SESSION_IDLE_MS,
  type Session,
  type SessionSecret,
  type SignInProof,
  type Viewer,
} from '../../domain/people/session.ts'
import { isForeignKeyViolation } from '../constraint.ts'
import { unreadCount } from '../notices/notices.ts'
import { auditStatement } from '../projects/audit.ts'
import { audit, users } from '../schema/schema.ts'
import { sessions } from '../schema/schema-web.ts'
import { type Db, rawStatement, type Stores, type WriteStores } from '../stores.ts'
import { commitEnding } from '../tokens/revocations.ts'
import { commit, RightGone } from '../tokens/rights.ts'

const { id, method, userAgent, from, createdAt, lastSeenAt } = sessions
const SHOWN = { id, method, userAgent, from, createdAt, lastSeenAt }

/** The person with this session. It is always read from the database, so that an ended session is over at once. */
export async function findViewer(db: Db, secret: SessionSecret, now: number): Promise<Viewer | null> {
  const [row] = await selectViewer(db, await hashSession(secret), now)
  if (!row) return null
  const { session, user, unread } = row
  const formToken = await formTokenFor(secret)
  const principal = {
    kind: 'session',
    sessionId: session.id,
    userId: user.id,
    instanceRole: user.instanceRole,
  } as const
  return { ...principal, session, user, unread, formToken }
}

export function selectViewer(db: Db, hash: string, now: number) {
  const { id, login, name, avatarUrl, instanceRole, createdAt } = users
  return db
    .select({
      session: SHOWN,
      user: { id, login, name, avatarUrl, instanceRole, createdAt },
      unread: unreadCount(sql`${id}`),
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.hash, hash), gt(sessions.lastSeenAt, now - SESSION_IDLE_MS)))
    .limit(1)
}

export function selectLiveSession(db: Db, sessionId: string, now: number) {
  return db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.id, sessionId), gt(sessions.lastSeenAt, now - SESSION_IDLE_MS)))
    .limit(1)
}

export type NewSession = Pick<Session, 'userAgent' | 'from'> & SignInProof & { readonly userId: string }

/**
 * Starts a session; false when the person is gone, or the account that they signed in with is no longer theirs. The secret
 * is always new, so nobody can know it beforehand.
 */
export async function insertSession(stores: WriteStores, secret: SessionSecret, session: NewSession): Promise<boolean> {
  const { db } = stores
  const now = stores.now()
  const { userId, method, userAgent, from } = session
  const times = { createdAt: now, lastSeenAt: now }
  const row = { id: crypto.randomUUID(), hash: await hashSession(secret), userId, method, userAgent, from, ...times }
  const actor = { ...INSTANCE, userId, from, right: rightBy(session) }
  const entry = { action: 'session.started', projectId: null, subject: row.id, detail: { by: method } } as const
  try {
    await commit(stores, actor, [db.insert(sessions).values(row), auditStatement(db, now, actor, entry)])
    return true
  } catch (error) {
    if (error instanceof RightGone || isForeignKeyViolation(error)) return false
    throw error
  }
}

function rightBy(proof: SignInProof): Right {
  if (proof.method === 'link') return { kind: 'own' }
  return { kind: 'identity', provider: proof.method, subject: proof.subject }
}

/** The live sessions of a person, the one used last first. */
export function listSessions(db: Db, userId: string, now: number): Promise<Session[]> {
  return selectSessions(db, userId, now)
}

export function selectSessions(db: Db, userId: string, now: number) {
  return db
    .select(SHOWN)
    .from(sessions)
    .where(and(eq(sessions.userId, userId), gt(sessions.lastSeenAt, now - SESSION_IDLE_MS)))
    .orderBy(desc(sessions.lastSeenAt))
}

/** Ends one session of a person; nothing when it was over already, or another's. */
export function deleteSession(stores: Stores, userId: string, sessionId: string, actor: Actor): Promise<void> {
  return deleteSessions(stores, sql`${sessions.id} = ${sessionId} and ${sessions.userId} = ${userId}`, actor)
}

/** Ends all sessions of a person but one. */
export function deleteOtherSessions(stores: Stores, userId: string, keptId: string, actor: Actor): Promise<void> {
  return deleteSessions(stores, sql`${sessions.userId} = ${userId} and ${sessions.id} <> ${keptId}`, actor)
}

async function deleteSessions(stores: Stores, which: SQL, actor: Actor): Promise<void> {
  const { db } = stores
  await commitEnding(stores, actor, [
    rawStatement(
      db,
      sql`insert into ${audit} (at, action, user_id, subject, "from")
        select ${stores.now()}, 'session.ended', ${actor.userId}, ${sessions.id}, ${actor.from} from ${sessions} where ${which}`,
    ),
    db.delete(sessions).where(which),
  ])
}

const TOUCH_MS = 10 * 60_000

/** Whether a session's last use is old enough to be stored again. */
export function isStale({ lastSeenAt }: Session, now: number): boolean {
  return now - lastSeenAt >= TOUCH_MS
}

/** Stores that a session was used. The answer does not wait for it, so a fault is only logged. */
export function noteSessionUse(stores: Stores, sessionId: string, from: string | null): void {
  const write = stores.db.update(sessions).set({ lastSeenAt: stores.now(), from }).where(eq(sessions.id, sessionId))
  stores.waitUntil(write.run().catch((error) => stores.warn('session_use_unwritable', error)))
}
