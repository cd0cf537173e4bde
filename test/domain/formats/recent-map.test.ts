import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRecentMap } from '../../../src/domain/formats/recent-map.ts'

describe('a bounded map', () => {
  it('forgets what was set or read longest ago', () => {
    // Asking moves an entry on, so each is asked for in a map of its own.
    const isHeld = (key: string) => {
      const lru = createRecentMap<number>(4)
      for (const used of ['a', 'b']) lru.set(used, 1)
      lru.get('a')
      for (const used of ['c', 'd']) lru.set(used, 1)
      return lru.get(key) !== undefined
    }
    expect(['a', 'b', 'c', 'd'].map(isHeld)).toEqual([true, false, true, true])
  })

  it('gives the value that was set last', () => {
    const lru = createRecentMap<number>(4)
    for (const value of [1, 2, 3, 4, 5]) lru.set('a', value)
    lru.set('b', 6)
    expect([lru.get('a'), lru.get('b')]).toEqual([5, 6])
  })

  it('forgets what is deleted', () => {
    const lru = createRecentMap<number>(2)
    lru.set('a', 1)
    lru.delete('a')
    expect(lru.get('a')).toBeUndefined()
  })

  it('of things with a weight never holds more than that, and nothing that weighs more than half of it', () => {
    const uses = fc.array(fc.record({ key: fc.nat(20).map(String), weight: fc.nat(9), isRead: fc.boolean() }))
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 16 }), uses, (size, uses) => {
        const lru = createRecentMap<number>(size, (weight) => weight)
        const last = new Map<string, number>()
        for (const { key, weight, isRead } of uses) {
          if (isRead) lru.get(key)
          else {
            lru.set(key, weight)
            last.set(key, weight)
          }
          const newest = isRead ? undefined : lru.get(key)
          if (!isRead) expect(newest).toBe(weight > Math.ceil(size / 2) ? undefined : weight)
        }
        const held = [...last].filter(([key]) => lru.get(key) !== undefined)
        for (const [key, weight] of held) expect([key, lru.get(key) ?? weight]).toEqual([key, weight])
        expect(held.reduce((sum, [, weight]) => sum + weight, 0)).toBeLessThanOrEqual(2 * Math.ceil(size / 2) + 9)
      }),
    )
  })

  it('never holds more than its size, and always the half that was used last', () => {
    const uses = fc.array(fc.record({ key: fc.nat(30).map(String), isRead: fc.boolean() }), { maxLength: 100 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), uses, (size, uses) => {
        const lru = createRecentMap<string>(size)
        let newestLast: string[] = []
        for (const { key, isRead } of uses) {
          if (!isRead) lru.set(key, key)
          else if (lru.get(key) === undefined) continue
          newestLast = [...newestLast.filter((other) => other !== key), key]
        }
        const newestFirst = newestLast.toReversed()
        const held = newestFirst.filter((key) => lru.get(key) === key)
        expect(held.length).toBeLessThanOrEqual(size)
        expect(held).toEqual(expect.arrayContaining(newestFirst.slice(0, Math.ceil(size / 2))))
      }),
    )
  })
})
