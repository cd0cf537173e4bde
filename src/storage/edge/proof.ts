import { BOUND_MS, type Feed, type Fenced, factStateOf, joinFeeds } from '../../domain/access/fence.ts'
import type { Stores } from '../stores.ts'
import { readFenced } from '../tokens/revocations.ts'
import { readFeedCopy, writeFeedCopy } from './feed-copy.ts'
import { follow, lead, withinMs } from './shared-work.ts'

const BACKGROUND_AGE_MS = 4_000
const INLINE_AGE_MS = 8_000
const POLL_BOX_MS = 1_000
const POLL_SLOT = 'poll'

/** Whether a cached fact may be used now. With `ask` the database decides; in an outage the fact may still be used. */
export type Freshness = 'accept' | 'ask' | 'ask_without_grace'

/** Polls the revocation feed if it is old, then judges the fact by it. */
export function judgeFact(stores: Stores, fact: Fenced<unknown>): Promise<Freshness> {
  return judgeFacts(stores, [fact])
}

/** Judges facts that are used together by one state of the feed, with no wait in between. */
export async function judgeFacts(stores: Stores, facts: readonly Fenced<unknown>[]): Promise<Freshness> {
  if (facts.length === 0) return 'accept'
  const polled = await freshenIfOld(stores)
  const use = worstOf(facts.map((fact) => freshnessOf(stores, fact)))
  const bridged = use === 'ask' && polled === 'failed' && facts.every((fact) => graceHolds(stores, fact))
  return bridged ? 'accept' : use
}

/** Whether the facts hold by a feed that is too fresh to be polled: memory alone may decide that, without a wait. */
export function acceptedAt(now: number, { memory }: Stores, facts: readonly Fenced<unknown>[]): boolean {
  const feed = memory.feed.known
  if (!feed || now - feed.polledAt >= BACKGROUND_AGE_MS) return false
  return facts.every((fact) => freshnessAt(now, feed, fact) === 'accept')
}

/** As `judgeFact`, without a poll of the feed. */
export function freshnessOf(stores: Stores, fact: Fenced<unknown>): Freshness {
  return freshnessAt(stores.now(), stores.memory.feed.known, fact)
}

function freshnessAt(now: number, feed: Feed | null, fact: Fenced<unknown>): Freshness {
  const state = factStateOf(feed, fact)
  if (state.kind === 'void') return 'ask_without_grace'
  return now - state.provedAt < BOUND_MS ? 'accept' : 'ask'
}

function worstOf(uses: readonly Freshness[]): Freshness {
  if (uses.includes('ask_without_grace')) return 'ask_without_grace'
  return uses.includes('ask') ? 'ask' : 'accept'
}

/** Whether the fact may still be used although the database has just failed to answer. */
export function graceHolds(stores: Stores, fact: Fenced<unknown>): boolean {
  const state = factStateOf(stores.memory.feed.known, fact)
  return state.kind === 'proved' && stores.now() - state.provedAt < stores.graceMs
}

type PollResult = 'fresh' | 'failed' | 'not_tried'

/** Whether the feed is so old that nothing is accepted before it has been polled. */
export function feedIsOld(stores: Stores): boolean {
  return feedAgeMs(stores) >= INLINE_AGE_MS
}

function feedAgeMs({ memory, now }: Stores): number {
  const feed = memory.feed.known
  return feed ? now() - feed.polledAt : Number.POSITIVE_INFINITY
}

async function freshenIfOld(stores: Stores): Promise<PollResult> {
  const due = stores.now() - stores.memory.feed.polledAt >= BACKGROUND_AGE_MS
  if (feedIsOld(stores)) return due ? poll(stores) : followPoll(stores)
  if (due && feedAgeMs(stores) >= BACKGROUND_AGE_MS) stores.waitUntil(poll(stores))
  return 'not_tried'
}

/** Updates the feed from the data centre's copy or D1. The caller does so at most once per isolate and 4 s. */
async function poll(stores: Stores): Promise<PollResult> {
  const { memory } = stores
  memory.feed.polledAt = stores.now()
  const result = freshenFeed(stores).then(
    () => 'fresh' as const,
    (error) => {
      stores.warn('feed_poll_failed', error)
      return 'failed' as const
    },
  )
  stores.waitUntil(lead(memory.slots, POLL_SLOT, memory.feed.polledAt, result))
  return withinMs(POLL_BOX_MS, 'the poll of the feed', result).catch(() => 'failed')
}

/** The running poll's result; without one, or when its request seems to have died, the caller asks D1 for itself. */
async function followPoll({ memory, now }: Stores): Promise<PollResult> {
  const running = memory.slots.get(POLL_SLOT)
  if (!running || now() - running.startedAt >= POLL_BOX_MS) return 'not_tried'
  const outcome = await follow(running)
  // The slot of that name holds nothing but polls, which never fail.
  return outcome?.status === 'fulfilled' ? (outcome.value as PollResult) : 'not_tried'
}

async function freshenFeed(stores: Stores): Promise<void> {
  const copy = await readFeedCopy(stores)
  const known = stores.memory.feed.known
  // Which of two lives of the database is the present one, only the database can tell.
  if (copy && (!known || known.epoch === copy.epoch)) stores.memory.feed.known = joinFeeds(known, copy)
  if (feedAgeMs(stores) < BACKGROUND_AGE_MS) return
  const reading = readFenced(stores, []).then(() => stores.waitUntil(writeFeedCopy(stores)))
  if (feedIsOld(stores)) await reading
  else stores.waitUntil(reading.catch((error) => stores.warn('feed_poll_failed', error)))
}
