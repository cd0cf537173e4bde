import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  fromBase64,
  fromBase64Url,
  fromHex,
  toBase64,
  toBase64Url,
  toHex,
} from '../../../src/domain/formats/encoding.ts'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

describe('bytes are written as Node writes them, and read back', () => {
  it.each([
    ['hex', toHex, fromHex],
    ['base64', toBase64, fromBase64],
    ['base64url', toBase64Url, fromBase64Url],
  ] as const)('%s', (name, write, read) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(write(bytes)).toBe(Buffer.from(bytes).toString(name))
        expect(read(write(bytes))).toEqual(new Uint8Array(bytes))
      }),
    )
  })

  it('however many they are', () => {
    const bytes = Uint8Array.from({ length: 300_001 }, (_, i) => i % 251)
    expect(toBase64(bytes) === Buffer.from(bytes).toString('base64')).toBe(true)
  })
})

it('base64url has one way to write each bytes, and no other is read', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...LETTERS, '=', '+', '/', ' ') }), (text) => {
      let read: Uint8Array | null = null
      try {
        read = fromBase64Url(text)
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError)
      }
      if (read) expect(toBase64Url(read)).toBe(text)
    }),
    { numRuns: 2_000 },
  )
})

it('base64 is read in either alphabet, padded or not', () => {
  for (const text of ['-_8=', '+/8', '-/8']) expect([...fromBase64(text)]).toEqual([0xfb, 0xff])
  expect(() => fromBase64('%')).toThrow()
})
