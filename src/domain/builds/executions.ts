import { type BuildStatus, isOver, parseReportedStatus, type Step, type StepAction } from './build.ts'
import { JOB_PROGRESS, type Phase } from './progress.ts'

/** A step in one of the parallel executions of a job. `place` is where it stands among the steps of the build. */
export type ExecutedStep = {
  readonly num: number
  readonly name: string
  readonly place: number
  readonly action: StepAction
}

/** What one node of a job ran, in order. */
export type Execution = readonly ExecutedStep[]

/** The node indexes that there can be: clients number executions by their position, so that gaps are filled. */
const MAX_EXECUTIONS = 10_000

/** The executions of a job by their index. A step has the number that was reported, unless two of an execution have the same. */
export function executionsOf(steps: readonly Step[]): readonly Execution[] {
  const byIndex = Map.groupBy(
    steps.flatMap(({ name, actions }, place) => actions.map((action) => ({ name, place, action }))),
    ({ action }) => action.index,
  )
  const indexes = [...byIndex.keys()].filter((index) => index < MAX_EXECUTIONS)
  return Array.from({ length: Math.max(-1, ...indexes) + 1 }, (_, index) => numbered(byIndex.get(index) ?? []))
}

function numbered(steps: readonly Omit<ExecutedStep, 'num'>[]): Execution {
  const areDistinct = new Set(steps.map(({ action }) => action.step)).size === steps.length
  return steps.map((step, position) => ({ num: areDistinct ? step.action.step : position, ...step }))
}

/** How far a step has come, and how it ended; a word of the reporter that is not ours is given on. */
export function stepProgressOf(
  action: Pick<StepAction, 'status' | 'end_time'>,
  build: BuildStatus,
): { readonly phase: Phase; readonly outcome: string | null } {
  const status = parseReportedStatus(action.status)
  const hasEnded = action.end_time !== null || isOver(build)
  if (status !== null && (isOver(status) || !hasEnded)) return JOB_PROGRESS[status]
  // Of a step that nobody ended nothing more will come once its build is over.
  if (hasEnded) return { phase: 'ended', outcome: status === null ? action.status : null }
  return { phase: 'started', outcome: null }
}
