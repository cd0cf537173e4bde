import { createLinkMemory, type LinkMemory } from './artifacts/link-memory.ts'
import { createStatusMemory, type StatusMemory } from './builds/branches/status-memory.ts'
import { type AccessMemory, createAccessMemory } from './edge/access-memory.ts'
import { type ChangeMemory, createChangeMemory } from './edge/change-memory.ts'
import { createFeedMemory, type FeedMemory } from './edge/feed-memory.ts'
import { createGrantMemory, type GrantMemory } from './edge/grant-memory.ts'
import { createSlots, type Slots } from './edge/shared-work.ts'
import { createPlaceMemory, type PlaceMemory } from './projects/place-memory.ts'
import { createUseMemory, type UseMemory } from './tokens/uses/use-memory.ts'
import { createReadinessMemory, type ReadinessMemory } from './upkeep/readiness-memory.ts'

/** All of storage that outlives a request in one isolate, each part with its owner. Nothing here is logged or stored. */
export type Memory = {
  readonly access: AccessMemory
  readonly changes: ChangeMemory
  readonly feed: FeedMemory
  readonly grants: GrantMemory
  readonly links: LinkMemory
  readonly places: PlaceMemory
  readonly readiness: ReadinessMemory
  readonly slots: Slots
  readonly statuses: StatusMemory
  readonly uses: UseMemory
}

export function createMemory(): Memory {
  return {
    access: createAccessMemory(),
    changes: createChangeMemory(),
    feed: createFeedMemory(),
    grants: createGrantMemory(),
    links: createLinkMemory(),
    places: createPlaceMemory(),
    readiness: createReadinessMemory(),
    slots: createSlots(),
    statuses: createStatusMemory(),
    uses: createUseMemory(),
  }
}
