export type TestOutcome = 'success' | 'failure' | 'error' | 'skipped'

export function isBad(result: TestOutcome): boolean {
  return result === 'failure' || result === 'error'
}

/** One test case of a report. */
export type TestResult = {
  readonly classname: string
  readonly name: string
  readonly result: TestOutcome
  readonly runTimeSeconds: number
  /** What went wrong, or why the case was skipped; empty, never null, where the report does not say. */
  readonly message: string
  readonly file: string | null
  /** The runner or suite that the case comes from. */
  readonly source: string
  /** Passed after it had failed. */
  readonly isFlaky: boolean
  /** The attempts before the last one. */
  readonly attempts: readonly TestAttempt[]
  /** Paths of files that the report attaches to the case. */
  readonly attachments: readonly string[]
}

/** One of several runs of a case. */
export type TestAttempt = { readonly result: TestOutcome; readonly message: string }

/** All that a report says. */
export type TestReport = {
  readonly tests: readonly TestResult[]
  /** What the report leaves in doubt, in sentences for people. */
  readonly warnings: readonly string[]
}

export const MAX_TEST_REPORT_BYTES = 16 * 1024 ** 2
export const MAX_TEST_RESULTS = 50_000
/** Of one test in one report. */
export const MAX_ATTEMPTS = 20
export const MAX_TEST_MESSAGE_LENGTH = 10_000
export const MAX_TEST_NAME_LENGTH = 1_000
export const UNKNOWN_TEST_SOURCE = 'unknown'

/** A well-formed text of at most `maxLength` UTF-16 units, with an ellipsis where it was cut. */
export function clipped(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text.toWellFormed()
  // The cut may have gone through a surrogate pair, whose half is dropped.
  const kept = text.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '')
  return `${kept.toWellFormed()}…`
}
