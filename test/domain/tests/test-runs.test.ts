import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bothOutcomes,
  HAS_PASSED,
  type RunOutcome,
  readRuns,
  runIn,
  runsAmong,
  runsIn,
  type TestRun,
  textOfRuns,
} from '../../../src/domain/tests/test-runs.ts'

const OUTCOMES = Object.keys(HAS_PASSED) as RunOutcome[]
const anyOutcome = fc.constantFrom(...OUTCOMES)
const anyRun = fc.record({ outcome: anyOutcome, runTimeSeconds: fc.double({ min: 0, max: 10_000, noNaN: true }) })

describe('the runs of a report as text', () => {
  it('are stretches of equal outcomes, which a person can read', () => {
    const passed: TestRun = { outcome: 'success', runTimeSeconds: 0 }
    const runs = new Map<number, TestRun>(Array.from({ length: 5_000 }, (_, i) => [1_046 + i, passed]))
    expect(textOfRuns(runs).outcomes).toBe('1046.5000P')
    const others = new Map(runs)
      .set(1_050, { outcome: 'failure', runTimeSeconds: 1 })
      .set(9_000, { outcome: 'skipped', runTimeSeconds: 0 })
    expect(textOfRuns(others).outcomes).toBe('1046.4PF4995P2954.S')
    expect(textOfRuns(new Map())).toEqual({ outcomes: '', times: '' })
  })

  it('come back for some tests as they do for all, and those that the report has not are left out', () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 70 }))
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 60 }), anyRun), { selector: ([n]) => n }),
        numbers,
        (list, some) => {
          const text = textOfRuns(new Map(list))
          const all = [...runsIn(readRuns(text))]
          const expected = all.flatMap(({ number, outcome }, place) =>
            some.includes(number) ? [[number, { outcome, place }]] : [],
          )
          expect([
            ...runsAmong(
              text.outcomes,
              some.toSorted((one, other) => one - other),
            ),
          ]).toEqual(expected)
        },
      ),
    )
  })

  it('come back for each test, with the time within a seventh, and no other test has one', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 3_000 }), anyRun), { selector: ([number]) => number }),
        (list) => {
          const runs = readRuns(textOfRuns(new Map(list)))
          const sorted = [...list].sort(([one], [other]) => one - other)
          expect([...runsIn(runs)].map(({ number, outcome }) => [number, outcome])).toEqual(
            sorted.map(([number, { outcome }]) => [number, outcome]),
          )
          for (const [number, { outcome, runTimeSeconds }] of list) {
            const run = runIn(runs, number)
            expect(run?.outcome).toBe(outcome)
            if (runTimeSeconds < 0.001) expect(run?.runTimeSeconds).toBe(0)
            else expect(Math.abs((run?.runTimeSeconds ?? 0) / runTimeSeconds - 1)).toBeLessThan(0.15)
          }
          const known = new Set(list.map(([number]) => number))
          for (let number = 0; number < 3_002; number++) if (!known.has(number)) expect(runIn(runs, number)).toBeNull()
        },
      ),
      { numRuns: 50 },
    )
  })

  it('have a fifth of a character for each test that ever was where many are gone, and none for a long gap', () => {
    const runs = new Map<number, TestRun>()
    // Other projects have the numbers between.
    for (const from of [1_000, 9_001_000])
      for (let number = from; number < from + 6_000; number++)
        if ((number * 7_919) % 13 > 5)
          runs.set(number, { outcome: number === 1_207 ? 'failure' : 'success', runTimeSeconds: 1 })
    const { outcomes, times } = textOfRuns(runs)
    expect(outcomes).toMatch(/^1000\.[^:]+:\d+PF\d+P$/)
    expect(outcomes.length).toBeLessThan(12_000 / 5 + 30)
    // What a list of flaky tests looks for by SQL says nothing here.
    expect(outcomes).not.toContain('M')
    const read = readRuns({ outcomes, times })
    expect([...runsIn(read)].map(({ number }) => number)).toEqual([...runs.keys()])
    expect(runIn(read, 1_207)?.outcome).toBe('failure')
    expect(runIn(read, 500_000)).toBe(null)
  })

  it('come back whatever many numbers lie between them', () => {
    const gaps = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), anyRun), { maxLength: 200 })
    const many = fc.array(fc.tuple(fc.constantFrom(1, 1, 1, 2), anyRun), { minLength: 100, maxLength: 400 })
    fc.assert(
      fc.property(fc.oneof(gaps, many), (list) => {
        const runs = new Map<number, TestRun>()
        let number = 0
        for (const [gap, run] of list) {
          number += gap
          runs.set(number, run)
        }
        const { outcomes, times } = textOfRuns(runs)
        const read = [...runsIn(readRuns({ outcomes, times }))]
        expect(read.map((run) => [run.number, run.outcome])).toEqual([...runs].map(([n, run]) => [n, run.outcome]))
        const asked = [...Array(number + 2).keys()]
        const places = [...runs].map(([n, run], place) => [n, { outcome: run.outcome, place }])
        expect([...runsAmong(outcomes, asked)]).toEqual(places)
      }),
    )
  })

  it('are refused where a letter is none', () => {
    expect(() => readRuns({ outcomes: '4X' })).toThrow('no outcome of a test is written X')
    expect(() => readRuns({ outcomes: '4.A:4P' })).toThrow('no numbers of tests are written A')
  })
})

describe('a test that a report has twice', () => {
  it.each([
    ['success', 'success', 'success'],
    ['success', 'failure', 'mixed'],
    ['error', 'success', 'mixed'],
    ['flaky', 'error', 'mixed'],
    ['failure', 'error', 'failure'],
    ['skipped', 'error', 'error'],
    ['skipped', 'success', 'success'],
    ['skipped', 'flaky', 'flaky'],
    ['mixed', 'skipped', 'mixed'],
  ] as const)('%s and %s: %s', (one, other, both) => {
    expect([bothOutcomes(one, other), bothOutcomes(other, one)]).toEqual([both, both])
  })

  it('has passed where one of them has, and never hides a failure', () => {
    for (const one of OUTCOMES)
      for (const other of OUTCOMES) {
        const both = bothOutcomes(one, other)
        expect(HAS_PASSED[both], `${one}, ${other}`).toBe(HAS_PASSED[one] || HAS_PASSED[other])
        const isBad = (outcome: RunOutcome) => ['failure', 'error', 'mixed'].includes(outcome)
        expect(isBad(both), `${one}, ${other}`).toBe(isBad(one) || isBad(other))
      }
  })
})
