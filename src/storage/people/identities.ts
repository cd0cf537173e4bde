import { and, asc, eq, ne, sql } from 'drizzle-orm'
import { type Actor, INSTANCE } from '../../domain/access/actor.ts'
import { type Identity, type IdentityProvider, loginFor } from '../../domain/people/identity.ts'
import { isUniqueViolation } from '../constraint.ts'
import { auditStatement } from '../projects/audit.ts'
import { identities, sessions } from '../schema/schema-web.ts'
import type { Db, Stores } from '../stores.ts'
import { commitEnding } from '../tokens/revocations.ts'
import { commit } from '../tokens/rights.ts'
import { insertUserStatements } from './users.ts'

export type LinkedIdentity = Identity & { readonly createdAt: number; readonly lastUsedAt: number }

/** The accounts at other services with which a person can sign in. */
export function listIdentities(db: Db, userId: string): Promise<LinkedIdentity[]> {
  const { provider, subject, name, createdAt, lastUsedAt } = identities
  return db
    .select({ provider, subject, name, createdAt, lastUsedAt })
    .from(identities)
    .where(eq(identities.userId, userId))
    .orderBy(asc(identities.createdAt))
}

export function selectIdentity(db: Db, { provider, subject }: Pick<Identity, 'provider' | 'subject'>) {
  return db
    .select({ userId: identities.userId })
    .from(identities)
    .where(and(eq(identities.provider, provider), eq(identities.subject, subject)))
    .limit(1)
}

const LOGIN_TRIES = 5

/** The person with this account, or a new one. The name does not count: somebody else may take it over. */
export async function findOrInsertPerson(
  stores: Stores,
  identity: Identity,
  face: { readonly fullName: string | null; readonly avatarUrl: string | null },
): Promise<string> {
  const { db } = stores
  const now = stores.now()
  const [known] = await selectIdentity(db, identity)
  if (known) {
    await db.update(identities).set({ name: identity.name, lastUsedAt: now }).where(isIdentity(identity))
    return known.userId
  }
  for (let attempt = 0; attempt < LOGIN_TRIES; attempt++) {
    const login = loginFor(identity.name, attempt)
    const user = { id: crypto.randomUUID(), login, name: face.fullName ?? login, avatarUrl: face.avatarUrl }
    try {
      await commit(stores, INSTANCE, [
        ...insertUserStatements(db, { ...user, instanceRole: 'user', createdAt: now }),
        db.insert(identities).values({ ...identity, userId: user.id, createdAt: now, lastUsedAt: now }),
      ])
      return user.id
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      // Two first sign-ins at once: the other one made the person.
      const [made] = await selectIdentity(db, identity)
      if (made) return made.userId
    }
  }
  throw new Error('no free login was found')
}

/** Links another account to a person; false when somebody else has it. */
export async function linkIdentity(stores: Stores, userId: string, identity: Identity, actor: Actor): Promise<boolean> {
  const { db } = stores
  const now = stores.now()
  const entry = { action: 'identity.linked', projectId: null, subject: identity.name } as const
  const isFree = sql`not exists (select 1 from ${identities} where ${isIdentity(identity)})`
  const [, , [owner]] = await commit(stores, actor, [
    auditStatement(db, now, actor, { ...entry, detail: { by: identity.provider }, condition: isFree }),
    db
      .insert(identities)
      .values({ ...identity, userId, createdAt: now, lastUsedAt: now })
      .onConflictDoNothing(),
    selectIdentity(db, identity),
  ])
  return owner?.userId === userId
}

/** Unlinks an account, and ends the sessions that began with it, except the one that asks. */
export async function unlinkIdentity(
  stores: Stores,
  { userId, sessionId }: { readonly userId: string; readonly sessionId: string },
  { provider, subject }: { readonly provider: IdentityProvider; readonly subject: string },
  actor: Actor,
): Promise<boolean> {
  const { db } = stores
  const theirs = and(isIdentity({ provider, subject }), eq(identities.userId, userId))
  const entry = { action: 'identity.unlinked', projectId: null, subject, detail: { by: provider } } as const
  const [, rows] = await commitEnding(stores, actor, [
    auditStatement(db, stores.now(), actor, {
      ...entry,
      condition: sql`exists (select 1 from ${identities} where ${theirs})`,
    }),
    db.delete(identities).where(theirs).returning({ subject: identities.subject }),
    db
      .delete(sessions)
      .where(and(eq(sessions.userId, userId), eq(sessions.method, provider), ne(sessions.id, sessionId))),
  ])
  return rows.length > 0
}

function isIdentity({ provider, subject }: Pick<Identity, 'provider' | 'subject'>) {
  return and(eq(identities.provider, provider), eq(identities.subject, subject))
}
