import { execFile } from 'node:child_process'

/** What a helper of the CI prints, trimmed; null when it is not there or fails. */
export function commandOutput(command: string, args: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(command, [...args], { timeout: 20_000 }, (error, stdout) => resolve(error ? null : stdout.trim() || null))
  })
}
