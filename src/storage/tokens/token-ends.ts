import { and, eq, inArray, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { breachesOf, longestDaysOf, ruleOf } from '../../domain/access/policy.ts'
import type { Secret } from '../../domain/access/secret.ts'
import { bareHash, hashSecret, storedForms } from '../../domain/access/secret-hash.ts'
import { successorExpiry, type Token, type TokenHolder, type TokenSet } from '../../domain/access/token.ts'
import type { AuditAction } from '../../domain/audit.ts'
import { DAY_MS } from '../../domain/day.ts'
import { parseOrganization } from '../../domain/organization.ts'
import { forgetUnknown, kvKeyFor } from '../edge/grants.ts'
import { enqueue, queuedOf } from '../notices/outbox.ts'
import { leakStatements, toldOf } from '../notices/token-notices.ts'
import { projects, tokens } from '../schema/schema.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { limitsIn } from './kept-limits.ts'
import { adoptMinted, endMinted, familyOf } from './made.ts'
import { policyStands } from './policy/policy.ts'
import { commitEnding } from './revocations.ts'
import { commit, type Statement } from './rights.ts'
import { successorStatement } from './successor-rows.ts'
import {
  auditToken,
  canHold,
  findToken,
  heldBy,
  insertWhile,
  isFirst,
  policyFor,
  rowFor,
  selectHolding,
  type TokenRefused,
  tokenOf,
  tokenRefused,
  whyNot,
} from './tokens.ts'

/** Which of a holder's tokens: by its id, or by its secret when somebody found that. */
export type TokenRef = { readonly by: 'id'; readonly id: string } | { readonly by: 'secret'; readonly secret: Secret }

/** The id of the token meant, if the holder has it. */
export async function findTokenId(stores: Stores, holder: TokenSet, ref: TokenRef): Promise<string | null> {
  const which =
    ref.by === 'id'
      ? eq(tokens.id, ref.id)
      : inArray(tokens.hash, storedForms(await hashSecret(stores.peppers, ref.secret)))
  const [row] = await stores.db
    .select({ id: tokens.id })
    .from(tokens)
    .where(and(which, heldBy(holder)))
    .limit(1)
  return row?.id ?? null
}

/**
 * Ends a token and, unless `keepMinted`, all that it minted, but never the asking token. What is kept counts from then on
 * as minted by the token that minted the ended one. Gives the ids of the tokens that ended; empty when there was none.
 */
export async function deleteToken(
  stores: Stores,
  id: string,
  {
    action,
    keepMinted,
    actor,
    before = [],
  }: { action: AuditAction; keepMinted: boolean; actor: Actor; before?: readonly Statement[] },
): Promise<readonly string[]> {
  const ended = keepMinted ? sql`select ${id}` : familyOf(id, actor.tokenId)
  const adopt = rawStatement(
    stores.db,
    sql`update ${tokens} set minted_by = (select root.minted_by from ${tokens} as root where root.id = ${id})
      where minted_by in (${ended}) and id not in (${ended})`,
  )
  const which = sql`${tokens.id} in (${ended})`
  const minted = keepMinted ? adoptMinted(stores.db, id) : endMinted(stores.db, stores.now(), actor, ended)
  const results = await commitEnding(stores, actor, [
    ...before,
    ...minted,
    auditToken(stores.db, stores.now(), actor, { action, which }),
    adopt,
    deleteReturning(stores.db, which),
  ])
  await enqueue(stores, results.slice(0, before.length).flatMap(queuedOf))
  // What the last statement returns; the types of a list with a variable part do not tell.
  return tombstoned(stores, results.at(-1) as { id: string; hash: string }[])
}

/** Ends tokens, and not what they made: for a rule that is about each of them. Gives the ids of those that there were. */
export async function endTokens(
  stores: Stores,
  ids: readonly string[],
  { action, actor }: { readonly action: AuditAction; readonly actor: Actor },
): Promise<readonly string[]> {
  const which = sql`${tokens.id} in (select row.value from json_each(${JSON.stringify(ids)}) as row)`
  const results = await commitEnding(stores, actor, [
    auditToken(stores.db, stores.now(), actor, { action, which }),
    deleteReturning(stores.db, which),
  ])
  return tombstoned(stores, results.at(-1) as { id: string; hash: string }[])
}

/** The ids of those of these secrets' tokens that there are, by one query. */
export async function findLeaked({ db, peppers }: Stores, secrets: readonly Secret[]): Promise<readonly string[]> {
  if (secrets.length === 0) return []
  const hashes = await Promise.all(secrets.map((secret) => hashSecret(peppers, secret)))
  const forms = JSON.stringify(hashes.flatMap(storedForms))
  const rows = await db
    .select({ id: tokens.id })
    .from(tokens)
    .where(sql`${tokens.hash} in (select row.value from json_each(${forms}) as row)`)
  return rows.map(({ id }) => id)
}

/** Ends a token that was found in public, and tells whoever looks after it; a status token, which is meant for URLs, is only flagged. */
export async function endLeakedToken(stores: Stores, tokenId: string, actor: Actor): Promise<void> {
  const { db } = stores
  const [found] = await db
    .select({ token: tokens, onLeak: projects.onLeak })
    .from(tokens)
    .leftJoin(projects, eq(projects.id, tokens.projectId))
    .where(eq(tokens.id, tokenId))
    .limit(1)
  if (!found) return
  const { token, onLeak } = found
  const told = toldOf(token)
  const at = stores.now()
  if (token.scope !== 'status') {
    const hasSuccessor = token.kind === 'project' && onLeak === 'replace'
    const before = [
      ...(hasSuccessor ? [successorStatement(db, token.id, at)] : []),
      ...(told ? leakStatements(db, told, { hasEnded: true, hasSuccessor, at }) : []),
    ]
    await deleteToken(stores, token.id, { action: 'token.leaked', keepMinted: false, actor, before })
    return
  }
  const results: unknown[] = await commit(stores, actor, [
    db.update(tokens).set({ leakReportedAt: at }).where(eq(tokens.id, token.id)),
    auditToken(db, at, actor, { action: 'token.leak_flagged', which: sql`${tokens.id} = ${token.id}` }),
    ...(told ? leakStatements(db, told, { hasEnded: false, hasSuccessor: false, at }) : []),
  ])
  await enqueue(stores, results.slice(2).flatMap(queuedOf))
}

export type Rotation =
  | { readonly kind: 'rotated'; readonly token: Token }
  /** The token expired already, so there is nothing to overlap with. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'unknown' }
  | TokenRefused

type RotationWanted = {
  readonly successor: Secret
  readonly overlapSeconds: number
  /** The id of the form that asks for it. */
  readonly onceId?: string | undefined
}

/**
 * A new token with the same label and scope; the old one stops after the overlap, or at its own end if that is sooner.
 * Of all forms with one `onceId`, one makes a token.
 */
export async function rotateToken(
  stores: Stores,
  id: string,
  { successor, overlapSeconds, onceId }: RotationWanted,
  actor: Actor,
): Promise<Rotation> {
  const now = stores.now()
  const [old] = await stores.db.select().from(tokens).where(eq(tokens.id, id)).limit(1)
  if (!old) return { kind: 'unknown' }
  if (old.expiresAt !== null && old.expiresAt <= now) return { kind: 'expired' }
  const { kind, userId, projectId, organization, scope, limits, label, createdAt } = old
  const planned = { createdAt, expiresAt: old.rotatedAt === null ? old.expiresAt : old.plannedExpiresAt }
  const row = await rowFor(stores, successor, {
    id: onceId ?? crypto.randomUUID(),
    kind,
    userId,
    projectId,
    organization,
    scope,
    limits,
    label,
    expiresAt: successorExpiry(planned, now),
    createdBy: actor.userId,
    mintedBy: actor.tokenId,
  })
  const kept = await policyFor(stores.db, actor)
  // The successor lives no longer than a new token may.
  const days = longestDaysOf(kept.policy, kind)
  const longest = days === null ? null : now + days * DAY_MS
  const expiresAt = longest === null ? row.expiresAt : Math.min(row.expiresAt ?? longest, longest)
  const [breach] = breachesOf(kept.policy, { ...row, expiresAt, limits: limitsIn(limits) ?? null })
  if (breach) return { kind: 'against_policy', breach, rule: ruleOf(kept.policy, breach, kind) }
  const endsAt = now + overlapSeconds * 1000
  const oldStands = sql`exists (select 1 from ${tokens} where ${tokens.id} = ${id})`
  const holder = holderOf(old)
  const [[state], inserted] = await commitEnding(stores, actor, [
    selectHolding(stores.db, holder, isFirst(actor, onceId)),
    insertWhile(
      stores.db,
      { ...row, expiresAt },
      sql`${oldStands} and ${canHold(holder)} and ${isFirst(actor, onceId)} and ${policyStands(kept, kind, actor)}`,
    ),
    stores.db
      .update(tokens)
      .set({ expiresAt: endsAt, rotatedAt: now, plannedExpiresAt: planned.expiresAt })
      .where(
        and(eq(tokens.id, id), or(isNull(tokens.expiresAt), sql`${tokens.expiresAt} > ${endsAt}`), isStored(row.hash)),
      ),
    auditToken(stores.db, now, actor, {
      action: 'token.rotated',
      which: sql`${tokens.hash} = ${row.hash}`,
      detail: { replaces: id, overlap_seconds: overlapSeconds },
    }),
  ])
  if (!inserted[0])
    return tokenRefused(state) ?? ((await findToken(stores.db, id)) ? whyNot(stores.db, kept) : { kind: 'unknown' })
  forgetUnknown(stores, successor)
  return { kind: 'rotated', token: tokenOf(inserted[0]) }
}

function holderOf({ userId, projectId, organization }: typeof tokens.$inferSelect): TokenHolder {
  if (projectId) return { kind: 'project', projectId }
  const of = parseOrganization(organization ?? '')
  return of
    ? { kind: 'organization', userId: userId ?? '', organization: of }
    : { kind: 'personal', userId: userId ?? '' }
}

function isStored(hash: string): SQL {
  return sql`exists (select 1 from ${tokens} as made where made.hash = ${hash})`
}

function deleteReturning(db: Db, which: SQL) {
  return db.delete(tokens).where(which).returning({ id: tokens.id, hash: tokens.hash })
}

/** The ids of what ended, whose tombstones are put meanwhile. */
function tombstoned(stores: Stores, ended: readonly { id: string; hash: string }[]): readonly string[] {
  stores.waitUntil(
    putTombstones(
      stores,
      ended.slice(0, MAX_TOMBSTONES).map((row) => row.hash),
    ),
  )
  return ended.map((row) => row.id)
}

const MAX_TOMBSTONES = 100
const TOMBSTONE_LIFE_SECONDS = 3_600

/** Writes hints to KV that spare other data centres a read of D1; nothing depends on them. */
async function putTombstones({ kv, warn }: Stores, hashes: readonly string[]): Promise<void> {
  const puts = hashes.map((hash) =>
    kv.put(kvKeyFor(bareHash(hash)), 'ended', { expirationTtl: TOMBSTONE_LIFE_SECONDS }),
  )
  await Promise.all(puts).catch((error) => warn('tombstone_unwritable', error))
}
