import { createRecentMap, type RecentMap } from '../../domain/formats/recent-map.ts'

/** When one isolate last wrote that a token was used, or refused for its scope. */
export type UseMemory = RecentMap<number>

export function createUseMemory(): UseMemory {
  return createRecentMap(2_000)
}
