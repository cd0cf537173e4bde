import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { line, prose, time, webUrl } from '../../../src/http/json/schemas.ts'

const takes = (schema: v.GenericSchema, value: unknown) => v.safeParse(schema, value).success

describe('a time', () => {
  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.5Z', '2026-01-31T12:00:00.500Z'],
    ['2026-01-31T12:00:00.123456789Z', '2026-01-31T12:00:00.123Z'],
    ['2026-01-31T12:00:00+05:30', '2026-01-31T06:30:00.000Z'],
    ['2026-01-31t12:00:00z', '2026-01-31T12:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['1969-12-31T23:59:59-00:00', '1969-12-31T23:59:59.000Z'],
  ])('%s is taken', (text, iso) => expect(new Date(v.parse(time(), text)).toISOString()).toBe(iso))

  it.each([
    '2026-02-30T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T12:60:00Z',
    '2026-01-31T12:00:00',
    '2026-01-31T12:00Z',
    '2026-01-31',
    '20260131T120000Z',
    '+002026-01-31T12:00:00Z',
    '2026-01-31T12:00:00+0530',
    ' 2026-01-31T12:00:00Z',
    '2026-01-31T12:00:00Z\n',
    'Sat, 31 Jan 2026 12:00:00 GMT',
    '1769860800000',
    '',
    1_769_860_800_000,
    null,
  ])('%j is not', (value) => expect(takes(time(), value)).toBe(false))
})

describe('a line', () => {
  it.each(['a', 'a b', '日本語', '🚀', "' or 1=1", '<b>', 'x'.repeat(10)])('%j is taken', (text) =>
    expect(takes(line(10), text)).toBe(true),
  )
  it.each(['', 'x'.repeat(11), 'a\nb', 'a\tb', '\u0000', '\u007f', '\u0085', '\udc00', 7, null, ['a']])(
    '%j is not',
    (value) => expect(takes(line(10), value)).toBe(false),
  )
})

describe('prose', () => {
  it.each(['', 'a\r\nb\tc', 'x'.repeat(10)])('%j is taken', (text) => expect(takes(prose(10), text)).toBe(true))
  it.each(['x'.repeat(11), 'a\u0000', '\u001b[31m', '\ud800', 7])('%j is not', (value) =>
    expect(takes(prose(10), value)).toBe(false),
  )
})

describe('a link', () => {
  it.each(['https://a.b', 'http://localhost:8080/x?y#z', 'https://[::1]/'])('%s is taken', (text) =>
    expect(takes(webUrl(), text)).toBe(true),
  )
  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    '//a.b',
    'ftp://a.b',
    'https://',
    'https:a.b',
    ' https://a.b',
    'HTTPS',
    '',
  ])('%j is not', (text) => expect(takes(webUrl(), text)).toBe(false))
})
