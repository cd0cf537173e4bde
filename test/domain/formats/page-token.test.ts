import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pageOfRows, pageTokenFor, parsePageToken } from '../../../src/domain/formats/page-token.ts'

describe('a page token', () => {
  it('gives back the key that it was made of', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.string({ unit: 'binary', maxLength: 100 }), (number, text) => {
        fc.pre(text.isWellFormed())
        const token = pageTokenFor('list', [number, text])
        expect(token).toMatch(/^[A-Za-z0-9_-]+$/)
        expect(parsePageToken('list', ['number', 'string'], token)).toEqual([number, text])
      }),
    )
  })

  it('is written in one way only', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.base64String({ minLength: 4, maxLength: 4 }), (number, other) => {
        const token = pageTokenFor('list', [number])
        for (const text of [token.slice(0, -1) + other[0], `${token}=`, `${token}==`, `${token}A`, ` ${token}`])
          if (text !== token) expect(parsePageToken('list', ['number'], text)).not.toEqual([number])
      }),
    )
  })

  it('of another list, or of another shape, is none', () => {
    const token = pageTokenFor('pipeline', [7])
    expect(parsePageToken('pipeline', ['number'], token)).toEqual([7])
    expect(parsePageToken('job', ['number'], token)).toBeNull()
    expect(parsePageToken('pipeline', ['string'], token)).toBeNull()
    expect(parsePageToken('pipeline', ['number', 'number'], token)).toBeNull()
  })

  it('cannot be just any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        expect(parsePageToken('list', ['number'], text)).toBeNull()
      }),
    )
  })
})

it('a page knows of the next one only when there is more', () => {
  expect(pageOfRows([1, 2, 3], 2, (row) => [row])).toEqual({ items: [1, 2], nextKey: [2] })
  expect(pageOfRows([1, 2], 2, (row) => [row])).toEqual({ items: [1, 2], nextKey: null })
})
