import { type SQL, sql } from 'drizzle-orm'
import type { BuildReport } from '../../domain/builds/build.ts'
import { builds, pipelines } from '../schema/schema.ts'
import type { Db } from '../stores.ts'
import { countBuild, upsertBuild } from './upsert-build.ts'
import { countPipeline, upsertPipeline } from './upsert-pipeline.ts'
import { upsertWorkflow } from './upsert-workflow.ts'

/** The statements that store one report, for a batch; the ids are those of a pipeline and a build that are new. */
export function reportStatements(
  db: Db,
  projectId: string,
  report: BuildReport,
  { pipelineId, buildId, now }: { readonly pipelineId: string; readonly buildId: string; readonly now: number },
) {
  const condition = sql`not ${belongsElsewhere(projectId, report)}`
  return [
    upsertPipeline(db, projectId, report, { id: pipelineId, now, condition }),
    countPipeline(db, projectId, pipelineId),
    upsertWorkflow(db, projectId, report, { now, condition }),
    upsertBuild(db, projectId, report, { id: buildId, now }),
    countBuild(db, projectId, buildId),
  ] as const
}

/** Whether the build is known in another pipeline: then nothing at all of the report is stored. */
function belongsElsewhere(projectId: string, { externalId, pipeline }: BuildReport): SQL {
  return sql`exists (select 1 from ${builds} as known join ${pipelines} as other on other.id = known.pipeline_id
    where known.project_id = ${projectId} and known.external_id = ${externalId} and other.external_id <> ${pipeline.externalId})`
}
