import { expect, it, vi } from 'vitest'
import { compareTimes, median, trimmedT } from '../../scripts/measure/compared-times.ts'
import { seeded } from '../../scripts/measure/random.ts'
import { createApp, openRequest } from '../../src/app.ts'
import { mintSecret } from '../../src/domain/access/secret.ts'
import type { Bindings } from '../../src/env.ts'
import type { TestStores } from '../support/worker/stores.ts'
import { env } from '../support/worker/workers-in-node.ts'
import { seedWorld } from '../support/worker/world.ts'

const ROUNDS = 300
const TRIES = 3
// What a look-up more or less would make is several times as much; `npm run timing` prints the numbers of a real server.
const MAX_DIFFERENCE = 0.25

// The stand-ins have what the application calls.
const bindings = env as unknown as Bindings
const ctx = {
  waitUntil: (work: Promise<unknown>) => void work.catch(() => {}),
  passThroughOnException: () => {},
  props: {},
}

it('of two lists of one kind the comparison says so', () => {
  const random = seeded(1)
  // Sums of three, and now and then a pause of the machine.
  const list = () => Array.from({ length: 120 }, () => random() + random() + random() + (random() < 0.05 ? 20 : 0))
  const ts = Array.from({ length: 500 }, () => trimmedT(list(), list()))
  const spread = Math.sqrt(ts.reduce((sum, t) => sum + t * t, 0) / ts.length)
  expect(spread).toBeGreaterThan(0.8)
  expect(spread).toBeLessThan(1.25)
  const slower = list().map((value) => value + 0.5)
  expect(Math.abs(trimmedT(slower, list()))).toBeGreaterThan(4.5)
})

it('the time of a refusal does not tell whether a private project exists', async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {})
  const app = createApp()
  const { stores } = await openRequest(bindings, ctx)
  // What the seeds use of it is there.
  const { slug, secrets } = await seedWorld(stores as TestStores, 'private')
  const [hidden, absent] = [`/api/v1.1/project/${slug}`, `/api/v1.1/project/${slug}-never`]
  const pairs: Record<string, () => [string, string | null]>[] = [
    {
      'foreign, hidden': () => [hidden, secrets['other all']],
      'foreign, absent': () => [absent, secrets['other all']],
    },
    {
      'unknown, hidden': () => [hidden, mintSecret('project')],
      'unknown, absent': () => [absent, mintSecret('project')],
    },
    { 'none, hidden': () => [hidden, null], 'none, absent': () => [absent, null] },
  ]
  for (const pair of pairs) {
    const differences = [Number.POSITIVE_INFINITY]
    // A machine that is busy tells two equal things apart now and then: the best of three counts.
    for (let i = 0; i < TRIES && Math.min(...differences) >= MAX_DIFFERENCE; i++) {
      const times = await compareTimes(pair, ROUNDS, async (path, token) => {
        const request = new Request(`https://builds.test${path}`, {
          headers: token === null ? {} : { 'Circle-Token': token },
        })
        const response = await app.fetch(request, await openRequest(bindings, ctx), ctx as unknown as ExecutionContext)
        await response.arrayBuffer()
      })
      const [a = 0, b = 0] = [...times.values()].map(median)
      differences.push(Math.abs(a - b) / Math.min(a, b))
    }
    expect(Math.min(...differences), Object.keys(pair).join(' against ')).toBeLessThan(MAX_DIFFERENCE)
  }
})
