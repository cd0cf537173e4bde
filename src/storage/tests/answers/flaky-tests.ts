import { type SQL, sql } from 'drizzle-orm'
import { HAS_PASSED, type Runs, readRuns, runIn } from '../../../domain/tests/test-runs.ts'
import { builds, pipelines, testResults, workflows } from '../../schema/schema.ts'
import { testFailures, testNames, testReports } from '../../schema/schema-tests.ts'
import { type Db, rawStatement } from '../../stores.ts'
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
  /** Whether it passed in what is still rows of `test_results`. */
  readonly hasPassed: number
  /** Whether other reports of the job on that revision may have the test. */
  readonly hasSiblings: number
}

/** Such failures since then, newest first. */
export async function listFlakyFailures(db: Db, projectId: string, since: number): Promise<FlakyFailure[]> {
  const failures = await db.all<Failure>(flakyFailuresQuery(projectId, since))
  const open = failures.filter(({ hasPassed, hasSiblings }) => hasPassed === 0 && hasSiblings === 1)
  const passes = open.length === 0 ? () => false : await readPasses(db, projectId, open)
  return failures
    .filter((failure) => failure.hasPassed === 1 || passes(failure))
    .map(({ revision: _, hasPassed: __, hasSiblings: ___, ...flaky }) => flaky)
}

export function flakyFailuresQuery(projectId: string, since: number) {
  // The cross joins keep the order in which the indexes fit: reports with failures, these, then each one's siblings. Mostly
  // nothing is left of the old results.
  const ofBuilds = sql`b.job_name, b.build_num, p.revision, p.number, w.id as workflow_id, w.name as workflow_name, w.created_at`
  const isRecent = sql`w.project_id = ${projectId} and w.created_at >= ${since}`
  // A report comes after the first one of its workflow.
  const hasFailed = sql`r.project_id = ${projectId} and r.created_at >= ${since} and r.failed + r.errored > 0`
  const siblings = sql`${pipelines} as p cross join ${builds} as b on b.pipeline_id = p.id and b.job_name = f.job_name`
  const ofRevision = sql`p.project_id = ${projectId} and p.revision = f.revision`
  return sql`with failures as materialized (
      select t.classname, t.name, t.source, t.file, t.run_time_seconds, 0 as report_id, ${ofBuilds}
      from ${workflows} as w cross join ${builds} as b on b.workflow_id = w.id
      cross join ${testResults} as t on t.build_id = b.id and t.result in ('failure', 'error')
      cross join ${pipelines} as p on p.id = w.pipeline_id
      where ${isRecent} and exists (select 1 from ${testResults} where build_id >= '')
      union all
      select n.classname, n.name, t.source, nullif(n.file, ''), t.run_time_seconds, r.id, ${ofBuilds}
      from ${testReports} as r cross join ${builds} as b on b.id = r.build_id
      cross join ${workflows} as w on w.id = b.workflow_id
      cross join ${testFailures} as t on t.report_id = r.id and t.outcome in ('failure', 'error')
      cross join ${testNames} as n on n.id = t.test_id
      cross join ${pipelines} as p on p.id = w.pipeline_id
      where ${hasFailed} and ${isRecent}
      order by 13 desc limit ${MAX_FAILURES})
    select f.classname as classname, f.name as testName, f.source as source, f.file as file,
      f.run_time_seconds as runTimeSeconds, f.job_name as jobName, f.build_num as jobNumber, f.number as pipelineNumber,
      f.workflow_id as workflowId, f.workflow_name as workflowName, f.created_at as workflowCreatedAt, f.revision as revision,
      exists (select 1 from ${siblings}
        cross join ${testResults} as t on t.build_id = b.id and t.classname = f.classname and t.name = f.name and t.result = 'success'
        where ${ofRevision}) as hasPassed,
      exists (select 1 from ${siblings}
        cross join ${testReports} as r on r.build_id = b.id and (r.id <> f.report_id or instr(r.outcomes, 'M') > 0)
        where ${ofRevision} and r.passed > 0) as hasSiblings
    from failures as f order by f.created_at desc`
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
