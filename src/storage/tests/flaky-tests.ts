import { sql } from 'drizzle-orm'
import { builds, pipelines, testResults, workflows } from '../schema/schema.ts'
import type { Db } from '../stores.ts'

/** One failure of a test that also passed, in the same job, on the same revision. */
export type FlakyFailure = {
  readonly classname: string
  readonly testName: string
  readonly source: string
  readonly file: string | null
  readonly runTimeSeconds: number
  readonly jobName: string
  readonly jobNumber: number
  readonly pipelineNumber: number
  readonly workflowId: string
  readonly workflowName: string
  readonly workflowCreatedAt: number
}

const MAX_FAILURES = 5_000

/** Such failures since then, newest first. */
export function listFlakyFailures(db: Db, projectId: string, since: number): Promise<FlakyFailure[]> {
  return db.all<FlakyFailure>(flakyFailuresQuery(projectId, since))
}

export function flakyFailuresQuery(projectId: string, since: number) {
  // The cross joins keep the order in which the indexes fit: few workflows, their failures, then each one's siblings.
  return sql`with failures as materialized (
      select t.classname, t.name, t.source, t.file, t.run_time_seconds, b.job_name, b.build_num, p.revision, p.number,
        w.id as workflow_id, w.name as workflow_name, w.created_at
      from ${workflows} as w cross join ${builds} as b on b.workflow_id = w.id
      cross join ${testResults} as t on t.build_id = b.id and t.result in ('failure', 'error')
      cross join ${pipelines} as p on p.id = w.pipeline_id
      where w.project_id = ${projectId} and w.created_at >= ${since}
      order by w.created_at desc limit ${MAX_FAILURES})
    select f.classname as classname, f.name as testName, f.source as source, f.file as file,
      f.run_time_seconds as runTimeSeconds, f.job_name as jobName, f.build_num as jobNumber, f.number as pipelineNumber,
      f.workflow_id as workflowId, f.workflow_name as workflowName, f.created_at as workflowCreatedAt
    from failures as f where exists (
      select 1 from ${pipelines} as p cross join ${builds} as b on b.pipeline_id = p.id and b.job_name = f.job_name
      cross join ${testResults} as t on t.build_id = b.id and t.classname = f.classname and t.name = f.name and t.result = 'success'
      where p.project_id = ${projectId} and p.revision = f.revision)
    order by f.created_at desc`
}
