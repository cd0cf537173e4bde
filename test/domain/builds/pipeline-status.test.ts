import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BUILD_STATUS, isOver, type ReportedStatus } from '../../../src/domain/builds/build.ts'
import {
  countingParts,
  countingStatuses,
  decidingBuildOf,
  failureOf,
  type PipelineBuild,
  type PipelineParts,
  pipelineStatusFor,
  resultOf,
  saysAnything,
  type WorkflowAttempt,
} from '../../../src/domain/builds/pipeline-status.ts'
import { workflowStatusFor } from '../../../src/domain/builds/workflow-status.ts'
import { anyPipeline } from '../../support/seed/any-pipeline.ts'

const STATUSES = Object.keys(BUILD_STATUS).filter((status): status is ReportedStatus => status !== 'fixed')
const OVER = STATUSES.filter(isOver)
const RED: ReportedStatus[] = ['failed', 'timedout', 'no_tests']

function workflow(over: Partial<WorkflowAttempt> = {}): WorkflowAttempt {
  return { id: 'w', attemptOf: 'ci', attempt: 1, reportedStatus: null, reportedAt: null, ...over }
}

function build(over: Partial<PipelineBuild> = {}): PipelineBuild {
  return { workflowId: 'w', jobName: 'test', attempt: 1, status: 'success', eventAt: 0, ...over }
}

/** A pipeline of different jobs, one for each status. */
function jobsOf(...statuses: ReportedStatus[]): PipelineParts {
  return { workflows: [workflow()], builds: statuses.map((status, i) => build({ jobName: `job-${i}`, status })) }
}

describe('the status of a pipeline, of which only the jobs are told', () => {
  it('says so when there are none', () => expect(pipelineStatusFor(jobsOf())).toBe('no_builds'))

  it.each(OVER)('is %s when its only build is', (status) => expect(pipelineStatusFor(jobsOf(status))).toBe(status))

  it.each<[ReportedStatus[], string]>([
    [['success', 'success'], 'success'],
    [['success', 'failed'], 'failed'],
    [['success', 'timedout'], 'timedout'],
    [['canceled', 'no_tests', 'infrastructure_fail'], 'no_tests'],
    [['timedout', 'failed', 'no_tests'], 'failed'],
    [['success', 'infrastructure_fail', 'canceled'], 'infrastructure_fail'],
    [['success', 'canceled'], 'canceled'],
    [['success', 'not_run'], 'success'],
    [['running'], 'running'],
    [['queued'], 'queued'],
    [['not_running'], 'queued'],
    [['queued', 'not_running'], 'queued'],
    [['queued', 'running'], 'running'],
    [['queued', 'success'], 'running'],
    [['not_running', 'not_run'], 'running'],
    [['failed', 'running'], 'running'],
    [['failed', 'queued'], 'running'],
  ])('of %j is %s', (statuses, expected) => {
    expect(pipelineStatusFor(jobsOf(...statuses))).toBe(expected)
    expect(pipelineStatusFor(jobsOf(...statuses.toReversed()))).toBe(expected)
  })

  it('is red exactly if all is over and something is red', () => {
    const statuses = fc.array(fc.constantFrom(...STATUSES), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(statuses, (some) => {
        const answer = pipelineStatusFor(jobsOf(...some))
        const red = some.some((status) => BUILD_STATUS[status].class === 'red')
        expect(answer).not.toBe('no_builds')
        if (answer === 'no_builds') return
        expect(BUILD_STATUS[answer].class === 'red').toBe(some.every(isOver) && red)
        expect(isOver(answer)).toBe(some.every(isOver))
      }),
    )
  })
})

describe('a job that ran again', () => {
  const statusOf = (...builds: PipelineBuild[]) => {
    const either = pipelineStatusFor({ workflows: [workflow()], builds })
    expect(pipelineStatusFor({ workflows: [workflow()], builds: builds.toReversed() })).toBe(either)
    return either
  }

  it('counts with its highest attempt', () => {
    expect(statusOf(build({ attempt: 1, status: 'failed' }), build({ attempt: 2 }))).toBe('success')
    expect(statusOf(build({ attempt: 1 }), build({ attempt: 2, status: 'failed' }))).toBe('failed')
    expect(statusOf(build({ attempt: 1, status: 'failed' }), build({ attempt: 4, status: 'queued' }))).toBe('queued')
    expect(statusOf(build({ attempt: 1, status: 'running' }), build({ attempt: 2 }))).toBe('success')
  })

  it('is one of several of its name: of one attempt all count', () => {
    expect(statusOf(build({ status: 'failed' }), build())).toBe('failed')
    expect(statusOf(build({ status: 'running' }), build())).toBe('running')
  })

  it('replaces as many of its name as ran again, those that failed first', () => {
    const red = () => build({ status: 'failed' })
    const again = () => build({ attempt: 2 })
    expect(statusOf(red(), build(), again())).toBe('success')
    expect(statusOf(red(), red(), again())).toBe('failed')
    expect(statusOf(red(), red(), again(), again())).toBe('success')
    expect(statusOf(red(), build({ status: 'running' }), again())).toBe('running')
    expect(statusOf(red(), red(), build({ attempt: 3 }), build({ attempt: 4 }), build({ attempt: 4 }))).toBe('success')
  })

  it('is taken to be the worst of its name, and of those that failed the clearest', () => {
    const again = build({ attempt: 2 })
    expect(statusOf(build({ status: 'no_tests' }), build(), again)).toBe('success')
    expect(statusOf(build({ status: 'canceled' }), build({ status: 'running' }), again)).toBe('running')
    expect(statusOf(build({ status: 'failed' }), build({ status: 'timedout' }), again)).toBe('timedout')
  })

  it('belongs to one workflow: its namesake in another stays', () => {
    const workflows = [workflow(), workflow({ id: 'n', attemptOf: 'nightly' })]
    const builds = [build({ status: 'failed' }), build({ workflowId: 'n', attempt: 2 })]
    expect(pipelineStatusFor({ workflows, builds })).toBe('failed')
    expect(pipelineStatusFor({ workflows: [workflow(), workflow({ id: 'n', attempt: 2 })], builds })).toBe('success')
  })

  it('counts no longer where an older version took it for replaced', () => {
    expect(statusOf(build({ attempt: 0, status: 'failed' }), build({ jobName: 'lint' }))).toBe('success')
  })
})

describe('what the CI says of a workflow as a whole', () => {
  const told = (reportedStatus: ReportedStatus, ...builds: PipelineBuild[]): PipelineParts => ({
    workflows: [workflow({ reportedStatus, reportedAt: 100 })],
    builds,
  })

  it.each(RED)('makes it red when it is %s, with no job, and with jobs that passed or never ended', (status) => {
    expect(pipelineStatusFor(told(status))).toBe(status)
    expect(pipelineStatusFor(told(status, build()))).toBe(status)
    expect(pipelineStatusFor(told(status, build(), build({ jobName: 'e2e', status: 'running' })))).toBe(status)
  })

  it('does not make a red job green', () => {
    expect(pipelineStatusFor(told('success', build({ status: 'failed' })))).toBe('failed')
  })

  it('ends what began before, and not what began after', () => {
    expect(pipelineStatusFor(told('success', build({ status: 'running', eventAt: 100 })))).toBe('success')
    expect(pipelineStatusFor(told('success', build({ status: 'running', eventAt: 101 })))).toBe('running')
  })

  it('keeps it open until it says more, unless a job of it is red', () => {
    expect(pipelineStatusFor(told('running'))).toBe('running')
    expect(pipelineStatusFor(told('queued'))).toBe('queued')
    expect(pipelineStatusFor(told('running', build()))).toBe('running')
    expect(pipelineStatusFor(told('running', build(), build({ jobName: 'e2e', status: 'failed' })))).toBe('failed')
  })

  it('does not end what was before it while it only says that it goes on', () => {
    const workflows = [workflow(), workflow({ id: 'w2', attempt: 2, reportedStatus: 'running', reportedAt: 100 })]
    const builds = [build({ status: 'failed' }), build({ workflowId: 'w2', jobName: 'lint', status: 'queued' })]
    expect(countingParts({ workflows, builds })).toEqual({ workflows: [], builds })
  })

  it('stands until it speaks of a later attempt', () => {
    const first = workflow({ reportedStatus: 'failed', reportedAt: 100 })
    const second = workflow({ id: 'w2', attempt: 2 })
    const again = build({ workflowId: 'w2', attempt: 2 })
    expect(pipelineStatusFor({ workflows: [first, second], builds: [again] })).toBe('failed')
    const running = { ...second, reportedStatus: 'running', reportedAt: 110 } as const
    expect(pipelineStatusFor({ workflows: [first, running], builds: [again] })).toBe('running')
    const passed = { ...second, reportedStatus: 'success', reportedAt: 120 } as const
    expect(pipelineStatusFor({ workflows: [first, passed], builds: [again] })).toBe('success')
  })

  it('of a later attempt is about all jobs, also those that did not run again', () => {
    const workflows = [workflow(), workflow({ id: 'w2', attempt: 2, reportedStatus: 'success', reportedAt: 100 })]
    expect(pipelineStatusFor({ workflows, builds: [build({ status: 'failed' })] })).toBe('success')
  })

  it('that a later attempt was skipped as a whole leaves what was before it, with skipped jobs and without', () => {
    const failed = workflow({ reportedStatus: 'failed', reportedAt: 100 })
    const skipped = workflow({ id: 'w2', attempt: 2, reportedStatus: 'not_run', reportedAt: 200 })
    const red = build({ status: 'failed' })
    const job = build({ workflowId: 'w2', attempt: 2, status: 'not_run', eventAt: 190 })
    for (const first of [failed, workflow()]) {
      expect(pipelineStatusFor({ workflows: [first, skipped], builds: [red] })).toBe('failed')
      expect(pipelineStatusFor({ workflows: [first, skipped], builds: [red, job] })).toBe('failed')
    }
    expect(pipelineStatusFor({ workflows: [failed, skipped], builds: [job] })).toBe('failed')
    const passed = workflow({ id: 'w3', attempt: 3, reportedStatus: 'success', reportedAt: 300 })
    expect(pipelineStatusFor({ workflows: [failed, skipped, passed], builds: [red, job] })).toBe('success')
  })

  it('that one job of a later attempt was skipped takes the place of the job', () => {
    const workflows = [workflow(), workflow({ id: 'w2', attempt: 2 })]
    const job = build({ workflowId: 'w2', attempt: 2, status: 'not_run' })
    expect(countingParts({ workflows, builds: [build({ status: 'failed' }), job] }).builds).toEqual([job])
  })

  it('that it was skipped is no result', () => {
    expect(saysAnything(told('not_run'))).toBe(false)
    expect(saysAnything(told('not_run', build({ status: 'not_run' })))).toBe(false)
    expect(saysAnything({ workflows: [workflow()], builds: [build({ status: 'not_run' })] })).toBe(false)
    expect(saysAnything(told('not_run', build({ status: 'not_run' }), build()))).toBe(true)
    expect(saysAnything(told('failed'))).toBe(true)
    expect(saysAnything({ workflows: [workflow()], builds: [] })).toBe(false)
  })
})

describe('a pipeline that runs again', () => {
  const first = workflow({ reportedStatus: 'failed', reportedAt: 100 })
  const second = workflow({ id: 'w2', attempt: 2, reportedStatus: 'running', reportedAt: 110 })
  const jobs = [build({ status: 'failed' }), build({ jobName: 'lint' })]
  const again = (over: Partial<PipelineBuild>) => build({ workflowId: 'w2', attempt: 2, eventAt: 120, ...over })

  it('stands as it had ended until the new attempt is over', () => {
    expect(resultOf({ workflows: [first, second], builds: jobs })).toBe('failed')
    const some = [again({}), again({ jobName: 'lint', status: 'running' })]
    expect(resultOf({ workflows: [first, second], builds: [...jobs, ...some] })).toBe('failed')
    const passed = { ...second, reportedStatus: 'success' } as const
    expect(resultOf({ workflows: [first, passed], builds: [...jobs, again({})] })).toBe('success')
  })

  it('does so where only a job of a workflow runs again', () => {
    const retry = build({ attempt: 2, status: 'queued', eventAt: 120 })
    expect(resultOf({ workflows: [first], builds: [...jobs, retry] })).toBe('failed')
    expect(resultOf({ workflows: [workflow()], builds: [...jobs, retry] })).toBe('failed')
  })

  it('says nothing while that had ended well, or while something runs for the first time', () => {
    const passed = workflow({ reportedStatus: 'success', reportedAt: 100 })
    expect(resultOf({ workflows: [passed, second], builds: [] })).toBeNull()
    // A retry within the first attempt, which is not over.
    const retry = build({ attempt: 2, status: 'running' })
    expect(resultOf({ workflows: [workflow({ reportedStatus: 'running' })], builds: [...jobs, retry] })).toBeNull()
    const more = build({ jobName: 'e2e', status: 'running', eventAt: 120 })
    expect(resultOf({ workflows: [workflow()], builds: [build(), more] })).toBeNull()
    expect(resultOf({ workflows: [workflow()], builds: [build({ status: 'running' })] })).toBeNull()
  })

  it('has no result that is green before all of it is over', () => {
    fc.assert(
      fc.property(anyPipeline, (parts) => {
        const result = resultOf(parts)
        if (result === 'success') expect(countingStatuses(parts).every(isOver)).toBe(true)
        if (countingStatuses(parts).every(isOver)) expect(result).toBe(pipelineStatusFor(parts))
      }),
      { numRuns: 500 },
    )
  })
})

describe('a pipeline in which something failed', () => {
  const OPEN = STATUSES.filter((status) => !isOver(status))

  it.each(OPEN)('is red at once, though another job is %s', (status) => {
    expect(resultOf(jobsOf('success', 'failed', status))).toBe('failed')
    expect(resultOf(jobsOf('infrastructure_fail', status))).toBe('infrastructure_fail')
    expect(resultOf(jobsOf('infrastructure_fail', status, 'timedout'))).toBe('timedout')
    expect(resultOf(jobsOf('success', status))).toBeNull()
    expect(resultOf(jobsOf('canceled', status))).toBeNull()
  })

  it('is so whatever its other workflows do', () => {
    const nightly = workflow({ id: 'n', attemptOf: 'nightly', reportedStatus: 'running', reportedAt: 1 })
    expect(resultOf({ workflows: [workflow({ reportedStatus: 'failed', reportedAt: 1 }), nightly], builds: [] })).toBe(
      'failed',
    )
    expect(
      resultOf({ workflows: [workflow({ reportedStatus: 'success', reportedAt: 1 }), nightly], builds: [] }),
    ).toBeNull()
  })

  it('is so no more once that runs again', () => {
    const [red, retry] = [build({ status: 'failed' }), build({ status: 'running', attempt: 2 })]
    const gate = build({ jobName: 'deploy', status: 'not_running' })
    expect(resultOf({ workflows: [workflow()], builds: [red, gate] })).toBe('failed')
    expect(resultOf({ workflows: [workflow()], builds: [red, gate, retry] })).toBeNull()
    expect(resultOf({ workflows: [workflow()], builds: [red, gate, { ...retry, status: 'timedout' }] })).toBe(
      'timedout',
    )
  })

  it('never leaves the branch to an older one', () => {
    fc.assert(
      fc.property(anyPipeline, (parts) => {
        const failed = failureOf(parts) !== null
        expect(failed).toBe(
          countingStatuses(parts).some(
            (status) => BUILD_STATUS[status].class === 'red' || status === 'infrastructure_fail',
          ),
        )
        if (failed) expect(['red', 'stopped']).toContain(BUILD_STATUS[resultOf(parts) as ReportedStatus].class)
      }),
      { numRuns: 500 },
    )
  })
})

describe('the build that says how a job stands', () => {
  const workflows = [
    { ...workflow(), name: 'ci' },
    { ...workflow({ id: 'n', attemptOf: 'nightly' }), name: 'nightly' },
  ]
  const standing = (...builds: PipelineBuild[]) => decidingBuildOf({ workflows, builds }, 'ci', 'test')

  it.each<[ReportedStatus[], ReportedStatus]>([
    [['success', 'failed', 'running'], 'failed'],
    [['success', 'running', 'infrastructure_fail'], 'infrastructure_fail'],
    [['success', 'running', 'canceled'], 'canceled'],
    [['success', 'running', 'not_run'], 'running'],
    [['not_run', 'success'], 'success'],
  ])('of %j is the one that is %s', (statuses, expected) => {
    for (const order of [statuses, statuses.toReversed()])
      expect(standing(...order.map((status) => build({ status })))?.status).toBe(expected)
  })

  it('is of that job in a workflow of that name, and was not replaced', () => {
    const others = [
      build({ workflowId: 'n', status: 'failed' }),
      build({ jobName: 'lint', status: 'failed' }),
      build({ status: 'failed' }),
    ]
    const last = build({ attempt: 2 })
    expect(standing(...others, last)).toBe(last)
    expect(standing(...others.slice(0, 2))).toBeNull()
  })
})

describe('whatever is told of a pipeline', () => {
  it('makes the same status in any order', () => {
    const orders = anyPipeline.chain((parts) => {
      const shuffled = <T>(all: readonly T[]) =>
        fc.shuffledSubarray([...all], { minLength: all.length, maxLength: all.length })
      return fc.record({
        parts: fc.constant(parts),
        other: fc.record({ workflows: shuffled(parts.workflows), builds: shuffled(parts.builds) }),
      })
    })
    fc.assert(
      fc.property(orders, ({ parts, other }) => {
        expect(pipelineStatusFor(other)).toBe(pipelineStatusFor(parts))
      }),
      { numRuns: 500 },
    )
  })

  it('is not green where the last word on any workflow, or a job that was not run again, is red', () => {
    fc.assert(
      fc.property(anyPipeline, (parts) => {
        const { workflows, builds } = countingParts(parts)
        const isRed = [...workflows.map((one) => one.reportedStatus), ...builds.map((one) => one.status)].some(
          (status) => status !== null && BUILD_STATUS[status].class === 'red',
        )
        const lastWordIsRed = parts.workflows.some(
          (one) =>
            one.reportedStatus !== null &&
            RED.includes(one.reportedStatus) &&
            !parts.workflows.some(
              (other) =>
                other.reportedStatus !== null && other.attemptOf === one.attemptOf && other.attempt > one.attempt,
            ),
        )
        if (lastWordIsRed) expect(isRed).toBe(true)
        if (isRed) expect(pipelineStatusFor(parts)).not.toBe('success')
      }),
      { numRuns: 500 },
    )
  })

  it('is as red for each workflow alone', () => {
    fc.assert(
      fc.property(anyPipeline, (parts) => {
        for (const one of parts.workflows) {
          const status = workflowStatusFor(
            one,
            parts.builds.filter((other) => other.workflowId === one.id),
          )
          if (one.reportedStatus !== null && RED.includes(one.reportedStatus))
            expect(['failed', 'failing']).toContain(status)
        }
      }),
    )
  })
})
