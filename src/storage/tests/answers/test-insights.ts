import { type SQL, sql } from 'drizzle-orm'
import { DAY_MS } from '../../../domain/day.ts'
import type { Project } from '../../../domain/project.ts'
import type { NamedTest } from '../../../domain/tests/named-test.ts'
import { type InsightFigures, insightsOf, type TimedReport } from '../../../domain/tests/test-insights.ts'
import { testNames } from '../../schema/schema-tests.ts'
import { type ReadStores, rawStatement } from '../../stores.ts'
import {
  branchReportsIn,
  branchReportsQuery,
  recentReportsIn,
  recentReportsQuery,
  revisionReportsIn,
  revisionsOfProjectQuery,
} from './past-reports.ts'
import { namedTestOf, TEST_COLUMNS, type TestRow } from './test-mutes.ts'

/** The same lists, each at most 50 long, with the tests themselves. */
export type TestInsights = {
  readonly [List in keyof InsightFigures]: readonly (InsightFigures[List][number] & { readonly test: NamedTest })[]
}

const MAX_SHOWN = 50
const FLAKY_MS = 14 * DAY_MS

/** What stands out of the tests of a branch, by its newest reports. */
export async function testInsights(
  { db, now }: Pick<ReadStores, 'db' | 'now'>,
  project: Pick<Project, 'id' | 'defaultBranch'>,
  branch: string,
): Promise<TestInsights> {
  const since = now() - FLAKY_MS
  const isDefault = branch === project.defaultBranch
  const [ofBranch, revisions, recent, ...others] = await db.batch([
    rawStatement(db, branchReportsQuery(project.id, branch, { withTimes: true })),
    rawStatement(db, revisionsOfProjectQuery(project.id, since)),
    rawStatement(db, recentReportsQuery(project.id, since, Number.MAX_SAFE_INTEGER)),
    ...(isDefault ? [] : [rawStatement(db, branchReportsQuery(project.id, project.defaultBranch))]),
  ])
  const reports = branchReportsIn(ofBranch).map((row): TimedReport => ({ ...row, times: row.times ?? '' }))
  const [there] = others
  const figures = insightsOf(reports, there ? branchReportsIn(there) : null, {
    revisions: revisionReportsIn(revisions),
    recent: recentReportsIn(recent),
  })
  const { slowest, mostFailing, flaky, added, vanished } = figures
  const top = <T>(list: readonly T[]) => list.slice(0, MAX_SHOWN)
  const shown = [top(slowest), top(mostFailing), top(flaky), top(added), top(vanished)].flatMap((list) =>
    list.map(({ id }) => id),
  )
  const tests = new Map<number, NamedTest>()
  if (shown.length > 0)
    for (const row of await db.all<TestRow>(namesQuery(project.id, [...new Set(shown)])))
      tests.set(row.id, namedTestOf(row))
  const named = <T extends { readonly id: number }>(list: readonly T[]) =>
    top(list).flatMap((figure) => {
      const test = tests.get(figure.id)
      return test ? [{ ...figure, test }] : []
    })
  return {
    slowest: named(slowest),
    mostFailing: named(mostFailing),
    flaky: named(flaky),
    added: named(added),
    vanished: named(vanished),
  }
}

export function namesQuery(projectId: string, ids: readonly number[]): SQL {
  return sql`select ${TEST_COLUMNS} from json_each(${JSON.stringify(ids)}) as row
    cross join ${testNames} as n on n.id = row.value and n.project_id = ${projectId}`
}
