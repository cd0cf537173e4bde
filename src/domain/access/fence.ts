/** How long after a change was committed a cached copy of the old state may still be accepted (the promise, B). */
export const BOUND_MS = 10_000

/** When and how a cached fact was last read from the database: enough to tell later whether it still holds. */
export type Fence = {
  /** The random name of this life of the database; a restore changes it. */
  readonly epoch: string
  /** The newest feed entry at the time of, and read before, the fact. */
  readonly seq: number
  /** When the read was sent, in epoch milliseconds. */
  readonly provedAt: number
}

/** A fact with its fence; `subjects` are what, when ended in the feed, may have changed it. */
export type Fenced<T> = { readonly value: T; readonly fence: Fence; readonly subjects: readonly string[] }

/** What is known of the revocation feed: every entry in (`coversFrom`, `newestSeq`], as of `polledAt`. */
export type Feed = {
  readonly epoch: string
  /** Entries up to here were pruned from the database. */
  readonly lowWater: number
  readonly coversFrom: number
  readonly newestSeq: number
  /** When the poll was sent, in epoch milliseconds. */
  readonly polledAt: number
  /** The newest entry of each subject. */
  readonly ends: ReadonlyMap<string, number>
}

export type FactState =
  /** The feed names it, or it is older than the feed reaches back, or of another life of the database: ask D1. */
  | { readonly kind: 'void' }
  /** True as of `provedAt`. */
  | { readonly kind: 'proved'; readonly provedAt: number }

/** How a cached fact stands against the feed. The proof moves on with each complete poll that does not name it. */
export function factStateOf(feed: Feed | null, fact: Fenced<unknown>): FactState {
  const { fence } = fact
  if (!feed) return { kind: 'proved', provedAt: fence.provedAt }
  if (fence.epoch !== feed.epoch || fence.seq < feed.coversFrom) return { kind: 'void' }
  // No entry has a number under 1.
  for (const subject of fact.subjects) if ((feed.ends.get(subject) ?? 0) > fence.seq) return { kind: 'void' }
  const covered = feed.newestSeq >= fence.seq
  return { kind: 'proved', provedAt: covered ? Math.max(fence.provedAt, feed.polledAt) : fence.provedAt }
}

/**
 * Two views of the feed as one; a gap shortens what is covered. Of two lives of the database `seen` counts: whoever
 * calls makes sure that it was read later.
 */
export function joinFeeds(known: Feed | null, seen: Feed): Feed {
  if (!known) return seen
  if (known.epoch !== seen.epoch) return seen
  const [older, newer] = seen.newestSeq >= known.newestSeq ? [known, seen] : [seen, known]
  const lowWater = Math.max(older.lowWater, newer.lowWater)
  const polledAt = Math.max(older.polledAt, newer.polledAt)
  if (newer.coversFrom > older.newestSeq || older.ends.size > MAX_ENDS_KEPT) {
    return { ...newer, lowWater, polledAt, coversFrom: Math.max(newer.coversFrom, lowWater) }
  }
  const ends = newer.ends.size === 0 ? older.ends : new Map([...older.ends, ...newer.ends])
  return {
    ...newer,
    lowWater,
    polledAt,
    ends,
    coversFrom: Math.max(Math.min(older.coversFrom, newer.coversFrom), lowWater),
  }
}

// Past this the older part is dropped, and what was cached before it is read again from D1.
const MAX_ENDS_KEPT = 10_000
