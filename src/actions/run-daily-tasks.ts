import { DAY_MS } from '../domain/day.ts'
import { MAX_OPERATIONS_A_STEP, UPKEEP_TASKS, type UpkeepStep, type UpkeepTask } from '../domain/upkeep.ts'
import { abortIdleUploads } from '../storage/artifacts/idle-uploads.ts'
import { sweepOrphans } from '../storage/artifacts/objects.ts'
import { finishLogs } from '../storage/logs/finish-logs.ts'
import { askForgottenChecks } from '../storage/notices/checks.ts'
import { requeueForgotten } from '../storage/notices/outbox.ts'
import { warnOfLoss } from '../storage/notices/shared-files.ts'
import { type WarningsKey, warnOfEnds, warnOfUnused } from '../storage/notices/token-notices.ts'
import type { Stores, WriteStores } from '../storage/stores.ts'
import { forgetNames, listCrowded } from '../storage/tests/forget-names.ts'
import { moveOldResults } from '../storage/tests/move-old-results.ts'
import { findPolicy } from '../storage/tokens/policy/policy.ts'
import { endUnused } from '../storage/tokens/policy/unused.ts'
import { pruneFeed } from '../storage/tokens/revocations.ts'
import {
  pruneDeliveries,
  pruneNoticeStates,
  pruneNotices,
  pruneOutbox,
  pruneReportingTokens,
  pruneReportTickets,
  pruneRotatedWebhooks,
  pruneSessions,
  pruneShares,
  pruneSignInLinks,
  pruneTokenDays,
  pruneUsedIdentities,
} from '../storage/upkeep/prune.ts'
import { listDue, sweepProject } from '../storage/upkeep/retention-sweep.ts'
import { noteBehind, noteTaskDone, noteTaskFailed } from '../storage/upkeep/upkeep-log.ts'
import { LOST_AFTER_MS } from './requeue-lost.ts'

/** Far longer than anything is cached; what is cached for longer is void, not wrong. */
const FEED_LIFE_MS = 2 * DAY_MS
/** So long a download of replaced bytes, or an upload under way, may take. */
const ORPHAN_LIFE_MS = DAY_MS
/** An upload for which nothing came for so long is abandoned. */
const IDLE_UPLOAD_LIFE_MS = DAY_MS
/** A log for which nothing came for so long is taken for ended. */
const IDLE_LOG_LIFE_MS = DAY_MS
/** Two are left for the note of how it went. */
const MAX_OPERATIONS_A_TASK = MAX_OPERATIONS_A_STEP - 2
/** Four operations a page: the list, its rows, what is deleted, and where it stopped. */
const MAX_ORPHAN_PAGES = Math.floor(MAX_OPERATIONS_A_TASK / 4)
/** One more: there are two tables. */
const MAX_ORPHAN_TEST_PAGES = Math.floor(MAX_OPERATIONS_A_TASK / 5)
/** Two operations an upload, after the one that lists them. */
const MAX_IDLE_UPLOADS = 15

type UpkeepStores = WriteStores & Pick<Stores, 'artifacts' | 'queue' | 'upkeep' | 'warn'>

type StepDone = {
  /** The steps that follow; none once the task is done. */
  readonly next: readonly UpkeepStep[]
  /** What kept the step from a part of its work, which is left for the next day. */
  readonly failures: readonly unknown[]
}

/** One step of each task, bounded and idempotent, since a cron may be late and a queue may bring a message twice. */
const STEPS: Record<UpkeepTask, (stores: UpkeepStores, now: number, step: UpkeepStep) => Promise<StepDone>> = {
  feed: async ({ db }, now, step) => again(step, await pruneFeed(db, now - FEED_LIFE_MS)),
  retention: (stores, now, step) =>
    step.project === undefined ? planRetention(stores, now, step) : retainOnly(stores, now, step, step.project),
  'idle uploads': async (stores, now, step) => {
    const from = step.after === undefined ? null : JSON.parse(step.after)
    const { after, failures } = await abortIdleUploads(stores, now - IDLE_UPLOAD_LIFE_MS, MAX_IDLE_UPLOADS, from)
    return { ...again({ ...step, after: JSON.stringify(after) }, after !== null), failures }
  },
  orphans: async (stores, now, step) => {
    const { isDone, failures } = await sweepOrphans(stores, now - ORPHAN_LIFE_MS, MAX_ORPHAN_PAGES)
    return { ...again(step, !isDone), failures }
  },
  'orphan tests': async (stores, now, step) => {
    const { isDone, failures } = await sweepOrphans(stores, now - ORPHAN_LIFE_MS, MAX_ORPHAN_TEST_PAGES, {
      of: 'tests',
    })
    return { ...again(step, !isDone), failures }
  },
  'orphan logs': async (stores, now, step) => {
    const { isDone, failures } = await sweepOrphans(stores, now - ORPHAN_LIFE_MS, MAX_ORPHAN_PAGES, { of: 'logs' })
    return { ...again(step, !isDone), failures }
  },
  'unfinished logs': async (stores, now, step) => {
    const { after, failures } = await finishLogs(stores, now - IDLE_LOG_LIFE_MS, step.after ?? null)
    return { ...again({ ...step, ...(after === null ? {} : { after }) }, after !== null), failures }
  },
  'old test results': async (stores, _now, step) => again(step, await moveOldResults(stores, MAX_OPERATIONS_A_TASK)),
  'unused test names': async ({ db }, now, step) => {
    if (step.project === undefined) return planForgetting(db, step)
    const after = await forgetNames(db, step.project, now, step.after ?? null)
    return again({ ...step, ...(after === null ? {} : { after }) }, after !== null)
  },
  'forgotten messages': async (stores, now, step) => {
    const { after, isDone } = await requeueForgotten(stores, now - LOST_AFTER_MS, step.after ?? null)
    return again({ ...step, after }, !isDone)
  },
  outbox: async ({ db }, now, step) => again(step, await pruneOutbox(db, now)),
  'reporting tokens': async ({ db }, now, step) => again(step, await pruneReportingTokens(db, now)),
  'token warnings': async (stores, now, step) => {
    const from = step.after === undefined ? null : (JSON.parse(step.after) as WarningsKey)
    const after = await warnOfEnds(stores, now, from)
    return again({ ...step, ...(after === null ? {} : { after: JSON.stringify(after) }) }, after !== null)
  },
  'unused warnings': async (stores, now, step) => {
    const { policy } = await findPolicy(stores.db)
    return again(step, policy.unusedDays !== null && (await warnOfUnused(stores, policy.unusedDays, now)))
  },
  'unused tokens': async (stores, now, step) => again(step, await endUnused(stores, now)),
  'token days': async ({ db }, now, step) => again(step, await pruneTokenDays(db, now)),
  'used identities': async ({ db }, now, step) => again(step, await pruneUsedIdentities(db, now)),
  'report tickets': async ({ db }, now, step) => again(step, await pruneReportTickets(db, now)),
  'rotated webhooks': async ({ db }, now, step) => again(step, await pruneRotatedWebhooks(db, now)),
  sessions: async ({ db }, now, step) => again(step, await pruneSessions(db, now)),
  'sign-in links': async ({ db }, now, step) => again(step, await pruneSignInLinks(db, now)),
  deliveries: async ({ db }, now, step) => again(step, await pruneDeliveries(db, now)),
  'share links': async ({ db }, now, step) => again(step, await pruneShares(db, now)),
  'shared files': async (stores, now, step) => again(step, await warnOfLoss(stores, now)),
  'forgotten looks': async (stores, now, step) => again(step, await askForgottenChecks(stores, now - LOST_AFTER_MS)),
  notices: async ({ db }, now, step) =>
    again(step, (await pruneNotices(db, now)) || (await pruneNoticeStates(db, now))),
}

/** Begins the day's upkeep: a step of each task. */
export async function planUpkeep({ upkeep }: Pick<Stores, 'upkeep'>): Promise<void> {
  await upkeep.sendBatch(UPKEEP_TASKS.map((task) => ({ body: { task } })))
}

/**
 * Does one step, and queues the next ones behind all that wait, so that no project's backlog stops the others. False when
 * the step failed and has to be tried again; what it had to leave behind is left for the next day.
 */
export async function runUpkeep(stores: UpkeepStores, step: UpkeepStep): Promise<boolean> {
  try {
    const { next, failures } = await STEPS[step.task](stores, stores.now(), step)
    const isPartial = step.isPartial === true || failures.length > 0
    if (next.length === 0 && !isPartial) await noteTaskDone(stores.db, step.task, stores.now())
    const bodies = isPartial ? next.map((following) => ({ ...following, isPartial: true as const })) : next
    for (let from = 0; from < bodies.length; from += MAX_MESSAGES_A_BATCH)
      await stores.upkeep.sendBatch(bodies.slice(from, from + MAX_MESSAGES_A_BATCH).map((body) => ({ body })))
    if (failures.length > 0) await tellFailed(stores, step, failures[0])
    return true
  } catch (cause) {
    await tellFailed(stores, step, cause)
    return false
  }
}

async function tellFailed({ db, now, warn }: UpkeepStores, { task }: UpkeepStep, cause: unknown): Promise<void> {
  warn('daily_task_failed', new Error(`the daily task "${task}" failed`, { cause }))
  await noteTaskFailed(db, task, now()).catch((error) => warn('upkeep_unrecorded', error))
}

const MAX_MESSAGES_A_BATCH = 100

function again(step: UpkeepStep, isMore: boolean): StepDone {
  return { next: isMore ? [step] : [], failures: [] }
}

/** One step for each project that has something due. */
async function planRetention({ db }: UpkeepStores, now: number, step: UpkeepStep): Promise<StepDone> {
  const { due, after } = await listDue(db, now, step.after ?? '', MAX_OPERATIONS_A_TASK)
  const behindMs = Math.max(0, ...due.map(({ since }) => now - since))
  await noteBehind(db, now, behindMs, step.after === undefined)
  const steps = due.map(({ projectId }) => ({ task: step.task, project: projectId }))
  return { next: after === null ? steps : [...steps, { task: step.task, after }], failures: [] }
}

/** One step for each project that has very many names of tests. */
async function planForgetting(db: UpkeepStores['db'], step: UpkeepStep): Promise<StepDone> {
  const { projects, after } = await listCrowded(db, step.after ?? '')
  const steps = projects.map((project) => ({ task: step.task, project }))
  return { next: after === null ? steps : [...steps, { task: step.task, after }], failures: [] }
}

async function retainOnly(stores: UpkeepStores, now: number, step: UpkeepStep, project: string) {
  return again(step, await sweepProject(stores, project, now, MAX_OPERATIONS_A_TASK))
}
