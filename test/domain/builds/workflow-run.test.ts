import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReportedStatus } from '../../../src/domain/builds/build.ts'
import {
  type RunBuild,
  type RunWorkflow,
  runsByWorkflow,
  successRates,
  workflowRunsOf,
} from '../../../src/domain/builds/workflow-run.ts'

const MINUTE = 60_000

function build(more: Partial<RunBuild> = {}): RunBuild {
  return {
    num: 1,
    jobName: 'test',
    attempt: 1,
    workflowId: 'w1',
    status: 'success',
    eventAt: 0,
    startedAt: 0,
    stoppedAt: MINUTE,
    ...more,
  }
}

function workflow(more: Partial<RunWorkflow> = {}): RunWorkflow {
  const untold = { reportedStatus: null, reportedAt: null, beganAt: null }
  return { id: 'w1', name: 'ci', attemptOf: 'ci', attempt: 1, pipelineNumber: 1, ...untold, ...more }
}

/** The runs of one workflow with these builds. */
const runsWith = (builds: readonly RunBuild[]) => workflowRunsOf({ workflows: [workflow()], builds })

/** Runs of one workflow, one after the other, with these results. */
function runsOf(...statuses: ReportedStatus[]) {
  return workflowRunsOf({
    workflows: statuses.map((_, i) => workflow({ id: `w${i}`, pipelineNumber: i })),
    builds: statuses.map((status, i) => build({ status, workflowId: `w${i}` })),
  })
}

describe('a workflow run', () => {
  it('lasts as long as at least one of its builds ran', () => {
    const [run] = runsWith([
      build({ num: 1, jobName: 'lint', startedAt: 0, stoppedAt: 2 * MINUTE }),
      build({ num: 2, jobName: 'test', startedAt: MINUTE, stoppedAt: 3 * MINUTE }),
      build({ num: 3, jobName: 'package', startedAt: 10 * MINUTE, stoppedAt: 11 * MINUTE }),
    ])
    expect(run).toMatchObject({ status: 'success', durationMs: 4 * MINUTE })
  })

  it('does not grow by the night before a job ran again', () => {
    const runs = runsWith([
      build({ num: 1, status: 'failed' }),
      build({ num: 2, attempt: 2, startedAt: 600 * MINUTE, stoppedAt: 601 * MINUTE }),
    ])
    expect(runs).toEqual([{ pipelineNumber: 1, workflowName: 'ci', status: 'success', durationMs: 2 * MINUTE }])
  })

  it('has no duration while it runs, or when nobody told the times', () => {
    expect(runsWith([build(), build({ num: 2, jobName: 'e2e', status: 'running' })])[0]?.durationMs).toBeNull()
    expect(runsWith([build({ startedAt: null })])[0]?.durationMs).toBeNull()
  })

  it('is told apart from other runs of its pipeline, and the runs go from old to new', () => {
    const runs = workflowRunsOf({
      workflows: [
        workflow({ id: 'b', pipelineNumber: 2 }),
        workflow({ id: 'c', pipelineNumber: 2, name: 'nightly' }),
        workflow({ id: 'a', pipelineNumber: 1 }),
      ],
      builds: [build({ workflowId: 'b' }), build({ workflowId: 'c', status: 'failed' }), build({ workflowId: 'a' })],
    })
    expect(runs.map((run) => [run.pipelineNumber, run.workflowName, run.status])).toEqual([
      [1, 'ci', 'success'],
      [2, 'ci', 'success'],
      [2, 'nightly', 'failed'],
    ])
    expect([...runsByWorkflow(runs).keys()]).toEqual(['ci', 'nightly'])
  })

  it('that failed without a build is a failed one, and one that nothing is known of is none', () => {
    const failed = workflow({ id: 'w2', reportedStatus: 'failed', reportedAt: 5 })
    expect(workflowRunsOf({ workflows: [workflow(), failed], builds: [] })).toEqual([
      { pipelineNumber: 1, workflowName: 'ci', status: 'failed', durationMs: null },
    ])
  })

  it('lasts no longer than from its first start to its last stop, and no less than its longest build', () => {
    const span = fc.tuple(fc.nat(1_000), fc.nat(1_000))
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 20 }), (spans) => {
        const builds = spans.map(([startedAt, ms], num) => build({ num, startedAt, stoppedAt: startedAt + ms }))
        const lasted = runsWith(builds)[0]?.durationMs ?? -1
        const first = Math.min(...spans.map(([from]) => from))
        const last = Math.max(...spans.map(([from, ms]) => from + ms))
        expect(lasted).toBeLessThanOrEqual(last - first)
        expect(lasted).toBeGreaterThanOrEqual(Math.max(...spans.map(([, ms]) => ms)))
      }),
    )
  })
})

describe('the rate of success', () => {
  it('looks back over the window, and leaves out what was stopped or is not over', () => {
    expect(successRates(runsOf('success', 'failed', 'canceled', 'running', 'success', 'success'), 2)).toEqual([
      1, 0.5, 0.5, 1,
    ])
  })

  it('of nothing is nothing', () => expect(successRates(runsOf('canceled'), 10)).toEqual([]))
})
