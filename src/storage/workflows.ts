import { and, asc, desc, eq, gt, lt, or, type SQL, sql } from 'drizzle-orm'
import type { Person, ReportedStatus } from '../domain/build.ts'
import type { Slug } from '../domain/project.ts'
import { WORKFLOW_IS_OVER, type WorkflowStatus, workflowStatusFor } from '../domain/workflow-status.ts'
import { aliased } from './columns.ts'
import { builds, pipelines, projects, workflows } from './schema.ts'
import type { Db } from './stores.ts'

/** A workflow as v2 shows it. Times are epoch milliseconds. */
export type WorkflowRow = {
  readonly id: string
  readonly name: string
  /** When we first heard of it: the order of lists. */
  readonly createdAt: number
  /** When it began by its own account, which may be earlier. */
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

/** The runs of a project's workflows since then, newest first: of one name and of one branch where they are given. */
export function listWorkflowRuns(
  db: Db,
  projectId: string,
  { name, branch, since }: { readonly name: string | null; readonly branch: string | null; readonly since: number },
  after: WorkflowKey | null,
  limit: number,
): Promise<readonly WorkflowRow[]> {
  const which = and(
    eq(workflows.projectId, projectId),
    sql`${workflows.createdAt} >= ${since}`,
    name === null ? undefined : eq(workflows.name, name),
    branch === null ? undefined : eq(pipelines.branch, branch),
    beyond(after),
  )
  return readWorkflows(db, which, limit)
}

export async function findWorkflow(db: Db, projectId: string, workflowId: string): Promise<WorkflowRow | null> {
  const which = and(eq(workflows.projectId, projectId), eq(workflows.id, workflowId))
  return (await readWorkflows(db, which, 1))[0] ?? null
}

/** Which project a workflow belongs to: for URLs that name nothing else. */
export async function findProjectOfWorkflow(db: Db, workflowId: string): Promise<Slug | null> {
  const { vcs, org, repo } = projects
  const [row] = await db
    .select({ vcs, org, repo })
    .from(workflows)
    .innerJoin(projects, eq(projects.id, workflows.projectId))
    .where(eq(workflows.id, workflowId))
    .limit(1)
  return row ?? null
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

/** The jobs of a workflow by number, those over `after`; of a job that ran again the newest run. */
export function listJobs(db: Db, workflowId: string, after: number | null, limit: number): Promise<JobRow[]> {
  return jobsQuery(db, workflowId, after, limit)
}

export function jobsQuery(db: Db, workflowId: string, after: number | null, limit: number) {
  const { id, num, jobName, status, queuedAt, startedAt, stoppedAt, createdAt } = builds
  const isNewestRun = sql`not exists (select 1 from ${builds} as newer where newer.workflow_id = ${builds.workflowId}
    and newer.job_name = ${builds.jobName} and newer.build_num > ${builds.num})`
  return db
    .select({ id, num, jobName, status, queuedAt, startedAt, stoppedAt, createdAt })
    .from(builds)
    .where(and(eq(builds.workflowId, workflowId), after === null ? undefined : gt(builds.num, after), isNewestRun))
    .orderBy(asc(builds.num))
    .limit(limit)
}

function beyond(after: WorkflowKey | null): SQL | undefined {
  if (after === null) return undefined
  const older = lt(workflows.createdAt, after.createdAt)
  return or(older, and(eq(workflows.createdAt, after.createdAt), gt(workflows.id, after.id)))
}

async function readWorkflows(db: Db, which: SQL | undefined, limit: number): Promise<readonly WorkflowRow[]> {
  const [rows, jobs] = await db.batch([workflowsQuery(db, which, limit), jobsOfWorkflowsQuery(db, which, limit)])
  const byWorkflow = Map.groupBy(jobs, (job) => job.workflowId)
  return rows.map((row) => {
    const own = byWorkflow.get(row.id) ?? []
    const status = workflowStatusFor(own)
    const started = own.flatMap((job) => job.startedAt ?? [])
    const stopped = own.flatMap((job) => job.stoppedAt ?? [])
    const queued = own.flatMap((job) => job.queuedAt ?? [])
    return {
      ...row,
      status,
      beganAt: Math.min(row.createdAt, ...queued, ...started),
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
      pipeline: aliased('pipeline', { id, number, branch, tag, actor }),
    })
    .from(workflows)
    .innerJoin(pipelines, eq(pipelines.id, workflows.pipelineId))
    .where(which)
    .orderBy(desc(workflows.createdAt), asc(workflows.id))
    .limit(limit)
}

export function jobsOfWorkflowsQuery(db: Db, which: SQL | undefined, limit: number) {
  const { workflowId, num, jobName, status, queuedAt, startedAt, stoppedAt } = builds
  const shown = db
    .select({ id: workflows.id })
    .from(workflows)
    .innerJoin(pipelines, eq(pipelines.id, workflows.pipelineId))
    .where(which)
    .orderBy(desc(workflows.createdAt), asc(workflows.id))
    .limit(limit)
  return db
    .select({ workflowId, num, jobName, status, queuedAt, startedAt, stoppedAt })
    .from(builds)
    .where(sql`${builds.workflowId} in (${shown})`)
}
