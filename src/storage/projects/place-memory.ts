import { createRecentMap, type RecentMap } from '../../domain/formats/recent-map.ts'
import type { Slug } from '../../domain/project.ts'

/** A project by what it was called when it was looked up. */
export type Place = { readonly slug: Slug; readonly projectId: string }

/** In which projects one isolate found what ids name. */
export type PlaceMemory = RecentMap<Place>

export function createPlaceMemory(): PlaceMemory {
  return createRecentMap(4_000)
}
