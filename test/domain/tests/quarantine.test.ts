import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTestReport } from '../../../src/domain/tests/formats/read-report.ts'
import {
  type CommandEnd,
  doubtsOf,
  type FoundReport,
  failuresIn,
  type JudgedFailure,
  rulingOf,
} from '../../../src/domain/tests/quarantine.ts'
import { MAX_JUDGED } from '../../../src/domain/tests/verdict.ts'

const NOW = new Date('2027-01-15T12:00:00Z')
const STARTED = new Date('2027-01-15T11:59:00Z')
const FAILED: CommandEnd = { exitCode: 1, isSignaled: false, startedAt: STARTED }
const MUTE = { reason: 'see #12', until: Date.parse('2027-02-01T00:00:00Z'), mutedBy: 'jane' }

type Case = { readonly name: string; readonly outcome: 'passed' | 'failure' | 'error' | 'skipped' }

const caseXml = ({ name, outcome }: Case) =>
  `<testcase classname="a" name="${name}">${outcome === 'passed' ? '' : `<${outcome}/>`}</testcase>`
const documentOf = (cases: readonly Case[], counted = '') =>
  `<testsuite name="s"${counted}>${cases.map(caseXml).join('')}</testsuite>`
const reportOf = (xml: string, more: Partial<FoundReport> = {}): FoundReport => ({
  path: 'junit.xml',
  modifiedAt: NOW,
  reading: readTestReport(new TextEncoder().encode(xml), null),
  ...more,
})
const judgedAll = (reports: readonly FoundReport[], mute: JudgedFailure['mute'] = MUTE): JudgedFailure[] =>
  failuresIn(reports).map(({ classname, name }) => ({ classname, name, mute }))

const anyOutcome = fc.constantFrom('passed', 'failure', 'error', 'skipped')
/** Mostly the first, since one doubt is enough. */
const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, fc.constantFrom(usual, ...others))
const anyCases = fc
  .array(anyOutcome, { maxLength: 6 })
  .map((outcomes) => outcomes.map((outcome, at): Case => ({ name: `t${at}`, outcome })))
const isBad = ({ outcome }: Case) => outcome === 'failure' || outcome === 'error'

describe('a failed command', () => {
  it('passes only where it ended by a code of its own, failures were read, and each of them is muted and not yet ended', () => {
    const anyMute = mostly<JudgedFailure['mute']>(
      MUTE,
      { ...MUTE, until: NOW.getTime() + 1 },
      { ...MUTE, until: NOW.getTime() },
      null,
    )
    const anyReport = fc.record({
      cases: anyCases,
      counted: mostly('', ' failures="0"', ' failures="9"'),
      modifiedAt: mostly(NOW, STARTED, new Date(STARTED.getTime() - 1_000)),
      isCut: mostly(false, true),
    })
    const anyEnd = fc.record({
      exitCode: mostly(1, 2, 125, 126, 127, 139, 300),
      isSignaled: mostly(false, true),
      startedAt: fc.constant(STARTED),
    })
    let passed = 0
    fc.assert(
      fc.property(fc.array(anyReport, { maxLength: 3 }), anyEnd, fc.infiniteStream(anyMute), (found, end, mutes) => {
        const reports = found.map(({ cases, counted, modifiedAt, isCut }) =>
          reportOf(documentOf(cases, counted).slice(0, isCut ? -2 : undefined), { modifiedAt }),
        )
        const judged = judgedAll(reports).map((failure) => ({ ...failure, mute: mutes.next().value ?? null }))
        const { letsPass } = rulingOf(end, reports, judged, NOW)
        const failures = found.flatMap(({ cases }) => cases.filter(isBad))
        const isSure =
          !end.isSignaled &&
          end.exitCode <= 125 &&
          found.every(
            ({ cases, counted, modifiedAt, isCut }) =>
              cases.length > 0 && !isCut && modifiedAt >= STARTED && !counted.includes('9'),
          )
        expect(letsPass).toBe(
          isSure && failures.length > 0 && judged.every(({ mute }) => mute !== null && mute.until > NOW.getTime()),
        )
        if (letsPass) passed++
      }),
      { numRuns: 2_000 },
    )
    // Else the property would say little.
    expect(passed).toBeGreaterThan(100)
  })

  it('never passes by a report that was cut, wherever that is', () => {
    const cases: Case[] = [
      { name: 'one', outcome: 'failure' },
      { name: 'two', outcome: 'passed' },
      { name: 'three', outcome: 'error' },
    ]
    const whole = documentOf(cases)
    for (let length = 0; length <= whole.length; length++) {
      const reports = [reportOf(whole.slice(0, length))]
      expect([length, rulingOf(FAILED, reports, judgedAll(reports), NOW).letsPass]).toEqual([
        length,
        length === whole.length,
      ])
    }
  })

  it('never passes where the server judged fewer, more or other tests', () => {
    const reports = [reportOf(documentOf(['one', 'two'].map((name) => ({ name, outcome: 'failure' }))))]
    const judged = judgedAll(reports)
    const [first] = judged
    if (!first) throw new Error('the report has a failure')
    const others = [[], [first], [...judged, first], [...judged].reverse(), [first, { ...first, name: 'other' }]]
    for (const other of others)
      expect(rulingOf(FAILED, reports, other, NOW)).toEqual({
        letsPass: false,
        doubts: ['the server judged other tests than those that failed'],
      })
    expect(rulingOf(FAILED, reports, judged, NOW)).toEqual({ letsPass: true, failures: judged })
  })
})

describe('what keeps a failed command from passing', () => {
  const muted = documentOf([{ name: 'one', outcome: 'failure' }])
  const many = documentOf(Array.from({ length: MAX_JUDGED + 1 }, (_, at) => ({ name: `t${at}`, outcome: 'failure' })))
  const old = new Date(STARTED.getTime() - 5_000)

  it.each<[string, Partial<CommandEnd>, readonly FoundReport[], string]>([
    ['no report', {}, [], 'no test report was found'],
    ['no failure', {}, [reportOf(documentOf([{ name: 'a', outcome: 'passed' }]))], 'no report has a failed test'],
    ['a signal', { isSignaled: true }, [reportOf(muted)], 'a signal ended the command'],
    ['a crash', { exitCode: 139 }, [reportOf(muted)], 'the exit code 139 does not say that tests failed'],
    ['no command', { exitCode: 127 }, [reportOf(muted)], 'the exit code 127 does not say that tests failed'],
    ['an old report', {}, [reportOf(muted, { modifiedAt: old })], 'junit.xml was written before the command began'],
    ['an empty report', {}, [reportOf(muted), reportOf('<testsuite/>', { path: 'b.xml' })], 'b.xml has no test'],
    ['another file', {}, [reportOf(muted), reportOf('<html/>', { path: 'b.html' })], 'b.html: '],
    ['other counts', {}, [reportOf(muted.replace('"s"', '"s" failures="3"'))], 'counts 3 failures, its cases show 1'],
    ['very many failures', {}, [reportOf(many)], 'more than 1000 tests failed'],
  ])('is %s, and it is said', (_, end, reports, doubt) => {
    expect(doubtsOf({ ...FAILED, ...end }, reports)).toEqual([expect.stringContaining(doubt)])
    expect(rulingOf({ ...FAILED, ...end }, reports, judgedAll(reports), NOW)).toMatchObject({ letsPass: false })
  })

  it('is a test that is not muted, or no longer, by name', () => {
    const reports = [reportOf(documentOf(Array.from({ length: 7 }, (_, at) => ({ name: `t${at}`, outcome: 'error' }))))]
    const [first, ...others] = judgedAll(reports)
    const ended = judgedAll(reports, { ...MUTE, until: NOW.getTime() })
    expect(rulingOf(FAILED, reports, [{ classname: 'a', name: 't0', mute: null }, ...others], NOW)).toEqual({
      letsPass: false,
      doubts: ['not muted: a › t0'],
    })
    expect(rulingOf(FAILED, reports, ended, NOW)).toEqual({
      letsPass: false,
      doubts: ['not muted: a › t0, a › t1, a › t2, a › t3, a › t4 and 2 more'],
    })
    expect(first).toMatchObject({ name: 't0' })
  })
})
