import * as v from 'valibot'
import {
  amount,
  exactly,
  type JsonOf,
  list,
  named,
  object,
  oneOf,
  orNull,
  text,
  time,
  whole,
} from '../../json/shape.ts'

const test = { id: whole(17), classname: text('cart'), name: text('adds'), file: orNull(text('test/cart.test.js')) }
export const namedTestShape = named('Test', object(test))

export const muteShape = named(
  'Mute',
  object({
    reason: text('the payment sandbox is down'),
    until: time('2026-12-24T09:00:00.000Z'),
    /** Null where that person was removed from the instance. */
    muted_by: orNull(text('jane')),
    muted_at: time(),
  }),
)

const rate = { rate: amount(0.1), failed: whole(3), runs: whole(30) }

export const verdictShape = named(
  'Verdict',
  v.variant('verdict', [
    object({ verdict: exactly('new') }),
    object({
      verdict: exactly('also_red'),
      since: object({ build_num: whole(41), pipeline_number: whole(12), at: time() }),
    }),
    object({ verdict: exactly('flaky'), ...rate }),
    object({ verdict: exactly('unknown') }),
  ]),
)

/** `muted` of them are muted; `unjudged` are more than are looked at. */
const countsShape = object({
  new: whole(2),
  also_red: whole(3),
  flaky: whole(1),
  unknown: whole(0),
  muted: whole(0),
  unjudged: whole(0),
})

const SUMMARY = '2 new failures, 1 flaky, 3 also red on main'

export const failuresShape = object({
  build_num: whole(42),
  tests: object({ passed: whole(812), failed: whole(5), errors: whole(1), skipped: whole(7), flaky: whole(2) }),
  warnings: list(text('the report counts 2 failures, its cases show 1')),
  summary: text(SUMMARY),
  compared_with: orNull(object({ pipeline_number: whole(12), branch: text('main') })),
  counts: countsShape,
  failures: list(
    object({
      test: namedTestShape,
      outcome: oneOf(['failed', 'error']),
      message: text('expected 3 to be 4'),
      run_time_seconds: amount(0.2),
      verdict: verdictShape,
      mute: orNull(muteShape),
    }),
  ),
  next_after: orNull(whole(17)),
})

export const judgedShape = object({
  failures: list(
    object({
      classname: text('cart'),
      name: text('adds'),
      file: orNull(text('test/cart.test.js')),
      verdict: verdictShape,
      mute: orNull(muteShape),
    }),
  ),
  counts: countsShape,
  summary: text(SUMMARY),
})

export type NamedTestJson = JsonOf<typeof namedTestShape>
export type MuteJson = JsonOf<typeof muteShape>
export type VerdictJson = JsonOf<typeof verdictShape>
export type VerdictCountsJson = JsonOf<typeof countsShape>
export type FailuresJson = JsonOf<typeof failuresShape>
export type JudgedJson = JsonOf<typeof judgedShape>
