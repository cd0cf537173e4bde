import { createRecentMap, type RecentMap } from '../../../domain/formats/recent-map.ts'

/** That a token was used: to the minute, and from where, if that is known. */
export type Use = { readonly tokenId: string; readonly at: number; readonly from: string | null }

/** What one isolate knows of the use of tokens. */
export type UseMemory = {
  /** In which ten minutes it noted a token's use last; when it noted last that one was refused, by why. */
  readonly noted: RecentMap<number>
  /** What it noted and has not written yet. */
  unwritten: Use[]
  /** Until when one of its requests may be waiting to write it. */
  awaitedUntil: number
}

export function createUseMemory(): UseMemory {
  return { noted: createRecentMap(4_000), unwritten: [], awaitedUntil: 0 }
}
