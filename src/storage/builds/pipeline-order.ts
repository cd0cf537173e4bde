import { type SQL, sql } from 'drizzle-orm'
import { type BuildEvent, type BuildReport, firstTimeOf, UNKNOWN_REVISION } from '../../domain/builds/build.ts'
import { GITHUB_BEGINS } from '../../domain/reporting/webhook-github.ts'
import type { RunReport } from '../../domain/reporting/webhook-reading.ts'
import { builds, pipelines, workflows } from '../schema/schema.ts'
import { type Db, rawStatement } from '../stores.ts'
import { ownBranchOf } from './fork-runs.ts'
import { ownBegin, placeUnplacedStatement, withOwnBegin } from './unplaced.ts'

/** Where a pipeline stands among those of its branch, by the newest run of it; as it stood where none is told. */
export function placeOf(now: number, [beganAt, ciNumber]: readonly [SQL, SQL]) {
  return [
    sql`began_at = coalesce(${ofLastBegun(sql`min(max(w.began_at), ${now})`)}, ${beganAt})`,
    sql`ci_number = coalesce(${ofLastBegun(sql`max(w.attempt)`)}, ${ciNumber})`,
  ]
}

/**
 * Of the newest run of a push, where the CI told of it: a branch that is set back to an earlier commit is there again.
 * Neither an attempt at an older run nor what looks at the commit later makes it newer.
 */
function ofLastBegun(value: SQL): SQL {
  const begins = [
    sql`w.external_id glob 'github:run:*.1'`,
    sql`(${sql.join(
      GITHUB_BEGINS.map((begin) => sql`w.attempt_of glob ${`${begin}*`}`),
      sql` or `,
    )})`,
  ]
  return sql`(select ${value} from ${workflows} as w
    where w.pipeline_id = ${pipelines}.id and w.told_status is not null and ${sql.join(begins, sql` and `)})`
}

export function placePipeline(db: Db, projectId: string, { pipeline }: RunReport, now: number) {
  const place = sql.join(placeOf(now, [ownBegin('pipelines'), sql`ci_number`]), sql`, `)
  const which = sql`project_id = ${projectId} and external_id = ${pipeline.externalId}`
  return rawStatement(db, sql`update ${pipelines} set ${place} where ${which}`)
}

/**
 * The statement by which the pipeline of a build began no later than an event of the build says. Where the CI told of
 * whole runs that stands: a job that runs again does not make a pipeline newer or older.
 */
export function beginStatement(db: Db, which: SQL, event: BuildEvent) {
  const at = firstTimeOf(event)
  return rawStatement(
    db,
    sql`update ${pipelines} set began_at = ${withOwnBegin('pipelines', sql`${at}`)} where id = (select ${builds.pipelineId} from ${builds} where ${which})
      and ${ownBegin('pipelines')} > ${at} and not exists (select 1 from ${workflows} as w where w.pipeline_id = ${pipelines}.id and w.told_status is not null)`,
  )
}

/** On the branch of the pipeline, whoever reports of it, and on that of ours for which GitHub's jobs may have taken a fork's. */
export function toPlaceStatements(db: Db, projectId: string, report: RunReport) {
  const own = ownBranchOf(report)
  const ofPipeline = sql`(select branch from ${pipelines} where project_id = ${projectId} and external_id = ${report.pipeline.externalId})`
  return [ofPipeline, ...(own === null ? [] : [own])].map((branch) => placeUnplacedStatement(db, projectId, branch))
}

/**
 * For the end of a batch that tells of a run of Jenkins. Where a commit's pipeline stands goes by the run of it that began
 * last. One that ended before its checkout may be of any commit until then, so its own stands where it ended: another
 * job's green run that began before must not hide it.
 */
export function placeJenkinsStatements(db: Db, projectId: string, report: BuildReport, now: number) {
  const { pipeline, workflow, externalId, jobName } = report
  const ofPipeline = sql`from ${builds} as b where b.pipeline_id = ${pipelines}.id`
  const endedBadly = sql`b.stage = 2 and b.class <> 'green'`
  const ends = sql`(select max(b.stopped_at) ${ofPipeline} and ${pipelines}.revision = ${UNKNOWN_REVISION} and ${endedBadly})`
  const begins = sql`(select min(coalesce(b.queued_at, b.started_at, b.stopped_at)) as began ${ofPipeline}
    group by b.workflow_id order by began desc limit 1)`
  const place = rawStatement(
    db,
    sql`update ${pipelines} set began_at = min(coalesce(${ends}, ${begins}, began_at), ${now}),
      ci_number = coalesce((select max(b.attempt) ${ofPipeline}), ci_number)
      where project_id = ${projectId} and external_id = ${pipeline.externalId}`,
  )
  if (pipeline.branch === null || externalId !== workflow.externalId) return [place]
  // Those that ended before anybody told which branch their job is on.
  const lost = sql`select b.pipeline_id from ${builds} as b
    where b.project_id = ${projectId} and b.job_name = ${jobName} and b.branch is null and ${endedBadly}`
  return [
    place,
    rawStatement(
      db,
      sql`update ${pipelines} set branch = ${pipeline.branch}, place_rank = 0 where id in (${lost}) and branch is null and tag is null
        and substr(external_id, 1, 8) = 'jenkins:'`,
    ),
  ]
}
