import { and, asc, eq, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import type { TestResult } from '../../domain/tests/test-result.ts'
import { isForeignKeyViolation } from '../constraint.ts'
import { builds, testResults } from '../schema/schema.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'

/** The test results of a build, in the order reported; null when there is no such build. */
export async function listTestResults(db: Db, projectId: string, num: number): Promise<readonly TestResult[] | null> {
  const { classname, name, result, runTimeSeconds, message, file, source } = testResults
  const which = and(eq(builds.projectId, projectId), eq(builds.num, num))
  const [[build], rows] = await db.batch([
    db.select({ id: builds.id }).from(builds).where(which),
    db
      .select({ classname, name, result, runTimeSeconds, message, file, source })
      .from(builds)
      .innerJoin(testResults, eq(testResults.buildId, builds.id))
      .where(which)
      .orderBy(asc(testResults.report), asc(testResults.position)),
  ])
  return build ? rows.map((row) => ({ ...row, ...UNSAID })) : null
}

export type TestKey = { readonly report: string; readonly position: number }

/** A page of a build's test results, in that order, each with its place; null when there is no such build. */
export async function listTestPage(
  db: Db,
  projectId: string,
  num: number,
  after: TestKey | null,
  limit: number,
): Promise<readonly (TestResult & TestKey)[] | null> {
  const { report, position, classname, name, result, runTimeSeconds, message, file, source } = testResults
  const which = and(eq(builds.projectId, projectId), eq(builds.num, num))
  const beyond = after && sql`(${report}, ${position}) > (${after.report}, ${after.position})`
  const [[build], rows] = await db.batch([
    db.select({ id: builds.id }).from(builds).where(which),
    db
      .select({ report, position, classname, name, result, runTimeSeconds, message, file, source })
      .from(builds)
      .innerJoin(testResults, eq(testResults.buildId, builds.id))
      .where(and(which, beyond ?? undefined))
      .orderBy(asc(report), asc(position))
      .limit(limit),
  ])
  return build ? rows.map((row) => ({ ...row, ...UNSAID })) : null
}

/** What no row has yet. */
const UNSAID = { isFlaky: false, attempts: [], attachments: [] } as const

// D1 takes 2 MB a value; the rest of a statement needs a little room.
const MAX_JSON_CHARACTERS = 500_000

/** `no_build`: the build is gone. */
export type TestResultsReplaced = 'replaced' | 'no_build'

/** Puts a report in place of the build's earlier one of the same name, all or nothing. */
export async function replaceTestResults(
  stores: Pick<Stores, 'db' | 'now'>,
  buildId: string,
  report: string,
  results: readonly TestResult[],
  actor: Actor,
): Promise<TestResultsReplaced> {
  const { db } = stores
  const inserts = chunksOf(results).map(({ from, rows }) =>
    rawStatement(
      db,
      sql`insert into ${testResults} (build_id, report, position, classname, name, result, run_time_seconds, message, file, source)
      select ${buildId}, ${report}, ${from} + row.key, row.value ->> 0, row.value ->> 1, row.value ->> 2, row.value ->> 3, row.value ->> 4,
        row.value ->> 5, row.value ->> 6 from json_each(${rows}) as row`,
    ),
  )
  try {
    await commit(stores, actor, [
      db.delete(testResults).where(and(eq(testResults.buildId, buildId), eq(testResults.report, report))),
      ...inserts,
    ])
    return 'replaced'
  } catch (error) {
    if (isForeignKeyViolation(error)) return 'no_build'
    throw error
  }
}

function chunksOf(results: readonly TestResult[]): { from: number; rows: string }[] {
  const chunks: { from: number; rows: string }[] = []
  let rows: string[] = []
  let length = 0
  let from = 0
  const close = (next: number) => {
    if (rows.length > 0) chunks.push({ from, rows: `[${rows.join(',')}]` })
    rows = []
    length = 0
    from = next
  }
  results.forEach((r, position) => {
    const row = JSON.stringify([r.classname, r.name, r.result, r.runTimeSeconds, r.message, r.file, r.source])
    if (length + row.length > MAX_JSON_CHARACTERS) close(position)
    rows.push(row)
    length += row.length + 1
  })
  close(results.length)
  return chunks
}
