import { and, asc, eq, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { digestText } from '../../domain/artifacts/artifact-digest.ts'
import { isSamePack, MAX_PACKS_A_BUILD, type Pack } from '../../domain/artifacts/pack.ts'
import { isBuild, type WhichBuild } from '../builds/which-build.ts'
import { artifacts, builds } from '../schema/schema.ts'
import { packIndexes, packs } from '../schema/schema-packs.ts'
import { type Db, rawStatement, type WriteStores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'
import { membersText, type PackIndex } from './pack-index.ts'
import { packColumns } from './packed-artifacts.ts'

/** Where in its build a pack is. */
export type PackPlace = Pick<Pack, 'nodeIndex' | 'name'>

/** The packs of a build by node and name; null when there is no such build. */
export async function listPacks(db: Db, which: WhichBuild): Promise<readonly Pack[] | null> {
  const [[build], rows] = await db.batch([
    db.select({ id: builds.id }).from(builds).where(isBuild(which)),
    db
      .select(packColumns())
      .from(builds)
      .innerJoin(packs, eq(packs.buildId, builds.id))
      .where(isBuild(which))
      .orderBy(asc(packs.nodeIndex), asc(packs.name)),
  ])
  return build ? rows : null
}

export async function findPack(db: Db, buildId: string, place: PackPlace): Promise<Pack | null> {
  const [row] = await selectAt(db, buildId, place)
  return row ?? null
}

export type InsertedPack =
  | { readonly kind: 'created' | 'replaced' | 'same'; readonly pack: Pack }
  /** The build has another pack of that name. */
  | { readonly kind: 'other_bytes' }
  /** The build has a file at one of its paths. */
  | { readonly kind: 'path_taken'; readonly path: string }
  | { readonly kind: 'too_many_packs' }
  | { readonly kind: 'no_build' }

/**
 * The rows of a pack whose zip and index R2 has already, in place of another of its name where that is to be replaced.
 * Where the build has files of their own at its paths there is no pack without `overwrite`; with it those go.
 */
export async function insertPack(
  stores: WriteStores,
  pack: Pack & { readonly projectId: string },
  {
    index,
    paths,
    overwrite,
  }: { readonly index: PackIndex; readonly paths: readonly string[]; readonly overwrite: boolean },
  actor: Actor,
): Promise<InsertedPack> {
  const { db } = stores
  const isAt = and(eq(packs.buildId, pack.buildId), eq(packs.nodeIndex, pack.nodeIndex), eq(packs.name, pack.name))
  const isInTheWay = liesAt(pack, paths)
  const isFree = overwrite ? sql`1` : sql`not exists (select 1 from ${artifacts} where ${isInTheWay})`
  const isGoing = sql`exists (select 1 from ${packs} where ${packs.id} = ${pack.id})`
  const others = sql`select count(*) from ${packs} where ${packs.buildId} = ${pack.buildId} and not (${isAt})`
  const p = pack
  const [[before], , , , , [after], inTheWay, [build]] = await commit(stores, actor, [
    selectAt(db, pack.buildId, pack),
    // The index goes with it; the objects of both are deleted by the daily upkeep.
    rawStatement(db, sql`delete from ${packs} where ${isAt} and ${overwrite ? 1 : 0} = 1`),
    rawStatement(
      db,
      sql`insert into ${packs} (id, project_id, build_id, build_num, branch, node_index, name, size_bytes, digest, object_key,
          file_count, unpacked_bytes, created_at)
        select ${p.id}, ${p.projectId}, ${builds.id}, ${builds.num}, ${builds.branch}, ${p.nodeIndex}, ${p.name}, ${p.sizeBytes},
          ${digestText(p.digest)}, ${p.objectKey}, ${p.fileCount}, ${p.unpackedBytes}, ${p.createdAt}
        from ${builds} where ${builds.id} = ${p.buildId} and ${isFree} and (${others}) < ${MAX_PACKS_A_BUILD}
        on conflict (build_id, node_index, name) do nothing`,
    ),
    rawStatement(
      db,
      sql`insert into ${packIndexes} (object_key, pack_id, project_id, build_id, created_at, members)
        select ${index.objectKey}, ${p.id}, ${p.projectId}, ${p.buildId}, ${p.createdAt}, ${membersText(index.members)}
        where ${isGoing}`,
    ),
    rawStatement(db, sql`delete from ${artifacts} where ${isInTheWay} and ${isGoing}`),
    selectAt(db, pack.buildId, pack),
    db.select({ path: artifacts.path }).from(artifacts).where(isInTheWay).limit(1),
    db.select({ id: builds.id }).from(builds).where(eq(builds.id, pack.buildId)),
  ])
  if (!build) return { kind: 'no_build' }
  if (after?.id === pack.id) return { kind: before ? 'replaced' : 'created', pack: after }
  if (after) return isSamePack(after, pack) ? { kind: 'same', pack: after } : { kind: 'other_bytes' }
  const [first] = inTheWay
  return first ? { kind: 'path_taken', path: first.path } : { kind: 'too_many_packs' }
}

/**
 * Has the files of a pack that is there count before all others of its node again, as if it came now; null when it is gone.
 * Files of their own at its paths go.
 */
export async function renewPack(
  stores: WriteStores,
  pack: Pack,
  { paths, createdAt }: { readonly paths: readonly string[]; readonly createdAt: number },
  actor: Actor,
): Promise<Pack | null> {
  const { db } = stores
  const isThere = sql`exists (select 1 from ${packs} where ${packs.id} = ${pack.id})`
  const [, , [renewed]] = await commit(stores, actor, [
    db.update(packs).set({ createdAt }).where(eq(packs.id, pack.id)),
    rawStatement(db, sql`delete from ${artifacts} where ${liesAt(pack, paths)} and ${isThere}`),
    db.select(packColumns()).from(packs).where(eq(packs.id, pack.id)),
  ])
  return renewed ?? null
}

/** Whether an artifact is one of the build's own at one of those paths. */
function liesAt({ buildId, nodeIndex }: Pick<Pack, 'buildId' | 'nodeIndex'>, paths: readonly string[]): SQL {
  const isOne = sql.join(
    chunksOf(paths).map(
      (chunk) => sql`${artifacts.path} in (select row.value from json_each(${JSON.stringify(chunk)}) as row)`,
    ),
    sql` or `,
  )
  return sql`${artifacts.buildId} = ${buildId} and ${artifacts.nodeIndex} = ${nodeIndex} and (${isOne})`
}

/** D1 takes a value of 2 MB, and a path may take six times its length as JSON. */
const CHUNK_CHARACTERS = 300_000

function chunksOf(paths: readonly string[]): readonly (readonly string[])[] {
  const chunks: string[][] = [[]]
  let characters = 0
  for (const path of paths) {
    characters += path.length
    if (characters > CHUNK_CHARACTERS) {
      chunks.push([])
      characters = path.length
    }
    chunks.at(-1)?.push(path)
  }
  return chunks
}

function selectAt(db: Db, buildId: string, { nodeIndex, name }: PackPlace) {
  return db
    .select(packColumns())
    .from(packs)
    .where(and(eq(packs.buildId, buildId), eq(packs.nodeIndex, nodeIndex), eq(packs.name, name)))
}
