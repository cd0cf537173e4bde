import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../../src/domain/access/actor.ts'
import { DAY_MS } from '../../../../src/domain/day.ts'
import type { Project } from '../../../../src/domain/project.ts'
import type { TestResult } from '../../../../src/domain/tests/test-result.ts'
import { listFlakyFailures } from '../../../../src/storage/tests/answers/flaky-tests.ts'
import { moveOldResults } from '../../../../src/storage/tests/move-old-results.ts'
import { keepTestReport } from '../../../../src/storage/tests/test-reports.ts'
import { runsOf } from '../../../prove/share.ts'
import { seedProject } from '../../../support/seed/seed.ts'
import { seedBuild } from '../../../support/seed/seed-builds.ts'
import { createClock, openTestStores, type TestStores } from '../../../support/worker/stores.ts'

const NOON = Date.UTC(2026, 10, 25, 12)

const outcomes = fc.record({ a: fc.constantFrom('success', 'failure'), b: fc.constantFrom('success', 'failure') })

type Outcomes = typeof outcomes extends fc.Arbitrary<infer T> ? T : never

/** What can happen to a project between two looks at its flaky tests. */
const happening = fc.oneof(
  fc.record({
    of: fc.constant('build' as const),
    revision: fc.constantFrom('aaa', 'bbb', 'HEAD'),
    job: fc.constantFrom('unit', 'e2e'),
    outcomes,
  }),
  fc.record({
    of: fc.constant('report' as const),
    nth: fc.nat({ max: 5 }),
    name: fc.constantFrom('', 'other'),
    outcomes,
  }),
  fc.record({ of: fc.constant('moved' as const) }),
  fc.record({ of: fc.constant('hours' as const), hours: fc.integer({ min: 1, max: 40 }) }),
  fc.record({
    of: fc.constant('gone' as const),
    from: fc.constantFrom('pipelines', 'builds', 'test_reports', 'test_names'),
    nth: fc.nat({ max: 3 }),
  }),
  fc.record({
    of: fc.constant('changed' as const),
    by: fc.constantFrom(
      "pipelines set revision = 'bbb'",
      'pipelines set number = number + 100',
      "builds set job_name = 'unit'",
      "workflows set name = 'nightly'",
      'workflows set created_at = created_at - 86400000',
    ),
    nth: fc.nat({ max: 3 }),
  }),
  fc.record({ of: fc.constant('look' as const) }),
  fc.record({ of: fc.constant('look' as const) }),
)
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

type World = { readonly project: Project; readonly builds: string[] }

async function happen(stores: TestStores, { project, builds }: World, one: Happening): Promise<void> {
  const { clock, db } = stores
  const idOf = (from: string, nth: number) =>
    `(select id from ${from} where project_id = '${project.id}' order by id limit 1 offset ${nth})`
  switch (one.of) {
    case 'build': {
      const { id } = await seedBuild(stores, project, { revision: one.revision, job: one.job })
      builds.push(id)
      return keep(stores, id, '', one.outcomes)
    }
    case 'report': {
      const id = builds.at(one.nth)
      return id === undefined ? undefined : keep(stores, id, one.name, one.outcomes)
    }
    case 'moved':
      while (await moveOldResults(stores, 100));
      return
    case 'hours':
      return clock.advance(one.hours * 3_600_000)
    case 'gone':
      await db.run(`delete from ${one.from} where id = ${idOf(one.from, one.nth)}`)
      return
    case 'changed': {
      const [table = '', ...change] = one.by.split(' ')
      await db.run(`update ${table} ${change.join(' ')} where id = ${idOf(table, one.nth)}`)
      return
    }
    case 'look':
  }
}

/** Builds whose reports are rows still, as a version before this left them. */
async function seedOld(stores: TestStores, { project, builds }: World, old: readonly Outcomes[]): Promise<void> {
  for (const outcomes of old) {
    const { id } = await seedBuild(stores, project, { revision: 'aaa', job: 'unit' })
    builds.push(id)
    for (const [i, [name, result]] of Object.entries(outcomes).entries())
      await env.DB.prepare(
        `insert into test_results (build_id, report, position, classname, name, result, run_time_seconds, message, source)
          values (?, 'old', ?, 'C', ?, ?, 1, '', 'unit')`,
      )
        .bind(id, i, name, result)
        .run()
  }
}

async function keep(stores: TestStores, buildId: string, name: string, ended: Record<string, TestResult['result']>) {
  const said = { classname: 'C', runTimeSeconds: 1, message: '', file: null, source: 'unit' }
  const tests = Object.entries(ended).map(([test, result]) => {
    return { ...said, name: test, result, isFlaky: false, attempts: [], attachments: [] }
  })
  await keepTestReport(stores, { buildId, name }, { tests, warnings: [] }, INSTANCE)
  await stores.settled()
}

async function flaky(stores: TestStores, { project }: World) {
  const found = await listFlakyFailures(stores, project.id, stores.now() - 14 * DAY_MS)
  await stores.settled()
  return found.map((one) => JSON.stringify(one)).sort()
}

/** What the rows themselves say; the sums are afterwards what they were. */
async function computed(stores: TestStores, world: World) {
  const ofProject = `from sums where project_id = '${world.project.id}' and kind = 'flaky'`
  const { results } = await env.DB.prepare(`select * ${ofProject}`).run()
  await env.DB.prepare(`delete ${ofProject}`).run()
  const found = await flaky(stores, world)
  await env.DB.prepare(`delete ${ofProject}`).run()
  for (const row of results) {
    const names = Object.keys(row)
    await env.DB.prepare(`insert into sums (${names}) values (${names.map(() => '?')})`)
      .bind(...Object.values(row))
      .run()
  }
  return found
}

describe('flaky tests', () => {
  it('are what the reports say, whatever happens to these and in which order', async () => {
    const some = fc.array(happening, { minLength: 3, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(fc.array(outcomes, { maxLength: 3 }), some, async (old, all) => {
        const clock = createClock()
        clock.now = NOON
        const stores = await openTestStores({ cacheApi: false, clock })
        const world: World = { project: await seedProject(stores.db), builds: [] }
        await seedOld(stores, world, old)
        for (const one of all) {
          await happen(stores, world, one)
          if (one.of === 'look') expect(await flaky(stores, world)).toEqual(await computed(stores, world))
        }
        const expected = await computed(stores, world)
        expect([await flaky(stores, world), await flaky(stores, world)]).toEqual([expected, expected])
        expect(stores.warnings).toEqual([])
      }),
      { numRuns: runsOf(200) },
    )
  })

  it('are summed up by the day once they are asked for, so that the next look reads no failure again', async () => {
    const clock = createClock()
    clock.now = NOON
    const stores = await openTestStores({ cacheApi: false, clock })
    const world: World = { project: await seedProject(stores.db), builds: [] }
    for (const a of ['failure', 'success'] as const)
      await happen(stores, world, { of: 'build', revision: 'aaa', job: 'unit', outcomes: { a, b: 'success' } })
    const first = await flaky(stores, world)
    expect(first).toHaveLength(1)
    stores.recorded.length = 0
    expect(await flaky(stores, world)).toEqual(first)
    expect(stores.recorded.filter(({ sql }) => sql.includes('test_failures'))).toEqual([])
  })
})
