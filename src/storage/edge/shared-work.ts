/** Work that several requests of an isolate may share, by its key. */
export type Slots = Map<string, Slot>
export type Slot = { readonly startedAt: number; readonly result: Promise<unknown> }

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

export const FOLLOW_MS = 250
const SLOT_LIFE_MS = 1_000
// In the second round the followers of a leader that was cancelled follow the first of them, instead of all working.
const ROUNDS = 2

/**
 * Lets concurrent callers with one key share one run, its failure included. A follower waits 250 ms, twice at most, and
 * then works for itself: in workerd a promise belongs to the request that started it, and may never settle when that
 * request is cancelled. A follower's result was read before it asked: check it against the revocation feed.
 */
export async function shareWork<T>(
  { slots }: { readonly slots: Slots },
  host: { now: () => number; waitUntil: (work: Promise<unknown>) => void },
  key: string,
  run: () => Promise<T>,
): Promise<T> {
  let followed: Slot | undefined
  for (let round = 0; round < ROUNDS; round++) {
    const slot = slots.get(key)
    if (!slot || slot === followed || host.now() - slot.startedAt >= SLOT_LIFE_MS) break
    followed = slot
    const [outcome] = await withinMs(FOLLOW_MS, 'shared work', Promise.allSettled([slot.result])).catch(() => [])
    // One key is only ever used with one kind of result.
    if (outcome?.status === 'fulfilled') return outcome.value as T
    if (outcome?.status === 'rejected') throw outcome.reason
  }
  const mine: Slot = { startedAt: host.now(), result: run() }
  slots.set(key, mine)
  const settled = mine.result
    .catch(() => undefined) // The caller below gets the rejection; here it only ends the slot.
    .finally(() => {
      if (slots.get(key) === mine) slots.delete(key)
    })
  host.waitUntil(settled)
  return (await mine.result) as T
}
