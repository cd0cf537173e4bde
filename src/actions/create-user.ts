import type { InstanceRole } from '../domain/access/grant.ts'
import { mintSecret, type Secret, visiblePartsOf } from '../domain/access/secret.ts'
import { hashSecret, type Peppers } from '../domain/access/secret-hash.ts'
import { isUniqueViolation } from '../storage/constraint.ts'
import { userStatements } from '../storage/people/users.ts'
import type { Db } from '../storage/stores.ts'

export type NewUser = {
  readonly login: string
  readonly instanceRole: InstanceRole
  readonly tokenLabel: string
  readonly tokenExpiresAt: number | null
}

/** Makes a person and a first personal token; the only other place where the secret exists is the caller's hand. */
export async function createUser(
  db: Db,
  peppers: Peppers,
  now: number,
  input: NewUser,
): Promise<{ readonly userId: string; readonly secret: Secret } | 'login_taken'> {
  const { userId, secret, statements } = await prepareUser(db, peppers, now, input)
  try {
    await db.batch(statements)
  } catch (error) {
    if (isUniqueViolation(error)) return 'login_taken'
    throw error
  }
  return { userId, secret }
}

/** What `createUser` would run, for a caller that has to bring the statements to a database elsewhere. */
export async function prepareUser(db: Db, peppers: Peppers, now: number, input: NewUser) {
  const { login, instanceRole, tokenLabel: label, tokenExpiresAt: expiresAt } = input
  const secret = mintSecret('personal')
  const [hash] = await hashSecret(peppers, secret)
  const user = { id: crypto.randomUUID(), login, name: login, instanceRole, createdAt: now }
  const token = { id: crypto.randomUUID(), hash, label, expiresAt, ...visiblePartsOf(secret) }
  return { userId: user.id, secret, statements: userStatements(db, user, token) }
}
