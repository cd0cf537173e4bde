import { describe, expect, it } from 'vitest'
import type { Permission } from '../../../src/domain/access/permission.ts'
import { mintSecret, parseSecret, type Secret } from '../../../src/domain/access/secret.ts'
import type { Project } from '../../../src/domain/project.ts'
import { findGrant } from '../../../src/storage/edge/grants.ts'
import { findAccess } from '../../../src/storage/edge/project-access.ts'
import { UNLIMITED } from '../../support/seed/present.ts'
import { seedMember, seedProject, seedToken, seedUser } from '../../support/seed/seed.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

// The hot-path budget of the edge-verification specification, counted: what a credential may cost before the answer.

const NOTHING = { d1: 0, kvGets: 0, kvPuts: 0, cacheMatches: 0, cachePuts: 0 }

/** What an authenticated request does before it answers. */
async function read(stores: TestStores, text: string, project: Project, permission: Permission = 'status:read') {
  const secret = parseSecret(text)
  if (!secret) return 'malformed'
  const verdict = await findGrant(stores, secret, project, UNLIMITED)
  if (verdict.kind !== 'granted') return verdict.kind
  return (await findAccess(stores, verdict.grant, project, permission)).decision
}

async function costOf(stores: TestStores, work: () => Promise<unknown>) {
  stores.resetCounts()
  await work()
  const counts = { ...stores.counts }
  await stores.settled()
  return counts
}

const holders = [
  [
    'a project token',
    async (stores: TestStores, project: Project) => seedToken(stores, { kind: 'project', project, scope: 'status' }),
  ],
  [
    'a personal token',
    async (stores: TestStores, project: Project) => {
      const user = await seedUser(stores.db)
      await seedMember(stores.db, project, user, 'member')
      return seedToken(stores, { kind: 'personal', user })
    },
  ],
] as const

async function seedWarm(seed: (typeof holders)[number][1], cacheApi = true) {
  const warm = await openTestStores({ cacheApi })
  const project = await seedProject(warm.db)
  const { secret } = await seed(warm, project)
  await read(warm, secret, project)
  await warm.settled()
  return { warm, project, secret }
}

describe.each(holders)('%s', (_, seed) => {
  it('that is warm in this isolate costs nothing', async () => {
    const { warm, project, secret } = await seedWarm(seed)
    for (let seconds = 0; seconds < 4; seconds++) {
      expect(await costOf(warm, async () => expect(await read(warm, secret, project)).toBe('allow'))).toEqual(NOTHING)
      warm.clock.advance(999)
    }
  })

  it('in steady use costs one poll in 4 s, which no answer waits for', async () => {
    const { warm, project, secret } = await seedWarm(seed, false)
    warm.resetCounts()
    for (let i = 0; i < 200; i++) {
      warm.clock.advance(200)
      expect(await read(warm, secret, project)).toBe('allow')
      await warm.settled()
    }
    expect(warm.counts).toMatchObject({ kvGets: 0, d1: 40_000 / 4_000 })
  })

  it('in a new isolate of a warm data centre costs one look into KV and at most one into D1', async () => {
    const { warm, project, secret } = await seedWarm(seed)
    warm.clock.advance(9_000)
    await read(warm, secret, project)
    await warm.settled()
    const fresh = await openTestStores({ beside: warm })
    const cost = await costOf(fresh, async () => expect(await read(fresh, secret, project)).toBe('allow'))
    expect(cost.kvGets).toBe(1)
    expect(cost.d1 + cost.cacheMatches).toBe(1)
    expect(cost.kvPuts).toBe(0)
  })

  it('that another isolate of the data centre knew costs one look into the cache, and no price', async () => {
    const { warm, project, secret } = await seedWarm(seed)
    const busy = await openTestStores({ beside: warm })
    const other = await seed(busy, await seedProject(busy.db))
    const projectOfOther = await seedProject(busy.db)
    await read(busy, other.secret, projectOfOther)
    await read(busy, secret, project)
    await busy.settled()
    // It is not in memory any more.
    for (let seconds = 0; seconds < 60; seconds += 3) {
      busy.clock.advance(3_000)
      await read(busy, other.secret, projectOfOther)
      await busy.settled()
    }
    const cost = await costOf(busy, async () => expect(await read(busy, secret, project)).toBe('allow'))
    expect([cost.kvGets, cost.kvPuts]).toEqual([0, 0])
    expect(cost.cacheMatches).toBeLessThanOrEqual(2)
  })

  it('in a new isolate without a Cache API costs one look into KV and one into D1', async () => {
    const { warm, project, secret } = await seedWarm(seed, false)
    const fresh = await openTestStores({ beside: warm, cacheApi: false })
    const cost = await costOf(fresh, async () => expect(await read(fresh, secret, project)).toBe('allow'))
    expect(cost).toEqual({ ...NOTHING, kvGets: 1, d1: 1 })
  })

  it('in a cold data centre costs one look into KV, one round trip to D1, and writes to KV and the cache after the answer', async () => {
    const cold = await openTestStores()
    const project = await seedProject(cold.db)
    const { secret } = await seed(cold, project)
    const cost = await costOf(cold, async () => expect(await read(cold, secret, project)).toBe('allow'))
    expect(cost).toEqual({ ...NOTHING, kvGets: 1, d1: 1, kvPuts: 1, cachePuts: 1 })
  })

  it('after 60 s in memory costs a look into KV, none into D1, and no write', async () => {
    const { warm, project, secret } = await seedWarm(seed)
    for (let seconds = 0; seconds < 60; seconds += 3) {
      warm.clock.advance(3_000)
      await read(warm, secret, project)
      await warm.settled()
    }
    const fresh = warm.counts
    expect(fresh.kvPuts).toBeLessThanOrEqual(1)
    expect(fresh.kvGets).toBeLessThanOrEqual(2)
  })
})

describe('garbage', () => {
  it.each([
    ['no token at all', 'hello'],
    ['a token with a wrong checksum', flipLast(mintSecret('project'))],
    ['a token of another service', `ghp_${'a'.repeat(36)}`],
  ])('such as %s costs nothing', async (_, text) => {
    const stores = await openTestStores()
    const project = await seedProject(stores.db)
    expect(await costOf(stores, async () => expect(await read(stores, text, project)).toBe('malformed'))).toEqual(
      NOTHING,
    )
  })
})

describe('an unknown token', () => {
  it('costs one look into KV and one into D1, then nothing for a while, and is never written to KV', async () => {
    const stores = await openTestStores()
    const project = await seedProject(stores.db)
    const secret: Secret = mintSecret('project')
    expect(await costOf(stores, () => read(stores, secret, project))).toEqual({ ...NOTHING, kvGets: 1, d1: 1 })
    expect(await costOf(stores, () => read(stores, secret, project))).toEqual(NOTHING)
  })
})

describe('a token without the permission', () => {
  it('costs one look into D1 beyond the warm token: a no is always asked', async () => {
    const { warm, project, secret } = await seedWarm(holders[0][1])
    const cost = await costOf(warm, async () =>
      expect(await read(warm, secret, project, 'artifacts:read')).toBe('permission_denied'),
    )
    expect(cost).toEqual({ ...NOTHING, d1: 1 })
  })
})

function flipLast(secret: string): string {
  return secret.slice(0, -1) + (secret.endsWith('0') ? '1' : '0')
}
