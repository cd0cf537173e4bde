// npm run soak [-- --minutes N] [--seed S] [--path P]: the simulation of test/prove/sim for as long as you like, then tokens
// with limits on the whole Worker for a quarter of that.
import { join } from 'node:path'
import fc from 'fast-check'
import { BOUND_MS } from '../../src/domain/access/fence.ts'
import { schedule } from '../../test/prove/sim/schedule.ts'
import { runSchedule } from '../../test/prove/sim/simulation.ts'
import { openSqliteD1 } from '../../test/prove/sim/sqlite-d1.ts'
import { createStats, statsText } from '../../test/prove/sim/stats.ts'
import { parseInvocation, refuseInvocation } from '../check/invocation.ts'
import { REPOSITORY } from '../start/local-state.ts'
import { walkLimits, walkText } from './limits/walk.ts'
import { seeded } from './random.ts'

const GRACE_MS = 60_000
const BATCH = 200

const usage = 'npm run soak [-- --minutes N] [--seed S] [--path P]'
const { values } = parseInvocation(usage, {
  minutes: { type: 'string', default: '5' },
  seed: { type: 'string' },
  path: { type: 'string' },
})
const minutes = Number(values.minutes)
let seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed)
if (!Number.isInteger(seed)) refuseInvocation(usage, '--seed takes a whole number.')

const d1 = openSqliteD1(join(REPOSITORY, 'migrations'))
const stats = createStats()
const until = performance.now() + minutes * 60_000
console.log(`Playing schedules for ${minutes} minutes, from seed ${seed} on …`)
do {
  try {
    await fc.assert(
      fc.asyncProperty(schedule, (planned) => runSchedule(d1, planned, stats)),
      { seed, numRuns: BATCH, ...(values.path === undefined ? {} : { path: values.path }) },
    )
  } catch (error) {
    console.error(error instanceof Error ? `${error.message}\n${error.cause}` : error)
    console.error(`To see it again: npm run soak -- --seed ${seed}${pathIn(error)}`)
    process.exitCode = 1
    break
  }
  seed += 1
} while (performance.now() < until && values.path === undefined)
console.log(statsText(stats, BOUND_MS, GRACE_MS))
if (stats.latestAcceptMs >= BOUND_MS || stats.latestGraceMs >= GRACE_MS) process.exitCode = 1
// A path plays one schedule again, and nothing else.
if (values.path === undefined) {
  const walked = await walkLimits(seeded(1 + (seed % 2_147_483_646)), (minutes * 60_000) / 4)
  console.log(walkText(walked))
  if (walked.wrong.length > 0) process.exitCode = 1
}

/** fast-check names the way to the smallest failing schedule. */
function pathIn(error: unknown): string {
  const path = /path: "([\d:]+)"/.exec(String(error))?.[1]
  return path === undefined ? '' : ` --path ${path}`
}
