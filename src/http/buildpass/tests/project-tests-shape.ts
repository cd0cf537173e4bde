import { amount, type JsonOf, list, object, oneOf, orNull, text, time, whole } from '../../json/shape.ts'
import { muteShape, namedTestShape } from './verdict-shape.ts'

export const foundTestsShape = object({ tests: list(namedTestShape), next_after: orNull(whole(17)) })

export const testHistoryShape = object({
  test: namedTestShape,
  mute: orNull(muteShape),
  runs: list(
    object({
      build_num: whole(42),
      job: text('test'),
      branch: orNull(text('main')),
      revision: text('5a1c0de'),
      outcome: oneOf(['passed', 'failed', 'error', 'skipped', 'flaky']),
      run_time_seconds: amount(0.2),
      at: time(),
      actor: orNull(text('jane')),
    }),
  ),
  stats: object({
    runs: whole(100),
    failed: whole(3),
    failure_rate: orNull(amount(0.03)),
    median_seconds: orNull(amount(0.2)),
    p95_seconds: orNull(amount(0.4)),
    first_failure_since: orNull(object({ build_num: whole(41), at: time() })),
  }),
})

const ran = object({ build_num: whole(41), at: time() })

export const testInsightsShape = object({
  slowest: list(object({ test: namedTestShape, mean_seconds: amount(12.5), runs: whole(100) })),
  most_failing: list(object({ test: namedTestShape, failed: whole(9), runs: whole(100), failure_rate: amount(0.09) })),
  flaky: list(object({ test: namedTestShape, rate: amount(0.1), failed: whole(3), runs: whole(30) })),
  new: list(object({ test: namedTestShape, since: ran })),
  vanished: list(object({ test: namedTestShape, last_run: ran })),
})

export const mutedTestShape = object({ test: namedTestShape, mute: muteShape })
export const mutedTestsShape = object({ muted: list(mutedTestShape) })
export const unmutedShape = object({ message: oneOf(['ok', 'not muted']) })

export type FoundTestsJson = JsonOf<typeof foundTestsShape>
export type TestHistoryJson = JsonOf<typeof testHistoryShape>
export type TestInsightsJson = JsonOf<typeof testInsightsShape>
export type MutedTestJson = JsonOf<typeof mutedTestShape>
export type MutedTestsJson = JsonOf<typeof mutedTestsShape>
export type UnmutedJson = JsonOf<typeof unmutedShape>
