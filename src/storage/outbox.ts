import { and, asc, desc, eq, gt, lt, type SQL, sql } from 'drizzle-orm'
import type { OutboxEvent } from '../domain/dispatch-target.ts'
import type { OutboxEntry, OutboxParams } from '../domain/outbox.ts'
import { builds, workflows } from './schema.ts'
import { listeners, outbox } from './schema-outbox.ts'
import { type Db, rawStatement, type Stores } from './stores.ts'

/** What an attempt ended with. */
export type Attempt =
  | { readonly state: 'delivered'; readonly responseStatus: number; readonly remoteId: string | null }
  | { readonly state: 'pending' | 'failed'; readonly responseStatus: number | null; readonly problem: string }
  | { readonly state: 'dropped'; readonly problem: string }

/** The statement that queues a message to the project's dispatch target, for the batch of what it is about. */
export function dispatchStatement(
  db: Db,
  { event, build, params, at }: { event: OutboxEvent; build: SQL; params: OutboxParams; at: number },
) {
  return rawStatement(
    db,
    sql`insert into ${outbox} (id, project_id, build_id, workflow_id, event, params, state, created_at)
      select ${crypto.randomUUID()}, project_id, id, workflow_id, ${event}, ${JSON.stringify(params)}, 'pending', ${at}
      from ${builds} where ${build} limit 1 returning id`,
  )
}

/** The statement that queues a message to each listener of a build that is over, once for each status that it ends with. */
export function tellListenersStatement(db: Db, build: SQL, at: number) {
  return rawStatement(
    db,
    sql`insert into ${outbox} (id, project_id, build_id, workflow_id, listener_id, event, told, state, created_at)
      select lower(hex(randomblob(16))), ${builds.projectId}, ${builds.id}, ${builds.workflowId}, ${listeners.id}, 'build.finished',
        ${builds.status}, 'pending', ${at}
      from ${builds} join ${listeners} on ${listeners.projectId} = ${builds.projectId} where ${build} and ${builds.stage} = 2
      on conflict (listener_id, build_id, told) do nothing returning id`,
  )
}

/**
 * The statement that queues a message to each listener of a workflow that the CI ended as a whole: once for each status
 * that it ends with, where that is a failure, or where the failure of an attempt at the same was told before.
 */
export function tellListenersOfWorkflowStatement(db: Db, workflow: SQL, at: number) {
  const failedBefore = sql`select 1 from ${outbox} as told join ${workflows} as other on other.id = told.workflow_id
    where told.listener_id = ${listeners.id} and told.event = 'workflow.finished'
      and other.pipeline_id = ${workflows.pipelineId} and other.attempt_of = ${workflows.attemptOf}`
  return rawStatement(
    db,
    sql`insert into ${outbox} (id, project_id, workflow_id, listener_id, event, told, state, created_at)
      select lower(hex(randomblob(16))), ${workflows.projectId}, ${workflows.id}, ${listeners.id}, 'workflow.finished',
        ${workflows.toldStatus}, 'pending', ${at}
      from ${workflows} join ${listeners} on ${listeners.projectId} = ${workflows.projectId}
      where ${workflow} and ${workflows.toldClass} in ('red', 'green', 'stopped')
        and (${workflows.toldClass} = 'red' or ${workflows.toldStatus} = 'infrastructure_fail' or exists (${failedBefore}))
      on conflict do nothing returning id`,
  )
}

/** The ids that such a statement made, as a batch gives its result. */
export function queuedIdsOf(result: unknown): string[] {
  const { results } = result as D1Result<{ id: string }>
  return results.map((row) => row.id)
}

/** Hands messages to the queue. A failure leaves them pending for the daily task: the rows are the truth. */
export async function enqueue(stores: Pick<Stores, 'queue' | 'warn'>, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await stores.queue.sendBatch(ids.map((id) => ({ body: { id } }))).catch((error) => stores.warn('queue_failed', error))
}

export async function findOutboxRow(db: Db, id: string) {
  const [row] = await db.select().from(outbox).where(eq(outbox.id, id)).limit(1)
  return row ?? null
}

export type OutboxRow = NonNullable<Awaited<ReturnType<typeof findOutboxRow>>>

/** How the last start of a workflow stands: whether it was sent, and what its target calls it; null if not ours. */
export async function findStart(
  db: Db,
  workflowId: string,
): Promise<{ readonly state: string; readonly remoteId: string | null } | null> {
  const [row] = await db
    .select({ state: outbox.state, remoteId: outbox.remoteId })
    .from(outbox)
    .where(
      and(
        eq(outbox.workflowId, workflowId),
        sql`${outbox.event} in ('pipeline.trigger', 'build.retry', 'workflow.rerun')`,
      ),
    )
    .orderBy(desc(outbox.createdAt))
    .limit(1)
  return row ?? null
}

/** Writes down how an attempt ended. */
export async function recordAttempt(db: Db, id: string, attempt: Attempt, now: number): Promise<void> {
  const isAttempt = attempt.state !== 'dropped'
  await db
    .update(outbox)
    .set({
      state: attempt.state,
      problem: 'problem' in attempt ? attempt.problem : null,
      responseStatus: 'responseStatus' in attempt ? attempt.responseStatus : null,
      ...('remoteId' in attempt ? { remoteId: attempt.remoteId } : {}),
      ...(isAttempt ? { attempts: sql`${outbox.attempts} + 1`, lastAttemptAt: now } : {}),
    })
    .where(eq(outbox.id, id))
}

const MAX_SHOWN = 50

/** The newest messages of a project. */
export function listOutbox(db: Db, projectId: string): Promise<OutboxEntry[]> {
  return outboxQuery(db, projectId)
}

export function outboxQuery(db: Db, projectId: string) {
  const { id, event, state, attempts, responseStatus, problem, remoteId, createdAt, lastAttemptAt } = outbox
  const receiver = sql<string>`coalesce(${listeners.config} ->> '$.kind', 'dispatch-target')`
  return db
    .select({
      id,
      event,
      receiver,
      state,
      attempts,
      responseStatus,
      problem,
      remoteId,
      buildNum: builds.num,
      createdAt,
      lastAttemptAt,
    })
    .from(outbox)
    .leftJoin(builds, eq(builds.id, outbox.buildId))
    .leftJoin(listeners, eq(listeners.id, outbox.listenerId))
    .where(eq(outbox.projectId, projectId))
    .orderBy(desc(createdAt), desc(id))
    .limit(MAX_SHOWN)
}

const REQUEUED = 100

/**
 * Hands a hundred messages to the queue again that have waited longer than any back-off, since the queue lost them: those
 * after the one with id `after`.
 */
export async function requeueForgotten(
  stores: Pick<Stores, 'db' | 'queue' | 'warn'>,
  before: number,
  after: string | null,
): Promise<{ readonly isDone: boolean; readonly after: string }> {
  const forgotten = await stores.db
    .select({ id: outbox.id })
    .from(outbox)
    .where(
      and(
        sql`${outbox.state} = 'pending'`,
        lt(outbox.createdAt, before),
        sql`coalesce(${outbox.lastAttemptAt}, 0) < ${before}`,
        gt(outbox.id, after ?? ''),
      ),
    )
    .orderBy(asc(outbox.id))
    .limit(REQUEUED)
  const ids = forgotten.map((row) => row.id)
  await enqueue(stores, ids)
  return { isDone: ids.length < REQUEUED, after: ids.at(-1) ?? '' }
}
