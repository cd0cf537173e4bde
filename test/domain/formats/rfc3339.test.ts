import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDay, parseTime } from '../../../src/domain/formats/rfc3339.ts'

const two = (n: number) => String(n).padStart(2, '0')

describe('a day', () => {
  it('is one that the calendar has, and no other', () => {
    for (const year of [1970, 2000, 2026, 2027, 2028, 2100, 9999])
      for (let month = 0; month <= 13; month++)
        for (let day = 0; day <= 32; day++) {
          const at = new Date(Date.UTC(year, month - 1, day))
          const exists = at.getUTCMonth() === month - 1 && at.getUTCDate() === day && at.getUTCFullYear() === year
          const text = `${year}-${two(month)}-${two(day)}`
          expect([text, parseDay(text)]).toEqual([text, exists ? at.getTime() : null])
          expect([text, parseTime(`${text}T00:00:00Z`)]).toEqual([text, exists ? at.getTime() : null])
        }
  })

  it.each(['', 'tomorrow', '2027-1-1', '2027-01-31T', ' 2027-01-31', '10000-01-01', '+02027-01-01', '20270131'])(
    'is not %j',
    (text) => expect(parseDay(text)).toBeNull(),
  )
})

describe('a time', () => {
  it('is read as it was told, in any zone', () => {
    const date = fc.date({ min: new Date(0), max: new Date('9999-12-30'), noInvalidDate: true })
    fc.assert(fc.property(date, (at) => parseTime(at.toISOString()) === at.getTime()))
    expect(parseTime('2027-01-31T01:00:00+02:00')).toBe(Date.UTC(2027, 0, 30, 23))
  })

  it.each(['2027-01-31', '2027-01-31T12:00', '2027-01-31T12:00:00', '2027-01-31T24:00:00Z', '2027-01-31T12:60:00Z'])(
    'is not %j',
    (text) => expect(parseTime(text)).toBeNull(),
  )
})
