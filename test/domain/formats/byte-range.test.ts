import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRange } from '../../../src/domain/formats/byte-range.ts'

const part = (start: number, end: number) => ({ kind: 'part', start, end })
const whole = { kind: 'whole' }
const unsatisfiable = { kind: 'unsatisfiable' }

describe('of 10,000 bytes', () => {
  it.each([
    ['bytes=0-499', part(0, 499)],
    ['bytes=500-999', part(500, 999)],
    ['bytes=-500', part(9500, 9999)],
    ['bytes=9500-', part(9500, 9999)],
    ['bytes=0-0', part(0, 0)],
    ['bytes=-1', part(9999, 9999)],
    ['bytes=0-', part(0, 9999)],
    ['bytes=9999-9999', part(9999, 9999)],
    ['bytes=0000000-00000001', part(0, 1)],
    ['BYTES=0-1', part(0, 1)],
    ['bytes=0-10000', part(0, 9999)],
    ['bytes=0-99999999999999999999999999', part(0, 9999)],
    ['bytes=-10000', part(0, 9999)],
    ['bytes=-10001', part(0, 9999)],
    [`bytes=-${'9'.repeat(400)}`, part(0, 9999)],
  ])('%s is a part', (header, expected) => expect(parseRange(header, 10_000)).toEqual(expected))

  it.each(['bytes=10000-', 'bytes=10000-10001', 'bytes=-0', 'bytes=-000', `bytes=${'9'.repeat(400)}-`])(
    '%s is unsatisfiable',
    (header) => expect(parseRange(header, 10_000)).toEqual(unsatisfiable),
  )

  it.each([
    null,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=0-1,5-6',
    'bytes=0-1,',
    'bytes=0-1, -1',
    'bytes= 0-1',
    'bytes =0-1',
    'bytes=0 - 1',
    'bytes=0-1 ',
    'bytes=--1',
    'bytes=+1-2',
    'bytes=1.5-2',
    'bytes=0x1-2',
    'bytes=1-2-3',
    'bytes=٠-١',
    'bytes=0-1\n',
    'items=0-1',
    'xbytes=0-1',
  ])('%j is answered with the whole', (header) => expect(parseRange(header, 10_000)).toEqual(whole))
})

describe('of an empty file', () => {
  it.each([
    ['bytes=0-', unsatisfiable],
    ['bytes=0-0', unsatisfiable],
    ['bytes=-0', unsatisfiable],
    ['bytes=-1', whole],
    [null, whole],
  ])('%s', (header, expected) => expect(parseRange(header, 0)).toEqual(expected))
})

const position = fc.oneof(fc.nat(30), fc.nat(), fc.constant(''))

it('selects the bytes that a naive reading of RFC 9110 selects', () => {
  fc.assert(
    fc.property(position, position, fc.nat(25), (first, last, sizeBytes) => {
      expect(selected(parseRange(`bytes=${first}-${last}`, sizeBytes), sizeBytes)).toEqual(
        naivelySelected(first, last, sizeBytes),
      )
    }),
    { numRuns: 2000 },
  )
})

it('never throws, and a part lies within the file', () => {
  const header = fc.oneof(fc.string(), fc.stringMatching(/^bytes=[-0-9, ]{0,20}$/))
  fc.assert(
    fc.property(header, fc.nat(), (text, sizeBytes) => {
      const range = parseRange(text, sizeBytes)
      if (range.kind !== 'part') return
      expect(range.start).toBeGreaterThanOrEqual(0)
      expect(range.start).toBeLessThanOrEqual(range.end)
      expect(range.end).toBeLessThan(sizeBytes)
    }),
  )
})

function selected(range: ReturnType<typeof parseRange>, sizeBytes: number): number[] | 'unsatisfiable' {
  if (range.kind === 'unsatisfiable') return 'unsatisfiable'
  const positions = Array.from({ length: sizeBytes }, (_, index) => index)
  return range.kind === 'whole' ? positions : positions.slice(range.start, range.end + 1)
}

/** Looks at every byte and asks whether the range names it. */
function naivelySelected(first: number | '', last: number | '', sizeBytes: number): number[] | 'unsatisfiable' {
  const positions = Array.from({ length: sizeBytes }, (_, index) => index)
  if (first === '' && last === '') return positions
  if (first !== '' && last !== '' && last < first) return positions
  if (first === '') return last === 0 ? 'unsatisfiable' : positions.filter((at) => sizeBytes - at <= Number(last))
  const named = positions.filter((at) => at >= first && (last === '' || at <= last))
  return named.length === 0 ? 'unsatisfiable' : named
}
