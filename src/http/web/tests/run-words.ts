import type { StatusClass } from '../../../domain/builds/build.ts'
import type { RunOutcome } from '../../../domain/tests/test-runs.ts'
import { percentText } from '../parts/percent-text.ts'

/** What each end of a test in a build is called, and its colour; its sign is the stylesheet's. */
export const RUN_WORDS: Record<RunOutcome, { readonly word: string; readonly class: StatusClass }> = {
  success: { word: 'passed', class: 'green' },
  flaky: { word: 'passed after it failed', class: 'waiting' },
  failure: { word: 'failed', class: 'red' },
  error: { word: 'broke', class: 'red' },
  mixed: { word: 'failed and passed', class: 'red' },
  skipped: { word: 'skipped', class: 'stopped' },
}

/** `3 of 20 runs (15%)`. */
export function shareText(failed: number, runs: number): string {
  const count = (number: number) => number.toLocaleString('en-US')
  return `${count(failed)} of ${count(runs)} ${runs === 1 ? 'run' : 'runs'} (${percentText(failed / runs)})`
}
