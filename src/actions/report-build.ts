import type { Actor } from '../domain/access/actor.ts'
import type { Build, BuildEvent, BuildReport } from '../domain/builds/build.ts'
import type { RunReport } from '../domain/reporting/webhook-reading.ts'
import { forgetBranchStatus } from '../storage/builds/branches/branch-status.ts'
import { enqueue } from '../storage/notices/outbox.ts'
import { type Reported, storeEvent, storeReports, storeRun } from '../storage/reporting/build-reports.ts'
import { ownBranchOf } from '../storage/reporting/fork-runs.ts'
import { gatherParts, withPipelines } from '../storage/reporting/placing.ts'
import type { Stores } from '../storage/stores.ts'

/**
 * Stores a build event in one transaction, making pipeline, workflow and build where they are new. Numbers are given
 * without gaps; the same report again changes nothing; a late, older event does not replace a newer state. The events of a
 * run give the same rows in whatever order they arrive, but for our own numbers.
 */
export async function reportBuild(
  stores: Stores,
  projectId: string,
  report: BuildReport,
  actor: Actor,
): Promise<Reported> {
  const [reported] = await reportBuilds(stores, projectId, [report], actor)
  return reported ?? { kind: 'no_project' }
}

// As many as D1 takes in one go without holding up others for long.
const MAX_REPORTS_A_BATCH = 10

/** As `reportBuild`, for all reports of one delivery, in their order: at most ten to a transaction. */
export async function reportBuilds(
  stores: Stores,
  projectId: string,
  reports: readonly BuildReport[],
  actor: Actor,
): Promise<readonly Reported[]> {
  const reported: Reported[] = []
  const inPlace = await withPipelines(stores.db, projectId, reports)
  for (let from = 0; from < inPlace.length; from += MAX_REPORTS_A_BATCH)
    reported.push(...(await reportBatch(stores, projectId, inPlace.slice(from, from + MAX_REPORTS_A_BATCH), actor)))
  await gatherParts(stores, projectId, { reports, inPlace }, actor)
  const branches = new Set(reported.flatMap((one) => ('build' in one ? one.build.pipeline.branch : [])))
  for (const branch of branches) await forgetBranchStatus(stores, projectId, branch)
  return reported
}

/** Stores a report of a run as a whole. */
export async function reportRun(stores: Stores, projectId: string, report: RunReport, actor: Actor): Promise<void> {
  const [run = report] = await withPipelines(stores.db, projectId, [report])
  await enqueue(stores, await storeRun(stores, projectId, run, actor))
  await gatherParts(stores, projectId, { reports: [report], inPlace: [run] }, actor)
  for (const branch of [run.pipeline.branch, ownBranchOf(run)]) await forgetBranchStatus(stores, projectId, branch)
}

/** Adds an event to a known build; gives the build as it is then, null when there is none. */
export async function updateBuild(
  stores: Stores,
  projectId: string,
  what: { readonly num: number; readonly event: BuildEvent },
  actor: Actor,
): Promise<Build | null> {
  const stored = await storeEvent(stores, projectId, what, actor)
  if (!stored) return null
  await enqueue(stores, stored.messages)
  await forgetBranchStatus(stores, projectId, stored.build.pipeline.branch)
  return stored.build
}

async function reportBatch(
  stores: Stores,
  projectId: string,
  reports: readonly BuildReport[],
  actor: Actor,
): Promise<readonly Reported[]> {
  const { reported, messages } = await storeReports(stores, projectId, reports, actor)
  await enqueue(stores, messages)
  return reported
}
