import type { BranchStatus } from './badge.ts'
import { BUILD_STATUS, type BuildStatus, isOver, type ReportedStatus, type StatusClass } from './build.ts'

/** One attempt at a workflow, and the status that the CI reported of it as a whole. Times are epoch milliseconds. */
export type WorkflowAttempt = {
  readonly id: string
  /** Workflows with the same text here are attempts at one thing: the later attempt replaces the earlier one. */
  readonly attemptOf: string
  readonly attempt: number
  /** The last status that the CI reported of the whole workflow, and when; null where it reported only jobs. */
  readonly reportedStatus: ReportedStatus | null
  readonly reportedAt: number | null
}

/** One build's part in its pipeline's result. */
export type PipelineBuild = {
  readonly workflowId: string
  readonly jobName: string
  /** 0: never counts. It was replaced before attempts were stored. */
  readonly attempt: number
  readonly status: ReportedStatus
  /** When it came to have that status, as reported. */
  readonly eventAt: number
}

export type PipelineParts<W extends WorkflowAttempt = WorkflowAttempt, B extends PipelineBuild = PipelineBuild> = {
  readonly workflows: readonly W[]
  readonly builds: readonly B[]
}

/**
 * The workflows and builds that count towards the status of a pipeline, or of one workflow alone. Every status that is
 * shown is made of these; the order in which reports arrived plays no part.
 * 1. A job (all builds of one name in attempts at one thing) that ran again is replaced by its later attempt. Where
 *    several jobs have one name, an attempt replaces as many of them as it has itself, those that failed first.
 * 2. The status that the CI reported of a workflow as a whole counts until the CI reports one of a later attempt.
 * 3. Once the CI reported that the workflow ended, builds of earlier attempts do not count, nor do builds that began
 *    before then and whose end was never reported.
 * 4. A report that the workflow is still open counts only while none of its builds is open or red.
 * 5. A workflow that was skipped as a whole, and its jobs, replace nothing.
 */
export function countingParts<W extends WorkflowAttempt, B extends PipelineBuild>({
  workflows,
  builds,
}: PipelineParts<W, B>): PipelineParts<W, B> {
  const workflowOf = new Map(workflows.map((workflow) => [workflow.id, workflow]))
  const ended = workflows.filter(({ reportedStatus }) => reportedStatus !== null && isOver(reportedStatus))
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
    return isOver(build.status) || !ended.includes(workflow) || build.eventAt > (workflow.reportedAt ?? 0)
  })
  const withOpenOrRedBuild = new Set(
    counting
      .filter(({ status }) => !isOver(status) || BUILD_STATUS[status].class === 'red')
      .map((build) => build.workflowId),
  )
  const reported = latestReports(workflows).filter(
    (workflow) => !isOpen(workflow) || !withOpenOrRedBuild.has(workflow.id),
  )
  return { workflows: reported, builds: counting }
}

function isLaterAttempt(one: WorkflowAttempt, other: WorkflowAttempt): boolean {
  return one.attemptOf === other.attemptOf && one.attempt > other.attempt
}

/** The workflows of which the CI reported a status, and none of a later attempt. */
function latestReports<W extends WorkflowAttempt>(workflows: readonly W[]): readonly W[] {
  const reported = workflows.filter(({ reportedStatus }) => reportedStatus !== null)
  return reported.filter((workflow) => !reported.some((other) => !wasSkipped(other) && isLaterAttempt(other, workflow)))
}

function wasSkipped({ reportedStatus }: WorkflowAttempt): boolean {
  return reportedStatus === 'not_run'
}

/** Whether the CI last reported that the workflow is not over. */
function isOpen({ reportedStatus }: WorkflowAttempt): boolean {
  return reportedStatus !== null && !isOver(reportedStatus)
}

/** The statuses of all that counts of a pipeline. */
export function countingStatuses(parts: PipelineParts): readonly ReportedStatus[] {
  const { workflows, builds } = countingParts(parts)
  return [...builds.map(({ status }) => status), ...workflows.flatMap(({ reportedStatus }) => reportedStatus ?? [])]
}

/** What makes a pipeline fail, the worst first. */
export const FAILURES: readonly ReportedStatus[] = ['failed', 'timedout', 'no_tests', 'infrastructure_fail']

/** Statuses of what is over: a pipeline has the first of these that any part of it has. */
const WORST_FIRST: readonly ReportedStatus[] = [...FAILURES, 'canceled', 'success', 'not_run', 'retried']

/** The status of a pipeline: open until all that counts is over, then red if anything that counts is red. */
export function pipelineStatusFor(parts: PipelineParts): BranchStatus {
  const statuses = countingStatuses(parts)
  if (!statuses.every(isOver)) {
    return statuses.some((status) => status === 'running' || isOver(status)) ? 'running' : 'queued'
  }
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? 'no_builds'
}

/**
 * The result with which a pipeline may be the one that its branch shows; null while it has none. While parts of a
 * pipeline that had ended run again, its result is the earlier one, unless that was green: then the new attempt decides.
 * A failure is a result at once, even where something else never ends: an older pipeline's green would be wrong.
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

/** The earlier result of a pipeline in which nothing is open but parts that run again; null for any other. */
export function statusBeforeRerun({ workflows, builds }: PipelineParts): BuildStatus | null {
  const counting = countingParts({ workflows, builds }).builds
  const openBuilds = counting.filter(({ status }) => !isOver(status))
  const red = new Set(
    counting.flatMap(({ status, workflowId }) => (BUILD_STATUS[status].class === 'red' ? workflowId : [])),
  )
  const openWorkflows = latestReports(workflows).filter((workflow) => isOpen(workflow) && !red.has(workflow.id))
  const openIds = new Set([...openBuilds.map(({ workflowId }) => workflowId), ...openWorkflows.map(({ id }) => id)])
  const isRerun = (workflow: WorkflowAttempt) => workflows.some((other) => isLaterAttempt(workflow, other))
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

/** What a pipeline was made of before parts of it ran again the last time; null where nothing ran again. */
export function beforeLastRerun<W extends WorkflowAttempt, B extends PipelineBuild>({
  workflows,
  builds,
}: PipelineParts<W, B>): PipelineParts<W, B> | null {
  const isLastAgain = (workflow: W) =>
    workflows.some((other) => isLaterAttempt(workflow, other)) &&
    !workflows.some((other) => isLaterAttempt(other, workflow))
  const again = new Set(workflows.filter(isLastAgain).map(({ id }) => id))
  const isLastRetry = ({ workflowId, jobName, attempt }: B) => {
    const runs = builds.filter((one) => one.workflowId === workflowId && one.jobName === jobName && one.attempt > 0)
    return runs.some((one) => one.attempt < attempt) && !runs.some((one) => one.attempt > attempt)
  }
  const before = {
    workflows: workflows.filter(({ id }) => !again.has(id)),
    builds: builds.filter((build) => !again.has(build.workflowId) && !isLastRetry(build)),
  }
  return before.workflows.length < workflows.length || before.builds.length < builds.length ? before : null
}

/**
 * The build that decides the status of a job (all builds of that name in workflows of that name): a red one, else a
 * canceled or open one, else one that passed; null where none counts.
 */
export function decidingBuildOf<B extends PipelineBuild>(
  parts: PipelineParts<WorkflowAttempt & { readonly name: string }, B>,
  workflowName: string,
  jobName: string,
): B | null {
  const named = new Set(parts.workflows.filter(({ name }) => name === workflowName).map(({ id }) => id))
  const runs = countingParts(parts).builds.filter((build) => build.jobName === jobName && named.has(build.workflowId))
  const rank = ({ status }: B) => (isOver(status) ? WORST_FIRST.indexOf(status) : WORST_FIRST.indexOf('canceled') + 0.5)
  return runs.toSorted((one, other) => rank(one) - rank(other))[0] ?? null
}

/** Whether anything in a pipeline is not skipped: one that is skipped as a whole leaves its branch the result before it. */
export function saysAnything({ workflows, builds }: PipelineParts): boolean {
  const reported = workflows.flatMap(({ reportedStatus }) => reportedStatus ?? [])
  return [...reported, ...builds.map(({ status }) => status)].some((status) => status !== 'not_run')
}

type AttemptedBuild = { readonly jobName: string; readonly attempt: number; readonly status: BuildStatus }

/** The builds that no later attempt at the same job replaces; only builds for which `replaces` holds replace others. */
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
  // Of builds that never ended the first one in the given order, which is the order of their reports.
  return byClass !== 0 || !isOver(one.status) || !isOver(other.status) ? byClass : b.rank - a.rank
}
