import { desc, eq, type SQL, sql } from 'drizzle-orm'
import { matchesAny, type Pattern } from '../../domain/access/limits/pattern.ts'
import type { Artifact, ArtifactPlace } from '../../domain/artifacts/artifact.ts'
import { contentTypeFor } from '../../domain/artifacts/content-type.ts'
import { compareArtifacts, type Pack, type PackedFile, packedArtifact } from '../../domain/artifacts/pack.ts'
import { builds } from '../schema/schema.ts'
import { packIndexes, packs } from '../schema/schema-packs.ts'
import type { Db, Stores } from '../stores.ts'
import { findInIndex, listInIndex, membersOf, type PackIndex } from './pack-index.ts'

type BucketStores = Pick<Stores, 'artifacts' | 'warn'>

/** A pack, and where its paths are. */
export type IndexedPack = Pack & { readonly index: PackIndex }

type PackRow = Pack & { readonly indexKey: string; readonly members: string }

/** The columns of a `Pack`. */
export function packColumns() {
  const { id, buildId, buildNum, nodeIndex, name, sizeBytes, digest, objectKey, fileCount, unpackedBytes } = packs
  const { createdAt } = packs
  return {
    ...{ id, buildId, buildNum, nodeIndex, name, sizeBytes, digest, objectKey, fileCount, unpackedBytes },
    createdAt,
  }
}

/** Packs of the newest build first, and of one build the newest first: its file takes the place of an older pack's. */
export function selectPacks(db: Db, isBuild: SQL | undefined) {
  return db
    .select({
      ...packColumns(),
      indexKey: sql<string>`${packIndexes.objectKey}`.as('index_key'),
      members: packIndexes.members,
    })
    .from(builds)
    .innerJoin(packs, eq(packs.buildId, builds.id))
    .innerJoin(packIndexes, eq(packIndexes.packId, packs.id))
    .where(isBuild)
    .orderBy(desc(packs.buildNum), desc(packs.createdAt), desc(packs.id))
}

export async function listIndexedPacks(db: Db, buildId: string): Promise<readonly IndexedPack[]> {
  return indexedPacksOf(await selectPacks(db, eq(builds.id, buildId)))
}

export function indexedPacksOf(rows: readonly PackRow[]): readonly IndexedPack[] {
  return rows.map(({ indexKey, members, ...pack }) => ({
    ...pack,
    index: { objectKey: indexKey, members: membersOf(members) },
  }))
}

/** The file at that place of the first of the packs that has one. */
export async function findPacked(
  stores: BucketStores,
  of: readonly IndexedPack[],
  { nodeIndex, path }: ArtifactPlace,
): Promise<Artifact | null> {
  for (const pack of of) {
    const file = pack.nodeIndex === nodeIndex ? await findInIndex(stores, pack.index, path) : null
    if (file) return artifactOf(pack, file)
  }
  return null
}

/**
 * Those of the artifacts, and those in the packs, in the order of all lists; of several at one place that which comes first
 * here. With a limit so many at most, behind `after`; with patterns those whose path fits one.
 */
export async function withPacked(
  stores: BucketStores,
  loose: readonly Artifact[],
  of: readonly IndexedPack[],
  {
    after = null,
    limit,
    paths = null,
  }: {
    readonly after?: ArtifactPlace | null
    readonly limit?: number
    readonly paths?: readonly Pattern[] | null
  } = {},
): Promise<readonly Artifact[]> {
  if (of.length === 0) return loose
  const listed = await Promise.all(
    of
      .filter(({ nodeIndex }) => after === null || nodeIndex >= after.nodeIndex)
      .map(async (pack) => {
        const behind = after?.nodeIndex === pack.nodeIndex ? after.path : null
        // Which of them fit shows only once they are read.
        const files = await listInIndex(stores, pack.index, behind, paths ? undefined : limit)
        return files.filter(({ path }) => !paths || matchesAny(paths, path)).map((file) => artifactOf(pack, file))
      }),
  )
  // The sort keeps the order of what is equal.
  const all = [...loose, ...listed.flat()].sort(compareArtifacts)
  const first = all.filter((artifact, i) => i === 0 || compareArtifacts(artifact, all[i - 1] as Artifact) !== 0)
  return limit === undefined ? first : first.slice(0, limit)
}

function artifactOf(pack: Pack, file: PackedFile): Artifact {
  return packedArtifact(pack, file, contentTypeFor(file.path))
}
