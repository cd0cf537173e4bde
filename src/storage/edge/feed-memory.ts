import type { Feed } from '../../domain/access/fence.ts'

/** The revocation feed as one isolate last saw it, and when it last set out to poll it. */
export type FeedMemory = { known: Feed | null; polledAt: number }

export function createFeedMemory(): FeedMemory {
  return { known: null, polledAt: Number.NEGATIVE_INFINITY }
}
