import type { LeftOut } from '../files/find-files.ts'
import { type Outcomes, openPool, settleEach } from '../pool.ts'
import type { Server } from '../server/server.ts'
import { CliError, EXIT } from './exit.ts'
import { type Output, reportFailure } from './output.ts'
import { systemCodeOf, systemFailure } from './system-error.ts'

/** The outcome for many files: those that were moved, those that failed, and those that were left out. */
export type Outcome<R> = Outcomes<R> & { readonly leftOut: readonly LeftOut[] }

/** Moves files, several at once; failures are reported when all are done. */
export async function moveEach<T, R>(
  server: Server,
  items: readonly T[],
  parallel: number,
  move: (item: T) => Promise<R>,
): Promise<Outcomes<R>> {
  const { done, failures, untried } = await settleEach(
    items,
    openPool(parallel),
    (item) => {
      server.signal.throwIfAborted()
      return move(item)
    },
    isHopeless,
  )
  server.signal.throwIfAborted()
  const told = failures.map((failure) => systemFailure(failure))
  if (untried > 0) {
    const { failure } = told.find((one): one is CliError => one instanceof CliError) ?? { failure: 'failed' }
    told.push(new CliError(failure, untried === 1 ? '1 more was not tried.' : `${untried} more were not tried.`))
  }
  return { done, failures: told }
}

/** Whether the next file would fail in the same way. */
function isHopeless(failure: unknown): boolean {
  if (['ENOSPC', 'EDQUOT', 'EROFS'].includes(systemCodeOf(failure) ?? '')) return true
  return failure instanceof CliError && (failure.failure === 'unreachable' || failure.failure === 'refused')
}

export function warnOfLeftOut(leftOut: readonly LeftOut[], output: Output): void {
  for (const { path, reason } of leftOut) output.warn(`left out ${path}: ${reason}`)
}

/** `, 2 left out, 1 failed`. */
export function shortfallText({ leftOut, failures }: Outcome<unknown>): string {
  return `${leftOut.length > 0 ? `, ${leftOut.length} left out` : ''}${failures.length > 0 ? `, ${failures.length} failed` : ''}`
}

/** All failures; files that were left out are one with `strict`, or if nothing else was there. */
export function failuresOf({ done, failures, leftOut }: Outcome<unknown>, strict = false): readonly unknown[] {
  if (leftOut.length === 0 || !(strict || done.length + failures.length === 0)) return failures
  // A folder counts as one, since its files were not looked at.
  const count =
    leftOut.length === 1 ? '1 file or folder was left out' : `${leftOut.length} files or folders were left out`
  return [...failures, new CliError('left_out', strict ? `${count}.` : `${count}, and there is no other.`)]
}

/** Prints the result and each failure, the same words only once; gives the exit code of the first failure. */
export function settle(line: string, result: object, failures: readonly unknown[], output: Output): number {
  const [first, ...others] = failures
  if (first === undefined) {
    output.result(line, result)
    return EXIT.ok
  }
  if (!output.json) output.result(line, result)
  const code = reportFailure(first, output.json, { ...result, failures: failures.map(failureJson) })
  const told = new Set([wordsOf(first)])
  for (const other of others) {
    if (!told.has(wordsOf(other))) reportFailure(other, false)
    told.add(wordsOf(other))
  }
  return code
}

function wordsOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure)
}

function failureJson(failure: unknown): object {
  const { failure: code = 'failed', message, hint = null, status = null } = failure as CliError
  return { code, message, hint, status }
}
