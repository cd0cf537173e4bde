import {
  clipped,
  MAX_TEST_MESSAGE_LENGTH,
  MAX_TEST_NAME_LENGTH,
  MAX_TEST_RESULTS,
  type TestOutcome,
  type TestResult,
  UNKNOWN_TEST_SOURCE,
} from './test-result.ts'
import { scanXml, type XmlAttributes, type XmlEvents } from './xml.ts'
import { XmlProblem } from './xml-reading.ts'

export type JUnitReport =
  | { readonly ok: true; readonly results: readonly TestResult[] }
  /** `line:column: what is wrong there`. */
  | { readonly ok: false; readonly problem: string }

const MAX_DEPTH = 50

/** The test cases of a JUnit XML document, in its order. No standard says what one is: read as the usual runners write. */
export function parseJUnit(xml: string): JUnitReport {
  const results: TestResult[] = []
  const problem = scanXml(xml, collectInto(results))
  return problem === null ? { ok: true, results } : { ok: false, problem: clipped(problem, 300) }
}

type Suite = {
  readonly name: string
  readonly file: string
  readonly depth: number
  /** What is wrong with the suite itself, if anything is. */
  broken: OpenCase | null
}
type OpenCase = {
  readonly attributes: XmlAttributes
  readonly depth: number
  result: TestOutcome
  message: string
}
/** An element inside a case, or a suite, that tells how it ended. */
type OpenFault = {
  readonly outcome: TestOutcome
  readonly attributes: XmlAttributes
  readonly depth: number
  text: string
}

/**
 * What the elements inside a case make of it. A case that failed and then passed (Surefire's `flakyFailure` and
 * `flakyError`) is a success, one that failed again is not.
 */
const FAULTS: ReadonlyMap<string, TestOutcome> = new Map([
  ['failure', 'failure'],
  ['rerunFailure', 'failure'],
  ['error', 'error'],
  ['rerunError', 'error'],
  ['skipped', 'skipped'],
  ['disabled', 'skipped'],
])

/** What the attributes `status` and `result` call a case that did not pass: not all runners have an element for it. */
const UNPASSED: ReadonlyMap<string, TestOutcome> = new Map([
  ['failed', 'failure'],
  ['failure', 'failure'],
  ['fail', 'failure'],
  ['error', 'error'],
  ['errored', 'error'],
  ['skipped', 'skipped'],
  ['disabled', 'skipped'],
  ['notrun', 'skipped'],
  ['not_run', 'skipped'],
  ['suppressed', 'skipped'],
  ['ignored', 'skipped'],
  ['pending', 'skipped'],
])

/** Fills `results` while a document is read. */
function collectInto(results: TestResult[]): XmlEvents {
  const path: string[] = []
  const suites: Suite[] = []
  let openCase: OpenCase | null = null
  let fault: OpenFault | null = null

  return {
    open: (name, attributes) => {
      const parent = path.at(-1)
      path.push(name)
      const depth = path.length
      const outcome = parent === 'testcase' ? FAULTS.get(name) : undefined
      const suite = suites.at(-1)
      if (depth > MAX_DEPTH) throw new XmlProblem(`elements are nested more than ${MAX_DEPTH} deep`)
      if (isSuite(name)) {
        suites.push({ name: attributes.name ?? '', file: attributes.file ?? '', depth, broken: null })
      } else if (parent === undefined) {
        throw new XmlProblem(`the root element must be testsuites or testsuite, not ${name}`)
      } else if (name === 'testcase') {
        if (openCase) throw new XmlProblem('a testcase inside a testcase')
        if (attributes.name === undefined) throw new XmlProblem('a testcase without a name')
        openCase = { attributes, depth, result: 'success', message: '' }
      } else if (outcome) {
        fault = { outcome, attributes, depth, text: '' }
      } else if (suite?.depth === depth - 1 && (name === 'error' || name === 'failure')) {
        suite.broken ??= {
          attributes: { name: suite.name || suite.file || 'suite' },
          depth,
          result: 'error',
          message: '',
        }
        fault = { outcome: 'error', attributes, depth, text: '' }
      }
    },
    text: (text) => {
      // Surefire's rerunFailure holds its text in a stackTrace element, beside a system-out that is none of ours.
      if (fault && (path.length === fault.depth || path.at(-1) === 'stackTrace')) fault.text += text
    },
    close: () => {
      const depth = path.length
      const isOfSuite = isSuite(path.pop() ?? '')
      const faulty = openCase ?? suites.at(-1)?.broken
      if (faulty && fault?.depth === depth) {
        addFault(faulty, fault)
        fault = null
      }
      if (openCase?.depth === depth) {
        push(openCase)
        openCase = null
      }
      if (isOfSuite) {
        const broken = suites.at(-1)?.broken
        if (broken) push(broken)
        suites.pop()
      }
    },
  }

  function push(ended: OpenCase): void {
    if (results.length === MAX_TEST_RESULTS) throw new XmlProblem(`more than ${MAX_TEST_RESULTS} test cases`)
    results.push(resultOf(ended, suites))
  }
}

function isSuite(name: string): boolean {
  return name === 'testsuite' || name === 'testsuites'
}

/** The first failure or error decides on the result; what several say is put together, each thing once. */
function addFault(openCase: OpenCase, fault: OpenFault): void {
  if (openCase.result === 'success' || openCase.result === 'skipped') openCase.result = fault.outcome
  const message = messageOf(fault)
  if (openCase.message.length < MAX_TEST_MESSAGE_LENGTH && !openCase.message.includes(message))
    openCase.message += openCase.message === '' ? message : `\n${message}`
}

/** The `message` and the text, of which the one often repeats the other. */
function messageOf(fault: OpenFault): string {
  const { message = '', type = '' } = fault.attributes
  const text = clipped(fault.text.trim(), MAX_TEST_MESSAGE_LENGTH)
  if (text === '') return message.trim() || type
  return text.includes(clipped(message, MAX_TEST_MESSAGE_LENGTH)) ? text : `${message}\n${text}`
}

/** What the attributes say against a case for which no element says it. */
function outcomeOf({ attributes, result }: OpenCase): TestOutcome {
  if (result === 'failure' || result === 'error') return result
  const said = [attributes.status, attributes.result].flatMap((word) => UNPASSED.get(word?.toLowerCase() ?? '') ?? [])
  return said.find((outcome) => outcome !== 'skipped') ?? said[0] ?? result
}

function resultOf(ended: OpenCase, suites: readonly Suite[]): TestResult {
  const { attributes, message } = ended
  const { name = '', classname, file, time } = attributes
  const named = suites.filter((suite) => suite.name !== '')
  return {
    classname: clipped(classname || named.at(-1)?.name || '', MAX_TEST_NAME_LENGTH),
    name: clipped(name, MAX_TEST_NAME_LENGTH),
    result: outcomeOf(ended),
    runTimeSeconds: secondsOf(time ?? ''),
    message: clipped(message, MAX_TEST_MESSAGE_LENGTH),
    file: clipped(file || suites.findLast((suite) => suite.file !== '')?.file || '', MAX_TEST_NAME_LENGTH) || null,
    source: clipped(named[0]?.name ?? UNKNOWN_TEST_SOURCE, MAX_TEST_NAME_LENGTH),
  }
}

/** Seconds as the runners print them: `0.012`, `1.2e-05`, `1,234.5`, or `0,012` where the machine speaks German. */
function secondsOf(time: string): number {
  const plain = /^[1-9]\d{0,2}(?:,\d{3})+(?:\.|$)/.test(time) ? time.replaceAll(',', '') : time.replace(',', '.')
  const seconds = Number(plain)
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0
}
