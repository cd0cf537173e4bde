import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { Actor } from '../../domain/access/actor.ts'
import { githubRunPrefix, isJenkinsRun } from '../../domain/builds/attempt.ts'
import {
  BUILD_STATUS,
  type Build,
  type BuildEvent,
  type BuildReport,
  eventAtOf,
  eventOrderOf,
  firstTimeOf,
  isOver,
  stageOf,
  statusOrderOf,
  UNKNOWN_REVISION,
  weightOf,
} from '../../domain/builds/build.ts'
import { GITHUB_BEGINS } from '../../domain/reporting/webhook-github.ts'
import type { RunReport, RunStatus } from '../../domain/reporting/webhook-reading.ts'
import { wordTable } from '../../domain/reporting/word-table.ts'
import { enqueue, queuedIdsOf, tellListenersOfWorkflowStatement, tellListenersStatement } from '../notices/outbox.ts'
import { builds, pipelines, projects, workflows } from '../schema/schema.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'
import { forgetBranchStatus } from './branch-status.ts'
import { buildOf, selectBuild } from './builds.ts'
import { ownBranchOf, toForkStatements } from './fork-runs.ts'
import { gatherParts, placed, STANDS_BY_SOURCE, toCommitStatements, toRootStatements } from './placing.ts'
import { ownBegin, placeUnplacedStatement } from './unplaced.ts'

export type Reported =
  | { readonly kind: 'created' | 'updated'; readonly build: Build }
  /** A build with this external id belongs to another pipeline. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'no_project' }

/**
 * Stores a build event in one transaction, making pipeline, workflow and build where they are new. Numbers are given
 * without gaps; the same report again changes nothing; a late, older event leaves the newer state standing. Whatever
 * the order in which the events of a run arrive, the same rows come of them, but for our own numbers.
 */
export async function reportBuild(
  stores: Stores,
  projectId: string,
  report: BuildReport,
  actor: Actor,
): Promise<Reported> {
  const [reported] = await reportBuilds(stores, projectId, [report], actor)
  return reported ?? { kind: 'no_project' }
}

// As many as D1 takes in one go without holding up others for long.
const MAX_REPORTS_A_BATCH = 10

/** As `reportBuild`, for what one delivery tells: some reports to a transaction, in the order given. */
export async function reportBuilds(
  stores: Stores,
  projectId: string,
  told: readonly BuildReport[],
  actor: Actor,
): Promise<readonly Reported[]> {
  const reported: Reported[] = []
  const reports = await placed(stores.db, projectId, told)
  for (let from = 0; from < reports.length; from += MAX_REPORTS_A_BATCH)
    reported.push(...(await reportChunk(stores, projectId, reports.slice(from, from + MAX_REPORTS_A_BATCH), actor)))
  await gatherParts(stores, projectId, told, reports, actor)
  const branches = new Set(reported.flatMap((one) => ('build' in one ? one.build.pipeline.branch : [])))
  for (const branch of branches) await forgetBranchStatus(stores, projectId, branch)
  return reported
}

/** Stores what is told of a run as a whole. */
export async function reportRun(stores: Stores, projectId: string, told: RunReport, actor: Actor): Promise<void> {
  const { db } = stores
  const [run = told] = await placed(db, projectId, [told])
  const now = stores.now()
  const pipelineId = crypto.randomUUID()
  const writes = [
    ...toCommitStatements(db, projectId, run),
    upsertPipeline(db, projectId, pipelineId, run, now, sql`1`),
    countPipeline(db, projectId, pipelineId),
    upsertWorkflow(db, projectId, run, now, sql`1`),
    ...(ownBranchOf(run) === null ? [] : toForkStatements(db, projectId, run)),
    ...(run.told && githubRunPrefix(run.workflow.externalId) ? [placePipeline(db, projectId, run, now)] : []),
    ...toRootStatements(db, projectId, run),
    ...toPlaceStatements(db, projectId, [run]),
  ]
  const telling =
    run.told && isOver(run.told.status)
      ? [tellListenersOfWorkflowStatement(db, whichWorkflow(projectId, run), now)]
      : []
  const results: unknown[] = await commit(stores, actor, [...writes, ...telling])
  await enqueue(stores, results.slice(writes.length).flatMap(queuedIdsOf))
  await gatherParts(stores, projectId, [told], [run], actor)
  for (const branch of [run.pipeline.branch, ownBranchOf(run)]) await forgetBranchStatus(stores, projectId, branch)
}

/** Adds an event to a known build; gives the build with the state that stands, null when there is none. */
export async function updateBuild(
  stores: Stores,
  projectId: string,
  num: number,
  event: BuildEvent,
  actor: Actor,
): Promise<Build | null> {
  const { db } = stores
  const which = sql`${eq(builds.projectId, projectId)} and ${eq(builds.num, num)}`
  const [, , , [row], ...told] = await commit(stores, actor, [
    updateStatement(db, which, event, stores.now()),
    beginStatement(db, which, event),
    placeUnplacedStatement(db, projectId, sql`(select ${builds.branch} from ${builds} where ${which})`),
    selectBuild(db, which),
    ...tellingStatements(db, which, event, stores.now()),
  ])
  if (!row) return null
  await enqueue(stores, told.flatMap(queuedIdsOf))
  const build = buildOf(row)
  await forgetBranchStatus(stores, projectId, build.pipeline.branch)
  return build
}

async function reportChunk(
  stores: Stores,
  projectId: string,
  reports: readonly BuildReport[],
  actor: Actor,
): Promise<readonly Reported[]> {
  const { db } = stores
  const now = stores.now()
  const prepared = reports.map((report) => {
    const ids = { pipelineId: crypto.randomUUID(), buildId: crypto.randomUUID() }
    const which = sql`${eq(builds.projectId, projectId)} and ${eq(builds.externalId, report.externalId)}`
    const writes = [
      ...toCommitStatements(db, projectId, report),
      ...reportStatements(db, projectId, ids, report, now),
      ...toForkStatements(db, projectId, report),
      ...toRootStatements(db, projectId, report),
      ...(isJenkinsRun(report.workflow.externalId) ? placeJenkinsStatements(db, projectId, report, now) : []),
    ]
    return { report, ...ids, writes, read: selectBuild(db, which), telling: tellingStatements(db, which, report, now) }
  })
  const statements = prepared.flatMap(({ writes, read, telling }) => [...writes, read, ...telling])
  const placing = toPlaceStatements(db, projectId, reports)
  const results: unknown[] = await commit(stores, actor, [...statements, ...placing])
  const queued: string[] = []
  const reported = prepared.map(({ report, buildId, writes, telling }): Reported => {
    const [rows, ...told] = results.splice(0, writes.length + 1 + telling.length).slice(writes.length)
    // The rows of `selectBuild`.
    const [row] = rows as Parameters<typeof buildOf>[0][]
    if (!row) return { kind: 'no_project' }
    const build = buildOf(row)
    if (build.pipeline.externalId !== report.pipeline.externalId) return { kind: 'elsewhere' }
    queued.push(...told.flatMap(queuedIdsOf))
    return { kind: build.id === buildId ? 'created' : 'updated', build }
  })
  await enqueue(stores, queued)
  return reported
}

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

/** Only an event that is an end can have ended a build. */
function tellingStatements(db: Db, which: SQL, event: BuildEvent, now: number) {
  return isOver(event.status) ? [tellListenersStatement(db, which, now)] : []
}

/** The statement that adds an event to the builds that fit. */
export function updateStatement(db: Db, which: SQL, event: BuildEvent, now: number) {
  return db.update(builds).set(mergedWith(event, now)).where(which)
}

/**
 * The statement by which the pipeline of a build began no later than an event of the build says. Where the CI told of
 * whole runs that stands: a job that runs again does not make a pipeline newer or older.
 */
function beginStatement(db: Db, which: SQL, event: BuildEvent) {
  const at = firstTimeOf(event)
  return rawStatement(
    db,
    sql`update ${pipelines} set began_at = ${at} where id = (select ${builds.pipelineId} from ${builds} where ${which})
      and ${ownBegin('pipelines')} > ${at} and not exists (select 1 from ${workflows} as w where w.pipeline_id = ${pipelines}.id and w.told_status is not null)`,
  )
}

function upsertPipeline(
  db: Db,
  projectId: string,
  id: string,
  report: RunReport | BuildReport,
  now: number,
  condition: SQL,
) {
  const { pipeline: told } = report
  const branch = told.stands === 'never' ? null : 'jobName' in report ? branchOf(projectId, report) : told.branch
  // Nothing that is told has yet to begin.
  const beganAt = Math.min(told.beganAt ?? now, now)
  const merged = [
    ...branchByRank(),
    ...PIPELINE_ACCOUNT.map((column) => fullerOf('pipelines', column)),
    ...placeOf(now, [
      sql`min(${ownBegin('pipelines')}, excluded.began_at)`,
      sql`min(${pipelines.ciNumber}, excluded.ci_number)`,
    ]),
    sql`is_placed = max(${pipelines.isPlaced}, excluded.is_placed)`,
  ]
  return rawStatement(
    db,
    sql`insert into ${pipelines} (id, project_id, number, external_id, branch, tag, place_rank, revision, subject, body,
      author, committer, actor, pull_requests, created_at, began_at, ci_number, is_placed)
    select ${id}, ${projects.id}, ${projects.lastPipelineNumber} + 1, ${told.externalId}, ${branch}, ${told.tag}, ${placeRankOf(report)}, ${told.revision},
      ${told.subject}, ${told.body}, ${json(told.author)}, ${json(told.committer)}, ${json(told.actor)},
      ${told.pullRequests.length > 0 ? json(told.pullRequests) : null}, ${now}, ${beganAt}, ${told.ciNumber ?? 0}, ${told.isUnplaced ? 0 : 1}
    from ${projects} where ${projects.id} = ${projectId} and ${condition}
    on conflict (project_id, external_id) do update set ${sql.join(merged, sql`, `)}`,
  )
}

/**
 * Who tells the branch: a run knows it better than its jobs do, and a part of it may know only that of a fork's request. Best
 * is known whether it counts for a branch at all.
 */
function placeRankOf(report: RunReport | BuildReport): number {
  const { branch, tag, isPart, stands } = report.pipeline
  if (stands) return STANDS_BY_SOURCE
  if (isPart || (branch ?? tag) === null) return 0
  return 'jobName' in report ? 1 : 2
}

/** A branch that was told stays, and so does that there is none, unless somebody tells it who knows better. */
function branchByRank(): SQL[] {
  const takes = sql`excluded.place_rank > ${pipelines.placeRank} or (excluded.place_rank = ${pipelines.placeRank}
    and coalesce(${pipelines.branch}, ${pipelines.tag}) is null)`
  return ['branch', 'tag', 'place_rank'].map((column) => {
    const name = sql.identifier(column)
    return sql`${name} = case when ${takes} then excluded.${name} else ${pipelines}.${name} end`
  })
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

/** Where a pipeline stands among those of its branch, by the newest run of it; as it stood where none is told. */
function placeOf(now: number, [beganAt, ciNumber]: readonly [SQL, SQL]) {
  return [
    sql`began_at = coalesce(${ofLastBegun(sql`min(max(w.began_at), ${now})`)}, ${beganAt})`,
    sql`ci_number = coalesce(${ofLastBegun(sql`max(w.attempt)`)}, ${ciNumber})`,
  ]
}

/** Once for each branch of these pipelines, whoever reports on it, and of ours for which GitHub's jobs may have taken a fork's. */
function toPlaceStatements(db: Db, projectId: string, reports: readonly RunReport[]) {
  const ids = new Set(reports.map(({ pipeline }) => pipeline.externalId))
  const ofPipelines = [...ids].map(
    (id) => sql`(select branch from ${pipelines} where project_id = ${projectId} and external_id = ${id})`,
  )
  const own = new Set(reports.flatMap((report) => ownBranchOf(report) ?? []))
  return [...ofPipelines, ...own].map((branch) => placeUnplacedStatement(db, projectId, branch))
}

function placePipeline(db: Db, projectId: string, { pipeline }: RunReport, now: number) {
  const place = sql.join(placeOf(now, [ownBegin('pipelines'), sql`ci_number`]), sql`, `)
  const which = sql`project_id = ${projectId} and external_id = ${pipeline.externalId}`
  return rawStatement(db, sql`update ${pipelines} set ${place} where ${which}`)
}

/**
 * For the end of a batch that tells of a run of Jenkins. Where a commit's pipeline stands goes by the run of it that began
 * last. One that ended before its checkout may be of any commit until then, so its own stands where it ended: another
 * job's green run that began before must not hide it.
 */
function placeJenkinsStatements(db: Db, projectId: string, report: BuildReport, now: number) {
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

/**
 * The branch that was told. A run that failed before it came to look at any (of Jenkins, with a broken Jenkinsfile) is
 * taken to be of the branch that its job was on last: it would be missing there.
 */
function branchOf(projectId: string, { pipeline: { branch, tag }, jobName, status }: BuildReport): SQL | string | null {
  if (branch !== null || tag !== null || !isOver(status) || BUILD_STATUS[status].class === 'green') return branch
  return sql`(select last.branch from (select branch, job_name, build_num from ${builds} where project_id = ${projectId}
    order by build_num desc limit ${LOOK_BACK}) as last
    where last.job_name = ${jobName} and last.branch is not null order by last.build_num desc limit 1)`
}

const LOOK_BACK = 1_000

const PIPELINE_ACCOUNT = ['revision', 'subject', 'body', 'author', 'committer', 'actor', 'pull_requests'] as const

/**
 * Of two accounts the one that says more stands, and of two of one length the greater: whichever came first. Events of
 * one run rarely differ here but in how much they tell; a revision that is not known yet says nothing.
 */
function fullerOf(table: string, column: string): SQL {
  const name = sql.identifier(column)
  const old = sql`${sql.identifier(table)}.${name}`
  const told = sql`excluded.${name}`
  const saysNothing = (value: SQL) =>
    column === 'revision' ? sql`${value} = ${UNKNOWN_REVISION}` : sql`${value} is null`
  return sql`${name} = case when ${saysNothing(told)} then ${old} when ${saysNothing(old)} then ${told}
    when (length(${told}), ${told}) > (length(${old}), ${old}) then ${told} else ${old} end`
}

function whichWorkflow(projectId: string, { pipeline, workflow }: RunReport): SQL {
  return sql`${workflows.externalId} = ${workflow.externalId} and ${workflows.pipelineId} = (select ${pipelines.id} from ${pipelines}
    where ${pipelines.projectId} = ${projectId} and ${pipelines.externalId} = ${pipeline.externalId})`
}

function countPipeline(db: Db, projectId: string, pipelineId: string) {
  return db
    .update(projects)
    .set({ lastPipelineNumber: sql`${projects.lastPipelineNumber} + 1` })
    .where(
      and(eq(projects.id, projectId), sql`exists (select 1 from ${pipelines} where ${pipelines.id} = ${pipelineId})`),
    )
}

/** Whether the build is known in another pipeline: then nothing at all of the report is stored. */
function belongsElsewhere(projectId: string, { externalId, pipeline }: BuildReport): SQL {
  return sql`exists (select 1 from ${builds} as known join ${pipelines} as other on other.id = known.pipeline_id
    where known.project_id = ${projectId} and known.external_id = ${externalId} and other.external_id <> ${pipeline.externalId})`
}

function upsertWorkflow(
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

function upsertBuild(db: Db, projectId: string, id: string, report: BuildReport, now: number) {
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
      ${buildUrl}, ${buildUrl && order}, ${steps && json(steps)}, ${steps && order}, ${retryOf}, ${now}
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
  const standIn = (time: number | null) => ifNewer(time, sql`null`)
  return {
    status: ifNewer(status, builds.status),
    class: ifNewer(BUILD_STATUS[status].class, builds.class),
    stage: ifNewer(row.stage, builds.stage),
    weight: ifNewer(row.weight, weight),
    eventAt: ifNewer(row.eventAt, builds.eventAt),
    rank: ifNewer(row.rank, builds.rank),
    attempt: ifNewer(count, builds.attempt),
    queuedAt: sql`coalesce(min(${builds.queuedAt}, ${queuedAt}), ${builds.queuedAt}, ${queuedAt}, ${standIn(first.queuedAt)})`,
    startedAt: sql`coalesce(min(${builds.startedAt}, ${startedAt}), ${builds.startedAt}, ${startedAt}, ${standIn(first.startedAt)})`,
    stoppedAt: sql`coalesce(max(${builds.stoppedAt}, ${stoppedAt}), ${builds.stoppedAt}, ${stoppedAt}, ${standIn(first.stoppedAt)})`,
    ...toldBy(event, now),
  }
}

/** Of the URL and the steps, which an event may leave out, each stays with the newest event that told it. */
function toldBy(event: BuildEvent, now: number) {
  const order = eventOrderOf(event, now)
  const newest = (value: string, column: SQLiteColumn, orderColumn: SQLiteColumn) => {
    const isNewer = sql`(${order}, ${value}) > (coalesce(${orderColumn}, ''), coalesce(${column}, ''))`
    return [
      sql`case when ${isNewer} then ${value} else ${column} end`,
      sql`case when ${isNewer} then ${order} else ${orderColumn} end`,
    ] as const
  }
  const told: Record<string, SQL> = {}
  if (event.buildUrl !== null) [told.buildUrl, told.urlOrder] = newest(event.buildUrl, builds.buildUrl, builds.urlOrder)
  if (event.steps !== null)
    [told.steps, told.stepsOrder] = newest(JSON.stringify(event.steps), builds.steps, builds.stepsOrder)
  return told
}

/** The arrival stands in for a time that the event is about and does not name. */
function firstTimes({ status, isLeft = false }: BuildEvent, now: number) {
  const stage = stageOf(status)
  return {
    queuedAt: stage === 0 ? now : null,
    startedAt: stage === 1 ? now : null,
    stoppedAt: isOver(status) && !isLeft ? now : null,
  }
}

function json(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value)
}
