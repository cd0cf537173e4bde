import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  metricsOfSum,
  sumOfRuns,
  sumTogether,
  type WorkflowTiming,
  workflowMetricsFor,
} from '../../../src/domain/builds/insights.ts'

const MINUTE = 60_000
const DAY = 86_400_000

function run(status: WorkflowTiming['status'], at: number, seconds: number): WorkflowTiming {
  return { name: 'ci', status, beganAt: at, startedAt: at, stoppedAt: at + seconds * 1000 }
}

describe('the metrics of a workflow', () => {
  it('count the runs that are over, their durations and their recoveries', () => {
    const runs = [
      run('success', 0, 10),
      run('failed', MINUTE, 20),
      run('failed', 2 * MINUTE, 30),
      run('success', 5 * MINUTE, 40),
      run('running', 6 * MINUTE, 0),
    ]
    expect(workflowMetricsFor(runs, 2 * DAY)).toEqual({
      totalRuns: 4,
      successfulRuns: 2,
      failedRuns: 2,
      successRate: 0.5,
      throughput: 2,
      // From 80 s, the end of the first failure, to 340 s.
      meanSecondsToRecovery: 260,
      recoveries: 1,
      durationSeconds: { min: 10, mean: 25, median: 20, p95: 40, max: 40, standardDeviation: 11 },
    })
  })

  it('are the same of stretches that follow each other, wherever one ends', () => {
    const status = fc.constantFrom('success', 'failed', 'canceled', 'running', 'not_run')
    const runs = fc.array(fc.record({ status, seconds: fc.nat({ max: 90_000 }) }), { minLength: 1 })
    fc.assert(
      fc.property(runs, fc.array(fc.nat({ max: 20 })), (some, ends) => {
        const all = some.map((one, i) => run(one.status as WorkflowTiming['status'], i * MINUTE, one.seconds))
        const cuts = [0, ...ends.map((end) => Math.min(end, all.length)).sort((a, b) => a - b), all.length]
        const parts = cuts.slice(1).map((end, i) => all.slice(cuts[i], end))
        const sums = parts.filter((part) => part.length > 0).map(sumOfRuns)
        expect(metricsOfSum(sumTogether(sums), DAY)).toEqual(workflowMetricsFor(all, DAY))
      }),
    )
  })

  it('keep three digits of a duration', () => {
    expect(workflowMetricsFor([run('success', 0, 3_604)], DAY).durationSeconds).toMatchObject({
      min: 3_600,
      max: 3_600,
    })
    expect(workflowMetricsFor([run('success', 0, 998)], DAY).durationSeconds).toMatchObject({ min: 998, max: 998 })
  })

  it('are zeros, never NaN, without runs', () => {
    expect(workflowMetricsFor([], DAY)).toEqual({
      totalRuns: 0,
      successfulRuns: 0,
      failedRuns: 0,
      successRate: 0,
      throughput: 0,
      meanSecondsToRecovery: 0,
      recoveries: 0,
      durationSeconds: { min: 0, mean: 0, median: 0, p95: 0, max: 0, standardDeviation: 0 },
    })
  })
})
