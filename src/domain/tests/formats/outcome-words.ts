import { wordTable } from '../../formats/word-table.ts'
import { isBad, type TestOutcome } from '../test-result.ts'

/** The words of all formats for how a test ended. A word that is not here is an error, never a success. */
const WORDS: ReadonlyMap<string, TestOutcome> = wordTable<TestOutcome>({
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
  passedbutrunaborted: 'success',
  success_percentage_failure: 'success',
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
  cancelled: 'error',
  canceled: 'error',
  interrupted: 'error',
  invalid: 'error',
  notrunnable: 'error',
  inprogress: 'error',
  disconnected: 'error',
  skip: 'skipped',
  skipped: 'skipped',
  disabled: 'skipped',
  notrun: 'skipped',
  not_run: 'skipped',
  notexecuted: 'skipped',
  suppressed: 'skipped',
  ignored: 'skipped',
  ignore: 'skipped',
  explicit: 'skipped',
  incomplete: 'skipped',
  inconclusive: 'skipped',
  pending: 'skipped',
  todo: 'skipped',
  xfail: 'skipped',
})

/** What a word means, however it is written. */
export function outcomeOf(word: string): TestOutcome | undefined {
  return WORDS.get(word) ?? WORDS.get(word.trim().toLowerCase().replace(/[ -]+/g, '_'))
}

/** How a test ended by a word of its report. What nobody knows, or may be damaged, is an error if it is no failure. */
export function endingBy(
  word: string,
  { field, message, isDamaged = false }: { field: string; message: string; isDamaged?: boolean },
): { readonly result: TestOutcome; readonly message: string } {
  const result = outcomeOf(word)
  if (result === undefined) {
    const unknown = `the report says ${field}="${word}", which is no word for a test that passed`
    return { result: 'error', message: message || unknown }
  }
  if (isBad(result) || !isDamaged) return { result, message }
  return { result: 'error', message: message || 'the report is damaged in this test' }
}

/** Whether a suite or a run says by a word that it failed; one that nobody knows does. */
export function hasFailed(word = ''): boolean {
  if (/^\s*(?:|warning|information)\s*$/i.test(word)) return false
  return isBad(outcomeOf(word) ?? 'error')
}
