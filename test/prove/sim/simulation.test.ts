import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BOUND_MS } from '../../../src/domain/access/fence.ts'
import { shareOf } from '../share.ts'
import { schedule } from './schedule.ts'
import { runSchedule } from './simulation.ts'
import { createStats, statsText } from './stats.ts'

// Thousands of these run on Node's SQLite in simulation.node.test.ts; here the database is workerd's own D1.
const RUNS = shareOf(100)
const SEED = 20_261_125

it(`the promise holds in ${RUNS} schedules of faults on workerd's D1`, { timeout: 180_000 }, async () => {
  const stats = createStats()
  await fc.assert(
    fc.asyncProperty(schedule, (planned) => runSchedule(env.DB, planned, stats)),
    { numRuns: RUNS, seed: SEED },
  )
  console.log(statsText(stats, BOUND_MS, 60_000))
  expect(stats.latestAcceptMs).toBeLessThan(BOUND_MS)
})
