import { and, asc, eq, inArray, lt, type SQL, sql } from 'drizzle-orm'
import type { Person } from '../../domain/builds/build.ts'
import type { Project } from '../../domain/project.ts'
import { projectColumns } from '../projects/project-columns.ts'
import { builds, pipelines, projects, workflows } from '../schema/schema.ts'
import { noticeChecks } from '../schema/schema-notices.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { enqueue } from './outbox.ts'

// What ended is looked at a moment later, by a message of the queue: the row is the truth, and is written together with the end.

/** A message that is as old as this must have been lost. */
const LOST_MS = 60_000

/** The statement that asks for a look at the pipeline of builds that are over. It returns where a message has to be sent. */
export function askCheckStatement(db: Db, build: SQL, at: number) {
  return askStatement(db, sql`select distinct pipeline_id, ${at} from ${builds} where ${build} and stage = 2`, at)
}

/** The same, for one build. */
export function askBuildCheckStatement(db: Db, buildId: string, at: number) {
  return askCheckStatement(db, eq(builds.id, buildId), at)
}

/** The same, for the pipeline of a workflow that the CI reported as ended. */
export function askWorkflowCheckStatement(db: Db, workflow: SQL, at: number) {
  const ended = sql`${workflows.reportedClass} in ('red', 'green', 'stopped')`
  return askStatement(db, sql`select pipeline_id, ${at} from ${workflows} where ${workflow} and ${ended}`, at)
}

function askStatement(db: Db, of: SQL, at: number) {
  return rawStatement(
    db,
    sql`insert into ${noticeChecks} (pipeline_id, since) ${of} on conflict (pipeline_id) do update set asks = ${noticeChecks.asks} + 1
      returning case when since >= ${at} or since < ${at - LOST_MS} then pipeline_id end as pipeline`,
  )
}

export type Check = {
  readonly asks: number
  readonly project: Project
  readonly pipeline: {
    readonly id: string
    readonly number: number
    readonly branch: string | null
    readonly actor: Person | null
    readonly author: Person | null
  }
}

/** What is to be looked at; null where it was. */
export async function findCheck(db: Db, pipelineId: string): Promise<Check | null> {
  const { id, number, branch, actor, author } = pipelines
  const [row] = await db
    .select({ asks: noticeChecks.asks, project: projectColumns(), pipeline: { id, number, branch, actor, author } })
    .from(noticeChecks)
    .innerJoin(pipelines, eq(pipelines.id, noticeChecks.pipelineId))
    .innerJoin(projects, eq(projects.id, pipelines.projectId))
    .where(eq(noticeChecks.pipelineId, pipelineId))
    .limit(1)
  return row ?? null
}

/** Notes that a pipeline was looked at; false where something ended meanwhile. */
export async function endCheck(db: Db, pipelineId: string, asks: number): Promise<boolean> {
  const rows = await db
    .delete(noticeChecks)
    .where(and(eq(noticeChecks.pipelineId, pipelineId), eq(noticeChecks.asks, asks)))
    .returning({ id: noticeChecks.pipelineId })
  return rows.length > 0
}

const REQUEUED = 100

/** Asks again for looks that were asked for before then, as their messages must have been lost; whether more may be left. */
export async function askForgottenChecks(
  stores: Pick<Stores, 'db' | 'queue' | 'warn' | 'now'>,
  before: number,
  most = REQUEUED,
): Promise<boolean> {
  const rows = await stores.db
    .update(noticeChecks)
    .set({ since: stores.now() })
    .where(
      inArray(
        noticeChecks.pipelineId,
        stores.db
          .select({ id: noticeChecks.pipelineId })
          .from(noticeChecks)
          .where(lt(noticeChecks.since, before))
          .orderBy(asc(noticeChecks.since))
          .limit(most),
      ),
    )
    .returning({ pipeline: noticeChecks.pipelineId })
  await enqueue(stores, rows)
  return rows.length === most
}
