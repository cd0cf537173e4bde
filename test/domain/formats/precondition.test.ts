import { describe, expect, it } from 'vitest'
import { httpDate, isRangeCurrent, judgeConditions } from '../../../src/domain/formats/precondition.ts'

const AT = Date.UTC(1994, 10, 6, 8, 49, 37)
const KNOWN = { etag: '"a"', modifiedAt: AT }
const MADE_ANEW = { etag: '"a"', modifiedAt: null }
const BEFORE = httpDate(AT - 1_000)
const SAME = httpDate(AT)
const AFTER = httpDate(AT + 1_000)

describe('the conditions of a read', () => {
  it.each<[Record<string, string>, string, string]>([
    [{}, 'go_on', 'go_on'],
    [{ 'If-Match': '"a"' }, 'go_on', 'go_on'],
    [{ 'If-Match': '*' }, 'go_on', 'go_on'],
    [{ 'If-Match': '"b", "a"' }, 'go_on', 'go_on'],
    [{ 'If-Match': '"old"' }, 'failed', 'failed'],
    [{ 'If-Match': 'a' }, 'failed', 'failed'],
    [{ 'If-Match': '' }, 'failed', 'failed'],
    // Strong comparison (RFC 9110 §13.1.1).
    [{ 'If-Match': 'W/"a"' }, 'failed', 'failed'],
    [{ 'If-Unmodified-Since': BEFORE }, 'failed', 'failed'],
    [{ 'If-Unmodified-Since': SAME }, 'go_on', 'failed'],
    [{ 'If-Unmodified-Since': AFTER }, 'go_on', 'failed'],
    [{ 'If-Unmodified-Since': 'yesterday' }, 'go_on', 'go_on'],
    // The tag has precedence over the date.
    [{ 'If-Match': '"a"', 'If-Unmodified-Since': BEFORE }, 'go_on', 'go_on'],
    [{ 'If-Match': '"old"', 'If-Unmodified-Since': AFTER }, 'failed', 'failed'],
    [{ 'If-None-Match': '"a"' }, 'not_modified', 'not_modified'],
    [{ 'If-None-Match': 'W/"a"' }, 'not_modified', 'not_modified'],
    [{ 'If-None-Match': '"b", W/"a"' }, 'not_modified', 'not_modified'],
    [{ 'If-None-Match': '*' }, 'not_modified', 'not_modified'],
    [{ 'If-None-Match': '"b"' }, 'go_on', 'go_on'],
    [{ 'If-Modified-Since': BEFORE }, 'go_on', 'go_on'],
    [{ 'If-Modified-Since': SAME }, 'not_modified', 'go_on'],
    [{ 'If-Modified-Since': AFTER }, 'not_modified', 'go_on'],
    [{ 'If-Modified-Since': '1' }, 'go_on', 'go_on'],
    [{ 'If-None-Match': '"b"', 'If-Modified-Since': AFTER }, 'go_on', 'go_on'],
    [{ 'If-None-Match': '"a"', 'If-Modified-Since': BEFORE }, 'not_modified', 'not_modified'],
    // What must hold is judged before what may save the bytes.
    [{ 'If-Match': '"old"', 'If-None-Match': '"a"' }, 'failed', 'failed'],
    [{ 'If-Match': '"a"', 'If-None-Match': '"a"' }, 'not_modified', 'not_modified'],
    [{ 'If-Unmodified-Since': BEFORE, 'If-Modified-Since': AFTER }, 'failed', 'failed'],
  ])('%j come to %s where the time of the change is known, else to %s', (headers, known, anew) => {
    expect(judgeConditions(new Headers(headers), KNOWN)).toBe(known)
    expect(judgeConditions(new Headers(headers), MADE_ANEW)).toBe(anew)
  })

  it.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'take the date %s',
    (date) => expect(judgeConditions(new Headers({ 'If-Modified-Since': date }), KNOWN)).toBe('not_modified'),
  )
})

describe('a part', () => {
  it.each<[string | null, boolean, boolean]>([
    [null, true, true],
    ['"a"', true, true],
    ['W/"a"', false, false],
    ['"b"', false, false],
    [SAME, true, false],
    [BEFORE, false, false],
    [AFTER, false, false],
    ['soon', false, false],
  ])(
    'with If-Range: %s is of the same version: %s where the time of the change is known, else %s',
    (ifRange, known, anew) => {
      const headers = new Headers(ifRange === null ? {} : { 'If-Range': ifRange })
      expect([isRangeCurrent(headers, KNOWN), isRangeCurrent(headers, MADE_ANEW)]).toEqual([known, anew])
    },
  )
})
