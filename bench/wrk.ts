import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ScriptError, tellFailure } from '../scripts/check/script-error.ts'

/** Runs wrk and gives what it prints. */
export async function runWrk(args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('wrk', args)
  return stdout
}

/** Ends the script, in words, where the machine has no wrk. */
export async function requireWrk(): Promise<void> {
  try {
    await runWrk(['-v'])
  } catch (error) {
    // It ends with 1 after it has told its version.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return
    tellFailure(
      new ScriptError('This needs wrk (https://github.com/wg/wrk): apt-get install wrk, or brew install wrk.'),
    )
    process.exit(1)
  }
}
