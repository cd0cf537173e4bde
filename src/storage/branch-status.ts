import { and, desc, eq, type SQL, sql } from 'drizzle-orm'
import { type BranchStatus, pipelineStatusFor } from '../domain/badge.ts'
import { builds, pipelines, workflows } from './schema.ts'
import { shareWork, withinMs } from './shared-work.ts'
import type { Db, Stores } from './stores.ts'

/** How old a shown status may be where it is kept; ours at most twice this behind, since the tiers add up. */
const FRESH_MS = 5_000
const CACHE_BOX_MS = 250

/** The status that this isolate learnt less than 5 s ago, if it did. The caller decides first whether the asker may see it. */
export function branchStatusInMemory(stores: Stores, projectId: string, branch: string): BranchStatus | null {
  const kept = stores.memory.statuses.get(keyFor(projectId, branch))
  return kept && stores.now() - kept.checkedAt < FRESH_MS ? kept.status : null
}

/**
 * The result of the newest complete pipeline of a branch: from memory, then the data centre's cache, then D1, each at
 * most 5 s old. The caller decides first whether the asker may see it.
 */
export async function findBranchStatus(stores: Stores, projectId: string, branch: string): Promise<BranchStatus> {
  const known = branchStatusInMemory(stores, projectId, branch)
  if (known) return known
  const key = keyFor(projectId, branch)
  return shareWork(stores.memory, stores, `status ${key}`, async () => {
    const found = (await readCached(stores, key)) ?? (await readStatus(stores, projectId, branch, key))
    stores.memory.statuses.set(key, found)
    return found.status
  })
}

/** Lets the next look in this isolate and data centre see a report at once; elsewhere it shows within the freshness. */
export async function forgetBranchStatus(stores: Stores, projectId: string, branch: string | null): Promise<void> {
  if (branch === null) return
  const key = keyFor(projectId, branch)
  stores.memory.statuses.delete(key)
  stores.memory.slots.delete(`status ${key}`)
  await stores.cache?.delete(cacheKeyFor(key)).catch((error) => stores.warn('status_unforgettable', error))
}

type CheckedStatus = { readonly status: BranchStatus; readonly checkedAt: number }

async function readStatus(stores: Stores, projectId: string, branch: string, key: string): Promise<CheckedStatus> {
  const checkedAt = stores.now()
  const rows = await selectNewestPipeline(stores.db, projectId, branch)
  const found = { status: pipelineStatusFor(rows), checkedAt }
  if (stores.cache) {
    const copy = Response.json(found, { headers: { 'Cache-Control': `max-age=${FRESH_MS / 1000}` } })
    stores.waitUntil(stores.cache.put(cacheKeyFor(key), copy).catch((error) => stores.warn('status_unwritable', error)))
  }
  return found
}

async function readCached(stores: Stores, key: string): Promise<CheckedStatus | null> {
  try {
    if (!stores.cache) return null
    const copy = await withinMs(CACHE_BOX_MS, 'the Cache API', stores.cache.match(cacheKeyFor(key)))
    // Written by readStatus above under a key that nobody else can name.
    const found = copy ? ((await copy.json()) as CheckedStatus) : null
    return found && stores.now() - found.checkedAt < FRESH_MS ? found : null
  } catch (error) {
    stores.warn('status_unreadable', error)
    return null
  }
}

/** How many pipelines are looked through for a complete one: a CI that never tells of an end must not cost more and more. */
export const LOOK_BACK = 100

/** The builds of the branch's newest complete pipeline or, where none of the newest 100 is, of its newest. */
export function selectNewestPipeline(db: Db, projectId: string, branch: string) {
  const ofBranch = (limit: number) =>
    db
      .select({ id: pipelines.id, number: pipelines.number })
      .from(pipelines)
      .where(
        and(
          eq(pipelines.projectId, projectId),
          eq(pipelines.branch, branch),
          sql`exists (select 1 from builds as any_build where any_build.pipeline_id = ${pipelines.id})`,
        ),
      )
      .orderBy(desc(pipelines.number))
      .limit(limit)
  const newest = ofBranch(1).as('newest')
  const candidate = ofBranch(LOOK_BACK).as('candidate')
  const complete = db
    .select({ id: candidate.id })
    .from(candidate)
    .where(isComplete('candidate'))
    .orderBy(desc(candidate.number))
    .limit(1)
  return db
    .select({ num: builds.num, jobName: builds.jobName, workflowName: workflows.name, status: builds.status })
    .from(builds)
    .innerJoin(workflows, eq(workflows.id, builds.workflowId))
    .where(eq(builds.pipelineId, sql`coalesce((${complete}), (${db.select({ id: newest.id }).from(newest)}))`))
}

/**
 * Whether a pipeline, by the name that it has in the statement, has nothing left to wait for. A run that hangs does not
 * keep it open once the job ran again: see pipelineStatusFor.
 */
export function isComplete(pipeline: string): SQL {
  return sql`not exists (select 1 from builds as open_build join workflows as open_in on open_in.id = open_build.workflow_id
      where open_build.pipeline_id = ${sql.identifier(pipeline)}.id and open_build.stage < 2
      and not exists (select 1 from builds as newer join workflows as newer_in on newer_in.id = newer.workflow_id
        where newer.pipeline_id = open_build.pipeline_id and newer.job_name = open_build.job_name
        and newer_in.name = open_in.name and newer.build_num > open_build.build_num))`
}

function keyFor(projectId: string, branch: string): string {
  return `${projectId}/${branch}`
}

/** Holds no token and no secret. */
function cacheKeyFor(key: string): string {
  return `https://buildpass.internal/status/v1/${encodeURIComponent(key)}`
}
