import { readFileSync, writeFileSync } from 'node:fs'
import type { Reporter } from 'vitest/node'

/** What a run of vitest came to, and a line for each failure. */
export type Counts = {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly failures: readonly string[]
}

/** The variable that names the file into which this reporter writes. */
export const COUNTS_FILE_VARIABLE = 'BUILDPASS_COUNTS_FILE'

/** A reporter of vitest: writes the counts at the end, and nothing if vitest does not get that far. */
export default class CountsReporter implements Reporter {
  onTestRunEnd: Reporter['onTestRunEnd'] = (modules, unhandledErrors) => {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const suites = modules.flatMap((module) => [...module.children.allSuites()])
    const withState = (state: string) => tests.filter((test) => test.result().state === state).length
    // A file that does not load, a hook that throws, an error out of nowhere: each is a failure of its own.
    const broken = [...modules, ...suites].filter((part) => part.errors().length > 0)
    const failures = [
      ...tests
        .filter((test) => test.result().state === 'failed')
        .map((test) => `${test.module.relativeModuleId}: ${test.fullName}: ${firstLineOf(test.result().errors?.[0])}`),
      ...broken.map((part) => {
        const where =
          part.type === 'module' ? part.relativeModuleId : `${part.module.relativeModuleId}: ${part.fullName}`
        return `${where}: ${firstLineOf(part.errors()[0])}`
      }),
      ...unhandledErrors.map((error) => `out of nowhere: ${firstLineOf(error)}`),
    ]
    const skipped = withState('skipped') + withState('pending')
    const counts: Counts = { passed: withState('passed'), failed: failures.length, skipped, failures }
    writeFileSync(process.env[COUNTS_FILE_VARIABLE], JSON.stringify(counts))
  }
}

function firstLineOf(error: { readonly message: string } | undefined): string {
  return error?.message.split('\n', 1)[0] ?? 'no message'
}

/** The counts that the reporter left in that file, or null. */
export function readCounts(file: string): Counts | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    console.error('vitest left no counts that can be read:', error)
    return null
  }
}
