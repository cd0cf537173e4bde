import { describe, expect, it } from 'vitest'
import { readFeedCopy, writeFeedCopy } from '../../../src/storage/edge/feed-copy.ts'
import { hang } from '../../support/worker/counted.ts'
import { openTestStores } from '../../support/worker/stores.ts'

const NOW = 1_800_000_000_000
const good = {
  epoch: 'e',
  lowWater: 0,
  coversFrom: 1,
  newestSeq: 3,
  polledAt: NOW,
  ends: [
    ['token:a', 2],
    ['user:b', 3],
  ],
}

async function copyOf(value: unknown) {
  const stores = await openTestStores({ clock: { now: NOW, advance: () => {} } })
  stores.faults.cacheMatch = async () => Response.json(value)
  return readFeedCopy(stores)
}

describe("the data centre's copy of the feed", () => {
  it('is read as it was written', async () => {
    const ends = new Map([
      ['token:a', 2],
      ['user:b', 3],
    ])
    expect(await copyOf({ ...good, bookmark: 'b' })).toEqual({ ...good, bookmark: 'b', ends })
    // As a version before had it.
    expect(await copyOf({ ...good, ends: [] })).toEqual({ ...good, bookmark: null, ends: new Map() })
  })

  const counts = ['lowWater', 'coversFrom', 'newestSeq', 'polledAt'] as const
  it.each<[string, unknown]>([
    ['nothing', null],
    ['a text', 'feed'],
    ['a number', 1],
    ['a list', []],
    ['no epoch', { ...good, epoch: undefined }],
    ['an epoch that is no text', { ...good, epoch: 1 }],
    ['a bookmark that is no text', { ...good, bookmark: 1 }],
    ...counts.flatMap((name): [string, unknown][] => [
      [`no ${name}`, { ...good, [name]: undefined }],
      [`a ${name} that is a text`, { ...good, [name]: '1' }],
      [`a negative ${name}`, { ...good, [name]: -1 }],
      [`a broken ${name}`, { ...good, [name]: 1.5 }],
    ]),
    ['a poll from the future', { ...good, polledAt: NOW + 1 }],
    ['no ends', { ...good, ends: undefined }],
    ['ends that are no list', { ...good, ends: { 'token:a': 2 } }],
    ['an end that is no pair', { ...good, ends: [...good.ends, 'token:c'] }],
    ['an end that is an object', { ...good, ends: [...good.ends, { 0: 'token:c', 1: 3 }] }],
    ['an end of nothing', { ...good, ends: [...good.ends, [1, 3]] }],
    ['an end without a number', { ...good, ends: [...good.ends, ['token:c']] }],
    ['an end with a text for a number', { ...good, ends: [...good.ends, ['token:c', '3']] }],
  ])('is none when it is, or has, %s', async (_, value) => {
    expect(await copyOf(value)).toBeNull()
  })

  it('is waited for a quarter of a second, no longer', async () => {
    const stores = await openTestStores()
    stores.faults.cacheMatch = hang
    const startedAt = Date.now()
    expect(await readFeedCopy(stores)).toBeNull()
    expect(Date.now() - startedAt).toBeLessThan(5_000)
  })

  it('is not written before the feed was read, nor where there is no cache', async () => {
    const stores = await openTestStores()
    await writeFeedCopy(stores)
    expect(stores.counts.cachePuts).toBe(0)
    await writeFeedCopy(await openTestStores({ cacheApi: false }))
  })
})
