import { and, asc, eq, type SQL, sql } from 'drizzle-orm'
import type { TestOutcome, TestResult } from '../domain/test-result.ts'
import { artifacts, builds, testResults } from './schema.ts'
import type { Db } from './stores.ts'

/** A file of a build as its page lists it. */
export type FileOverview = { readonly path: string; readonly nodeIndex: number; readonly sizeBytes: number }

export type BuildFiles = {
  readonly count: number
  readonly sizeBytes: number
  /** The highest node index: more than 0 where several nodes made files. */
  readonly lastNode: number
  /** The first of them, by node and path. */
  readonly files: readonly FileOverview[]
}

const MAX_FILES = 500

export async function listBuildFiles(db: Db, projectId: string, num: number): Promise<BuildFiles> {
  const { path, nodeIndex, sizeBytes } = artifacts
  const [files, [sums]] = await db.batch([
    db
      .select({ path, nodeIndex, sizeBytes })
      .from(builds)
      .innerJoin(artifacts, eq(artifacts.buildId, builds.id))
      .where(isBuild(projectId, num))
      .orderBy(asc(nodeIndex), asc(path))
      .limit(MAX_FILES),
    db
      .select({
        count: sql<number>`count(*)`,
        bytes: sql<number>`coalesce(sum(${sizeBytes}), 0)`,
        lastNode: sql<number>`coalesce(max(${nodeIndex}), 0)`,
      })
      .from(builds)
      .innerJoin(artifacts, eq(artifacts.buildId, builds.id))
      .where(isBuild(projectId, num)),
  ])
  return { count: sums?.count ?? 0, sizeBytes: sums?.bytes ?? 0, lastNode: sums?.lastNode ?? 0, files }
}

/** A test as a build's page lists it; a long message is cut. */
export type TestOverview = TestResult & { readonly isCut: boolean }

export type TestPage = {
  readonly counts: Readonly<Record<TestOutcome, number>>
  readonly runTimeSeconds: number
  /** One page of them: failures first, then what was skipped, each in the order reported. */
  readonly results: readonly TestOverview[]
  readonly page: number
  readonly pages: number
}

const TESTS_PER_PAGE = 50
export const MAX_SHOWN_MESSAGE = 2_000

/** A page of a build's tests, from 1. Reads the build's results and nothing else. */
export async function listTestPage(db: Db, projectId: string, num: number, page: number): Promise<TestPage> {
  const { classname, name, result, runTimeSeconds, message, file, source, report, position } = testResults
  const [sums, rows] = await db.batch([
    db
      .select({ result, count: sql<number>`count(*)`, seconds: sql<number>`sum(${runTimeSeconds})` })
      .from(builds)
      .innerJoin(testResults, eq(testResults.buildId, builds.id))
      .where(isBuild(projectId, num))
      .groupBy(result),
    db
      .select({
        classname,
        name,
        result,
        runTimeSeconds,
        message: sql<string>`substr(${message}, 1, ${MAX_SHOWN_MESSAGE})`.as('shown_message'),
        isCut: sql<number>`length(${message}) > ${MAX_SHOWN_MESSAGE}`.as('is_cut'),
        file,
        source,
      })
      .from(builds)
      .innerJoin(testResults, eq(testResults.buildId, builds.id))
      .where(isBuild(projectId, num))
      .orderBy(
        sql`case ${result} when 'failure' then 0 when 'error' then 0 when 'skipped' then 1 else 2 end`,
        asc(report),
        asc(position),
      )
      .limit(TESTS_PER_PAGE)
      .offset((page - 1) * TESTS_PER_PAGE),
  ])
  const counts = { success: 0, failure: 0, error: 0, skipped: 0, ...countsOf(sums) }
  const total = sums.reduce((sum, { count }) => sum + count, 0)
  return {
    counts,
    runTimeSeconds: sums.reduce((sum, { seconds }) => sum + seconds, 0),
    results: rows.map((row) => ({ ...row, isCut: row.isCut === 1 })),
    page,
    pages: Math.ceil(total / TESTS_PER_PAGE),
  }
}

function countsOf(rows: readonly { result: TestOutcome; count: number }[]): Partial<Record<TestOutcome, number>> {
  return Object.fromEntries(rows.map(({ result, count }) => [result, count]))
}

function isBuild(projectId: string, num: number): SQL | undefined {
  return and(eq(builds.projectId, projectId), eq(builds.num, num))
}
