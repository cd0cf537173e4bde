import type { Actor } from '../domain/access/actor.ts'
import { MAX_LOG_BYTES } from '../domain/logs/log.ts'
import { appendToLog, type LogAppended, type LogChunk } from '../storage/logs/append-log.ts'
import { MAX_SMALL_PARTS, packLog } from '../storage/logs/pack-log.ts'
import type { LogKey } from '../storage/logs/read-log.ts'
import type { Stores } from '../storage/stores.ts'

/** Appends bytes to a step's log; what has become many small objects is put together behind the answer. */
export async function appendLog(
  stores: Stores,
  place: LogKey & { readonly buildId: string },
  chunk: LogChunk,
  actor: Actor,
): Promise<LogAppended> {
  const appended = await appendToLog(stores, place, chunk, actor)
  if (appended.kind === 'appended') {
    const { id, state, sizeBytes, smallParts } = appended.log
    if (state === 'ended' || sizeBytes > MAX_LOG_BYTES || smallParts >= MAX_SMALL_PARTS)
      // The daily upkeep does what fails here.
      stores.waitUntil(packLog(stores, id).catch((error) => stores.warn('log_not_packed', error)))
  }
  return appended
}
