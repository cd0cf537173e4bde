import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTestResultsJson } from '../../../src/domain/tests/formats/buildpass-json.ts'
import { clipped } from '../../../src/domain/tests/test-result.ts'

const test = { name: 'adds', result: 'success' }

/** The problems with a report of one test that has these fields. */
function problemsOf(fields: unknown): readonly { path: string; message: string }[] {
  const report = parseTestResultsJson({ tests: [fields] })
  return report.ok ? [] : report.problems
}

describe('parseTestResultsJson', () => {
  it('reads all that can be said of a test', () => {
    const full = {
      name: 'pays',
      classname: 'Cart',
      result: 'failure',
      run_time: 0.25,
      message: 'no card',
      file: 'cart.test.ts',
      source: 'vitest',
    }
    expect(parseTestResultsJson({ tests: [full] })).toEqual({
      ok: true,
      results: [
        {
          name: 'pays',
          classname: 'Cart',
          result: 'failure',
          runTimeSeconds: 0.25,
          message: 'no card',
          file: 'cart.test.ts',
          source: 'vitest',
          isFlaky: false,
          attempts: [],
          attachments: [],
        },
      ],
    })
  })

  it('fills in what is missing or null', () => {
    const bare = {
      classname: '',
      name: 'adds',
      result: 'success',
      runTimeSeconds: 0,
      message: '',
      file: null,
      source: 'unknown',
      isFlaky: false,
      attempts: [],
      attachments: [],
    }
    const nulls = { ...test, classname: null, run_time: null, message: null, file: null, source: null }
    expect(parseTestResultsJson({ tests: [test, nulls, { ...test, file: '', source: '' }] })).toEqual({
      ok: true,
      results: [bare, bare, bare],
    })
  })

  it.each([
    ['success', 'success'],
    ['passed', 'success'],
    ['failure', 'failure'],
    ['failed', 'failure'],
    ['error', 'error'],
    ['skipped', 'skipped'],
  ])('reads result %s as %s', (word, outcome) => {
    expect(parseTestResultsJson({ tests: [{ name: 'a', result: word }] })).toMatchObject({
      results: [{ result: outcome }],
    })
  })

  it('accepts no tests', () => expect(parseTestResultsJson({ tests: [] })).toEqual({ ok: true, results: [] }))

  it.each([null, undefined, 'text', 7, [], {}, { tests: null }, { tests: {} }, { Tests: [] }])(
    'refuses %j',
    (value) => {
      expect(parseTestResultsJson(value)).toEqual({
        ok: false,
        problems: [{ path: 'tests', message: 'must be an array' }],
      })
    },
  )

  it.each([
    [null, 'tests.0', 'must be an object'],
    [['a'], 'tests.0', 'must be an object'],
    [{ result: 'success' }, 'tests.0.name', 'must be a text that is not empty'],
    [{ ...test, name: '' }, 'tests.0.name', 'must be a text that is not empty'],
    [{ ...test, name: 7 }, 'tests.0.name', 'must be a text that is not empty'],
    [{ name: 'a' }, 'tests.0.result', 'must be success, failure, error or skipped'],
    [{ ...test, result: 'constructor' }, 'tests.0.result', 'must be success, failure, error or skipped'],
    [{ ...test, result: 'Success' }, 'tests.0.result', 'must be success, failure, error or skipped'],
    [{ ...test, run_time: '1' }, 'tests.0.run_time', 'must be a number of seconds, 0 or more'],
    [{ ...test, run_time: -1 }, 'tests.0.run_time', 'must be a number of seconds, 0 or more'],
    [{ ...test, run_time: Number.NaN }, 'tests.0.run_time', 'must be a number of seconds, 0 or more'],
    [{ ...test, message: {} }, 'tests.0.message', 'must be a text'],
    [{ ...test, classname: 1 }, 'tests.0.classname', 'must be a text'],
    [{ ...test, file: true }, 'tests.0.file', 'must be a text'],
    [{ ...test, source: [] }, 'tests.0.source', 'must be a text'],
  ])('refuses %j at %s', (fields, path, message) => expect(problemsOf(fields)).toEqual([{ path, message }]))

  it('names every place, and keeps nothing', () => {
    const report = parseTestResultsJson({ tests: [test, { name: 'a' }, test, { result: 'lost', message: 1 }] })
    expect(report).toMatchObject({ ok: false })
    expect(report.ok ? [] : report.problems.map((problem) => problem.path)).toEqual([
      'tests.1.result',
      'tests.3.name',
      'tests.3.result',
      'tests.3.message',
    ])
  })

  it('stops at about twenty problems', () => {
    const report = parseTestResultsJson({ tests: Array.from({ length: 1000 }, () => null) })
    expect(report.ok ? 0 : report.problems.length).toBe(20)
  })

  it('takes 50,000 tests and not one more', () => {
    const many = (length: number) => parseTestResultsJson({ tests: Array.from({ length }, () => test) })
    expect(many(50_000).ok).toBe(true)
    expect(many(50_001)).toEqual({
      ok: false,
      problems: [{ path: 'tests', message: 'must have at most 50000 entries' }],
    })
  })

  it('cuts long texts', () => {
    const report = parseTestResultsJson({ tests: [{ ...test, message: 'm'.repeat(10_001), name: 'n'.repeat(1001) }] })
    expect(report).toMatchObject({ results: [{ message: `${'m'.repeat(9999)}…`, name: `${'n'.repeat(999)}…` }] })
  })

  it('never throws, and gives a result for each test or says what is wrong', () => {
    const word = fc.constantFrom('success', 'passed', 'failed', 'error', 'skipped')
    const entry = fc.oneof(
      fc.jsonValue(),
      fc.record({ name: fc.jsonValue(), result: fc.jsonValue(), run_time: fc.jsonValue() }, { requiredKeys: [] }),
      fc.record({ name: fc.string({ minLength: 1 }), result: word, run_time: fc.nat(), message: fc.string() }),
    )
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ tests: fc.array(entry) })), (value) => {
        const report = parseTestResultsJson(value)
        if (!report.ok) expect(report.problems.length).toBeGreaterThan(0)
        else expect(report.results.length).toBe((value as { tests: unknown[] }).tests.length)
      }),
    )
  })
})

describe('clipped', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['a🚀b', 3, 'a…'],
    ['🚀🚀', 4, '🚀🚀'],
    ['half \ud83d', 10, 'half \ufffd'],
  ])('cuts %j at %i to %j', (text, maxLength, expected) => expect(clipped(text, maxLength)).toBe(expected))
})
