import { and, asc, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import type { Pattern } from '../../domain/access/limits/pattern.ts'
import type { Artifact, ArtifactPlace } from '../../domain/artifacts/artifact.ts'
import { digestText } from '../../domain/artifacts/artifact-digest.ts'
import type { BuildFilter } from '../../domain/builds/build.ts'
import { isOpenName, ofBranch, ofEachBranch, type WhichBranch } from '../builds/branches/open-branches.ts'
import { passes } from '../builds/builds.ts'
import { candidate, findNewest, type LatestOf, newestBuilds, ROWS_SEARCHED } from '../builds/latest.ts'
import { isBuild, type WhichBuild } from '../builds/which-build.ts'
import { artifacts, builds } from '../schema/schema.ts'
import { packs } from '../schema/schema-packs.ts'
import { type Db, type ReadStores, rawStatement, type WriteStores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'
import { findPacked, indexedPacksOf, selectPacks, withPacked } from './packed-artifacts.ts'

type ListStores = Pick<ReadStores, 'db' | 'artifacts' | 'warn'>

/** The artifacts of a build in path order, those in packs too, that fit one of the patterns; null when there is no such build. */
export async function listArtifacts(
  stores: ListStores,
  projectId: string,
  num: number,
  paths: readonly Pattern[] | null = null,
): Promise<readonly Artifact[] | null> {
  const { db } = stores
  const [[build], rows, packRows] = await db.batch([
    db
      .select({ id: builds.id })
      .from(builds)
      .where(and(eq(builds.projectId, projectId), eq(builds.num, num))),
    db
      .select(artifactColumns())
      .from(builds)
      .innerJoin(artifacts, eq(artifacts.buildId, builds.id))
      .where(and(eq(builds.projectId, projectId), eq(builds.num, num), isAtOpenPath(paths)))
      .orderBy(asc(artifacts.nodeIndex), asc(artifacts.path)),
    selectPacks(db, isBuild({ projectId, num })),
  ])
  return build ? withPacked(stores, rows, indexedPacksOf(packRows), { paths }) : null
}

/** A page of a build's artifacts, in that order; null when there is no such build. */
export async function listArtifactPage(
  stores: ListStores,
  build: WhichBuild,
  {
    after,
    limit,
    paths = null,
  }: { readonly after: ArtifactPlace | null; readonly limit: number; readonly paths?: readonly Pattern[] | null },
): Promise<readonly Artifact[] | null> {
  const { db } = stores
  const which = isBuild(build)
  const beyond = after && sql`(${artifacts.nodeIndex}, ${artifacts.path}) > (${after.nodeIndex}, ${after.path})`
  const [[found], rows, packRows] = await db.batch([
    db.select({ id: builds.id }).from(builds).where(which),
    db
      .select(artifactColumns())
      .from(builds)
      .innerJoin(artifacts, eq(artifacts.buildId, builds.id))
      .where(and(which, beyond ?? undefined, isAtOpenPath(paths)))
      .orderBy(asc(artifacts.nodeIndex), asc(artifacts.path))
      .limit(limit),
    selectPacks(db, which),
  ])
  return found ? withPacked(stores, rows, indexedPacksOf(packRows), { after, limit, paths }) : null
}

export function findArtifact(
  stores: ListStores,
  projectId: string,
  num: number,
  place: ArtifactPlace,
): Promise<Artifact | null> {
  return findIn(stores, isBuild({ projectId, num }), place)
}

export function findArtifactOfBuild(
  stores: ListStores,
  buildId: string,
  place: ArtifactPlace,
): Promise<Artifact | null> {
  return findIn(stores, eq(builds.id, buildId), place)
}

/** What a build has at a place: a file of its own before one in a pack. */
async function findIn(stores: ListStores, which: SQL | undefined, place: ArtifactPlace): Promise<Artifact | null> {
  const { db } = stores
  const [[row], packRows] = await db.batch([
    db
      .select(artifactColumns())
      .from(builds)
      .innerJoin(artifacts, eq(artifacts.buildId, builds.id))
      .where(and(which, eq(artifacts.nodeIndex, place.nodeIndex), eq(artifacts.path, place.path)))
      .limit(1),
    selectPacks(db, which),
  ])
  return row ?? findPacked(stores, indexedPacksOf(packRows), place)
}

/** Of the newest builds with packs so many are looked through for a path, an index each. */
const MAX_PACKS_SEARCHED = 30

/**
 * The artifact at that path of the newest build that has it, of the branch and passing the filter where they are named.
 * With a filter, of the newest 300 that have it; of those in packs, of the newest 30 packs.
 */
export async function findLatestArtifact(
  stores: ListStores,
  projectId: string,
  { branch, filter }: { readonly branch: WhichBranch; readonly filter: BuildFilter },
  place: ArtifactPlace,
): Promise<Artifact | null> {
  const { db } = stores
  const atPlace = and(
    eq(artifacts.projectId, projectId),
    eq(artifacts.path, place.path),
    eq(artifacts.nodeIndex, place.nodeIndex),
  )
  const candidate = db
    .select({ id: artifacts.id, buildId: artifacts.buildId, buildNum: artifacts.buildNum })
    .from(artifacts)
    .where(
      and(
        atPlace,
        ofBranch(branch, {
          one: (name) => eq(artifacts.branch, name),
          some: (patterns) =>
            sql`${artifacts.id} in ${ofEachBranch(projectId, patterns, (name) => {
              const ofIt = and(atPlace, eq(artifacts.branch, name))
              return sql`select ${artifacts.id} as value from ${artifacts} where ${ofIt} order by ${desc(artifacts.buildNum)} limit ${ROWS_SEARCHED}`
            })}`,
        }),
      ),
    )
    .orderBy(desc(artifacts.buildNum))
    .limit(filter === 'none' ? 1 : ROWS_SEARCHED)
    .as('candidate')
  const found = db
    .select({ id: candidate.id })
    .from(candidate)
    .innerJoin(builds, eq(builds.id, candidate.buildId))
    .where(passes(filter))
    .orderBy(desc(candidate.buildNum))
    .limit(1)
  const [[row], rows] = await db.batch([
    db
      .select(artifactColumns())
      .from(artifacts)
      .where(eq(artifacts.id, sql`(${found})`)),
    selectNewestPacks(db, projectId, { branch, filter, nodeIndex: place.nodeIndex }),
  ])
  const newer = indexedPacksOf(rows).filter(({ buildNum }) => !row || buildNum > row.buildNum)
  return (await findPacked(stores, newer, place)) ?? row ?? null
}

export function selectNewestPacks(
  db: Db,
  projectId: string,
  {
    branch,
    filter,
    nodeIndex,
  }: { readonly branch: WhichBranch; readonly filter: BuildFilter; readonly nodeIndex: number },
) {
  const ofNode = and(eq(packs.projectId, projectId), eq(packs.nodeIndex, nodeIndex))
  const candidate = db
    .select({ id: packs.id, buildId: packs.buildId, buildNum: packs.buildNum })
    .from(packs)
    .where(
      and(
        ofNode,
        ofBranch(branch, {
          one: (name) => eq(packs.branch, name),
          some: (patterns) =>
            sql`${packs.id} in ${ofEachBranch(projectId, patterns, (name) => {
              const ofIt = and(ofNode, eq(packs.branch, name))
              return sql`select ${packs.id} as value from ${packs} where ${ofIt} order by ${desc(packs.buildNum)} limit ${ROWS_SEARCHED}`
            })}`,
        }),
      ),
    )
    .orderBy(desc(packs.buildNum))
    .limit(filter === 'none' ? MAX_PACKS_SEARCHED : ROWS_SEARCHED)
    .as('candidate')
  const newest = db
    .select({ id: candidate.id })
    .from(candidate)
    .innerJoin(builds, eq(builds.id, candidate.buildId))
    .where(passes(filter))
    .orderBy(desc(candidate.buildNum))
    .limit(MAX_PACKS_SEARCHED)
  return selectPacks(db, sql`${packs.id} in (${newest})`)
}

/**
 * The number of the newest build that has artifacts (or, with patterns, one at a path that fits, or a pack), of those named, as far
 * as `findNewest` searches them; and of the job, or of all, the newest 300 that ever had any.
 */
export function findLatestBuildWithArtifacts(
  db: Db,
  projectId: string,
  which: LatestOf,
  { paths = null, before = null }: { readonly paths?: readonly Pattern[] | null; readonly before?: number | null } = {},
): Promise<number | null> {
  const ofJob = which.job === null ? undefined : eq(builds.jobName, which.job)
  const others = newestBuilds(
    and(
      eq(builds.projectId, projectId),
      ofJob,
      before === null ? undefined : lt(builds.num, before),
      everHadArtifacts(),
    ),
  )
  const also = sql`(exists (select 1 from ${artifacts} where ${and(eq(artifacts.buildId, candidate.id), isAtOpenPath(paths))})
    or exists (select 1 from ${packs} where ${packs.buildId} = ${candidate.id}))`
  return findNewest(db, projectId, which, { others, also, before })
}

/** As the indexes have it. */
function everHadArtifacts(): SQL {
  return sql`${builds.hadArtifacts} = 1`
}

function isAtOpenPath(paths: readonly Pattern[] | null): SQL | undefined {
  return paths ? isOpenName(sql`${artifacts.path}`, paths) : undefined
}

/** So many builds with packs are looked through for one that has a file at an open path. */
const MAX_LOOKED_THROUGH = 20

/** The newest build that has artifacts, at paths that fit one of the patterns, with these; null where none has. */
export async function findLatestArtifacts(
  stores: ListStores,
  projectId: string,
  which: LatestOf,
  paths: readonly Pattern[] | null,
): Promise<{ readonly num: number; readonly artifacts: readonly Artifact[] } | null> {
  let before: number | null = null
  for (let i = 0; i < MAX_LOOKED_THROUGH; i++) {
    const num: number | null = await findLatestBuildWithArtifacts(stores.db, projectId, which, { paths, before })
    const artifacts = num === null ? null : await listArtifacts(stores, projectId, num, paths)
    if (num === null || !artifacts) return null
    if (artifacts.length > 0) return { num, artifacts }
    // What a pack has shows only once its index is read.
    before = num
  }
  return null
}

export type KeptArtifact =
  | { readonly kind: 'created' | 'replaced' | 'same'; readonly artifact: Artifact }
  | { readonly kind: 'other_bytes' }
  | { readonly kind: 'no_build' }

/**
 * Points the row of a path to an object that R2 already has. Without `overwrite` the first bytes stay; the same digest again
 * is the same artifact. Bytes that replace others get a time in whole seconds, after that of the others and after now, so
 * that no date that a client got for the old bytes fits the new ones. The daily upkeep deletes the replaced object, since
 * somebody may still be reading it.
 */
export async function keepArtifact(
  stores: WriteStores,
  artifact: Artifact & { readonly projectId: string },
  overwrite: boolean,
  actor: Actor,
): Promise<KeptArtifact> {
  const { db } = stores
  const columns = sql.raw(
    'id, project_id, build_id, build_num, branch, node_index, path, size_bytes, digest, content_type, object_key, created_at',
  )
  const a = artifact
  const [before, , [after]] = await commit(stores, actor, [
    selectAt(db, a),
    rawStatement(
      db,
      sql`insert into ${artifacts} (${columns})
      select ${a.id}, ${a.projectId}, ${builds.id}, ${builds.num}, ${builds.branch}, ${a.nodeIndex}, ${a.path}, ${a.sizeBytes}, ${digestText(a.digest)}, ${a.contentType}, ${a.objectKey}, ${a.createdAt}
      from ${builds} where ${builds.id} = ${a.buildId}
      on conflict (build_id, node_index, path) do update set id = excluded.id, size_bytes = excluded.size_bytes, digest = excluded.digest,
        content_type = excluded.content_type, object_key = excluded.object_key,
        created_at = (max(excluded.created_at, ${artifacts}.created_at) / 1000 + 1) * 1000
        where ${overwrite ? 1 : 0} = 1 and ${artifacts.digest} <> excluded.digest`,
    ),
    selectAt(db, a),
  ])
  if (!after) return { kind: 'no_build' }
  if (after.objectKey === a.objectKey) return { kind: before.length > 0 ? 'replaced' : 'created', artifact: after }
  return digestText(after.digest) === digestText(a.digest) ? { kind: 'same', artifact: after } : { kind: 'other_bytes' }
}

/** Whether another file was in its place: one of a pack has no row that it could have replaced. */
export function mayReplace({ kind }: KeptArtifact, overwrite: boolean): boolean {
  return kind === 'replaced' || (overwrite && kind === 'created')
}

function selectAt(db: Db, { buildId, nodeIndex, path }: Pick<Artifact, 'buildId' | 'nodeIndex' | 'path'>) {
  return db
    .select(artifactColumns())
    .from(artifacts)
    .where(and(eq(artifacts.buildId, buildId), eq(artifacts.nodeIndex, nodeIndex), eq(artifacts.path, path)))
}

/** The columns of an `Artifact`. */
export function artifactColumns() {
  const { id, buildId, buildNum, nodeIndex, path, sizeBytes, digest, contentType, objectKey, createdAt } = artifacts
  return { id, buildId, buildNum, nodeIndex, path, sizeBytes, digest, contentType, objectKey, createdAt }
}
