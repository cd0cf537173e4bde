import {
  amount,
  exactly,
  flag,
  IDS,
  type JsonOf,
  list,
  named,
  object,
  oneOf,
  orNull,
  text,
  time,
  uuid,
  whole,
} from '../../json/shape.ts'

const STOPPED = '2026-11-24T09:01:01.000Z'

const flakyTestShape = object({
  test_name: text('adds'),
  classname: text('cart'),
  source: text('unit'),
  file: orNull(text('test/cart.test.js')),
  job_name: text('test'),
  job_number: whole(42),
  pipeline_number: whole(12),
  workflow_id: uuid(IDS.workflow),
  workflow_name: text('build-and-test'),
  workflow_created_at: time(),
  times_flaked: whole(3),
  time_wasted: whole(1),
})
export const flakyTestsShape = named(
  'FlakyTests',
  object({ flaky_tests: list(flakyTestShape), total_flaky_tests: whole(1) }),
)

export const workflowMetricsShape = named(
  'WorkflowMetrics',
  object({
    name: text('build-and-test'),
    project_id: uuid(IDS.project),
    window_start: time(),
    window_end: time(STOPPED),
    metrics: object({
      total_runs: whole(20),
      successful_runs: whole(18),
      failed_runs: whole(2),
      success_rate: amount(0.9),
      throughput: amount(0.7),
      mttr: amount(620),
      total_recoveries: whole(2),
      total_credits_used: exactly(0),
      duration_metrics: object({
        min: amount(40),
        mean: amount(61),
        median: amount(58),
        p95: amount(90),
        max: amount(120),
        standard_deviation: amount(12.5),
      }),
    }),
  }),
)

export const workflowRunShape = named(
  'WorkflowRun',
  object({
    id: uuid(IDS.workflow),
    branch: text('main'),
    status: oneOf(['success', 'failed', 'error', 'canceled']),
    duration: amount(61),
    created_at: time(),
    stopped_at: time(STOPPED),
    credits_used: exactly(0),
    is_approval: flag(),
  }),
)

export type FlakyTestJson = JsonOf<typeof flakyTestShape>
export type FlakyTestsJson = JsonOf<typeof flakyTestsShape>
export type WorkflowMetricsJson = JsonOf<typeof workflowMetricsShape>
export type WorkflowRunJson = JsonOf<typeof workflowRunShape>
