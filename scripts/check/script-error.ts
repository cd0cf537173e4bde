import { isSystemError, systemWords } from '../../cli/terminal/system-error.ts'

/** What ends a script, in words for the person who ran it. */
export class ScriptError extends Error {}

/** Ends a script with what went wrong: one line where it is known what it is, and a stack only for a bug. */
export function tellFailure(error: unknown): void {
  if (isSystemError(error))
    console.error(`${error.syscall} ${error.path ?? ''}: ${systemWords(error)}`.replace(' :', ':'))
  else console.error(error instanceof ScriptError ? error.message : error)
  process.exitCode = 1
}
