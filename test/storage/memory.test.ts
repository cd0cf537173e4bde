import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLru } from '../../src/storage/memory.ts'

describe('a bounded map', () => {
  it('forgets the entry that was set or read longest ago', () => {
    const lru = createLru<number>(2)
    lru.set('a', 1)
    lru.set('b', 2)
    lru.get('a')
    lru.set('c', 3)
    expect([lru.get('a'), lru.get('b'), lru.get('c')]).toEqual([1, undefined, 3])
  })

  it('does not count an entry twice that is set again', () => {
    const lru = createLru<number>(2)
    lru.set('a', 1)
    lru.set('b', 2)
    lru.set('a', 3)
    expect([lru.get('a'), lru.get('b')]).toEqual([3, 2])
  })

  it('forgets what is deleted', () => {
    const lru = createLru<number>(2)
    lru.set('a', 1)
    lru.delete('a')
    expect(lru.get('a')).toBeUndefined()
  })

  it('never holds more than its size, and always the one set last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(20), { minLength: 1 }), (size, keys) => {
        const lru = createLru<number>(size)
        for (const key of keys) lru.set(String(key), key)
        const held = [...new Set(keys)].filter((key) => lru.get(String(key)) === key)
        expect(held.length).toBe(Math.min(size, new Set(keys).size))
        expect(held).toContain(keys.at(-1))
      }),
    )
  })
})
