import type { BranchStatus } from './badge.ts'
import { BUILD_STATUS, type StatusClass } from './build.ts'
import { type PipelineBuild, type PipelineParts, pipelineStatusFor, type WorkflowAttempt } from './pipeline-status.ts'

/** One build's part in a workflow's run. Times are epoch milliseconds. */
export type RunBuild = PipelineBuild & {
  readonly num: number
  readonly startedAt: number | null
  readonly stoppedAt: number | null
}

/** A workflow's part in trends and lists. */
export type RunWorkflow = WorkflowAttempt & {
  readonly pipelineNumber: number
  readonly name: string
  /** When it began by the CI's word on the whole; null where it said none. */
  readonly beganAt: number | null
}

/** One run of a workflow, as trends show it. */
export type WorkflowRun = {
  readonly pipelineNumber: number
  readonly workflowName: string
  readonly status: BranchStatus
  /** The time in which at least one of its builds ran; null before all are over, or without times. */
  readonly durationMs: number | null
}

/** The runs of these workflows, oldest first; of one that nothing is known of, none. */
export function workflowRunsOf({ workflows, builds }: PipelineParts<RunWorkflow, RunBuild>): readonly WorkflowRun[] {
  const buildsOf = Map.groupBy(builds, (build) => build.workflowId)
  const runs = workflows.map((workflow) => runOf(workflow, buildsOf.get(workflow.id) ?? []))
  return runs.filter((run) => run.status !== 'no_builds').toSorted((a, b) => a.pipelineNumber - b.pipelineNumber)
}

/** The runs by workflow, the one that ran most often first; of as many runs, the one that ran last. */
export function runsByWorkflow(runs: readonly WorkflowRun[]): ReadonlyMap<string, readonly WorkflowRun[]> {
  const groups = [...Map.groupBy(runs, (run) => run.workflowName)]
  const newest = (group: readonly WorkflowRun[]) => group.at(-1)?.pipelineNumber ?? 0
  return new Map(groups.toSorted(([, a], [, b]) => b.length - a.length || newest(b) - newest(a)))
}

/** What a run counts as in a rate of success; null for one that is not over, or that was stopped before it could say. */
export function verdictOf({ status }: Pick<WorkflowRun, 'status'>): 'green' | 'red' | null {
  const group = classOf(status)
  return group === 'green' || group === 'red' ? group : null
}

/** The class of a status that a whole branch, pipeline or workflow may have. */
export function classOf(status: BranchStatus): StatusClass {
  return status === 'no_builds' ? 'stopped' : BUILD_STATUS[status].class
}

/** For each run with a verdict, the share of green among it and the `window - 1` verdicts before it. */
export function successRates(runs: readonly WorkflowRun[], window: number): readonly number[] {
  const greens = runs.flatMap((run) => {
    const verdict = verdictOf(run)
    return verdict === null ? [] : [verdict === 'green' ? 1 : 0]
  })
  return greens.map((_, i) => mean(greens.slice(Math.max(0, i + 1 - window), i + 1)))
}

function runOf(workflow: RunWorkflow, builds: readonly RunBuild[]): WorkflowRun {
  const { pipelineNumber, name } = workflow
  const status = pipelineStatusFor({ workflows: [workflow], builds })
  const isOver = classOf(status) !== 'blue' && classOf(status) !== 'waiting'
  return { pipelineNumber, workflowName: name, status, durationMs: isOver ? busyMsOf(builds) : null }
}

/** How long at least one of them ran: pauses, such as the night before somebody ran a job again, do not count. */
function busyMsOf(builds: readonly RunBuild[]): number | null {
  const spans = builds
    .flatMap(({ startedAt, stoppedAt }) => (startedAt === null || stoppedAt === null ? [] : [[startedAt, stoppedAt]]))
    .toSorted(([a = 0], [b = 0]) => a - b)
  if (spans.length === 0) return null
  let busyMs = 0
  let seenUntil = Number.NEGATIVE_INFINITY
  for (const [from = 0, to = 0] of spans) {
    busyMs += Math.max(0, to - Math.max(from, seenUntil))
    seenUntil = Math.max(seenUntil, to)
  }
  return busyMs
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}
