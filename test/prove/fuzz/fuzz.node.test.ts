import { writeSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { openRequest } from '../../../src/app.ts'
import type { Bindings } from '../../../src/env.ts'
import { seedSession } from '../../support/seed/seed.ts'
import type { TestStores } from '../../support/worker/stores.ts'
import { env } from '../../support/worker/workers-in-node.ts'
import { seedWorld } from '../../support/worker/world.ts'
import { shareOf } from '../share.ts'
import { type Fuzzed, fuzz, fuzzedText } from './fuzz.ts'

// A world is used up by what is right by chance: it deletes.
const WORLDS = shareOf(360, 30)
const PER_WORLD = 250
// The same inputs each time, so that a run fails for what was changed and not by chance; SEED=<number> draws others.
const SEED = Number(process.env.SEED ?? 1)
const MAX_GROWTH_BYTES = 64 * 1024 * 1024

// The stand-ins have what the application calls; anything else fails loudly.
const bindings = env as unknown as Bindings
const open = () => openRequest(bindings, { waitUntil: (work) => void work.catch(() => {}) })

it(`${WORLDS * PER_WORLD} hostile inputs are answered without a bug, a leak or a hang, in bounded memory`, {
  timeout: 600_000,
}, async () => {
  const fuzzed: Fuzzed = { inputs: 0, statuses: new Map(), slowestMs: 0 }
  let startBytes = 0
  for (let i = 0; i < WORLDS; i++) {
    const { stores } = await open()
    // What the seeds use of it is there.
    const world = await seedWorld(stores as TestStores, i % 2 === 0 ? 'private' : 'public')
    const session = await seedSession(stores, world.users.admin)
    await fuzz(open, { world, session }, { numRuns: PER_WORLD, seed: SEED * WORLDS + i }, fuzzed)
    if (i === Math.floor(WORLDS / 9)) startBytes = heapBytes()
  }
  const grownBytes = heapBytes() - startBytes
  writeSync(2, `${fuzzedText(fuzzed)}; memory grew by ${Math.round(grownBytes / 1024 / 1024)} MiB\n`)
  expect(grownBytes).toBeLessThan(MAX_GROWTH_BYTES)
  // Most are refused, and enough get through to the handlers.
  expect((fuzzed.statuses.get(200) ?? 0) / fuzzed.inputs).toBeGreaterThan(0.05)
})

/** What is held after a collection; the stand-ins' database is outside of it. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}
