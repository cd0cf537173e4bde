import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BUILD_STATUS, isOver, type ReportedStatus } from '../../src/domain/build.ts'
import { WORKFLOW_IS_OVER, workflowStatusFor } from '../../src/domain/workflow-status.ts'

const jobsOf = (statuses: readonly ReportedStatus[]) =>
  statuses.map((status, i) => ({ num: i + 1, jobName: `job ${i}`, status }))

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
    expect(workflowStatusFor(jobsOf(statuses))).toBe(expected)
  })

  it('counts only the newest run of a job', () => {
    const failed = { num: 1, jobName: 'test', status: 'failed' } as const
    const again = { num: 2, jobName: 'test', status: 'success' } as const
    expect(workflowStatusFor([again, failed])).toBe('success')
  })

  it('is over exactly when each job is', () => {
    const status = fc.constantFrom(
      ...(Object.keys(BUILD_STATUS).filter((name) => name !== 'fixed') as ReportedStatus[]),
    )
    fc.assert(
      fc.property(fc.array(status), (statuses) => {
        expect(WORKFLOW_IS_OVER[workflowStatusFor(jobsOf(statuses))]).toBe(statuses.every(isOver))
      }),
    )
  })
})
