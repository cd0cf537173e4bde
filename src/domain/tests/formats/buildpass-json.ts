import type { InputProblem } from '../../error.ts'
import { wordTable } from '../../formats/word-table.ts'
import {
  clipped,
  MAX_TEST_MESSAGE_LENGTH,
  MAX_TEST_NAME_LENGTH,
  MAX_TEST_RESULTS,
  type TestOutcome,
  type TestResult,
  UNKNOWN_TEST_SOURCE,
} from '../test-result.ts'

export type TestResultsReport =
  | { readonly ok: true; readonly results: readonly TestResult[] }
  | { readonly ok: false; readonly problems: readonly InputProblem[] }

/** The results in `{tests: [{name, classname?, result, run_time?, message?, file?, source?}]}`, or what is wrong. */
export function parseTestResultsJson(value: unknown): TestResultsReport {
  const tests = isRecord(value) ? value.tests : undefined
  if (!Array.isArray(tests)) return refused([{ path: 'tests', message: 'must be an array' }])
  if (tests.length > MAX_TEST_RESULTS)
    return refused([{ path: 'tests', message: `must have at most ${MAX_TEST_RESULTS} entries` }])
  const problems: InputProblem[] = []
  const results: TestResult[] = []
  for (const [index, test] of tests.entries()) {
    const result = parseTest(test, `tests.${index}`, problems)
    if (result) results.push(result)
    if (problems.length >= MAX_PROBLEMS) break
  }
  return problems.length === 0 ? { ok: true, results } : refused(problems)
}

// Enough to find the mistake of a program, which makes the same one in every entry.
const MAX_PROBLEMS = 20

const OUTCOME_NAMED = wordTable<TestOutcome>({
  success: 'success',
  passed: 'success',
  failure: 'failure',
  failed: 'failure',
  error: 'error',
  skipped: 'skipped',
})

/** One entry; or null, and what is wrong with it is added to `problems`. */
function parseTest(test: unknown, path: string, problems: InputProblem[]): TestResult | null {
  if (!isRecord(test)) {
    problems.push({ path, message: 'must be an object' })
    return null
  }
  const problemsBefore = problems.length
  const wrong = (field: string, rule: string) => problems.push({ path: `${path}.${field}`, message: rule })
  const optionalText = (field: string, maxLength: number): string | null => {
    const text = test[field] ?? null
    if (text === null || typeof text === 'string') return text && clipped(text, maxLength)
    wrong(field, 'must be a text')
    return null
  }

  const name = typeof test.name === 'string' ? clipped(test.name, MAX_TEST_NAME_LENGTH) : ''
  if (name === '') wrong('name', 'must be a text that is not empty')
  const result = typeof test.result === 'string' ? outcomeNamed(test.result) : null
  if (!result) wrong('result', 'must be success, failure, error or skipped')
  const runTimeSeconds = test.run_time ?? 0
  if (!isDuration(runTimeSeconds)) wrong('run_time', 'must be a number of seconds, 0 or more')
  const classname = optionalText('classname', MAX_TEST_NAME_LENGTH) ?? ''
  const message = optionalText('message', MAX_TEST_MESSAGE_LENGTH) ?? ''
  const file = optionalText('file', MAX_TEST_NAME_LENGTH) || null
  const source = optionalText('source', MAX_TEST_NAME_LENGTH) || UNKNOWN_TEST_SOURCE

  if (problems.length > problemsBefore || !result || !isDuration(runTimeSeconds)) return null
  return {
    classname,
    name,
    result,
    runTimeSeconds,
    message,
    file,
    source,
    isFlaky: false,
    attempts: [],
    attachments: [],
  }
}

function outcomeNamed(word: string): TestOutcome | null {
  return OUTCOME_NAMED.get(word) ?? null
}

function isDuration(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refused(problems: readonly InputProblem[]): TestResultsReport {
  return { ok: false, problems }
}
