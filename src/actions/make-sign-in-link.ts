import type { Actor } from '../domain/access/actor.ts'
import type { InstanceRole } from '../domain/access/grant.ts'
import {
  hashLink,
  INVITATION_LIFE_MS,
  LINK_LIFE_MS,
  linkPathFor,
  mintLinkSecret,
} from '../domain/people/sign-in-link.ts'
import { isUniqueViolation } from '../storage/constraint.ts'
import { insertLink, replaceInvitation } from '../storage/people/sign-in-links.ts'
import { findUserByLogin, hasUsers, insertUserStatements } from '../storage/people/users.ts'
import type { Db, Stores } from '../storage/stores.ts'
import { commit } from '../storage/tokens/rights.ts'

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

export type Invitation = Pick<SignInLink, 'path' | 'expiresAt'>

/**
 * Makes a person and the one-time link for their first sign-in; null when the login is taken. So an owner can invite,
 * and come in as nobody who is here already. The same form sent again gives a new link for the person that it made.
 */
export async function inviteUser(
  stores: Stores,
  login: string,
  owner: Actor,
  onceId: string,
): Promise<Invitation | null> {
  const { db } = stores
  const now = stores.now()
  const secret = mintLinkSecret()
  const user = { id: onceId, login, name: login, instanceRole: 'user', createdAt: now } as const
  const expiresAt = now + INVITATION_LIFE_MS
  const hash = await hashLink(secret)
  const link = insertLink(db, { hash, userId: user.id, expiresAt, isInvitation: true, madeBy: owner.userId })
  try {
    await commit(stores, owner, [...insertUserStatements(db, user, owner), link])
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    const known = await findUserByLogin(db, login)
    return known?.id === onceId ? renewInvitation(stores, known, owner) : null
  }
  return { path: linkPathFor(secret), expiresAt }
}

/** Another link for somebody who was invited, by which the one before is dead; null for who has come, or was not. */
export async function renewInvitation(
  stores: Stores,
  person: { readonly id: string; readonly login: string },
  owner: Actor,
): Promise<Invitation | null> {
  const secret = mintLinkSecret()
  const expiresAt = stores.now() + INVITATION_LIFE_MS
  const replaced = await replaceInvitation(stores, person, { hash: await hashLink(secret), expiresAt }, owner)
  return replaced ? { path: linkPathFor(secret), expiresAt } : null
}
