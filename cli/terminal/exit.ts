import type { ErrorCode, InputProblem } from '../../src/domain/error.ts'

/** What each exit code says; `run` otherwise ends as its command did. Kept in step with docs/cli.md by a test. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  not_found: 4,
  conflict: 5,
  unreachable: 6,
  corrupt: 7,
  not_green: 8,
  left_out: 9,
} as const

export type Failure = Exclude<keyof typeof EXIT, 'ok'>

export const EXIT_MEANING: Record<keyof typeof EXIT, string> = {
  ok: 'done',
  failed: 'the server said no to what was asked, or a file could not be read or written',
  usage:
    'wrong usage: an unknown option, a setting that is missing, a glob that matches nothing (what others match is sent)',
  refused: 'the token is missing, wrong or expired (401), or does not permit this (403)',
  not_found: 'no such project, build, artifact or token (404)',
  conflict: 'the build has other bytes at that path (409)',
  unreachable: 'the server could not be reached, or stayed busy, after all retries',
  corrupt: 'the bytes are not what their digest says',
  not_green: '`status --exit-status`: the newest result is not a success',
  left_out: 'something was left out, and `--strict` was said or nothing else was there to send',
}

/** The codes that are not ours to choose. */
export const OTHER_CODES = {
  '126': '`run`: the command cannot be run, as a file that is no program',
  '127': '`run`: there is no such command',
  '128 + n': 'signal n ended the command of `run`, or stopped `upload` or `download` (130 for Ctrl-C)',
} as const

/** What ends a verb, in words for the person who ran it. */
export class CliError extends Error {
  readonly failure: Failure
  /** What to do about it. */
  readonly hint: string | null
  /** The HTTP status, where a server's answer was the reason. */
  readonly status: number | null
  /** Why the server refused, by its word for programs; null where it gave none, as older ones do, or one that is not known. */
  readonly code: ErrorCode | null
  /** The server's reasons for each refused field. */
  readonly problems: readonly InputProblem[]

  constructor(
    failure: Failure,
    message: string,
    more: {
      hint?: string | null
      status?: number | null
      code?: ErrorCode | null
      problems?: readonly InputProblem[]
      cause?: unknown
    } = {},
  ) {
    super(message, { cause: more.cause })
    this.failure = failure
    this.hint = more.hint ?? null
    this.status = more.status ?? null
    this.code = more.code ?? null
    this.problems = more.problems ?? []
  }
}

export function usageError(message: string, hint?: string): CliError {
  return new CliError('usage', message, { hint: hint ?? null })
}
