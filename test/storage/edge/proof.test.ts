import { expect, it } from 'vitest'
import type { Fenced } from '../../../src/domain/access/fence.ts'
import { writeFeedCopy } from '../../../src/storage/edge/feed-copy.ts'
import { judgeFact, judgeFacts } from '../../../src/storage/edge/proof.ts'
import { readFenced } from '../../../src/storage/tokens/revocations.ts'
import { hang } from '../../support/worker/counted.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

const SECOND = 1_000
const outage = async () => {
  throw new Error('D1 cannot be reached')
}

async function readFact(stores: TestStores): Promise<Fenced<null>> {
  const { fence } = await readFenced(stores, [])
  return { value: null, fence, subjects: [`token:${crypto.randomUUID()}`] }
}

it('of facts that are used together, each must be within the grace of an outage', async () => {
  const stores = await openTestStores({ cacheApi: false })
  stores.faults.beforeD1 = outage
  const provedAgo = (seconds: number): Fenced<null> => ({
    value: null,
    fence: { epoch: 'e', seq: 1, provedAt: stores.now() - seconds * SECOND },
    subjects: [],
  })
  expect(await judgeFacts(stores, [provedAgo(40), provedAgo(59)])).toBe('accept')
  const other = await openTestStores({ cacheApi: false, clock: stores.clock })
  other.faults.beforeD1 = outage
  expect(await judgeFacts(other, [provedAgo(40), provedAgo(60)])).toBe('ask')
})

it('a poll that failed bridges those who waited for it, and nobody who comes later', async () => {
  const stores = await openTestStores({ cacheApi: false })
  const fact = await readFact(stores)
  stores.clock.advance(20 * SECOND)
  stores.faults.beforeD1 = outage
  expect(await Promise.all([judgeFact(stores, fact), judgeFact(stores, fact)])).toEqual(['accept', 'accept'])
  await stores.settled()
  expect(await judgeFact(stores, fact)).toBe('ask')
})

it('a poll that has not ended within its second is not waited for any more', async () => {
  const stores = await openTestStores({ cacheApi: false })
  const fact = await readFact(stores)
  stores.clock.advance(20 * SECOND)
  stores.faults.beforeD1 = hang
  let isLeaderThrough = false
  const leader = judgeFact(stores, fact).finally(() => {
    isLeaderThrough = true
  })
  stores.clock.advance(SECOND)
  expect(await judgeFact(stores, fact)).toBe('ask')
  expect(isLeaderThrough).toBe(false)
  await leader
})

it("the data centre's copy of 5 s ago is enough to answer at once; D1 is asked beside the answer", async () => {
  const first = await openTestStores()
  const fact = await readFact(first)
  await writeFeedCopy(first)
  const second = await openTestStores({ beside: first })
  second.faults.beforeD1 = hang
  second.clock.advance(5 * SECOND)
  const startedAt = Date.now()
  expect(await judgeFact(second, fact)).toBe('accept')
  // D1 would have had its second.
  expect(Date.now() - startedAt).toBeLessThan(900)
  expect(second.counts.d1).toBe(1)
})
