import { asc, eq, type SQL } from 'drizzle-orm'
import { builds } from '../schema/schema.ts'
import { logs } from '../schema/schema-logs.ts'
import type { Db } from '../stores.ts'

/** That a step of a build has a log, and how long it is. */
export type StepLog = Awaited<ReturnType<typeof selectLogs>>[number]

/** Which steps of a build have a log, in the order of their steps. */
export function selectLogs(db: Db, whichBuild: SQL | undefined) {
  const { step, stream, sizeBytes, newlines, state } = logs
  return db
    .select({ step, stream, sizeBytes, newlines, state })
    .from(builds)
    .innerJoin(logs, eq(logs.buildId, builds.id))
    .where(whichBuild)
    .orderBy(asc(step), asc(stream))
}
