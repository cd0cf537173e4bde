import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { countingD1, nothingSpent } from '../../../../bench/counting-d1.ts'
import type { Project } from '../../../../src/domain/project.ts'
import { openPrimary, type Stores } from '../../../../src/storage/stores.ts'
import { noteUse, USE_STEP_MS } from '../../../../src/storage/tokens/uses/uses.ts'
import { seedProject, seedToken } from '../../../support/seed/seed.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'

let project: Project

beforeAll(async () => {
  project = await seedProject((await openTestStores()).db)
})

const STARTS_AT = Math.ceil(Date.now() / USE_STEP_MS) * USE_STEP_MS + 60_000

async function openIsolate(beside?: TestStores): Promise<TestStores> {
  const stores = await openTestStores(beside ? { beside } : {})
  if (!beside) stores.clock.now = STARTS_AT
  return stores
}

async function seedTokens(stores: TestStores, count: number): Promise<readonly string[]> {
  const seeded = Array.from({ length: count }, () => seedToken(stores, { kind: 'project', project, scope: 'status' }))
  return (await Promise.all(seeded)).map(({ id }) => id)
}

/** One of its requests for which the half minute never ends. */
const waiting = (stores: TestStores): Stores => ({ ...stores, pause: () => new Promise(() => {}) })

const use = (stores: Stores, tokenId: string, place: string | null = null, isUncached = false) =>
  noteUse(stores, { tokenId, isUncached }, () => place)

function lastUseOf(id: string) {
  return env.DB.prepare('select last_used_at as at, last_used_from as place from tokens where id = ?').bind(id).first()
}

describe('uses of tokens', () => {
  it('of one isolate are written in one round trip, a while after the answers', async () => {
    const stores = await openIsolate()
    const ids = await seedTokens(stores, 150)
    stores.resetCounts()
    for (const id of ids) {
      use(stores, id, 'DE/FRA')
      stores.clock.advance(100)
    }
    expect(stores.counts.d1).toBe(0)
    await stores.settled()
    expect(stores.counts.d1).toBe(1)
    expect(await lastUseOf(ids[149] ?? '')).toEqual({ at: STARTS_AT, place: 'DE/FRA' })
    expect(stores.warnings).toEqual([])
  })

  it('of a token that no cache knew are written at once: whoever tries a new one sees it on its page', async () => {
    const stores = await openIsolate()
    const [old = '', fresh = ''] = await seedTokens(stores, 2)
    use(waiting(stores), old)
    use(stores, fresh, 'DE/FRA', true)
    await expect.poll(() => lastUseOf(fresh)).toEqual({ at: STARTS_AT, place: 'DE/FRA' })
    // What waited goes with it.
    expect(await lastUseOf(old)).toEqual({ at: STARTS_AT, place: null })
  })

  it('are written at once where very many wait', async () => {
    const stores = await openIsolate()
    const [id = ''] = await seedTokens(stores, 1)
    use(waiting(stores), id)
    for (let i = 1; i < 500; i++) use(stores, `gone ${i}`)
    await expect.poll(() => lastUseOf(id)).toEqual({ at: STARTS_AT, place: null })
    expect(stores.memory.uses.unwritten).toEqual([])
  })

  it('write two rows a token in ten minutes, however many isolates see it, and three more on a new day', async () => {
    const first = await openIsolate()
    const [id = ''] = await seedTokens(first, 1)
    const spent = nothingSpent()
    const isolates = [first]
    for (let i = 0; i < 5; i++) isolates.push(await openIsolate(first))
    const counted = isolates.map((stores) => ({ ...stores, db: openPrimary(countingD1(env.DB, spent)) }))
    const written: number[] = []
    for (const minutes of [0, 3, 10, 14]) {
      first.clock.now = STARTS_AT + minutes * 60_000
      for (const stores of counted) {
        Object.assign(spent, nothingSpent())
        use(stores, id, 'DE/FRA')
        await stores.settled()
        written.push(spent.rowsWritten)
      }
    }
    const once = (rows: number) => [rows, ...Array(5).fill(0)]
    const none = Array(6).fill(0)
    expect(written).toEqual([...once(4), ...none, ...once(2), ...none])
  })

  it('read a few rows of each token, however many tokens there are', async () => {
    const stores = await openIsolate()
    const ids = await seedTokens(stores, 40)
    const spent = nothingSpent()
    const counted = { ...stores, db: openPrimary(countingD1(env.DB, spent)) }
    for (const id of ids.slice(0, 10)) use(counted, id)
    await stores.settled()
    // As docs/scale.md counts.
    expect(spent.rowsRead).toBeLessThanOrEqual(10 * 10)
  })

  it('that could not be written are noted anew at the next use', async () => {
    const stores = await openIsolate()
    const [id = ''] = await seedTokens(stores, 1)
    stores.faults.beforeD1 = async () => {
      throw new Error('D1_ERROR: Network connection lost.')
    }
    use(stores, id)
    await stores.settled()
    expect(stores.warnings).toEqual(['last_use_unwritable'])
    stores.faults.beforeD1 = undefined
    expect(await lastUseOf(id)).toEqual({ at: null, place: null })
    use(stores, id)
    await stores.settled()
    expect(await lastUseOf(id)).toEqual({ at: STARTS_AT, place: null })
  })

  it('wait no longer than half a minute for a request that is lost', async () => {
    const stores = await openIsolate()
    const [lost = '', next = ''] = await seedTokens(stores, 2)
    use(waiting(stores), lost)
    stores.clock.advance(31_000)
    use(stores, next)
    await Promise.race([stores.settled(), expect.poll(() => lastUseOf(next)).toMatchObject({ at: STARTS_AT })])
    expect(await lastUseOf(lost)).toMatchObject({ at: STARTS_AT })
  })

  it('around the end of ten minutes count for both, and the later one is the last', async () => {
    const stores = await openIsolate()
    const [id = ''] = await seedTokens(stores, 1)
    stores.clock.now = STARTS_AT + USE_STEP_MS - 61_000
    use(stores, id)
    stores.clock.advance(2_000)
    use(stores, id)
    await stores.settled()
    expect(await lastUseOf(id)).toMatchObject({ at: STARTS_AT + USE_STEP_MS - 60_000 })
    const slots = env.DB.prepare('select sum(slots) from token_days where token_id = ?').bind(id).first('sum(slots)')
    expect(await slots).toBe(2)
  })
})
