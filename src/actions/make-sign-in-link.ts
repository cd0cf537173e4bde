import type { Actor } from '../domain/actor.ts'
import type { InstanceRole } from '../domain/grant.ts'
import { hashLink, LINK_LIFE_MS, linkPathFor, mintLinkSecret } from '../domain/sign-in-link.ts'
import { isUniqueViolation } from '../storage/constraint.ts'
import { commit } from '../storage/rights.ts'
import { insertLink } from '../storage/sign-in-links.ts'
import type { Db, Stores } from '../storage/stores.ts'
import { findUserByLogin, hasUsers, insertUserStatements } from '../storage/users.ts'

export type SignInLink = {
  readonly login: string
  /** The page of the link, on whatever origin the instance has. */
  readonly path: string
  readonly expiresAt: number
  /** The role of a person that had to be made for it; null for one who was there. */
  readonly made: InstanceRole | null
}

/** A one-time link for a person, who is made if need be: the first one as owner. */
export async function makeSignInLink(db: Db, login: string, now: number): Promise<SignInLink> {
  const known = await findUserByLogin(db, login)
  const made: InstanceRole | null = known ? null : (await hasUsers(db)) ? 'user' : 'owner'
  const userId = known?.id ?? crypto.randomUUID()
  const secret = mintLinkSecret()
  const expiresAt = now + LINK_LIFE_MS
  const link = insertLink(db, { hash: await hashLink(secret), userId, expiresAt })
  const newUser = { id: userId, login, name: login, createdAt: now }
  await (made ? db.batch([...insertUserStatements(db, { ...newUser, instanceRole: made }), link]) : link)
  return { login: known?.login ?? login, path: linkPathFor(secret), expiresAt, made }
}

/**
 * Makes a person and the one-time link for their first sign-in; null when the login is taken. So an owner can invite,
 * and come in as nobody who is here already.
 */
export async function inviteUser(
  stores: Stores,
  login: string,
  owner: Actor,
): Promise<Pick<SignInLink, 'path' | 'expiresAt'> | null> {
  const { db } = stores
  const now = stores.now()
  const secret = mintLinkSecret()
  const user = { id: crypto.randomUUID(), login, name: login, instanceRole: 'user', createdAt: now } as const
  const expiresAt = now + LINK_LIFE_MS
  const link = insertLink(db, { hash: await hashLink(secret), userId: user.id, expiresAt, madeBy: owner.userId })
  try {
    await commit(stores, owner, [...insertUserStatements(db, user, owner), link])
  } catch (error) {
    if (isUniqueViolation(error)) return null
    throw error
  }
  return { path: linkPathFor(secret), expiresAt }
}
