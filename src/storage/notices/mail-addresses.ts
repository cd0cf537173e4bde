import { eq, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { toBase64Url } from '../../domain/formats/encoding.ts'
import { mailAddresses } from '../schema/schema-notices.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'

/** Where a person's mail goes, or would once they typed the code. */
export type MailAddress = { readonly address: string; readonly isConfirmed: boolean }

export async function findAddress(db: Db, userId: string): Promise<MailAddress | null> {
  const { address, confirmedAt } = mailAddresses
  const [row] = await db
    .select({ address, confirmedAt })
    .from(mailAddresses)
    .where(eq(mailAddresses.userId, userId))
    .limit(1)
  return row && row.address !== '' ? { address: row.address, isConfirmed: row.confirmedAt !== null } : null
}

const CODE_LIFE_MS = 15 * 60_000
/** Of a million codes somebody who cannot read the mail guesses one in 200,000 times. */
const MAX_TRIES = 5
/** So that nobody is sent one code after the other. */
const CODE_AGAIN_MS = 60_000

/** A code for the mail that goes to an address; it is shown nowhere else. */
export function mintMailCode(): string {
  // 2^32 is no multiple of a million: what is left over would favour low codes.
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1))
  return number < 4_294_000_000 ? String(number % 1_000_000).padStart(6, '0') : mintMailCode()
}

/**
 * Keeps an address in place of the person's earlier one, until the code is typed unconfirmed. False, and nothing changes, where
 * they were sent one less than a minute ago.
 */
export async function putAddress(
  stores: Stores,
  userId: string,
  { address, code }: { readonly address: string; readonly code: string },
  actor: Actor,
): Promise<boolean> {
  const { db, now } = stores
  const hash = await hashCode(userId, code)
  const expiresAt = now() + CODE_LIFE_MS
  const [put] = await commit(stores, actor, [
    rawStatement(
      db,
      sql`insert into ${mailAddresses} (user_id, address, code_hash, code_expires_at) values (${userId}, ${address}, ${hash}, ${expiresAt})
        on conflict (user_id) do update set address = excluded.address, confirmed_at = null, code_hash = excluded.code_hash,
          code_expires_at = excluded.code_expires_at, tries = 0
        where coalesce(${mailAddresses.codeExpiresAt}, 0) <= ${expiresAt - CODE_AGAIN_MS} returning address`,
    ),
  ])
  return put.results.length > 0
}

/** Confirms an address by the code that was sent there; false where it is another one, too old, or was tried too often. */
export async function confirmAddress(stores: Stores, userId: string, code: string, actor: Actor): Promise<boolean> {
  const { db, now } = stores
  const hash = await hashCode(userId, code)
  const isOpen = sql`user_id = ${userId} and code_hash is not null and code_expires_at > ${now()} and tries < ${MAX_TRIES}`
  const [, confirmed] = await commit(stores, actor, [
    rawStatement(db, sql`update ${mailAddresses} set tries = tries + 1 where ${isOpen} and code_hash <> ${hash}`),
    rawStatement(
      db,
      sql`update ${mailAddresses} set confirmed_at = ${now()}, code_hash = null
        where ${isOpen} and code_hash = ${hash} returning address`,
    ),
  ])
  return confirmed.results.length > 0
}

/** Forgets an address. When the last code was sent stays, or removing it would let somebody have one after the other sent. */
export async function deleteAddress(stores: Stores, userId: string, actor: Actor): Promise<void> {
  const forgotten = { address: '', confirmedAt: null, codeHash: null }
  await commit(stores, actor, [stores.db.update(mailAddresses).set(forgotten).where(eq(mailAddresses.userId, userId))])
}

async function hashCode(userId: string, code: string): Promise<string> {
  return toBase64Url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${userId} ${code}`)))
}
