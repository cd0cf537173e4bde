import { type SQL, sql } from 'drizzle-orm'
import { UNKNOWN_REVISION } from '../../../domain/builds/build.ts'
import type { BranchReport, PastReport, RevisionReport } from '../../../domain/tests/verdict.ts'
import { isComplete, rankOf } from '../../builds/complete-pipelines.ts'
import { builds, pipelines } from '../../schema/schema.ts'
import { testFailures, testReports } from '../../schema/schema-tests.ts'

// What reports of before say is read from so many of the newest, whatever many there are: outcomes alone, which are a dozen
// characters for a green report. A project whose outcomes are long is looked at less far.

/** Of a branch, as many as its status looks back. */
const MAX_PIPELINES = 100
const MAX_REPORTS_OF_BRANCH = 500
const MAX_CHARACTERS = 3_000_000
/** Of the project, whatever branch: how often a test fails. */
const MAX_RECENT_REPORTS = 300
/** Where something failed lately. */
const MAX_REVISIONS = 200
const MAX_REPORTS_OF_REVISIONS = 1_000
const MAX_FAILURES_A_TEST = 20
const MAX_REPORTS_WITH_FAILURES = 1_000

/** The rows of `newest`, each with the characters of all before it, for `MAX_CHARACTERS`; `order` is that of its rows. */
function bounded(newest: SQL, order: SQL): SQL {
  return sql`newest as (${newest}),
    recent as (select *, sum(characters) over (order by ${order} rows unbounded preceding) - characters as before from newest)`
}

/** With `times` where these were asked for. */
type BranchRow = BranchReport & { readonly times?: string }

/**
 * The reports of a branch, the newest pipeline first, in it the newest build; of pipelines before that of the build
 * `beforeBuild`, where that is of this branch.
 */
export function branchReportsQuery(
  projectId: string,
  branch: string,
  {
    beforeBuild = null,
    withTimes = false,
  }: { readonly beforeBuild?: string | null; readonly withTimes?: boolean } = {},
): SQL {
  const ofBuild = sql`select p.began_at, p.ci_number, p.number from ${builds} as b cross join ${pipelines} as p on p.id = b.pipeline_id
    where b.id = ${beforeBuild} and p.branch = ${branch}`
  const isBefore = beforeBuild === null ? sql`1` : sql`(not exists (${ofBuild}) or ${rankOf('p')} < (${ofBuild}))`
  const characters = withTimes ? sql`octet_length(r.outcomes) + octet_length(r.times)` : sql`octet_length(r.outcomes)`
  const order = sql`began_at desc, ci_number desc, number desc, build_num desc, id desc`
  const reports = sql`select r.id, candidate.began_at, candidate.ci_number, candidate.number, b.build_num, b.job_name, r.created_at,
      candidate.id as pipeline_id, ${characters} as characters
    from candidate cross join ${builds} as b on b.pipeline_id = candidate.id cross join ${testReports} as r on r.build_id = b.id
    order by candidate.began_at desc, candidate.ci_number desc, candidate.number desc, b.build_num desc, r.id desc
    limit ${MAX_REPORTS_OF_BRANCH}`
  return sql`with candidate as materialized (select p.id, p.began_at, p.ci_number, p.number from ${pipelines} as p
      where p.project_id = ${projectId} and p.branch = ${branch} and ${isBefore}
      order by p.began_at desc, p.ci_number desc, p.number desc limit ${MAX_PIPELINES}),
    whole as materialized (select candidate.id, ${isComplete('candidate')} as is_complete from candidate),
    ${bounded(reports, order)}
    select recent.build_num as buildNum, recent.job_name as jobName, recent.number as pipelineNumber,
      (select whole.is_complete from whole where whole.id = recent.pipeline_id) as isComplete, recent.created_at as at,
      r.outcomes as outcomes${withTimes ? sql`, r.times as times` : sql``}
    from recent cross join ${testReports} as r on r.id = recent.id where recent.before < ${MAX_CHARACTERS}
    order by recent.began_at desc, recent.ci_number desc, recent.number desc, recent.build_num desc, recent.id desc`
}

/** The rows of that statement. */
export function branchReportsIn(result: { readonly results: unknown[] }): BranchRow[] {
  // The columns of that statement.
  return (result.results as (Omit<BranchRow, 'isComplete'> & { isComplete: number })[]).map((row) => ({
    ...row,
    isComplete: row.isComplete === 1,
  }))
}

/** The newest reports of a project since then, up to that one, the newest first. */
export function recentReportsQuery(projectId: string, since: number, upTo: number): SQL {
  return sql`with ${bounded(
    sql`select r.id, r.build_id, r.created_at, octet_length(r.outcomes) as characters from ${testReports} as r
      where r.project_id = ${projectId} and r.id <= ${upTo} order by r.id desc limit ${MAX_RECENT_REPORTS}`,
    sql`id desc`,
  )}
    select b.build_num as buildNum, r.outcomes as outcomes
    from recent cross join ${builds} as b on b.id = recent.build_id cross join ${testReports} as r on r.id = recent.id
    where recent.created_at >= ${since} and recent.before < ${MAX_CHARACTERS} order by recent.id desc`
}

/** All reports of the jobs and commits at which one of these tests failed lately, or passed after it had failed. */
export function revisionsOfTestsQuery(projectId: string, tests: readonly number[], since: number): SQL {
  return revisionReports(
    projectId,
    sql`select t.report_id as id from json_each(${JSON.stringify(tests)}) as row cross join ${testFailures} as t on t.test_id = row.value
      and t.report_id in (select x.report_id from ${testFailures} as x where x.test_id = row.value order by x.report_id desc limit ${MAX_FAILURES_A_TEST})`,
    since,
  )
}

/** All reports of the jobs and commits at which anything failed lately, or passed after it had failed. */
export function revisionsOfProjectQuery(projectId: string, since: number): SQL {
  return revisionReports(
    projectId,
    sql`select r.id from ${testReports} as r where r.project_id = ${projectId} and r.created_at >= ${since}
      and r.failed + r.errored + r.flaky > 0 order by r.created_at desc limit ${MAX_REPORTS_WITH_FAILURES}`,
    since,
  )
}

function revisionReports(projectId: string, failed: SQL, since: number): SQL {
  return sql`with candidate as materialized (${failed}),
    page_subquery as materialized (select p.revision, b.job_name, max(r.id) as newest_id
      from candidate cross join ${testReports} as r on r.id = candidate.id cross join ${builds} as b on b.id = r.build_id
      cross join ${pipelines} as p on p.id = b.pipeline_id
      where r.created_at >= ${since} and p.revision <> ${UNKNOWN_REVISION}
      group by 1, 2 order by 3 desc limit ${MAX_REVISIONS}),
    ${bounded(
      sql`select r.id, b.build_num, b.job_name, p.revision, octet_length(r.outcomes) as characters
        from page_subquery as f cross join ${pipelines} as p on p.project_id = ${projectId} and p.revision = f.revision
        cross join ${builds} as b on b.pipeline_id = p.id and b.job_name = f.job_name
        cross join ${testReports} as r on r.build_id = b.id order by r.id desc limit ${MAX_REPORTS_OF_REVISIONS}`,
      sql`id desc`,
    )}
    select recent.build_num as buildNum, recent.job_name as jobName, recent.revision as revision, r.outcomes as outcomes
    from recent cross join ${testReports} as r on r.id = recent.id where recent.before < ${MAX_CHARACTERS} order by recent.id desc`
}

export function revisionReportsIn({ results }: { readonly results: unknown[] }): RevisionReport[] {
  // The columns of those statements.
  return results as RevisionReport[]
}

export function recentReportsIn({ results }: { readonly results: unknown[] }): PastReport[] {
  return results as PastReport[]
}

/** How many reports the history of one test looks at. */
const MAX_REPORTS_OF_HISTORY = 1_000

/** How all tests ended in the newest reports of a project, whatever branch: the newest first. */
export function outcomesQuery(projectId: string): SQL {
  return sql`with ${bounded(
    sql`select r.id, octet_length(r.outcomes) as characters from ${testReports} as r
      where r.project_id = ${projectId} order by r.id desc limit ${MAX_REPORTS_OF_HISTORY}`,
    sql`id desc`,
  )}
    select r.id as id, r.outcomes as outcomes from recent cross join ${testReports} as r on r.id = recent.id
    where recent.before < ${MAX_CHARACTERS} order by recent.id desc`
}
