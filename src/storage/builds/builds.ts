import { and, desc, eq, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { Reach } from '../../domain/access/limits/reach.ts'
import {
  type Build,
  type BuildFilter,
  durationMsOf,
  type PreviousBuild,
  type ReportedStatus,
  type Step,
  statusAfter,
} from '../../domain/builds/build.ts'
import { notReplaced } from '../../domain/builds/pipeline-status.ts'
import type { Project } from '../../domain/project.ts'
import { type StepLog, selectLogs } from '../logs/step-logs.ts'
import { isReached } from '../people/reach.ts'
import { prepareOnce } from '../prepared.ts'
import type { Place } from '../projects/place-memory.ts'
import { placeColumns, placeOf, projectColumns } from '../projects/project-columns.ts'
import { aliased } from '../schema/columns.ts'
import { builds, members, pipelines, projects, workflows } from '../schema/schema.ts'
import type { Db } from '../stores.ts'
import { ofBranch, ofEachBranch, type WhichBranch } from './branches/open-branches.ts'
import { pipelineColumns } from './pipelines.ts'
import { isBuild, type WhichBuild } from './which-build.ts'

export type Page = { readonly limit: number; readonly offset: number }

/** Newest first. */
export async function listBuilds(
  db: Db,
  projectId: string,
  which: { readonly branch: WhichBranch; readonly filter: BuildFilter },
  page: Page,
): Promise<readonly Build[]> {
  return (await selectBuilds(db, projectId, which, page)).map(buildOf)
}

function selectBuilds(
  db: Db,
  projectId: string,
  { branch, filter }: { readonly branch: WhichBranch; readonly filter: BuildFilter },
  page: Page,
) {
  // Which branches patterns name is part of the text.
  if (branch !== null && typeof branch !== 'string') return buildsQuery(db, projectId, { branch, filter }, page)
  return branch === null
    ? BUILDS[filter].ofAll(db, { projectId, ...page })
    : BUILDS[filter].ofOne(db, { projectId, branch, ...page })
}

type OfProject = Page & { readonly projectId: string }

function preparedBuilds(filter: BuildFilter) {
  return {
    ofAll: prepareOnce((db, { projectId, ...page }: OfProject) =>
      buildsQuery(db, projectId, { branch: null, filter }, page),
    ),
    ofOne: prepareOnce((db, { projectId, branch, ...page }: OfProject & { readonly branch: string }) =>
      buildsQuery(db, projectId, { branch, filter }, page),
    ),
  }
}

const BUILDS: Record<BuildFilter, ReturnType<typeof preparedBuilds>> = {
  none: preparedBuilds('none'),
  completed: preparedBuilds('completed'),
  successful: preparedBuilds('successful'),
  failed: preparedBuilds('failed'),
  running: preparedBuilds('running'),
}

export function buildsQuery(
  db: Db,
  projectId: string,
  { branch, filter }: { readonly branch: WhichBranch; readonly filter: BuildFilter },
  { limit, offset }: Page,
) {
  const which = isOfBranch(projectId, branch, { filter, newest: limit + offset })
  return selectBuild(db, and(eq(builds.projectId, projectId), which, passes(filter)))
    .orderBy(desc(builds.num))
    .limit(limit)
    .offset(offset)
}

/** That a build is of the branch or, of each of several, one of the newest that pass the filter. */
export function isOfBranch(
  projectId: string,
  branch: WhichBranch,
  { filter, newest }: { readonly filter: BuildFilter; readonly newest: number },
): SQL | undefined {
  return ofBranch(branch, {
    one: (name) => eq(builds.branch, name),
    some: (patterns) =>
      sql`${builds.num} in ${ofEachBranch(projectId, patterns, (name) => {
        const ofIt = and(eq(builds.projectId, projectId), eq(builds.branch, name), passes(filter))
        return sql`select ${builds.num} as value from ${builds} where ${ofIt} order by ${desc(builds.num)} limit ${newest}`
      })}`,
  })
}

export type BuildDetail = {
  readonly build: Build
  readonly steps: readonly Step[]
  /** What its steps printed, in their order. */
  readonly logs: readonly StepLog[]
  readonly previousSuccess: PreviousBuild | null
}

/** One build with its steps and their logs, and the newest green one of the same job and branch before it. */
export function findBuild(db: Db, projectId: string, num: number): Promise<BuildDetail | null> {
  return findBuildDetail(db, { projectId, num })
}

export async function findBuildDetail(db: Db, build: WhichBuild): Promise<BuildDetail | null> {
  const [[row], [detail], logs] = await db.batch(
    'num' in build
      ? [BY_NUM.build(db, build), BY_NUM.more(db, build), BY_NUM.logs(db, build)]
      : [BY_ID.build(db, build), BY_ID.more(db, build), BY_ID.logs(db, build)],
  )
  if (!row || !detail) return null
  return { build: buildOf(row), steps: detail.steps ?? [], logs, previousSuccess: previousOf(detail.previousSuccess) }
}

type ByNum = { readonly projectId: string; readonly num: number }
type ById = { readonly projectId: string; readonly id: string }

const BY_NUM = {
  build: prepareOnce((db, build: ByNum) => selectBuild(db, isBuild(build))),
  more: prepareOnce((db, build: ByNum) => selectMore(db, isBuild(build))),
  logs: prepareOnce((db, build: ByNum) => selectLogs(db, isBuild(build))),
}
const BY_ID = {
  build: prepareOnce((db, build: ById) => selectBuild(db, isBuild(build))),
  more: prepareOnce((db, build: ById) => selectMore(db, isBuild(build))),
  logs: prepareOnce((db, build: ById) => selectLogs(db, isBuild(build))),
}

function selectMore(db: Db, which: SQL | undefined) {
  const previousSuccess = previousWhere(sql`and prev.class = 'green'`).as('previous_success')
  return db
    .select({ steps: builds.steps, previousSuccess })
    .from(builds)
    .innerJoin(pipelines, eq(pipelines.id, builds.pipelineId))
    .where(which)
}

/** The builds of a workflow that no later attempt replaces, by number. */
export async function listBuildsOfWorkflow(db: Db, workflowId: string): Promise<readonly Build[]> {
  const rows = await selectBuild(db, eq(builds.workflowId, workflowId)).orderBy(builds.num)
  return notReplaced(rows.map(buildOf), (build) => build.workflow.attemptOf)
}

/** A build by its uuid. */
export async function findBuildById(db: Db, buildId: string): Promise<Build | null> {
  const [row] = await selectBuild(db, eq(builds.id, buildId)).limit(1)
  return row ? buildOf(row) : null
}

/** The steps of a build, which of them have a log, and what else tells how far they have come; null where there is no such build. */
export async function findSteps(db: Db, build: WhichBuild): Promise<BuildSteps | null> {
  const which = isBuild(build)
  const { status, buildUrl, steps } = builds
  const [[row], logs] = await db.batch([
    db.select({ status, buildUrl, steps }).from(builds).where(which),
    selectLogs(db, which),
  ])
  return row ? { ...row, steps: row.steps ?? [], logs } : null
}

export type BuildSteps = {
  readonly status: ReportedStatus
  readonly buildUrl: string | null
  readonly steps: readonly Step[]
  readonly logs: readonly StepLog[]
}

/** Which project a build belongs to: for URLs that name nothing else. */
export async function findProjectOfBuild(db: Db, buildId: string): Promise<Place | null> {
  const [row] = await db
    .select(placeColumns())
    .from(builds)
    .innerJoin(projects, eq(projects.id, builds.projectId))
    .where(eq(builds.id, buildId))
    .limit(1)
  return row ? placeOf(row) : null
}

/** The id of a build by its number. */
export async function findBuildId(db: Db, projectId: string, num: number): Promise<string | null> {
  const [row] = await db
    .select({ id: builds.id })
    .from(builds)
    .where(and(eq(builds.projectId, projectId), eq(builds.num, num)))
    .limit(1)
  return row?.id ?? null
}

/** The newest builds of all projects of a person, each with its project. */
export async function listRecentBuilds(
  db: Db,
  reach: Reach,
  page: Page,
): Promise<readonly (Build & { readonly project: Project })[]> {
  const rows = await recentBuildsQuery(db, reach, page)
  return rows.map(({ project, ...row }) => ({ ...buildOf(row), project }))
}

/**
 * Of as many projects as there are builds to find, those of which a build came last. None of the newest builds came before
 * the last one of any of these, so of each project only what came since then is read, and so many at most.
 */
export function recentBuildsQuery(db: Db, reach: Reach, { limit, offset }: Page) {
  const count = limit + offset
  const lively = sql`(select ${projects.id} as id,
      (select max(last.created_at) from builds as last where last.project_id = ${projects.id}) as newest
    from ${members} inner join ${projects} on ${projects.id} = ${members.projectId} where ${isReached(reach)}
    order by newest desc, (select max(last.build_num) from builds as last where last.project_id = ${projects.id} and last.created_at = newest) desc,
      ${projects.id} desc limit ${count})`
  const since = sql`(select iif(count(newest) < ${count}, 0, min(newest)) from page_subquery)`
  const ofOne = sql`select b.id from builds as b where b.project_id = page_subquery.id and b.created_at >= ${since}
    order by b.created_at desc, b.build_num desc limit ${count}`
  const newest = sql`with page_subquery as materialized ${lively}
    select found.id from page_subquery, json_each((select json_group_array(id) from (${ofOne}))) as row
      join builds as found on found.id = row.value
    order by found.created_at desc, found.build_num desc, found.project_id desc limit ${limit} offset ${offset}`
  return db
    .select({ ...buildColumns(), project: aliased('project', projectColumns()) })
    .from(builds)
    .innerJoin(projects, eq(projects.id, builds.projectId))
    .innerJoin(pipelines, eq(pipelines.id, builds.pipelineId))
    .innerJoin(workflows, eq(workflows.id, builds.workflowId))
    .where(sql`${builds.id} in (${newest})`)
    .orderBy(desc(builds.createdAt), desc(builds.num), desc(builds.projectId))
}

/** The condition of a v1.1 `filter`, of builds or of what stands for them. */
export function passes(
  filter: BuildFilter,
  of: Record<'class' | 'stage' | 'status', SQLiteColumn> = builds,
): SQL | undefined {
  switch (filter) {
    case 'none':
      return undefined
    case 'completed':
      return and(eq(of.stage, 2), sql`${of.status} <> 'not_run'`)
    case 'successful':
      return eq(of.class, 'green')
    case 'failed':
      return eq(of.class, 'red')
    case 'running':
      return eq(of.class, 'blue')
  }
}

export function selectBuild(db: Db, which: SQL | undefined) {
  return db
    .select(buildColumns())
    .from(builds)
    .innerJoin(pipelines, eq(pipelines.id, builds.pipelineId))
    .innerJoin(workflows, eq(workflows.id, builds.workflowId))
    .where(which)
    .$dynamic()
}

function buildColumns() {
  const { id, num, externalId, jobName, attempt, status, createdAt, buildUrl, retryOf } = builds
  const { queuedAt, startedAt, stoppedAt } = builds
  return {
    build: {
      id,
      num,
      externalId,
      jobName,
      attempt,
      status,
      queuedAt,
      startedAt,
      stoppedAt,
      createdAt,
      buildUrl,
      retryOf,
    },
    workflow: aliased('workflow', {
      id: workflows.id,
      externalId: workflows.externalId,
      name: workflows.name,
      attemptOf: workflows.attemptOf,
      attempt: workflows.attempt,
    }),
    pipeline: pipelineColumns(),
    previous: previousWhere(sql``).as('previous'),
  }
}

type BuildRow = Awaited<ReturnType<typeof selectBuild>>[number]

export function buildOf({ build, workflow, pipeline, previous }: BuildRow): Build {
  const before = previousOf(previous)
  return {
    ...build,
    status: statusAfter(build.status, before?.status ?? null),
    workflow,
    pipeline: { ...pipeline, pullRequests: pipeline.pullRequests ?? [] },
    previous: before,
  }
}

/**
 * The build of the same job and branch before this one, with the status of the one before that. A build with the same name
 * in the same attempt ran beside it, and one with a lower number that was only reported earlier may have run after it:
 * neither is the one before.
 */
function previousWhere(more: SQL) {
  return sql<string | null>`(select json_array(prev.build_num, prev.status, prev.started_at, prev.stopped_at,
      (select older.status from builds as older where older.project_id = prev.project_id and older.job_name = prev.job_name
        and older.branch is prev.branch and older.build_num < prev.build_num and ${beganAt('older')} <= ${beganAt('prev')}
        and (older.workflow_id, older.attempt) <> (prev.workflow_id, prev.attempt) order by older.build_num desc limit 1))
    from builds as prev where prev.project_id = ${builds.projectId} and prev.job_name = ${builds.jobName}
      and prev.branch is ${builds.branch} and prev.build_num < ${builds.num} and ${beganAt('prev')} <= ${beganAt('builds')}
      and (prev.workflow_id, prev.attempt) <> (${builds.workflowId}, ${builds.attempt}) ${more}
      order by prev.build_num desc limit 1)`
}

/** When a build began, as reported; until then the time of its last event. */
function beganAt(build: string): SQL {
  const name = sql.identifier(build)
  return sql`coalesce(${name}.started_at, ${name}.event_at)`
}

function previousOf(json: string | null): PreviousBuild | null {
  if (json === null) return null
  // Only previousWhere above writes this.
  const [num, status, startedAt, stoppedAt, before] = JSON.parse(json) as [
    number,
    ReportedStatus,
    number | null,
    number | null,
    ReportedStatus | null,
  ]
  return { num, status: statusAfter(status, before), durationMs: durationMsOf({ startedAt, stoppedAt }) }
}
