import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tooManyValues } from '../../../src/domain/formats/bounded-json.ts'

describe('values in a JSON text', () => {
  it.each([
    ['[1,2,3]', 4, 1],
    ['{"a":[1,2],"b":"[,{"}', 4, 2],
    ['["\\"[[[,,,", "\\\\", [0]]', 4, 2],
    ['[[[[]]]]', 5, 4],
  ])('%s has %i, of which %i are objects or lists', (text, values, groups) => {
    expect(tooManyValues(text, { values: values + 2, groups })).toBeNull()
    expect(tooManyValues(text, { values: values + 2, groups: groups - 1 })).not.toBeNull()
    expect(tooManyValues(text, { values: values - 1, groups })).not.toBeNull()
  })

  it('says where the first one too many is', () => {
    expect(tooManyValues('[1,"a,b",3]', { values: 3, groups: 9 })).toBe(8)
  })

  it('are never fewer than JSON.parse builds, and those of empty objects and lists count once more', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        const { values, groups, empty } = countIn(JSON.parse(text))
        expect(tooManyValues(text, { values: values + empty, groups })).toBeNull()
        if (values > 1) expect(tooManyValues(text, { values: values + empty - 1, groups })).not.toBeNull()
      }),
      { numRuns: 500 },
    )
  })
})

function countIn(value: unknown): { values: number; groups: number; empty: number } {
  const counts = { values: 1, groups: 0, empty: 0 }
  if (typeof value !== 'object' || value === null) return counts
  const inner = Object.values(value)
  counts.groups++
  if (inner.length === 0) counts.empty++
  for (const one of inner) {
    const { values, groups, empty } = countIn(one)
    counts.values += values
    counts.groups += groups
    counts.empty += empty
  }
  return counts
}
