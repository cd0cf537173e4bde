import { and, eq, gt, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { hashLink, type LinkSecret } from '../../domain/people/sign-in-link.ts'
import { auditStatement } from '../projects/audit.ts'
import { audit, users } from '../schema/schema.ts'
import { signInLinks } from '../schema/schema-web.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'

/** The statement that stores a link. */
export function insertLink(db: Db, link: typeof signInLinks.$inferInsert) {
  return db.insert(signInLinks).values(link)
}

/** Whose link it is, as long as it works; looking does not use it up. */
export async function findLink(db: Db, secret: LinkSecret, now: number): Promise<{ readonly login: string } | null> {
  const [row] = await selectLink(db, await hashLink(secret), now)
  return row ?? null
}

export function selectLink(db: Db, hash: string, now: number) {
  return db
    .select({ login: users.login })
    .from(signInLinks)
    .innerJoin(users, eq(users.id, signInLinks.userId))
    .where(works(hash, now))
    .limit(1)
}

/** Uses the link up: of several that try at once, one is told whose it was. */
export async function consumeLink(db: Db, secret: LinkSecret, now: number): Promise<string | null> {
  const [row] = await db
    .delete(signInLinks)
    .where(works(await hashLink(secret), now))
    .returning({ userId: signInLinks.userId })
  return row?.userId ?? null
}

function works(hash: string, now: number): SQL | undefined {
  return and(
    eq(signInLinks.hash, hash),
    gt(signInLinks.expiresAt, now),
    or(eq(signInLinks.isInvitation, false), sql`not ${hasCome(signInLinks.userId)}`),
  )
}

/** Whether that person ever did anything here; to sign in is the first that anybody does. */
export function hasCome(userId: SQLWrapper | string): SQL {
  return sql`exists (select 1 from ${audit} where ${audit.userId} = ${userId})`
}

/** Until when a person is invited, be that over; null for who has come, or needed no invitation. */
export async function findInvitation(db: Db, userId: string): Promise<{ readonly expiresAt: number } | null> {
  const [row] = await selectInvitation(db, userId)
  return row ?? null
}

export function selectInvitation(db: Db, userId: string) {
  return db.select({ expiresAt: signInLinks.expiresAt }).from(signInLinks).where(isWaiting(userId)).limit(1)
}

/** Puts another link in the place of an invitation; false, and nothing changed, where nobody waits for one. */
export async function replaceInvitation(
  stores: Stores,
  { id, login }: { readonly id: string; readonly login: string },
  link: { readonly hash: string; readonly expiresAt: number },
  actor: Actor,
): Promise<boolean> {
  const { db, now } = stores
  const told = { action: 'user.invited', projectId: null, subject: login } as const
  const waits = sql`exists (select 1 from ${signInLinks} where ${isWaiting(id)})`
  const [, { results }] = await commit(stores, actor, [
    auditStatement(db, now(), actor, told, waits),
    rawStatement(
      db,
      sql`update ${signInLinks} set hash = ${link.hash}, expires_at = ${link.expiresAt}, made_by = ${actor.userId} where ${isWaiting(id)} returning 1`,
    ),
  ])
  return results.length > 0
}

function isWaiting(userId: string): SQL | undefined {
  return and(
    eq(signInLinks.userId, userId),
    eq(signInLinks.isInvitation, true),
    sql`not ${hasCome(signInLinks.userId)}`,
  )
}
