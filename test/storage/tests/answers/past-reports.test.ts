import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Project } from '../../../../src/domain/project.ts'
import { textOfRuns } from '../../../../src/domain/tests/test-runs.ts'
import { findTestHistory } from '../../../../src/storage/tests/answers/test-history.ts'
import { testInsights } from '../../../../src/storage/tests/answers/test-insights.ts'
import { judgeBuild } from '../../../../src/storage/tests/answers/verdicts.ts'
import { seedProject } from '../../../support/seed/seed.ts'
import { queryPlanOf, rowsReadBy } from '../../../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'

const TESTS = 500
const [LITTLE, MUCH] = [1_200, 2_400]

/**
 * A project with so many builds of that many tests, written as rows: every second on main, three a commit, of which the
 * second fails test 7, and every build fails test 11. The newest is of a branch and fails them too.
 */
async function seedHistory({ db }: TestStores, builds: number): Promise<{ project: Project; firstTest: number }> {
  const project = await seedProject(db)
  const { id } = project
  const now = Date.now()
  const run = (sql: string, ...values: unknown[]) =>
    env.DB.prepare(sql)
      .bind(...values)
      .run()
  const numbers = `with recursive n(n) as (select 1 union all select n + 1 from n where n < ${builds})`
  await run(
    `with recursive n(n) as (select 1 union all select n + 1 from n where n < ?2)
    insert into test_names (project_id, classname, name, file, created_at, seen_at) select ?1, 'C', 't' || n, '', 0, 0 from n`,
    id,
    TESTS,
  )
  const first = await env.DB.prepare('select min(id) as id from test_names where project_id = ?')
    .bind(id)
    .first<number>('id')
  const firstTest = first ?? 0
  await run(
    `${numbers} insert into pipelines (id, project_id, number, external_id, branch, revision, created_at, began_at)
    select ?1 || '-' || n, ?1, n, n, iif(n % 2 = 0 and n < ${builds}, 'main', 'x'), 'r' || (n / 6 * 2 + n % 2), ?2, n from n`,
    id,
    now,
  )
  await run(
    `${numbers} insert into workflows (id, project_id, pipeline_id, external_id, name, created_at)
    select ?1 || '-' || n, ?1, ?1 || '-' || n, n, 'ci', ?2 from n`,
    id,
    now,
  )
  await run(
    `${numbers} insert into builds (id, project_id, pipeline_id, workflow_id, build_num, external_id, job_name, branch, status, class, stage, event_at, rank, created_at)
    select ?1 || '-' || n, ?1, ?1 || '-' || n, ?1 || '-' || n, n, n, 'test', iif(n % 2 = 0 and n < ${builds}, 'main', 'x'), 'failed', 'red', 2, n, 10, ?2 from n`,
    id,
    now,
  )
  const text = (failed: readonly number[]) =>
    textOfRuns(
      new Map(
        Array.from({ length: TESTS }, (_, i) => [
          firstTest + i,
          { outcome: failed.includes(i) ? ('failure' as const) : ('success' as const), runTimeSeconds: 0.1 },
        ]),
      ),
    )
  const [both, one] = [text([7, 11]), text([11])]
  const flaps = `(n % 6 in (2, 3) or n = ${builds})`
  await run(
    `${numbers} insert into test_reports (project_id, build_id, report, digest, object_key, object_index, passed, failed, errored, skipped, flaky, run_time_seconds, warnings, created_at, outcomes, times)
    select ?1, ?1 || '-' || n, '', '', ?1 || n, '{}', 490, iif(${flaps}, 2, 1), 0, 0, 0, 1, '[]', ?2, iif(${flaps}, ?3, ?4), ?5 from n`,
    id,
    now,
    both.outcomes,
    one.outcomes,
    both.times,
  )
  await run(
    `insert into test_failures (report_id, position, test_id, outcome, run_time_seconds, source, message)
    select r.id, f.value, ?2 + f.value, 'failure', 0.1, '', 'no' from test_reports as r cross join json_each('[7,11]') as f
    where r.project_id = ?1 and (f.value = 11 or r.failed = 2)`,
    id,
    firstTest,
  )
  return { project, firstTest }
}

describe('what reports of before say', () => {
  let stores: TestStores
  let little: Awaited<ReturnType<typeof seedHistory>>
  let much: Awaited<ReturnType<typeof seedHistory>>
  beforeAll(async () => {
    stores = await openTestStores()
    little = await seedHistory(stores, LITTLE)
    much = await seedHistory(stores, MUCH)
  })

  const ASKED = {
    'the failures of a build': ({ project }: typeof little, builds: number) => judgeBuild(stores, project, builds),
    'one test': ({ project, firstTest }: typeof little) =>
      findTestHistory(stores.db, project.id, firstTest + 7, Date.now()),
    'a branch': ({ project }: typeof little) => testInsights(stores, project, 'x'),
  }

  it.each(Object.entries(ASKED))('of %s is read by as many rows, whatever many builds there were', async (_, ask) => {
    const rows: number[] = []
    for (const [seeded, builds] of [
      [little, LITTLE],
      [much, MUCH],
    ] as const) {
      stores.recorded.length = 0
      await ask(seeded, builds)
      const queries = [...stores.recorded]
      rows.push(await rowsReadBy(stores.db, queries))
      for (const query of queries)
        expect(await queryPlanOf(stores.db, query), query.sql).not.toMatch(
          /SCAN (test_|builds|pipelines|workflows|[rbptn]$)/,
        )
    }
    const [before = 0, after = 0] = rows
    expect(before).toBeGreaterThan(100)
    expect(after).toBeLessThan(before * 1.1)
  })

  it('is found among many builds', async () => {
    const { failures, summary } = (await judgeBuild(stores, much.project, MUCH)) ?? { failures: [], summary: '' }
    expect(summary).toBe('1 flaky, 1 also red on main')
    expect(failures.map(({ test, verdict }) => [test.name, verdict.verdict])).toEqual([
      ['t8', 'flaky'],
      ['t12', 'also_red'],
    ])
    const history = await findTestHistory(stores.db, much.project.id, much.firstTest + 7, Date.now())
    expect(history?.runs).toHaveLength(100)
    expect((await testInsights(stores, much.project, 'main')).mostFailing[0]).toMatchObject({
      test: { name: 't12' },
      failureRate: 1,
      runs: 100,
    })
  })
})
