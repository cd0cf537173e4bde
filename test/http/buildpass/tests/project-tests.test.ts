import { beforeEach, describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../../src/domain/access/actor.ts'
import type { TestOutcome } from '../../../../src/domain/tests/test-result.ts'
import { keepTestReport } from '../../../../src/storage/tests/test-reports.ts'
import { type BuildSeed, seedBuild } from '../../../support/seed/seed-builds.ts'
import { openTestApp, type TestApp } from '../../../support/worker/app.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'
import { seedWorld, type World } from '../../../support/worker/world.ts'

let stores: TestStores
let app: TestApp
let world: World

beforeEach(async () => {
  stores = await openTestStores()
  app = await openTestApp({ stores })
  world = await seedWorld(stores, 'private')
  // The build of the world is older than all others.
  await stores.db.$client.prepare('update pipelines set began_at = 1').run()
})

type Word = TestOutcome | 'flaky'
let begun = 1_000

/** A build with a report in which tests of the class C ended so, in so many seconds; each begins after those before. */
async function build(
  results: Readonly<Record<string, Word | readonly [Word, number]>>,
  seed: BuildSeed = {},
): Promise<number> {
  begun += 1_000
  const { id, num } = await seedBuild(stores, world.project, { beganAt: begun, revision: `${begun}`, ...seed })
  const tests = Object.entries(results).map(([name, said]) => {
    const [word, runTimeSeconds] = typeof said === 'string' ? [said, 0.25] : said
    return {
      classname: 'C',
      name,
      result: word === 'flaky' ? ('success' as const) : word,
      runTimeSeconds,
      message: '',
      file: null,
      source: 'unit',
      isFlaky: word === 'flaky',
      attempts: [],
      attachments: [],
    }
  })
  await keepTestReport(stores, { buildId: id, name: '' }, { tests, warnings: [] }, INSTANCE)
  return num
}

async function read<T>(path: string): Promise<T> {
  const response = await app.ask(`/api/buildpass/v1/projects/${world.slug}/tests${path}`, {
    token: world.secrets.status,
  })
  const text = await response.text()
  expect(response.status, text).toBe(200)
  return JSON.parse(text) as T
}

type Found = {
  readonly tests: readonly { readonly id: number; readonly name: string }[]
  readonly next_after: number | null
}
const idOf = async (name: string) => (await read<Found>(`?search=${name}`)).tests[0]?.id ?? 0

describe('one test', () => {
  type History = {
    readonly runs: readonly Record<string, unknown>[]
    readonly stats: Record<string, unknown>
  }

  it('shows its runs, the newest first, with who, where, how long, and what they say together', async () => {
    const first = await build({ a: ['success', 1] })
    const second = await build({ a: ['failure', 2] })
    const third = await build({ a: ['error', 4] })
    await build({ b: 'success' })
    const skipped = await build({ a: 'skipped' }, { branch: 'x', login: 'grace', job: 'lint' })
    const flaky = await build({ a: ['flaky', 1] }, { branch: 'x' })
    stores.resetCounts()
    const id = await idOf('a')
    stores.resetCounts()
    const { runs, stats } = await read<History>(`/${id}`)
    expect(stores.counts.d1).toBeLessThanOrEqual(2)
    expect(runs.map(({ build_num, outcome }) => [build_num, outcome])).toEqual([
      [flaky, 'flaky'],
      [skipped, 'skipped'],
      [third, 'error'],
      [second, 'failed'],
      [first, 'passed'],
    ])
    expect(runs[1]).toMatchObject({ job: 'lint', branch: 'x', actor: 'grace' })
    for (const [i, seconds] of [1, 0.25, 4, 2, 1].entries())
      expect(Math.abs((runs[i]?.run_time_seconds as number) / seconds - 1)).toBeLessThan(0.15)
    expect(stats).toMatchObject({
      runs: 4,
      failed: 2,
      failure_rate: 0.5,
      first_failure_since: { build_num: second },
    })
    expect(stats.p95_seconds).toBe(runs[2]?.run_time_seconds)
    expect(stats.median_seconds).toBe(runs[0]?.run_time_seconds)
  })

  it('that passes on the default branch fails since no build, whatever other branches say', async () => {
    await build({ a: 'failure' })
    await build({ a: 'success' })
    await build({ a: 'failure' }, { branch: 'x' })
    expect((await read<History>(`/${await idOf('a')}`)).stats).toMatchObject({ failed: 2, first_failure_since: null })
  })

  it('has at most a hundred runs', async () => {
    for (let i = 0; i < 103; i++) await build({ a: 'success' })
    expect((await read<History>(`/${await idOf('a')}`)).runs).toHaveLength(100)
  })

  it.each(['/999999', '/x', '/-1', '/0'])('%s is not there', async (path) => {
    const url = `/api/buildpass/v1/projects/${world.slug}/tests${path}`
    const response = await app.ask(url, { token: world.secrets.all })
    expect([response.status, (await response.json<{ code: string }>()).code]).toEqual([404, 'test_not_found'])
  })
})

describe('what stands out of the tests of a branch', () => {
  type Insights = Record<
    'slowest' | 'most_failing' | 'flaky' | 'new' | 'vanished',
    readonly ({ readonly test: { readonly name: string } } & Record<string, unknown>)[]
  >
  const namesOf = (insights: Insights) =>
    Object.fromEntries(Object.entries(insights).map(([list, tests]) => [list, tests.map(({ test }) => test.name)]))

  it('are the slowest, the most failing, the flaky, the new and the vanished', async () => {
    const gone = await build({ slow: ['success', 9], fails: 'failure', gone: 'success', flaps: 'success' })
    await build({ slow: ['success', 9], fails: 'failure', flaps: 'failure' }, { revision: 'same' })
    const young = await build(
      { slow: ['success', 9], fails: 'failure', young: 'success', flaps: 'flaky' },
      { revision: 'same' },
    )
    await build({ other: 'failure' }, { branch: 'x' })
    stores.resetCounts()
    const insights = await read<Insights>('/insights')
    expect(stores.counts.d1).toBeLessThanOrEqual(4)
    expect(namesOf(insights)).toEqual({
      slowest: ['slow', 'b', 'fails', 'gone', 'flaps', 'young'],
      most_failing: ['fails', 'flaps'],
      flaky: ['flaps'],
      new: ['young', 'flaps', 'gone', 'fails', 'slow'],
      vanished: ['b', 'gone'],
    })
    expect(insights.flaky[0]).toMatchObject({ failed: 2, runs: 3 })
    expect(insights.most_failing[1]).toMatchObject({ failed: 1, runs: 3, failure_rate: 1 / 3 })
    expect(insights.new[0]).toMatchObject({ since: { build_num: young } })
    expect(insights.vanished[1]).toMatchObject({ last_run: { build_num: gone } })
  })

  it('of another branch vanished what the default branch ran and it did not', async () => {
    const main = await build({ a: 'success', b: 'success', c: 'skipped' })
    await build({ a: 'success', d: 'success' }, { branch: 'x' })
    const insights = await read<Insights>('/insights?branch=x')
    expect(namesOf(insights)).toMatchObject({ slowest: ['a', 'd'], vanished: ['b', 'c'] })
    expect(insights.vanished[0]).toMatchObject({ last_run: { build_num: main } })
  })

  it('are none of a branch that nobody knows', async () => {
    expect(namesOf(await read<Insights>('/insights?branch=nowhere'))).toMatchObject({
      slowest: [],
      new: [],
      vanished: [],
    })
  })
})
