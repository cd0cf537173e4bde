import { and, eq, type SQL } from 'drizzle-orm'
import { builds, pipelines, workflows } from '../../schema/schema.ts'
import type { Db } from '../../stores.ts'

/** Something that is of a branch, by its number or id. */
export type BranchOf =
  | { readonly build: number }
  | { readonly job: string }
  | { readonly pipeline: string }
  | { readonly pipelineNumber: number }
  | { readonly workflow: string }

/** The branch of it, which may be none, as of a tag; null where the project has no such thing. */
export async function findBranchOf(
  db: Db,
  projectId: string,
  of: BranchOf,
): Promise<{ readonly branch: string | null } | null> {
  const [row] = await branchOfQuery(db, projectId, of)
  return row ?? null
}

export function branchOfQuery(db: Db, projectId: string, of: BranchOf) {
  if ('build' in of) return ofBuild(db, projectId, eq(builds.num, of.build))
  if ('job' in of) return ofBuild(db, projectId, eq(builds.id, of.job))
  if ('pipeline' in of) return ofPipeline(db, projectId, eq(pipelines.id, of.pipeline))
  if ('pipelineNumber' in of) return ofPipeline(db, projectId, eq(pipelines.number, of.pipelineNumber))
  const pipelineId = db.select({ id: workflows.pipelineId }).from(workflows).where(eq(workflows.id, of.workflow))
  return ofPipeline(db, projectId, eq(pipelines.id, pipelineId))
}

function ofBuild(db: Db, projectId: string, which: SQL) {
  return db
    .select({ branch: builds.branch })
    .from(builds)
    .where(and(eq(builds.projectId, projectId), which))
}

function ofPipeline(db: Db, projectId: string, which: SQL) {
  return db
    .select({ branch: pipelines.branch })
    .from(pipelines)
    .where(and(eq(pipelines.projectId, projectId), which))
}
