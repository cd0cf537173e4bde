import { wordTable } from '../../formats/word-table.ts'
import { XmlProblem } from '../../formats/xml/xml.ts'
import {
  clipped,
  isBad,
  MAX_TEST_MESSAGE_LENGTH,
  MAX_TEST_NAME_LENGTH,
  type TestAttempt,
  type TestOutcome,
} from '../test-result.ts'
import { endingBy, outcomeOf } from './outcome-words.ts'
import { countOf, joined, type ReportBuilder, secondsOf } from './report-builder.ts'
import { around, childrenOf, isNearly, isOneOff, outersOf, type XmlElement, type XmlFormat } from './xml-element.ts'

type Suite = {
  /** How many tests the report had before it. */
  readonly from: number
  /** The messages of its own faults, which are of no case. */
  readonly faults: string[]
  /** How many failures and errors its cases and inner suites had so far, and how many these count. */
  shown: number
  counted: number
  /** Whether a case in it did not pass. */
  isRed: boolean
}

/** JUnit XML. There is no standard: this reads what the usual runners write. */
export function junitXml(report: ReportBuilder): XmlFormat {
  const suites = new Map<XmlElement, Suite>()
  /** The first element that JUnit's suites do not have. */
  let stranger: string | null = null
  const tally = { badCases: 0, skippedCases: 0, redSuites: 0 }

  const suiteOf = (element: XmlElement) => {
    const suite = suites.get(element) ?? { from: report.count(), faults: [], shown: 0, counted: 0, isRed: false }
    suites.set(element, suite)
    return suite
  }

  const countIn = (
    element: XmlElement | undefined,
    { shown, counted, isRed }: Pick<Suite, 'shown' | 'counted' | 'isRed'>,
  ) => {
    if (!element) return
    const suite = suiteOf(element)
    suite.shown += shown
    suite.counted += counted
    suite.isRed ||= isRed
  }

  return {
    wants: (element) =>
      element.name === 'testcase' || (element.parent !== null && isSuite(element.parent) && isFaultOfSuite(element)),
    take: (element) => {
      if (element.name !== 'testcase') {
        if (element.parent) suiteOf(element.parent).faults.push(messageOf(element))
        return
      }
      const ending = endingOf(element)
      const isRed = isBad(ending.result)
      const skip = childrenOf(element, 'skipped')[0]
      if (skip) tally.skippedCases++
      // Node's own runner counts neither what is skipped and fails nor a suite of which only the body fails.
      if (isRed && !skip && !OF_SUITE.test(ending.message)) tally.badCases++
      const suite = around(element, isSuite)
      if (suite) suiteOf(suite)
      report.add({ ...placeOf(element), ...ending, runTimeSeconds: secondsOf(element.attributes.time) })
      // Some runners count the faults and not the cases.
      const faults = childrenOf(element, 'failure').length + childrenOf(element, 'error').length
      // Node's own runner counts what is still to do and fails.
      const isRedTodo = isTodo(element) && (faults > 0 || 'failure' in element.attributes)
      const shown = isRed || isRedTodo ? Math.max(1, faults) : 0
      countIn(suite, { shown, counted: shown, isRed })
    },
    leave: (element) => {
      if (!isSuite(element)) {
        if (element.parent && isSuite(element.parent) && OF_OTHERS.test(element.name)) stranger ??= element.name
        return
      }
      const { from, faults, shown, counted, isRed } = suiteOf(element)
      suites.delete(element)
      if (faults.length > 0) {
        const name = element.attributes.name || element.attributes.file || 'suite'
        const { classname, ...place } = placeOf(element)
        const message = faults.join('\n')
        report.add({
          ...place,
          classname: element.attributes.name || classname,
          name,
          result: 'error',
          runTimeSeconds: 0,
          message,
        })
      }
      if (isOfPytest(element)) report.foldAttempts(from, countOf(element.attributes.tests))
      const all = shown + faults.length
      if (isRed && element.name === 'testsuite') tally.redSuites++
      const own = countOf(element.attributes.failures) + countOf(element.attributes.errors)
      const allCounted = Math.max(counted + faults.length, own)
      const outer = around(element, isSuite)
      if (outer) countIn(outer, { shown: all, counted: allCounted, isRed })
      else report.compareFailures(allCounted, all)
    },
    end: () => {
      report.tally(tally)
      if (stranger !== null && /^test-?case/.test(stranger) && report.count() > 0)
        report.warn(`an element ${clipped(stranger, 100)} is no test case, and was left out`)
      // Another tool's report, with its tests in elements that say in another way how they ended.
      if (stranger !== null && report.count() === 0)
        throw new XmlProblem(`no test case of JUnit is in it, but elements ${clipped(stranger, 100)}`)
    },
  }
}

/**
 * pytest-rerunfailures writes what failed and was run again as what passed. Other tools repeat names for what is no test.
 */
function isOfPytest({ attributes, parent }: XmlElement): boolean {
  return attributes.name === 'pytest' || parent?.attributes.name === 'pytest tests'
}

/** How a stack of Node's own runner names what the body of a suite did. */
const OF_SUITE = /\bSuiteContext\./

/** Also an element that we do not know, if it has a message or such a name: it may be a failure with a damaged name. */
function isFaultOfSuite({ name, attributes, isDamaged }: XmlElement): boolean {
  const outcome = outcomeOf(name)
  if (outcome !== undefined) return isBad(outcome)
  // No other element of a suite begins so.
  const isLike = isNearly(name, 'error') || isNearly(name, 'failure') || (isDamaged && /^[ef]/.test(name))
  return 'message' in attributes || isLike
}

/** What other tools call a test or a suite of tests. */
const OF_OTHERS = /^(?:tests?|suites?|cases?|test-?cases?|test-?suites?)$/

function isSuite({ name }: XmlElement): boolean {
  return name === 'testsuite' || name === 'testsuites'
}

/** What a case, or a suite that broke, is called and where it belongs. */
function placeOf(element: XmlElement) {
  const { name = '', classname = '', file } = element.attributes
  const outers = [...outersOf(element), ...(isSuite(element) ? [element] : [])].filter(isSuite)
  const named = outers.filter((suite) => (suite.attributes.name ?? '') !== '')
  // Node's own runner gives this class to all cases.
  const isNoClass = classname === '' || (classname === 'test' && named.length > 0)
  return {
    classname: isNoClass ? joinedNames(named) || classname : classname,
    name,
    file: file || outers.findLast((suite) => suite.attributes.file)?.attributes.file,
    source: named[0]?.attributes.name,
    attachments: element.attachments,
  }
}

/** The names of suites within each other; many begin with that of the suite around them. */
function joinedNames(suites: readonly XmlElement[]): string {
  const inner = suites.filter(({ name }) => name === 'testsuite')
  const names = (inner.length > 0 ? inner : suites).map(({ attributes }) =>
    clipped(attributes.name ?? '', MAX_TEST_NAME_LENGTH),
  )
  let joined = ''
  // What is longer is cut: of thousands of tests each would hold all of it.
  for (const [index, name] of names.entries()) {
    if (joined.length > MAX_TEST_NAME_LENGTH) break
    if (!names[index + 1]?.startsWith(name)) joined += joined === '' ? name : ` > ${name}`
  }
  return joined
}

/** Of Node's own runner: what is still to do may fail. */
function isTodo({ children }: XmlElement): boolean {
  return children.some(({ name, attributes }) => name === 'skipped' && attributes.type === 'todo')
}

type Ending = {
  readonly result: TestOutcome
  readonly message: string
  readonly attempts: readonly TestAttempt[]
  readonly isFlaky: boolean
}

/** Failed attempts of a case that passed in the end: of Surefire, nextest and Playwright, and of pytest-rerunfailures. */
const FLAKY = wordTable<TestOutcome>({ flakyfailure: 'failure', flakyerror: 'error', rerun: 'failure' })
/** Further failed attempts of a case that failed. */
const RERUNS = wordTable<TestOutcome>({ rerunfailure: 'failure', rerunerror: 'error' })

/** The outcome by the elements in a case, or else by its attributes. */
function endingOf(element: XmlElement): Ending {
  const attempts: TestAttempt[] = []
  const reruns: TestAttempt[] = []
  let byElements: TestOutcome | null = null
  let message = ''
  /** What may say that it failed, in words if there are any: also an element that we do not know, with a message. */
  let unclear = damagedEndingOf(element) ?? (element.isDamaged ? '' : null)
  for (const child of element.children) {
    const flaky = FLAKY.get(child.name)
    const rerun = RERUNS.get(child.name)
    const outcome = faultOf(child.name)
    if (!flaky && !rerun && outcomeOf(child.name) === undefined && mayBeEnding(child)) unclear ??= ''
    if (flaky) attempts.push({ result: flaky, message: messageOf(child) })
    else if (rerun) reruns.push({ result: rerun, message: messageOf(child) })
    else if (outcome) {
      // The first failure or error decides; the messages of several are joined, each once.
      if (byElements === null || byElements === 'skipped') byElements = outcome
      const more = messageOf(child)
      if (message.length < MAX_TEST_MESSAGE_LENGTH && !message.includes(more))
        message += message === '' ? more : `\n${more}`
    }
  }
  if (reruns.length > 0 && (byElements === null || byElements === 'skipped')) {
    const [first] = reruns.splice(0, 1)
    byElements = first?.result ?? 'failure'
    message = first?.message ?? ''
  }
  const ended = isTodo(element)
    ? { result: 'skipped' as const, message }
    : byAttributes(element, byElements, message, unclear)
  return {
    ...ended,
    attempts: [...attempts, ...reruns],
    isFlaky: /^\s*flaky\s*$/i.test(element.attributes.status ?? ''),
  }
}

/** Whether an element in a case that we do not know may be one that says how it ended, with a damaged name. */
function mayBeEnding({ name, attributes }: XmlElement): boolean {
  return 'message' in attributes || ENDINGS.some((ending) => name !== ending && isNearly(name, ending))
}

const ENDINGS = ['skipped', 'failure', 'error', 'disabled'] as const

/** What an element in a case says of how it ended. */
function faultOf(name: string): TestOutcome | null {
  // Of PHPUnit up to 9: it makes the run fail, and up to 7 the suite counts it as a failure.
  if (name === 'warning') return 'failure'
  const outcome = outcomeOf(name)
  return outcome === 'success' ? null : (outcome ?? null)
}

/** Which attributes of a case say how it ended: not all runners have an element for it. */
const SAY_HOW_IT_ENDED = ['status', 'result', 'outcome', 'success']

/**
 * What an attribute says that has the name of one of these but for one character, and that it did not pass: no runner
 * writes one, so it is damage. `results="error"` may be `result`, `last_result` is another.
 */
function damagedEndingOf({ attributes }: XmlElement): string | null {
  for (const name in attributes) {
    if (SAY_HOW_IT_ENDED.includes(name)) continue
    const known = SAY_HOW_IT_ENDED.find((one) => isOneOff(name, one))
    const outcome = known && outcomeOf(attributes[name] ?? '')
    if (outcome && outcome !== 'success') return `the report says ${name}="${attributes[name]}", perhaps of ${known}`
  }
  return null
}

function byAttributes(
  { attributes, isDamaged }: XmlElement,
  byElements: TestOutcome | null,
  message: string,
  unclear: string | null,
): Pick<Ending, 'result' | 'message'> {
  if (byElements === 'failure' || byElements === 'error') return { result: byElements, message }
  const said = SAY_HOW_IT_ENDED.filter((name) => (attributes[name] ?? '').trim() !== '').map((name) => {
    const word = attributes[name] ?? ''
    return { outcome: outcomeOf(word), name, word }
  })
  const bad = said.find(({ outcome }) => outcome === 'failure' || outcome === 'error')
  if (bad?.outcome) return { result: bad.outcome, message }
  const failure = attributes.failure ?? ''
  if (!/^\s*(?:|0|false|none)\s*$/i.test(failure)) return { result: 'failure', message: message || failure }
  if (byElements === 'skipped' || said.some(({ outcome }) => outcome === 'skipped'))
    return endingBy('skipped', { field: '', message, isDamaged })
  const unknown = said.find(({ outcome }) => outcome === undefined)
  return endingBy(unknown?.word ?? 'passed', {
    field: unknown?.name ?? '',
    message: message || (unclear ?? ''),
    isDamaged: unclear !== null,
  })
}

/** The `message` and the text of an element that says what went wrong. */
function messageOf(element: XmlElement): string {
  const { message = '', type = '' } = element.attributes
  // Surefire's rerunFailure holds its text in a stackTrace element, beside a system-out that is ignored.
  const text =
    element.text +
    childrenOf(element, 'stacktrace')
      .map((trace) => trace.text)
      .join('')
  return joined(message, text) || type
}
