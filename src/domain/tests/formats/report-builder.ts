import { XmlProblem } from '../../formats/xml/xml.ts'
import {
  clipped,
  MAX_ATTEMPTS,
  MAX_TEST_MESSAGE_LENGTH,
  MAX_TEST_NAME_LENGTH,
  MAX_TEST_RESULTS,
  type TestAttempt,
  type TestOutcome,
  type TestReport,
  type TestResult,
  UNKNOWN_TEST_SOURCE,
} from '../test-result.ts'
import { withAttempts } from './repeated-tests.ts'

/** A test as a report has it: of any length, and perhaps without a name. */
export type ReadTest = {
  readonly classname: string
  readonly name: string
  readonly result: TestOutcome
  readonly runTimeSeconds: number
  readonly message: string
  readonly file?: string | undefined
  readonly source?: string | undefined
  readonly isFlaky?: boolean
  /** No test: the tag of a suite or run says that it failed, and nothing in it does. */
  readonly isOfTag?: boolean
  readonly attempts?: readonly TestAttempt[]
  readonly attachments?: readonly string[]
}

/** What Node's own runner counts, as the report shows it; `redSuites` have something bad in them. */
export type Tally = {
  readonly badCases: number
  readonly skippedCases: number
  readonly redSuites: number
}

export type ReportBuilder = {
  readonly add: (test: ReadTest) => void
  readonly warn: (warning: string) => void
  readonly count: () => number
  /** Has those from this place on that only repeat a name be failed attempts of it; `counted` is what the suite counts. */
  readonly foldAttempts: (from: number, counted: number) => void
  /** All but what a tag of a suite or run alone says. */
  readonly cases: () => readonly TestResult[]
  /** What the report itself counts as failed, where it does, and what of that its tests show. */
  readonly compareFailures: (counted: number, shown: number) => void
  /** What a report of JUnit has, for `compareRunner`. */
  readonly tally: (counts: Tally) => void
  /** What Node's own runner says of all that it ran: `suites`, `fail`, `cancelled`, `skipped`, `todo`. */
  readonly compareRunner: (told: ReadonlyMap<string, number>) => void
  readonly close: () => TestReport
}

const MAX_WARNINGS = 20
const MAX_WARNING_LENGTH = 300
const MAX_ATTACHMENTS = 100

/** Gathers the tests of a report: in bounds, each with a name, and each with a name of its own. */
export function openReport(): ReportBuilder {
  const tests: TestResult[] = []
  const ofTags = new Set<TestResult>()
  const warnings: string[] = []
  let leftOut = 0
  let countedFailures = 0
  let shownFailures = 0
  let tally: Tally = { badCases: 0, skippedCases: 0, redSuites: 0 }
  /** The next ordinal of each name that there is. */
  const ordinals = new Map<string, number>()
  /** What the report itself calls those with an ordinal. */
  const repeated = new Map<TestResult, string>()

  function warn(warning: string): void {
    if (warnings.length < MAX_WARNINGS) warnings.push(clipped(warning, MAX_WARNING_LENGTH))
    else leftOut++
  }

  /** The name with an ordinal, where the report had it before. */
  function ownName(test: TestResult): string {
    const keyOf = (name: string) => `${test.source}\n${test.file ?? ''}\n${test.classname}\n${name}`
    const key = keyOf(test.name)
    if (!ordinals.has(key)) {
      ordinals.set(key, 2)
      return test.name
    }
    // Long names that differ at their end are the same once they are cut for an ordinal.
    const cut = test.name.length > MAX_TEST_NAME_LENGTH - 8 ? `${keyOf(withOrdinal(test.name, 0))} cut` : key
    let ordinal = Math.max(ordinals.get(key) ?? 2, ordinals.get(cut) ?? 2)
    let name = withOrdinal(test.name, ordinal)
    while (ordinals.has(keyOf(name))) name = withOrdinal(test.name, ++ordinal)
    ordinals.set(keyOf(name), 2)
    ordinals.set(key, ordinal + 1)
    ordinals.set(cut, ordinal + 1)
    return name
  }

  return {
    add: (found) => {
      if (tests.length === MAX_TEST_RESULTS) throw new XmlProblem(`more than ${MAX_TEST_RESULTS} test cases`)
      const test = testOf(found, tests.length + 1)
      if (found.name.trim() === '') warn(`a test has no name, and is called "${test.name}"`)
      const kept = { ...test, name: ownName(test) }
      if (kept.name !== test.name) repeated.set(kept, test.name)
      tests.push(kept)
      if (found.isOfTag) ofTags.add(kept)
    },
    warn,
    count: () => tests.length,
    foldAttempts: (from, counted) => {
      if (repeated.size === 0) return
      const folded = withAttempts(tests.slice(from), repeated, counted)
      tests.length = from
      for (const test of folded) tests.push(test)
    },
    cases: () => tests.filter((test) => !ofTags.has(test)),
    compareFailures: (counted, shown) => {
      countedFailures += Math.max(counted, shown)
      shownFailures += shown
    },
    tally: (counts) => {
      tally = {
        badCases: tally.badCases + counts.badCases,
        skippedCases: tally.skippedCases + counts.skippedCases,
        redSuites: tally.redSuites + counts.redSuites,
      }
    },
    compareRunner: (told) => {
      const { badCases, skippedCases, redSuites } = tally
      const counted = (name: string) => told.get(name) ?? 0
      const failed = counted('fail') + counted('cancelled')
      // A test with others in it is written as a suite, and fails with them; or by itself, which nothing else tells.
      const unclear = Math.min(redSuites, counted('suites') + counted('skipped') + counted('todo') - skippedCases)
      const outers = redSuites - Math.max(0, unclear)
      if (failed > badCases + redSuites) warn(countsMore(failed, badCases))
      // Suites that are no tests do not count, nor do tests with something still to do that have others in them.
      else if (failed > badCases + outers)
        warn(`${countsMore(failed, badCases)}; a test around one that failed may be counted, too`)
    },
    close: () => {
      if (countedFailures > shownFailures) {
        warn(countsMore(countedFailures, shownFailures))
      }
      if (leftOut > 0) warnings.push(leftOut === 1 ? '1 more warning' : `${leftOut} more warnings`)
      return { tests, warnings }
    },
  }
}

function countsMore(counted: number, shown: number): string {
  return `the report counts ${counted === 1 ? '1 failure' : `${counted} failures`}, its cases show ${shown}`
}

function testOf(found: ReadTest, position: number): TestResult {
  const { classname, result, runTimeSeconds, file = '', source = '', attempts = [], attachments = [] } = found
  const ordinal = `#${position}`
  const name =
    found.name.trim() === '' ? `${clipped(classname, MAX_TEST_NAME_LENGTH - 8)} ${ordinal}`.trim() : found.name
  return {
    classname: clipped(classname, MAX_TEST_NAME_LENGTH),
    name: clipped(name, MAX_TEST_NAME_LENGTH),
    result,
    runTimeSeconds: Number.isFinite(runTimeSeconds) && runTimeSeconds > 0 ? runTimeSeconds : 0,
    message: clipped(found.message, MAX_TEST_MESSAGE_LENGTH),
    file: clipped(file, MAX_TEST_NAME_LENGTH) || null,
    source: clipped(source, MAX_TEST_NAME_LENGTH) || UNKNOWN_TEST_SOURCE,
    isFlaky: result === 'success' && (found.isFlaky === true || attempts.length > 0),
    attempts: attempts
      .slice(0, MAX_ATTEMPTS)
      .map((attempt) => ({ ...attempt, message: clipped(attempt.message, MAX_TEST_MESSAGE_LENGTH) })),
    attachments: [...new Set(attachments)].slice(0, MAX_ATTACHMENTS).map((path) => clipped(path, MAX_TEST_NAME_LENGTH)),
  }
}

function withOrdinal(name: string, ordinal: number): string {
  return `${clipped(name, MAX_TEST_NAME_LENGTH - 8)} (${ordinal})`
}

/** Seconds as the runners print them: `0.012`, `1.2e-05`, `1,234.5`, or `0,012` on a machine with a German locale. */
export function secondsOf(time = ''): number {
  const plain = /^[1-9]\d{0,2}(?:,\d{3})+(?:\.|$)/.test(time) ? time.replaceAll(',', '') : time.replace(',', '.')
  const seconds = Number(plain)
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0
}

/** How many a report says there are; 0 where it does not. */
export function countOf(text: string | undefined): number {
  return /^\s*\d{1,9}\s*$/.test(text ?? '') ? Number(text) : 0
}

/** A headline and what stands below it; one of them often repeats the other. */
export function joined(headline: string, text: string): string {
  const below = clipped(text.trim(), MAX_TEST_MESSAGE_LENGTH)
  if (below === '') return headline.trim()
  return below.includes(clipped(headline, MAX_TEST_MESSAGE_LENGTH)) ? below : `${headline}\n${below}`
}
