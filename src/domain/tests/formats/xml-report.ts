import { readXml, type XmlAttributes, type XmlEvents, XmlProblem } from '../../formats/xml/xml.ts'
import { clipped, MAX_TEST_MESSAGE_LENGTH } from '../test-result.ts'
import type { ReportBuilder } from './report-builder.ts'
import { formatOf, type OpenFormat, type RootName, rootsNear } from './roots.ts'
import { TRX_RESULTS } from './trx.ts'
import { isNearly, type XmlElement, type XmlFormat } from './xml-element.ts'

/** What the formats call a test. */
const TESTS: ReadonlySet<string> = new Set(['testcase', 'test-case', ...TRX_RESULTS, 'test', 'test-method'])

/** Not of the short names, which others are near by chance. */
function isNearlyTest(name: string): boolean {
  if (TESTS.has(name) || HOLDS_TESTS.has(name)) return false
  return [...TESTS].some((test) => test.length > 4 && isNearly(name, test))
}

/** What has tests or failures in it, and no text. */
const HOLDS_TESTS: ReadonlySet<string> = new Set(
  'testsuites testsuite testrun test-run test-results test-suite results assemblies assembly collection class errors'
    .concat(' testng-results suite test resultsummary runinfos innerresults')
    .split(' '),
)

const RUNNER_COUNT = /^\s*(suites|fail|cancelled|skipped|todo) (\d{1,9})\s*$/
/** What Node's own runner fails for when its tests have ended, and says in a comment alone. */
const LATE_ERROR = /^\s*Error: A resource generated asynchronous activity/
/** What a comment swallowed whose end was lost. */
const COMMENT_WITH_TESTS = new RegExp(
  `<!--|</?(?:[\\w-]+:)?(?:${[...TESTS, ...HOLDS_TESTS, 'failure'].join('|')})[\\s/>]`,
  'i',
)

const MAX_DEPTH = 50
const FAULTS = ['error', 'failure'] as const
/** In a text between tests: the tag of a fault, perhaps without its first character. */
const FAULT_PIECE = /(e?rror|f?ailure)(?!\p{L})/u
/** In the text of a test itself it is what is left of a tag, be it without its first character. */
const TAG_PIECE = /<|\/>|="/
// A report has a few; of one that has more, those beyond could say anything.
const MAX_CHILDREN = 1_000
/** A message is cut at fewer characters. */
const MAX_TEXT_LENGTH = 2 * MAX_TEST_MESSAGE_LENGTH
// Without a bound each of many that have no end would be read on to the end of the text.
const ATTACHMENT = /\[\[ATTACHMENT\|([^\]\n]{1,1000})\]\]/g

type XmlReportReading = {
  readonly problem: string | null
  readonly isWhole: boolean
  readonly isDamaged: boolean
  /** Of which reports are in it. */
  readonly formats: ReadonlySet<OpenFormat>
}

/**
 * Reads several reports after one another. `problem` is what is wrong with the document as a whole, `line:column: …`, or
 * null; `isWhole` is false also where it ends early, `isDamaged` where its tags are.
 */
export function readXmlReport(pieces: Iterable<string>, report: ReportBuilder): XmlReportReading {
  const now: {
    format: XmlFormat | null
    open: XmlElement | null
    last: XmlElement | null
    /** What the outermost element may be with a damaged name. */
    meant: readonly RootName[]
  } = { format: null, open: null, last: null, meant: [] }
  /** What Node's own runner counts, in comments: they are heard before the elements of their piece. */
  const told = new Map<string, number>()
  let depth = 0
  /** Elements that are kept as a whole, each within the one before it. */
  const wanted: XmlElement[] = []
  const roots: { readonly name: string; readonly position: string }[] = []
  const formats = new Set<OpenFormat>()
  /** What may have been a failure: the first name with a character that is none, or piece of a tag between tests. */
  let odd: string | null = null

  /** A test is taken when the next one begins: damage until then may be what became of its end. */
  const takeLast = () => {
    const { last } = now
    now.last = null
    if (last) now.format?.take(last)
  }
  const closeFormat = () => {
    takeLast()
    now.format?.end()
    now.format = null
  }
  const events: XmlEvents = {
    open: (written, given, { position, isDamaged }) => {
      depth++
      if (depth > MAX_DEPTH) throw new XmlProblem(`elements are nested more than ${MAX_DEPTH} deep`)
      if (roots.length === 0) roots.push({ name: written, position })
      const parent = now.open
      const isOdd = [written, ...Object.keys(given)].some((name) => name.includes('\ufffd'))
      if (isOdd) odd ??= `${position}: a name of an element or attribute`
      const element = {
        name: plainName(written),
        attributes: plainNames(shortened(given)),
        parent,
        children: [],
        text: '',
        isDamaged: isDamaged || isOdd,
        attachments: [],
      }
      if (parent && HOLDS_TESTS.has(parent.name) && isNearlyTest(element.name))
        odd ??= `${position}: an element ${written.slice(0, 100)}, perhaps a test`
      now.open = element
      if (now.format === null) {
        const format = formatOf(element, now.meant)
        now.format = format?.(report) ?? null
        if (parent === null) now.meant = rootsNear(element)
        if (format) formats.add(format)
        // A root with a damaged name: what is in it counts as one.
        else if (parent === null && now.meant.length > 0) {
          element.isDamaged = true
          odd ??= `${position}: the root element is ${written.slice(0, 100)}`
        }
      }
      if (TESTS.has(element.name)) takeLast()
      if (now.format?.wants(element)) wanted.push(element)
      else if (wanted.length > 0 && parent) {
        if (parent.children.length < MAX_CHILDREN) parent.children.push(element)
        else parent.isDamaged = true
      }
    },
    text: (text) => {
      const element = wanted.at(-1)
      if (!element && now.open && HOLDS_TESTS.has(now.open.name) && TAG_PIECE.test(text)) {
        odd ??= `the text of ${now.open.name}: a piece of a tag, perhaps of a test that failed`
        const [, piece] = FAULT_PIECE.exec(text) ?? []
        if (piece) addFault(piece.endsWith('rror') ? 'error' : 'failure', text.trim())
      }
      if (!element || !now.open) return
      if (now.open.text.length <= MAX_TEXT_LENGTH) now.open.text += text.slice(0, MAX_TEXT_LENGTH)
      if (text.includes('[[ATTACHMENT|'))
        for (const [, path = ''] of text.matchAll(ATTACHMENT)) element.attachments.push(path.trim())
    },
    close: (isImplied) => {
      const element = now.open
      if (!element) return
      depth--
      now.open = element.parent
      if (isImplied) element.isDamaged = true
      if (wanted.at(-1) === element) {
        wanted.pop()
        if (TAG_PIECE.test(element.text)) element.isDamaged = true
        if (TESTS.has(element.name)) {
          takeLast()
          now.last = element
        } else now.format?.take(element)
      } else if (wanted.length === 0) {
        // What is neither may be what became of the end of a test.
        if (HOLDS_TESTS.has(element.name)) takeLast()
        now.format?.leave(element)
      } else if (element.isDamaged && element.parent) element.parent.isDamaged = true
      if (now.open === null) closeFormat()
    },
    comment: (text) => {
      const [, what, count] = RUNNER_COUNT.exec(text) ?? []
      if (what && count) told.set(what, (told.get(what) ?? 0) + Number(count))
      if (LATE_ERROR.test(text)) report.warn(`the runner says: ${clipped(text.trim(), 200)}`)
      if (COMMENT_WITH_TESTS.test(text)) odd ??= 'a comment or instruction with tags of tests: its own end may be lost'
    },
    damage: () => {
      if (now.open) now.open.isDamaged = true
      if (now.last && wanted.length === 0) now.last.isDamaged = true
    },
  }
  /** What is left of the tag of a fault counts as one. */
  const addFault = (name: string, message: string) => {
    events.open(name, message === '' ? {} : { message }, { position: '', isDamaged: true })
    events.close(true)
  }
  const reading = readXml(pieces, events)
  if (!reading.ok) return broken(reading.problem)
  if (formats.size === 0) return broken(problemOf(roots[0]))
  if (reading.endsEarly !== null) {
    takeLast()
    const [fault] = wanted
    // A fault of a suite is one, cut or not; a test may have been any.
    if (fault && !TESTS.has(fault.name)) now.format?.take(fault)
    const cutName = plainName(reading.endsIn ?? '')
    const name = FAULTS.find((one) => cutName !== '' && (one.startsWith(cutName) || cutName.startsWith(one)))
    if (!fault && name && now.open && HOLDS_TESTS.has(now.open.name)) addFault(name, '')
    const cut = wanted[0]?.attributes.name
    report.warn(`the report ends early, at ${reading.endsEarly}${cut ? `, in "${cut}"` : ''}: what is whole is kept`)
    for (let element = now.open; element; element = element.parent)
      if (wanted.every((one) => one !== element && !isIn(element, one))) now.format?.leave(element)
    const problem = problemIn(closeFormat)
    if (problem !== null) return broken(`${reading.endsEarly}: ${problem}`)
  }
  report.compareRunner(told)
  const damage = reading.damage ?? odd
  if (damage !== null) report.warn(`the report is damaged at ${damage}`)
  return { problem: null, isWhole: reading.endsEarly === null, isDamaged: damage !== null, formats }
}

function broken(problem: string): XmlReportReading {
  return { problem, isWhole: false, isDamaged: true, formats: new Set() }
}

function problemIn(work: () => void): string | null {
  try {
    work()
    return null
  } catch (error) {
    if (error instanceof XmlProblem) return error.message
    throw error
  }
}

function isIn(element: XmlElement | null, outer: XmlElement): boolean {
  for (let one = element; one; one = one.parent) if (one === outer) return true
  return false
}

function problemOf(root: { readonly name: string; readonly position: string } | undefined): string {
  if (!root) return '1:1: neither XML nor JSON'
  return `${root.position}: the root element is ${root.name.slice(0, 100)}`
}

/** Values that no field is as long as are cut: an outer element's would be read for each test in it. */
function shortened(attributes: XmlAttributes): XmlAttributes {
  let isShort = true
  for (const name in attributes) isShort &&= (attributes[name] ?? '').length <= MAX_TEXT_LENGTH
  if (isShort) return attributes
  const entries = Object.entries(attributes).map(([name, value]) => [name, value.slice(0, MAX_TEXT_LENGTH)] as const)
  return Object.assign(Object.create(null), Object.fromEntries(entries))
}

function plainName(name: string): string {
  return name.slice(name.indexOf(':') + 1).toLowerCase()
}

const IS_PLAIN = /^[^:A-Z]*$/

function plainNames(attributes: XmlAttributes): XmlAttributes {
  let isPlain = true
  for (const name in attributes) isPlain &&= IS_PLAIN.test(name)
  if (isPlain) return attributes
  const names = Object.keys(attributes)
  const plain: Record<string, string> = Object.create(null)
  // What is written plainly goes before the same name with a prefix.
  for (const name of names) plain[plainName(name)] ??= attributes[name] ?? ''
  for (const name of names) if (IS_PLAIN.test(name)) plain[name] = attributes[name] ?? ''
  return plain
}
