import { and, eq, sql } from 'drizzle-orm'
import type { Build, Step } from '../../domain/builds/build.ts'
import { buildOf, selectBuild } from '../builds/builds.ts'
import { builds } from '../schema/schema.ts'
import type { Db } from '../stores.ts'
import { type FoundLog, foundLogOf, type LogKey, selectLog } from './read-log.ts'
import { type StepLog, selectLogs } from './step-logs.ts'

/** A step of a build, which logs the build has, and the log that was asked for, if the step has it. */
export type StepOfBuild = {
  readonly build: Build
  readonly step: Step
  readonly logs: readonly StepLog[]
  readonly found: FoundLog | null
}

/** A step with its log in one request; null where the build has no such step. */
export async function findStepOfBuild(
  db: Db,
  build: { readonly projectId: string; readonly num: number },
  key: LogKey,
): Promise<StepOfBuild | null> {
  const which = and(eq(builds.projectId, build.projectId), eq(builds.num, build.num))
  const [log, parts] = selectLog(db, build, key)
  const step = sql<string | null>`json_extract(${builds.steps}, ${`$[${key.step}]`})`.as('step')
  const [[row], [asked], logs, logRows, partRows] = await db.batch([
    selectBuild(db, which),
    db.select({ step }).from(builds).where(which),
    selectLogs(db, which),
    log,
    parts,
  ])
  if (!row || !asked?.step) return null
  // Only reports of builds and steps write it.
  return { build: buildOf(row), step: JSON.parse(asked.step) as Step, logs, found: foundLogOf([logRows, partRows]) }
}
