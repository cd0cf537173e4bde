import type { ReportReading } from './formats/read-report.ts'
import type { Mute } from './named-test.ts'
import { isBad, type TestResult } from './test-result.ts'
import { MAX_JUDGED } from './verdict.ts'

/** How the command ended that wrote the reports. */
export type CommandEnd = {
  readonly exitCode: number
  /** Whether a signal ended it, or told it to. */
  readonly isSignaled: boolean
  readonly startedAt: Date
}

export type FoundReport = {
  readonly path: string
  /** Null for a file that could not be looked at. */
  readonly modifiedAt: Date | null
  readonly reading: ReportReading
}

/** A failed test by the server's word. */
export type JudgedFailure = {
  readonly classname: string
  readonly name: string
  /** Null: its failures count. */
  readonly mute: Omit<Mute, 'mutedAt'> | null
}

export type Ruling =
  | { readonly letsPass: true; readonly failures: readonly JudgedFailure[] }
  | { readonly letsPass: false; readonly doubts: readonly string[] }

/** From here on it is the shell's word: the program cannot be run, is not there, or a signal ended it. */
const FIRST_CODE_OF_SHELL = 126
/** File systems take the time from a clock that is some ticks behind. */
const CLOCK_TICKS_MS = 20
const MAX_NAMED = 5

/** The tests that failed, of all reports. */
export function failuresIn(reports: readonly FoundReport[]): readonly TestResult[] {
  return reports.flatMap(({ reading }) =>
    reading.ok ? reading.report.tests.filter(({ result }) => isBad(result)) : [],
  )
}

/** Why the reports may not be all that failed; where that is so, no mute counts. */
export function doubtsOf(end: CommandEnd, reports: readonly FoundReport[]): readonly string[] {
  const ending = doubtOfEnd(end)
  if (ending !== null) return [ending]
  const doubts = reports.flatMap((report) => doubtsOfReport(end, report))
  const count = failuresIn(reports).length
  if (reports.length === 0) doubts.push('no test report was found')
  else if (count === 0 && doubts.length === 0) doubts.push('the command failed, and no report has a failed test')
  if (count > MAX_JUDGED) doubts.push(`more than ${MAX_JUDGED} tests failed`)
  return doubts
}

/** Why the way in which the command ended is none of a test runner whose tests failed; null where it may be. */
export function doubtOfEnd({ exitCode, isSignaled }: CommandEnd): string | null {
  if (isSignaled) return 'a signal ended the command, or told it to end'
  const isOwn = exitCode > 0 && exitCode < FIRST_CODE_OF_SHELL
  return isOwn ? null : `the exit code ${exitCode} does not say that tests failed`
}

function doubtsOfReport({ startedAt }: CommandEnd, { path, modifiedAt, reading }: FoundReport): string[] {
  if (!reading.ok) return [`${path}: ${reading.problem}`]
  const { tests, warnings } = reading.report
  const isOld = modifiedAt !== null && modifiedAt.getTime() < startedAt.getTime() - CLOCK_TICKS_MS
  return [
    ...(isOld ? [`${path} was written before the command began`] : []),
    ...(tests.length === 0 ? [`${path} has no test`] : []),
    ...warnings.map((warning) => `${path}: ${warning}`),
  ]
}

/**
 * Whether a failed command counts as passed: only where its reports leave no doubt, and each of the tests that failed is
 * muted.
 */
export function rulingOf(
  end: CommandEnd,
  reports: readonly FoundReport[],
  judged: readonly JudgedFailure[],
  now: Date,
): Ruling {
  const failures = failuresIn(reports)
  const isSame = judged.length === failures.length && failures.every((failure, at) => isThat(failure, judged[at]))
  const loud = judged.filter(({ mute }) => !(mute && mute.until > now.getTime()))
  const doubts = [
    ...doubtsOf(end, reports),
    ...(isSame ? [] : ['the server judged other tests than those that failed']),
    ...(loud.length === 0 ? [] : [`not muted: ${namesOf(loud)}`]),
  ]
  return doubts.length === 0 ? { letsPass: true, failures: judged } : { letsPass: false, doubts }
}

function isThat({ classname, name }: TestResult, judged: JudgedFailure | undefined): boolean {
  return judged?.classname === classname && judged.name === name
}

function namesOf(failures: readonly JudgedFailure[]): string {
  const named = failures.slice(0, MAX_NAMED).map(testTitle)
  return `${named.join(', ')}${failures.length > MAX_NAMED ? ` and ${failures.length - MAX_NAMED} more` : ''}`
}

/** A test as lists show it. */
export function testTitle({ classname, name }: { readonly classname: string; readonly name: string }): string {
  return classname === '' ? name : `${classname} › ${name}`
}
