import { isBad, MAX_TEST_RESULTS, type TestAttempt } from '../test-result.ts'
import { endingBy, outcomeOf } from './outcome-words.ts'
import { joined, type ReadTest, type ReportBuilder } from './report-builder.ts'

type Fields = Readonly<Record<string, unknown>>

/** Whether a JSON value is a report in the Common Test Report Format. */
export function isCtrf(value: unknown): boolean {
  const fields = fieldsOf(value)
  return fields.reportFormat === 'CTRF' || Array.isArray(fieldsOf(fields.results).tests)
}

/** What is wrong with such a report as a whole, or null: what is odd in one test costs no more than that one. */
export function readCtrf(value: unknown, report: ReportBuilder): string | null {
  const results = fieldsOf(fieldsOf(value).results)
  if (!Array.isArray(results.tests)) return 'results.tests must be an array'
  if (results.tests.length > MAX_TEST_RESULTS) return `more than ${MAX_TEST_RESULTS} test cases`
  const source = textOf(fieldsOf(results.tool).name)
  let shown = 0
  results.tests.forEach((entry: unknown, index) => {
    if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) {
      report.warn(`results.tests.${index} is no test, and was left out`)
      return
    }
    const test = testOf(fieldsOf(entry), source)
    if (isBad(test.result)) shown++
    report.add(test)
  })
  const { failed } = fieldsOf(results.summary)
  report.compareFailures(typeof failed === 'number' && failed >= 0 ? failed : 0, shown)
  return null
}

function testOf(test: Fields, source: string): ReadTest {
  const message = joined(textOf(test.message), textOf(test.trace))
  const status = textOf(test.status)
  // `other` is what the format has no word for; the runner's own word may say more.
  const word = status === 'other' && outcomeOf(textOf(test.rawStatus)) !== undefined ? textOf(test.rawStatus) : status
  const ending = endingBy(word, { field: 'status', message })
  const attempts = attemptsOf(test, ending)
  return {
    classname: Array.isArray(test.suite) ? test.suite.map(textOf).join(' > ') : textOf(test.suite),
    name: textOf(test.name),
    ...ending,
    runTimeSeconds: typeof test.duration === 'number' ? test.duration / 1_000 : 0,
    file: textOf(test.filePath),
    source,
    isFlaky: test.flaky === true || (typeof test.retries === 'number' && test.retries > 0),
    attempts,
    attachments: listOf(test.attachments).flatMap((attachment) => textOf(fieldsOf(attachment).path) || []),
  }
}

/** The attempts that failed; some writers list the last one too, which is the test itself. */
function attemptsOf(test: Fields, last: TestAttempt): readonly TestAttempt[] {
  const attempts = listOf(test.retryAttempts).map((attempt) => {
    const { status, message, trace } = fieldsOf(attempt)
    return endingBy(textOf(status), { field: 'status', message: joined(textOf(message), textOf(trace)) })
  })
  const failed = attempts.filter(({ result }) => isBad(result))
  const isLastListed = isBad(last.result) && typeof test.retries === 'number' && failed.length > test.retries
  return isLastListed ? failed.slice(0, -1) : failed
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return withoutControls(value)
  return typeof value === 'number' ? String(value) : ''
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for; colours begin with U+001B.
const CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]/g

function withoutControls(text: string): string {
  return text.replace(CONTROLS, '\ufffd')
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
