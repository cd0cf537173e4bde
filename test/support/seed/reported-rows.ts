import { asc, eq } from 'drizzle-orm'
import { builds, pipelines, workflows } from '../../../src/storage/schema/schema.ts'
import type { Db } from '../../../src/storage/stores.ts'

/** All of a project's rows but for our own ids, numbers and times of arrival. */
export async function reportedRows(db: Db, projectId: string) {
  const [builtRows, pipelineRows, workflowRows] = await Promise.all([
    db.select().from(builds).where(eq(builds.projectId, projectId)).orderBy(asc(builds.externalId)),
    db.select().from(pipelines).where(eq(pipelines.projectId, projectId)).orderBy(asc(pipelines.externalId)),
    db.select().from(workflows).where(eq(workflows.projectId, projectId)).orderBy(asc(workflows.externalId)),
  ])
  const named = new Map([...pipelineRows, ...workflowRows].map(({ id, externalId }) => [id, externalId]))
  return {
    builds: builtRows.map(({ id, num, createdAt, projectId, pipelineId, workflowId, ...row }) => {
      return { ...row, pipeline: named.get(pipelineId), workflow: named.get(workflowId) }
    }),
    pipelines: pipelineRows.map(({ id, number, createdAt, projectId, ...row }) => row),
    workflows: workflowRows.map(({ id, createdAt, projectId, pipelineId, firstReportedAfter, ...row }) => row),
  }
}
