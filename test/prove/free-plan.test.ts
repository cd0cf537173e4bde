import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { countingBucket, countingD1, nothingSpent, type Spent } from '../../bench/counting-d1.ts'
import { BYTES_A_BUILD, COSTS, type Cost, rowsReadByBuild } from '../../bench/free-plan.ts'
import { checkPipeline } from '../../src/actions/notices/check-pipeline.ts'
import { planUpkeep, runUpkeep } from '../../src/actions/run-daily-tasks.ts'
import { INSTANCE } from '../../src/domain/access/actor.ts'
import { NO_POLICY } from '../../src/domain/access/policy.ts'
import { DAY_MS } from '../../src/domain/day.ts'
import { openPrimary } from '../../src/storage/stores.ts'
import { putPolicy } from '../../src/storage/tokens/policy/policy.ts'
import { seedSession, seedToken, seedUser } from '../support/seed/seed.ts'
import { seedManyTokens } from '../support/seed/seed-many.ts'
import { openTestApp, type TestApp } from '../support/worker/app.ts'
import type { Ask } from '../support/worker/client.ts'
import { countQueries, FREE_QUERIES } from '../support/worker/free-plan.ts'
import { openTestStores, type TestStores } from '../support/worker/stores.ts'
import { seedWorld, type World } from '../support/worker/world.ts'

// docs/operations.md says from these costs what fits into the free plan: here they are held against the code.

const spent = nothingSpent()
let counted: TestStores
let app: TestApp
let world: World
let messages = 0
let cookie: string

beforeAll(async () => {
  const stores = await openTestStores()
  world = await seedWorld(stores, 'private')
  counted = {
    ...stores,
    db: openPrimary(countingD1(env.DB, spent)),
    artifacts: countingBucket(env.ARTIFACTS, spent),
    queue: {
      sendBatch: async (batch) => {
        messages += [...batch].length
        return stores.queue.sendBatch(batch)
      },
    },
  }
  app = await openTestApp({ stores: counted })
  cookie = (await seedSession(stores, world.users.member)).cookie
  // What making the world left to do.
  await costOf(async () => 0)
})

/** What the work costs, all that follows from it included. */
async function costOf(work: () => Promise<number>): Promise<Cost> {
  Object.assign(spent, nothingSpent() satisfies Spent)
  counted.resetCounts()
  messages = 0
  const requests = await work()
  await counted.settled()
  for (let id = counted.checks.shift(); id; id = counted.checks.shift()) await checkPipeline(counted, id)
  await counted.settled()
  const { rowsRead, rowsWritten, bucketCalls } = spent
  return { requests, rowsRead, rowsWritten, kvWrites: counted.counts.kvPuts, messages, bucketCalls }
}

/** At most what the document says, and what is written, of which there is least, not far below it. */
function expectCost(cost: Cost, said: Cost): void {
  for (const name of Object.keys(said) as (keyof Cost)[]) {
    expect([name, cost[name]]).toEqual([name, expect.toSatisfy((value: number) => value <= said[name])])
  }
}

describe('docs/operations.md counts enough for', () => {
  const path = (rest: string) => `/api/buildpass/v1/projects/${world.slug}${rest}`
  const send = async (rest: string, options: Ask) => {
    const response = await app.ask(path(rest), { token: world.secrets.member, ...options })
    expect(response.status, await response.clone().text()).toBeLessThan(300)
    return response.json<{ build_num?: number; num?: number }>()
  }

  it('a build with tests, files and a log', async () => {
    const build = async (id: string) => {
      const report = (status: string) => ({
        ...{ external_id: id, job: { name: 'test' }, status, workflow: { external_id: `w ${id}`, name: 'ci' } },
        pipeline: { external_id: `p ${id}`, branch: 'main', revision: 'f00d' },
      })
      const { num, build_num = num } = await send('/builds', { method: 'POST', json: report('running') })
      const at = `/builds/${build_num}`
      await send(`${at}/steps`, { method: 'POST', json: { key: 'k', name: 'test' } })
      const line = 'a line of the log of a build, as they are\n'
      for (let part = 0; part < 10; part++)
        await send(`${at}/steps/0/log?offset=${part * line.length}${part === 9 ? '&final=true' : ''}`, {
          ...{ method: 'PUT', body: line },
        })
      const tests = Array.from({ length: 200 }, (_, i) => ({
        name: `test ${i}`,
        result: i === 7 ? 'failure' : 'success',
      }))
      await send(`${at}/tests`, { method: 'PUT', json: { tests } })
      for (const file of ['dist.js', 'coverage.html'])
        await send(`${at}/artifacts/${file}`, {
          method: 'PUT',
          body: file,
          headers: { 'Content-Length': String(file.length) },
        })
      await send('/builds', { method: 'POST', json: report('failed') })
      return 16
    }
    const sizeNow = async () => (await env.DB.prepare('select 1').run()).meta.size_after
    // The first one makes the names of the tests.
    await build('first')
    const sizeBefore = await sizeNow()
    const [first, before] = [1, 10]
    for (let i = first; i < before; i++) await build(`warm ${i}`)
    expect((await sizeNow()) - sizeBefore).toBeLessThanOrEqual((before - first) * BYTES_A_BUILD)
    await costOf(async () => 0)
    const cost = await costOf(() => build('measured'))
    // It counts with more reports than there are here.
    expectCost(cost, { ...COSTS.build, rowsRead: rowsReadByBuild(before) })
    expect(cost.rowsWritten).toBeGreaterThan(COSTS.build.rowsWritten / 2)
  })

  it('a page that somebody looks at', async () => {
    const cost = await costOf(async () => {
      const headers = { Cookie: cookie, Accept: 'text/html' }
      const response = await app.ask(`/${world.slug}/${world.build.num}`, { headers })
      expect(response.status).toBe(200)
      await response.arrayBuffer()
      return 1
    })
    expectCost(cost, COSTS.page)
  })

  it("a day's upkeep of nothing special", async () => {
    let steps = 0
    const cost = await costOf(async () => {
      await planUpkeep(counted)
      for (let step = counted.steps.shift(); step; step = counted.steps.shift(), steps++) await runUpkeep(counted, step)
      return 0
    })
    expectCost({ ...cost, messages: cost.messages + steps }, COSTS.upkeep)
  })
})

describe('the most that D1 may be asked in an invocation is enough for', () => {
  const openFree = () => openTestStores({ maxQueries: FREE_QUERIES })

  it('ending all tokens that break a policy, of which there may be more than a call ends', async () => {
    const stores = await openFree()
    const owner = await seedUser(stores.db, { instanceRole: 'owner' })
    const { secret } = await seedToken(stores, { kind: 'personal', user: owner, expiresAt: stores.now() + DAY_MS })
    for (let i = 0; i < 3; i++) await seedManyTokens({ kind: 'personal', userId: (await seedUser(stores.db)).id }, 999)
    await putPolicy(stores, { ...NO_POLICY, personalDays: 30 }, INSTANCE)
    const app = await openTestApp({ stores })
    const queries = countQueries(stores)
    const response = await app.ask('/api/buildpass/v1/instance/policy/breaking/end', { method: 'POST', token: secret })
    expect(await response.json()).toMatchObject({ is_all: false })
    expect(await queries()).toBeLessThanOrEqual(FREE_QUERIES)
    await putPolicy(stores, NO_POLICY, INSTANCE)
  })

  it('each step of the upkeep, where much is due', async () => {
    const stores = await openFree()
    const user = await seedUser(stores.db)
    for (let i = 0; i < 25; i++)
      await seedToken(stores, {
        ...{ kind: 'personal', user, createdAt: stores.now() - 100 * DAY_MS, expiresAt: stores.now() + 6 * DAY_MS },
      })
    await putPolicy(stores, { ...NO_POLICY, unusedDays: 90 }, INSTANCE)
    await planUpkeep(stores)
    const most: Record<string, number> = {}
    for (let step = stores.steps.shift(); step; step = stores.steps.shift()) {
      const queries = countQueries(stores)
      await runUpkeep(stores, step)
      most[step.task] = Math.max(most[step.task] ?? 0, await queries())
    }
    for (const [task, queries] of Object.entries(most)) expect([task, queries <= FREE_QUERIES]).toEqual([task, true])
    await putPolicy(stores, NO_POLICY, INSTANCE)
  })
})
