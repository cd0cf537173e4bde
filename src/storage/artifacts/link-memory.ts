import type { Artifact } from '../../domain/artifacts/artifact.ts'
import { createRecentMap, type RecentMap } from '../../domain/formats/recent-map.ts'
import type { Slug } from '../../domain/project.ts'

/** The target of an artifact URL, and the project whose permissions decide who may have it. */
export type ArtifactLink = {
  readonly slug: Slug
  readonly projectId: string
  readonly artifact: Artifact | null
}

/** The artifact links that one isolate read, by the path that was asked for, and when it last replaced an artifact. */
export type LinkMemory = {
  readonly links: RecentMap<{ readonly link: ArtifactLink; readonly checkedAt: number }>
  replacedAt: number
}

export function createLinkMemory(): LinkMemory {
  return { links: createRecentMap(1_000), replacedAt: Number.NEGATIVE_INFINITY }
}
