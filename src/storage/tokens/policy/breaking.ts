import { and, eq, ne, or, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../../domain/access/actor.ts'
import { type Breach, breachesOf, type Policy } from '../../../domain/access/policy.ts'
import { DAY_MS } from '../../../domain/day.ts'
import { tokens } from '../../schema/schema.ts'
import type { Db, Stores } from '../../stores.ts'
import { findTokens, type OwnedToken, pickTokens, type TokenPage } from '../every-token.ts'
import { endTokens } from '../token-ends.ts'

/** A token that goes against the policy. */
export type Breaking = OwnedToken & { readonly breaches: readonly Breach[] }

const MAX_BREAKING_SHOWN = 100

/** Tokens that go against the policy, the newest first. */
export async function listBreaking(db: Db, policy: Policy, after: string | null): Promise<TokenPage<Breaking>> {
  const { personalDays, projectDays, cidrs } = policy
  if (personalDays === null && projectDays === null && cidrs === null) return { found: [], next: null }
  const page = { after, limit: MAX_BREAKING_SHOWN }
  const breakingOf = (owned: OwnedToken) => {
    const breaches = breachesOf(policy, owned.token)
    return breaches.length > 0 ? { ...owned, breaches } : null
  }
  // Only of networks the database cannot tell.
  if (cidrs !== null) return pickTokens(db, page, breakingOf)
  const { found, next } = await findTokens(db, { fits: livesTooLong(policy), text: '' }, page)
  return { found: found.flatMap((owned) => breakingOf(owned) ?? []), next }
}

/** As `breachesOf`. */
function livesTooLong({ personalDays, projectDays }: Policy): SQL | undefined {
  const isLonger = (days: number) =>
    sql`(${tokens.expiresAt} is null or ${tokens.expiresAt} - ${tokens.createdAt} > ${days * DAY_MS})`
  return or(
    personalDays === null ? undefined : and(eq(tokens.kind, 'personal'), isLonger(personalDays)),
    projectDays === null ? undefined : and(ne(tokens.kind, 'personal'), isLonger(projectDays)),
  )
}

/** Ends those that the list shows, but for the one that asks. Gives how many that were, and whether more may be left. */
export async function endBreaking(
  stores: Stores,
  policy: Policy,
  actor: Actor,
): Promise<{ readonly ended: number; readonly isAll: boolean }> {
  let ended = 0
  let after: string | null = null
  for (let pages = 0; pages < MAX_PAGES_ENDED; pages++) {
    const { found, next } = await listBreaking(stores.db, policy, after)
    const ids = found.map(({ token }) => token.id).filter((id) => id !== actor.tokenId)
    if (ids.length > 0) ended += (await endTokens(stores, ids, { action: 'token.deleted', actor })).length
    if (next === null) return { ended, isAll: true }
    after = next
  }
  return { ended, isAll: false }
}

/** Each costs seven queries: a request of Workers Free has 50. */
const MAX_PAGES_ENDED = 6
