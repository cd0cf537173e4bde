import { eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { Fenced } from '../../domain/access/fence.ts'
import { type Grant, isOfPerson, subjectsOf } from '../../domain/access/grant.ts'
import type { Secret } from '../../domain/access/secret.ts'
import { hashSecret, pepperIdOf, type SecretHash, storedForms } from '../../domain/access/secret-hash.ts'
import { parseOrganization } from '../../domain/organization.ts'
import { type Slug, slugKeyFor } from '../../domain/project.ts'
import { prepareWithList } from '../prepared.ts'
import { projectColumns } from '../projects/project-columns.ts'
import { selectProject, selectRoleByToken } from '../projects/projects.ts'
import { projects, tokens, users } from '../schema/schema.ts'
import type { Db, Stores } from '../stores.ts'
import { limitsIn } from '../tokens/kept-limits.ts'
import { readFenced } from '../tokens/revocations.ts'
import { parseCachedGrant, serializeGrant } from './cached-grant.ts'
import { readGrantCopy, writeGrantCopy } from './grant-copy.ts'
import type { HeldGrant } from './grant-memory.ts'
import { keepProject, keepRole, prefetchAccess } from './project-access.ts'
import { acceptedAt, feedIsOld, freshnessOf, graceHolds, judgeFact } from './proof.ts'
import { shareWork, withinMs } from './shared-work.ts'

/** The tier that answered; for the log and the counters. */
export type Tier = 'memory' | 'cache' | 'kv' | 'd1' | 'grace'

/** The result of verifying a secret. */
export type SecretCheck =
  | { readonly kind: 'granted'; readonly grant: Grant; readonly expiresAt: number | null; readonly tier: Tier }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'expired'; readonly expiredAt: number; readonly grant: Grant }
  /** This client address presented too many unknown secrets, and this one is not known from a cache. */
  | { readonly kind: 'limited' }
  /** D1 cannot be read, and no cached grant was proved recently enough. */
  | { readonly kind: 'unavailable' }

/** Counts an unknown secret against the client's limit; false once the limit is reached. */
export type ChargeUnknown = { readonly client: string; readonly spend: () => Promise<boolean> }

const MEMORY_LIFE_MS = 60_000
const UNKNOWN_LIFE_MS = 5_000
const LIMITED_MS = 10_000
const KV_BOX_MS = 250
const KV_LIFE_SECONDS = 3_600
// Long, since nothing depends on KV being fresh; the platform's minimum is 30.
const KV_CACHE_TTL_SECONDS = 300

export type Granted = Extract<SecretCheck, { kind: 'granted' }>

/** The grant of a secret, if memory alone is enough to accept it now; else null. */
export function knownGrant(stores: Stores, secret: Secret): Granted | null {
  const now = stores.now()
  const kept = keptGrant(stores, secret, now)
  if (!kept || !acceptedAt(now, stores, [kept])) return null
  const verdict = verdictOf(now, kept.value, 'memory')
  return verdict.kind === 'granted' ? verdict : null
}

/**
 * Verifies a secret by memory, then the data centre's cache, KV and D1; a cached grant counts only if the revocation feed
 * proves it. `slug` names the project that will be read next, so that a round trip to D1 reads it too.
 */
export async function findGrant(
  stores: Stores,
  secret: Secret,
  slug: Slug | null,
  charge: ChargeUnknown,
): Promise<SecretCheck> {
  const { memory, waitUntil } = stores
  const known = knownGrant(stores, secret)
  if (known) return known
  const askedAt = stores.now()
  const kept = keptGrant(stores, secret, askedAt)
  if (kept) {
    if ((await judgeFact(stores, kept)) === 'accept') return cachedSecretCheck(stores, kept, 'memory')
    return askPrimary(stores, secret, { slug, charge, cached: kept, askedAt })
  }
  if ((memory.grants.unknowns.get(secret) ?? 0) > stores.now()) return { kind: 'unknown' }

  const copy = await shareWork(memory, stores, `kv ${secret}`, () => readCopy(stores, secret))
  if (!copy) {
    // A token that memory had lately, or that was minted here, counts as known even where KV is down.
    const isKnown = memory.grants.held.get(secret) !== undefined || memory.grants.minted.get(secret) !== undefined
    if (!isKnown && isLimited(stores, charge)) return { kind: 'limited' }
    return askPrimary(stores, secret, { slug, charge, cached: null, askedAt })
  }
  const { fact, tier } = copy
  // A person's role is needed next: one round trip reads it with the feed.
  if (slug && isOfPerson(fact.value.grant) && feedIsOld(stores)) await prefetchAccess(stores, fact.value.grant, slug)
  if ((await judgeFact(stores, fact)) !== 'accept')
    return askPrimary(stores, secret, { slug, charge, cached: fact, askedAt })
  memory.grants.held.set(secret, { fact, keptAt: stores.now() })
  if (tier === 'kv') waitUntil(writeGrantCopy(stores, copy.hash, copy))
  return cachedSecretCheck(stores, fact, tier)
}

/** Forgets that a secret was unknown. Call it when a token was stored, so that it works at once in this isolate. */
export function forgetUnknown({ memory, now }: Stores, secret: Secret): void {
  memory.grants.minted.set(secret, now())
  memory.grants.unknowns.delete(secret)
  for (const key of memory.slots.keys()) if (key.includes(secret)) memory.slots.delete(key)
}

/** Where the verifier keeps a token's grant in KV; the number changes with what a grant holds, so that no version reads another's. */
export function kvKeyFor(hash: string): string {
  return `grant:2:${hash}`
}

/** The grant in memory, until 60 s after it was put there, however often it is read. */
function keptGrant({ memory }: Stores, secret: Secret, now: number): Fenced<HeldGrant> | null {
  const kept = memory.grants.held.get(secret)
  return kept && now - kept.keptAt < MEMORY_LIFE_MS ? kept.fact : null
}

async function askPrimary(
  stores: Stores,
  secret: Secret,
  {
    slug,
    charge,
    cached,
    askedAt,
  }: {
    readonly slug: Slug | null
    readonly charge: ChargeUnknown
    readonly cached: Fenced<HeldGrant> | null
    readonly askedAt: number
  },
): Promise<SecretCheck> {
  const { now, waitUntil } = stores
  let fact: Fenced<HeldGrant> | null
  try {
    const key = `grant ${secret} ${slug ? slugKeyFor(slug) : ''}`
    fact = await shareWork(stores.memory, { now, waitUntil, askedAt }, key, async () => {
      // While this request waited for one that was cancelled, a third may have read the grant.
      const kept = keptGrant(stores, secret, stores.now())
      return kept && freshnessOf(stores, kept) === 'accept' ? kept : readGrant(stores, secret, slug)
    })
    // The token may have ended while the answer was under way, or before this request began to wait for it.
    if (fact && freshnessOf(stores, fact) !== 'accept') fact = await readGrant(stores, secret, slug)
  } catch (error) {
    stores.warn('grant_unreadable', error)
    if (!cached || !graceHolds(stores, cached)) return { kind: 'unavailable' }
    return verdictOf(stores.now(), cached.value, 'grace')
  }
  if (!fact) {
    await chargeUnknown(stores, charge)
    return { kind: 'unknown' }
  }
  return freshnessOf(stores, fact) === 'accept' ? verdictOf(stores.now(), fact.value, 'd1') : { kind: 'unavailable' }
}

/** The token's row decides; memory and KV are overwritten with what it says. */
async function readGrant(stores: Stores, secret: Secret, slug: Slug | null): Promise<Fenced<HeldGrant> | null> {
  const hashes = await hashSecret(stores.peppers, secret)
  const select = selectToken(stores.db, hashes)
  const { rows, fence } = slug
    ? await readFenced(stores, [select, selectProject(stores.db, slug), selectRoleByToken(stores.db, slug, hashes)])
    : await readFenced(stores, [select])
  const [[row], projectRows, roleRows] = rows
  const held = row ? heldGrantOf(row) : null
  if (!held) {
    stores.memory.grants.held.delete(secret)
    // A look-up that began before the token was minted here says nothing about it.
    if (fence.provedAt > (stores.memory.grants.minted.get(secret) ?? Number.NEGATIVE_INFINITY))
      stores.memory.grants.unknowns.set(secret, fence.provedAt + UNKNOWN_LIFE_MS)
    return null
  }
  const fact: Fenced<HeldGrant> = { value: held, fence, subjects: subjectsOf(held.grant) }
  stores.memory.grants.held.set(secret, { fact, keptAt: stores.now() })
  if (row) {
    const text = serializeGrant(fact, pepperIdOf(row.hash))
    stores.waitUntil(writeKv(stores, hashes[0], text))
    stores.waitUntil(writeGrantCopy(stores, hashes[0], { fact, text }))
  }
  const project = slug && projectRows?.[0] ? keepProject(stores, slug, projectRows[0], fence) : null
  const role = roleRows?.[0]
  if (project && role && isOfPerson(held.grant))
    keepRole(stores, { userId: held.grant.userId, projectId: project.id, role: role.role }, fence)
  return fact
}

type TokenRow = Awaited<ReturnType<typeof selectToken>>[number]

export function selectToken(db: Db, hashes: readonly SecretHash[]) {
  return tokenOfForms(db, {}, storedForms(hashes))
}

const tokenOfForms = prepareWithList((db, _: object, forms) => selectTokenWhere(db, inArray(tokens.hash, [...forms])))

/** A token with all that its grant is made of. */
export function selectTokenWhere(db: Db, which: SQL) {
  const { hash, kind, userId, organization, scope, limits, publisherId, expiresAt } = tokens
  return db
    .select({
      // D1 gives a batch's rows as objects, in which a second column called `id` would take the first one's place.
      id: sql<string>`${tokens.id}`.as('token_id'),
      hash,
      kind,
      userId,
      organization,
      scope,
      limits,
      publisherId,
      expiresAt,
      instanceRole: users.instanceRole,
      project: projectColumns(),
    })
    .from(tokens)
    .leftJoin(users, eq(users.id, tokens.userId))
    .leftJoin(projects, eq(projects.id, tokens.projectId))
    .where(which)
    .limit(1)
}

/** The grant of a token's row; null for a row that makes none, which opens nothing. */
export function heldGrantOf(row: TokenRow): HeldGrant | null {
  const { id: tokenId, project, expiresAt } = row
  const limits = limitsIn(row.limits)
  if (limits === undefined) return null
  switch (row.kind) {
    case 'personal':
      if (!row.userId || !row.instanceRole) return null
      return {
        grant: { kind: 'personal', tokenId, userId: row.userId, instanceRole: row.instanceRole, limits },
        expiresAt,
      }
    case 'project':
      return project && row.scope
        ? { grant: { kind: 'project', tokenId, scope: row.scope, project, limits }, expiresAt }
        : null
    case 'organization': {
      const organization = parseOrganization(row.organization ?? '')
      return row.userId && organization && row.scope
        ? {
            grant: { kind: 'organization', tokenId, userId: row.userId, organization, scope: row.scope, limits },
            expiresAt,
          }
        : null
    }
    case 'reporting':
      return project && limits === null
        ? { grant: { kind: 'reporting', tokenId, project, publisherId: row.publisherId }, expiresAt }
        : null
  }
}

function verdictOf(now: number, { grant, expiresAt }: HeldGrant, tier: Tier): SecretCheck {
  if (expiresAt !== null && expiresAt <= now) return { kind: 'expired', expiredAt: expiresAt, grant }
  return { kind: 'granted', grant, expiresAt, tier }
}

/** The verdict of a cached fact that was accepted: either proved within the bound, or bridging an outage. */
function cachedSecretCheck(stores: Stores, fact: Fenced<HeldGrant>, tier: 'memory' | 'cache' | 'kv'): SecretCheck {
  return verdictOf(stores.now(), fact.value, freshnessOf(stores, fact) === 'accept' ? tier : 'grace')
}

export async function chargeUnknown(stores: Stores, charge: ChargeUnknown): Promise<void> {
  try {
    if (!(await charge.spend())) stores.memory.grants.limited.set(charge.client, stores.now() + LIMITED_MS)
  } catch (error) {
    stores.warn('unknown_token_uncharged', error)
  }
}

/**
 * Refuses a good secret from outside of its networks as an unknown one is: counted against the client, once in a while, so
 * that the limit does not tell which of them are good either.
 */
export async function refuseElsewhere(
  stores: Stores,
  secret: Secret,
  charge: ChargeUnknown,
): Promise<'unknown' | 'limited'> {
  const { elsewhere } = stores.memory.grants
  const key = `${charge.client} ${secret}`
  if ((elsewhere.get(key) ?? 0) > stores.now()) return 'unknown'
  if (isLimited(stores, charge)) return 'limited'
  elsewhere.set(key, stores.now() + UNKNOWN_LIFE_MS)
  await chargeUnknown(stores, charge)
  return 'unknown'
}

/** Whether the client spent its share of unknown secrets a moment ago. */
export function isLimited(stores: Stores, charge: ChargeUnknown): boolean {
  return (stores.memory.grants.limited.get(charge.client) ?? 0) > stores.now()
}

/** A grant as a cache has it, with the text of it. */
type GrantCopy =
  | { readonly tier: 'cache'; readonly fact: Fenced<HeldGrant> }
  | { readonly tier: 'kv'; readonly fact: Fenced<HeldGrant>; readonly hash: SecretHash; readonly text: string }

/** The grant in the data centre's cache, else in KV; any fault is a miss. */
async function readCopy(stores: Stores, secret: Secret): Promise<GrantCopy | null> {
  const [hash] = await hashSecret(stores.peppers, secret)
  const near = await readGrantCopy(stores, hash)
  if (near) return { tier: 'cache', fact: near }
  try {
    const text = await withinMs(KV_BOX_MS, 'KV', stores.kv.get(kvKeyFor(hash), { cacheTtl: KV_CACHE_TTL_SECONDS }))
    const fact = text === null ? null : parseCachedGrant(text, stores.now(), stores.peppers)
    return text === null || !fact ? null : { tier: 'kv', fact, hash, text }
  } catch (error) {
    stores.warn('kv_unreadable', error)
    return null
  }
}

async function writeKv(stores: Stores, hash: SecretHash, text: string): Promise<void> {
  try {
    await stores.kv.put(kvKeyFor(hash), text, { expirationTtl: KV_LIFE_SECONDS })
  } catch (error) {
    stores.warn('kv_unwritable', error)
  }
}
