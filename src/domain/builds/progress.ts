import { wordTable } from '../formats/word-table.ts'
import type { BranchStatus } from './badge.ts'
import type { BuildStatus } from './build.ts'
import { failureOf, type PipelineParts, pipelineStatusFor } from './pipeline-status.ts'
import type { WorkflowStatus } from './workflow-status.ts'

/** How far a run, a workflow, a job or a step has come, in CircleCI v3. */
export const PHASES = ['created', 'queued', 'started', 'ended'] as const
export type Phase = (typeof PHASES)[number]

/** How one of them ended in CircleCI v3. `unauthorized` never happens here: nothing of a run is approved here. */
export const V3_OUTCOMES = [
  'succeeded',
  'failed',
  'canceled',
  'errored',
  'not_run',
  'unauthorized',
  'timedout',
  'infrastructure_fail',
] as const
export type V3Outcome = (typeof V3_OUTCOMES)[number]

/** Before the end, `outcome` is what is known of it already. */
export type Progress = { readonly phase: Phase; readonly outcome: V3Outcome | null }

const ended = (outcome: V3Outcome): Progress => ({ phase: 'ended', outcome })
const at = (phase: Phase, outcome: V3Outcome | null = null): Progress => ({ phase, outcome })

export const JOB_PROGRESS: Record<BuildStatus, Progress> = {
  not_running: at('created'),
  queued: at('queued'),
  running: at('started'),
  success: ended('succeeded'),
  fixed: ended('succeeded'),
  failed: ended('failed'),
  no_tests: ended('failed'),
  timedout: ended('timedout'),
  infrastructure_fail: ended('infrastructure_fail'),
  canceled: ended('canceled'),
  not_run: ended('not_run'),
  // Another build took its place.
  retried: ended('canceled'),
}

export const WORKFLOW_PROGRESS: Record<WorkflowStatus, Progress> = {
  running: at('started'),
  on_hold: at('started'),
  failing: at('started', 'failed'),
  success: ended('succeeded'),
  failed: ended('failed'),
  error: ended('errored'),
  canceled: ended('canceled'),
  not_run: ended('not_run'),
}

const RUN_PROGRESS: Record<BranchStatus, Progress> = {
  ...JOB_PROGRESS,
  no_builds: at('created'),
  // A run with anything in it has begun.
  not_running: at('started'),
  queued: at('started'),
  timedout: ended('failed'),
  infrastructure_fail: ended('errored'),
  // As of a workflow of which nothing else counts.
  retried: ended('not_run'),
}

/** The progress of a run as a whole; `isStartFailed` where it could not be started. */
export function runProgressOf(parts: PipelineParts, isStartFailed: boolean): Progress {
  const progress = RUN_PROGRESS[pipelineStatusFor(parts)]
  if (progress.phase === 'ended') return progress
  if (isStartFailed) return ended('errored')
  const failure = failureOf(parts)
  return failure === null ? progress : at(progress.phase, RUN_PROGRESS[failure].outcome)
}

/** Which progress is looked for. */
export type WantedProgress = { readonly phase: Phase | null; readonly outcome: V3Outcome | null }

export function isSuch(progress: Progress, { phase, outcome }: WantedProgress): boolean {
  return (phase === null || progress.phase === phase) && (outcome === null || progress.outcome === outcome)
}

/** CircleCI's older words for the status of a run, which its search takes; `none` for what no run here ever is. */
export const RUN_STATUS = wordTable<WantedProgress | 'none'>({
  success: ended('succeeded'),
  failed: ended('failed'),
  canceled: ended('canceled'),
  error: ended('errored'),
  not_run: ended('not_run'),
  unauthorized: ended('unauthorized'),
  failing: at('started', 'failed'),
  running: at('started'),
  queued: at('queued'),
  on_hold: 'none',
})
