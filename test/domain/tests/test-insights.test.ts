import { describe, expect, it } from 'vitest'
import { type HistoryRun, statsOf } from '../../../src/domain/tests/test-history.ts'
import { insightsOf, type TimedReport } from '../../../src/domain/tests/test-insights.ts'
import { type RunOutcome, textOfRuns } from '../../../src/domain/tests/test-runs.ts'

const NOTHING = { revisions: [], recent: [] }

function report(
  pipelineNumber: number,
  runs: Record<number, RunOutcome>,
  over: Partial<TimedReport> = {},
): TimedReport {
  const entries = Object.entries(runs).map(
    ([id, outcome]) => [Number(id), { outcome, runTimeSeconds: Number(id) }] as const,
  )
  const said = { buildNum: pipelineNumber, pipelineNumber, jobName: 'test', isComplete: true, at: pipelineNumber }
  return { ...said, ...textOfRuns(new Map(entries)), ...over }
}

const idsOf = (list: readonly { readonly id: number }[]) => list.map(({ id }) => id)

describe('the tests of a branch', () => {
  it('are the slowest by their mean over all runs, whatever was skipped', () => {
    const { slowest } = insightsOf([report(2, { 1: 'success', 5: 'skipped', 3: 'failure' })], null, NOTHING)
    expect(idsOf(slowest)).toEqual([3, 1])
    expect(Math.abs((slowest[0]?.meanSeconds ?? 0) / 3 - 1)).toBeLessThan(0.15)
  })

  it('are new where their number is above all of the oldest pipeline, by the build in which they first ran', () => {
    const reports = [
      report(3, { 2: 'success', 4: 'success', 9: 'success' }),
      report(2, { 4: 'success', 9: 'failure' }),
      report(1, { 4: 'success' }),
    ]
    expect(insightsOf(reports, null, NOTHING).added).toEqual([{ id: 9, since: { buildNum: 2, at: 2 } }])
    expect(insightsOf(reports.slice(2), null, NOTHING).added).toEqual([])
  })

  it('have vanished where the newest complete pipeline did not run them, whichever of its reports', () => {
    const reports = [
      report(4, {}, { isComplete: false }),
      report(3, { 1: 'success' }, { buildNum: 31 }),
      report(3, { 2: 'skipped' }, { buildNum: 30 }),
      report(2, { 1: 'success', 7: 'failure' }),
      report(1, { 2: 'success', 7: 'success', 8: 'success' }),
    ]
    expect(insightsOf(reports, null, NOTHING).vanished).toEqual([
      { id: 7, last: { buildNum: 2, at: 2 } },
      { id: 8, last: { buildNum: 1, at: 1 } },
    ])
    const there = [report(9, { 1: 'success', 5: 'success' }), report(8, { 6: 'success' })]
    expect(idsOf(insightsOf(reports, there, NOTHING).vanished)).toEqual([5])
    expect(insightsOf([], there, NOTHING).vanished).toEqual([])
  })
})

describe('the last runs of a test', () => {
  const run = (
    outcome: RunOutcome,
    runTimeSeconds: number,
    branch: string | null = 'main',
    buildNum = 1,
  ): HistoryRun => ({
    buildNum,
    jobName: 'test',
    branch,
    revision: 'a',
    outcome,
    runTimeSeconds,
    at: buildNum,
    actor: null,
  })

  it('of which none passed or failed say nothing', () => {
    expect(statsOf([run('skipped', 1)], 'main')).toEqual({
      runs: 0,
      failed: 0,
      failureRate: null,
      medianSeconds: null,
      p95Seconds: null,
      firstFailureSince: null,
    })
  })

  it('have a median and a 95th percentile that are times of runs', () => {
    const runs = Array.from({ length: 100 }, (_, i) => run('success', i + 1))
    expect(statsOf(runs, 'main')).toMatchObject({ medianSeconds: 50, p95Seconds: 95, failureRate: 0 })
    expect(statsOf([run('failure', 3)], 'main')).toMatchObject({ medianSeconds: 3, p95Seconds: 3, failureRate: 1 })
  })

  it('fail since the oldest failure on the default branch after which there was no pass', () => {
    const runs = [
      run('success', 1, 'x', 9),
      run('failure', 1, 'main', 8),
      run('skipped', 1, 'main', 7),
      run('mixed', 1, 'main', 6),
    ]
    expect(statsOf(runs, 'main').firstFailureSince).toEqual({ buildNum: 6, at: 6 })
    expect(
      statsOf([...runs, run('flaky', 1, 'main', 5), run('error', 1, 'main', 4)], 'main').firstFailureSince?.buildNum,
    ).toBe(6)
    expect(statsOf([run('success', 1, 'main', 9), ...runs], 'main').firstFailureSince).toBeNull()
  })
})
