import { eq } from 'drizzle-orm'
import { describe, expect, it, vi } from 'vitest'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import { mintSecret } from '../../../src/domain/access/secret.ts'
import { hashSecret, importPeppers } from '../../../src/domain/access/secret-hash.ts'
import { toBase64Url } from '../../../src/domain/formats/encoding.ts'
import { findGrant, forgetUnknown, heldGrantOf, knownGrant, kvKeyFor } from '../../../src/storage/edge/grants.ts'
import { users } from '../../../src/storage/schema/schema.ts'
import { commitEnding } from '../../../src/storage/tokens/revocations.ts'
import { barrier, endToken, present, redateToken, UNLIMITED } from '../../support/seed/present.ts'
import { seedProject, seedToken, seedUser } from '../../support/seed/seed.ts'
import { hang } from '../../support/worker/counted.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

const SECOND = 1_000
const outage = async () => {
  throw new Error('D1 cannot be reached')
}

async function seedStatusToken(stores: TestStores, expiresAt: number | null = null) {
  const project = await seedProject(stores.db)
  return { project, ...(await seedToken(stores, { kind: 'project', project, scope: 'status', expiresAt })) }
}

describe('a token', () => {
  it('works at once, and then from memory', async () => {
    const isolate = await openTestStores()
    const { secret } = await seedStatusToken(isolate)
    expect(await present(isolate, secret)).toBe('granted by d1')
    expect(await present(isolate, secret)).toBe('granted by memory')
  })

  it('is granted by memory alone, without a wait, until the feed is 4 s old or the token ends', async () => {
    const isolate = await openTestStores()
    const lasting = await seedStatusToken(isolate)
    const ending = await seedStatusToken(isolate, isolate.now() + 2 * SECOND)
    const kinds = () => [lasting, ending].map(({ secret }) => knownGrant(isolate, secret)?.kind ?? null)
    expect(kinds()).toEqual([null, null])
    for (const { secret } of [lasting, ending]) expect(await present(isolate, secret)).toBe('granted by d1')
    expect(kinds()).toEqual(['granted', 'granted'])
    isolate.clock.advance(2 * SECOND)
    expect(kinds()).toEqual(['granted', null])
    isolate.clock.advance(2 * SECOND - 1)
    expect(kinds()).toEqual(['granted', null])
    isolate.clock.advance(1)
    expect(kinds()).toEqual([null, null])
  })

  it('found in KV is in memory from then on', async () => {
    const first = await openTestStores()
    const { secret } = await seedStatusToken(first)
    await present(first, secret)
    await first.settled()
    const second = await openTestStores({ beside: first })
    expect(await present(second, secret)).toBe('granted by kv')
    expect(await present(second, secret)).toBe('granted by memory')
  })

  it('stays in memory for 60 s from when it was put there, however often it is read', async () => {
    const isolate = await openTestStores({ cacheApi: false })
    const { secret } = await seedStatusToken(isolate)
    await present(isolate, secret)
    await isolate.settled()
    for (let seconds = 0; seconds < 59; seconds++) {
      isolate.clock.advance(SECOND)
      expect(await present(isolate, secret)).toBe('granted by memory')
      await isolate.settled()
    }
    isolate.clock.advance(SECOND)
    expect(await present(isolate, secret)).toBe('granted by kv')
  })

  it('opens what its row says, of each kind, from each tier', async () => {
    const isolate = await openTestStores()
    const project = await seedProject(isolate.db)
    const user = await seedUser(isolate.db, { instanceRole: 'owner' })
    const personal = await seedToken(isolate, { kind: 'personal', user })
    const scoped = await seedToken(isolate, { kind: 'project', project, scope: 'view-builds' })
    const reporting = await seedToken(isolate, { kind: 'reporting', project, publisherId: 'pub' })
    const grants = [
      { kind: 'personal', tokenId: personal.id, userId: user.id, instanceRole: 'owner', limits: null },
      { kind: 'project', tokenId: scoped.id, scope: 'view-builds', project, limits: null },
      { kind: 'reporting', tokenId: reporting.id, project, publisherId: 'pub' },
    ]
    for (const [i, { secret }] of [personal, scoped, reporting].entries()) {
      expect(await findGrant(isolate, secret, null, UNLIMITED)).toEqual({
        kind: 'granted',
        grant: grants[i],
        expiresAt: null,
        tier: 'd1',
      })
      await isolate.settled()
      const other = await openTestStores({ beside: isolate })
      expect(await findGrant(other, secret, null, UNLIMITED)).toEqual({
        kind: 'granted',
        grant: grants[i],
        expiresAt: null,
        tier: 'kv',
      })
    }
  })

  it('that was never minted is unknown, and D1 is not asked again for it for 5 s', async () => {
    const isolate = await openTestStores()
    const secret = mintSecret('project')
    expect(await present(isolate, secret)).toBe('unknown')
    isolate.resetCounts()
    isolate.clock.advance(4_999)
    expect(await present(isolate, secret)).toBe('unknown')
    expect(isolate.counts).toMatchObject({ d1: 0, kvGets: 0 })
    isolate.clock.advance(1)
    expect(await present(isolate, secret)).toBe('unknown')
    expect(isolate.counts.d1).toBe(1)
  })

  it('is refused for 5 s from when D1 was asked, however late that answer came', async () => {
    const isolate = await openTestStores()
    const secret = mintSecret('project')
    isolate.faults.afterD1 = async () => isolate.clock.advance(1_900)
    expect(await present(isolate, secret)).toBe('unknown')
    isolate.faults.afterD1 = undefined
    // Somebody elsewhere mints it after all, a moment after D1 was asked.
    const project = await seedProject(isolate.db)
    await seedToken(isolate, { kind: 'project', project, scope: 'all', secret })
    isolate.clock.advance(3_099)
    expect(await present(isolate, secret)).toBe('unknown')
    isolate.clock.advance(1)
    expect(await present(isolate, secret)).toBe('granted by d1')
  })

  it('works at once where it was minted, although it was tried before', async () => {
    const isolate = await openTestStores()
    const secret = mintSecret('project')
    expect(await present(isolate, secret)).toBe('unknown')
    const project = await seedProject(isolate.db)
    await seedToken(isolate, { kind: 'project', project, scope: 'all', secret })
    forgetUnknown(isolate, secret)
    expect(await present(isolate, secret)).toBe('granted by d1')
  })

  it('works at once where it was minted, also while an older try is still on its way', async () => {
    const isolate = await openTestStores()
    const secret = mintSecret('project')
    const project = await seedProject(isolate.db)
    const gate = barrier()
    isolate.faults.afterD1 = gate.pass
    const early = present(isolate, secret)
    await gate.reached
    isolate.faults.afterD1 = undefined
    await seedToken(isolate, { kind: 'project', project, scope: 'all', secret })
    forgetUnknown(isolate, secret)
    const late = present(isolate, secret)
    await new Promise((resolve) => setTimeout(resolve, 20))
    gate.open()
    expect(await Promise.all([early, late])).toEqual(['unknown', 'granted by d1'])
    expect(await present(isolate, secret)).toMatch('granted')
  })

  it('that was deleted where it was minted is remembered as unknown too, at one look into D1', async () => {
    const isolate = await openTestStores()
    const token = await seedStatusToken(isolate)
    forgetUnknown(isolate, token.secret)
    isolate.clock.advance(1)
    await present(isolate, token.secret)
    await endToken(isolate, token)
    expect(await present(isolate, token.secret)).toBe('unknown')
    isolate.resetCounts()
    expect(await present(isolate, token.secret)).toBe('unknown')
    expect(isolate.counts).toMatchObject({ d1: 0, kvGets: 0 })
  })

  it('whose hash is of an older pepper is found until that pepper is taken away', async () => {
    const [old, current] = [randomPepper('old'), randomPepper('new')]
    const before = await openTestStores({ peppers: await importPeppers(old) })
    const { secret } = await seedStatusToken(before)
    const after = await openTestStores({ peppers: await importPeppers(`${current},${old}`) })
    expect(await present(after, secret)).toBe('granted by d1')
    await after.settled()
    expect(await present(await openTestStores({ peppers: after.peppers, clock: after.clock }), secret)).toBe(
      'granted by kv',
    )
    // Taking the pepper away ends what was hashed with it: KV's copy must not stand in for the row that is not found.
    const without = await openTestStores({ peppers: await importPeppers(current) })
    expect(await present(without, secret)).toBe('unknown')
  })

  it('leaves neither its secret in KV nor anything without an end', async () => {
    const isolate = await openTestStores()
    const { secret } = await seedStatusToken(isolate)
    await present(isolate, secret)
    await isolate.settled()
    const [hash] = await hashSecret(isolate.peppers, secret)
    const { keys } = await isolate.kv.list()
    const values = await Promise.all(keys.map(({ name }) => isolate.kv.get(name)))
    expect(keys.map(({ name }) => name)).toContain(kvKeyFor(hash))
    expect(JSON.stringify([keys, values])).not.toContain(secret.slice(4, 30))
    for (const key of keys) expect(key.expiration).toBeDefined()
    const own = keys.find(({ name }) => name === kvKeyFor(hash))
    expect(Math.abs((own?.expiration ?? 0) - (Date.now() / SECOND + 3_600))).toBeLessThan(120)
  })
})

describe('a deleted token', () => {
  it('is refused at once where it was deleted, whatever memory and KV hold', async () => {
    const isolate = await openTestStores()
    const token = await seedStatusToken(isolate)
    await present(isolate, token.secret)
    await isolate.settled()
    await endToken(isolate, token)
    expect(await present(isolate, token.secret)).toBe('unknown')
  })

  it.each([
    ['memory', false],
    ['KV', true],
  ])('is refused elsewhere 10 s later, although %s still has it', async (_, evicted) => {
    const here = await openTestStores()
    const there = await openTestStores({ clock: here.clock })
    const token = await seedStatusToken(here)
    await present(there, token.secret)
    await there.settled()
    await endToken(here, token)
    // It may be accepted up to here: nothing has told the other isolate yet.
    expect(await present(there, token.secret)).toBe('granted by memory')
    there.clock.advance(10 * SECOND)
    const asked = evicted ? await openTestStores({ beside: there }) : there
    expect(await present(asked, token.secret)).toBe('unknown')
  })

  it('is refused after 10 s of steady use, during which the feed is only polled in the background', async () => {
    const here = await openTestStores()
    const there = await openTestStores({ clock: here.clock })
    const token = await seedStatusToken(here)
    await present(there, token.secret)
    there.clock.advance(3_900)
    await endToken(here, token)
    const committedAt = there.clock.now
    const verdicts: string[] = []
    while (there.clock.now < committedAt + 10 * SECOND) {
      verdicts.push(await present(there, token.secret))
      await there.settled()
      there.clock.advance(500)
    }
    expect(verdicts).toContain('granted by memory')
    expect(await present(there, token.secret)).toBe('unknown')
    // Once refused, refused for good.
    expect(verdicts.lastIndexOf('granted by memory')).toBeLessThan(verdicts.indexOf('unknown'))
  })

  it('is refused to whoever was reading its row just then', async () => {
    const isolate = await openTestStores()
    const token = await seedStatusToken(isolate)
    const gate = barrier()
    isolate.faults.afterD1 = gate.pass
    const slow = present(isolate, token.secret)
    await gate.reached
    isolate.faults.afterD1 = undefined
    await endToken(isolate, token)
    gate.open()
    expect(await slow).toBe('unknown')
    expect(await present(isolate, token.secret)).toBe('unknown')
  })

  it('is refused to a request that joined a look-up which began before', async () => {
    const isolate = await openTestStores()
    const token = await seedStatusToken(isolate)
    const gate = barrier()
    isolate.faults.afterD1 = gate.pass
    const leader = present(isolate, token.secret)
    await gate.reached
    isolate.faults.afterD1 = undefined
    await endToken(isolate, token)
    const follower = present(isolate, token.secret)
    await new Promise((resolve) => setTimeout(resolve, 20))
    gate.open()
    expect(await Promise.all([leader, follower])).toEqual(['unknown', 'unknown'])
  })

  it('is refused although a slow reader elsewhere wrote its row to KV after the deletion', async () => {
    const here = await openTestStores()
    const there = await openTestStores({ clock: here.clock })
    const token = await seedStatusToken(here)
    const gate = barrier()
    there.faults.afterD1 = gate.pass
    const slow = present(there, token.secret)
    await gate.reached
    await endToken(here, token)
    expect(await present(here, token.secret)).toBe('unknown')
    gate.open()
    // Not known there yet, and within the bound.
    expect(await slow).toBe('granted by d1')
    await there.settled()
    here.clock.advance(6 * SECOND)
    expect(await present(here, token.secret)).toBe('unknown')
    here.clock.advance(4 * SECOND)
    expect(await present(await openTestStores({ clock: here.clock }), token.secret)).toBe('unknown')
  })

  it('cannot be told, and 503 is the answer, while each reading is overtaken by another end', async () => {
    const isolate = await openTestStores()
    const token = await seedStatusToken(isolate)
    let end = isolate.clock.now + 3_600 * SECOND
    isolate.faults.afterD1 = async () => {
      const { afterD1 } = isolate.faults
      isolate.faults.afterD1 = undefined
      end -= SECOND
      await redateToken(isolate, token, end)
      isolate.faults.afterD1 = afterD1
    }
    expect(await present(isolate, token.secret)).toBe('unavailable')
    isolate.faults.afterD1 = undefined
    expect(await present(isolate, token.secret)).toBe('granted by d1')
  })
})

describe('a token with an end', () => {
  it('stops at that moment, from memory, KV and D1 alike, and says when it ended', async () => {
    const isolate = await openTestStores()
    const end = isolate.clock.now + 5 * SECOND
    const { secret } = await seedStatusToken(isolate, end)
    await present(isolate, secret)
    await isolate.settled()
    isolate.clock.advance(5 * SECOND - 1)
    expect(await present(isolate, secret)).toBe('granted by memory')
    isolate.clock.advance(1)
    const expired = { kind: 'expired', expiredAt: end, grant: expect.objectContaining({ kind: 'project' }) }
    expect(await findGrant(isolate, secret, null, UNLIMITED)).toEqual(expired)
    expect(await findGrant(await openTestStores({ beside: isolate }), secret, null, UNLIMITED)).toEqual(expired)
  })

  it('that rotation gave it works on elsewhere until then, and not longer', async () => {
    const here = await openTestStores()
    const there = await openTestStores({ clock: here.clock })
    const token = await seedStatusToken(here)
    await present(there, token.secret)
    await redateToken(here, token, here.clock.now + 60 * SECOND)
    there.clock.advance(9 * SECOND)
    expect(await present(there, token.secret)).toBe('granted by d1')
    there.clock.advance(50_999)
    expect(await present(there, token.secret)).toMatch('granted')
    there.clock.advance(1)
    expect(await present(there, token.secret)).toBe('expired')
  })

  it('stops at that moment during an outage too', async () => {
    const isolate = await openTestStores()
    const { secret } = await seedStatusToken(isolate, isolate.clock.now + 20 * SECOND)
    await present(isolate, secret)
    isolate.faults.beforeD1 = outage
    isolate.clock.advance(20 * SECOND - 1)
    expect(await present(isolate, secret)).toBe('granted by grace')
    isolate.clock.advance(1)
    expect(await present(isolate, secret)).toBe('expired')
  })
})

describe('while D1 cannot be reached', () => {
  it('a token proved before works for 60 s from that proof, then the answer is 503', async () => {
    const isolate = await openTestStores()
    const { secret } = await seedStatusToken(isolate)
    await present(isolate, secret)
    isolate.faults.beforeD1 = outage
    isolate.clock.advance(9_999)
    expect(await present(isolate, secret)).toBe('granted by memory')
    isolate.clock.advance(50_000)
    expect(await present(isolate, secret)).toBe('granted by grace')
    isolate.clock.advance(1)
    expect(await present(isolate, secret)).toBe('unavailable')
  })

  it('the 60 s run from the newest poll that did not name the token', async () => {
    const isolate = await openTestStores()
    const { secret } = await seedStatusToken(isolate)
    await present(isolate, secret)
    isolate.clock.advance(9 * SECOND)
    expect(await present(isolate, secret)).toBe('granted by memory')
    await isolate.settled()
    isolate.faults.beforeD1 = outage
    isolate.clock.advance(50_999)
    expect(await present(isolate, secret)).toBe('granted by grace')
  })

  it('the 60 s of an entry in KV run from its proof, not from when it was taken out', async () => {
    const first = await openTestStores({ cacheApi: false })
    const { secret } = await seedStatusToken(first)
    await present(first, secret)
    await first.settled()
    const second = await openTestStores({ beside: first, cacheApi: false })
    second.faults.beforeD1 = outage
    second.clock.advance(59_999)
    expect(await present(second, secret)).toBe('granted by grace')
    second.clock.advance(1)
    expect(await present(second, secret)).toBe('unavailable')
  })

  it('a token that the feed named is refused with 503, with no grace', async () => {
    const isolate = await openTestStores()
    const token = await seedStatusToken(isolate)
    await present(isolate, token.secret)
    await redateToken(isolate, token, isolate.clock.now + 3_600 * SECOND)
    isolate.faults.beforeD1 = outage
    expect(await present(isolate, token.secret)).toBe('unavailable')
  })

  it('no token is called unknown: clients delete good tokens over that', async () => {
    const isolate = await openTestStores()
    isolate.faults.beforeD1 = outage
    expect(await present(isolate, mintSecret('project'))).toBe('unavailable')
  })

  it('nothing goes on where the grace is turned off', async () => {
    const isolate = await openTestStores({ graceMs: 0 })
    const { secret } = await seedStatusToken(isolate)
    await present(isolate, secret)
    isolate.faults.beforeD1 = outage
    isolate.clock.advance(10 * SECOND)
    expect(await present(isolate, secret)).toBe('unavailable')
  })

  it('a D1 that hangs holds a token that nobody knows up for 2 s, and then it is 503', async () => {
    const isolate = await openTestStores()
    isolate.faults.beforeD1 = hang
    const startedAt = Date.now()
    expect(await present(isolate, mintSecret('project'))).toBe('unavailable')
    expect(Date.now() - startedAt).toBeLessThan(10_000)
  })

  it('a D1 that hangs holds a cached token up for a second at most', async () => {
    const isolate = await openTestStores()
    const { secret } = await seedStatusToken(isolate)
    await present(isolate, secret)
    isolate.faults.beforeD1 = hang
    isolate.clock.advance(10 * SECOND)
    const startedAt = Date.now()
    expect(await present(isolate, secret)).toBe('granted by grace')
    expect(Date.now() - startedAt).toBeLessThan(1_900)
  })
})

describe('whatever KV does', () => {
  const faults: [string, () => Promise<string | null>][] = [
    ['throws', () => Promise.reject(new Error('KV is down'))],
    [
      'throws before it promises anything',
      () => {
        throw new Error('KV is down')
      },
    ],
    ['hangs', hang],
    ['answers nonsense', async () => 'nonsense'],
    ['answers with a tombstone', async () => 'ended'],
    ['answers with another version of the value', async () => '{"v":0,"grant":{"kind":"personal","userId":"x"}}'],
    ['answers with JSON that is no grant', async () => 'null'],
  ]
  it.each(faults)('when it %s, D1 answers', async (_, kvGet) => {
    const isolate = await openTestStores()
    const { secret } = await seedStatusToken(isolate)
    isolate.faults.kvGet = kvGet
    expect(await present(isolate, secret)).toBe('granted by d1')
    expect(await present(isolate, mintSecret('project'))).toBe('unknown')
  })

  it('one that hangs holds nobody up for longer than a quarter of a second', async () => {
    const isolate = await openTestStores()
    const { secret } = await seedStatusToken(isolate)
    isolate.faults.kvGet = hang
    const startedAt = Date.now()
    await present(isolate, secret)
    expect(Date.now() - startedAt).toBeLessThan(1_900)
  })

  it('a write that fails changes no answer', async () => {
    const isolate = await openTestStores()
    const { secret } = await seedStatusToken(isolate)
    isolate.faults.kvPut = () => Promise.reject(new Error('429'))
    expect(await present(isolate, secret)).toBe('granted by d1')
    await isolate.settled()
    expect(isolate.warnings).toContain('kv_unwritable')
  })

  it('a value that says it was proved in the future is not believed', async () => {
    const ahead = await openTestStores()
    const isolate = await openTestStores({ cacheApi: false })
    const { secret } = await seedStatusToken(ahead)
    ahead.clock.advance(3_600 * SECOND)
    await present(ahead, secret)
    await ahead.settled()
    expect(await present(isolate, secret)).toBe('granted by d1')
  })
})

describe('a client that tried too many unknown tokens', () => {
  const spent = (client: string) => ({ client, spend: async () => false })

  it('gets 429 for tokens in no cache, and keeps those that are in memory, the data centre or KV', async () => {
    const isolate = await openTestStores()
    const [inMemory, inCentre, inKv, cold] = await Promise.all([1, 2, 3, 4].map(() => seedStatusToken(isolate)))
    if (!inMemory || !inCentre || !inKv || !cold) throw new Error('four were seeded')
    const near = await openTestStores({ beside: isolate })
    await present(near, inCentre.secret)
    await near.settled()
    await present(await openTestStores({ clock: isolate.clock }), inKv.secret)
    await present(isolate, inMemory.secret)
    const charge = spent('198.51.100.7')
    expect(await present(isolate, mintSecret('project'), { charge })).toBe('unknown')
    expect(await present(isolate, mintSecret('project'), { charge })).toBe('limited')
    expect(await present(isolate, cold.secret, { charge })).toBe('limited')
    expect(await present(isolate, inMemory.secret, { charge })).toBe('granted by memory')
    expect(await present(isolate, inCentre.secret, { charge })).toBe('granted by cache')
    expect(await present(isolate, inKv.secret, { charge })).toBe('granted by kv')
    expect(await present(isolate, cold.secret, { charge: spent('198.51.100.8') })).toBe('granted by d1')
  })

  it('may use at once what was minted here for it', async () => {
    const isolate = await openTestStores()
    const charge = spent('198.51.100.10')
    expect(await present(isolate, mintSecret('project'), { charge })).toBe('unknown')
    const { secret } = await seedStatusToken(isolate)
    forgetUnknown(isolate, secret)
    expect(await present(isolate, secret, { charge })).toBe('granted by d1')
  })

  it('keeps a token that memory knew lately, also while KV is down', async () => {
    const isolate = await openTestStores({ cacheApi: false })
    const { secret } = await seedStatusToken(isolate)
    await present(isolate, secret)
    isolate.clock.advance(61 * SECOND)
    const charge = spent('198.51.100.9')
    isolate.faults.kvGet = () => Promise.reject(new Error('KV is down'))
    expect(await present(isolate, mintSecret('project'), { charge })).toBe('unknown')
    expect(await present(isolate, secret, { charge })).toBe('granted by d1')
  })

  it('is let in again after a while', async () => {
    const isolate = await openTestStores()
    const charge = spent('198.51.100.10')
    await present(isolate, mintSecret('project'), { charge })
    isolate.clock.advance(10 * SECOND)
    expect(await present(isolate, mintSecret('project'), { charge })).toBe('unknown')
  })

  it('was charged only for tokens that D1 called unknown', async () => {
    const isolate = await openTestStores()
    let charges = 0
    const charge = {
      client: '198.51.100.11',
      spend: async () => {
        charges += 1
        return true
      },
    }
    const good = await seedStatusToken(isolate)
    const ended = await seedStatusToken(isolate, isolate.clock.now - 1)
    const unknown = mintSecret('project')
    await present(isolate, good.secret, { charge })
    await present(isolate, ended.secret, { charge })
    expect(charges).toBe(0)
    await present(isolate, unknown, { charge })
    await present(isolate, unknown, { charge })
    expect(charges).toBe(1)
    isolate.faults.beforeD1 = outage
    await present(isolate, mintSecret('project'), { charge })
    expect(charges).toBe(1)
  })

  it('is told unknown when the limiter itself fails', async () => {
    const isolate = await openTestStores()
    const charge = { client: '198.51.100.12', spend: outage }
    expect(await present(isolate, mintSecret('project'), { charge })).toBe('unknown')
    expect(isolate.warnings).toContain('unknown_token_uncharged')
  })
})

describe('a stampede', () => {
  it('on one cold token costs one look into KV and one into D1', async () => {
    const isolate = await openTestStores()
    const { secret } = await seedStatusToken(isolate)
    isolate.resetCounts()
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => present(isolate, secret)))
    expect(new Set(verdicts)).toEqual(new Set(['granted by d1']))
    expect(isolate.counts).toMatchObject({ d1: 1, kvGets: 1 })
  })

  it('is served, with few looks into D1, although the first of it was cancelled', async () => {
    const isolate = await openTestStores()
    const { secret } = await seedStatusToken(isolate)
    const { setTimeout: later } = globalThis
    const asked = new Promise<void>((resolve) => {
      isolate.faults.beforeD1 = () => {
        resolve()
        return hang()
      }
    })
    // Of a request that is cancelled no timer ends either: its own time box would be a failure that the others share.
    vi.stubGlobal('setTimeout', () => 0)
    void present(isolate, secret)
    await asked
    await new Promise((resolve) => later(resolve, 0))
    vi.unstubAllGlobals()
    isolate.faults.beforeD1 = undefined
    isolate.resetCounts()
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => present(isolate, secret)))
    expect(new Set(verdicts)).toEqual(new Set(['granted by d1']))
    expect(isolate.counts.d1).toBe(1)
  })

  it('shares also the failure of D1', async () => {
    const isolate = await openTestStores()
    isolate.faults.beforeD1 = outage
    const secret = mintSecret('project')
    isolate.resetCounts()
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => present(isolate, secret)))
    expect(new Set(verdicts)).toEqual(new Set(['unavailable']))
    expect(isolate.counts.d1).toBe(1)
  })
})

describe('a personal token', () => {
  it('is refused at once where its person was removed, and elsewhere 10 s later', async () => {
    const here = await openTestStores()
    const there = await openTestStores({ clock: here.clock })
    const user = await seedUser(here.db)
    const { secret } = await seedToken(here, { kind: 'personal', user })
    await present(here, secret)
    await present(there, secret)
    await commitEnding(here, INSTANCE, [here.db.delete(users).where(eq(users.id, user.id))])
    expect(await present(here, secret)).toBe('unknown')
    there.clock.advance(10 * SECOND)
    expect(await present(there, secret)).toBe('unknown')
  })
})

function randomPepper(id: string): string {
  return `${id}:${toBase64Url(crypto.getRandomValues(new Uint8Array(32)))}`
}

describe('a row that does not add up', () => {
  const project = {
    id: 'p',
    vcs: 'gh',
    org: 'a',
    repo: 'b',
    visibility: 'private',
    defaultBranch: 'main',
    repositoryUrl: null,
  } as const
  const row = {
    id: 't',
    hash: 'p:x',
    scope: null,
    limits: null,
    userId: null,
    organization: null,
    publisherId: null,
    expiresAt: null,
    instanceRole: null,
  }
  const whole = { ...row, kind: 'project', scope: 'status', project } as const
  const person = { ...row, kind: 'personal', userId: 'u', instanceRole: 'user', project: null } as const
  it.each([
    ['a personal token without a user', { ...row, kind: 'personal', instanceRole: 'user', project: null }],
    ['a personal token whose user is gone', { ...row, kind: 'personal', userId: 'u', project: null }],
    ['a project token without a project', { ...row, kind: 'project', scope: 'all', project: null }],
    ['a project token without a scope', { ...row, kind: 'project', project }],
    ['a token of no organization', { ...row, kind: 'organization', userId: 'u', scope: 'all', project: null }],
    [
      'a token of what is no organization',
      { ...row, kind: 'organization', userId: 'u', scope: 'all', organization: 'gh/a/b', project: null },
    ],
    [
      'an organization’s token without a maker',
      { ...row, kind: 'organization', organization: 'gh/a', scope: 'all', project: null },
    ],
    ['a pattern that is none', { ...whole, limits: '{"branches":["a?"]}' }],
    ['no patterns', { ...whole, limits: '{"paths":[]}' }],
    ['a reporting token without a project', { ...row, kind: 'reporting', project: null }],
    ['a reporting token with limits', { ...row, kind: 'reporting', project, limits: '{"only":"badges"}' }],
    ['limits that are no JSON', { ...whole, limits: 'badges' }],
    ['limits that are no object', { ...whole, limits: '[]' }],
    ['a limit that nobody knows yet', { ...whole, limits: '{"only":"badges","colours":["red"]}' }],
    ['a word that no limit has', { ...whole, limits: '{"only":"feeds"}' }],
    ['a level of access that nobody knows', { ...person, limits: '{"access":"most"}' }],
    ['no networks', { ...person, limits: '{"cidrs":[]}' }],
    ['a network that is none', { ...person, limits: '{"cidrs":["10.0.0.0/33"]}' }],
    ['a network in other words', { ...person, limits: '{"cidrs":["10.1.2.3/8"]}' }],
    ['a first day that is no time', { ...person, limits: '{"notBefore":"tomorrow"}' }],
  ] as const)('opens nothing: %s', (_, wrong) => {
    expect(heldGrantOf(wrong)).toBeNull()
  })

  it('has the limits that it names', () => {
    const limits = { access: 'read', cidrs: ['10.0.0.0/8', '2001:db8::/32'], notBefore: 1 }
    expect(heldGrantOf({ ...person, limits: JSON.stringify(limits) })?.grant).toMatchObject({ limits })
    expect(heldGrantOf({ ...whole, limits: '{"only":"badges"}' })?.grant).toMatchObject({ limits: { only: 'badges' } })
    expect(heldGrantOf(whole)?.grant).toMatchObject({ limits: null })
  })
})
