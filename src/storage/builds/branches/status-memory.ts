import type { BranchStatus } from '../../../domain/builds/badge.ts'
import { createRecentMap, type RecentMap } from '../../../domain/formats/recent-map.ts'

/** The status of a branch with the time of which it tells, and that until which it may be shown (epoch milliseconds). */
export type KeptStatus = { readonly status: BranchStatus; readonly asOf: number; readonly until: number }

/** The statuses of branches that one isolate learnt, by project and branch. */
export type StatusMemory = RecentMap<KeptStatus>

export function createStatusMemory(): StatusMemory {
  return createRecentMap(2_000)
}
