import type { Fenced } from '../../domain/access/fence.ts'
import type { SecretHash } from '../../domain/access/secret-hash.ts'
import type { Stores } from '../stores.ts'
import { parseCachedGrant } from './cached-grant.ts'
import type { HeldGrant } from './grant-memory.ts'
import { feedIsOld } from './proof.ts'
import { withinCacheBox } from './shared-work.ts'

/** As long as a grant is in KV, from the same read of D1 on. */
const LIFE_MS = 3_600_000

/**
 * The data centre's copy of what KV has of a grant, which spares its other isolates the price of a look there; null where
 * there is none. Like KV's it proves nothing: the feed does. An isolate that has to wait for the feed anyway asks KV instead,
 * so that no answer waits for three looks into the cache.
 */
export async function readGrantCopy(stores: Stores, hash: SecretHash): Promise<Fenced<HeldGrant> | null> {
  if (!stores.cache || feedIsOld(stores)) return null
  try {
    const copy = await withinCacheBox(stores.cache.match(copyKeyFor(hash)))
    const fact = copy ? parseCachedGrant(await copy.text(), stores.now(), stores.peppers) : null
    return fact && leftMs(stores, fact) > 0 ? fact : null
  } catch (error) {
    stores.warn('grant_copy_unreadable', error)
    return null
  }
}

/** Keeps the text that KV has of a grant in the data centre too. */
export async function writeGrantCopy(
  stores: Stores,
  hash: SecretHash,
  { fact, text }: { readonly fact: Fenced<HeldGrant>; readonly text: string },
): Promise<void> {
  const lifeSeconds = Math.floor(leftMs(stores, fact) / 1000)
  if (!stores.cache || lifeSeconds <= 0) return
  const headers = { 'Cache-Control': `max-age=${lifeSeconds}`, 'Content-Type': 'application/json' }
  try {
    await stores.cache.put(copyKeyFor(hash), new Response(text, { headers }))
  } catch (error) {
    stores.warn('grant_copy_unwritable', error)
  }
}

function leftMs({ now }: Stores, { fence }: Fenced<HeldGrant>): number {
  return LIFE_MS - (now() - fence.provedAt)
}

/** By the HMAC, of which nobody gets back to the secret; the number changes with what a grant holds. */
function copyKeyFor(hash: SecretHash): string {
  return `https://buildpass.internal/grant/v2/${encodeURIComponent(hash)}`
}
