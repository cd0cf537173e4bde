import type { BranchStatus } from '../builds/badge.ts'
import {
  type PipelineBuild,
  type PipelineParts,
  pipelineStatusFor,
  resultOf,
  type WorkflowAttempt,
} from '../builds/pipeline-status.ts'

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
  readonly num: number
  readonly stoppedAt: number | null
  readonly createdAt: number
}

export type CcPipeline = PipelineParts<WorkflowAttempt, CcBuild> & {
  readonly number: number
  readonly beganAt: number
  readonly ciNumber: number
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
 * What a feed says of a branch, from its newest pipeline and those newest that have a result. While something builds, the
 * status, label and time of the last result stay; what failed is one at once.
 */
export function ccStateFor(pipelines: readonly CcPipeline[]): CcState | null {
  const newestFirst = pipelines.toSorted(
    (one, other) => other.beganAt - one.beganAt || other.ciNumber - one.ciNumber || other.number - one.number,
  )
  const [newest] = newestFirst
  if (!newest) return null
  const ended = newestFirst.find((pipeline) => resultOf(pipeline) !== null)
  const result = ended && resultOf(ended)
  const shown = ended ?? newest
  return {
    activity: activityOf(pipelineStatusFor(newest)),
    lastBuildStatus: result ? CC_STATUS[result] : 'Unknown',
    lastBuildLabel: labelOf(shown),
    lastBuildTime: lastTimeOf(shown),
  }
}

/** Of a run of which nothing is left there is only its begin, which may be below zero: it is sorted last. */
function lastTimeOf({ builds, workflows, beganAt }: CcPipeline): number {
  const ends = [
    ...builds.map((build) => build.stoppedAt ?? build.createdAt),
    ...workflows.flatMap((workflow) => workflow.reportedAt ?? []),
  ]
  return ends.length > 0 ? Math.max(...ends) : Math.max(0, beganAt)
}

/** The newest build's number; of a run without builds there is only the pipeline's. */
function labelOf({ builds, number }: CcPipeline): string {
  return builds.length > 0 ? String(Math.max(...builds.map((build) => build.num))) : `pipeline ${number}`
}

function activityOf(status: BranchStatus): CcActivity {
  if (status === 'running') return 'Building'
  return status === 'queued' ? 'CheckingModifications' : 'Sleeping'
}
