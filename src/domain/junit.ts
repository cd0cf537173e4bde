import { SaxesParser, type SaxesTagPlain } from 'saxes'
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

/** The test cases of a JUnit XML document, in its order. No standard says what one is: read as the usual runners write. */
export function parseJUnit(xml: string): JUnitReport {
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw new JUnitProblem(error.message)
  })
  const results = collectResults(parser)
  try {
    parser.write(xml).close()
    return { ok: true, results }
  } catch (error) {
    if (!(error instanceof JUnitProblem)) throw error
    return { ok: false, problem: clipped(error.message, 300) }
  }
}

/** Thrown through the parser, which has no other way to stop. */
class JUnitProblem extends Error {}

type Suite = { readonly name: string; readonly file: string }
type OpenCase = { readonly tag: SaxesTagPlain; result: TestOutcome; message: string }
/** An element inside a case that tells how it ended. */
type OpenFault = { readonly tag: SaxesTagPlain; readonly depth: number; text: string }

/**
 * What the elements inside a case make of it. A case that failed and then passed (Surefire's `flakyFailure` and
 * `flakyError`) is a success, one that failed again is not.
 */
const FAULTS: Readonly<Record<string, TestOutcome>> = {
  failure: 'failure',
  rerunFailure: 'failure',
  error: 'error',
  rerunError: 'error',
  skipped: 'skipped',
}

/** The list that fills with results while `parser` is fed. */
function collectResults(parser: SaxesParser): readonly TestResult[] {
  const results: TestResult[] = []
  const path: string[] = []
  const suites: Suite[] = []
  let openCase: OpenCase | null = null
  let fault: OpenFault | null = null

  parser.on('doctype', () => parser.fail('a document type declaration is not accepted'))

  parser.on('opentag', (tag) => {
    const parent = path.at(-1)
    path.push(tag.name)
    if (path.length > MAX_DEPTH) parser.fail(`elements are nested more than ${MAX_DEPTH} deep`)
    if (isSuite(tag.name)) {
      suites.push({ name: tag.attributes.name ?? '', file: tag.attributes.file ?? '' })
    } else if (parent === undefined) {
      parser.fail(`the root element must be testsuites or testsuite, not ${tag.name}`)
    } else if (tag.name === 'testcase') {
      if (openCase) parser.fail('a testcase inside a testcase')
      if (tag.attributes.name === undefined) parser.fail('a testcase without a name')
      if (results.length === MAX_TEST_RESULTS) parser.fail(`more than ${MAX_TEST_RESULTS} test cases`)
      openCase = { tag, result: tag.attributes.status === 'notrun' ? 'skipped' : 'success', message: '' }
    } else if (parent === 'testcase' && Object.hasOwn(FAULTS, tag.name)) {
      fault = { tag, depth: path.length, text: '' }
    }
  })

  const addText = (text: string) => {
    // Surefire's rerunFailure holds its text in a stackTrace element, beside a system-out that is none of ours.
    if (fault && (path.length === fault.depth || path.at(-1) === 'stackTrace')) fault.text += text
  }
  parser.on('text', addText)
  parser.on('cdata', addText)

  parser.on('closetag', (tag) => {
    if (isSuite(tag.name)) suites.pop()
    if (openCase && fault?.depth === path.length) {
      addFault(openCase, fault)
      fault = null
    }
    if (openCase?.tag === tag) {
      results.push(resultOf(openCase, suites))
      openCase = null
    }
    path.pop()
  })
  return results
}

function isSuite(name: string): boolean {
  return name === 'testsuite' || name === 'testsuites'
}

/** The first failure or error decides on the result; what several say is put together, each thing once. */
function addFault(openCase: OpenCase, fault: OpenFault): void {
  const outcome = FAULTS[fault.tag.name]
  if (outcome && (openCase.result === 'success' || openCase.result === 'skipped')) openCase.result = outcome
  const message = messageOf(fault)
  if (openCase.message.length < MAX_TEST_MESSAGE_LENGTH && !openCase.message.includes(message))
    openCase.message += openCase.message === '' ? message : `\n${message}`
}

/** The `message` and the text, of which the one often repeats the other. */
function messageOf(fault: OpenFault): string {
  const { message = '', type = '' } = fault.tag.attributes
  const text = clipped(fault.text.trim(), MAX_TEST_MESSAGE_LENGTH)
  if (text === '') return message.trim() || type
  return text.includes(clipped(message, MAX_TEST_MESSAGE_LENGTH)) ? text : `${message}\n${text}`
}

function resultOf({ tag, result, message }: OpenCase, suites: readonly Suite[]): TestResult {
  const { name = '', classname, file, time } = tag.attributes
  const named = suites.filter((suite) => suite.name !== '')
  return {
    classname: clipped(classname || named.at(-1)?.name || '', MAX_TEST_NAME_LENGTH),
    name: clipped(name, MAX_TEST_NAME_LENGTH),
    result,
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
