import type { BranchStatus } from '../../domain/builds/badge.ts'
import { createRecentMap, type RecentMap } from '../../domain/formats/recent-map.ts'

export type CheckedStatus = { readonly status: BranchStatus; readonly checkedAt: number }

/** The statuses of branches that one isolate learnt, by project and branch. */
export type StatusMemory = RecentMap<CheckedStatus>

export function createStatusMemory(): StatusMemory {
  return createRecentMap(2_000)
}
