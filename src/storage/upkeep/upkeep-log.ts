import { inArray, sql } from 'drizzle-orm'
import { UPKEEP_TASKS, type UpkeepTask } from '../../domain/upkeep.ts'
import { upkeepTasks } from '../schema/schema.ts'
import type { Db } from '../stores.ts'

/** How a task of the daily upkeep goes; see the table. */
export type UpkeepRecord = typeof upkeepTasks.$inferSelect

export async function noteTaskDone(db: Db, task: UpkeepTask, now: number): Promise<void> {
  await db
    .insert(upkeepTasks)
    .values({ task, doneAt: now })
    .onConflictDoUpdate({ target: upkeepTasks.task, set: { doneAt: now } })
}

export async function noteTaskFailed(db: Db, task: UpkeepTask, now: number): Promise<void> {
  const failed = { failedAt: now, failures: sql`${upkeepTasks.failures} + 1` }
  await db
    .insert(upkeepTasks)
    .values({ task, doneAt: now, failedAt: now, failures: 1 })
    .onConflictDoUpdate({ target: upkeepTasks.task, set: failed })
}

/** Stores how long the most overdue thing is overdue among some projects; the first projects of a round reset it. */
export async function noteBehind(db: Db, now: number, behindMs: number, isFirst: boolean): Promise<void> {
  const longest = isFirst ? behindMs : sql`max(coalesce(${upkeepTasks.behindMs}, 0), ${behindMs})`
  await db
    .insert(upkeepTasks)
    .values({ task: 'retention', doneAt: now, behindMs })
    .onConflictDoUpdate({ target: upkeepTasks.task, set: { behindMs: longest } })
}

/** All tasks that there are now: one that was taken away leaves its row. */
export function upkeepQuery(db: Db) {
  return db
    .select()
    .from(upkeepTasks)
    .where(inArray(upkeepTasks.task, [...UPKEEP_TASKS]))
}
