import { env } from 'cloudflare:workers'
import { eq, inArray } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { planUpkeep, runUpkeep } from '../../../src/actions/run-daily-tasks.ts'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import { DAY_MS } from '../../../src/domain/day.ts'
import type { TestResult } from '../../../src/domain/tests/test-result.ts'
import { MAX_OPERATIONS_A_STEP } from '../../../src/domain/upkeep.ts'
import { testFailures, testNames } from '../../../src/storage/schema/schema-tests.ts'
import { keepTestReport } from '../../../src/storage/tests/test-reports.ts'
import { listTestResults } from '../../../src/storage/tests/test-results.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { seedBuild } from '../../support/seed/seed-builds.ts'
import { EMPTY, putBack } from '../../support/worker/snapshot.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

function test(name: string, result: TestResult['result'] = 'success'): TestResult {
  const said = { classname: 'C', runTimeSeconds: 0, message: '', file: null, source: 'unit' }
  return { ...said, name, result, isFlaky: false, attempts: [], attachments: [] }
}

/** So many names that no report has any more. */
async function seedNames(projectId: string, count: number, at: number): Promise<void> {
  await env.DB.prepare(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
    insert into test_names (project_id, classname, name, file, created_at, seen_at)
    select ?, 'old', 'run ' || i, '', ?, ? from n`,
  )
    .bind(projectId, at, at)
    .run()
}

async function keep(
  stores: TestStores,
  project: Awaited<ReturnType<typeof seedProject>>,
  tests: readonly TestResult[],
) {
  const build = await seedBuild(stores, project, {})
  return {
    build,
    kept: await keepTestReport(stores, { buildId: build.id, name: '' }, { tests, warnings: [] }, INSTANCE),
  }
}

/** The day's upkeep; gives how much its longest step asked of D1. */
async function upkeep(stores: TestStores): Promise<number> {
  await planUpkeep(stores)
  let most = 0
  let operations = 0
  stores.faults.beforeD1 = async (sqls) => {
    operations += sqls.length
  }
  for (let step = stores.steps.shift(); step; step = stores.steps.shift()) {
    operations = 0
    expect(await runUpkeep(stores, step)).toBe(true)
    most = Math.max(most, operations)
  }
  stores.faults.beforeD1 = undefined
  return most
}

// The upkeep is for all that there is: what other files left would add to it.
beforeEach(() => putBack(EMPTY))

describe('names of tests', () => {
  it('are no more than 100,000 of a project: others are shown without a history, and the report says so', async () => {
    const stores = await openTestStores()
    const project = await seedProject(stores.db)
    await seedNames(project.id, 99_999, stores.now())
    const tests = [test('fits'), test('fails', 'failure'), test('passes')]
    const { build, kept } = await keep(stores, project, tests)
    const warning = '2 of the tests have no history: they are not among the 100,000 names that are kept of a project'
    expect(kept).toMatchObject({ kind: 'kept', warnings: [warning] })
    expect(await listTestResults(stores, project.id, build.num)).toMatchObject(tests)
    expect(await stores.db.$count(testNames, eq(testNames.projectId, project.id))).toBe(100_000)
    const again = await keepTestReport(stores, { buildId: build.id, name: '' }, { tests, warnings: [] }, INSTANCE)
    expect(again).toEqual({ kind: 'same', warnings: [warning] })
  })

  it('that no report had for a month are forgotten where there are very many, a bounded number a step', async () => {
    const stores = await openTestStores()
    const [crowded, ordinary] = [await seedProject(stores.db), await seedProject(stores.db)]
    const now = stores.now()
    stores.clock.now = now - 40 * DAY_MS
    await keep(stores, crowded, [test('nightly', 'failure'), test('dropped', 'failure')])
    stores.clock.now = now
    await seedNames(crowded.id, 60_000, now - 40 * DAY_MS)
    await seedNames(ordinary.id, 10, now - 40 * DAY_MS)
    const { build } = await keep(stores, crowded, [test('nightly'), test('new')])
    expect(await upkeep(stores)).toBeLessThanOrEqual(MAX_OPERATIONS_A_STEP)
    const left = await stores.db
      .select({ id: testNames.id, name: testNames.name })
      .from(testNames)
      .where(eq(testNames.projectId, crowded.id))
    expect(left.map(({ name }) => name).sort()).toEqual(['new', 'nightly'])
    expect(await stores.db.$count(testNames, eq(testNames.projectId, ordinary.id))).toBe(10)
    expect(
      await stores.db.$count(
        testFailures,
        inArray(
          testFailures.testId,
          left.map(({ id }) => id),
        ),
      ),
    ).toBe(1)
    expect((await listTestResults(stores, crowded.id, build.num))?.map(({ name }) => name)).toEqual(['nightly', 'new'])
    expect(stores.warnings).toEqual([])
  })
})
