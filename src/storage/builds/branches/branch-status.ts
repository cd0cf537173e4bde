import { and, desc, eq, type SQL, sql } from 'drizzle-orm'
import type { BranchStatus } from '../../../domain/builds/badge.ts'
import { type BuildStatus, isOver } from '../../../domain/builds/build.ts'
import {
  countingParts,
  FAILURES,
  failureOf,
  type PipelineBuild,
  type PipelineParts,
  pipelineStatusFor,
  resultOf,
  statusBeforeRerun,
  type WorkflowAttempt,
} from '../../../domain/builds/pipeline-status.ts'
import { changedAt } from '../../edge/changes.ts'
import { FRESH_SECONDS, mayBeShown, openNear, shownUntil } from '../../edge/near.ts'
import { shareWork, withinCacheBox } from '../../edge/shared-work.ts'
import { prepareOnce } from '../../prepared.ts'
import { builds, pipelines, workflows } from '../../schema/schema.ts'
import type { Db, ReadStores, Stores } from '../../stores.ts'
import { hasResult, hasUnskippedPart, mayHaveResult } from '../complete-pipelines.ts'
import { attemptColumns, partColumns, partsOf } from '../workflows.ts'
import type { KeptStatus } from './status-memory.ts'

/** The status that this isolate may show still, if it knows one. The caller decides first whether the asker may see it. */
export function knownBranchStatus(stores: Stores, projectId: string, branch: string): BranchStatus | null {
  const kept = stores.memory.statuses.get(keyFor(projectId, branch))
  return kept && mayBeShown(stores, kept) ? kept.status : null
}

/**
 * The result of the newest pipeline of a branch that has one: from memory, then the data centre's cache, then D1 near the
 * reader, at most 10 s old. The caller decides first whether the asker may see it.
 */
export async function findBranchStatus(stores: Stores, projectId: string, branch: string): Promise<BranchStatus> {
  const known = knownBranchStatus(stores, projectId, branch)
  if (known) return known
  const key = keyFor(projectId, branch)
  return shareWork(stores.memory, stores, `status ${key}`, async () => {
    const { copy, changed } = await readCached(stores, projectId, key)
    const found = copy ?? (await readStatus(openNear(stores, projectId, changed), { projectId, branch, key }))
    // What was changed here while it was read is not in it.
    if (isNewerThan(changedAt(stores, projectId), found)) stores.memory.statuses.set(key, found)
    return found.status
  })
}

/** Lets the next look in this isolate and data centre see a report at once; elsewhere it shows within 10 s. */
export async function forgetBranchStatus(stores: Stores, projectId: string, branch: string | null): Promise<void> {
  if (branch === null) return
  const key = keyFor(projectId, branch)
  stores.memory.statuses.delete(key)
  stores.memory.slots.delete(`status ${key}`)
  await put(stores, noteKeyFor(key), stores.now(), NOTE_LIFE_SECONDS)
}

/** Longer than a replica may be behind. */
const NOTE_LIFE_SECONDS = 15

type Branch = { readonly projectId: string; readonly branch: string; readonly key: string }

async function readStatus(near: ReadStores, { projectId, branch, key }: Branch): Promise<KeptStatus> {
  const status = await readResult(near.db, projectId, branch)
  const { asOf } = near
  const found = { status, asOf, until: shownUntil(near.now(), asOf) }
  near.waitUntil(put(near, copyKeyFor(key), found, FRESH_SECONDS))
  return found
}

function isNewerThan(changed: number, { asOf }: KeptStatus): boolean {
  return asOf > changed
}

async function put({ cache, warn }: ReadStores | Stores, address: string, value: unknown, seconds: number) {
  if (!cache) return
  const response = Response.json(value, { headers: { 'Cache-Control': `max-age=${seconds}` } })
  await cache.put(address, response).catch((error) => warn('status_unwritable', error))
}

async function readResult(db: Db, projectId: string, branch: string): Promise<BranchStatus> {
  const shown = await readShown(db, projectId, branch)
  return resultOf(shown) ?? pipelineStatusFor(shown)
}

/** The parts of the pipeline whose result its branch shows. */
export async function readShown(db: Db, projectId: string, branch: string) {
  const newest = partsOf(await newestThatMay(db, { projectId, branch }))
  if (resultOf(newest) || statusBeforeRerun(newest) === null) return newest
  // It had ended well, and what runs again decides: until then there is only what ended before it.
  return partsOf(await newestWithResult(db, { projectId, branch }))
}

/** So many pipelines before the shown one are looked at for what their branch showed then. */
const PIPELINES_BEFORE = 20

/** The parts of the pipelines of a branch but for the one of that workflow, the newest pipeline first. */
export async function listOtherParts(db: Db, projectId: string, branch: string, workflowId: string) {
  const rows = await otherPartsQuery(db, projectId, branch, workflowId)
  return [...Map.groupBy(rows, ({ pipelineId }) => pipelineId).values()].map(partsOf)
}

export function otherPartsQuery(db: Db, projectId: string, branch: string, workflowId: string) {
  const own = db.select({ id: workflows.pipelineId }).from(workflows).where(eq(workflows.id, workflowId))
  const other = db
    .select({ id: pipelines.id, ...PLACE })
    .from(pipelines)
    .where(
      and(
        eq(pipelines.projectId, projectId),
        eq(pipelines.branch, branch),
        sql`${pipelines.id} <> coalesce((${own}), '')`,
      ),
    )
    .orderBy(desc(pipelines.beganAt), desc(pipelines.ciNumber), desc(pipelines.number))
    .limit(PIPELINES_BEFORE)
    .as('other')
  return db
    .select({ pipelineId: other.id, workflow: { id: workflows.id, ...attemptColumns() }, build: partColumns() })
    .from(other)
    .innerJoin(workflows, eq(workflows.pipelineId, other.id))
    .leftJoin(builds, eq(builds.workflowId, workflows.id))
    .orderBy(desc(other.beganAt), desc(other.ciNumber), desc(other.number))
}

/** What of the pipeline whose result a branch shows failed and still stands, by ids. */
export type BranchFailure = {
  readonly pipelineId: string
  /** Builds that no later one that has ended replaces: those that run again are among them until they end. */
  readonly builds: readonly { readonly id: string; readonly workflow: string }[]
  /** Workflows that the CI told of as failed, and of which no build is above. */
  readonly workflowIds: readonly string[]
  /** The jobs that run again just now. */
  readonly runningAgain: readonly string[]
}

/**
 * What failed in the pipeline whose result the branch shows; null where nothing of it did. Nothing is left of it where all has
 * passed again while something else still runs: until that ends, the result is the one before.
 */
export async function findBranchFailure(db: Db, projectId: string, branch: string): Promise<BranchFailure | null> {
  const shown = await readShown(db, projectId, branch)
  const [first] = shown.workflows
  if (!first) return null
  const isFailed = (status: BuildStatus | null) => FAILURES.some((failure) => failure === status)
  if (failureOf(endedOf(shown)) === null && !isFailed(statusBeforeRerun(shown))) return null
  const rows = await failedPartsQuery(db, first.id)
  const [row] = rows
  if (!row) return null
  const parts = partsOf(rows)
  const { builds: standing, workflows: reported } = countingParts(endedOf(parts))
  const failed = standing.filter(({ status }) => isFailed(status))
  const nameOf = new Map(rows.map(({ workflow }) => [workflow.id, workflow.name]))
  const told = reported.filter(({ reportedStatus }) => isFailed(reportedStatus)).map(({ id }) => id)
  return {
    pipelineId: row.workflow.pipelineId,
    builds: failed.map(({ id, workflowId }) => ({ id, workflow: nameOf.get(workflowId) ?? '' })),
    workflowIds: told.filter((id) => !failed.some(({ workflowId }) => workflowId === id)),
    runningAgain: runningAgainIn(parts),
  }
}

/** The parts as they would be if nothing that is open had begun. */
function endedOf<W extends WorkflowAttempt, B extends PipelineBuild>({ workflows, builds }: PipelineParts<W, B>) {
  return { workflows, builds: builds.filter(({ status }) => isOver(status)) }
}

function runningAgainIn(parts: PipelineParts): readonly string[] {
  const thingOf = new Map(parts.workflows.map(({ id, attemptOf }) => [id, attemptOf]))
  const isEarlier = (one: PipelineBuild, other: PipelineBuild) =>
    one.jobName === other.jobName &&
    one.attempt < other.attempt &&
    thingOf.get(one.workflowId) === thingOf.get(other.workflowId)
  const again = parts.builds.filter(
    (build) => !isOver(build.status) && parts.builds.some((one) => isEarlier(one, build)),
  )
  return [...new Set(again.map(({ jobName }) => jobName))]
}

/** The parts of the pipeline that a workflow belongs to, with the ids of their builds. */
export function failedPartsQuery(db: Db, workflowId: string) {
  const own = db.select({ id: workflows.pipelineId }).from(workflows).where(eq(workflows.id, workflowId))
  return db
    .select({
      workflow: { id: workflows.id, pipelineId: workflows.pipelineId, name: workflows.name, ...attemptColumns() },
      build: { id: builds.id, ...partColumns() },
    })
    .from(workflows)
    .leftJoin(builds, eq(builds.workflowId, workflows.id))
    .where(eq(workflows.pipelineId, sql`(${own})`))
}

type Look = { readonly copy: KeptStatus | null; readonly changed?: number }

/** What the data centre has of a branch: its status, unless that is of before a change there, and when that was. */
async function readCached(stores: Stores, projectId: string, key: string): Promise<Look> {
  const { cache } = stores
  if (!cache) return { copy: null }
  const read = async (address: string) => (await cache.match(address))?.json()
  try {
    // Written by `put` above under keys that nobody else can name; two, so that no status takes the place of a note.
    const reading = Promise.all([read(copyKeyFor(key)), read(noteKeyFor(key))])
    const looked = await withinCacheBox(reading)
    const [copy, changed = Number.NEGATIVE_INFINITY] = looked as [KeptStatus?, number?]
    const isNew = copy && isNewerThan(Math.max(changed, changedAt(stores, projectId)), copy)
    return { copy: isNew && mayBeShown(stores, copy) ? copy : null, changed }
  } catch (error) {
    stores.warn('status_unreadable', error)
    return { copy: null }
  }
}

/** How many pipelines are searched for a complete one: with a CI that never reports an end, the search must not grow. */
export const PIPELINES_SEARCHED = 100

const PLACE = { beganAt: pipelines.beganAt, ciNumber: pipelines.ciNumber, number: pipelines.number }

/**
 * What the newest pipeline of the branch is made of that fits or, where none of the newest 100 does, its newest that says
 * something; there may be none but such as were skipped.
 */
export function selectNewestPipeline(db: Db, projectId: string, branch: string, fits: (pipeline: string) => SQL) {
  const ofBranch = (limit: number, which?: SQL) =>
    db
      .select({ id: pipelines.id, ...PLACE })
      .from(pipelines)
      .where(and(eq(pipelines.projectId, projectId), eq(pipelines.branch, branch), which))
      .orderBy(desc(pipelines.beganAt), desc(pipelines.ciNumber), desc(pipelines.number))
      .limit(limit)
  const says = hasUnskippedPart('pipelines')
  const newest = ofBranch(1, says).as('newest')
  const skipped = ofBranch(1).as('newest')
  const candidate = ofBranch(PIPELINES_SEARCHED, says).as('candidate')
  const complete = db
    .select({ id: candidate.id })
    .from(candidate)
    .where(fits('candidate'))
    .orderBy(desc(candidate.beganAt), desc(candidate.ciNumber), desc(candidate.number))
    .limit(1)
  return db
    .select({ workflow: { id: workflows.id, ...attemptColumns() }, build: partColumns() })
    .from(workflows)
    .leftJoin(builds, eq(builds.workflowId, workflows.id))
    .where(
      eq(
        workflows.pipelineId,
        sql`coalesce((${complete}), (${db.select({ id: newest.id }).from(newest)}), (${db.select({ id: skipped.id }).from(skipped)}))`,
      ),
    )
}

type OfBranch = { readonly projectId: string; readonly branch: string }
const newestThatMay = prepareOnce((db, { projectId, branch }: OfBranch) =>
  selectNewestPipeline(db, projectId, branch, mayHaveResult),
)
const newestWithResult = prepareOnce((db, { projectId, branch }: OfBranch) =>
  selectNewestPipeline(db, projectId, branch, hasResult),
)

function keyFor(projectId: string, branch: string): string {
  return `${projectId}/${branch}`
}

/** Holds no token and no secret. */
function copyKeyFor(key: string): string {
  return `https://buildpass.internal/status/v2/${encodeURIComponent(key)}`
}

/** Of when the branch changed last. */
function noteKeyFor(key: string): string {
  return `https://buildpass.internal/status/changed/v1/${encodeURIComponent(key)}`
}
