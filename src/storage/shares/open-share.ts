import { and, eq, inArray, type SQL, sql } from 'drizzle-orm'
import { permissionsOf, ROLES } from '../../domain/access/permission.ts'
import type { ShareSecret } from '../../domain/access/secret.ts'
import { hashSecret } from '../../domain/access/secret-hash.ts'
import type { SharedThing } from '../../domain/access/share.ts'
import type { Artifact } from '../../domain/artifacts/artifact.ts'
import { zipOfPack } from '../../domain/artifacts/pack.ts'
import { findArtifactOfBuild, findLatestArtifact } from '../artifacts/artifacts.ts'
import { findPack } from '../artifacts/packs.ts'
import { members, projects } from '../schema/schema.ts'
import { shares } from '../schema/schema-shares.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'

/** What a share link opens now. */
export type OpenShare = {
  readonly shareId: string
  readonly projectId: string
  readonly kind: SharedThing['kind']
  readonly artifact: Artifact
  /** Whether another build's file may take its place. */
  readonly isLatest: boolean
  readonly showsName: boolean
  readonly expiresAt: number
}

/** What the link with this secret opens, which counts no use; null where it opens nothing (any more). */
export async function findOpenShare(stores: Stores, secret: ShareSecret): Promise<OpenShare | null> {
  return findOpen(stores, await hashSecret(stores.peppers, secret))
}

async function findOpen(stores: Stores, hashes: readonly string[]): Promise<OpenShare | null> {
  const [share] = await selectOpen(stores.db, hashes, stores.now())
  if (!share) return null
  const { shareId, projectId, kind, buildId, showsName, expiresAt } = share
  const artifact = await findShared(stores, share)
  return artifact && { shareId, projectId, kind, artifact, isLatest: buildId === null, showsName, expiresAt }
}

async function findShared(
  stores: Stores,
  share: Awaited<ReturnType<typeof selectOpen>>[number],
): Promise<Artifact | null> {
  const { projectId, kind, buildId, nodeIndex, path } = share
  if (buildId === null) {
    const latest = { branch: share.branch ?? share.defaultBranch, filter: 'none' } as const
    return findLatestArtifact(stores, projectId, latest, { nodeIndex, path })
  }
  switch (kind) {
    case 'path':
    case 'report':
      return findArtifactOfBuild(stores, buildId, { nodeIndex, path })
    case 'pack': {
      const pack = await findPack(stores.db, buildId, { nodeIndex, name: path })
      return pack && zipOfPack(pack)
    }
  }
}

/** As `findOpenShare`, and counts a use: of two that come at once for the last one, one gets it. */
export async function useShare(stores: Stores, secret: ShareSecret, place: string | null): Promise<OpenShare | null> {
  const { db, peppers, now } = stores
  const hashes = await hashSecret(peppers, secret)
  const open = await findOpen(stores, hashes)
  if (!open) return null
  const used = await rawStatement(
    db,
    sql`update ${shares} set uses = uses + 1, last_used_at = ${now()}, last_used_from = ${place}
      where ${opens(hashes, now())} returning id`,
  )
  return used.results.length > 0 ? open : null
}

/** The link with that id as long as it stands: a download that was begun with its last use goes on. */
export function selectStandingShare(db: Db, id: string, now: number) {
  return db
    .select({ shareId: shares.id })
    .from(shares)
    .where(and(eq(shares.id, id), stands(now)))
    .limit(1)
}

function selectOpen(db: Db, hashes: readonly string[], now: number) {
  const { id: shareId, projectId, kind, buildId, branch, nodeIndex, path, showsName, expiresAt } = shares
  const { defaultBranch } = projects
  return db
    .select({ shareId, projectId, kind, buildId, branch, nodeIndex, path, showsName, expiresAt, defaultBranch })
    .from(shares)
    .innerJoin(projects, eq(projects.id, projectId))
    .where(opens(hashes, now))
    .limit(1)
}

function opens(hashes: readonly string[], now: number): SQL {
  const isLeft = sql`(${shares.maxUses} is null or ${shares.uses} < ${shares.maxUses})`
  return sql`${inArray(shares.hash, [...hashes])} and ${stands(now)} and ${isLeft}`
}

/** Whether the link has not run out, and its maker may still make it. */
function stands(now: number): SQL {
  const roles = ROLES.filter((role) => permissionsOf(role).includes('shares:write'))
  return sql`${shares.expiresAt} > ${now} and exists (select 1 from ${members} where ${members.projectId} = ${shares.projectId}
    and ${members.userId} = ${shares.createdBy} and ${members.role} in ${roles})`
}
