import { shareWork, withinMs } from '../edge/shared-work.ts'
import type { Stores } from '../stores.ts'
import { readFenced } from '../tokens/revocations.ts'
import type { Check, Readiness } from './readiness-memory.ts'

const FRESH_MS = 5_000
const CHECK_BOX_MS = 2_000
/** Nothing is ever stored there: an absent key answers as well as any. */
const PROBE_KEY = 'readiness'

/**
 * Asks each store for a trifle, at most once in 5 s per isolate whatever comes in, so that asking often costs nothing.
 * D1 is asked for the revocation feed: what every verification needs, and a proof that the migrations were applied.
 */
export async function checkReadiness(stores: Stores): Promise<Readiness> {
  const { memory, now } = stores
  const known = memory.readiness.last
  if (known && now() - known.checkedAt < FRESH_MS) return known
  return shareWork(memory, stores, 'readiness', async () => {
    const [d1, kv, r2] = await Promise.all([
      check(stores, 'd1', () => readFenced(stores, [])),
      check(stores, 'kv', () => stores.kv.get(PROBE_KEY)),
      check(stores, 'r2', () => stores.artifacts.head(PROBE_KEY)),
    ])
    const feedAgeMs = memory.feed.known ? now() - memory.feed.known.polledAt : null
    const readiness: Readiness = { checkedAt: now(), checks: { d1, kv, r2 }, feedAgeMs }
    memory.readiness.last = readiness
    return readiness
  })
}

async function check(stores: Stores, name: string, ask: () => Promise<unknown>): Promise<Check> {
  const startedAt = stores.now()
  try {
    await withinMs(CHECK_BOX_MS, name, ask())
    return { state: 'ok', ms: stores.now() - startedAt }
  } catch (error) {
    stores.warn(`${name}_not_ready`, error)
    return { state: 'failed', ms: stores.now() - startedAt }
  }
}
