import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BOUND_MS } from '../../../src/domain/access/fence.ts'
import { shareOf } from '../share.ts'
import { playSchedule } from './play.ts'
import { schedule } from './schedule.ts'
import { openDatabases, type ReplicaStats } from './world.ts'

// The same schedules each time; SEED=<number> draws others.
const RUNS = shareOf(600, 30)
const SEED = Number(process.env.SEED ?? 20_261_201)

it(`what replicas answer holds in ${RUNS} schedules of lag and faults`, { timeout: 300_000 }, async () => {
  const databases = await openDatabases()
  const stats: ReplicaStats = {
    reads: 0,
    opened: 0,
    changes: 0,
    replica: 0,
    primary: 0,
    oldestMs: 0,
    latestAcceptMs: 0,
  }
  await fc.assert(
    fc.asyncProperty(schedule, (planned) => playSchedule(databases, planned, stats)),
    { numRuns: RUNS, seed: SEED },
  )
  const { reads, opened, changes, replica, primary, oldestMs, latestAcceptMs } = stats
  console.log(
    `${RUNS} schedules, ${reads} reads (${opened} opened), ${changes} changes; asked for builds: replicas ${replica}, the primary ${primary}; the oldest answer ${oldestMs} ms, the latest use of an ended right ${latestAcceptMs} ms`,
  )
  expect(oldestMs).toBeLessThanOrEqual(BOUND_MS)
  expect(latestAcceptMs).toBeLessThanOrEqual(BOUND_MS)
  // R5: a simulation in which the primary answers everything would pass too.
  expect(replica).toBeGreaterThan(primary)
  expect(opened).toBeGreaterThan(RUNS * 5)
})
