import { type SQL, sql } from 'drizzle-orm'
import { BUILD_STATUS, statusOrderOf } from '../../domain/builds/build.ts'
import type { RunReport, RunStatus } from '../../domain/reporting/webhook-reading.ts'
import { pipelines, projects, workflows } from '../schema/schema.ts'
import { type Db, rawStatement } from '../stores.ts'
import { fullerOf } from './fuller-account.ts'

export function upsertWorkflow(
  db: Db,
  projectId: string,
  { pipeline, workflow, told }: RunReport,
  now: number,
  condition: SQL,
) {
  const { externalId, name, attemptOf = externalId, attempt = 1 } = workflow
  const merged = [fullerOf('workflows', 'name'), ...(told ? mergedWithTold() : [])]
  return rawStatement(
    db,
    sql`insert into ${workflows} (id, project_id, pipeline_id, external_id, name, attempt_of, attempt, created_at,
      told_status, told_class, told_at, told_order, told_after, began_at)
    select ${crypto.randomUUID()}, ${projectId}, ${pipelines.id}, ${externalId}, ${name}, ${attemptOf}, ${attempt}, ${now},
      ${sql.join(told ? toldValues(told, now) : NOTHING_TOLD, sql`, `)}
    from ${pipelines} join ${projects} on ${projects.id} = ${pipelines.projectId}
    where ${pipelines.projectId} = ${projectId} and ${pipelines.externalId} = ${pipeline.externalId} and ${condition}
    on conflict (pipeline_id, external_id) do update set ${sql.join(merged, sql`, `)}`,
  )
}

export function whichWorkflow(projectId: string, { pipeline, workflow }: RunReport): SQL {
  return sql`${workflows.externalId} = ${workflow.externalId} and ${workflows.pipelineId} = (select ${pipelines.id} from ${pipelines}
    where ${pipelines.projectId} = ${projectId} and ${pipelines.externalId} = ${pipeline.externalId})`
}

const NOTHING_TOLD = Array.from({ length: 6 }, () => sql`null`)

function toldValues({ status, at, beganAt }: RunStatus, now: number): SQL[] {
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
 * Of what was told of the whole the last stands, whichever came first. It also knows better than its jobs what the
 * workflow is an attempt at.
 */
function mergedWithTold(): SQL[] {
  const isNewer = sql`excluded.told_order >= coalesce(${workflows.toldOrder}, '')`
  const newer = ['told_status', 'told_class', 'told_at', 'told_order'].map((column) => {
    const name = sql.identifier(column)
    return sql`${name} = case when ${isNewer} then excluded.${name} else ${workflows}.${name} end`
  })
  return [
    ...newer,
    sql`attempt_of = excluded.attempt_of`,
    sql`attempt = max(${workflows.attempt}, excluded.attempt)`,
    sql`told_after = coalesce(${workflows.toldAfter}, excluded.told_after)`,
    sql`began_at = coalesce(min(${workflows.beganAt}, excluded.began_at), ${workflows.beganAt}, excluded.began_at)`,
  ]
}
