import type { BranchStatus } from './badge.ts'
import { BUILD_STATUS, type BuildStatus, isOver, type ReportedStatus, type StatusClass } from './build.ts'

/** One attempt at a workflow, and what the CI said of it as a whole. Times are epoch milliseconds. */
export type ToldWorkflow = {
  readonly id: string
  /** What this is an attempt at: a later attempt at the same takes the place of an earlier one. */
  readonly attemptOf: string
  readonly attempt: number
  /** The CI's last word on the whole of it, and when that was; null where it said none. */
  readonly toldStatus: ReportedStatus | null
  readonly toldAt: number | null
}

/** One build's part in its pipeline's result. */
export type PipelineBuild = {
  readonly workflowId: string
  readonly jobName: string
  /** 0: replaced, by what was known before attempts were kept. */
  readonly attempt: number
  readonly status: ReportedStatus
  /** When it came to have that status, by its own account. */
  readonly eventAt: number
}

export type PipelineParts<W extends ToldWorkflow = ToldWorkflow, B extends PipelineBuild = PipelineBuild> = {
  readonly workflows: readonly W[]
  readonly builds: readonly B[]
}

/**
 * What counts of a pipeline, or of one workflow alone; any status that is shown of them is made of this and nothing
 * else, and the order in which it was told plays no part.
 * 1. A job (one name, in attempts at one thing) that ran again is replaced by its later attempt. Where several jobs have
 *    one name, an attempt replaces as many as it has, those that failed first.
 * 2. What the CI said of a workflow as a whole counts until it speaks of a later attempt.
 * 3. Once it said how the workflow ended, builds of earlier attempts do not count, nor do builds that began before
 *    then and of whose end nothing was told.
 * 4. As long as it only said that the workflow goes on, that counts where no build of it says so, and none is red.
 * 5. A workflow that was skipped as a whole, and its jobs, take the place of nothing.
 */
export function countingParts<W extends ToldWorkflow, B extends PipelineBuild>({
  workflows,
  builds,
}: PipelineParts<W, B>): PipelineParts<W, B> {
  const workflowOf = new Map(workflows.map((workflow) => [workflow.id, workflow]))
  const ended = workflows.filter(({ toldStatus }) => toldStatus !== null && isOver(toldStatus))
  const leading = ended.filter((workflow) => !wasSkipped(workflow))
  const inOrder = builds.toSorted((one, other) => one.eventAt - other.eventAt)
  const attemptOf = (build: B) => workflowOf.get(build.workflowId)?.attemptOf ?? ''
  const replaces = (build: B) => {
    const workflow = workflowOf.get(build.workflowId)
    return build.status !== 'not_run' || !workflow || !wasSkipped(workflow)
  }
  const counting = notReplaced(inOrder, attemptOf, replaces).filter((build) => {
    const workflow = workflowOf.get(build.workflowId)
    if (!workflow) return true
    if (leading.some((other) => isLaterAttempt(other, workflow))) return false
    return isOver(build.status) || !ended.includes(workflow) || build.eventAt > (workflow.toldAt ?? 0)
  })
  const speakForThemselves = new Set(
    counting
      .filter(({ status }) => !isOver(status) || BUILD_STATUS[status].class === 'red')
      .map((build) => build.workflowId),
  )
  const spoken = lastWords(workflows).filter((workflow) => !goesOn(workflow) || !speakForThemselves.has(workflow.id))
  return { workflows: spoken, builds: counting }
}

function isLaterAttempt(one: ToldWorkflow, other: ToldWorkflow): boolean {
  return one.attemptOf === other.attemptOf && one.attempt > other.attempt
}

/** Those of which the CI spoke, and of no later attempt at the same. */
function lastWords<W extends ToldWorkflow>(workflows: readonly W[]): readonly W[] {
  const spoken = workflows.filter(({ toldStatus }) => toldStatus !== null)
  return spoken.filter((workflow) => !spoken.some((other) => !wasSkipped(other) && isLaterAttempt(other, workflow)))
}

function wasSkipped({ toldStatus }: ToldWorkflow): boolean {
  return toldStatus === 'not_run'
}

/** Whether the CI only said that it goes on. */
function goesOn({ toldStatus }: ToldWorkflow): boolean {
  return toldStatus !== null && !isOver(toldStatus)
}

/** The statuses of all that counts of a pipeline. */
export function countingStatuses(parts: PipelineParts): readonly ReportedStatus[] {
  const { workflows, builds } = countingParts(parts)
  return [...builds.map(({ status }) => status), ...workflows.flatMap(({ toldStatus }) => toldStatus ?? [])]
}

/** What makes a pipeline fail, the worst first. */
export const FAILURES: readonly ReportedStatus[] = ['failed', 'timedout', 'no_tests', 'infrastructure_fail']

/** The results of what is over; of several in one pipeline, the first of them here is the pipeline's. */
const WORST_FIRST: readonly ReportedStatus[] = [...FAILURES, 'canceled', 'success', 'not_run', 'retried']

/** The result of all workflows of one pipeline together: red if anything that counts is red, but not before all is over. */
export function pipelineStatusFor(parts: PipelineParts): BranchStatus {
  const statuses = countingStatuses(parts)
  if (!statuses.every(isOver)) {
    return statuses.some((status) => status === 'running' || isOver(status)) ? 'running' : 'queued'
  }
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? 'no_builds'
}

/**
 * The result of a pipeline by which it stands for its branch; null while there is none. While something of it only runs
 * again, it stands as it had ended before, unless that was well: then the new attempt decides. What failed is a result at
 * once, be something else of it open for ever: an older pipeline's green would not be true.
 */
export function resultOf(parts: PipelineParts): BranchStatus | null {
  const status = pipelineStatusFor(parts)
  if (status === 'no_builds' || isOver(status)) return status
  const before = statusBeforeRerun(parts)
  return before !== null && BUILD_STATUS[before].class !== 'green' ? before : failureOf(parts)
}

/** The worst failure that counts of a pipeline; null where nothing has failed. */
export function failureOf(parts: PipelineParts): ReportedStatus | null {
  const statuses = countingStatuses(parts)
  return FAILURES.find((status) => statuses.includes(status)) ?? null
}

/** How a pipeline had ended in which nothing goes on but what runs again; null for any other. */
export function statusBeforeRerun({ workflows, builds }: PipelineParts): BuildStatus | null {
  const counting = countingParts({ workflows, builds }).builds
  const openBuilds = counting.filter(({ status }) => !isOver(status))
  const red = new Set(
    counting.flatMap(({ status, workflowId }) => (BUILD_STATUS[status].class === 'red' ? workflowId : [])),
  )
  const openWorkflows = lastWords(workflows).filter((workflow) => goesOn(workflow) && !red.has(workflow.id))
  const openIds = new Set([...openBuilds.map(({ workflowId }) => workflowId), ...openWorkflows.map(({ id }) => id)])
  const isRerun = (workflow: ToldWorkflow) => workflows.some((other) => isLaterAttempt(workflow, other))
  const rerun = new Set(workflows.filter((one) => openIds.has(one.id) && isRerun(one)).map(({ id }) => id))
  const isRetry = ({ workflowId, jobName, attempt }: PipelineBuild) =>
    builds.some((one) => {
      return one.workflowId === workflowId && one.jobName === jobName && one.attempt > 0 && one.attempt < attempt
    })
  const again = new Set(openBuilds.filter((build) => rerun.has(build.workflowId) || isRetry(build)))
  if (again.size < openBuilds.length || openWorkflows.some(({ id }) => !rerun.has(id))) return null
  const before = pipelineStatusFor({
    workflows: workflows.filter(({ id }) => !rerun.has(id)),
    builds: builds.filter((build) => !rerun.has(build.workflowId) && !again.has(build)),
  })
  return before !== 'no_builds' && isOver(before) ? before : null
}

/**
 * Of the builds that count of a job, by its name in workflows of one name, the one that says how it stands: something
 * red, else what was stopped or still goes on, else what passed; null where none counts.
 */
export function standingBuildOf<B extends PipelineBuild>(
  parts: PipelineParts<ToldWorkflow & { readonly name: string }, B>,
  workflowName: string,
  jobName: string,
): B | null {
  const named = new Set(parts.workflows.filter(({ name }) => name === workflowName).map(({ id }) => id))
  const runs = countingParts(parts).builds.filter((build) => build.jobName === jobName && named.has(build.workflowId))
  const rank = ({ status }: B) => (isOver(status) ? WORST_FIRST.indexOf(status) : WORST_FIRST.indexOf('canceled') + 0.5)
  return runs.toSorted((one, other) => rank(one) - rank(other))[0] ?? null
}

/** Whether there is anything in a pipeline to make a result of: what was skipped as a whole leaves the one before. */
export function saysSomething({ workflows, builds }: PipelineParts): boolean {
  const told = workflows.flatMap(({ toldStatus }) => toldStatus ?? [])
  return [...told, ...builds.map(({ status }) => status)].some((status) => status !== 'not_run')
}

type AttemptedBuild = { readonly jobName: string; readonly attempt: number; readonly status: BuildStatus }

/** The builds that no later attempt at the same job replaces, of those that replace any. */
export function notReplaced<B extends AttemptedBuild>(
  builds: readonly B[],
  attemptOf: (build: B) => string,
  replaces: (build: B) => boolean = () => true,
): readonly B[] {
  const known = builds.filter(({ attempt }) => attempt > 0)
  const jobs = Map.groupBy(known, (build) => JSON.stringify([attemptOf(build), build.jobName]))
  const replaced = new Set<B>()
  for (const runs of jobs.values()) {
    const byAttempt = [...Map.groupBy(runs, ({ attempt }) => attempt)].sort(([one], [other]) => other - one)
    let again = 0
    for (const [, those] of byAttempt) {
      for (const build of those.toSorted(retryOrder).slice(0, again)) replaced.add(build)
      again = Math.max(again, those.filter(replaces).length)
    }
  }
  return known.filter((build) => !replaced.has(build))
}

/** The order in which jobs of one name are taken to have run again: what failed, what was stopped, what never ended. */
const RETRIED_FIRST: Record<StatusClass, number> = { red: 0, stopped: 1, blue: 2, waiting: 2, green: 3 }

function retryOrder(one: AttemptedBuild, other: AttemptedBuild): number {
  const [a, b] = [BUILD_STATUS[one.status], BUILD_STATUS[other.status]]
  const byClass = RETRIED_FIRST[a.class] - RETRIED_FIRST[b.class]
  // Of what never ended, the one that was heard of first; they come in that order.
  return byClass !== 0 || !isOver(one.status) || !isOver(other.status) ? byClass : b.rank - a.rank
}
