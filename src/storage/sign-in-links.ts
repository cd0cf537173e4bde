import { and, eq, gt } from 'drizzle-orm'
import { hashLink, type LinkSecret } from '../domain/sign-in-link.ts'
import { users } from './schema.ts'
import { signInLinks } from './schema-web.ts'
import type { Db } from './stores.ts'

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
    .where(and(eq(signInLinks.hash, hash), gt(signInLinks.expiresAt, now)))
    .limit(1)
}

/** Uses the link up: of several that try at once, one is told whose it was. */
export async function consumeLink(db: Db, secret: LinkSecret, now: number): Promise<string | null> {
  const [row] = await db
    .delete(signInLinks)
    .where(and(eq(signInLinks.hash, await hashLink(secret)), gt(signInLinks.expiresAt, now)))
    .returning({ userId: signInLinks.userId })
  return row?.userId ?? null
}
