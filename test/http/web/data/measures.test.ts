import fc from 'fast-check'
import { expect, it } from 'vitest'
import { countText, durationText, sizeText } from '../../../../src/http/web/data/measures.ts'

it.each([
  [0, '0ms'],
  [0.4, '<1ms'],
  [20, '20ms'],
  [999.6, '1s'],
  [1_500, '1.5s'],
  [2_000, '2s'],
  [9_960, '10s'],
  [45_000, '45s'],
  [59_600, '1m 00s'],
  [312_000, '5m 12s'],
  [3_720_000, '1h 02m'],
  [86_399_000, '23h 59m'],
  [273_600_000, '3d 4h'],
])('%i ms reads %s', (ms, text) => expect(durationText(ms)).toBe(text))

it.each([
  [0, '0 B'],
  [1, '1 B'],
  [999, '999 B'],
  [1_000, '1.0 KB'],
  [1_449, '1.4 KB'],
  [9_960, '10 KB'],
  [999_499, '999 KB'],
  [999_500, '1.0 MB'],
  [5 * 1024 ** 3, '5.4 GB'],
])('%i bytes read %s', (bytes, text) => expect(sizeText(bytes)).toBe(text))

it('a size never shows more than three digits up to a petabyte', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e15 - 1e12 }), (bytes) => {
      expect(sizeText(bytes)).toMatch(/^(\d{1,3}|\d\.\d) [KMGT]?B$/)
    }),
  )
})

it('counts have their noun', () => {
  expect([countText(0, 'test'), countText(1, 'test'), countText(12_345, 'test')]).toEqual([
    '0 tests',
    '1 test',
    '12,345 tests',
  ])
})
