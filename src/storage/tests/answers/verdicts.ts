import { and, eq, type SQL, sql } from 'drizzle-orm'
import { DAY_MS } from '../../../domain/day.ts'
import type { Project } from '../../../domain/project.ts'
import type { Mute, NamedTest } from '../../../domain/tests/named-test.ts'
import type { TestOutcome } from '../../../domain/tests/test-result.ts'
import {
  type FailedTest,
  judge,
  MAX_JUDGED,
  newFirst,
  type Past,
  summaryOf,
  type Verdict,
  type VerdictCounts,
  verdictCounts,
} from '../../../domain/tests/verdict.ts'
import { builds } from '../../schema/schema.ts'
import { testFailures, testNames, testReports } from '../../schema/schema-tests.ts'
import { type Db, type ReadStores, rawStatement } from '../../stores.ts'
import {
  branchReportsIn,
  branchReportsQuery,
  recentReportsIn,
  recentReportsQuery,
  revisionReportsIn,
  revisionsOfTestsQuery,
} from './past-reports.ts'
import { MUTE_COLUMNS, type MuteRow, muteJoin, muteOf, namedTestOf, TEST_COLUMNS, type TestRow } from './test-mutes.ts'

/** A failure of a test in a build. A test that failed in several reports of it is there once. */
export type Failure = {
  readonly test: NamedTest
  readonly outcome: 'failure' | 'error'
  /** Its first line. */
  readonly message: string
  readonly runTimeSeconds: number
  readonly verdict: Verdict
  readonly mute: Mute | null
}

/** What is said of all failures of a build, or of a workflow. */
export type Judgement = {
  readonly tests: Readonly<Record<TestOutcome | 'flaky', number>>
  readonly warnings: readonly string[]
  /** All in one line; empty where nothing failed. */
  readonly summary: string
  /** The newest complete pipeline of the default branch; null where there is none with tests, or nothing failed. */
  readonly comparedWith: { readonly pipelineNumber: number; readonly branch: string } | null
  readonly counts: VerdictCounts
  /** New ones first: `newFirst`. */
  readonly failures: readonly Failure[]
}

const FLAKY_MS = 14 * DAY_MS

type JudgedProject = Pick<Project, 'id' | 'defaultBranch'>

/** The verdicts on the failures of a build; null where there is no such build. */
export async function judgeBuild(
  stores: Pick<ReadStores, 'db' | 'now'>,
  project: JudgedProject,
  num: number,
): Promise<Judgement | null> {
  const which = sql`b.project_id = ${project.id} and b.build_num = ${num}`
  const { db } = stores
  const ofBuild = and(eq(builds.projectId, project.id), eq(builds.num, num))
  const [[build], ...results] = await db.batch([
    db.select({ id: builds.id }).from(builds).where(ofBuild),
    ...statementsOf(stores, which),
  ])
  return build ? judgeRows(stores, project, build.id, results) : null
}

/** The line on all failures of some builds of one pipeline: empty where nothing failed. */
export async function summarizeBuilds(
  stores: Pick<ReadStores, 'db' | 'now'>,
  project: JudgedProject,
  buildIds: readonly string[],
): Promise<string> {
  return (await judgeBuilds(stores, project, buildIds))?.summary ?? ''
}

/** The verdicts on the failures of some builds of one pipeline; null where no build is named. */
export async function judgeBuilds(
  stores: Pick<ReadStores, 'db' | 'now'>,
  project: JudgedProject,
  buildIds: readonly string[],
): Promise<Judgement | null> {
  const [buildId] = buildIds
  if (buildId === undefined) return null
  const which = sql`b.id in (select value from json_each(${JSON.stringify(buildIds)}) as row)`
  const results = await stores.db.batch(statementsOf(stores, which))
  return judgeRows(stores, project, buildId, results)
}

function statementsOf({ db, now }: Pick<ReadStores, 'db' | 'now'>, which: SQL) {
  return [rawStatement(db, countsQuery(which)), rawStatement(db, failuresQuery(which, now()))] as const
}

type CountsRow = {
  readonly newest: number | null
  readonly at: number | null
  readonly success: number | null
  readonly failure: number | null
  readonly error: number | null
  readonly skipped: number | null
  readonly flaky: number | null
  readonly warnings: string
}

/** What the reports of builds `b` count. */
export function countsQuery(which: SQL): SQL {
  return sql`select max(r.id) as newest, max(r.created_at) as at, sum(r.passed) as success, sum(r.failed) as failure, sum(r.errored) as error,
      sum(r.skipped) as skipped, sum(r.flaky) as flaky, json_group_array(r.warnings) as warnings
    from ${builds} as b cross join ${testReports} as r on r.build_id = b.id where ${which}`
}

type FailureRow = TestRow &
  MuteRow & {
    readonly outcome: 'failure' | 'error'
    readonly message: string
    readonly seconds: number
    readonly jobName: string
  }

/** What failed in builds `b`. */
export function failuresQuery(which: SQL, now: number): SQL {
  return sql`select ${TEST_COLUMNS}, ${MUTE_COLUMNS}, t.outcome as outcome, t.message as message, t.run_time_seconds as seconds,
      b.job_name as jobName
    from ${builds} as b cross join ${testReports} as r on r.build_id = b.id
    cross join ${testFailures} as t on t.report_id = r.id and t.outcome in ('failure', 'error')
    cross join ${testNames} as n on n.id = t.test_id ${muteJoin(now)}
    where ${which} order by b.build_num, r.report, t.position limit ${MAX_JUDGED}`
}

async function judgeRows(
  { db, now }: Pick<ReadStores, 'db' | 'now'>,
  project: JudgedProject,
  buildId: string,
  [counted, failed]: readonly { readonly results: unknown[] }[],
): Promise<Judgement> {
  // The columns of those statements.
  const [row] = (counted?.results ?? []) as CountsRow[]
  const rows = (failed?.results ?? []) as FailureRow[]
  const { success, failure, error, skipped, flaky } = row ?? {}
  const tests = {
    success: success ?? 0,
    failure: failure ?? 0,
    error: error ?? 0,
    skipped: skipped ?? 0,
    flaky: flaky ?? 0,
  }
  const distinct = [...new Map([...rows].reverse().map((one) => [one.id, one])).values()].reverse()
  const past = await readPast(db, project, {
    tests: distinct.map(({ id }) => id),
    since: (row?.at ?? now()) - FLAKY_MS,
    upTo: row?.newest ?? 0,
    beforeBuild: buildId,
  })
  const verdicts = judge(distinct, past)
  const failures = distinct.map((one, i): Failure => {
    const { outcome, message, seconds } = one
    const verdict = verdicts[i] ?? { verdict: 'unknown' }
    return { test: namedTestOf(one), outcome, message, runTimeSeconds: seconds, verdict, mute: muteOf(one) }
  })
  const counts = verdictCounts(failures, tests.failure + tests.error - rows.length)
  return {
    tests,
    warnings: (JSON.parse(row?.warnings ?? '[]') as string[]).flatMap((list) => JSON.parse(list) as string[]),
    summary: summaryOf(counts, project.defaultBranch),
    comparedWith: comparedWith(past, project),
    counts,
    failures: newFirst(failures),
  }
}

const NO_PAST: Past = { there: [], revisions: [], recent: [] }

type Asked = {
  readonly tests: readonly number[]
  readonly since: number
  /** The newest report that counts among the last runs. */
  readonly upTo: number
  readonly beforeBuild: string | null
}

async function readPast(db: Db, project: JudgedProject, { tests, since, upTo, beforeBuild }: Asked): Promise<Past> {
  if (tests.length === 0) return NO_PAST
  const [there, revisions, recent] = await db.batch([
    rawStatement(db, branchReportsQuery(project.id, project.defaultBranch, { beforeBuild })),
    rawStatement(db, revisionsOfTestsQuery(project.id, tests, since)),
    rawStatement(db, recentReportsQuery(project.id, since, upTo)),
  ])
  return {
    there: branchReportsIn(there),
    revisions: revisionReportsIn(revisions),
    recent: recentReportsIn(recent),
  }
}

function comparedWith({ there }: Past, { defaultBranch: branch }: JudgedProject): Judgement['comparedWith'] {
  const newest = there.find(({ isComplete }) => isComplete)
  return newest ? { pipelineNumber: newest.pipelineNumber, branch } : null
}

/** A test by its names, as a report has them. */
export type TestIdentity = { readonly classname: string; readonly name: string; readonly file: string | null }

export type JudgedKey = TestIdentity & {
  readonly id: number | null
  readonly verdict: Verdict
  readonly mute: Mute | null
}

/** The verdicts on tests that failed in a build that is not reported yet, in the order asked. */
export async function judgeTests(
  { db, now }: Pick<ReadStores, 'db' | 'now'>,
  project: JudgedProject,
  keys: readonly TestIdentity[],
): Promise<Pick<Judgement, 'summary' | 'counts'> & { readonly failures: readonly JudgedKey[] }> {
  const at = now()
  const rows = await db.all<KeyRow>(findKeysQuery(project.id, keys, at))
  const known = new Map(rows.map((row) => [row.place, row]))
  const asked = keys.map((_, place): FailedTest => ({ id: known.get(place)?.id ?? null, jobName: null }))
  const past = await readPast(db, project, {
    tests: asked.flatMap(({ id }) => id ?? []),
    since: at - FLAKY_MS,
    upTo: Number.MAX_SAFE_INTEGER,
    beforeBuild: null,
  })
  const verdicts = judge(asked, past)
  const failures = keys.map((key, place): JudgedKey => {
    const row = known.get(place)
    return {
      ...key,
      id: row?.id ?? null,
      verdict: verdicts[place] ?? { verdict: 'unknown' },
      mute: row ? muteOf(row) : null,
    }
  })
  const counts = verdictCounts(failures, 0)
  return { counts, summary: summaryOf(counts, project.defaultBranch), failures }
}

type KeyRow = MuteRow & { readonly place: number; readonly id: number }

/** The tests that have these names, with their places in the list. */
export function findKeysQuery(projectId: string, keys: readonly TestIdentity[], now: number): SQL {
  const names = JSON.stringify(keys.map(({ classname, name, file }) => [classname, name, file ?? '']))
  return sql`select row.key as place, n.id as id, ${MUTE_COLUMNS} from json_each(${names}) as row
    cross join ${testNames} as n on n.project_id = ${projectId} and n.classname = row.value ->> 0 and n.name = row.value ->> 1
      and n.file = row.value ->> 2 ${muteJoin(now)}`
}
