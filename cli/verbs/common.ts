import { type Command, InvalidArgumentError } from 'commander'
import type { JobOptions } from '../ci/job.ts'
import { openServer } from '../server/open-server.ts'
import { abortOnSignals, Interrupted } from '../terminal/interrupt.ts'
import { type Output, openOutput, reportFailure } from '../terminal/output.ts'

export type CommonOptions = { url?: string; project?: string; json?: boolean; quiet?: boolean } & Mutable<JobOptions>
type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export function withServer(command: Command, hasResult = true): Command {
  if (hasResult) command.option('--json', 'print the result as one JSON document')
  return command
    .option('--url <url>', 'the server; else BUILDPASS_URL, else that of the last login')
    .option('--project <slug>', 'vcs/org/repo; else BUILDPASS_PROJECT, else what the CI or the Git remote says')
    .option('--quiet', 'print no progress')
}

/** Which job is meant: all of it comes from the CI's environment where there is one. */
export function withJob(command: Command): Command {
  return command
    .option('--job <name>', 'name of the job; else BUILDPASS_JOB, else the CI’s. Give each leg of a matrix its own')
    .option('--workflow <name>', 'name of the workflow; else BUILDPASS_WORKFLOW')
    .option('--branch <name>', 'branch that is built; else BUILDPASS_BRANCH')
    .option('--tag <name>', 'tag that is built; else BUILDPASS_TAG')
    .option('--revision <sha>', 'commit that is built; else BUILDPASS_REVISION')
    .option('--id <id>', 'what makes this run unique in the project; else BUILDPASS_ID. The same id is the same build')
}

/** Runs a verb against a server, and ends the process with what that came to. */
export async function runVerb(
  options: CommonOptions,
  verb: (opened: Awaited<ReturnType<typeof openServer>> & { output: Output }) => Promise<number | undefined>,
): Promise<void> {
  const output = openOutput(options)
  try {
    const opened = await openServer(options, output, abortOnSignals())
    process.exitCode = (await verb({ ...opened, output })) ?? 0
  } catch (error) {
    if (error instanceof Interrupted) {
      output.warn(`${error.message}; the same command goes on from here`)
      process.exit(error.exitCode)
    }
    process.exitCode = reportFailure(error, output.json)
  }
}

/** For what is chosen by it: an unset variable is no choice. */
export function filledOption(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.')
  return text
}

/** As `filledOption`, of each of several words. */
export function filledWords(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), filledOption(text)]
}

export function countOption(min: number, max: number): (text: string) => number {
  return (text) => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (count >= min && count <= max) return count
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
  }
}
