import fc from 'fast-check'
import { it } from 'vitest'
import { schedule } from '../../test/prove/sim/schedule.ts'
import { runSchedule } from '../../test/prove/sim/simulation.ts'
import { openSqliteD1 } from '../../test/prove/sim/sqlite-d1.ts'
import { createStats } from '../../test/prove/sim/stats.ts'

it('the promise holds in 200 schedules of faults, the same for each mutant', { timeout: 120_000 }, async () => {
  const d1 = openSqliteD1('migrations')
  const stats = createStats()
  await fc.assert(
    fc.asyncProperty(schedule, (planned) => runSchedule(d1, planned, stats)),
    { numRuns: 200, seed: 20, endOnFailure: true },
  )
})
