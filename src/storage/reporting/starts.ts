import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import type { Build, BuildReport } from '../../domain/builds/build.ts'
import type { OutboxEvent } from '../../domain/notices/dispatch-target.ts'
import type { OutboxParams } from '../../domain/notices/outbox.ts'
import { forgetBranchStatus } from '../builds/branches/branch-status.ts'
import { buildOf, selectBuild } from '../builds/builds.ts'
import { askCheckStatement } from '../notices/checks.ts'
import { dispatchStatement, enqueue, queuedOf, tellListenersStatement } from '../notices/outbox.ts'
import { builds } from '../schema/schema.ts'
import type { Stores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'
import { reportStatements } from './report-statements.ts'
import { updateStatement } from './upsert-build.ts'

/** What goes to the dispatch target with a change here, in one transaction with it. */
export type Dispatch = { readonly event: OutboxEvent; readonly params: OutboxParams }

/** Stores builds that are to be run, with the message that starts them; gives them in that order. */
export async function startBuilds(
  stores: Stores,
  projectId: string,
  { reports, dispatch }: { readonly reports: readonly [BuildReport, ...BuildReport[]]; readonly dispatch: Dispatch },
  actor: Actor,
): Promise<readonly [Build, ...Build[]]> {
  const { db } = stores
  const now = stores.now()
  const ids = reports.map((report) => report.externalId)
  const first = sql`${builds.projectId} = ${projectId} and ${builds.externalId} = ${ids[0]}`
  const statementsOf = (report: BuildReport) => {
    const made = { pipelineId: crypto.randomUUID(), buildId: crypto.randomUUID(), now }
    return reportStatements(db, projectId, report, made)
  }
  const [report, ...more] = reports
  const results: unknown[] = await commit(stores, actor, [
    ...statementsOf(report),
    ...more.flatMap((other) => [...statementsOf(other)]),
    dispatchStatement(db, { ...dispatch, build: first, at: now, actor }),
    selectBuild(db, and(eq(builds.projectId, projectId), inArray(builds.externalId, ids))).orderBy(builds.num),
  ])
  const [message, rows] = results.slice(-2) as [unknown, Parameters<typeof buildOf>[0][]]
  const [build, ...others] = rows.map(buildOf)
  if (!build) throw new Error('builds that were to be started were not stored')
  await enqueue(stores, queuedOf(message))
  await forgetBranchStatus(stores, projectId, build.pipeline.branch)
  return [build, ...others]
}

/** Ends builds that are not over as canceled, with the message that stops them at the dispatch target where that is needed. */
export async function cancelBuilds(
  stores: Stores,
  projectId: string,
  { cancelled, dispatch }: { readonly cancelled: readonly [Build, ...Build[]]; readonly dispatch: Dispatch | null },
  actor: Actor,
): Promise<void> {
  const { db } = stores
  const now = stores.now()
  const ids = cancelled.map((build) => build.id)
  const which = sql`${inArray(builds.id, ids)} and ${builds.stage} < 2`
  const event = {
    status: 'canceled',
    queuedAt: null,
    startedAt: null,
    stoppedAt: now,
    buildUrl: null,
    steps: null,
  } as const
  const first = sql`${builds.id} = ${ids[0]}`
  const results: unknown[] = await commit(stores, actor, [
    updateStatement(db, which, event, now),
    tellListenersStatement(db, inArray(builds.id, ids), now),
    askCheckStatement(db, inArray(builds.id, ids), now),
    ...(dispatch ? [dispatchStatement(db, { ...dispatch, build: first, at: now, actor })] : []),
  ])
  await enqueue(stores, results.slice(1).flatMap(queuedOf))
  await forgetBranchStatus(stores, projectId, cancelled[0].pipeline.branch)
}
