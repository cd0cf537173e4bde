import { type BranchStatus, countingRunsOf, type PipelineBuild, pipelineStatusFor } from './badge.ts'
import { isOver } from './build.ts'

export type CcActivity = 'Sleeping' | 'Building' | 'CheckingModifications'
export type CcStatus = 'Success' | 'Failure' | 'Exception' | 'Unknown'

/** One `<Project>` of a CCTray feed (https://cctray.org/v1/), without its name and address. */
export type CcState = {
  readonly activity: CcActivity
  readonly lastBuildStatus: CcStatus
  readonly lastBuildLabel: string
  /** Epoch milliseconds. */
  readonly lastBuildTime: number
}

export type CcBuild = PipelineBuild & {
  readonly pipelineNumber: number
  readonly stoppedAt: number | null
  readonly createdAt: number
}

const CC_STATUS: Record<BranchStatus, CcStatus> = {
  success: 'Success',
  fixed: 'Success',
  failed: 'Failure',
  timedout: 'Failure',
  no_tests: 'Failure',
  infrastructure_fail: 'Exception',
  canceled: 'Unknown',
  retried: 'Unknown',
  not_run: 'Unknown',
  running: 'Unknown',
  queued: 'Unknown',
  not_running: 'Unknown',
  no_builds: 'Unknown',
}

/**
 * What a feed says of a branch, from the builds of its newest pipeline and of its newest complete one. While something
 * builds, the status, label and time of the last result stay.
 */
export function ccStateFor(builds: readonly CcBuild[]): CcState | null {
  const byPipeline = Map.groupBy(builds, (build) => build.pipelineNumber)
  const newestFirst = [...byPipeline].sort(([one], [other]) => other - one).map(([, those]) => those)
  const [newest] = newestFirst
  if (!newest) return null
  const complete = newestFirst.find((those) => countingRunsOf(those).every(({ status }) => isOver(status)))
  const shown = complete ?? newest
  return {
    activity: activityOf(pipelineStatusFor(newest)),
    lastBuildStatus: complete ? CC_STATUS[pipelineStatusFor(complete)] : 'Unknown',
    lastBuildLabel: String(Math.max(...shown.map((build) => build.num))),
    lastBuildTime: Math.max(...shown.map((build) => build.stoppedAt ?? build.createdAt)),
  }
}

function activityOf(status: BranchStatus): CcActivity {
  if (status === 'running') return 'Building'
  return status === 'queued' ? 'CheckingModifications' : 'Sleeping'
}
