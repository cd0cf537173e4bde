import { env } from 'cloudflare:workers'
import { asc, eq } from 'drizzle-orm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import { UNKNOWN_REVISION } from '../../../src/domain/builds/build.ts'
import type { TestResult } from '../../../src/domain/tests/test-result.ts'
import { readRuns, runIn } from '../../../src/domain/tests/test-runs.ts'
import { MAX_OPERATIONS_A_STEP } from '../../../src/domain/upkeep.ts'
import { sweepOrphans } from '../../../src/storage/artifacts/objects.ts'
import { findBuildId } from '../../../src/storage/builds/builds.ts'
import { builds, testResults } from '../../../src/storage/schema/schema.ts'
import { testFailures, testNames, testPacks, testReports } from '../../../src/storage/schema/schema-tests.ts'
import { openPrimary } from '../../../src/storage/stores.ts'
import { listFlakyFailures } from '../../../src/storage/tests/answers/flaky-tests.ts'
import { moveOldResults } from '../../../src/storage/tests/move-old-results.ts'
import { keepTestReport } from '../../../src/storage/tests/test-reports.ts'
import { listTestPage, listTestResults, listTestsOfBuild } from '../../../src/storage/tests/test-results.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { seedBuild } from '../../support/seed/seed-builds.ts'
import { seedRun } from '../../support/seed/seed-runs.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

type Build = { readonly id: string; readonly num: number; readonly projectId: string }

async function openBuild(stores: TestStores): Promise<Build> {
  const project = await seedProject(stores.db)
  const num = await seedRun(stores, project)
  return { id: (await findBuildId(stores.db, project.id, num)) ?? '', num, projectId: project.id }
}

function test(name: string, fields: Partial<TestResult> = {}): TestResult {
  const said = {
    classname: 'C',
    result: 'success',
    runTimeSeconds: 0.25,
    message: '',
    file: null,
    source: 'unit',
  } as const
  return { ...said, isFlaky: false, attempts: [], attachments: [], name, ...fields }
}

/** Tests of which every 50th is skipped, and `failed` of them fail. */
function suite(count: number, failed = 0): TestResult[] {
  return Array.from({ length: count }, (_, i) =>
    test(
      `t${i}`,
      i < failed ? { result: 'failure', message: `no ${i}\nat x` } : i % 50 === 49 ? { result: 'skipped' } : {},
    ),
  )
}

const keep = (stores: TestStores, { id }: Build, name: string, tests: readonly TestResult[]) =>
  keepTestReport(stores, { buildId: id, name }, { tests, warnings: [] }, INSTANCE)

/** All that the three lists say of a build. */
async function readAll(stores: TestStores, { projectId, num }: Build) {
  const v2: unknown[] = []
  for (let after: { report: string; position: number } | null = null; ; ) {
    const page: Awaited<ReturnType<typeof listTestPage>> = await listTestPage(stores, { projectId, num }, after, 7)
    v2.push(...(page ?? []))
    const last = page?.at(-1)
    if (!last) break
    after = { report: last.report, position: last.position }
  }
  const web = [await listTestsOfBuild(stores, projectId, num, 1)]
  for (let page = 2; page <= (web[0]?.pages ?? 0); page++)
    web.push(await listTestsOfBuild(stores, projectId, num, page))
  return { v1: await listTestResults(stores, projectId, num), v2, web }
}

async function seedOldRows(
  { db }: TestStores,
  build: Build,
  report: string,
  tests: readonly TestResult[],
): Promise<void> {
  const [first, ...others] = tests.map(({ isFlaky: _, attempts: __, attachments: ___, ...row }, position) =>
    db.insert(testResults).values({ buildId: build.id, report, position, ...row }),
  )
  if (first) await db.batch([first, ...others])
}

const keysOf = async ({ projectId }: Build) =>
  (await env.ARTIFACTS.list({ prefix: `tests/${projectId}/` })).objects.map(({ key }) => key).sort()

describe('a report', () => {
  it('of 5,000 known tests writes at most ten rows, and what passed takes no row', async () => {
    const stores = await openTestStores()
    const build = await openBuild(stores)
    await keep(stores, build, 'first', suite(5_000))
    const { db, written } = metered()
    expect(await keep({ ...stores, db }, build, 'second', suite(5_000, 1))).toMatchObject({ kind: 'kept' })
    expect(written()).toBeGreaterThan(0)
    expect(written()).toBeLessThanOrEqual(10)
    expect(await db.$count(testNames, eq(testNames.projectId, build.projectId))).toBe(5_000)
  })

  it('again changes nothing; with anything else in it, it takes the place of the earlier one', async () => {
    const stores = await openTestStores()
    const build = await openBuild(stores)
    const tests = suite(600, 2)
    expect(await keep(stores, build, 'unit', tests)).toMatchObject({ kind: 'kept' })
    const keys = await keysOf(build)
    const { db, written } = metered()
    expect(await keep({ ...stores, db }, build, 'unit', suite(600, 2))).toMatchObject({ kind: 'same' })
    expect([written(), await keysOf(build)]).toEqual([0, keys])
    for (const [name, report] of Object.entries({
      'a warning': { tests, warnings: ['the file ends early'] },
      'a time': { tests: tests.with(9, test('t9', { runTimeSeconds: 7 })), warnings: [] },
      'an attempt': {
        tests: tests.with(9, test('t9', { isFlaky: true, attempts: [{ result: 'failure', message: 'no' }] })),
        warnings: [],
      },
      'no test': { tests: [], warnings: [] },
    })) {
      expect(await keepTestReport(stores, { buildId: build.id, name: 'unit' }, report, INSTANCE), name).toMatchObject({
        kind: 'kept',
      })
      expect(await listTestResults(stores, build.projectId, build.num), name).toMatchObject(report.tests)
    }
    expect(await stores.db.$count(testReports, eq(testReports.buildId, build.id))).toBe(1)
  })

  it('knows how each test ended and how long it took, without its object, and has rows for what failed or was flaky', async () => {
    const stores = await openTestStores()
    const build = await openBuild(stores)
    const attempts = [{ result: 'failure', message: '\nno network\nat y' }] as const
    await keep(stores, build, '', [
      test('twice'),
      test('fails', { result: 'error', message: 'boom\nat z', file: 'a.ts', runTimeSeconds: 2 }),
      test('reruns', { isFlaky: true, attempts }),
      test('twice', { result: 'failure', message: 'no' }),
    ])
    const { db } = stores
    const [row] = await db.select().from(testReports).where(eq(testReports.buildId, build.id))
    expect(row).toMatchObject({ passed: 2, failed: 1, errored: 1, skipped: 0, flaky: 1, projectId: build.projectId })
    const runs = readRuns(row ?? { outcomes: '' })
    const names = await db
      .select()
      .from(testNames)
      .where(eq(testNames.projectId, build.projectId))
      .orderBy(asc(testNames.id))
    expect(names.map(({ id, name, file }) => [name, file, runIn(runs, id)?.outcome])).toEqual([
      ['twice', '', 'mixed'],
      ['fails', 'a.ts', 'error'],
      ['reruns', '', 'flaky'],
    ])
    const failures = await db
      .select()
      .from(testFailures)
      .where(eq(testFailures.reportId, row?.id ?? 0))
    expect(failures.map(({ position, outcome, message }) => [position, outcome, message])).toEqual([
      [1, 'error', 'boom'],
      [2, 'success', 'no network'],
      [3, 'failure', 'no'],
    ])
  })

  it('of tests that nobody has seen before, of many classes and files, is kept as it is', async () => {
    const stores = await openTestStores()
    const text = fc
      .oneof(fc.string({ unit: 'binary', maxLength: 8 }), fc.constantFrom('a', "it's", '"', '\\', '日本', '😀'))
      .map((any) => any.toWellFormed())
    const anyTest = fc.record({
      classname: text,
      name: text.filter((name) => name !== ''),
      file: fc.option(text.filter((file) => file !== '')),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(anyTest, { maxLength: 250 }), async (some) => {
        const build = await openBuild(stores)
        const tests = some.map(({ name, ...fields }) => test(name, fields))
        expect(await keep(stores, build, '', tests)).toMatchObject({ kind: 'kept' })
        expect(await listTestResults(stores, build.projectId, build.num)).toMatchObject(tests)
        const distinct = new Set(tests.map(({ classname, name, file }) => JSON.stringify([classname, name, file])))
        expect(await stores.db.$count(testNames, eq(testNames.projectId, build.projectId))).toBe(distinct.size)
      }),
      { numRuns: 8 },
    )
  })

  it('of a build that went while it came leaves no object', async () => {
    const stores = await openTestStores()
    const build = await openBuild(stores)
    const { artifacts, db } = stores
    const put = async (key: string, bytes: Uint8Array) => {
      await db.delete(builds).where(eq(builds.id, build.id))
      return artifacts.put(key, bytes)
    }
    const slow = Object.assign(Object.create(null), { put, delete: (key: string) => artifacts.delete(key) }) as R2Bucket
    expect(await keep({ ...stores, artifacts: slow }, build, '', suite(3))).toMatchObject({ kind: 'no_build' })
    expect(await keysOf(build)).toEqual([])
  })
})

describe('the lists of a build', () => {
  it('are the same from the rows of before, from objects, and while some are moved', async () => {
    const stores = await openTestStores()
    const anyTest = fc.record({
      result: fc.constantFrom('success', 'success', 'success', 'failure', 'error', 'skipped'),
      runTimeSeconds: fc.constantFrom(0, 0.5, 2),
      message: fc.constantFrom('', 'no', 'x'.repeat(2_001), '😀'.repeat(2_000)),
    } as const)
    const anyReport = fc.array(anyTest, { maxLength: 120 })
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom('', 'a', 'é', '\ue000', '😀'), anyReport, { maxKeys: 3 }),
        async (reports) => {
          const [old, fresh] = [await openBuild(stores), await openBuild(stores)]
          for (const [name, list] of Object.entries(reports)) {
            const tests = list.map((fields, i) => test(`t${i}`, fields))
            await seedOldRows(stores, old, name, tests)
            if (tests.length > 0) await keep(stores, fresh, name, tests)
          }
          const before = await readAll(stores, old)
          expect(await readAll(stores, fresh)).toEqual(before)
          while (await moveOldResults(stores, 12)) expect(await readAll(stores, old)).toEqual(before)
          await stores.settled()
          expect(await readAll(stores, old)).toEqual(before)
          expect(await readAll(stores, fresh)).toEqual(before)
          expect(await stores.db.$count(testResults, eq(testResults.buildId, old.id))).toBe(0)
        },
      ),
      { numRuns: 12 },
    )
  })

  it('take two storage operations a page, of one report and of many', async () => {
    const stores = await openTestStores()
    const build = await openBuild(stores)
    for (const name of ['c', 'a', 'b', 'd']) {
      await keep(stores, build, name, suite(name === 'b' ? 1_700 : 40, name === 'c' ? 3 : 1))
      await stores.settled()
    }
    let gets = 0
    const get = (...all: Parameters<R2Bucket['get']>) => {
      gets += 1
      return env.ARTIFACTS.get(...all)
    }
    const counted = { ...stores, artifacts: Object.assign(Object.create(null), { get }) as R2Bucket }
    const costs = async (read: () => Promise<unknown>) => {
      stores.resetCounts()
      gets = 0
      await read()
      return stores.counts.d1 + gets
    }
    const { projectId, num } = build
    expect(await costs(() => listTestResults(counted, projectId, num))).toBe(2)
    for (const after of [null, { report: 'a', position: 20 }, { report: 'b', position: 1_690 }])
      expect(await costs(() => listTestPage(counted, { projectId, num }, after, 101))).toBe(2)
    for (const page of [1, 2, 20]) expect(await costs(() => listTestsOfBuild(counted, projectId, num, page))).toBe(2)
  })

  it('come to their end whatever the reports are called', async () => {
    const stores = await openTestStores()
    const build = await openBuild(stores)
    // In the order of SQLite the second comes last, in that of JavaScript the first.
    for (const name of ['\ue000', '😀']) await keep(stores, build, name, [test(name), test('other')])
    const seen: string[] = []
    let after: { report: string; position: number } | null = null
    for (let page = 0; page < 5; page++) {
      const rows: Awaited<ReturnType<typeof listTestPage>> = await listTestPage(stores, build, after, 1)
      for (const row of rows ?? []) {
        seen.push(row.name)
        after = row
      }
    }
    expect(seen).toEqual((await listTestResults(stores, build.projectId, build.num))?.map(({ name }) => name))
    expect(seen).toHaveLength(4)
  })

  it('show a report that replaced one, also where others are packed', async () => {
    const stores = await openTestStores()
    const build = await openBuild(stores)
    for (const name of ['a', 'b']) await keep(stores, build, name, suite(3))
    await stores.settled()
    expect(await stores.db.$count(testPacks, eq(testPacks.buildId, build.id))).toBe(1)
    await keep(stores, build, 'a', [test('new')])
    const names = async () => (await listTestResults(stores, build.projectId, build.num))?.map(({ name }) => name)
    expect(await names()).toEqual(['new', 't0', 't1', 't2'])
    await stores.settled()
    expect(await names()).toEqual(['new', 't0', 't1', 't2'])
  })

  it('take two storage operations also where more reports came at once than go into one pack', async () => {
    const stores = await openTestStores()
    const build = await openBuild(stores)
    const names = Array.from({ length: 25 }, (_, i) => `shard ${10 + i}`)
    // Nothing is packed before all are there, as where all shards end in one moment.
    const waiting: Promise<unknown>[] = []
    for (const name of names)
      await keep({ ...stores, waitUntil: (work) => waiting.push(work) } as TestStores, build, name, [test(name)])
    await Promise.all(waiting)
    for (const name of ['z1', 'z2', 'z3']) {
      await keep(stores, build, name, [test(name)])
      await stores.settled()
    }
    const keys = new Set<string>()
    const get = (key: string, options?: R2GetOptions) => {
      keys.add(key)
      return env.ARTIFACTS.get(key, options)
    }
    const counted = { ...stores, artifacts: Object.assign(Object.create(null), { get }) as R2Bucket }
    expect(await listTestResults(counted, build.projectId, build.num)).toHaveLength(28)
    expect(keys.size).toBe(1)
  })

  it('are whole where many reports come at once', async () => {
    const stores = await openTestStores()
    const build = await openBuild(stores)
    const names = Array.from({ length: 12 }, (_, i) => `shard ${10 + i}`)
    await Promise.all(names.map((name) => keep(stores, build, name, [test(name)])))
    await stores.settled()
    expect((await listTestResults(stores, build.projectId, build.num))?.map(({ name }) => name)).toEqual(names)
    expect(stores.warnings).toEqual([])
  })
})

describe('the move of old rows', () => {
  it('asks a bounded number of D1 and R2 for a step, however large the reports are', async () => {
    const stores = await openTestStores()
    // Names that take as much as a report of 16 MiB can, and as many failures as have rows.
    const tests = Array.from({ length: 9_000 }, (_, i) =>
      test(`${i} ${'n'.repeat(990)}`, {
        classname: `${i} ${'c'.repeat(700)}`,
        result: 'failure',
        message: '\u0001'.repeat(200),
        source: '\u0001'.repeat(1_000),
      }),
    )
    const build = await openBuild(stores)
    for (let from = 0; from < tests.length; from += 500)
      await env.DB.prepare(
        `insert into test_results (build_id, report, position, classname, name, result, run_time_seconds, message, source)
          select ?, '', ? + key, value ->> 0, value ->> 1, 'failure', 0, value ->> 2, value ->> 3 from json_each(?)`,
      )
        .bind(
          build.id,
          from,
          JSON.stringify(
            tests
              .slice(from, from + 500)
              .map((t) => [t.classname, t.name, t.message.slice(0, 20), t.source.slice(0, 100)]),
          ),
        )
        .run()
    const small = await openBuild(stores)
    for (const name of ['a', 'b', 'c', 'd']) await seedOldRows(stores, small, name, suite(3, 1))
    const steps: number[] = []
    let operations = 0
    stores.faults.beforeD1 = async (sqls) => {
      operations += sqls.length
    }
    const put = (key: string, bytes: Uint8Array) => {
      operations += 1
      return env.ARTIFACTS.put(key, bytes)
    }
    const counted = { ...stores, artifacts: Object.assign(Object.create(null), { put }) as R2Bucket }
    for (let isMore = true; isMore; steps.push(operations)) {
      operations = 0
      isMore = await moveOldResults(counted, MAX_OPERATIONS_A_STEP - 2)
    }
    expect(Math.max(...steps)).toBeLessThanOrEqual(MAX_OPERATIONS_A_STEP - 2)
    expect(await stores.db.$count(testResults)).toBe(0)
    expect(await listTestResults(stores, build.projectId, build.num)).toHaveLength(9_000)
  })

  it('does not touch a report that came meanwhile', async () => {
    const stores = await openTestStores()
    const build = await openBuild(stores)
    await seedOldRows(stores, build, '', suite(3, 1))
    const { artifacts } = stores
    const put = async (key: string, bytes: Uint8Array) => {
      await keep(stores, build, '', [test('newer')])
      return artifacts.put(key, bytes)
    }
    const slow = Object.assign(Object.create(null), { put }) as R2Bucket
    while (await moveOldResults({ ...stores, artifacts: slow }, 12));
    expect((await listTestResults(stores, build.projectId, build.num))?.map(({ name }) => name)).toEqual(['newer'])
    expect(await stores.db.$count(testResults, eq(testResults.buildId, build.id))).toBe(0)
    const [row] = await stores.db
      .select({ id: testReports.id })
      .from(testReports)
      .where(eq(testReports.buildId, build.id))
    expect(await stores.db.$count(testFailures, eq(testFailures.reportId, row?.id ?? 0))).toBe(0)
  })
})

describe('a flaky test', () => {
  it.each(['old', 'new'] as const)(
    'is seen where its failure is an %s report, wherever the pass is',
    async (failure) => {
      for (const pass of ['old', 'new'] as const) {
        const stores = await openTestStores()
        const project = await seedProject(stores.db)
        const add = async (kind: 'old' | 'new', revision: string, tests: readonly TestResult[]) => {
          const { id, num } = await seedBuild(stores, project, { revision, job: 'unit' })
          const build = { id, num, projectId: project.id }
          await (kind === 'old' ? seedOldRows(stores, build, '', tests) : keep(stores, build, '', tests))
        }
        const fails = { result: 'failure', message: 'no' } as const
        await add(failure, 'aaa', [test('flaky', { ...fails, file: 'a.ts' }), test('red', fails)])
        await add(pass, 'aaa', [test('flaky', { file: 'moved.ts' }), test('red', fails), test('green')])
        await add(pass, 'bbb', [test('red')])
        const flaky = await listFlakyFailures(stores, project.id, stores.now() - 14 * 86_400_000)
        expect(
          flaky.map(({ testName, file }) => [testName, file]),
          `${failure}, ${pass}`,
        ).toEqual([['flaky', 'a.ts']])
      }
    },
  )
})

it.each([
  ['the same commit', 'aaa', 700],
  ['no known commit', UNKNOWN_REVISION, 100],
])('a report of what is built over and over on %s goes through few of the builds before', async (_, revision, most) => {
  const stores = await openTestStores()
  const { id, projectId } = await openBuild(stores)
  const sql = (text: string, ...values: readonly unknown[]) =>
    env.DB.prepare(text)
      .bind(...values)
      .run()
  await sql(`update pipelines set revision = ? where project_id = ?`, revision, projectId)
  const numbers = 'with recursive n(i) as (select 2 union all select i + 1 from n where i < 3000)'
  await sql(
    `insert into pipelines (id, project_id, number, external_id, branch, revision, created_at)
    ${numbers} select ?1 || i, ?1, i, 'p' || i, 'main', ?2, 1 from n`,
    projectId,
    revision,
  )
  await sql(
    `insert into workflows (id, project_id, pipeline_id, external_id, name, created_at)
    ${numbers} select ?1 || i, ?1, ?1 || i, 'w', 'ci', 1 from n`,
    projectId,
  )
  await sql(
    `insert into builds (id, project_id, pipeline_id, workflow_id, build_num, external_id, job_name, branch, status, class, stage, event_at, rank, created_at)
    ${numbers} select ?1 || i, ?1, ?1 || i, ?1 || i, i, 'b' || i, 'test', 'main', 'success', 'green', 2, 1, 1, 1 from n`,
    projectId,
  )
  await listFlakyFailures(stores, projectId, stores.now())
  await stores.settled()
  const { meta } = await sql(
    `insert into test_reports (project_id, build_id, report, digest, object_key, object_index, passed, failed, errored,
    skipped, flaky, run_time_seconds, warnings, created_at, outcomes, times) values (?, ?, 'x', 'd', 'k', '[]', 1, 1, 0, 0, 0, 1, '[]', ?, '', '')`,
    projectId,
    id,
    stores.now(),
  )
  expect(meta.rows_read).toBeLessThan(most)
})

it('objects that no report and no pack names are swept, the others stay', async () => {
  const stores = await openTestStores()
  const build = await openBuild(stores)
  for (const name of ['a', 'b', 'c']) {
    await keep(stores, build, name, suite(3))
    await stores.settled()
  }
  await env.ARTIFACTS.put(`tests/${build.projectId}/${build.id}/orphan`, 'of an upload that failed')
  const before = await readAll(stores, build)
  for (let i = 0; i < 3; i++) await sweepOrphans(stores, Date.now() + 1_000, 100, { of: 'tests' })
  // Three of reports, one of the newest pack.
  expect(await keysOf(build)).toHaveLength(4)
  expect(await readAll(stores, build)).toEqual(before)
})

/** D1, and how many rows were written through it, indexes included. */
function metered() {
  let written = 0
  const d1 = new Proxy(env.DB, {
    get(target, name) {
      if (name !== 'batch') return Reflect.get(target, name).bind(target)
      return async (statements: D1PreparedStatement[]) => {
        const results = await target.batch(statements)
        for (const { meta } of results) written += meta.rows_written
        return results
      }
    },
  })
  return { db: openPrimary(d1), written: () => written }
}
