import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import {
  BUILD_STATUS,
  type Build,
  type BuildEvent,
  type BuildReport,
  eventAtOf,
  isOver,
  stageOf,
} from '../domain/build.ts'
import { crc32 } from '../domain/secret.ts'
import type { RunReport } from '../domain/webhook-reading.ts'
import { forgetBranchStatus } from './branch-status.ts'
import { buildOf, selectBuild } from './builds.ts'
import { builds, pipelines, projects, workflows } from './schema.ts'
import { type Db, rawStatement, type Stores } from './stores.ts'

export type Reported =
  | { readonly kind: 'created' | 'updated'; readonly build: Build }
  /** A build with this external id belongs to another pipeline. */
  | { readonly kind: 'elsewhere' }

/**
 * Stores a build event in one transaction, making pipeline, workflow and build where they are new. Numbers are given
 * without gaps; the same report again changes nothing; a late, older event leaves the newer state standing. Whatever
 * the order in which the events of a build arrive, the same row comes of them, but for our own numbers.
 */
export async function reportBuild(stores: Stores, projectId: string, report: BuildReport): Promise<Reported> {
  const [reported] = await reportBuilds(stores, projectId, [report])
  if (!reported) throw new Error('a reported build was not stored')
  return reported
}

// As many statements as D1 takes in one go without holding up others for long.
const MAX_REPORTS_A_BATCH = 10

/** As `reportBuild`, for what one delivery tells: some reports to a transaction, in the order given. */
export async function reportBuilds(
  stores: Stores,
  projectId: string,
  reports: readonly BuildReport[],
): Promise<readonly Reported[]> {
  const reported: Reported[] = []
  for (let from = 0; from < reports.length; from += MAX_REPORTS_A_BATCH)
    reported.push(...(await reportChunk(stores, projectId, reports.slice(from, from + MAX_REPORTS_A_BATCH))))
  const branches = new Set(reported.flatMap((one) => ('build' in one ? one.build.pipeline.branch : [])))
  for (const branch of branches) await forgetBranchStatus(stores, projectId, branch)
  return reported
}

/** Stores what is told of a pipeline and a workflow without any of its builds. */
export async function reportRun(stores: Stores, projectId: string, run: RunReport): Promise<void> {
  const { db } = stores
  const now = stores.now()
  const pipelineId = crypto.randomUUID()
  await db.batch([
    upsertPipeline(db, projectId, pipelineId, run.pipeline, now, sql`1`),
    countPipeline(db, projectId, pipelineId),
    upsertWorkflow(db, projectId, run, now),
  ])
  await forgetBranchStatus(stores, projectId, run.pipeline.branch)
}

/** Adds an event to a known build; gives the build with the state that stands, null when there is none. */
export async function updateBuild(
  stores: Stores,
  projectId: string,
  num: number,
  event: BuildEvent,
): Promise<Build | null> {
  const which = and(eq(builds.projectId, projectId), eq(builds.num, num))
  const [, [row]] = await stores.db.batch([
    stores.db.update(builds).set(mergedWith(event, stores.now())).where(which),
    selectBuild(stores.db, which),
  ])
  if (!row) return null
  const build = buildOf(row)
  await forgetBranchStatus(stores, projectId, build.pipeline.branch)
  return build
}

async function reportChunk(
  stores: Stores,
  projectId: string,
  reports: readonly BuildReport[],
): Promise<readonly Reported[]> {
  const { db } = stores
  const now = stores.now()
  const statements = reports.map((report) => {
    const pipelineId = crypto.randomUUID()
    const buildId = crypto.randomUUID()
    return {
      report,
      buildId,
      writes: [
        upsertPipeline(db, projectId, pipelineId, report.pipeline, now, notElsewhere(projectId, report)),
        countPipeline(db, projectId, pipelineId),
        upsertWorkflow(db, projectId, report, now),
        upsertBuild(db, projectId, buildId, report, now),
        countBuild(db, projectId, buildId),
      ] as const,
      read: selectBuild(db, and(eq(builds.projectId, projectId), eq(builds.externalId, report.externalId))),
    }
  })
  const [first, ...others] = statements.flatMap(({ writes, read }) => [...writes, read])
  if (!first) return []
  const results: unknown[] = await db.batch([first, ...others])
  return statements.map(({ report, buildId, writes }, i) => {
    const rows = results[(i + 1) * (writes.length + 1) - 1] as Parameters<typeof buildOf>[0][]
    const [row] = rows
    if (!row) throw new Error('a reported build was not stored')
    const build = buildOf(row)
    if (build.pipeline.externalId !== report.pipeline.externalId) return { kind: 'elsewhere' }
    return { kind: build.id === buildId ? 'created' : 'updated', build }
  })
}

function notElsewhere(projectId: string, { externalId, pipeline }: BuildReport): SQL {
  return sql`not exists (select 1 from ${builds} join ${pipelines} on ${pipelines.id} = ${builds.pipelineId}
    where ${builds.projectId} = ${projectId} and ${builds.externalId} = ${externalId} and ${pipelines.externalId} <> ${pipeline.externalId})`
}

function upsertPipeline(
  db: Db,
  projectId: string,
  id: string,
  told: BuildReport['pipeline'],
  now: number,
  condition: SQL,
) {
  const merged = sql.join(
    PIPELINE_ACCOUNT.map((column) => fullerOf('pipelines', column)),
    sql`, `,
  )
  return rawStatement(
    db,
    sql`insert into ${pipelines} (id, project_id, number, external_id, branch, tag, revision, subject, body,
      author, committer, actor, pull_requests, created_at)
    select ${id}, ${projects.id}, ${projects.lastPipelineNumber} + 1, ${told.externalId}, ${told.branch}, ${told.tag}, ${told.revision},
      ${told.subject}, ${told.body}, ${json(told.author)}, ${json(told.committer)}, ${json(told.actor)},
      ${told.pullRequests.length > 0 ? json(told.pullRequests) : null}, ${now}
    from ${projects} where ${projects.id} = ${projectId} and ${condition}
    on conflict (project_id, external_id) do update set ${merged}`,
  )
}

const PIPELINE_ACCOUNT = [
  'branch',
  'tag',
  'revision',
  'subject',
  'body',
  'author',
  'committer',
  'actor',
  'pull_requests',
] as const

/**
 * Of two accounts the one that says more stands, and of two of one length the greater: whichever came first. Events of
 * one run rarely differ here but in how much they tell.
 */
function fullerOf(table: string, column: string): SQL {
  const old = sql`${sql.identifier(table)}.${sql.identifier(column)}`
  const told = sql`excluded.${sql.identifier(column)}`
  return sql`${sql.identifier(column)} = case when ${told} is null then ${old} when ${old} is null then ${told}
    when (length(${told}), ${told}) > (length(${old}), ${old}) then ${told} else ${old} end`
}

function countPipeline(db: Db, projectId: string, pipelineId: string) {
  return db
    .update(projects)
    .set({ lastPipelineNumber: sql`${projects.lastPipelineNumber} + 1` })
    .where(
      and(eq(projects.id, projectId), sql`exists (select 1 from ${pipelines} where ${pipelines.id} = ${pipelineId})`),
    )
}

function upsertWorkflow(db: Db, projectId: string, { pipeline, workflow }: RunReport, now: number) {
  return rawStatement(
    db,
    sql`insert into ${workflows} (id, project_id, pipeline_id, external_id, name, created_at)
    select ${crypto.randomUUID()}, ${projectId}, ${pipelines.id}, ${workflow.externalId}, ${workflow.name}, ${now}
    from ${pipelines} where ${pipelines.projectId} = ${projectId} and ${pipelines.externalId} = ${pipeline.externalId}
    on conflict (pipeline_id, external_id) do update set ${fullerOf('workflows', 'name')}`,
  )
}

function upsertBuild(db: Db, projectId: string, id: string, report: BuildReport, now: number) {
  const { externalId, jobName, pipeline, workflow, status, queuedAt, startedAt, stoppedAt, buildUrl, steps } = report
  const first = firstTimes(report, now)
  const stepsJson = json(steps)
  const merged = Object.entries(mergedWith(report, now)).map(
    ([name, value]) => sql`${sql.identifier(COLUMN[name] ?? name)} = ${value}`,
  )
  return rawStatement(
    db,
    sql`insert into ${builds} (id, project_id, pipeline_id, workflow_id, build_num, external_id, job_name, branch, status,
      class, stage, event_at, rank, queued_at, started_at, stopped_at, build_url, build_url_order, steps, steps_order, created_at)
    select ${id}, ${projectId}, ${pipelines.id}, ${workflows.id}, ${projects.lastBuildNum} + 1, ${externalId}, ${jobName}, ${pipelines.branch},
      ${status}, ${BUILD_STATUS[status].class}, ${stageOf(status)}, ${eventAtOf(report, now)}, ${BUILD_STATUS[status].rank},
      ${queuedAt ?? first.queuedAt}, ${startedAt ?? first.startedAt}, ${stoppedAt ?? first.stoppedAt},
      ${buildUrl}, ${orderOf(report, now, buildUrl)}, ${stepsJson}, ${orderOf(report, now, stepsJson)}, ${now}
    from ${pipelines}
    join ${workflows} on ${workflows.pipelineId} = ${pipelines.id} and ${workflows.externalId} = ${workflow.externalId}
    join ${projects} on ${projects.id} = ${pipelines.projectId}
    where ${pipelines.projectId} = ${projectId} and ${pipelines.externalId} = ${pipeline.externalId}
    on conflict (project_id, external_id) do update set ${sql.join(merged, sql`, `)} where pipeline_id = excluded.pipeline_id`,
  )
}

function countBuild(db: Db, projectId: string, buildId: string) {
  return db
    .update(projects)
    .set({ lastBuildNum: sql`${projects.lastBuildNum} + 1` })
    .where(and(eq(projects.id, projectId), sql`exists (select 1 from ${builds} where ${builds.id} = ${buildId})`))
}

const COLUMN: Record<string, string> = {
  eventAt: 'event_at',
  queuedAt: 'queued_at',
  startedAt: 'started_at',
  stoppedAt: 'stopped_at',
  buildUrl: 'build_url',
  buildUrlOrder: 'build_url_order',
  stepsOrder: 'steps_order',
}

/** What a row becomes when the event joins it: the same for any order in which events arrive. */
function mergedWith(event: BuildEvent, now: number) {
  const { status, queuedAt, startedAt, stoppedAt, buildUrl, steps } = event
  const row = { stage: stageOf(status), eventAt: eventAtOf(event, now), rank: BUILD_STATUS[status].rank }
  const first = firstTimes(event, now)
  const stepsJson = json(steps)
  const isNewer = sql`(${row.stage}, ${row.eventAt}, ${row.rank}) >= (${builds.stage}, ${builds.eventAt}, ${builds.rank})`
  const ifNewer = (value: string | number, column: SQLiteColumn) =>
    sql`case when ${isNewer} then ${value} else ${column} end`
  return {
    status: ifNewer(status, builds.status),
    class: ifNewer(BUILD_STATUS[status].class, builds.class),
    stage: ifNewer(row.stage, builds.stage),
    eventAt: ifNewer(row.eventAt, builds.eventAt),
    rank: ifNewer(row.rank, builds.rank),
    queuedAt: sql`coalesce(min(${builds.queuedAt}, ${queuedAt}), ${builds.queuedAt}, ${queuedAt}, ${first.queuedAt})`,
    startedAt: sql`coalesce(min(${builds.startedAt}, ${startedAt}), ${builds.startedAt}, ${startedAt}, ${first.startedAt})`,
    stoppedAt: sql`coalesce(max(${builds.stoppedAt}, ${stoppedAt}), ${builds.stoppedAt}, ${stoppedAt}, ${first.stoppedAt})`,
    ...toldLast('buildUrl', builds.buildUrl, builds.buildUrlOrder, buildUrl, orderOf(event, now, buildUrl)),
    ...toldLast('steps', builds.steps, builds.stepsOrder, stepsJson, orderOf(event, now, stepsJson)),
  }
}

/** A value that not every event tells: of those that told it the newest counts. */
function toldLast<N extends string>(
  name: N,
  column: SQLiteColumn,
  orderColumn: SQLiteColumn,
  value: string | null,
  order: string | null,
) {
  // Null is never greater, so what was not told changes nothing.
  const isLast = sql`${order} > coalesce(${orderColumn}, '')`
  return {
    [name]: sql`case when ${isLast} then ${value} else ${column} end`,
    [`${name}Order`]: sql`case when ${isLast} then ${order} else ${orderColumn} end`,
  } as Record<N | `${N}Order`, SQL>
}

/** (stage, eventAt, rank) as text that sorts as they do; of events alike in these the one that tells more is greater. */
function orderOf(event: BuildEvent, now: number, told: string | null): string | null {
  if (told === null) return null
  const digits = (count: number, of: number) => String(of).padStart(count, '0')
  const { rank } = BUILD_STATUS[event.status]
  return `${stageOf(event.status)}:${digits(15, eventAtOf(event, now))}:${digits(2, rank)}:${digits(8, told.length)}:${crc32(told)}`
}

/** The arrival stands in for a time that the event is about and does not name. */
function firstTimes({ status }: BuildEvent, now: number) {
  const stage = stageOf(status)
  return {
    queuedAt: stage === 0 ? now : null,
    startedAt: stage === 1 ? now : null,
    stoppedAt: isOver(status) ? now : null,
  }
}

function json(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value)
}
