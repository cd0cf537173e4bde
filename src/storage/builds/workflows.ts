import { and, asc, desc, eq, gt, lt, or, type SQL, sql } from 'drizzle-orm'
import { isOver, type Person, type ReportedStatus } from '../../domain/builds/build.ts'
import { notReplaced } from '../../domain/builds/pipeline-status.ts'
import { WORKFLOW_IS_OVER, type WorkflowStatus, workflowStatusFor } from '../../domain/builds/workflow-status.ts'
import type { Place } from '../projects/place-memory.ts'
import { placeColumns, placeOf } from '../projects/project-columns.ts'
import { aliased } from '../schema/columns.ts'
import { builds, pipelines, projects, workflows } from '../schema/schema.ts'
import type { Db } from '../stores.ts'
import { ofBranch, openBranchNames, type WhichBranch } from './branches/open-branches.ts'

/** A workflow as v2 shows it. Times are epoch milliseconds. */
export type WorkflowRow = {
  readonly id: string
  readonly name: string
  /** When its first report arrived: the order of lists. */
  readonly createdAt: number
  /** When it began by the times that the CI reported, which may be earlier. */
  readonly beganAt: number
  readonly status: WorkflowStatus
  readonly startedAt: number | null
  readonly stoppedAt: number | null
  readonly pipeline: {
    readonly id: string
    readonly number: number
    readonly branch: string | null
    readonly tag: string | null
    readonly actor: Person | null
  }
}

export type WorkflowKey = { readonly createdAt: number; readonly id: string }

/** The workflows of a pipeline, newest first, those after `after` in that order. */
export function listWorkflows(
  db: Db,
  pipelineId: string,
  after: WorkflowKey | null,
  limit: number,
): Promise<readonly WorkflowRow[]> {
  return readWorkflows(db, and(eq(workflows.pipelineId, pipelineId), beyond(after)), limit)
}

/** The runs of a project's workflows since that time, newest first; of one name and of some branches where these are given. */
export function listWorkflowRuns(
  db: Db,
  projectId: string,
  { name, branch, since }: { readonly name: string | null; readonly branch: WhichBranch; readonly since: number },
  { after, limit }: { readonly after: WorkflowKey | null; readonly limit: number },
): Promise<readonly WorkflowRow[]> {
  const which = and(
    eq(workflows.projectId, projectId),
    sql`${workflows.createdAt} >= ${since}`,
    name === null ? undefined : eq(workflows.name, name),
    ofBranch(branch, {
      one: (only) => eq(pipelines.branch, only),
      some: (patterns) => sql`${pipelines.branch} in ${openBranchNames(projectId, patterns)}`,
    }),
    beyond(after),
  )
  return readWorkflows(db, which, limit)
}

export async function findWorkflow(db: Db, projectId: string, workflowId: string): Promise<WorkflowRow | null> {
  const which = and(eq(workflows.projectId, projectId), eq(workflows.id, workflowId))
  return (await readWorkflows(db, which, 1))[0] ?? null
}

/** Which project a workflow belongs to: for URLs that name nothing else. */
export async function findProjectOfWorkflow(db: Db, workflowId: string): Promise<Place | null> {
  const [row] = await db
    .select(placeColumns())
    .from(workflows)
    .innerJoin(projects, eq(projects.id, workflows.projectId))
    .where(eq(workflows.id, workflowId))
    .limit(1)
  return row ? placeOf(row) : null
}

export type JobRow = {
  readonly id: string
  readonly num: number
  readonly jobName: string
  readonly status: ReportedStatus
  readonly queuedAt: number | null
  readonly startedAt: number | null
  readonly stoppedAt: number | null
  readonly createdAt: number
}

/** The jobs of a workflow that no later attempt replaces, by number: those with a number over `after`. */
export async function listJobs(
  db: Db,
  workflowId: string,
  after: number | null,
  limit: number,
): Promise<readonly JobRow[]> {
  return notReplaced(await jobsQuery(db, workflowId), () => '')
    .filter((job) => after === null || job.num > after)
    .slice(0, limit)
}

export function jobsQuery(db: Db, workflowId: string) {
  const { id, num, jobName, attempt, status, queuedAt, startedAt, stoppedAt, createdAt } = builds
  return db
    .select({ id, num, jobName, attempt, status, queuedAt, startedAt, stoppedAt, createdAt })
    .from(builds)
    .where(eq(builds.workflowId, workflowId))
    .orderBy(asc(builds.num))
}

/** The attempt number for running a workflow again: one more than the highest so far. */
export async function findNextAttempt(db: Db, workflowId: string): Promise<number> {
  const own = db
    .select({ pipelineId: workflows.pipelineId, attemptOf: workflows.attemptOf })
    .from(workflows)
    .where(eq(workflows.id, workflowId))
  const [row] = await db
    .select({ last: sql<number | null>`max(max(${workflows.attempt}, coalesce(${builds.attempt}, 0)))` })
    .from(workflows)
    .leftJoin(builds, eq(builds.workflowId, workflows.id))
    .where(sql`(${workflows.pipelineId}, ${workflows.attemptOf}) = ${own}`)
  return (row?.last ?? 0) + 1
}

function beyond(after: WorkflowKey | null): SQL | undefined {
  if (after === null) return undefined
  const older = lt(workflows.createdAt, after.createdAt)
  return or(older, and(eq(workflows.createdAt, after.createdAt), gt(workflows.id, after.id)))
}

async function readWorkflows(db: Db, which: SQL | undefined, limit: number): Promise<readonly WorkflowRow[]> {
  const [rows, jobs] = await db.batch([workflowsQuery(db, which, limit), jobsOfWorkflowsQuery(db, which, limit)])
  return workflowRowsOf(rows, jobs)
}

/** The workflows of `workflowsQuery`, with the jobs of `jobsOfWorkflowsQuery`. */
export function workflowRowsOf(
  rows: Awaited<ReturnType<typeof workflowsQuery>>,
  jobs: Awaited<ReturnType<typeof jobsOfWorkflowsQuery>>,
): readonly WorkflowRow[] {
  const byWorkflow = Map.groupBy(jobs, (job) => job.workflowId)
  return rows.map(({ attempt, ...row }) => {
    const own = byWorkflow.get(row.id) ?? []
    const status = workflowStatusFor({ id: row.id, ...attempt }, own)
    const started = own.flatMap((job) => job.startedAt ?? [])
    const queued = own.flatMap((job) => job.queuedAt ?? [])
    const stopped = own.flatMap((job) => job.stoppedAt ?? [])
    const { reportedStatus, reportedAt, beganAt } = attempt
    if (reportedStatus !== null && reportedAt !== null && isOver(reportedStatus)) stopped.push(reportedAt)
    return {
      ...row,
      status,
      beganAt: Math.min(row.createdAt, ...(beganAt === null ? [] : [beganAt]), ...queued, ...started),
      startedAt: started.length > 0 ? Math.min(...started) : null,
      stoppedAt: WORKFLOW_IS_OVER[status] && stopped.length > 0 ? Math.max(...stopped) : null,
    }
  })
}

export function workflowsQuery(db: Db, which: SQL | undefined, limit: number) {
  const { id, number, branch, tag, actor } = pipelines
  return db
    .select({
      id: workflows.id,
      name: workflows.name,
      createdAt: workflows.createdAt,
      attempt: attemptColumns(),
      pipeline: aliased('pipeline', { id, number, branch, tag, actor }),
    })
    .from(workflows)
    .innerJoin(pipelines, eq(pipelines.id, workflows.pipelineId))
    .where(which)
    .orderBy(desc(workflows.createdAt), asc(workflows.id))
    .limit(limit)
}

/** A workflow as one attempt, with the status that the CI last reported of it as a whole. */
export function attemptColumns() {
  const { attemptOf, attempt, reportedStatus, reportedAt, beganAt } = workflows
  return { attemptOf, attempt, reportedStatus: reportedStatus, reportedAt: reportedAt, beganAt }
}

/** The columns of a build's part in its pipeline's result. */
export function partColumns() {
  const { workflowId, jobName, attempt, status, eventAt } = builds
  return { workflowId, jobName, attempt, status, eventAt }
}

/** The parts of pipelines, from their workflows joined with the builds that each has. */
export function partsOf<W extends { readonly id: string }, B>(
  rows: readonly { readonly workflow: W; readonly build: B | null }[],
): { readonly workflows: readonly W[]; readonly builds: readonly B[] } {
  const workflowOf = new Map(rows.map(({ workflow }) => [workflow.id, workflow]))
  return { workflows: [...workflowOf.values()], builds: rows.flatMap(({ build }) => build ?? []) }
}

export function jobsOfWorkflowsQuery(db: Db, which: SQL | undefined, limit: number) {
  const { queuedAt, startedAt, stoppedAt } = builds
  const shown = db
    .select({ id: workflows.id })
    .from(workflows)
    .innerJoin(pipelines, eq(pipelines.id, workflows.pipelineId))
    .where(which)
    .orderBy(desc(workflows.createdAt), asc(workflows.id))
    .limit(limit)
  return db
    .select({ ...partColumns(), queuedAt, startedAt, stoppedAt })
    .from(builds)
    .where(sql`${builds.workflowId} in (${shown})`)
}
