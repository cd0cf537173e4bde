/** How long after a change was committed a cached copy of the old state may still be accepted (the promise, B). */
export const BOUND_MS = 10_000

/** When a cached fact was last read from the database: enough to decide later whether it still holds. */
export type Fence = {
  /** The epoch of the database: a random name that a restore changes. */
  readonly epoch: string
  /** The newest entry of the revocation feed, read before the fact. */
  readonly seq: number
  /** When the read was sent, in epoch milliseconds. */
  readonly provedAt: number
}

/** A fact with its fence. An entry of the feed for one of `subjects` may have changed the fact. */
export type Fenced<T> = { readonly value: T; readonly fence: Fence; readonly subjects: readonly string[] }

/** An isolate's copy of the revocation feed: every entry in (`coversFrom`, `newestSeq`], as of `polledAt`. */
export type Feed = {
  readonly epoch: string
  /** Entries up to here were pruned from the database. */
  readonly lowWater: number
  readonly coversFrom: number
  readonly newestSeq: number
  /** When the poll was sent, in epoch milliseconds. */
  readonly polledAt: number
  /** By which a replica can be asked for all that this poll saw; null where the database gives none. */
  readonly bookmark: string | null
  /** The newest entry of each subject. */
  readonly ends: ReadonlyMap<string, number>
}

export type FactState =
  /** The feed has an entry for it, does not reach back to it, or is of another epoch: read D1. */
  | { readonly kind: 'void' }
  /** True as of `provedAt`. */
  | { readonly kind: 'proved'; readonly provedAt: number }

/** Whether a cached fact still holds by the feed. Each complete poll without an entry for it renews the proof. */
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
 * Joins two copies of the feed; a gap between them shortens what is covered. If their epochs differ, `seen` counts: the
 * caller makes sure that it was read later.
 */
export function joinFeeds(known: Feed | null, seen: Feed): Feed {
  if (!known) return seen
  if (known.epoch !== seen.epoch) return seen
  const [older, newer] = seen.newestSeq >= known.newestSeq ? [known, seen] : [seen, known]
  const lowWater = Math.max(older.lowWater, newer.lowWater)
  const { polledAt, bookmark } = older.polledAt > newer.polledAt ? older : newer
  if (newer.coversFrom > older.newestSeq || older.ends.size > MAX_ENDS_KEPT) {
    return { ...newer, lowWater, polledAt, bookmark, coversFrom: Math.max(newer.coversFrom, lowWater) }
  }
  const ends = newer.ends.size === 0 ? older.ends : new Map([...older.ends, ...newer.ends])
  return {
    ...newer,
    lowWater,
    polledAt,
    bookmark,
    ends,
    coversFrom: Math.max(Math.min(older.coversFrom, newer.coversFrom), lowWater),
  }
}

// Past this the older part is dropped, and what was cached before it is read again from D1.
const MAX_ENDS_KEPT = 10_000
