import { describe, expect, it } from 'vitest'
import { hashSecret } from '../../../src/domain/access/secret-hash.ts'
import { kvKeyFor } from '../../../src/storage/edge/grants.ts'
import { readFenced } from '../../../src/storage/tokens/revocations.ts'
import { endToken, present, redateToken } from '../../support/seed/present.ts'
import { seedProject, seedToken } from '../../support/seed/seed.ts'
import { hang } from '../../support/worker/counted.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

const [SECOND, MINUTE] = [1_000, 60_000]

/** Two isolates of a data centre, of which the first asked D1 for a token, and one elsewhere. */
async function prepared() {
  const first = await openTestStores()
  const project = await seedProject(first.db)
  const token = await seedToken(first, { kind: 'project', project, scope: 'status' })
  expect(await present(first, token.secret)).toBe('granted by d1')
  await first.settled()
  const second = await openTestStores({ beside: first })
  const elsewhere = await openTestStores({ clock: first.clock })
  return { first, second, elsewhere, token }
}

/** As an isolate that has just read the feed for another request. */
async function freshen(stores: TestStores): Promise<void> {
  await readFenced(stores, [])
}

describe("the data centre's copy of a grant", () => {
  it('spares its isolates a look into KV', async () => {
    const { second, elsewhere, token } = await prepared()
    for (const stores of [second, elsewhere]) await freshen(stores)
    second.resetCounts()
    expect(await present(second, token.secret)).toBe('granted by cache')
    expect(second.counts).toMatchObject({ kvGets: 0, d1: 0, cacheMatches: 1 })
    expect(await present(second, token.secret)).toBe('granted by memory')
    expect(await present(elsewhere, token.secret)).toBe('granted by kv')
  })

  it('comes from KV too', async () => {
    const { elsewhere, token } = await prepared()
    expect(await present(elsewhere, token.secret)).toBe('granted by kv')
    await elsewhere.settled()
    const beside = await openTestStores({ beside: elsewhere })
    await freshen(beside)
    expect(await present(beside, token.secret)).toBe('granted by cache')
  })

  it('is left alone by an isolate that has to wait for the feed anyway', async () => {
    const { second, token } = await prepared()
    second.resetCounts()
    expect(await present(second, token.secret)).toBe('granted by kv')
    expect(second.counts.cacheMatches).toBeLessThanOrEqual(1)
  })

  it('opens nothing once its token has ended, wherever that was asked for', async () => {
    const { second, elsewhere, token } = await prepared()
    await freshen(second)
    await endToken(elsewhere, token)
    await second.settled()
    second.clock.advance(10 * SECOND)
    expect(await present(second, token.secret)).toBe('unknown')
    second.clock.advance(6 * SECOND)
    await freshen(second)
    expect(await present(second, token.secret)).toBe('unknown')
  })

  it('gives way to the new end of its token', async () => {
    const { second, elsewhere, token } = await prepared()
    await redateToken(elsewhere, token, second.now() + MINUTE)
    await freshen(second)
    expect(await present(second, token.secret)).toBe('granted by d1')
    await second.settled()
    const third = await openTestStores({ beside: second })
    await freshen(third)
    expect(await present(third, token.secret)).toBe('granted by cache')
    third.clock.advance(MINUTE)
    await freshen(third)
    expect(await present(third, token.secret)).toBe('expired')
  })

  it('is an hour old at most, counted from the read of D1', async () => {
    const { second, token } = await prepared()
    // workerd's cache goes by the true time, so it has the copy still.
    second.clock.advance(60 * MINUTE - 1)
    await freshen(second)
    expect(await present(second, token.secret)).toBe('granted by cache')
    const third = await openTestStores({ beside: second })
    third.clock.advance(1)
    await freshen(third)
    expect(await present(third, token.secret)).toBe('granted by kv')
  })

  it.each([
    ['nonsense', async () => new Response('{"grant":{"kind":"personal"}}')],
    ['the mark of a token that ended', async () => new Response('ended')],
    ['nothing', async () => undefined],
    ['a fault', () => Promise.reject(new Error('Internal error'))],
    ['no answer', hang],
  ])('that is %s leaves the word to KV', async (_, cacheMatch) => {
    const { second, token } = await prepared()
    await freshen(second)
    second.faults.cacheMatch = cacheMatch
    expect(await present(second, token.secret)).toBe('granted by kv')
  })

  it('is kept under the HMAC that KV has it under, and holds no secret', async () => {
    const { second, token } = await prepared()
    const [hash] = await hashSecret(second.peppers, token.secret)
    const key = `https://buildpass.internal/grant/v${/\d+/.exec(kvKeyFor(hash))?.[0]}/${encodeURIComponent(hash)}`
    const copy = await second.cache?.match(key)
    const text = (await copy?.text()) ?? ''
    expect(text).toContain(token.id)
    expect(text + key).not.toContain(token.secret.slice(4))
    expect(text).not.toContain(hash.slice(hash.indexOf(':') + 1))
  })
})
