import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BUILD_STATUS, isOver, type ReportedStatus } from '../../../src/domain/builds/build.ts'
import { WORKFLOW_IS_OVER, workflowStatusFor } from '../../../src/domain/builds/workflow-status.ts'

const workflow = { id: 'w', attemptOf: 'ci', attempt: 1, reportedStatus: null, reportedAt: null }
const build = { workflowId: 'w', jobName: 'test', attempt: 1, eventAt: 0 }
const jobsOf = (statuses: readonly ReportedStatus[]) =>
  statuses.map((status, i) => ({ ...build, jobName: `job ${i}`, status }))

describe('the status of a workflow', () => {
  it.each<[string, ReportedStatus[]]>([
    ['success', ['success', 'success']],
    ['success', ['success', 'not_run']],
    ['failed', ['success', 'failed', 'not_run']],
    ['failed', ['timedout', 'infrastructure_fail', 'canceled']],
    ['failed', ['no_tests']],
    ['error', ['success', 'infrastructure_fail', 'canceled']],
    ['canceled', ['success', 'canceled']],
    ['not_run', ['not_run']],
    ['not_run', []],
    ['failing', ['failed', 'running']],
    ['failing', ['failed', 'not_running']],
    ['running', ['success', 'running', 'not_running']],
    ['running', ['queued']],
    ['running', ['success', 'queued']],
    ['running', ['not_running', 'not_running']],
    ['on_hold', ['success', 'not_running']],
  ])('is %s for %j', (expected, statuses) => {
    expect(workflowStatusFor(workflow, jobsOf(statuses))).toBe(expected)
  })

  it('counts only the last attempt at a job', () => {
    const failed = { ...build, status: 'failed' } as const
    const again = { ...build, attempt: 2, status: 'success' } as const
    expect(workflowStatusFor(workflow, [again, failed])).toBe('success')
  })

  it.each<[string, ReportedStatus, ReportedStatus[]]>([
    ['failed', 'failed', []],
    ['failed', 'failed', ['success', 'running']],
    ['error', 'infrastructure_fail', []],
    ['canceled', 'canceled', ['success']],
    ['success', 'success', ['success', 'queued']],
    ['running', 'running', ['success']],
    ['running', 'queued', []],
    ['on_hold', 'running', ['success', 'not_running']],
    ['not_run', 'not_run', []],
  ])('is %s where the CI says %s of the whole and its jobs are %j', (expected, reportedStatus, statuses) => {
    expect(workflowStatusFor({ ...workflow, reportedStatus, reportedAt: 1 }, jobsOf(statuses))).toBe(expected)
  })

  it('is over exactly when each job is', () => {
    const status = fc.constantFrom(
      ...(Object.keys(BUILD_STATUS).filter((name) => name !== 'fixed') as ReportedStatus[]),
    )
    fc.assert(
      fc.property(fc.array(status), (statuses) => {
        expect(WORKFLOW_IS_OVER[workflowStatusFor(workflow, jobsOf(statuses))]).toBe(statuses.every(isOver))
      }),
    )
  })
})
