import { clipped } from '../../src/domain/tests/test-result.ts'
import { type CliError, usageError } from '../terminal/exit.ts'

/** Longer than a system's paths; of much longer ones picomatch makes no regular expression, or takes minutes. */
const MAX_PATTERN_LENGTH = 4_096
const SHOWN_LENGTH = 41

/** Why a path or pattern that somebody named cannot be looked for; null when it can. */
export function patternProblem(glob: string): CliError | null {
  if (glob.length <= MAX_PATTERN_LENGTH) return null
  return usageError(
    `"${clipped(glob, SHOWN_LENGTH)}" is too long: a path or pattern has at most ${MAX_PATTERN_LENGTH.toLocaleString('en')} characters.`,
    'Are there quotes around a list? Each path or pattern is an argument of its own.',
  )
}
