import { scanXml, type XmlAttributes, type XmlEvents, XmlProblem } from '../formats/xml.ts'
import { wordTable } from '../reporting/word-table.ts'
import {
  clipped,
  MAX_TEST_MESSAGE_LENGTH,
  MAX_TEST_NAME_LENGTH,
  MAX_TEST_RESULTS,
  type TestOutcome,
  type TestResult,
  UNKNOWN_TEST_SOURCE,
} from './test-result.ts'

export type JUnitReport =
  | { readonly ok: true; readonly results: readonly TestResult[] }
  /** `line:column: what is wrong there`. */
  | { readonly ok: false; readonly problem: string }

const MAX_DEPTH = 50

/** The test cases of a JUnit XML document, in its order. There is no standard: this reads what the usual runners write. */
export function parseJUnit(xml: string): JUnitReport {
  const results: TestResult[] = []
  const problem = scanXml(xml, collectInto(results))
  return problem === null ? { ok: true, results } : { ok: false, problem: clipped(problem, 300) }
}

type Suite = {
  readonly name: string
  readonly file: string
  readonly depth: number
  /** The fault of the suite itself, if it has one. */
  broken: OpenCase | null
  /** How many failures and errors the suite's attributes count. */
  readonly counted: number
  /** How many its cases and inner suites had so far. */
  shown: number
}
type OpenCase = {
  readonly attributes: XmlAttributes
  readonly depth: number
  result: TestOutcome
  message: string
  /** How many failures and errors the case has: some runners count these, and not the cases. */
  faults: number
}
/** An element in a case or suite that says how that ended. */
type OpenFault = {
  readonly outcome: TestOutcome
  readonly attributes: XmlAttributes
  readonly depth: number
  text: string
}

/**
 * The outcome of a case by the elements in it. A case that failed and then passed (Surefire's `flakyFailure` and
 * `flakyError`) is a success, one that failed again is not.
 */
const FAULTS = wordTable<TestOutcome>({
  failure: 'failure',
  failed: 'failure',
  rerunfailure: 'failure',
  // Of PHPUnit up to 9: it makes the run fail, and up to 7 the suite counts it as a failure.
  warning: 'failure',
  error: 'error',
  rerunerror: 'error',
  errored: 'error',
  crash: 'error',
  crashed: 'error',
  timeout: 'error',
  timedout: 'error',
  aborted: 'error',
  skipped: 'skipped',
  skip: 'skipped',
  disabled: 'skipped',
  ignored: 'skipped',
  ignore: 'skipped',
  notrun: 'skipped',
  incomplete: 'skipped',
  inconclusive: 'skipped',
  pending: 'skipped',
  todo: 'skipped',
})

/** Which attributes of a case say how it ended: not all runners have an element for it. */
const SAY_HOW_IT_ENDED = ['status', 'result', 'outcome', 'success']

/** Values of these attributes. With any other value nobody knows whether the case passed: that is an error, never a success. */
const WORDS: ReadonlyMap<string, TestOutcome> = wordTable<TestOutcome>({
  '': 'success',
  run: 'success',
  executed: 'success',
  completed: 'success',
  complete: 'success',
  finished: 'success',
  done: 'success',
  pass: 'success',
  passed: 'success',
  ok: 'success',
  success: 'success',
  successful: 'success',
  succeeded: 'success',
  true: 'success',
  expected: 'success',
  fixed: 'success',
  flaky: 'success',
  failed: 'failure',
  failure: 'failure',
  fail: 'failure',
  false: 'failure',
  unexpected: 'failure',
  xpass: 'failure',
  error: 'error',
  errored: 'error',
  broken: 'error',
  crash: 'error',
  crashed: 'error',
  timeout: 'error',
  timedout: 'error',
  timed_out: 'error',
  aborted: 'error',
  interrupted: 'error',
  skip: 'skipped',
  skipped: 'skipped',
  disabled: 'skipped',
  notrun: 'skipped',
  not_run: 'skipped',
  notexecuted: 'skipped',
  suppressed: 'skipped',
  ignored: 'skipped',
  incomplete: 'skipped',
  inconclusive: 'skipped',
  pending: 'skipped',
  todo: 'skipped',
  xfail: 'skipped',
})

/** Fills `results` while a document is read. */
function collectInto(results: TestResult[]): XmlEvents {
  const path: string[] = []
  const suites: Suite[] = []
  let openCase: OpenCase | null = null
  let fault: OpenFault | null = null

  return {
    open: (written, given) => {
      const name = plainName(written)
      const attributes = plainNames(given)
      const parent = path.at(-1)
      path.push(name)
      const depth = path.length
      const outcome = parent === 'testcase' ? FAULTS.get(name) : undefined
      const suite = suites.at(-1)
      if (depth > MAX_DEPTH) throw new XmlProblem(`elements are nested more than ${MAX_DEPTH} deep`)
      if (isSuite(name)) {
        suites.push({
          name: attributes.name ?? '',
          file: attributes.file ?? '',
          depth,
          broken: null,
          counted: countOf(attributes.failures) + countOf(attributes.errors),
          shown: 0,
        })
      } else if (parent === undefined) {
        throw new XmlProblem(`the root element must be testsuites or testsuite, not ${written}`)
      } else if (name === 'testcase') {
        if (openCase) throw new XmlProblem('a testcase inside a testcase')
        if (attributes.name === undefined) throw new XmlProblem('a testcase without a name')
        openCase = { attributes, depth, result: 'success', message: '', faults: 0 }
      } else if (outcome) {
        fault = { outcome, attributes, depth, text: '' }
      } else if (suite?.depth === depth - 1 && (name === 'error' || name === 'failure')) {
        suite.broken ??= errorOf(suite, '')
        fault = { outcome: 'error', attributes, depth, text: '' }
      }
    },
    text: (text) => {
      // Surefire's rerunFailure holds its text in a stackTrace element, beside a system-out that is ignored.
      if (fault && (path.length === fault.depth || path.at(-1) === 'stacktrace')) fault.text += text
    },
    close: () => {
      const depth = path.length
      const name = path.pop() ?? ''
      const faulty = openCase ?? suites.at(-1)?.broken
      if (faulty && fault?.depth === depth) {
        addFault(faulty, fault)
        if (name === 'failure' || name === 'error') faulty.faults++
        fault = null
      }
      if (openCase?.depth === depth) {
        push(openCase)
        openCase = null
      }
      const suite = isSuite(name) ? suites.at(-1) : undefined
      if (suite) {
        if (suite.broken) push(suite.broken)
        if (suite.counted > suite.shown) push(errorOf(suite, missingOf(suite)))
        suites.pop()
        const outer = suites.at(-1)
        if (outer) outer.shown += Math.max(suite.shown, suite.counted)
      }
    },
  }

  function push(ended: OpenCase): void {
    if (results.length === MAX_TEST_RESULTS) throw new XmlProblem(`more than ${MAX_TEST_RESULTS} test cases`)
    const result = resultOf(ended, suites)
    results.push(result)
    const suite = suites.at(-1)
    if (suite && (result.result === 'failure' || result.result === 'error')) suite.shown += Math.max(1, ended.faults)
  }
}

/** A name without prefix, in lower case, so that no spelling hides a failure. */
function plainName(name: string): string {
  return name.slice(name.indexOf(':') + 1).toLowerCase()
}

function plainNames(attributes: XmlAttributes): XmlAttributes {
  const names = Object.keys(attributes)
  if (!names.some((name) => /[:A-Z]/.test(name))) return attributes
  const others = names.filter((name) => !Object.hasOwn(attributes, plainName(name)))
  return { ...Object.fromEntries(others.map((name) => [plainName(name), attributes[name] ?? ''])), ...attributes }
}

function countOf(text: string | undefined): number {
  return /^\s*\d{1,9}\s*$/.test(text ?? '') ? Number(text) : 0
}

/** An error of a suite that none of its cases has. */
function errorOf(suite: Suite, message: string): OpenCase {
  const attributes = { name: suite.name || suite.file || 'suite' }
  return { attributes, depth: suite.depth + 1, result: 'error', message, faults: 0 }
}

function missingOf({ counted, shown }: Suite): string {
  return `the report counts ${counted} failure${counted === 1 ? '' : 's'}, its cases show ${shown}`
}

function isSuite(name: string): boolean {
  return name === 'testsuite' || name === 'testsuites'
}

/** The first failure or error decides the result; the messages of several are joined, each once. */
function addFault(openCase: OpenCase, fault: OpenFault): void {
  if (openCase.result === 'success' || openCase.result === 'skipped') openCase.result = fault.outcome
  const message = messageOf(fault)
  if (openCase.message.length < MAX_TEST_MESSAGE_LENGTH && !openCase.message.includes(message))
    openCase.message += openCase.message === '' ? message : `\n${message}`
}

/** The `message` and the text; one of them often repeats the other. */
function messageOf(fault: OpenFault): string {
  const { message = '', type = '' } = fault.attributes
  const text = clipped(fault.text.trim(), MAX_TEST_MESSAGE_LENGTH)
  if (text === '') return message.trim() || type
  return text.includes(clipped(message, MAX_TEST_MESSAGE_LENGTH)) ? text : `${message}\n${text}`
}

/** The outcome of a case by its elements, or else by its attributes. */
function outcomeOf({ attributes, result }: OpenCase): TestOutcome {
  if (result === 'failure' || result === 'error') return result
  const said = SAY_HOW_IT_ENDED.map((name) => WORDS.get(wordOf(attributes[name])))
  const bad = said.find((outcome) => outcome === 'failure' || outcome === 'error')
  if (bad) return bad
  if (result === 'skipped' || said.includes('skipped')) return 'skipped'
  return said.includes(undefined) ? 'error' : result
}

function wordOf(text = ''): string {
  return text.trim().toLowerCase().replace(/[ -]+/g, '_')
}

/** The word that is not known, where that is all there is to say. */
function unknownWordIn({ attributes }: OpenCase): string {
  const name = SAY_HOW_IT_ENDED.find((name) => !WORDS.has(wordOf(attributes[name])))
  return name === undefined
    ? ''
    : `the report says ${name}="${attributes[name]}", which is no word for a test that passed`
}

function resultOf(ended: OpenCase, suites: readonly Suite[]): TestResult {
  const { attributes } = ended
  const result = outcomeOf(ended)
  const message = ended.message || (result === 'error' ? unknownWordIn(ended) : '')
  const { name = '', classname, file, time } = attributes
  const named = suites.filter((suite) => suite.name !== '')
  return {
    classname: clipped(classname || named.at(-1)?.name || '', MAX_TEST_NAME_LENGTH),
    name: clipped(name, MAX_TEST_NAME_LENGTH),
    result,
    runTimeSeconds: secondsOf(time ?? ''),
    message: clipped(message, MAX_TEST_MESSAGE_LENGTH),
    file: clipped(file || suites.findLast((suite) => suite.file !== '')?.file || '', MAX_TEST_NAME_LENGTH) || null,
    source: clipped(named[0]?.name ?? UNKNOWN_TEST_SOURCE, MAX_TEST_NAME_LENGTH),
    isFlaky: false,
    attempts: [],
    attachments: [],
  }
}

/** Seconds as the runners print them: `0.012`, `1.2e-05`, `1,234.5`, or `0,012` on a machine with a German locale. */
function secondsOf(time: string): number {
  const plain = /^[1-9]\d{0,2}(?:,\d{3})+(?:\.|$)/.test(time) ? time.replaceAll(',', '') : time.replace(',', '.')
  const seconds = Number(plain)
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0
}
