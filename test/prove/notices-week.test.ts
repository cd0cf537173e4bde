import { afterEach, describe, expect, it, vi } from 'vitest'
import { slugText } from '../../src/domain/project.ts'
import { seedProject } from '../support/seed/seed.ts'
import { seedBuild } from '../support/seed/seed-builds.ts'
import { SLACK, seedChannel, TEAMS, titlesIn } from '../support/worker/channels.ts'
import { openOutside } from '../support/worker/outside.ts'
import { createQueue } from '../support/worker/play-queue.ts'
import { openTestStores } from '../support/worker/stores.ts'
import { shareOf } from './share.ts'
import { createRandom } from './sim/timeline.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const WEEK_MS = 7 * 86_400_000

describe('a week of builds', () => {
  it.each([
    ['that take all', 0, 20261130],
    ['that fail now and then', 0.3, 77123],
  ])(
    'brings channels %s one notice for each change of the default branch, in order, and none for anything else',
    async (_, failing, seed) => {
      const builds = shareOf(2_000)
      const stores = await openTestStores()
      const project = await seedProject(stores.db)
      const slug = slugText(project)
      const fate = createRandom(7)
      // What was refused or broke off did not arrive; the test's receivers know what they took.
      const taken: boolean[] = []
      const outside = await openOutside(() => {
        const fails = fate() < failing
        taken.push(!fails)
        if (!fails) return new Response(null, { status: 200 })
        return fate() < 0.5 ? new Response(null, { status: 500 }) : new Error('broken off')
      })
      await seedChannel(stores, outside, project.id, { kind: 'slack' })
      await seedChannel(stores, outside, project.id, { kind: 'teams' })
      const queue = createQueue(stores, outside)
      const random = createRandom(seed)
      const changes: string[] = []
      let state: 'red' | 'green' | null = null
      const becomes = (next: 'red' | 'green') => {
        if (state !== null && state !== next)
          changes.push(next === 'red' ? `main of ${slug} broke` : `main of ${slug} is fixed`)
        state = next
      }
      let reported = 0
      for (let pipeline = 0; reported < builds; pipeline++) {
        const isMain = random() < 0.5
        const jobs = 1 + Math.floor(random() * 3)
        const isRed = random() < 0.3
        const common = {
          pipeline: `p${pipeline}`,
          branch: isMain ? 'main' : `feature/${pipeline % 7}`,
          beganAt: stores.clock.now,
        }
        const retried: number[] = []
        // As docs/ci.md has it: all jobs are reported before the first ends.
        for (let job = 0; job < jobs; job++) {
          const externalId = `p${pipeline}-${job}`
          await seedBuild(stores, project, { ...common, job: `job ${job}`, externalId, status: 'queued' })
        }
        for (let job = 0; job < jobs; job++) {
          const fails = isRed && (job === jobs - 1 || random() < 0.5)
          if (fails) retried.push(job)
          const build = { ...common, job: `job ${job}`, externalId: `p${pipeline}-${job}` }
          const ends = [
            { ...build, status: 'running' as const },
            { ...build, status: fails ? ('failed' as const) : ('success' as const) },
          ]
          // Events come twice, and out of order.
          const order = random() < 0.2 ? [ends[1], ends[0]] : random() < 0.2 ? [...ends, ends[1]] : ends
          for (const event of order) if (event) await seedBuild(stores, project, event)
          reported += 1
          if (random() < 0.5) await queue.pass(1_000)
        }
        await queue.pass(60_000)
        if (isMain) becomes(isRed ? 'red' : 'green')
        // What failed is run again by hand, and passes.
        if (isRed && random() < 0.3) {
          for (const job of retried) {
            await seedBuild(stores, project, {
              ...common,
              job: `job ${job}`,
              attempt: 2,
              externalId: `p${pipeline}-${job}-2`,
            })
            reported += 1
          }
          await queue.pass(60_000)
          if (isMain) becomes('green')
        }
        await queue.pass((WEEK_MS / builds) * jobs)
      }
      await queue.pass(WEEK_MS)
      expect(queue.waiting).toEqual([])
      expect(changes.length).toBeGreaterThan(builds / 40)
      const arrived = (url: string) => outside.sent.filter((one, at) => one.url === url && taken[at]).flatMap(titlesIn)
      expect(arrived(SLACK)).toEqual(changes)
      expect(arrived(TEAMS)).toEqual(changes)
      expect(stores.warnings).toEqual([])
    },
    600_000,
  )
})
