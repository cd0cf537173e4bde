import { and, asc, desc, eq, gt, type SQL, sql } from 'drizzle-orm'
import type { RunBuild, RunWorkflow } from '../../domain/builds/workflow-run.ts'
import type { Project, Role } from '../../domain/project.ts'
import { attemptColumns, partColumns } from '../builds/workflows.ts'
import { builds, members, pipelines, projects, workflows } from '../schema/schema.ts'
import type { Db } from '../stores.ts'
import { projectColumns } from './project-columns.ts'

/** A project as its members' dashboards show it. */
export type ProjectOverview = {
  readonly project: Project
  readonly role: Role
  /** Of the default branch, newest first. */
  readonly pipelines: readonly BranchPipeline[]
}

export type BranchPipeline = {
  readonly number: number
  readonly revision: string
  readonly subject: string | null
  readonly createdAt: number
  readonly workflows: readonly RunWorkflow[]
  readonly builds: readonly RunBuild[]
}

export type OverviewPage = {
  readonly projects: readonly ProjectOverview[]
  /** The slug after which the next page begins; null on the last one. */
  readonly after: string | null
}

const PAGE_LENGTH = 25
/** How many pipelines of its default branch a project shows. */
const TREND_PIPELINES = 15

/** The projects of a person by slug, those that they follow or (`followed` false) the others, each with its default branch. */
export async function listProjectOverviews(
  db: Db,
  userId: string,
  { followed, after }: { readonly followed: boolean; readonly after: string | null },
): Promise<OverviewPage> {
  const mine = and(
    eq(members.userId, userId),
    eq(members.followed, followed),
    after === null ? undefined : gt(projects.slugKey, after.toLowerCase()),
  )
  const [rows, pipelineRows, workflowRows, buildRows] = await db.batch([
    selectProjects(db, mine),
    selectPipelines(db, mine),
    selectWorkflows(db, mine),
    selectBuilds(db, mine),
  ])
  const shown = rows.slice(0, PAGE_LENGTH)
  const workflowsOf = Map.groupBy(workflowRows, (workflow) => workflow.pipelineId)
  const buildsOf = Map.groupBy(buildRows, (build) => build.pipelineId)
  const pipelinesOf = Map.groupBy(pipelineRows, (pipeline) => pipeline.projectId)
  return {
    projects: shown.map(({ role, slugKey, ...project }) => ({
      project,
      role,
      pipelines: (pipelinesOf.get(project.id) ?? []).map(({ id, projectId, ...pipeline }) => ({
        ...pipeline,
        workflows: (workflowsOf.get(id) ?? []).map(({ pipelineId, ...workflow }) => workflow),
        builds: (buildsOf.get(id) ?? []).map(({ pipelineId, ...build }) => build),
      })),
    })),
    after: rows.length > PAGE_LENGTH ? (shown.at(-1)?.slugKey ?? null) : null,
  }
}

/** How many projects a person belongs to without following them. */
export async function countUnfollowed(db: Db, userId: string): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(*)` })
    .from(members)
    .where(and(eq(members.userId, userId), eq(members.followed, false)))
  return row?.count ?? 0
}

function selectProjects(db: Db, mine: SQL | undefined) {
  return db
    .select({ ...projectColumns(), slugKey: projects.slugKey, role: members.role })
    .from(members)
    .innerJoin(projects, eq(projects.id, members.projectId))
    .where(mine)
    .orderBy(asc(projects.slugKey))
    .limit(PAGE_LENGTH + 1)
}

/** (id, default branch) of the page's projects. */
function pageOf(mine: SQL | undefined): SQL {
  return sql`(select ${projects.id} as id, ${projects.defaultBranch} as branch from ${members}
    inner join ${projects} on ${projects.id} = ${members.projectId}
    where ${mine} order by ${asc(projects.slugKey)} limit ${PAGE_LENGTH}) as page_subquery`
}

/** The newest pipelines of each project's default branch: a fixed number of rows, however old the project. */
function onDefaultBranch(): SQL {
  return sql`${pipelines.id} in (select newest.id from pipelines as newest
    where newest.project_id = page_subquery.id and newest.branch = page_subquery.branch
    order by newest.began_at desc, newest.ci_number desc, newest.number desc limit ${TREND_PIPELINES})`
}

function selectPipelines(db: Db, mine: SQL | undefined) {
  const { id, projectId, number, revision, subject, createdAt } = pipelines
  return db
    .select({ id, projectId, number, revision, subject, createdAt })
    .from(pageOf(mine))
    .innerJoin(pipelines, onDefaultBranch())
    .orderBy(desc(pipelines.beganAt), desc(pipelines.ciNumber), desc(pipelines.number))
}

function selectWorkflows(db: Db, mine: SQL | undefined) {
  const { id, name, pipelineId } = workflows
  return db
    .select({ id, name, pipelineId, ...attemptColumns(), pipelineNumber: pipelines.number })
    .from(pageOf(mine))
    .innerJoin(pipelines, onDefaultBranch())
    .innerJoin(workflows, eq(workflows.pipelineId, pipelines.id))
}

function selectBuilds(db: Db, mine: SQL | undefined) {
  const { num, startedAt, stoppedAt, pipelineId } = builds
  return db
    .select({ num, ...partColumns(), startedAt, stoppedAt, pipelineId })
    .from(pageOf(mine))
    .innerJoin(pipelines, onDefaultBranch())
    .innerJoin(builds, eq(builds.pipelineId, pipelines.id))
    .orderBy(asc(builds.num))
}
