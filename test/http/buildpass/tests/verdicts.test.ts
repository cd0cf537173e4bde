import { beforeEach, describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../../src/domain/access/actor.ts'
import type { TestOutcome } from '../../../../src/domain/tests/test-result.ts'
import { keepTestReport } from '../../../../src/storage/tests/test-reports.ts'
import { type BuildSeed, seedBuild } from '../../../support/seed/seed-builds.ts'
import { openTestApp, type TestApp } from '../../../support/worker/app.ts'
import type { Ask } from '../../../support/worker/client.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'
import { seedWorld, type World } from '../../../support/worker/world.ts'

let stores: TestStores
let app: TestApp
let world: World
let base: string

beforeEach(async () => {
  stores = await openTestStores()
  app = await openTestApp({ stores })
  world = await seedWorld(stores, 'private')
  base = `/api/buildpass/v1/projects/${world.slug}`
})

type Word = TestOutcome | 'flaky'
let begun = 1_000

/** A build with a report in which tests of the class C ended so; each begins after those before. */
async function build(results: Readonly<Record<string, Word>>, seed: BuildSeed = {}): Promise<number> {
  begun += 1_000
  const { id, num } = await seedBuild(stores, world.project, { beganAt: begun, revision: `${begun}`, ...seed })
  const tests = Object.entries(results).map(([name, word]) => ({
    classname: 'C',
    name,
    result: word === 'flaky' ? ('success' as const) : word,
    runTimeSeconds: 0.25,
    message: word === 'failure' ? `no ${name}\nat x` : '',
    file: null,
    source: 'unit',
    isFlaky: word === 'flaky',
    attempts: [],
    attachments: [],
  }))
  await keepTestReport(stores, { buildId: id, name: '' }, { tests, warnings: ['a warning'] }, INSTANCE)
  return num
}

async function askAs<T>(path: string, ask: Ask = {}): Promise<T> {
  const response = await app.ask(`${base}${path}`, { token: world.secrets.member, ...ask })
  const text = await response.text()
  expect(response.status, text).toBe(200)
  return JSON.parse(text) as T
}

type Failures = {
  readonly summary: string
  readonly counts: Record<string, number>
  readonly compared_with: unknown
  readonly warnings: string[]
  readonly tests: Record<string, number>
  readonly failures: {
    test: { id: number; name: string }
    verdict: { verdict: string }
    mute: unknown
    message: string
  }[]
  readonly next_after: number | null
}
const failuresOf = (num: number, query = '') => askAs<Failures>(`/builds/${num}/tests/failures${query}`)
const verdictsOf = async (num: number) =>
  Object.fromEntries((await failuresOf(num)).failures.map(({ test, verdict }) => [test.name, verdict]))
const idOf = async (name: string) =>
  (await askAs<{ tests: { id: number; name: string }[] }>(`/tests?search=${name}`)).tests[0]?.id ?? 0

describe('the failures of a build', () => {
  it('say which are new, flaky, red on the default branch too, or never ran there, in one line', async () => {
    const main = await build({ breaks: 'success', red: 'failure', flaps: 'success' })
    await build({ flaps: 'failure' }, { branch: 'x', revision: 'same' })
    await build({ flaps: 'success' }, { branch: 'x', revision: 'same' })
    const num = await build({ breaks: 'failure', red: 'error', flaps: 'failure', young: 'failure' }, { branch: 'y' })
    const found = await failuresOf(num)
    expect(found).toMatchObject({
      build_num: num,
      summary: '1 new failure, 1 flaky, 1 also red on main, 1 not known on main',
      compared_with: { branch: 'main' },
      counts: { new: 1, also_red: 1, flaky: 1, unknown: 1, muted: 0, unjudged: 0 },
      tests: { passed: 0, failed: 3, errors: 1, skipped: 0, flaky: 0 },
      warnings: ['a warning'],
      next_after: null,
    })
    expect(found.failures[0]).toMatchObject({ outcome: 'failed', message: 'no breaks', run_time_seconds: 0.25 })
    expect(await verdictsOf(num)).toMatchObject({
      breaks: { verdict: 'new' },
      red: { verdict: 'also_red', since: { build_num: main } },
      flaps: { verdict: 'flaky', failed: 2, runs: 4, rate: 0.5 },
      young: { verdict: 'unknown' },
    })
  })

  it('begin with what is new, and end with what is muted', async () => {
    await build({ red: 'failure', breaks: 'success', muted: 'success', late: 'success' })
    await build({ flaps: 'failure' }, { branch: 'x', revision: 'same' })
    await build({ flaps: 'success' }, { branch: 'x', revision: 'same' })
    const all = {
      red: 'failure',
      flaps: 'failure',
      muted: 'failure',
      young: 'error',
      breaks: 'failure',
      late: 'error',
    } as const
    const num = await build(all, { branch: 'y' })
    const until = new Date(stores.clock.now + 86_400_000).toISOString()
    await askAs(`/tests/${await idOf('muted')}/mute`, { method: 'PUT', json: { reason: 'later', until } })
    const listed = (await failuresOf(num)).failures.map(({ test }) => test.name)
    expect(listed).toEqual(['breaks', 'late', 'young', 'flaps', 'red', 'muted'])
    const first = await failuresOf(num, '?limit=2')
    const rest = await failuresOf(num, `?after=${first.next_after}`)
    expect([...first.failures, ...rest.failures].map(({ test }) => test.name)).toEqual(listed)
  })

  it('of a green build are none, and nothing is said', async () => {
    const found = await failuresOf(await build({ a: 'success', b: 'skipped' }))
    expect(found).toMatchObject({ summary: '', failures: [], compared_with: null, tests: { passed: 1, skipped: 1 } })
  })

  it('on the default branch are compared with the pipeline before theirs', async () => {
    await build({ a: 'success' })
    const broken = await build({ a: 'failure' })
    await build({ a: 'success' })
    expect(await verdictsOf(broken)).toEqual({ a: { verdict: 'new' } })
  })

  it('are not compared with a pipeline that still runs', async () => {
    await build({ a: 'success' })
    await build({ a: 'failure' }, { status: 'running' })
    expect(await verdictsOf(await build({ a: 'failure' }, { branch: 'x' }))).toEqual({ a: { verdict: 'new' } })
  })

  it('forget what flapped more than two weeks ago', async () => {
    await build({ a: 'failure' }, { branch: 'x', revision: 'same' })
    await build({ a: 'success' }, { branch: 'x', revision: 'same' })
    await build({ a: 'success' })
    expect(await verdictsOf(await build({ a: 'failure' }, { branch: 'y' }))).toMatchObject({ a: { verdict: 'flaky' } })
    stores.clock.advance(15 * 86_400_000)
    expect(await verdictsOf(await build({ a: 'failure' }, { branch: 'z' }))).toEqual({ a: { verdict: 'new' } })
  })

  it('come in pages of the same verdicts, and cost four operations at most', async () => {
    const names = Array.from({ length: 5 }, (_, i) => `t${i}`)
    const all = (word: Word) => Object.fromEntries(names.map((name) => [name, word]))
    await build(all('success'))
    const num = await build(all('failure'), { branch: 'x' })
    const seen: string[] = []
    for (let after: number | null = 0; after !== null; ) {
      stores.resetCounts()
      const page: Failures = await failuresOf(num, `?limit=2&after=${after}`)
      // Two of them are who asks, and what may be seen.
      expect(stores.counts.d1).toBeLessThanOrEqual(4)
      expect(page.counts.new).toBe(5)
      seen.push(...page.failures.map(({ test }) => test.name))
      after = page.next_after
    }
    expect(seen).toEqual(names)
  })

  it('of a build that is not there are a 404', async () => {
    expect((await app.ask(`${base}/builds/99/tests/failures`, { token: world.secrets.member })).status).toBe(404)
  })
})

describe('failures that are asked about before there is a build', () => {
  it('are judged in the order asked, with their mutes', async () => {
    await build({ a: 'success', b: 'failure' })
    const id = await idOf('b')
    const until = new Date(stores.now() + 86_400_000).toISOString()
    await askAs(`/tests/${id}/mute`, { method: 'PUT', json: { reason: 'known', until } })
    stores.resetCounts()
    const tests = ['b', 'nowhere', 'a'].map((name) => ({ classname: 'C', name, outcome: 'failed' }))
    const judged = await askAs<Failures>('/tests/judge', { method: 'POST', json: { tests, branch: 'x' } })
    expect(stores.counts.d1).toBeLessThanOrEqual(3)
    expect(judged).toMatchObject({
      failures: [
        { name: 'b', verdict: { verdict: 'also_red' }, mute: { reason: 'known', until } },
        { name: 'nowhere', verdict: { verdict: 'unknown' }, mute: null },
        { name: 'a', file: null, verdict: { verdict: 'new' }, mute: null },
      ],
      summary: '1 new failure, 1 also red on main, 1 not known on main, 1 of them muted',
    })
  })
})

describe('a muted test', () => {
  const DAY = 86_400_000
  const mute = async (name: string, days: number, as: Ask = {}) =>
    app.ask(`${base}/tests/${await idOf(name)}/mute`, {
      method: 'PUT',
      token: world.secrets.member,
      json: { reason: 'see #12', until: new Date(stores.now() + days * DAY).toISOString() },
      ...as,
    })

  it('is shown as such until the day that was named, with who did it, and keeps its verdict', async () => {
    await build({ a: 'success' })
    const num = await build({ a: 'failure' }, { branch: 'x' })
    expect((await mute('a', 2)).status).toBe(200)
    const expected = { reason: 'see #12', muted_by: world.users.member.login }
    expect((await failuresOf(num)).failures).toMatchObject([{ verdict: { verdict: 'new' }, mute: expected }])
    expect(await askAs('/tests/muted')).toMatchObject({ muted: [{ test: { name: 'a' }, mute: expected }] })
    stores.clock.advance(2 * DAY)
    expect((await failuresOf(num)).failures).toMatchObject([{ mute: null }])
    expect(await askAs('/tests/muted')).toEqual({ muted: [] })
  })

  it('is muted no more once somebody says so, and the audit log has both', async () => {
    await build({ a: 'failure' })
    await mute('a', 2)
    const path = `${base}/tests/${await idOf('a')}/mute`
    const unmute = async (of = path) => {
      const response = await app.ask(of, { method: 'DELETE', token: world.secrets.admin })
      return [response.status, (await response.json<{ message: string }>()).message]
    }
    expect(await unmute()).toEqual([200, 'ok'])
    expect(await unmute()).toEqual([200, 'not muted'])
    expect(await unmute(`${base}/tests/999999/mute`)).toEqual([404, 'Test not found'])
    const { items } = await (await app.ask(`${base}/audit`, { token: world.secrets.admin })).json<{
      items: { action: string; subject: string; user: string; detail: object | null }[]
    }>()
    expect(items.filter(({ action }) => action.startsWith('test.'))).toMatchObject([
      { action: 'test.unmuted', subject: 'C a' },
      { action: 'test.muted', subject: 'C a', detail: { reason: 'see #12' } },
    ])
  })

  it.each([
    ['in the past', -1],
    ['in more than 90 days', 91],
  ])('cannot be muted until %s', async (_, days) => {
    await build({ a: 'failure' })
    expect((await mute('a', days)).status).toBe(400)
  })

  it.each(['', ' \n', 'x'.repeat(501)])('needs a reason: %j is none', async (reason) => {
    await build({ a: 'failure' })
    const until = new Date(stores.now() + DAY).toISOString()
    expect((await mute('a', 1, { json: { reason, until } })).status).toBe(400)
  })

  it('is not muted by a job, nor in another project', async () => {
    await build({ a: 'failure' })
    expect((await mute('a', 1, { token: world.secrets.reporting })).status).toBe(403)
    const other = await seedWorld(stores, 'private')
    const path = `/api/buildpass/v1/projects/${other.slug}/tests/${await idOf('a')}/mute`
    const json = { reason: 'x', until: new Date(stores.now() + DAY).toISOString() }
    expect((await app.ask(path, { method: 'PUT', token: other.secrets.member, json })).status).toBe(404)
    expect(await askAs('/tests/muted')).toEqual({ muted: [] })
  })

  it('stays muted, by nobody, when that person is removed from the instance', async () => {
    await build({ a: 'failure' })
    await mute('a', 1)
    await stores.db.$client.prepare('delete from users where id = ?').bind(world.users.member.id).run()
    const muted = await app.ask(`${base}/tests/muted`, { token: world.secrets.admin })
    expect(await muted.json()).toMatchObject({ muted: [{ mute: { reason: 'see #12', muted_by: null } }] })
  })

  it('is one of a thousand at most; what has ended makes room', async () => {
    await build(Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`t${i}`, 'success' as const])))
    const until = stores.now() + DAY
    await stores.db.$client
      .prepare(
        `insert into test_mutes (test_id, project_id, reason, until, muted_at)
        select id, project_id, 'x', ?, 0 from test_names where project_id = ? and name <> 't1000' and classname = 'C'`,
      )
      .bind(until, world.project.id)
      .run()
    const refused = await mute('t1000', 2)
    expect([refused.status, (await refused.json<{ code: string }>()).code]).toEqual([409, 'limit_reached'])
    expect((await mute('t999', 2)).status).toBe(200)
    await stores.db.$client.prepare("update test_mutes set until = 1 where reason = 'x'").run()
    expect((await mute('t1000', 2)).status).toBe(200)
    expect((await askAs<{ muted: unknown[] }>('/tests/muted')).muted).toHaveLength(2)
  })
})
