import { neighboursIn, numbersText, placesOf, withNumbers } from './test-numbers.ts'
import type { TestOutcome } from './test-result.ts'

/** How a test ended in a report. `mixed`: the report has it several times, and it failed and passed. */
export type RunOutcome = TestOutcome | 'flaky' | 'mixed'

export type TestRun = { readonly outcome: RunOutcome; readonly runTimeSeconds: number }

const LETTERS: Record<RunOutcome, string> = {
  success: 'P',
  flaky: 'K',
  skipped: 'S',
  failure: 'F',
  error: 'E',
  mixed: 'M',
}
const OUTCOME_OF = new Map(Object.entries(LETTERS).map(([outcome, letter]) => [letter, outcome as RunOutcome]))
const ABSENT = '.'

/** Whether the test passed at least once in that report. */
export const HAS_PASSED: Record<RunOutcome, boolean> = {
  success: true,
  flaky: true,
  mixed: true,
  skipped: false,
  failure: false,
  error: false,
}

/** Whether the test failed at least once in that report, and no later attempt passed. */
export const HAS_FAILED: Record<RunOutcome, boolean> = {
  failure: true,
  error: true,
  mixed: true,
  success: false,
  flaky: false,
  skipped: false,
}

/** The outcome of a test that a report has twice. */
export function bothOutcomes(one: RunOutcome, other: RunOutcome): RunOutcome {
  if (one === other) return one
  const [bad] = (['mixed', 'failure', 'error'] as const).filter((outcome) => outcome === one || outcome === other)
  if (bad) return HAS_PASSED[one] || HAS_PASSED[other] ? 'mixed' : bad
  return one === 'flaky' || other === 'flaky' ? 'flaky' : 'success'
}

/** The runs of a report as two texts, see `readRuns`. */
export type RunsText = { readonly outcomes: string; readonly times: string }

/**
 * The runs of a report by the number of their test. `outcomes` has stretches of equal ones in the order of the numbers,
 * from 0: `1046.5000P2F` is nothing for 1,046 numbers, 5,000 passes and 2 failures. Where tests are missing in many places
 * it begins with which numbers are there: `numbersText`. `times` has a character for each run, in that order.
 */
export function textOfRuns(runs: ReadonlyMap<number, TestRun>): RunsText {
  const numbers = Float64Array.from(runs.keys()).sort()
  const all = openStretches()
  const present = openStretches()
  const times: string[] = []
  let next = 0
  for (const number of numbers) {
    const run = runs.get(number)
    if (!run) continue
    if (number > next) all.add(ABSENT, number - next)
    all.add(LETTERS[run.outcome], 1)
    present.add(LETTERS[run.outcome], 1)
    times.push(timeLetterOf(run.runTimeSeconds))
    next = number + 1
  }
  const [plain, byNumbers] = [all.text(), `${numbersText(numbers)}${present.text()}`]
  return { outcomes: byNumbers.length < plain.length ? byNumbers : plain, times: times.join('') }
}

function openStretches() {
  const parts: string[] = []
  let [letter, length] = [ABSENT, 0]
  const end = () => {
    if (length > 0) parts.push(length === 1 ? letter : `${length}${letter}`)
  }
  return {
    add: (other: string, count: number) => {
      if (other !== letter) {
        end()
        letter = other
        length = 0
      }
      length += count
    },
    text: () => {
      end()
      return parts.join('')
    },
  }
}

/** Equal outcomes of tests with neighbouring numbers. */
type Stretch = {
  readonly first: number
  readonly count: number
  readonly outcome: RunOutcome
  /** How many runs are before it. */
  readonly before: number
}

export type Runs = { readonly stretches: readonly Stretch[]; readonly times: string }

/** What `textOfRuns` wrote. Throws where it is none. */
export function readRuns({ outcomes, times = '' }: Pick<RunsText, 'outcomes'> & Partial<RunsText>): Runs {
  const own = withNumbers(outcomes)
  const stretches = stretchesIn(own?.stretches ?? outcomes)
  return { stretches: own ? placed(stretches, neighboursIn(own.numbers)) : stretches, times }
}

function stretchesIn(text: string): Stretch[] {
  const stretches: Stretch[] = []
  let first = 0
  let before = 0
  for (const [, digits, letter = ''] of text.matchAll(/(\d*)(\D)/g)) {
    const count = digits === '' ? 1 : Number(digits)
    if (letter !== ABSENT) {
      stretches.push({ first, count, outcome: outcomeOf(letter), before })
      before += count
    }
    first += count
  }
  return stretches
}

/** Stretches of tests that are there, by the numbers that these have. */
function placed(stretches: readonly Stretch[], neighbours: Iterable<{ first: number; count: number }>): Stretch[] {
  const all: Stretch[] = []
  let [at, used, before] = [0, 0, 0]
  for (const { first, count } of neighbours)
    for (let done = 0; done < count; ) {
      const stretch = stretches[at]
      if (!stretch) return all
      const some = Math.min(count - done, stretch.count - used)
      all.push({ first: first + done, count: some, outcome: stretch.outcome, before })
      done += some
      before += some
      used += some
      if (used === stretch.count) {
        at++
        used = 0
      }
    }
  return all
}

/** The run of one test; null where the report has none. */
export function runIn({ stretches, times }: Runs, number: number): TestRun | null {
  let [low, high] = [0, stretches.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const stretch = stretches[middle]
    if (!stretch) return null
    const { first, count, outcome, before } = stretch
    if (number < first) high = middle - 1
    else if (number >= first + count) low = middle + 1
    else return { outcome, runTimeSeconds: secondsOfLetter(times.charAt(before + number - first)) }
  }
  return null
}

/** A run, and its place in `times`. */
export type PlacedRun = { readonly outcome: RunOutcome; readonly place: number }

/** The runs of the tests with these numbers, which ascend. Reads no more of `outcomes` than it must. */
export function runsAmong(outcomes: string, numbers: readonly number[]): Map<number, PlacedRun> {
  const own = withNumbers(outcomes)
  if (!own) return runsInStretches(outcomes, numbers)
  const places = placesOf(own.numbers, numbers)
  const found = runsInStretches(own.stretches, [...places.values()])
  const runs = new Map<number, PlacedRun>()
  for (const [number, place] of places) {
    const run = found.get(place)
    if (run) runs.set(number, run)
  }
  return runs
}

function runsInStretches(text: string, numbers: readonly number[]): Map<number, PlacedRun> {
  const runs = new Map<number, PlacedRun>()
  let [digits, first, before, next] = [0, 0, 0, 0]
  for (let at = 0; at < text.length && next < numbers.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= ZERO && code <= ZERO + 9) {
      digits = digits * 10 + code - ZERO
      continue
    }
    const count = digits === 0 ? 1 : digits
    const letter = text.charAt(at)
    const outcome = letter === ABSENT ? null : outcomeOf(letter)
    for (; (numbers[next] ?? Number.POSITIVE_INFINITY) < first + count; next++) {
      const number = numbers[next] ?? 0
      if (outcome) runs.set(number, { outcome, place: before + number - first })
    }
    if (outcome) before += count
    first += count
    digits = 0
  }
  return runs
}

const ZERO = 48

function outcomeOf(letter: string): RunOutcome {
  const outcome = OUTCOME_OF.get(letter)
  if (!outcome) throw new Error(`no outcome of a test is written ${letter}`)
  return outcome
}

/** All runs, in the order of the tests' numbers. */
export function* runsIn({ stretches, times }: Runs): Iterable<TestRun & { readonly number: number }> {
  for (const { first, count, outcome, before } of stretches)
    for (let i = 0; i < count; i++)
      yield { number: first + i, outcome, runTimeSeconds: secondsOfLetter(times.charAt(before + i)) }
}

const TIME_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** Each letter stands for 30 % more than the one before, from a millisecond to some three hours. */
const TIME_STEP = 1.3
const SHORTEST_SECONDS = 0.001

function timeLetterOf(seconds: number): string {
  const step =
    seconds < SHORTEST_SECONDS ? 0 : 1 + Math.round(Math.log(seconds / SHORTEST_SECONDS) / Math.log(TIME_STEP))
  return TIME_LETTERS.charAt(Math.min(step, TIME_LETTERS.length - 1))
}

/** Within 14 % of what the report said; 0 for less than a millisecond. */
export function secondsOfLetter(letter: string): number {
  const step = letter === '' ? 0 : TIME_LETTERS.indexOf(letter)
  return step <= 0 ? 0 : SHORTEST_SECONDS * TIME_STEP ** (step - 1)
}
