import { askForgottenChecks } from '../storage/notices/checks.ts'
import { requeueForgotten } from '../storage/notices/outbox.ts'
import type { Stores } from '../storage/stores.ts'

type QueueStores = Pick<Stores, 'db' | 'queue' | 'now' | 'warn'>

/** So long after it should have come, a message of the queue is taken for lost. */
export const LOST_AFTER_MS = 600_000

/** Queues again what the queue must have lost, a hundred messages and looks at most. */
export async function requeueLost(stores: QueueStores): Promise<void> {
  const before = stores.now() - LOST_AFTER_MS
  await requeueForgotten(stores, before, null)
  await askForgottenChecks(stores, before)
}

/** Queues again all that waits: the queue has begun anew, and has nothing. */
export async function requeueAll(stores: QueueStores): Promise<void> {
  const startedAt = stores.now()
  let after: string | null = null
  for (let isDone = false; !isDone; )
    ({ after, isDone } = await requeueForgotten(stores, Number.MAX_SAFE_INTEGER, after))
  while (await askForgottenChecks(stores, startedAt)) {
    // There are more.
  }
}
