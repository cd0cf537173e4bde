import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { countingD1, nothingSpent } from '../../bench/counting-d1.ts'
import { noOperations, type Operations, read, seeded } from '../../bench/scale-model.ts'
import type { Project } from '../../src/domain/project.ts'
import { findBranchStatus } from '../../src/storage/builds/branch-status.ts'
import { findGrant } from '../../src/storage/edge/grants.ts'
import { openDb } from '../../src/storage/stores.ts'
import { noteUse } from '../../src/storage/tokens/uses.ts'
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
    for (const stores of all) stores.resetCounts()
    const startedAt = first.clock.now

    const modelled = noOperations()
    const never = Number.NEGATIVE_INFINITY
    const centres = isolates.map(() => ({ isolates: [], statuses: new Map(), feedAt: never }))
    const modelIsolates = all.map(() => ({
      bornAt: 0,
      grants: new Map(),
      statuses: new Map(),
      uses: new Map(),
      feedAt: never,
      triedAt: never,
    }))
    const [kv, lastUses] = [new Map(), new Map()]
    const load = {
      perSecond: 0,
      centres: CENTRES,
      isolates: ISOLATES,
      isolateLifeSeconds: 1e9,
      tokens: TOKENS,
      hasCacheApi: cacheApi,
    }

    for (let i = 0; i < READS; i++) {
      first.clock.advance(Math.floor(random() * 1_500))
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
      expect(verdict.kind).toBe('granted')
      await findBranchStatus(stores, project.id, 'main')
      noteUse(
        stores,
        { tokenId: badge.token.id, isUncached: verdict.kind === 'granted' && verdict.tier === 'd1' },
        () => null,
      )
      await stores.settled()
      // A use is noted by the minute of the clock, so the model's time has the clock's minutes.
      const now = (first.clock.now - (startedAt - (startedAt % 60_000))) / 1000
      read(modelled, { now, token, load, centre, isolate, kv, lastUses })
    }

    const sum = (name: keyof TestStores['counts']) => all.reduce((total, stores) => total + stores.counts[name], 0)
    expect({ kvReads: sum('kvGets'), kvWrites: sum('kvPuts'), d1: sum('d1'), cacheReads: sum('cacheMatches') }).toEqual(
      {
        kvReads: modelled.kvReads,
        kvWrites: modelled.kvWrites,
        d1: d1Of(modelled),
        cacheReads: modelled.cacheReads,
      },
    )
  },
  60_000,
)

function d1Of({ polls, tokenReads, statusReads, useNotes }: Operations): number {
  return polls + tokenReads + statusReads + useNotes
}

describe('a report of a build, which docs/scale.md counts with,', () => {
  it.each([
    ['that opens a pipeline', 0, 30],
    ['that joins one', 1, 20],
    ['that ends a running build', 2, 20],
  ])('%s writes no more rows than it says', async (_, nth, limit) => {
    const stores = await openTestStores()
    const project = await seedProject(stores.db)
    const spent = nothingSpent()
    const counted = { ...stores, db: openDb(countingD1(env.DB, spent)) }
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
