import { type SQL, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { MAX_OPERATIONS_A_STEP, UPKEEP_TASKS, type UpkeepStep, type UpkeepTask } from '../../domain/builds/upkeep.ts'
import { SESSION_IDLE_MS } from '../../domain/people/session.ts'
import { abortIdleUploads } from '../artifacts/idle-uploads.ts'
import { sweepOrphans } from '../artifacts/objects.ts'
import { requeueForgotten } from '../notices/outbox.ts'
import { hasCome } from '../people/sign-in-links.ts'
import { tokens } from '../schema/schema.ts'
import { outbox } from '../schema/schema-outbox.ts'
import { deliveries, usedIdentities, webhooks } from '../schema/schema-reporting.ts'
import { sessions, signInLinks } from '../schema/schema-web.ts'
import type { Stores } from '../stores.ts'
import { pruneFeed } from '../tokens/revocations.ts'
import { pruneRows } from './prune.ts'
import { listDue, sweepProject } from './retention-sweep.ts'
import { noteBehind, noteTaskDone, noteTaskFailed } from './upkeep-log.ts'

const DAY_MS = 24 * 3_600_000
/** Far longer than anything cached lives; what is cached for longer is void, not wrong. */
const FEED_LIFE_MS = 2 * DAY_MS
/** A reader of replaced bytes, or an upload under way, has this long. */
const ORPHAN_LIFE_MS = DAY_MS
const DELIVERY_LIFE_MS = 30 * DAY_MS
/** An upload for which nothing came for so long is abandoned. */
const IDLE_UPLOAD_LIFE_MS = DAY_MS
/** The longest back-off is half a day. */
const FORGOTTEN_AFTER_MS = DAY_MS
const OUTBOX_LIFE_MS = 30 * DAY_MS
/** Two are left for the note of how it went. */
const MAX_OPERATIONS_A_TASK = MAX_OPERATIONS_A_STEP - 2
/** Four operations a page: the list, its rows, what is deleted, and where it stopped. */
const MAX_ORPHAN_PAGES = Math.floor(MAX_OPERATIONS_A_TASK / 4)
/** Two operations an upload, after the one that lists them. */
const MAX_IDLE_UPLOADS = 15
const MAX_QUERIES = 20

type UpkeepStores = Pick<Stores, 'db' | 'artifacts' | 'queue' | 'upkeep' | 'now' | 'warn'>

/**
 * One step of each task: bounded, and idempotent, since a cron may be late, and a queue bring a message twice. What is
 * to be done after it; nothing once the task is done.
 */
const STEPS: Record<
  UpkeepTask,
  (stores: UpkeepStores, now: number, step: UpkeepStep) => Promise<readonly UpkeepStep[]>
> = {
  feed: async ({ db }, now, step) => again(step, await pruneFeed(db, now - FEED_LIFE_MS)),
  retention: (stores, now, step) =>
    step.project === undefined ? planRetention(stores, now, step) : retainOnly(stores, now, step, step.project),
  'idle uploads': async (stores, now, step) =>
    again(step, await abortIdleUploads(stores, now - IDLE_UPLOAD_LIFE_MS, MAX_IDLE_UPLOADS)),
  orphans: async (stores, now, step) => {
    const { isDone } = await sweepOrphans(stores, now - ORPHAN_LIFE_MS, MAX_ORPHAN_PAGES)
    return again(step, !isDone)
  },
  'forgotten messages': async (stores, now, step) => {
    const { after, isDone } = await requeueForgotten(stores, now - FORGOTTEN_AFTER_MS, step.after ?? null)
    return isDone ? [] : [{ ...step, after }]
  },
  outbox: prune(outbox, (now) => sql`${outbox.createdAt} < ${now - OUTBOX_LIFE_MS}`),
  // There is one for each CI job, so a day may bring many.
  'reporting tokens': prune(
    tokens,
    (now) => sql`${tokens.kind} = 'reporting' and ${tokens.expiresAt} < ${now - DAY_MS}`,
  ),
  'used identities': prune(usedIdentities, (now) => sql`${usedIdentities.expiresAt} < ${now}`),
  'rotated webhooks': prune(webhooks, (now) => sql`${webhooks.expiresAt} < ${now - DAY_MS}`),
  sessions: prune(sessions, (now) => sql`${sessions.lastSeenAt} <= ${now - SESSION_IDLE_MS}`),
  // An invitation stays, to be renewed, until its person has come or is removed.
  'sign-in links': prune(
    signInLinks,
    (now) =>
      sql`${signInLinks.expiresAt} <= ${now} and (not ${signInLinks.isInvitation} or ${hasCome(signInLinks.userId)})`,
  ),
  deliveries: prune(deliveries, (now) => sql`${deliveries.at} < ${now - DELIVERY_LIFE_MS}`),
}

/** Begins the day's upkeep: a step of each task. */
export async function planUpkeep({ upkeep }: Pick<Stores, 'upkeep'>): Promise<void> {
  await upkeep.sendBatch(UPKEEP_TASKS.map((task) => ({ body: { task } })))
}

/**
 * Does one step, and queues what is to be done next behind all that waits: so nobody's backlog stops the others. False
 * when the step failed, and is to be tried again.
 */
export async function runUpkeep(stores: UpkeepStores, step: UpkeepStep): Promise<boolean> {
  try {
    const next = await STEPS[step.task](stores, stores.now(), step)
    if (next.length === 0) await noteTaskDone(stores.db, step.task, stores.now())
    for (let from = 0; from < next.length; from += MAX_MESSAGES_A_BATCH)
      await stores.upkeep.sendBatch(next.slice(from, from + MAX_MESSAGES_A_BATCH).map((body) => ({ body })))
    return true
  } catch (cause) {
    stores.warn('daily_task_failed', new Error(`the daily task "${step.task}" failed`, { cause }))
    await noteTaskFailed(stores.db, step.task, stores.now()).catch((error) => stores.warn('upkeep_unrecorded', error))
    return false
  }
}

const MAX_MESSAGES_A_BATCH = 100

function again(step: UpkeepStep, isMore: boolean): readonly UpkeepStep[] {
  return isMore ? [step] : []
}

function prune(table: SQLiteTable, which: (now: number) => SQL) {
  return async ({ db }: UpkeepStores, now: number, step: UpkeepStep) =>
    again(step, await pruneRows(db, table, which(now), MAX_QUERIES))
}

/** One step for each project that has something due. */
async function planRetention({ db }: UpkeepStores, now: number, step: UpkeepStep): Promise<readonly UpkeepStep[]> {
  const { due, after } = await listDue(db, now, step.after ?? '', MAX_OPERATIONS_A_TASK)
  const behindMs = Math.max(0, ...due.map(({ since }) => now - since))
  await noteBehind(db, now, behindMs, step.after === undefined)
  const steps = due.map(({ projectId }) => ({ task: step.task, project: projectId }))
  return after === null ? steps : [...steps, { task: step.task, after }]
}

async function retainOnly(stores: UpkeepStores, now: number, step: UpkeepStep, project: string) {
  return again(step, await sweepProject(stores, project, now, MAX_OPERATIONS_A_TASK))
}
