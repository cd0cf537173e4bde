import { createRecentMap, type RecentMap } from '../../domain/formats/recent-map.ts'

/** When one isolate last changed something (epoch milliseconds). */
export type ChangeMemory = {
  readonly ofProject: RecentMap<number>
  /** What may be of any project. */
  ofUnknown: number
  /** Whatever it was. */
  last: number
}

export function createChangeMemory(): ChangeMemory {
  return { ofProject: createRecentMap(2_000), ofUnknown: Number.NEGATIVE_INFINITY, last: Number.NEGATIVE_INFINITY }
}
