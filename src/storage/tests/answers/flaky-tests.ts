import { and, eq, lt, type SQL, sql } from 'drizzle-orm'
import { UNKNOWN_REVISION } from '../../../domain/builds/build.ts'
import { DAY_MS } from '../../../domain/day.ts'
import { HAS_PASSED, type Runs, readRuns, runIn } from '../../../domain/tests/test-runs.ts'
import { isOfFormat, makeSums, sumIn } from '../../builds/sums.ts'
import { builds, pipelines, sums, testResults, workflows } from '../../schema/schema.ts'
import { testFailures, testNames, testReports } from '../../schema/schema-tests.ts'
import { type Db, rawStatement, type Stores } from '../../stores.ts'
import { jsonChunks } from '../json-chunks.ts'

/** One failure of a test that also passed, in the same job, on the same revision. */
export type FlakyFailure = {
  readonly classname: string
  readonly testName: string
  readonly source: string
  readonly file: string | null
  readonly runTimeSeconds: number
  readonly jobName: string
  readonly jobNumber: number
  readonly pipelineNumber: number
  readonly workflowId: string
  readonly workflowName: string
  readonly workflowCreatedAt: number
}

const MAX_FAILURES = 5_000

/** A failure, of which it is not known yet whether the test passed too. */
type Failure = FlakyFailure & {
  readonly revision: string
  /** When its report came. */
  readonly toldAt: number
  /** Whether it passed in what is still rows of `test_results`. */
  readonly hasPassed: number
  /** Whether other reports of the job on that revision may have the test. */
  readonly hasSiblings: number
}

type FlakyStores = Pick<Stores, 'db' | 'now' | 'waitUntil' | 'warn'>

/** Such failures in workflows since then, newest first. They are summed up by the day (UTC) on which their reports came. */
export async function listFlakyFailures(
  stores: FlakyStores,
  projectId: string,
  since: number,
): Promise<readonly FlakyFailure[]> {
  const { db, now } = stores
  const days = daysBetween(since, now())
  const [rows, old] = await db.batch([
    daySumsQuery(db, projectId, days),
    rawStatement(db, oldFailuresQuery(projectId, since)),
  ])
  const kept = new Map(rows.map((row) => [row.since, sumIn<readonly FlakyFailure[]>(row.value) ?? []]))
  const missing = days.filter((day) => !kept.has(day))
  const told = [...kept.values(), await makeDays(stores, projectId, missing)].flat()
  if (missing.length > 0)
    stores.waitUntil(dropOld(db, projectId, days).catch((error) => stores.warn('sums_undroppable', error)))
  const ofRows = await flakyOf(db, projectId, old.results as unknown as readonly Failure[])
  return [...told.filter(({ workflowCreatedAt }) => workflowCreatedAt >= since), ...ofRows.map(plain)].sort(
    (one, other) => other.workflowCreatedAt - one.workflowCreatedAt,
  )
}

function dayOf(at: number): number {
  return at - (at % DAY_MS)
}

function daysBetween(since: number, until: number): readonly number[] {
  const count = (dayOf(until) - dayOf(since)) / DAY_MS + 1
  return Array.from({ length: count }, (_, i) => dayOf(since) + i * DAY_MS)
}

export function daySumsQuery(db: Db, projectId: string, days: readonly number[]) {
  return db
    .select({ since: sums.since, value: sums.value })
    .from(sums)
    .where(
      and(
        eq(sums.projectId, projectId),
        eq(sums.kind, 'flaky'),
        sql`${sums.since} in (select row.value from json_each(${JSON.stringify(days)}) as row)`,
        eq(sums.branch, ''),
        sql`${sums.value} is not null`,
        isOfFormat(),
      ),
    )
}

/** Days that no look reaches any more. */
async function dropOld(db: Db, projectId: string, days: readonly number[]): Promise<void> {
  const ofDays = and(eq(sums.projectId, projectId), eq(sums.kind, 'flaky'))
  await db.delete(sums).where(and(ofDays, lt(sums.since, Math.min(...days))))
}

/** A day's JSON that is longer is not kept: it would be too long for one parameter. */
const MAX_DAY_LENGTH = 1_000_000

/** What came on the days of which no sum is kept: the newest 5,000 failures are looked at, and what is made of whole days is kept. */
async function makeDays(
  stores: FlakyStores,
  projectId: string,
  days: readonly number[],
): Promise<readonly FlakyFailure[]> {
  if (days.length === 0) return []
  const { db } = stores
  const wanted = days.map((since) => ({ projectId, kind: 'flaky', since }) as const)
  return makeSums(stores, wanted, [rawStatement(db, toldFailuresQuery(projectId, days))], async ([answer]) => {
    const failures = (answer as { readonly results: readonly Failure[] }).results
    const flaky = Map.groupBy(await flakyOf(db, projectId, failures), ({ toldAt }) => dayOf(toldAt))
    const isWhole = (day: number) => failures.length < MAX_FAILURES || day > dayOf(failures.at(-1)?.toldAt ?? 0)
    const made = wanted.map((one) => ({ ...one, branch: '', value: (flaky.get(one.since) ?? []).map(plain) }))
    return {
      made: made.flatMap(({ value }) => value),
      kept: made.filter(({ since, value }) => isWhole(since) && JSON.stringify(value).length <= MAX_DAY_LENGTH),
    }
  })
}

/** Those of these of which the test passed too. */
async function flakyOf(db: Db, projectId: string, failures: readonly Failure[]): Promise<readonly Failure[]> {
  const open = failures.filter(({ hasPassed, hasSiblings }) => hasPassed === 0 && hasSiblings === 1)
  const passes = open.length === 0 ? () => false : await readPasses(db, projectId, open)
  return failures.filter((failure) => failure.hasPassed === 1 || passes(failure))
}

function plain({ revision: _, toldAt: __, hasPassed: ___, hasSiblings: ____, ...flaky }: Failure): FlakyFailure {
  return flaky
}

// The cross joins keep the order in which the indexes fit: reports with failures, these, then each one's siblings.

/** Failures that are still rows of `test_results`: mostly there are none left. */
export function oldFailuresQuery(projectId: string, since: number): SQL {
  return withPasses(
    sql`select t.classname, t.name, t.source, t.file, t.run_time_seconds, 0 as report_id, w.created_at as told_at, ${OF_BUILD}
    from ${workflows} as w cross join ${builds} as b on b.workflow_id = w.id
    cross join ${testResults} as t on t.build_id = b.id and t.result in ('failure', 'error')
    cross join ${pipelines} as p on p.id = w.pipeline_id
    where w.project_id = ${projectId} and w.created_at >= ${since} and p.revision <> ${UNKNOWN_REVISION} and exists (select 1 from ${testResults} where build_id >= '')
    order by w.created_at desc`,
    projectId,
  )
}

/** Failures whose reports came on these days, the newest reports first. That reports may have flaky tests too is said as their index has it. */
export function toldFailuresQuery(projectId: string, days: readonly number[]): SQL {
  const [first, last] = [Math.min(...days), Math.max(...days)]
  return withPasses(
    sql`select n.classname, n.name, t.source, nullif(n.file, '') as file, t.run_time_seconds, r.id as report_id, r.created_at as told_at, ${OF_BUILD}
    from ${testReports} as r cross join ${builds} as b on b.id = r.build_id
    cross join ${workflows} as w on w.id = b.workflow_id
    cross join ${testFailures} as t on t.report_id = r.id and t.outcome in ('failure', 'error')
    cross join ${testNames} as n on n.id = t.test_id
    cross join ${pipelines} as p on p.id = w.pipeline_id
    where r.project_id = ${projectId} and r.created_at >= ${first} and r.created_at < ${last + DAY_MS} and r.failed + r.errored + r.flaky > 0 and r.failed + r.errored > 0 and p.revision <> ${UNKNOWN_REVISION}
      and r.created_at - r.created_at % ${DAY_MS} in (select row.value from json_each(${JSON.stringify(days)}) as row)
    order by r.created_at desc`,
    projectId,
  )
}

const OF_BUILD = sql`b.job_name, b.build_num, p.revision, p.number, w.id as workflow_id, w.name as workflow_name, w.created_at`

/** The newest of these failures, and whether there may be a pass of each. */
function withPasses(failures: SQL, projectId: string): SQL {
  const siblings = sql`${pipelines} as p cross join ${builds} as b on b.pipeline_id = p.id and b.job_name = f.job_name`
  const ofRevision = sql`p.project_id = ${projectId} and p.revision = f.revision`
  return sql`with failures as materialized (${failures} limit ${MAX_FAILURES})
    select f.classname as classname, f.name as testName, f.source as source, f.file as file,
      f.run_time_seconds as runTimeSeconds, f.job_name as jobName, f.build_num as jobNumber, f.number as pipelineNumber,
      f.workflow_id as workflowId, f.workflow_name as workflowName, f.created_at as workflowCreatedAt, f.revision as revision,
      f.told_at as toldAt,
      exists (select 1 from ${siblings}
        cross join ${testResults} as t on t.build_id = b.id and t.classname = f.classname and t.name = f.name and t.result = 'success'
        where ${ofRevision}) as hasPassed,
      exists (select 1 from ${siblings}
        cross join ${testReports} as r on r.build_id = b.id and (r.id <> f.report_id or instr(r.outcomes, 'M') > 0)
        where ${ofRevision} and r.passed > 0) as hasSiblings
    from failures as f order by f.told_at desc`
}

/** Whether the test of a failure passed in a report of that job on that revision. */
async function readPasses(
  db: Db,
  projectId: string,
  failures: readonly Failure[],
): Promise<(failure: Failure) => boolean> {
  const jobs = chunksOf(failures.map(({ revision, jobName }) => [revision, jobName]))
  const names = chunksOf(failures.map(({ classname, testName }) => [classname, testName]))
  const [ofJobs, ofNames] = await Promise.all([
    readRows<{ revision: string; job: string; outcomes: string }>(
      db,
      jobs.map((chunk) => outcomesOfJobsQuery(projectId, chunk)),
    ),
    readRows<{ id: number; classname: string; name: string }>(
      db,
      names.map((chunk) => numbersOfNamesQuery(projectId, chunk)),
    ),
  ])
  const runsOf = new Map<string, Runs[]>()
  for (const { revision, job, outcomes } of ofJobs) push(runsOf, keyOf([revision, job]), readRuns({ outcomes }))
  const numbersOf = new Map<string, number[]>()
  for (const { id, classname, name } of ofNames) push(numbersOf, keyOf([classname, name]), id)
  return ({ revision, jobName, classname, testName }) => {
    const those = numbersOf.get(keyOf([classname, testName])) ?? []
    return (runsOf.get(keyOf([revision, jobName])) ?? []).some((runs) =>
      those.some((number) => {
        const run = runIn(runs, number)
        return run !== null && HAS_PASSED[run.outcome]
      }),
    )
  }
}

function outcomesOfJobsQuery(projectId: string, jobs: string) {
  return sql`select p.revision as revision, b.job_name as job, r.outcomes as outcomes
    from json_each(${jobs}) as row cross join ${pipelines} as p on p.project_id = ${projectId} and p.revision = row.value ->> 0
    cross join ${builds} as b on b.pipeline_id = p.id and b.job_name = row.value ->> 1
    cross join ${testReports} as r on r.build_id = b.id and r.passed > 0`
}

/** A test may have moved to another file. */
function numbersOfNamesQuery(projectId: string, names: string) {
  return sql`select n.id as id, n.classname as classname, n.name as name from json_each(${names}) as row
    cross join ${testNames} as n on n.project_id = ${projectId} and n.classname = row.value ->> 0 and n.name = row.value ->> 1`
}

/** Each pair once, as values that D1 takes. */
function chunksOf(pairs: readonly (readonly [string, string])[]): string[] {
  return jsonChunks(new Map(pairs.map((pair) => [keyOf(pair), pair])).values())
}

/** The rows of several statements, whose columns are those of `T`. */
async function readRows<T>(db: Db, queries: readonly SQL[]): Promise<T[]> {
  const [first, ...others] = queries.map((query) => rawStatement(db, query))
  if (!first) return []
  const answers = await db.batch([first, ...others])
  return answers.flatMap(({ results }) => results as T[])
}

function keyOf(parts: readonly string[]): string {
  return JSON.stringify(parts)
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
