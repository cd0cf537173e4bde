import { CliError, usageError } from './exit.ts'
import type { Output } from './output.ts'
import { isNowhere } from './say.ts'

/** A secret that nobody can get is better not made. */
export function requireReader(what: string): void {
  if (isNowhere('stdout'))
    throw usageError(`Standard output leads nowhere: the ${what} would be lost.`, 'Send it to a file or a pipe.')
}

/** Prints a secret that was just made, alone; `undo` is the command that ends what nobody could read. */
export function showSecret(
  output: Output,
  secret: string,
  { made, what, json, undo }: Record<'made' | 'what' | 'undo', string> & { readonly json: unknown },
): void {
  try {
    output.secret(secret, json)
  } catch (cause) {
    throw new CliError('failed', `${made} was made, but its ${what} could not be shown (${wordsOf(cause)}).`, {
      hint: `Delete it with \`${undo}\`, and make another.`,
      cause,
    })
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
