import { type SQL, sql } from 'drizzle-orm'
import { type BuildEvent, type BuildReport, firstTimeOf, UNKNOWN_REVISION } from '../../domain/builds/build.ts'
import { HEAD_RUN_PREFIXES } from '../../domain/reporting/webhook-github.ts'
import type { RunReport } from '../../domain/reporting/webhook-reading.ts'
import { builds, pipelines, workflows } from '../schema/schema.ts'
import { type Db, rawStatement } from '../stores.ts'
import { ownBranchOf } from './fork-runs.ts'
import { reportedBegin, sortHeadUnknownStatement } from './head-unknown.ts'

/**
 * The columns that order a pipeline among those of its branch: the begin and attempt of its newest run; the given values where
 * no run was reported.
 */
export function orderColumns(now: number, [beganAt, ciNumber]: readonly [SQL, SQL]) {
  return [
    sql`began_at = coalesce(${ofNewestRun(sql`min(max(w.began_at), ${now})`)}, ${beganAt})`,
    sql`ci_number = coalesce(${ofNewestRun(sql`max(w.attempt)`)}, ${ciNumber})`,
  ]
}

/**
 * A value of the newest run of a GitHub pipeline, null where no run was reported. When a branch is reset to an older commit,
 * that commit's newest run counts. A re-run does not make a commit newer, nor does a run that is not for the head of a branch.
 */
function ofNewestRun(value: SQL): SQL {
  // As a text, for the reason that `limitTo` has: a parameter's pattern would be planned for anew.
  const isForHead = sql.raw(HEAD_RUN_PREFIXES.map((prefix) => `w.attempt_of glob '${prefix}*'`).join(' or '))
  return sql`(select ${value} from ${workflows} as w where w.pipeline_id = ${pipelines}.id and w.told_status is not null
    and w.external_id glob 'github:run:*.1' and (${isForHead}))`
}

export function orderPipelineStatement(db: Db, projectId: string, { pipeline }: RunReport, now: number) {
  const columns = sql.join(orderColumns(now, [reportedBegin('pipelines'), sql`ci_number`]), sql`, `)
  const which = sql`project_id = ${projectId} and external_id = ${pipeline.externalId}`
  return rawStatement(db, sql`update ${pipelines} set ${columns} where ${which}`)
}

/**
 * Lowers the begin of a build's pipeline to the earliest time of an event of the build. A pipeline of which the CI reported
 * whole runs keeps theirs: a job that runs again does not make a pipeline newer or older.
 */
export function earlierBeginStatement(db: Db, which: SQL, event: BuildEvent) {
  const at = firstTimeOf(event)
  return rawStatement(
    db,
    sql`update ${pipelines} set began_at = ${at} where id = (select ${builds.pipelineId} from ${builds} where ${which})
      and ${reportedBegin('pipelines')} > ${at} and not exists (select 1 from ${workflows} as w where w.pipeline_id = ${pipelines}.id and w.told_status is not null)`,
  )
}

/**
 * `sortHeadUnknownStatement`, once for each branch of the pipelines of these reports, and for forks' runs also for our branch of
 * that name, to which GitHub's jobs may have been assigned.
 */
export function sortHeadUnknownStatements(db: Db, projectId: string, reports: readonly RunReport[]) {
  const ids = new Set(reports.map(({ pipeline }) => pipeline.externalId))
  const ofPipelines = [...ids].map(
    (id) => sql`(select branch from ${pipelines} where project_id = ${projectId} and external_id = ${id})`,
  )
  const own = new Set(reports.flatMap((report) => ownBranchOf(report) ?? []))
  return [...ofPipelines, ...own].map((branch) => sortHeadUnknownStatement(db, projectId, branch))
}

/**
 * For the end of a batch that reports a run of Jenkins. A commit's pipeline is ordered by the begin of its run that began last.
 * A run that ended before its checkout may be for any commit until then, so its own pipeline is ordered by the run's end:
 * another job's green run that began before must not hide it.
 */
export function orderJenkinsStatements(db: Db, projectId: string, report: BuildReport, now: number) {
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
  // Failed runs of the job that ended before its branch was known.
  const withoutBranch = sql`select b.pipeline_id from ${builds} as b
    where b.project_id = ${projectId} and b.job_name = ${jobName} and b.branch is null and ${endedBadly}`
  return [
    place,
    rawStatement(
      db,
      sql`update ${pipelines} set branch = ${pipeline.branch}, place_rank = 0 where id in (${withoutBranch}) and branch is null and tag is null
        and substr(external_id, 1, 8) = 'jenkins:'`,
    ),
  ]
}
