import { and, asc, desc, eq, sql } from 'drizzle-orm'
import type { Artifact } from '../domain/artifact.ts'
import type { BuildFilter } from '../domain/build.ts'
import { passes } from './builds.ts'
import { artifacts, builds, projects } from './schema.ts'
import { type Db, rawStatement } from './stores.ts'

/** The artifacts of a build in path order; null when there is no such build. */
export async function listArtifacts(db: Db, projectId: string, num: number): Promise<readonly Artifact[] | null> {
  const [[build], rows] = await db.batch([
    db
      .select({ id: builds.id })
      .from(builds)
      .where(and(eq(builds.projectId, projectId), eq(builds.num, num))),
    db
      .select(artifactColumns())
      .from(builds)
      .innerJoin(artifacts, eq(artifacts.buildId, builds.id))
      .where(and(eq(builds.projectId, projectId), eq(builds.num, num)))
      .orderBy(asc(artifacts.nodeIndex), asc(artifacts.path)),
  ])
  return build ? rows : null
}

/** A page of a build's artifacts, in that order; null when there is no such build. */
export async function listArtifactPage(
  db: Db,
  projectId: string,
  num: number,
  after: { readonly nodeIndex: number; readonly path: string } | null,
  limit: number,
): Promise<readonly Artifact[] | null> {
  const which = and(eq(builds.projectId, projectId), eq(builds.num, num))
  const beyond = after && sql`(${artifacts.nodeIndex}, ${artifacts.path}) > (${after.nodeIndex}, ${after.path})`
  const [[build], rows] = await db.batch([
    db.select({ id: builds.id }).from(builds).where(which),
    db
      .select(artifactColumns())
      .from(builds)
      .innerJoin(artifacts, eq(artifacts.buildId, builds.id))
      .where(and(which, beyond ?? undefined))
      .orderBy(asc(artifacts.nodeIndex), asc(artifacts.path))
      .limit(limit),
  ])
  return build ? rows : null
}

export async function findArtifact(
  db: Db,
  projectId: string,
  num: number,
  nodeIndex: number,
  path: string,
): Promise<Artifact | null> {
  const [row] = await db
    .select(artifactColumns())
    .from(builds)
    .innerJoin(artifacts, eq(artifacts.buildId, builds.id))
    .where(
      and(
        eq(builds.projectId, projectId),
        eq(builds.num, num),
        eq(artifacts.nodeIndex, nodeIndex),
        eq(artifacts.path, path),
      ),
    )
    .limit(1)
  return row ?? null
}

export async function findArtifactOfBuild(
  db: Db,
  buildId: string,
  nodeIndex: number,
  path: string,
): Promise<Artifact | null> {
  const [row] = await db
    .select(artifactColumns())
    .from(artifacts)
    .where(and(eq(artifacts.buildId, buildId), eq(artifacts.nodeIndex, nodeIndex), eq(artifacts.path, path)))
    .limit(1)
  return row ?? null
}

/** The artifact at that path of the newest build that has it, of the branch and passing the filter where they are named. */
export async function findLatestArtifact(
  db: Db,
  projectId: string,
  { branch, filter }: { readonly branch: string | null; readonly filter: BuildFilter },
  nodeIndex: number,
  path: string,
): Promise<Artifact | null> {
  const [row] = await db
    .select(artifactColumns())
    .from(artifacts)
    .innerJoin(builds, eq(builds.id, artifacts.buildId))
    .where(
      and(
        eq(artifacts.projectId, projectId),
        eq(artifacts.path, path),
        eq(artifacts.nodeIndex, nodeIndex),
        branch === null ? undefined : eq(builds.branch, branch),
        passes(filter),
      ),
    )
    .orderBy(desc(artifacts.buildNum))
    .limit(1)
  return row ?? null
}

/** Which project a build belongs to, by its uuid: for URLs that name nothing else. */
export async function findProjectOfBuild(db: Db, buildId: string) {
  const { vcs, org, repo } = projects
  const [row] = await db
    .select({ vcs, org, repo })
    .from(builds)
    .innerJoin(projects, eq(projects.id, builds.projectId))
    .where(eq(builds.id, buildId))
    .limit(1)
  return row ?? null
}

export type Kept =
  | { readonly kind: 'created' | 'replaced' | 'same'; readonly artifact: Artifact }
  | { readonly kind: 'other_bytes' }
  | { readonly kind: 'no_build' }

/**
 * Switches the row of a path to an object that is in R2 already. Without `overwrite` the bytes that were first stay;
 * the same digest again is the same artifact. The object that lost is left for the sweep, since somebody may read it.
 */
export async function keepArtifact(
  db: Db,
  artifact: Artifact & { readonly projectId: string },
  overwrite: boolean,
): Promise<Kept> {
  const columns = sql.raw(
    'id, project_id, build_id, build_num, node_index, path, size_bytes, sha256, content_type, object_key, created_at',
  )
  const a = artifact
  const [before, , [after]] = await db.batch([
    selectAt(db, a),
    rawStatement(
      db,
      sql`insert into ${artifacts} (${columns})
      select ${a.id}, ${a.projectId}, ${builds.id}, ${builds.num}, ${a.nodeIndex}, ${a.path}, ${a.sizeBytes}, ${a.sha256}, ${a.contentType}, ${a.objectKey}, ${a.createdAt}
      from ${builds} where ${builds.id} = ${a.buildId}
      on conflict (build_id, node_index, path) do update set id = excluded.id, size_bytes = excluded.size_bytes, sha256 = excluded.sha256,
        content_type = excluded.content_type, object_key = excluded.object_key, created_at = excluded.created_at
        where ${overwrite ? 1 : 0} = 1 and ${artifacts.sha256} <> excluded.sha256`,
    ),
    selectAt(db, a),
  ])
  if (!after) return { kind: 'no_build' }
  if (after.objectKey === a.objectKey) return { kind: before.length > 0 ? 'replaced' : 'created', artifact: after }
  return after.sha256 === a.sha256 ? { kind: 'same', artifact: after } : { kind: 'other_bytes' }
}

function selectAt(db: Db, { buildId, nodeIndex, path }: Pick<Artifact, 'buildId' | 'nodeIndex' | 'path'>) {
  return db
    .select(artifactColumns())
    .from(artifacts)
    .where(and(eq(artifacts.buildId, buildId), eq(artifacts.nodeIndex, nodeIndex), eq(artifacts.path, path)))
}

function artifactColumns() {
  const { id, buildId, buildNum, nodeIndex, path, sizeBytes, sha256, contentType, objectKey, createdAt } = artifacts
  return { id, buildId, buildNum, nodeIndex, path, sizeBytes, sha256, contentType, objectKey, createdAt }
}
