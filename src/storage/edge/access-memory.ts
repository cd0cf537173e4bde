import { createRecentMap, type RecentMap } from '../../domain/formats/recent-map.ts'
import type { Project, Role } from '../../domain/project.ts'
import type { Remembered } from './grant-memory.ts'

/** What one isolate knows of projects and of people's roles in them. */
export type AccessMemory = {
  readonly projects: RecentMap<Remembered<Project>>
  /** Slugs of what not everybody sees, or is not there, with the time until which that holds. */
  readonly hidden: RecentMap<number>
  /** Keyed by `user:project`. */
  readonly roles: RecentMap<Remembered<Role>>
}

export function createAccessMemory(): AccessMemory {
  return { projects: createRecentMap(1_000), hidden: createRecentMap(2_000), roles: createRecentMap(2_000) }
}
