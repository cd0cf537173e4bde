import type { Feed } from '../../domain/access/fence.ts'
import type { Stores } from '../stores.ts'
import { withinCacheBox } from './shared-work.ts'

const FEED_COPY_KEY = 'https://buildpass.internal/feed/v1'
const FEED_COPY_LIFE_SECONDS = 10

/**
 * The data centre's copy of the revocation feed, which spares its other isolates a poll; null where there is none. Its age
 * goes by the `polledAt` inside, not by the cache.
 */
export async function readFeedCopy(stores: Stores): Promise<Feed | null> {
  if (!stores.cache) return null
  try {
    const copy = await withinCacheBox(stores.cache.match(FEED_COPY_KEY))
    return copy ? parseFeed(await copy.json(), stores.now()) : null
  } catch (error) {
    stores.warn('feed_copy_unreadable', error)
    return null
  }
}

export async function writeFeedCopy(stores: Stores): Promise<void> {
  const feed = stores.memory.feed.known
  if (!feed || !stores.cache) return
  const headers = { 'Cache-Control': `max-age=${FEED_COPY_LIFE_SECONDS}` }
  try {
    await stores.cache.put(FEED_COPY_KEY, Response.json({ ...feed, ends: [...feed.ends] }, { headers }))
  } catch (error) {
    stores.warn('feed_copy_unwritable', error)
  }
}

/** The copy; null for text of another shape, or with a time in the future. */
function parseFeed(value: unknown, now: number): Feed | null {
  const copy = value as Partial<Record<keyof Feed, unknown>> | null
  if (typeof copy !== 'object' || copy === null) return null
  const { epoch, lowWater, coversFrom, newestSeq, polledAt, bookmark = null, ends } = copy
  if (typeof epoch !== 'string' || !isCount(lowWater) || !isCount(coversFrom) || !isCount(newestSeq)) return null
  if (bookmark !== null && typeof bookmark !== 'string') return null
  if (!isCount(polledAt) || polledAt > now || !Array.isArray(ends)) return null
  const entries = ends.filter(
    (end): end is [string, number] => Array.isArray(end) && typeof end[0] === 'string' && isCount(end[1]),
  )
  if (entries.length !== ends.length) return null
  return { epoch, lowWater, coversFrom, newestSeq, polledAt, bookmark, ends: new Map(entries) }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
