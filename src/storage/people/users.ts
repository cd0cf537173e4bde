import { and, eq, or, sql } from 'drizzle-orm'
import { INSTANCE } from '../../domain/access/actor.ts'
import type { Reach } from '../../domain/access/limits/reach.ts'
import type { User } from '../../domain/people/user.ts'
import { auditStatement } from '../projects/audit.ts'
import { members, tokens, users } from '../schema/schema.ts'
import type { Db } from '../stores.ts'
import { isAmong } from './reach.ts'

export async function findUser(db: Db, userId: string): Promise<User | null> {
  const [row] = await db.select().from(users).where(eq(users.id, userId)).limit(1)
  return row ?? null
}

/** Somebody whom a person may know of: themselves, or who shares a project with them. */
export async function findUserSeenBy(db: Db, reach: Reach, userId: string): Promise<User | null> {
  const shared = sql`exists (select 1 from ${members} as theirs join ${members} as own on own.project_id = theirs.project_id
    where theirs.user_id = ${userId} and own.user_id = ${reach.userId} and ${isAmong(sql`own.project_id`, reach)})`
  const [row] = await db
    .select()
    .from(users)
    .where(and(eq(users.id, userId), or(eq(users.id, reach.userId), shared)))
    .limit(1)
  return row ?? null
}

/** By login, letter case ignored. */
export async function findUserByLogin(db: Db, login: string): Promise<User | null> {
  const [row] = await db
    .select()
    .from(users)
    .where(eq(sql`lower(${users.login})`, login.toLowerCase()))
    .limit(1)
  return row ?? null
}

/** Whether anybody is here yet. */
export async function hasUsers(db: Db): Promise<boolean> {
  return (await db.select({ id: users.id }).from(users).limit(1)).length > 0
}

type UserRow = typeof users.$inferInsert
type TokenPart = Pick<typeof tokens.$inferInsert, 'id' | 'hash' | 'label' | 'prefix' | 'lastFour' | 'expiresAt'>

/** A person, and the audit row. The login must be free. */
export function insertUserStatements(db: Db, user: UserRow, by = INSTANCE) {
  const entry = {
    action: 'user.created',
    projectId: null,
    subject: user.login,
    detail: { role: user.instanceRole },
  } as const
  return [
    db.insert(users).values({ ...user, invitedBy: by.userId }),
    auditStatement(db, user.createdAt, by, entry),
  ] as const
}

/** As `insertUserStatements`, with a first personal token. */
export function userStatements(db: Db, user: UserRow, token: TokenPart) {
  return [
    ...insertUserStatements(db, user),
    db
      .insert(tokens)
      .values({ ...token, kind: 'personal', userId: user.id, createdBy: user.id, createdAt: user.createdAt }),
  ] as const
}
