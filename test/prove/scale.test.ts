import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { countingD1, nothingSpent } from '../../bench/counting-d1.ts'
import { emptyCentre, emptyIsolate, noOperations, read, seeded, writeUses } from '../../bench/scale-model.ts'
import type { Project } from '../../src/domain/project.ts'
import { findBranchStatus } from '../../src/storage/builds/branches/branch-status.ts'
import { findGrant } from '../../src/storage/edge/grants.ts'
import { openPrimary, type Stores } from '../../src/storage/stores.ts'
import { noteUse } from '../../src/storage/tokens/uses/uses.ts'
import { UNLIMITED } from '../support/seed/present.ts'
import { type SeededToken, seedProject, seedToken } from '../support/seed/seed.ts'
import { reportBuild } from '../support/worker/as-instance.ts'
import { openTestStores, type TestStores } from '../support/worker/stores.ts'
import { reportOf } from '../support/worker/world.ts'

// docs/scale.md is computed from a model of the caches: this holds the code against it, read by read.

const [CENTRES, ISOLATES, TOKENS, READS] = [2, 2, 4, 250]

it.each([true, false])(
  'the model of docs/scale.md spends what the code spends (with the Cache API: %s)',
  async (cacheApi) => {
    const random = seeded(7)
    const first = await openTestStores({ cacheApi })
    const isolates: TestStores[][] = []
    for (let c = 0; c < CENTRES; c++) {
      const head = c === 0 ? first : await openTestStores({ cacheApi, clock: first.clock })
      isolates.push([head, await openTestStores({ beside: head, cacheApi })])
    }
    const badges: { project: Project; token: SeededToken }[] = []
    for (let t = 0; t < TOKENS; t++) {
      const project = await seedProject(first.db)
      badges.push({ project, token: await seedToken(first, { kind: 'project', project, scope: 'status' }) })
    }
    const all = isolates.flat()
    const spent = nothingSpent()
    const later = all.map((stores) => writingLater({ ...stores, db: openPrimary(countingD1(env.DB, spent)) }))
    for (const stores of all) stores.resetCounts()

    const modelled = noOperations()
    const modelIsolates = all.map(() => emptyIsolate(0))
    const centres = isolates.map((_, c) => emptyCentre(modelIsolates.slice(c * ISOLATES, (c + 1) * ISOLATES)))
    const everywhere = { kv: new Map(), steps: new Map(), days: new Map() }

    for (let i = 0; i < READS; i++) {
      first.clock.advance(Math.floor(random() * 15_000))
      for (const { writeDue } of later) await writeDue()
      const [c, n, token] = [
        Math.floor(random() * CENTRES),
        Math.floor(random() * ISOLATES),
        Math.floor(random() * TOKENS),
      ]
      const [stores, badge, centre, isolate] = [
        isolates[c]?.[n],
        badges[token],
        centres[c],
        modelIsolates[c * ISOLATES + n],
      ]
      if (!stores || !badge || !centre || !isolate) throw new Error('there is one of each')
      const { project } = badge
      const verdict = await findGrant(stores, badge.token.secret, project, UNLIMITED)
      if (verdict.kind !== 'granted') throw new Error('its tokens hold')
      await findBranchStatus(stores, project.id, 'main')
      await stores.settled()
      const use = { tokenId: badge.token.id, isUncached: verdict.tier === 'd1' }
      await later[c * ISOLATES + n]?.note((waiting) => noteUse(waiting, use, () => null))
      // A use is noted by the ten minutes of the clock, so the model's time is the clock's.
      const now = first.clock.now / 1000
      const tier = read(modelled, {
        now,
        phase: 0,
        token,
        load: { hasCacheApi: cacheApi },
        centre,
        isolate,
        everywhere,
      })
      expect(verdict.tier).toBe(tier)
    }
    first.clock.advance(25_000)
    for (const { writeDue } of later) await writeDue()
    for (const isolate of modelIsolates) writeUses(modelled, { now: first.clock.now / 1000, isolate, everywhere })

    const sum = (name: keyof TestStores['counts']) => all.reduce((total, stores) => total + stores.counts[name], 0)
    expect({
      ...{ kvReads: sum('kvGets'), kvWrites: sum('kvPuts'), d1: sum('d1'), cacheReads: sum('cacheMatches') },
      ...{ useWrites: spent.roundTrips, rowsWritten: spent.rowsWritten },
    }).toEqual({
      kvReads: modelled.kvReads,
      kvWrites: modelled.kvWrites,
      d1: modelled.polls + modelled.tokenReads + modelled.statusReads,
      cacheReads: modelled.cacheReads,
      useWrites: modelled.useWrites,
      rowsWritten: modelled.rowsWritten,
    })
    expect(modelled.useWrites).toBeGreaterThan(20)
  },
  60_000,
)

/** Stores whose pauses are as long as the clock says. */
function writingLater(stores: Stores) {
  const due: { readonly at: number; readonly end: () => void; work?: Promise<unknown> }[] = []
  let now: Promise<unknown>[] = []
  let newest: (typeof due)[number] | undefined
  const waiting: Stores = {
    ...stores,
    pause: (ms) =>
      new Promise<void>((resolve) => {
        newest = { at: stores.now() + ms, end: resolve }
        due.push(newest)
      }),
    waitUntil: (work) => {
      if (newest) newest.work = work
      else now.push(work)
      newest = undefined
    },
  }
  return {
    note: async (work: (waiting: Stores) => void) => {
      work(waiting)
      await Promise.all(now)
      now = []
    },
    async writeDue() {
      while (due[0] && due[0].at <= stores.now()) {
        const [next] = due.splice(0, 1)
        next?.end()
        await next?.work
      }
    },
  }
}

describe('a report of a build, which docs/scale.md counts with,', () => {
  it.each([
    ['that opens a pipeline', 0, 30],
    ['that joins one', 1, 21],
    ['that ends a running build', 2, 20],
  ])('%s writes no more rows than it says', async (_, nth, limit) => {
    const stores = await openTestStores()
    const project = await seedProject(stores.db)
    const spent = nothingSpent()
    const counted = { ...stores, db: openPrimary(countingD1(env.DB, spent)) }
    const reports = [
      reportOf({ externalId: 'a', status: 'running' }),
      reportOf({ externalId: 'b', status: 'running' }),
      reportOf({ externalId: 'b', status: 'success' }),
    ]
    for (const [i, report] of reports.entries()) {
      Object.assign(spent, nothingSpent())
      await reportBuild(counted, project.id, report)
      if (i === nth) break
    }
    expect(spent.roundTrips).toBe(1)
    expect(spent.rowsWritten).toBeLessThanOrEqual(limit)
  })
})
