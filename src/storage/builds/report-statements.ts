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
  { pipelineId, buildId }: { readonly pipelineId: string; readonly buildId: string },
  report: BuildReport,
  now: number,
) {
  const isOurs = sql`not ${belongsElsewhere(projectId, report)}`
  return [
    upsertPipeline(db, projectId, pipelineId, report, now, isOurs),
    countPipeline(db, projectId, pipelineId),
    upsertWorkflow(db, projectId, report, now, isOurs),
    upsertBuild(db, projectId, buildId, report, now),
    countBuild(db, projectId, buildId),
  ] as const
}

/** Whether the build is known in another pipeline: then nothing at all of the report is stored. */
function belongsElsewhere(projectId: string, { externalId, pipeline }: BuildReport): SQL {
  return sql`exists (select 1 from ${builds} as known join ${pipelines} as other on other.id = known.pipeline_id
    where known.project_id = ${projectId} and known.external_id = ${externalId} and other.external_id <> ${pipeline.externalId})`
}
