import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import {
  BUILD_STATUS,
  type BuildEvent,
  type BuildReport,
  eventAtOf,
  eventOrderOf,
  isOver,
  stageOf,
  weightOf,
} from '../../domain/builds/build.ts'
import { wordTable } from '../../domain/formats/word-table.ts'
import { builds, pipelines, projects, workflows } from '../schema/schema.ts'
import { type Db, rawStatement } from '../stores.ts'

export function upsertBuild(
  db: Db,
  projectId: string,
  report: BuildReport,
  { id, now }: { readonly id: string; readonly now: number },
) {
  const {
    externalId,
    jobName,
    pipeline,
    workflow,
    status,
    queuedAt,
    startedAt,
    stoppedAt,
    buildUrl,
    steps,
    retryOf = null,
    count,
    attempt = count ?? workflow.attempt ?? 1,
  } = report
  const first = firstTimes(report, now)
  const order = eventOrderOf(report, now)
  const merged = Object.entries(mergedWith(report, now)).map(
    ([name, value]) => sql`${sql.identifier(COLUMN.get(name) ?? name)} = ${value}`,
  )
  return rawStatement(
    db,
    sql`insert into ${builds} (id, project_id, pipeline_id, workflow_id, build_num, external_id, job_name, attempt, branch, status,
      class, stage, weight, event_at, rank, queued_at, started_at, stopped_at, build_url, url_order, steps, steps_order, retry_of, created_at)
    select ${id}, ${projectId}, ${pipelines.id}, ${workflows.id}, ${projects.lastBuildNum} + 1, ${externalId}, ${jobName}, ${attempt},
      ${pipelines.branch}, ${status}, ${BUILD_STATUS[status].class}, ${stageOf(status)}, ${weightOf(report)}, ${eventAtOf(report, now)}, ${BUILD_STATUS[status].rank},
      ${queuedAt ?? first.queuedAt}, ${startedAt ?? first.startedAt}, ${stoppedAt ?? first.stoppedAt},
      ${buildUrl}, ${buildUrl && order}, ${steps && JSON.stringify(steps)}, ${steps && order}, ${retryOf}, ${now}
    from ${pipelines}
    join ${workflows} on ${workflows.pipelineId} = ${pipelines.id} and ${workflows.externalId} = ${workflow.externalId}
    join ${projects} on ${projects.id} = ${pipelines.projectId}
    where ${pipelines.projectId} = ${projectId} and ${pipelines.externalId} = ${pipeline.externalId}
    on conflict (project_id, external_id) do update set ${sql.join(merged, sql`, `)} where pipeline_id = excluded.pipeline_id`,
  )
}

export function countBuild(db: Db, projectId: string, buildId: string) {
  return db
    .update(projects)
    .set({ lastBuildNum: sql`${projects.lastBuildNum} + 1` })
    .where(and(eq(projects.id, projectId), sql`exists (select 1 from ${builds} where ${builds.id} = ${buildId})`))
}

/** The statement that adds an event to the builds that fit. */
export function updateStatement(db: Db, which: SQL, event: BuildEvent, now: number) {
  return db.update(builds).set(mergedWith(event, now)).where(which)
}

const COLUMN = wordTable<string>({
  eventAt: 'event_at',
  queuedAt: 'queued_at',
  startedAt: 'started_at',
  stoppedAt: 'stopped_at',
  buildUrl: 'build_url',
  urlOrder: 'url_order',
  stepsOrder: 'steps_order',
})

/** What a row becomes when the event joins it: the same for any order in which events arrive. */
function mergedWith(event: BuildEvent, now: number) {
  const { status, queuedAt, startedAt, stoppedAt } = event
  const row = {
    stage: stageOf(status),
    weight: weightOf(event),
    eventAt: eventAtOf(event, now),
    rank: BUILD_STATUS[status].rank,
  }
  const weight = sql`coalesce(${builds.weight}, 2 * ${builds.stage})`
  const count = sql`${event.count ?? builds.attempt}`
  const isNewer = sql`(${row.weight}, ${row.eventAt}, ${count}, ${row.rank}) >= (${weight}, ${builds.eventAt}, ${builds.attempt}, ${builds.rank})`
  const ifNewer = (value: string | number | SQL | null, column: SQLiteColumn | SQL) =>
    sql`case when ${isNewer} then ${value} else ${column} end`
  // A time must not be made up for a past event that comes in late.
  const first = firstTimes(event, now)
  const ifNewest = (time: number | null) => ifNewer(time, sql`null`)
  return {
    status: ifNewer(status, builds.status),
    class: ifNewer(BUILD_STATUS[status].class, builds.class),
    stage: ifNewer(row.stage, builds.stage),
    weight: ifNewer(row.weight, weight),
    eventAt: ifNewer(row.eventAt, builds.eventAt),
    rank: ifNewer(row.rank, builds.rank),
    attempt: ifNewer(count, builds.attempt),
    queuedAt: sql`coalesce(min(${builds.queuedAt}, ${queuedAt}), ${builds.queuedAt}, ${queuedAt}, ${ifNewest(first.queuedAt)})`,
    startedAt: sql`coalesce(min(${builds.startedAt}, ${startedAt}), ${builds.startedAt}, ${startedAt}, ${ifNewest(first.startedAt)})`,
    stoppedAt: sql`coalesce(max(${builds.stoppedAt}, ${stoppedAt}), ${builds.stoppedAt}, ${stoppedAt}, ${ifNewest(first.stoppedAt)})`,
    ...newestUrlAndSteps(event, now),
  }
}

/** URL and steps, which an event may leave out: each is that of the newest event that has it. */
function newestUrlAndSteps(event: BuildEvent, now: number) {
  const order = eventOrderOf(event, now)
  const newest = (value: string, column: SQLiteColumn, orderColumn: SQLiteColumn) => {
    const isNewer = sql`(${order}, ${value}) > (coalesce(${orderColumn}, ''), coalesce(${column}, ''))`
    return [
      sql`case when ${isNewer} then ${value} else ${column} end`,
      sql`case when ${isNewer} then ${order} else ${orderColumn} end`,
    ] as const
  }
  const newer: Record<string, SQL> = {}
  if (event.buildUrl !== null)
    [newer.buildUrl, newer.urlOrder] = newest(event.buildUrl, builds.buildUrl, builds.urlOrder)
  if (event.steps !== null)
    [newer.steps, newer.stepsOrder] = newest(JSON.stringify(event.steps), builds.steps, builds.stepsOrder)
  return newer
}

/** The time of arrival, for a time that the event is about and does not have. */
function firstTimes({ status, mayStillStart = false }: BuildEvent, now: number) {
  const stage = stageOf(status)
  return {
    queuedAt: stage === 0 ? now : null,
    startedAt: stage === 1 ? now : null,
    stoppedAt: isOver(status) && !mayStillStart ? now : null,
  }
}
