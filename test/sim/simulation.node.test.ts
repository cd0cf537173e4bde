import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BOUND_MS } from '../../src/domain/fence.ts'
import { schedule } from './schedule.ts'
import { runSchedule } from './simulation.ts'
import { openSqliteD1 } from './sqlite-d1.ts'
import { createStats, statsText } from './stats.ts'

// For longer, or to see a failure again by its seed and path: npm run soak.
const RUNS = 2_000
const GRACE_MS = 60_000

it(`the promise holds in ${RUNS} schedules of faults`, { timeout: 300_000 }, async () => {
  const d1 = openSqliteD1(join(import.meta.dirname, '../../migrations'))
  const stats = createStats()
  await fc.assert(
    fc.asyncProperty(schedule, (planned) => runSchedule(d1, planned, stats)),
    { numRuns: RUNS },
  )
  console.log(statsText(stats, BOUND_MS, GRACE_MS))
  expect(stats.latestAcceptMs).toBeLessThan(BOUND_MS)
  expect(stats.latestGraceMs).toBeLessThan(GRACE_MS)
  // A simulation in which nothing is accepted would pass too.
  expect(stats.accepted).toBeGreaterThan(RUNS * 5)
})
