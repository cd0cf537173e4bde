import type { JudgedFailure } from '../../src/domain/tests/quarantine.ts'
import { answerOf, isObject, noAnswerWith, type Shape, type Shaped } from '../terminal/answer.ts'

// What the server answers about single tests, read out of its JSON.

export type TestRef = Shaped<typeof TEST>
export type Mute = Shaped<typeof MUTE>
export type Verdict =
  | { readonly verdict: 'new' | 'unknown' }
  | { readonly verdict: 'also_red'; readonly since: Shaped<typeof SINCE> }
  | ({ readonly verdict: 'flaky' } & Shaped<typeof RATE>)
export type Failure = {
  readonly test: TestRef
  readonly outcome: string
  readonly message: string
  readonly verdict: Verdict
  readonly mute: Mute | null
}

const TEST = { id: 'count', classname: 'text', name: 'text', file: 'text or null' } as const
const MUTE = { reason: 'text', until: 'time', muted_by: 'text or null' } as const
const SINCE = { build_num: 'count' } as const
const RATE = { rate: 'number', failed: 'count', runs: 'count' } as const
const FAILURE = { outcome: 'text', message: 'text' } as const
const JUDGED = { classname: 'text', name: 'text' } as const

export function failureOf(value: unknown): Failure {
  const what = 'a failed test'
  const { test, verdict, mute } = fieldsOf(value, what)
  return {
    ...answerOf(value, FAILURE, what),
    test: testOf(test),
    verdict: verdictOf(verdict),
    mute: muteOf(mute),
  }
}

/** A failed test that the command asked about. */
export function judgedOf(value: unknown): JudgedFailure {
  const what = 'a judged test'
  const mute = muteOf(fieldsOf(value, what).mute)
  return {
    ...answerOf(value, JUDGED, what),
    mute: mute && { reason: mute.reason, until: Date.parse(mute.until), mutedBy: mute.muted_by },
  }
}

export function mutedOf(value: unknown): { readonly test: TestRef; readonly mute: Mute } {
  const { test, mute } = fieldsOf(value, 'a muted test')
  return { test: testOf(test), mute: answerOf(mute, MUTE, 'a mute') }
}

export function testOf(value: unknown): TestRef {
  return answerOf(value, TEST, 'a test')
}

/** The entries of a list that an answer has at that name. */
export function entriesOf<T>(answer: unknown, name: string, read: (entry: unknown) => T): readonly T[] {
  const entries = fieldsOf(answer, `a list of ${name}`)[name]
  if (!Array.isArray(entries)) throw noAnswerWith(`a list of ${name}`)
  return entries.map(read)
}

/** Where the next page of a list begins; null after the last. */
export function nextAfterOf(answer: unknown): string | null {
  const next = fieldsOf(answer, 'a list').next_after ?? null
  if (next === null) return null
  if (typeof next === 'string' || typeof next === 'number') return String(next)
  throw noAnswerWith('the next page of a list')
}

function muteOf(value: unknown): Mute | null {
  return value === null ? null : answerOf(value, MUTE, 'a mute')
}

function verdictOf(value: unknown): Verdict {
  const what = 'a verdict'
  const { verdict } = answerOf(value, { verdict: 'text' } as const satisfies Shape, what)
  if (verdict === 'new' || verdict === 'unknown') return { verdict }
  if (verdict === 'flaky') return { verdict, ...answerOf(value, RATE, what) }
  if (verdict !== 'also_red') throw noAnswerWith(what)
  return { verdict, since: answerOf(fieldsOf(value, what).since, SINCE, what) }
}

function fieldsOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw noAnswerWith(what)
  return value
}
