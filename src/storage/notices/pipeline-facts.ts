import { eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { FailedJob } from '../../domain/notices/notice.ts'
import { builds, pipelines } from '../schema/schema.ts'
import { testReports } from '../schema/schema-tests.ts'
import type { Db } from '../stores.ts'

/** Builds by their ids, as a notice names them, in the order of their numbers. */
export async function listNamedBuilds(db: Db, ids: readonly string[]): Promise<readonly FailedJob[]> {
  if (ids.length === 0) return []
  const { num, jobName } = builds
  return db
    .select({ num, job: jobName })
    .from(builds)
    .where(inArray(builds.id, [...ids]))
    .orderBy(num)
}

export async function findPipelineNumber(db: Db, pipelineId: string): Promise<number | null> {
  const [row] = await db
    .select({ number: pipelines.number })
    .from(pipelines)
    .where(eq(pipelines.id, pipelineId))
    .limit(1)
  return row?.number ?? null
}

/** Which jobs of a pipeline have reports of tests, and what these warn of. */
export type JobWarnings = FailedJob & { readonly warnings: readonly string[] }

export async function listJobWarnings(db: Db, pipelineId: string): Promise<readonly JobWarnings[]> {
  const rows = await jobWarningsQuery(db, pipelineId)
  const byJob = Map.groupBy(rows, ({ job }) => job)
  return [...byJob.values()].map((reports) => {
    const newest = reports.reduce((one, other) => (other.num > one.num ? other : one))
    const warnings = reports.flatMap((report) => (report.num === newest.num ? report.warnings : []))
    return { num: newest.num, job: newest.job, warnings }
  })
}

export function jobWarningsQuery(db: Db, pipelineId: string) {
  return db
    .select({ num: builds.num, job: builds.jobName, warnings: testReports.warnings })
    .from(builds)
    .innerJoin(testReports, eq(testReports.buildId, builds.id))
    .where(isOverIn(pipelineId))
}

function isOverIn(pipelineId: string): SQL {
  return sql`${builds.pipelineId} = ${pipelineId} and ${builds.stage} = 2`
}
