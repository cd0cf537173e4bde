import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { openRequest } from '../../../src/app.ts'
import { seedSession } from '../../support/seed/seed.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { seedWorld } from '../../support/worker/world.ts'
import { shareOf } from '../share.ts'
import { type Fuzzed, fuzz } from './fuzz.ts'

// The many are thrown in Node (fuzz.node.test.ts); these meet workerd's own parsers, streams, D1, KV and R2.
const WORLDS = shareOf(40)
const PER_WORLD = 250

it(`${WORLDS * PER_WORLD} hostile inputs are answered by workerd without a bug, a leak or a hang`, {
  timeout: 300_000,
}, async () => {
  const fuzzed: Fuzzed = { inputs: 0, statuses: new Map(), slowestMs: 0 }
  for (let i = 0; i < WORLDS; i++) {
    const stores = await openTestStores()
    const world = await seedWorld(stores, i % 2 === 0 ? 'private' : 'public')
    const open = () => openRequest(env, { waitUntil: (work) => void work.catch(() => {}) })
    const session = await seedSession(stores, world.users.admin)
    await fuzz(open, { world, session }, { numRuns: PER_WORLD, seed: -1 - i }, fuzzed)
  }
  expect((fuzzed.statuses.get(200) ?? 0) / fuzzed.inputs).toBeGreaterThan(0.05)
})
