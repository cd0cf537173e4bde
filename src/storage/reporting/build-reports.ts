import { eq, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { githubRunPrefix, isJenkinsRun } from '../../domain/builds/attempt.ts'
import { type Build, type BuildEvent, type BuildReport, isOver } from '../../domain/builds/build.ts'
import type { RunReport } from '../../domain/reporting/webhook-reading.ts'
import { buildOf, selectBuild } from '../builds/builds.ts'
import { askCheckStatement, askWorkflowCheckStatement } from '../notices/checks.ts'
import {
  queuedOf,
  tellListenersOfStartStatement,
  tellListenersOfUnendedStatement,
  tellListenersOfWorkflowStatement,
  tellListenersStatement,
} from '../notices/outbox.ts'
import { builds } from '../schema/schema.ts'
import type { Db, OutboxMessage, Stores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'
import { moveToForkStatements, ownBranchOf } from './fork-runs.ts'
import { sortHeadUnknownStatement } from './head-unknown.ts'
import {
  earlierBeginStatement,
  orderJenkinsStatements,
  orderPipelineStatement,
  sortHeadUnknownStatements,
} from './pipeline-order.ts'
import { gitlabRootStatements, moveToCommitStatements } from './placing.ts'
import { reportStatements } from './report-statements.ts'
import { updateStatement } from './upsert-build.ts'
import { countPipeline, upsertPipeline } from './upsert-pipeline.ts'
import { upsertWorkflow, whichWorkflow } from './upsert-workflow.ts'

export type Reported =
  | { readonly kind: 'created' | 'updated'; readonly build: Build }
  /** A build with this external id belongs to another pipeline. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'no_project' }

/** Stores reports of builds in one transaction; gives what became of each, and the messages to be sent. */
export async function storeReports(
  stores: Stores,
  projectId: string,
  reports: readonly BuildReport[],
  actor: Actor,
): Promise<{ readonly reported: readonly Reported[]; readonly messages: readonly OutboxMessage[] }> {
  const { db } = stores
  const now = stores.now()
  const prepared = reports.map((report) => {
    const ids = { pipelineId: crypto.randomUUID(), buildId: crypto.randomUUID() }
    const which = sql`${eq(builds.projectId, projectId)} and ${eq(builds.externalId, report.externalId)}`
    const writes = [
      ...moveToCommitStatements(db, projectId, report),
      ...reportStatements(db, projectId, report, { ...ids, now }),
      ...moveToForkStatements(db, projectId, report),
      ...gitlabRootStatements(db, projectId, report),
      ...(isJenkinsRun(report.workflow.externalId) ? orderJenkinsStatements(db, projectId, report, now) : []),
    ]
    return {
      report,
      ...ids,
      writes,
      read: selectBuild(db, which),
      toListeners: listenerStatements(db, which, report, now),
    }
  })
  const statements = prepared.flatMap(({ writes, read, toListeners }) => [...writes, read, ...toListeners])
  const sorting = sortHeadUnknownStatements(db, projectId, reports)
  const results: unknown[] = await commit(stores, actor, [...statements, ...sorting])
  const queued: OutboxMessage[] = []
  const reported = prepared.map(({ report, buildId, writes, toListeners }): Reported => {
    const [rows, ...messages] = results.splice(0, writes.length + 1 + toListeners.length).slice(writes.length)
    // The rows of `selectBuild`.
    const [row] = rows as Parameters<typeof buildOf>[0][]
    if (!row) return { kind: 'no_project' }
    const build = buildOf(row)
    if (build.pipeline.externalId !== report.pipeline.externalId) return { kind: 'elsewhere' }
    queued.push(...messages.flatMap(queuedOf))
    return { kind: build.id === buildId ? 'created' : 'updated', build }
  })
  return { reported, messages: queued }
}

/** Stores a report of a run as a whole in one transaction; gives the messages to be sent. */
export async function storeRun(
  stores: Stores,
  projectId: string,
  run: RunReport,
  actor: Actor,
): Promise<readonly OutboxMessage[]> {
  const { db } = stores
  const now = stores.now()
  const pipelineId = crypto.randomUUID()
  const writes = [
    ...moveToCommitStatements(db, projectId, run),
    upsertPipeline(db, projectId, run, { id: pipelineId, now, condition: sql`1` }),
    countPipeline(db, projectId, pipelineId),
    upsertWorkflow(db, projectId, run, { now, condition: sql`1` }),
    ...(ownBranchOf(run) === null ? [] : moveToForkStatements(db, projectId, run)),
    ...(run.runStatus && githubRunPrefix(run.workflow.externalId)
      ? [orderPipelineStatement(db, projectId, run, now)]
      : []),
    ...gitlabRootStatements(db, projectId, run),
    ...sortHeadUnknownStatements(db, projectId, [run]),
  ]
  const which = whichWorkflow(projectId, run)
  const toListeners =
    run.runStatus && isOver(run.runStatus.status)
      ? [
          tellListenersOfWorkflowStatement(db, which, now),
          tellListenersOfUnendedStatement(db, which, now),
          askWorkflowCheckStatement(db, which, now),
        ]
      : []
  const results: unknown[] = await commit(stores, actor, [...writes, ...toListeners])
  return results.slice(writes.length).flatMap(queuedOf)
}

/** Adds an event to a known build in one transaction; gives the build as it is then, null when there is none. */
export async function storeEvent(
  stores: Stores,
  projectId: string,
  { num, event }: { readonly num: number; readonly event: BuildEvent },
  actor: Actor,
): Promise<{ readonly build: Build; readonly messages: readonly OutboxMessage[] } | null> {
  const { db } = stores
  const which = sql`${eq(builds.projectId, projectId)} and ${eq(builds.num, num)}`
  const [, , , [row], ...messages] = await commit(stores, actor, [
    updateStatement(db, which, event, stores.now()),
    earlierBeginStatement(db, which, event),
    sortHeadUnknownStatement(db, projectId, sql`(select ${builds.branch} from ${builds} where ${which})`),
    selectBuild(db, which),
    ...listenerStatements(db, which, event, stores.now()),
  ])
  return row ? { build: buildOf(row), messages: messages.flatMap(queuedOf) } : null
}

/** The messages that a build has ended, which only an event with a status that is over can do, or started. */
function listenerStatements(db: Db, which: SQL, event: BuildEvent, now: number) {
  return isOver(event.status)
    ? [tellListenersStatement(db, which, now), askCheckStatement(db, which, now)]
    : [tellListenersOfStartStatement(db, which, now)]
}
