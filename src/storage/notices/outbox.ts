import { and, asc, desc, eq, gt, lt, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { UNKNOWN_REVISION } from '../../domain/builds/build.ts'
import type { OutboxEvent } from '../../domain/notices/dispatch-target.ts'
import {
  BACK_OFF_SECONDS,
  LONGEST_NOTICE_WAIT_MS,
  type OutboxEntry,
  type OutboxParams,
  type StartedBy,
} from '../../domain/notices/outbox.ts'
import { builds, pipelines, workflows } from '../schema/schema.ts'
import { notices } from '../schema/schema-notices.ts'
import { dispatchTargets, listeners, outbox } from '../schema/schema-outbox.ts'
import { type Db, type OutboxMessage, rawStatement, type Stores } from '../stores.ts'
import { rightStands } from '../tokens/rights.ts'

/** The outcome of one attempt to send a message. */
export type SendAttempt =
  | { readonly state: 'delivered'; readonly responseStatus: number; readonly remoteId: string | null }
  | { readonly state: 'pending' | 'failed'; readonly responseStatus: number | null; readonly problem: string }

/** Why a message is not sent at all. */
export type Ended = { readonly state: 'dropped' | 'refused'; readonly problem: string }

/** The statement that queues a message to the project's dispatch target: for the batch that writes the build. */
export function dispatchStatement(
  db: Db,
  {
    event,
    build,
    params,
    at,
    actor,
  }: { event: OutboxEvent; build: SQL; params: OutboxParams; at: number; actor: Actor },
) {
  const { userId, tokenId, sessionId, right } = actor
  const asker: StartedBy = { userId, tokenId, sessionId, right }
  const target = sql`(select config from ${dispatchTargets} where ${dispatchTargets.projectId} = ${builds.projectId})`
  return rawStatement(
    db,
    sql`insert into ${outbox} (id, project_id, build_id, workflow_id, event, asker, target, params, state, created_at)
      select ${crypto.randomUUID()}, project_id, id, workflow_id, ${event}, ${JSON.stringify(asker)}, ${target}, ${JSON.stringify(params)}, 'pending', ${at}
      from ${builds} where ${build} limit 1 returning id`,
  )
}

/**
 * The statement that queues a message about an ended build to each listener, unless its status is the one that was
 * queued for that listener last.
 */
export function tellListenersStatement(db: Db, build: SQL, at: number) {
  return rawStatement(
    db,
    sql`${toListeners(at, FINISHED)}
      where ${build} and ${builds.stage} = 2 and ${builds.status} is not ${lastQueuedStatus(sql`last.build_id = ${builds.id}`)} returning id`,
  )
}

/**
 * The statement that queues a message to each listener again where tests of a red build came after its end: with what
 * failed it is another state.
 */
export function tellListenersOfTestsStatement(db: Db, buildId: string, at: number) {
  return rawStatement(
    db,
    sql`${toListeners(at, FINISHED)} where ${builds.id} = ${buildId} and ${builds.stage} = 2 and ${builds.class} = 'red' returning id`,
  )
}

/**
 * The statement that queues a message to each listener with commit statuses about a build that waits or runs, unless the last
 * one about that build said so. On GitHub both are pending. Where the commit is not known, there is nothing to say it of.
 */
export function tellListenersOfStartStatement(db: Db, build: SQL, at: number) {
  const told = sql`case when ${KIND} = 'gitlab-status' and ${builds.class} = 'blue' then 'running' else 'pending' end`
  return rawStatement(
    db,
    sql`${toListeners(at, { event: 'build.started', told })}
      where ${build} and ${builds.stage} < 2 and ${HAS_COMMIT_STATUSES} and ${pipelines.revision} <> ${UNKNOWN_REVISION}
        and ${told} is not ${lastQueuedStatus(sql`last.build_id = ${builds.id}`)} returning id`,
  )
}

/**
 * The statement that queues a message about each build of a workflow that ended while the build, as its commit status says,
 * did not: without its own report of an end it would be pending for ever.
 */
export function tellListenersOfUnendedStatement(db: Db, workflow: SQL, at: number) {
  const saidOpen = sql`${lastQueuedStatus(sql`last.build_id = ${builds.id}`)} in ('pending', 'running')`
  return rawStatement(
    db,
    sql`${toListeners(at, { event: 'build.finished', told: sql`'unended'` })}
      where ${workflow} and ${builds.stage} < 2 and ${HAS_COMMIT_STATUSES} and ${saidOpen} returning id`,
  )
}

const KIND = sql`${listeners.config} ->> '$.kind'`
const HAS_COMMIT_STATUSES = sql`${KIND} in ('github-status', 'gitlab-status')`
const FINISHED = { event: 'build.finished', told: sql`${builds.status}` } as const

function toListeners(at: number, { event, told }: { readonly event: OutboxEvent; readonly told: SQL }): SQL {
  const subject = subjectOf(sql`${builds.id}`, sql`${workflows.name}, ${builds.jobName}`)
  return sql`insert into ${outbox} (id, project_id, build_id, workflow_id, listener_id, subject, event, told, state, created_at)
      select lower(hex(randomblob(16))), ${builds.projectId}, ${builds.id}, ${builds.workflowId}, ${listeners.id}, ${subject}, ${event},
        ${told}, 'pending', ${at}
      from ${builds} join ${listeners} on ${listeners.projectId} = ${builds.projectId} and ${HEARS_OF_BUILDS}
      join ${workflows} on ${workflows.id} = ${builds.workflowId} join ${pipelines} on ${pipelines.id} = ${builds.pipelineId}`
}

/** Whether a listener is told of builds, and not of notices, and whether anything is sent to it. */
const HEARS_OF_BUILDS = sql.raw(`listeners.paused_at is null and listeners.config ->> '$.notices' is null`)

/** The status that was queued last for a listener. The rowid is the order of queueing. */
function lastQueuedStatus(which: SQL): SQL {
  return sql`(select last.told from ${outbox} as last where last.listener_id = ${listeners.id} and ${which}
    order by last.rowid desc limit 1)`
}

/** Messages with one subject replace each other: of commit statuses those for one name at a commit, else those for one id. */
function subjectOf(id: SQL, name: SQL): SQL {
  const commit = sql`case ${pipelines.revision} when ${UNKNOWN_REVISION} then ${pipelines.id} else ${pipelines.revision} end`
  return sql`case when ${HAS_COMMIT_STATUSES} then json_array(${commit}, ${name}) else ${id} end`
}

/**
 * The statement that queues a message about a workflow that the CI reported as ended to each listener: a failure, or any
 * end after a failure of the same workflow was queued; unless it is the status that was queued for that listener last.
 */
export function tellListenersOfWorkflowStatement(db: Db, workflow: SQL, at: number) {
  const failedBefore = sql`select 1 from ${outbox} as earlier join ${workflows} as other on other.id = earlier.workflow_id
    where earlier.listener_id = ${listeners.id} and earlier.event = 'workflow.finished'
      and other.pipeline_id = ${workflows.pipelineId} and other.attempt_of = ${workflows.attemptOf}`
  const subject = subjectOf(sql`${workflows.id}`, sql`${workflows.name}`)
  return rawStatement(
    db,
    sql`insert into ${outbox} (id, project_id, workflow_id, listener_id, subject, event, told, state, created_at)
      select lower(hex(randomblob(16))), ${workflows.projectId}, ${workflows.id}, ${listeners.id}, ${subject}, 'workflow.finished',
        ${workflows.reportedStatus}, 'pending', ${at}
      from ${workflows} join ${listeners} on ${listeners.projectId} = ${workflows.projectId} and ${HEARS_OF_BUILDS}
      join ${pipelines} on ${pipelines.id} = ${workflows.pipelineId}
      where ${workflow} and ${workflows.reportedClass} in ('red', 'green', 'stopped')
        and (${workflows.reportedClass} = 'red' or ${workflows.reportedStatus} = 'infrastructure_fail' or exists (${failedBefore}))
        and ${workflows.reportedStatus} is not ${lastQueuedStatus(sql`last.workflow_id = ${workflows.id} and last.build_id is null`)} returning id`,
  )
}

/** The messages that one of these statements, or one that asks for a look at a pipeline, wants sent, from its result in a batch. */
export function queuedOf(result: unknown): OutboxMessage[] {
  const { results } = result as D1Result<{ id: string } | { pipeline: string | null }>
  return results.flatMap((row): OutboxMessage[] => {
    if ('id' in row) return [{ id: row.id }]
    return row.pipeline === null ? [] : [{ pipeline: row.pipeline }]
  })
}

// As many as a queue takes in one call.
const MAX_A_CALL = 100
/** What ends within so short a time is looked at once. */
const CHECK_DELAY_SECONDS = 2

/** Hands messages to the queue. A failure leaves them for the daily task: the rows are the truth. */
export async function enqueue(
  stores: Pick<Stores, 'queue' | 'warn'>,
  messages: readonly OutboxMessage[],
): Promise<void> {
  const bodies = messages.map((body) => ('pipeline' in body ? { body, delaySeconds: CHECK_DELAY_SECONDS } : { body }))
  for (let from = 0; from < bodies.length; from += MAX_A_CALL)
    await stores.queue
      .sendBatch(bodies.slice(from, from + MAX_A_CALL))
      .catch((error) => stores.warn('queue_failed', error))
}

export async function findOutboxRow(db: Db, id: string) {
  const [row] = await db.select().from(outbox).where(eq(outbox.id, id)).limit(1)
  return row ?? null
}

export type OutboxRow = NonNullable<Awaited<ReturnType<typeof findOutboxRow>>>

/** A message about notices, to a channel or by mail. */
export type NoticeRow = OutboxRow & { readonly noticeId: string }
/** A message about builds. */
export type BuildMessage = OutboxRow & { readonly projectId: string; readonly workflowId: string }

export function isOfNotice(row: OutboxRow): row is NoticeRow {
  return row.noticeId !== null
}

/** A message that is of no notice: it has a project and a workflow. */
export function ofBuilds(row: OutboxRow): BuildMessage {
  const { projectId, workflowId } = row
  if (projectId === null || workflowId === null) throw new Error(`message ${row.id} is about nothing`)
  return { ...row, projectId, workflowId }
}

/** The last message that started a workflow, with the run's id at the target; null where none did. */
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

/** Longer than an attempt may take: a sender that holds a claim for so long has broken off. */
const CLAIM_MS = 30_000
/** How long to wait for another message with the same subject. */
const IN_TURN_MS = 5_000

export type Claim =
  | { readonly kind: 'claimed' }
  /** Another sender has it, or a message with the same subject is being sent. */
  | { readonly kind: 'busy'; readonly afterSeconds: number }
  | { readonly kind: 'ended'; readonly ended: Ended }
  /** It was sent or ended already, or its row is gone. */
  | { readonly kind: 'over' }

/**
 * Claims a message, which will send the status `sent`, for one sender and half a minute. It ends instead where whoever
 * asked for it may not any more. To a listener only the newest message with a subject is sent, one at a time, and none
 * that repeats the status that was delivered last.
 */
export async function claimMessage(db: Db, row: OutboxRow, sent: string | null, now: number): Promise<Claim> {
  const { id, listenerId, subject, asker } = row
  const ofSubject = sql`from ${outbox} as other where other.listener_id = ${listenerId} and other.subject = ${subject}`
  const mayAsk = listenerId !== null ? sql`1` : asker === null ? sql`0` : sql`(${rightStands(asker, now)})`
  const isOld = sql`exists (select 1 ${ofSubject} and other.rowid > ${outbox}.rowid)`
  const isRepeat = sql`coalesce((select other.state = 'delivered' and other.sent = ${sent} ${ofSubject} and other.sent is not null
    order by other.rowid desc limit 1), 0)`
  const isClaimed = sql`coalesce(${outbox.claimedUntil}, 0) > ${now}`
  const isInTurn = sql`not exists (select 1 ${ofSubject} and other.claimed_until > ${now})`
  const free = sql`${outbox.state} = 'pending' and ${mayAsk} and not ${isOld} and not ${isRepeat} and not (${isClaimed}) and ${isInTurn}`
  const [claimed, [found]] = await db.batch([
    db
      .update(outbox)
      .set({ claimedUntil: now + CLAIM_MS, sent })
      .where(and(eq(outbox.id, id), free))
      .returning({ id: outbox.id }),
    db
      .select({
        state: outbox.state,
        claimedUntil: outbox.claimedUntil,
        mayAsk: sql<number>`${mayAsk}`.as('may_ask'),
        isOld: sql<number>`${isOld}`.as('is_old'),
        isRepeat: sql<number>`${isRepeat}`.as('is_repeat'),
      })
      .from(outbox)
      .where(eq(outbox.id, id)),
  ])
  if (claimed.length > 0) return { kind: 'claimed' }
  if (found?.state !== 'pending') return { kind: 'over' }
  const claimedUntil = found.claimedUntil ?? 0
  if (claimedUntil > now) return { kind: 'busy', afterSeconds: Math.ceil((claimedUntil - now) / 1000) }
  if (!found.mayAsk)
    return { kind: 'ended', ended: { state: 'refused', problem: 'Whoever asked for it may not any more.' } }
  if (found.isOld) return { kind: 'ended', ended: { state: 'dropped', problem: 'A newer state is sent instead.' } }
  if (found.isRepeat)
    return { kind: 'ended', ended: { state: 'dropped', problem: 'This state was delivered last already.' } }
  return { kind: 'busy', afterSeconds: IN_TURN_MS / 1000 }
}

/** Stores the outcome of an attempt, also where the message was ended meanwhile. */
export async function recordAttempt(db: Db, id: string, attempt: SendAttempt, now: number): Promise<void> {
  const isOpen = attempt.state === 'delivered' ? sql`1` : sql`${outbox.state} = 'pending'`
  await db
    .update(outbox)
    .set({
      state: attempt.state,
      problem: 'problem' in attempt ? attempt.problem : null,
      responseStatus: attempt.responseStatus,
      ...('remoteId' in attempt ? { remoteId: attempt.remoteId } : {}),
      attempts: sql`${outbox.attempts} + 1`,
      lastAttemptAt: now,
      claimedUntil: null,
    })
    .where(and(eq(outbox.id, id), isOpen))
}

/** Ends a message that is not sent; false, and nothing changes, where it is being sent or was ended already. */
export async function endMessage(db: Db, id: string, { state, problem }: Ended, now: number): Promise<boolean> {
  const isFree = sql`${outbox.state} = 'pending' and coalesce(${outbox.claimedUntil}, 0) <= ${now}`
  const rows = await db
    .update(outbox)
    .set({ state, problem })
    .where(and(eq(outbox.id, id), isFree))
    .returning({ id: outbox.id })
  return rows.length > 0
}

export const MAX_LISTED_MESSAGES = 50

/** The newest messages of a project. */
export function listOutbox(db: Db, projectId: string): Promise<OutboxEntry[]> {
  return outboxQuery(db, projectId)
}

export function outboxQuery(db: Db, projectId: string) {
  const { id, event, state, attempts, responseStatus, problem, remoteId, createdAt, lastAttemptAt } = outbox
  const receiver = sql<
    OutboxEntry['receiver']
  >`coalesce(${listeners.config} ->> '$.kind', case when ${outbox.userId} is null then 'dispatch-target' else 'mail' end)`
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
      listenerId: outbox.listenerId,
      listener: listeners.config,
      notice: notices.kind,
      buildNum: builds.num,
      createdAt,
      lastAttemptAt,
    })
    .from(outbox)
    .leftJoin(builds, eq(builds.id, outbox.buildId))
    .leftJoin(listeners, eq(listeners.id, outbox.listenerId))
    .leftJoin(notices, eq(notices.id, outbox.noticeId))
    .where(eq(outbox.projectId, projectId))
    .orderBy(desc(createdAt), desc(id))
    .limit(MAX_LISTED_MESSAGES)
}

const REQUEUED = 100
const HOUR_MS = 3_600_000

/** The messages about builds that wait for a listener, as far as a hundred. */
export function listWaiting(db: Db, listenerId: string): Promise<{ id: string }[]> {
  return db
    .select({ id: outbox.id })
    .from(outbox)
    .where(and(eq(outbox.listenerId, listenerId), sql`${outbox.subject} is not null`, sql`${outbox.state} = 'pending'`))
    .limit(REQUEUED)
}

/** When a message that waits should have been brought by the queue. A limit ends within the hour, where it says when. */
const DUE_AT = sql.raw(`case when attempts = 0 then created_at else last_attempt_at + case
  when response_status in (403, 429) then ${HOUR_MS}
  when notice_id is not null then ${LONGEST_NOTICE_WAIT_MS}
  ${BACK_OFF_SECONDS.map((seconds, at) => `when attempts = ${at + 1} then ${seconds * 1000}`).join(' ')} else 0 end end`)

/**
 * Queues a hundred messages again that the queue must have lost, since they should have come before `before`: those with an id
 * after `after`. Of notices the one that is next for its receiver, since the others follow it. A refused message is among them
 * while builds that it should have started are still queued.
 */
export async function requeueForgotten(
  stores: Pick<Stores, 'db' | 'queue' | 'warn'>,
  before: number,
  after: string | null,
): Promise<{ readonly isDone: boolean; readonly after: string }> {
  const forgotten = await forgottenQuery(stores.db, before, after)
  const ids = forgotten.map((row) => row.id)
  await enqueue(
    stores,
    ids.map((id) => ({ id })),
  )
  return { isDone: ids.length < REQUEUED, after: ids.at(-1) ?? '' }
}

export function forgottenQuery(db: Db, before: number, after: string | null) {
  const open = sql`${outbox.state} in ('pending', 'refused')`
  // The rowid is the order of queueing.
  const next = sql`select id from (select id, min(rowid) from ${outbox} where state in ('pending', 'refused') and state = 'pending'
    and notice_id is not null and (sent is null or sent = id) group by coalesce(listener_id, user_id))`
  return db
    .select({ id: outbox.id })
    .from(outbox)
    .where(
      and(
        open,
        sql`(${outbox.state} = 'pending' or exists (select 1 from ${builds} as b where b.workflow_id = ${outbox.workflowId} and b.stage = 0))`,
        sql`(${outbox.noticeId} is null or ${outbox.id} in (${next}))`,
        lt(outbox.createdAt, before),
        sql`${DUE_AT} < ${before}`,
        gt(outbox.id, after ?? ''),
      ),
    )
    .orderBy(asc(outbox.id))
    .limit(REQUEUED)
}
