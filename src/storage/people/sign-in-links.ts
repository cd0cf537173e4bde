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

/** Whom a link signs in, while it works. Looking does not use it up. */
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

/** Uses a link up, and gives the person's id; of several requests at once only one gets it. */
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
    or(eq(signInLinks.isInvitation, false), sql`not ${hasSignedIn(signInLinks.userId)}`),
  )
}

/** Whether a person has an entry in the audit log; the first sign-in makes one. */
export function hasSignedIn(userId: SQLWrapper | string): SQL {
  return sql`exists (select 1 from ${audit} where ${audit.userId} = ${userId})`
}

/** When a person's invitation ends or ended; null for people who have signed in, or were not invited. */
export async function findInvitation(db: Db, userId: string): Promise<{ readonly expiresAt: number } | null> {
  const [row] = await selectInvitation(db, userId)
  return row ?? null
}

export function selectInvitation(db: Db, userId: string) {
  return db.select({ expiresAt: signInLinks.expiresAt }).from(signInLinks).where(isWaiting(userId)).limit(1)
}

/** Replaces the link of an invitation; false, and nothing changes, where there is none. */
export async function replaceInvitation(
  stores: Stores,
  { id, login }: { readonly id: string; readonly login: string },
  link: { readonly hash: string; readonly expiresAt: number },
  actor: Actor,
): Promise<boolean> {
  const { db, now } = stores
  const entry = { action: 'user.invited', projectId: null, subject: login } as const
  const waits = sql`exists (select 1 from ${signInLinks} where ${isWaiting(id)})`
  const [, { results }] = await commit(stores, actor, [
    auditStatement(db, now(), actor, { ...entry, condition: waits }),
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
    sql`not ${hasSignedIn(signInLinks.userId)}`,
  )
}
