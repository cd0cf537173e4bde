/** Work that several requests of an isolate may share, by its key. */
export type Slots = Map<string, Slot>
/**
 * One run and, once it has ended, its outcome. Never its promise: where code is hot, workerd loses whose request a promise
 * belongs to, and whoever awaited another request's would go on inside that one and answer nobody.
 */
export type Slot = { readonly startedAt: number; outcome: PromiseSettledResult<unknown> | null }

export function createSlots(): Slots {
  return new Map()
}

/** The promise's value, or a rejection once `ms` have passed. The work itself goes on. */
export async function withinMs<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

const CACHE_BOX_MS = 250

/** What the data centre's cache says, or a rejection once that takes too long to be worth it. */
export function withinCacheBox<T>(look: Promise<T>): Promise<T> {
  return withinMs(CACHE_BOX_MS, 'the Cache API', look)
}

type Host = {
  readonly now: () => number
  readonly waitUntil: (work: Promise<unknown>) => void
  /** When the caller began to wait for what it wants: a run that began since, and failed, is as good as its own. */
  readonly askedAt?: number
}

const FOLLOW_MS = 250
const MAX_PAUSE_MS = 16
const SLOT_LIFE_MS = 1_000
// In the second round the followers of a leader that was cancelled follow the first of them, instead of all working.
const ROUNDS = 2

/**
 * Lets concurrent callers with one key share one run, its failure included. A follower waits 250 ms, twice at most, and
 * then works for itself: the run of a request that is cancelled may never end. A follower's result was read before it
 * asked: check it against the revocation feed.
 */
export async function shareWork<T>(
  { slots }: { readonly slots: Slots },
  host: Host,
  key: string,
  run: () => Promise<T>,
): Promise<T> {
  let followed: Slot | undefined
  for (let round = 0; round < ROUNDS; round++) {
    const slot = slots.get(key)
    if (!slot || slot === followed || host.now() - slot.startedAt >= SLOT_LIFE_MS) break
    // What had ended before the caller asked tells nothing of now.
    if (slot.outcome && !(slot.startedAt >= (host.askedAt ?? Number.POSITIVE_INFINITY))) break
    followed = slot
    const outcome = await follow(slot)
    // One key is only ever used with one kind of result.
    if (outcome?.status === 'fulfilled') return outcome.value as T
    if (outcome?.status === 'rejected') throw outcome.reason
  }
  const startedAt = host.now()
  const work = run()
  host.waitUntil(lead(slots, key, startedAt, work))
  return await work
}

/** Has the key's slot hold this work until it has ended, a failure for 16 ms more. The caller keeps the promise going and has its failure. */
export async function lead(slots: Slots, key: string, startedAt: number, work: Promise<unknown>): Promise<void> {
  const slot: Slot = { startedAt, outcome: null }
  slots.set(key, slot)
  const [outcome] = await Promise.allSettled([work])
  slot.outcome = outcome
  // Those who wake one after the other would each try again what fails at once.
  if (outcome.status === 'rejected') await pause(MAX_PAUSE_MS)
  if (slots.get(key) === slot) slots.delete(key)
}

/** The outcome of another request's work; null if there is none within 250 ms. */
export async function follow(slot: Slot): Promise<Slot['outcome']> {
  let isLate = false
  // On a busy machine pauses take longer than they were meant to: their sum says nothing of the time.
  const deadline = setTimeout(() => {
    isLate = true
  }, FOLLOW_MS)
  for (let ms = 1; !slot.outcome && !isLate; ms = Math.min(2 * ms, MAX_PAUSE_MS)) await pause(ms)
  clearTimeout(deadline)
  return slot.outcome
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
