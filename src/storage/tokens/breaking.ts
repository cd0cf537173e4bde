import type { Actor } from '../../domain/access/actor.ts'
import { type Breach, breachesOf, type Policy } from '../../domain/access/policy.ts'
import type { Db, Stores } from '../stores.ts'
import { type OwnedToken, pickTokens, type TokenPage } from './every-token.ts'
import { endTokens } from './token-ends.ts'

/** A token that goes against the policy. */
export type Breaking = OwnedToken & { readonly breaches: readonly Breach[] }

const MAX_BREAKING_SHOWN = 100

/** Tokens that go against the policy, the newest first. */
export function listBreaking(db: Db, policy: Policy, after: string | null): Promise<TokenPage<Breaking>> {
  return pickTokens(db, { after, limit: MAX_BREAKING_SHOWN }, (owned) => {
    const breaches = breachesOf(policy, owned.token)
    return breaches.length > 0 ? { ...owned, breaches } : null
  })
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

/** Each costs six queries: a request of Workers Free has 50. */
const MAX_PAGES_ENDED = 6
