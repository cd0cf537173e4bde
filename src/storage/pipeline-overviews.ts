import { and, asc, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import type { Person, PullRequest, ReportedStatus, StatusClass } from '../domain/build.ts'
import type { RunBuild } from '../domain/workflow-run.ts'
import { aliased } from './columns.ts'
import { builds, pipelines, workflows } from './schema.ts'
import type { Db } from './stores.ts'

/** A pipeline with what ran for it, as lists show it. Times are epoch milliseconds. */
export type PipelineOverview = {
  readonly number: number
  readonly branch: string | null
  readonly tag: string | null
  readonly revision: string
  readonly subject: string | null
  readonly author: Person | null
  readonly actor: Person | null
  readonly pullRequests: readonly PullRequest[]
  readonly createdAt: number
  /** In the order in which they first reported. */
  readonly builds: readonly BuildOverview[]
}

export type BuildOverview = RunBuild & { readonly status: ReportedStatus }

export type PipelineFilter = {
  readonly branch: string | null
  /** Only pipelines with a build of that class. */
  readonly class: StatusClass | null
}

export type PipelinePage = {
  readonly pipelines: readonly PipelineOverview[]
  /** Where the next, older page begins; null on the last one. New pipelines do not move it. */
  readonly olderThan: number | null
}

const PAGE_LENGTH = 20
/** What a page shows of a pipeline with very many builds is its first ones. */
const MAX_BUILDS = 2_000

/** A page of pipelines, newest first. Reads as many rows for an old project as for a new one. */
export async function listPipelines(
  db: Db,
  projectId: string,
  filter: PipelineFilter,
  olderThan: number | null,
): Promise<PipelinePage> {
  const chosen =
    filter.class === null
      ? newestPipelines(projectId, filter.branch, olderThan)
      : pipelinesWith(projectId, filter.branch, filter.class, olderThan)
  const page = await readChosen(db, sql`${chosen} limit ${PAGE_LENGTH + 1}`)
  const shown = page.slice(0, PAGE_LENGTH)
  return {
    pipelines: shown.map(({ pipeline }) => pipeline),
    olderThan: page.length > PAGE_LENGTH ? (shown.at(-1)?.position ?? null) : null,
  }
}

export async function findPipeline(db: Db, projectId: string, number: number): Promise<PipelineOverview | null> {
  const chosen = sql`select ${pipelines.id} as id, ${pipelines.number} as position from ${pipelines}
    where ${and(eq(pipelines.projectId, projectId), eq(pipelines.number, number))}`
  const [found] = await readChosen(db, chosen)
  return found?.pipeline ?? null
}

/** The branches of the newest pipelines, the one that ran last first. */
export async function listRecentBranches(db: Db, projectId: string): Promise<readonly string[]> {
  const newest = db
    .select({ branch: pipelines.branch, number: pipelines.number })
    .from(pipelines)
    .where(eq(pipelines.projectId, projectId))
    .orderBy(desc(pipelines.number))
    .limit(RECENT_PIPELINES)
    .as('newest_subquery')
  const rows = await db
    .select({ branch: newest.branch })
    .from(newest)
    .where(sql`${newest.branch} is not null`)
    .groupBy(newest.branch)
    .orderBy(desc(sql`max(${newest.number})`))
  return rows.flatMap(({ branch }) => branch ?? [])
}

const RECENT_PIPELINES = 300

/** The builds of the newest pipelines, of one branch when that is named: what trends are made of. */
export function listRunBuilds(
  db: Db,
  projectId: string,
  branch: string | null,
  maxPipelines: number,
): Promise<BuildOverview[]> {
  return selectBuildsOf(db, sql`${newestPipelines(projectId, branch, null)} limit ${maxPipelines}`)
}

/** Positions are pipeline numbers. */
function newestPipelines(projectId: string, branch: string | null, olderThan: number | null): SQL {
  const which = and(
    eq(pipelines.projectId, projectId),
    branch === null ? undefined : eq(pipelines.branch, branch),
    olderThan === null ? undefined : lt(pipelines.number, olderThan),
  )
  return sql`select ${pipelines.id} as id, ${pipelines.number} as position from ${pipelines}
    where ${which} order by ${desc(pipelines.number)}`
}

/** Positions are build numbers: each pipeline stands where its newest build of the class does. */
function pipelinesWith(projectId: string, branch: string | null, group: StatusClass, olderThan: number | null): SQL {
  const which = and(
    eq(builds.projectId, projectId),
    branch === null ? undefined : eq(builds.branch, branch),
    eq(builds.class, group),
    olderThan === null ? undefined : lt(builds.num, olderThan),
    sql`not exists (select 1 from builds as newer where newer.pipeline_id = ${builds.pipelineId}
      and newer.class = ${group} and newer.build_num > ${builds.num})`,
  )
  return sql`select ${builds.pipelineId} as id, ${builds.num} as position from ${builds}
    where ${which} order by ${desc(builds.num)}`
}

type Chosen = { readonly pipeline: PipelineOverview; readonly position: number }

/** The pipelines that `chosen` names as (id, position), in falling positions. */
async function readChosen(db: Db, chosen: SQL): Promise<readonly Chosen[]> {
  const [rows, buildRows] = await db.batch([selectPipelines(db, chosen), selectBuildsOf(db, chosen)])
  const byPipeline = Map.groupBy(buildRows, (build) => build.pipelineNumber)
  return rows.map(({ position, pullRequests, ...row }) => ({
    pipeline: { ...row, pullRequests: pullRequests ?? [], builds: byPipeline.get(row.number) ?? [] },
    position,
  }))
}

function selectPipelines(db: Db, chosen: SQL) {
  const { number, branch, tag, revision, subject, author, actor, pullRequests, createdAt } = pipelines
  const position = sql<number>`chosen_subquery.position`
  return db
    .select({ number, branch, tag, revision, subject, author, actor, pullRequests, createdAt, position })
    .from(sql`(${chosen}) as chosen_subquery`)
    .innerJoin(pipelines, sql`${pipelines.id} = chosen_subquery.id`)
    .orderBy(desc(position))
}

function selectBuildsOf(db: Db, chosen: SQL) {
  const { num, jobName, status, startedAt, stoppedAt, workflowId } = builds
  return db
    .select({
      num,
      jobName,
      status,
      startedAt,
      stoppedAt,
      workflowId,
      ...aliased('run', { pipelineNumber: pipelines.number, workflowName: workflows.name }),
    })
    .from(builds)
    .innerJoin(pipelines, eq(pipelines.id, builds.pipelineId))
    .innerJoin(workflows, eq(workflows.id, builds.workflowId))
    .where(sql`${builds.pipelineId} in (select id from (${chosen}))`)
    .orderBy(desc(pipelines.number), asc(builds.num))
    .limit(MAX_BUILDS)
}
