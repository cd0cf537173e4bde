import type { Deferred } from '../domain/deferred.ts'
import type { Stores } from './stores.ts'

/** A queue takes 256 KB in one call. */
const MAX_A_CALL = 10

/** Hands work to the queue; gives what it did not take. */
export async function defer(
  { queue, warn }: Pick<Stores, 'queue' | 'warn'>,
  works: readonly Deferred[],
): Promise<readonly Deferred[]> {
  for (let from = 0; from < works.length; from += MAX_A_CALL)
    try {
      await queue.sendBatch(works.slice(from, from + MAX_A_CALL).map((deferred) => ({ body: { deferred } })))
    } catch (error) {
      warn('queue_failed', error)
      return works.slice(from)
    }
  return []
}
