import { and, asc, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import type { Person, PullRequest, StatusClass } from '../../domain/builds/build.ts'
import type { PipelineParts } from '../../domain/builds/pipeline-status.ts'
import type { RunBuild, RunWorkflow } from '../../domain/builds/workflow-run.ts'
import { builds, pipelines, workflows } from '../schema/schema.ts'
import type { Db } from '../stores.ts'
import { attemptColumns, partColumns } from './workflows.ts'

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
  /** As the builds in the order in which they first reported. */
  readonly workflows: readonly RunWorkflow[]
  readonly builds: readonly RunBuild[]
}

export type PipelineFilter = {
  readonly branch: string | null
  /** Only pipelines with a build of that class. */
  readonly class: StatusClass | null
}

export type PipelinePage = {
  readonly pipelines: readonly PipelineOverview[]
  /** Where the next, older page begins; null on the last one. New pipelines do not move it. */
  readonly olderThan: Place | null
}

/**
 * The place of a pipeline in a list. Where a class is asked for: that of its newest build of that class or, of a run
 * that ended so without one, that of the build before it, and then by pipelines.
 */
export type Place = { readonly number: number; readonly pipeline: number }

const PAGE_LENGTH = 20
/** More builds than these make a page shorter; of a pipeline that has more by itself, those that passed are left out. */
const MAX_BUILDS = 2_000

/** A page of pipelines, newest first. Reads as many rows for an old project as for a new one. */
export async function listPipelineOverviews(
  db: Db,
  projectId: string,
  filter: PipelineFilter,
  olderThan: Place | null,
): Promise<PipelinePage> {
  const chosen =
    filter.class === null
      ? newestPipelines(projectId, filter.branch, olderThan?.number ?? null)
      : pipelinesWith(projectId, filter.branch, filter.class, olderThan)
  const { chosen: page, isAll } = await readChosen(db, sql`${chosen} limit ${PAGE_LENGTH + 1}`)
  const shown = page.slice(0, PAGE_LENGTH)
  return {
    pipelines: shown.map(({ pipeline }) => pipeline),
    olderThan: page.length > PAGE_LENGTH || !isAll ? (shown.at(-1)?.place ?? null) : null,
  }
}

export async function findPipelineOverview(
  db: Db,
  projectId: string,
  number: number,
): Promise<PipelineOverview | null> {
  const chosen = sql`select ${pipelines.id} as id, ${pipelines.number} as position, ${pipelines.number} as number from ${pipelines}
    where ${and(eq(pipelines.projectId, projectId), eq(pipelines.number, number))}`
  const {
    chosen: [found],
  } = await readChosen(db, chosen)
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

/** The parts of the newest pipelines, of one branch when that is named: what trends are made of. */
export async function listRunParts(
  db: Db,
  projectId: string,
  branch: string | null,
  maxPipelines: number,
): Promise<PipelineParts<RunWorkflow, RunBuild>> {
  const { chosen } = await readChosen(db, sql`${newestPipelines(projectId, branch, null)} limit ${maxPipelines}`)
  return {
    workflows: chosen.flatMap(({ pipeline }) => pipeline.workflows),
    builds: chosen.flatMap(({ pipeline }) => pipeline.builds),
  }
}

function newestPipelines(projectId: string, branch: string | null, olderThan: number | null): SQL {
  const which = and(
    eq(pipelines.projectId, projectId),
    branch === null ? undefined : eq(pipelines.branch, branch),
    olderThan === null ? undefined : lt(pipelines.number, olderThan),
  )
  return sql`select ${pipelines.id} as id, ${pipelines.number} as position, ${pipelines.number} as number from ${pipelines}
    where ${which} order by ${desc(pipelines.number)}`
}

/** Workflows without a build of the status are looked for among so many that the CI reported with it. */
const MAX_WITHOUT_BUILD = 200

/** Pipelines by the number of their newest build with the status, or by the place of a workflow with it and no such build. */
function pipelinesWith(projectId: string, branch: string | null, group: StatusClass, olderThan: Place | null): SQL {
  const withBuild = sql`select b.pipeline_id as id, b.build_num as position, 0 as number from ${builds} as b
    where b.project_id = ${projectId} and b.class = ${group} ${branch === null ? sql`` : sql`and b.branch = ${branch}`}
      ${olderThan === null ? sql`` : sql`and b.build_num < ${olderThan.number + (olderThan.pipeline > 0 ? 1 : 0)}`}
      and not exists (select 1 from ${builds} as newer where newer.pipeline_id = b.pipeline_id
        and newer.class = ${group} and newer.build_num > b.build_num)
    order by b.build_num desc limit ${PAGE_LENGTH + 1}`
  const reported = sql`select w.pipeline_id as id, w.told_after as position from ${workflows} as w
    where w.project_id = ${projectId} and w.told_class = ${group}
      ${olderThan === null ? sql`` : sql`and w.told_after <= ${olderThan.number}`}
    order by w.told_after desc limit ${MAX_WITHOUT_BUILD}`
  const withoutBuild = sql`select reported_subquery.id as id, max(reported_subquery.position) as position, p.number as number
    from (${reported}) as reported_subquery join ${pipelines} as p on p.id = reported_subquery.id
    where not exists (select 1 from ${builds} as b where b.pipeline_id = p.id and b.class = ${group})
      ${branch === null ? sql`` : sql`and p.branch = ${branch}`}
    group by p.id`
  return sql`select id, position, number from (select * from (${withBuild}) union all select * from (${withoutBuild}))
    where ${olderThan === null ? sql`1` : sql`(position, number) < (${olderThan.number}, ${olderThan.pipeline})`}
    order by position desc, number desc`
}

type Chosen = { readonly pipeline: PipelineOverview; readonly place: Place }

/** The pipelines that `chosen` names as (id, position, number), from the last place to the first. */
async function readChosen(
  db: Db,
  chosen: SQL,
): Promise<{ readonly chosen: readonly Chosen[]; readonly isAll: boolean }> {
  const [rows, workflowRows, buildRows] = await db.batch([
    selectPipelines(db, chosen),
    selectWorkflowsOf(db, chosen),
    selectBuildsOf(db, chosen),
  ])
  const workflowsOf = Map.groupBy(workflowRows, (workflow) => workflow.pipelineNumber)
  const buildsOf = Map.groupBy(buildRows, (build) => build.pipelineId)
  // A pipeline of which builds are missing must not be shown as if these were all: it is left for the next page.
  const last = buildRows.length === MAX_BUILDS ? buildRows.at(-1)?.pipelineId : undefined
  const end =
    last === undefined
      ? rows.length
      : Math.max(
          1,
          rows.findIndex((row) => row.id === last),
        )
  return {
    chosen: rows.slice(0, end).map(({ id, position, place, pullRequests, ...row }) => ({
      pipeline: {
        ...row,
        pullRequests: pullRequests ?? [],
        workflows: workflowsOf.get(row.number) ?? [],
        builds: (buildsOf.get(id) ?? [])
          .map(({ pipelineId, ...build }) => build)
          .toSorted((one, other) => one.num - other.num),
      },
      place: { number: position, pipeline: place },
    })),
    isAll: end === rows.length,
  }
}

function selectPipelines(db: Db, chosen: SQL) {
  const { id, number, branch, tag, revision, subject, author, actor, pullRequests, createdAt } = pipelines
  return db
    .select({
      id,
      number,
      branch,
      tag,
      revision,
      subject,
      author,
      actor,
      pullRequests,
      createdAt,
      position: sql<number>`chosen_subquery.position`.as('position'),
      place: sql<number>`chosen_subquery.number`.as('place'),
    })
    .from(asChosen(chosen))
    .innerJoin(pipelines, sql`${pipelines.id} = chosen_subquery.id`)
    .orderBy(...IN_PLACE)
}

function selectWorkflowsOf(db: Db, chosen: SQL) {
  return db
    .select({ id: workflows.id, name: workflows.name, ...attemptColumns(), pipelineNumber: pipelines.number })
    .from(asChosen(chosen))
    .innerJoin(pipelines, sql`${pipelines.id} = chosen_subquery.id`)
    .innerJoin(workflows, eq(workflows.pipelineId, pipelines.id))
    .orderBy(...IN_PLACE, asc(workflows.createdAt), asc(workflows.id))
}

function selectBuildsOf(db: Db, chosen: SQL) {
  const { num, startedAt, stoppedAt, pipelineId } = builds
  // Whatever is cut off, it is nothing that would make a result worse.
  const worstFirst = sql`case ${builds.class} when 'red' then 0 when 'green' then 2 else 1 end`
  return db
    .select({ num, ...partColumns(), startedAt, stoppedAt, pipelineId })
    .from(asChosen(chosen))
    .innerJoin(builds, sql`${builds.pipelineId} = chosen_subquery.id`)
    .orderBy(...IN_PLACE, worstFirst, asc(builds.num))
    .limit(MAX_BUILDS)
}

function asChosen(chosen: SQL): SQL {
  return sql`(${chosen}) as chosen_subquery`
}

const IN_PLACE = [desc(sql`chosen_subquery.position`), desc(sql`chosen_subquery.number`)]
