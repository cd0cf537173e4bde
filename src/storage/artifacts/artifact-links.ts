import { and, eq } from 'drizzle-orm'
import type { Artifact } from '../../domain/artifacts/artifact.ts'
import { aliased } from '../schema/columns.ts'
import { artifacts, builds, projects } from '../schema/schema.ts'
import type { Db, Stores } from '../stores.ts'
import { artifactColumns } from './artifacts.ts'
import type { ArtifactLink } from './link-memory.ts'
import { findPacked, indexedPacksOf, selectPacks } from './packed-artifacts.ts'

/** How old a link may be where it is kept: an artifact may be overwritten. */
const FRESH_MS = 5_000

/** A link that this isolate read less than 5 s ago, by its path. Permission has to be checked besides. */
export function knownArtifactLink({ memory, now }: Stores, path: string): ArtifactLink | null {
  const kept = memory.links.links.get(path)
  return kept && kept.checkedAt > memory.links.replacedAt && now() - kept.checkedAt < FRESH_MS ? kept.link : null
}

/** The link of a build's uuid, node and path; null when there is no such build. */
export async function findArtifactLink(
  stores: Stores,
  path: string,
  place: { readonly buildId: string; readonly nodeIndex: number; readonly path: string },
): Promise<ArtifactLink | null> {
  const known = knownArtifactLink(stores, path)
  if (known) return known
  const checkedAt = stores.now()
  const [[row], packs] = await stores.db.batch([
    selectLink(stores.db, place),
    selectPacks(stores.db, eq(builds.id, place.buildId)),
  ])
  if (!row) return null
  const { projectId, vcs, org, repo } = row
  const loose: Artifact | null = row.artifact.id === null ? null : row.artifact
  const artifact = loose ?? (await findPacked(stores, indexedPacksOf(packs), place))
  const link = { slug: { vcs, org, repo }, projectId, artifact }
  if (artifact) stores.memory.links.links.set(path, { link, checkedAt })
  return link
}

/** To be called when an artifact was overwritten: the next look in this isolate sees it. */
export function forgetArtifactLinks({ memory, now }: Stores): void {
  memory.links.replacedAt = now()
}

function selectLink(db: Db, place: { readonly buildId: string; readonly nodeIndex: number; readonly path: string }) {
  const { id: projectId, vcs, org, repo } = projects
  return db
    .select({ projectId, vcs, org, repo, artifact: aliased('artifact', artifactColumns()) })
    .from(builds)
    .innerJoin(projects, eq(projects.id, builds.projectId))
    .leftJoin(
      artifacts,
      and(eq(artifacts.buildId, builds.id), eq(artifacts.nodeIndex, place.nodeIndex), eq(artifacts.path, place.path)),
    )
    .where(eq(builds.id, place.buildId))
    .limit(1)
}
