import { describe, expect, it } from 'vitest'
import type { ReportedStatus } from '../../../src/domain/builds/build.ts'
import { type CcBuild, type CcPipeline, ccStateFor } from '../../../src/domain/formats/cctray.ts'

const workflow = { id: 'w', attemptOf: 'ci', attempt: 1, reportedStatus: null, reportedAt: null }

/** A pipeline of one build. */
function build(number: number, status: ReportedStatus, more: Partial<CcBuild> = {}): CcPipeline {
  const num = number * 10
  const part = { workflowId: 'w', jobName: 'test', attempt: 1, status, eventAt: 1 }
  return {
    number,
    beganAt: 0,
    ciNumber: 0,
    workflows: [workflow],
    builds: [{ ...part, num, stoppedAt: num, createdAt: 1, ...more }],
  }
}

describe('the CCTray state of a branch', () => {
  it('is that of the newest pipeline when it is complete', () => {
    expect(ccStateFor([build(1, 'failed'), build(2, 'success')])).toEqual({
      activity: 'Sleeping',
      lastBuildStatus: 'Success',
      lastBuildLabel: '20',
      lastBuildTime: 20,
    })
  })

  it('keeps the last result, its label and time while the next one builds', () => {
    expect(ccStateFor([build(1, 'failed'), build(2, 'running', { stoppedAt: null })])).toEqual({
      activity: 'Building',
      lastBuildStatus: 'Failure',
      lastBuildLabel: '10',
      lastBuildTime: 10,
    })
  })

  it('is a failure as soon as something failed, while the rest builds', () => {
    const { builds, ...red } = build(2, 'failed')
    const open = build(3, 'running', { jobName: 'e2e', stoppedAt: null }).builds
    expect(ccStateFor([build(1, 'success'), { ...red, builds: [...builds, ...open] }])).toMatchObject({
      activity: 'Building',
      lastBuildStatus: 'Failure',
      lastBuildLabel: '30',
    })
  })

  it('has a time and a label before there is any result', () => {
    expect(ccStateFor([build(3, 'queued', { stoppedAt: null, createdAt: 7 })])).toEqual({
      activity: 'CheckingModifications',
      lastBuildStatus: 'Unknown',
      lastBuildLabel: '30',
      lastBuildTime: 7,
    })
  })

  it.each([
    ['timedout', 'Failure'],
    ['no_tests', 'Failure'],
    ['infrastructure_fail', 'Exception'],
    ['canceled', 'Unknown'],
    ['not_run', 'Unknown'],
  ] as const)('calls %s %s', (status, expected) => {
    expect(ccStateFor([build(1, status)])?.lastBuildStatus).toBe(expected)
  })

  it('is that of the pipeline that began last, whichever was heard of first', () => {
    expect(ccStateFor([build(2, 'success'), { ...build(1, 'failed'), beganAt: 5 }])).toMatchObject({
      lastBuildStatus: 'Failure',
      lastBuildLabel: '10',
    })
  })

  it('is that of a run without a build', () => {
    const failed = {
      number: 2,
      beganAt: 0,
      ciNumber: 0,
      workflows: [{ ...workflow, reportedStatus: 'failed', reportedAt: 25 } as const],
      builds: [],
    }
    expect(ccStateFor([build(1, 'success'), failed])).toEqual({
      activity: 'Sleeping',
      lastBuildStatus: 'Failure',
      lastBuildLabel: 'pipeline 2',
      lastBuildTime: 25,
    })
  })

  it('has a time where nothing is left of a run', () => {
    const { builds, ...empty } = build(4, 'success')
    expect(ccStateFor([{ ...empty, beganAt: 9, builds: [] }])?.lastBuildTime).toBe(9)
    expect(ccStateFor([{ ...empty, beganAt: -9, builds: [] }])?.lastBuildTime).toBe(0)
  })

  it('is none without pipelines', () => {
    expect(ccStateFor([])).toBeNull()
  })
})
