/** What a CI reports of a build. `fixed` is not reported: it is a success after a red build, and is derived. */
export type ReportedStatus =
  | 'queued'
  | 'not_running'
  | 'running'
  | 'success'
  | 'no_tests'
  | 'canceled'
  | 'not_run'
  | 'retried'
  | 'infrastructure_fail'
  | 'timedout'
  | 'failed'

/** What a reader sees (CircleCI v1.1 `status`). */
export type BuildStatus = ReportedStatus | 'fixed'
export type Lifecycle = 'queued' | 'not_run' | 'not_running' | 'running' | 'finished'
export type Outcome = 'canceled' | 'infrastructure_fail' | 'timedout' | 'failed' | 'no_tests' | 'success'
export type StatusClass = 'red' | 'green' | 'blue' | 'waiting' | 'stopped'

type StatusRow = {
  readonly lifecycle: Lifecycle
  readonly outcome: Outcome | null
  readonly class: StatusClass
  /** Of two events at one time the one with the higher rank counts. */
  readonly rank: number
}

export const BUILD_STATUS: Record<BuildStatus, StatusRow> = {
  queued: { lifecycle: 'queued', outcome: null, class: 'waiting', rank: 0 },
  not_running: { lifecycle: 'not_running', outcome: null, class: 'waiting', rank: 1 },
  running: { lifecycle: 'running', outcome: null, class: 'blue', rank: 2 },
  not_run: { lifecycle: 'not_run', outcome: null, class: 'stopped', rank: 3 },
  retried: { lifecycle: 'finished', outcome: null, class: 'stopped', rank: 4 },
  canceled: { lifecycle: 'finished', outcome: 'canceled', class: 'stopped', rank: 5 },
  no_tests: { lifecycle: 'finished', outcome: 'no_tests', class: 'red', rank: 6 },
  success: { lifecycle: 'finished', outcome: 'success', class: 'green', rank: 7 },
  fixed: { lifecycle: 'finished', outcome: 'success', class: 'green', rank: 7 },
  infrastructure_fail: { lifecycle: 'finished', outcome: 'infrastructure_fail', class: 'stopped', rank: 8 },
  timedout: { lifecycle: 'finished', outcome: 'timedout', class: 'red', rank: 9 },
  failed: { lifecycle: 'finished', outcome: 'failed', class: 'red', rank: 10 },
}

/** The status that `text` names, `fixed` read as a success; null for anything else. */
export function parseReportedStatus(text: string): ReportedStatus | null {
  if (text === 'fixed') return 'success'
  return Object.hasOwn(BUILD_STATUS, text) ? (text as ReportedStatus) : null
}

const STAGE_OVER = 2

/** How far a build has come: 0 waiting, 1 running, 2 over. It never goes back. */
export function stageOf(status: BuildStatus): number {
  const { lifecycle } = BUILD_STATUS[status]
  if (lifecycle === 'finished' || lifecycle === 'not_run') return STAGE_OVER
  return lifecycle === 'running' ? 1 : 0
}

/** Whether nothing more is expected of a build with this status. */
export function isOver(status: BuildStatus): boolean {
  return stageOf(status) === STAGE_OVER
}

/** A success after a red build of the same job and branch reads as `fixed`. */
export function statusAfter(status: ReportedStatus, previous: BuildStatus | null): BuildStatus {
  return status === 'success' && previous && BUILD_STATUS[previous].class === 'red' ? 'fixed' : status
}

/** One command or phase of a build, in CircleCI v1.1's shape as far as the reporter gave it. */
export type Step = {
  readonly name: string
  /** The reporter's own, where it tells of its steps one by one. */
  readonly key?: string
  readonly actions: readonly StepAction[]
}
export type StepAction = {
  readonly name: string
  readonly type: string
  readonly index: number
  readonly step: number
  readonly status: string
  readonly start_time: string | null
  readonly end_time: string | null
  readonly run_time_millis: number | null
  readonly bash_command: string | null
  readonly exit_code: number | null
}

export type Person = {
  readonly name?: string
  readonly email?: string
  readonly date?: string
  readonly login?: string
  readonly avatar_url?: string
}
export type PullRequest = { readonly head_sha: string | null; readonly url: string }

/** The revision of a pipeline that somebody asked for by branch or tag, until the CI reports the commit. */
export const UNKNOWN_REVISION = 'HEAD'

/** What was pushed, and what ran for it. Times are epoch milliseconds. */
export type Pipeline = {
  readonly id: string
  readonly number: number
  readonly externalId: string
  readonly branch: string | null
  readonly tag: string | null
  readonly revision: string
  readonly subject: string | null
  readonly body: string | null
  readonly author: Person | null
  readonly committer: Person | null
  readonly actor: Person | null
  readonly pullRequests: readonly PullRequest[]
  readonly createdAt: number
}

/** Who pushed or asked for a pipeline, where that was reported. */
export function personOf({
  actor,
  author,
  committer,
}: Pick<Pipeline, 'actor' | 'author' | 'committer'>): Person | null {
  return actor ?? author ?? committer
}

export type Workflow = {
  readonly id: string
  readonly externalId: string
  readonly name: string
  /** `WorkflowAttempt` says what this is for. */
  readonly attemptOf: string
  readonly attempt: number
}

/** One run of one job. Times are epoch milliseconds. */
export type Build = {
  readonly id: string
  readonly num: number
  readonly externalId: string
  readonly jobName: string
  readonly attempt: number
  readonly status: BuildStatus
  readonly queuedAt: number | null
  readonly startedAt: number | null
  readonly stoppedAt: number | null
  readonly createdAt: number
  readonly buildUrl: string | null
  readonly retryOf: number | null
  readonly workflow: Workflow
  readonly pipeline: Pipeline
  readonly previous: PreviousBuild | null
}

/** The build of the same job and branch before this one. */
export type PreviousBuild = {
  readonly num: number
  readonly status: BuildStatus
  readonly durationMs: number | null
}

/** When it was queued; where that was not reported, when its first report arrived, or its start if that was earlier. */
export function queuedAtOf({
  queuedAt,
  startedAt,
  stoppedAt,
  createdAt,
}: Pick<Build, 'queuedAt' | 'startedAt' | 'stoppedAt' | 'createdAt'>): number {
  return queuedAt ?? Math.min(createdAt, startedAt ?? stoppedAt ?? createdAt)
}

/** When it started; until then when it was queued, for formats that require a time. */
export function shownStartOf(build: Pick<Build, 'queuedAt' | 'startedAt' | 'stoppedAt' | 'createdAt'>): number {
  return build.startedAt ?? queuedAtOf(build)
}

export function durationMsOf(build: { startedAt: number | null; stoppedAt: number | null }): number | null {
  if (build.startedAt === null || build.stoppedAt === null) return null
  return Math.max(0, build.stoppedAt - build.startedAt)
}

/** One event of a build, as reported. Times are epoch milliseconds; null where they were not reported. */
export type BuildEvent = {
  readonly status: ReportedStatus
  readonly queuedAt: number | null
  readonly startedAt: number | null
  readonly stoppedAt: number | null
  readonly buildUrl: string | null
  readonly steps: readonly Step[] | null
  /** Whether the CI itself reported it, and not the job. */
  readonly isOfCi?: boolean
  /** A number of the CI that grows with each event of the build: of two events at one time the higher counts. */
  readonly count?: number | null
  /** Whether the job was skipped, or waits to be started by hand, but may still start: then it has not stopped. */
  readonly mayStillStart?: boolean
}

/** The workflow that a report is about. By default it is the first attempt at itself. */
export type WorkflowReport = {
  readonly externalId: string
  readonly name: string
  readonly attemptOf?: string
  readonly attempt?: number
}

/** A build event with all that the build's row needs, if this is its first event. */
export type BuildReport = BuildEvent & {
  readonly externalId: string
  /** The number of the build that this one repeats. */
  readonly retryOf?: number
  readonly jobName: string
  /** The attempt at this job; by default that of its workflow. */
  readonly attempt?: number
  readonly workflow: WorkflowReport
  readonly pipeline: PipelineReport
}

/** The pipeline that a report is about. */
export type PipelineReport = Omit<Pipeline, 'id' | 'number' | 'createdAt'> & {
  /** When the pipeline began by the CI's clock, which goes before the order of arrival. */
  readonly beganAt?: number | null
  /** A number of the CI's own that grows from one pipeline to the next. */
  readonly ciNumber?: number | null
  /** Whether `externalId` is that of the run's parent, which may have a parent itself. */
  readonly isOfParent?: boolean
  /** Whether it is or may be part of another pipeline: then the run keeps its branch until the run itself names one. */
  readonly isPart?: boolean
  /** Whether it counts for its branch never, or only while it is red; always where this is not given. */
  readonly countsForBranch?: 'never' | 'while_red'
  /** Whether the report leaves open if this commit was the head of the branch when it ran. */
  readonly isHeadUnknown?: boolean
  /** Differs between runs with the same id of a job that was deleted and made anew: Jenkins counts from 1 again. */
  readonly jobGeneration?: number | null
}

/** When the event happened, as reported; else when it arrived. */
export function eventAtOf(event: BuildEvent, now: number): number {
  const stage = stageOf(event.status)
  if (event.mayStillStart) return event.queuedAt ?? now
  const reportedAt = stage === STAGE_OVER ? event.stoppedAt : stage === 1 ? event.startedAt : event.queuedAt
  return reportedAt ?? now
}

/**
 * Orders the events of a build, before their times do: 0 waiting, 1 skipped but may still start, 2 running, 4 over, 5 over as
 * the CI itself reported, which goes before a job's own report whatever the runner's clock says.
 */
export function weightOf({ status, isOfCi = false, mayStillStart = false }: BuildEvent): number {
  if (mayStillStart) return 1
  return 2 * stageOf(status) + (isOfCi && isOver(status) ? 1 : 0)
}

/** The earliest time that an event names; null where it names none. */
export function firstTimeOf({ queuedAt, startedAt, stoppedAt }: BuildEvent): number | null {
  const times = [queuedAt, startedAt, stoppedAt].flatMap((time) => time ?? [])
  return times.length > 0 ? Math.min(...times) : null
}

/** A text that sorts the events of a build by stage, time and rank. */
export function eventOrderOf(event: BuildEvent, now: number): string {
  return statusOrderOf(event.status, eventAtOf(event, now))
}

/** A text that sorts statuses by stage, time and rank. */
export function statusOrderOf(status: ReportedStatus, at: number): string {
  // No Date is further from 1970 than this: so times before 1970 sort too.
  const time = String(at + 8.64e15).padStart(17, '0')
  return `${stageOf(status)} ${time} ${String(BUILD_STATUS[status].rank).padStart(2, '0')}`
}

/** Which builds a list or a look-up is about (CircleCI v1.1 `filter`). */
export type BuildFilter = (typeof BUILD_FILTERS)[number]
export const BUILD_FILTERS = ['successful', 'completed', 'failed', 'running', 'none'] as const

export function parseBuildFilter(text: string): BuildFilter | null {
  return BUILD_FILTERS.find((name) => name === text) ?? null
}
