import type { Slot } from './memory.ts'

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

const FOLLOW_MS = 250
const SLOT_LIFE_MS = 1_000

/**
 * Lets concurrent callers with one key share one run. A follower waits 250 ms and then works for itself: in workerd a
 * promise belongs to the request that started it, and may never settle when that request is cancelled.
 */
export async function shareWork<T>(
  { slots }: { slots: Map<string, Slot> },
  host: { now: () => number; waitUntil: (work: Promise<unknown>) => void },
  key: string,
  run: () => Promise<T>,
): Promise<T> {
  const slot = slots.get(key)
  if (slot && host.now() - slot.startedAt < SLOT_LIFE_MS) {
    const shared = await withinMs(FOLLOW_MS, `shared ${key.slice(0, 5)}`, slot.result as Promise<T>).then(
      (value) => ({ value }),
      () => null,
    )
    if (shared) return shared.value
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
