import { type SQL, sql } from 'drizzle-orm'
import { BUILD_STATUS, statusOrderOf } from '../../domain/builds/build.ts'
import type { RunReport, RunStatus } from '../../domain/reporting/webhook-reading.ts'
import { pipelines, projects, workflows } from '../schema/schema.ts'
import { type Db, rawStatement } from '../stores.ts'
import { fullerOf } from './fuller-value.ts'

export function upsertWorkflow(
  db: Db,
  projectId: string,
  { pipeline, workflow, runStatus }: RunReport,
  { now, condition }: { readonly now: number; readonly condition: SQL },
) {
  const { externalId, name, attemptOf = externalId, attempt = 1 } = workflow
  const merged = [fullerOf('workflows', 'name'), ...(runStatus ? mergedRunStatus() : [])]
  return rawStatement(
    db,
    sql`insert into ${workflows} (id, project_id, pipeline_id, external_id, name, attempt_of, attempt, created_at,
      told_status, told_class, told_at, told_order, told_after, began_at)
    select ${crypto.randomUUID()}, ${projectId}, ${pipelines.id}, ${externalId}, ${name}, ${attemptOf}, ${attempt}, ${now},
      ${sql.join(runStatus ? runStatusValues(runStatus, now) : NO_RUN_STATUS, sql`, `)}
    from ${pipelines} join ${projects} on ${projects.id} = ${pipelines.projectId}
    where ${pipelines.projectId} = ${projectId} and ${pipelines.externalId} = ${pipeline.externalId} and ${condition}
    on conflict (pipeline_id, external_id) do update set ${sql.join(merged, sql`, `)}`,
  )
}

export function whichWorkflow(projectId: string, { pipeline, workflow }: RunReport): SQL {
  return sql`${workflows.externalId} = ${workflow.externalId} and ${workflows.pipelineId} = (select ${pipelines.id} from ${pipelines}
    where ${pipelines.projectId} = ${projectId} and ${pipelines.externalId} = ${pipeline.externalId})`
}

const NO_RUN_STATUS = Array.from({ length: 6 }, () => sql`null`)

function runStatusValues({ status, at, beganAt }: RunStatus, now: number): SQL[] {
  const since = at ?? now
  return [
    sql`${status}`,
    sql`${BUILD_STATUS[status].class}`,
    sql`${since}`,
    sql`${statusOrderOf(status, since)}`,
    sql`${projects.lastBuildNum}`,
    sql`${beganAt}`,
  ]
}

/**
 * Keeps the newest run status, by `told_order`, in whatever order they arrive. A report of the whole run also replaces what its
 * jobs said the workflow is an attempt at.
 */
function mergedRunStatus(): SQL[] {
  const isNewer = sql`excluded.told_order >= coalesce(${workflows.reportOrder}, '')`
  const newer = ['told_status', 'told_class', 'told_at', 'told_order'].map((column) => {
    const name = sql.identifier(column)
    return sql`${name} = case when ${isNewer} then excluded.${name} else ${workflows}.${name} end`
  })
  return [
    ...newer,
    sql`attempt_of = excluded.attempt_of`,
    sql`attempt = max(${workflows.attempt}, excluded.attempt)`,
    sql`told_after = coalesce(${workflows.firstReportedAfter}, excluded.told_after)`,
    sql`began_at = coalesce(min(${workflows.beganAt}, excluded.began_at), ${workflows.beganAt}, excluded.began_at)`,
  ]
}
