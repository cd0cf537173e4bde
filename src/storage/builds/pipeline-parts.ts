import { eq } from 'drizzle-orm'
import type { Pipeline, Workflow } from '../../domain/builds/build.ts'
import type { PipelineBuild, PipelineParts, WorkflowAttempt } from '../../domain/builds/pipeline-status.ts'
import { aliased } from '../schema/columns.ts'
import { builds, pipelines, workflows } from '../schema/schema.ts'
import type { Db } from '../stores.ts'
import { pipelineColumns } from './pipelines.ts'
import { attemptColumns, partColumns } from './workflows.ts'

export type NamedParts = PipelineParts<
  WorkflowAttempt & { readonly name: string },
  PipelineBuild & { readonly id: string }
>

/** All that a pipeline's status is made of, with the names of its workflows. */
export async function readPipelineParts(db: Db, pipelineId: string): Promise<NamedParts> {
  const [workflowRows, buildRows] = await db.batch([
    db
      .select({ id: workflows.id, name: workflows.name, ...attemptColumns() })
      .from(workflows)
      .where(eq(workflows.pipelineId, pipelineId)),
    db
      .select({ id: builds.id, ...partColumns() })
      .from(builds)
      .where(eq(builds.pipelineId, pipelineId)),
  ])
  return { workflows: workflowRows, builds: buildRows }
}

/** A workflow and the pipeline that it is of; null when it is gone. */
export async function findWorkflowOfPipeline(
  db: Db,
  workflowId: string,
): Promise<{ readonly workflow: Workflow; readonly pipeline: Pipeline } | null> {
  const { id, externalId, name, attemptOf, attempt } = workflows
  const [row] = await db
    .select({
      workflow: aliased('workflow', { id, externalId, name, attemptOf, attempt }),
      pipeline: pipelineColumns(),
    })
    .from(workflows)
    .innerJoin(pipelines, eq(pipelines.id, workflows.pipelineId))
    .where(eq(workflows.id, workflowId))
    .limit(1)
  return row ? { ...row, pipeline: { ...row.pipeline, pullRequests: row.pipeline.pullRequests ?? [] } } : null
}
