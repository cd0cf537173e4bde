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
  /** Of two events with one time, the one with the higher rank stands. */
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
export type Step = { readonly name: string; readonly actions: readonly StepAction[] }
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

/** The revision of a pipeline that was asked for by branch or tag, until the CI says what it is. */
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

/** Whose push or request a pipeline is, as far as anybody said. */
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
  /** See pipeline-status. */
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

/** When it was queued; where nobody said, when it was first told of, which is after a start that was told late. */
export function queuedAtOf({
  queuedAt,
  startedAt,
  stoppedAt,
  createdAt,
}: Pick<Build, 'queuedAt' | 'startedAt' | 'stoppedAt' | 'createdAt'>): number {
  return queuedAt ?? Math.min(createdAt, startedAt ?? stoppedAt ?? createdAt)
}

/** When it started, for formats that have no word for "not yet": until then, when it was queued. */
export function shownStartOf(build: Pick<Build, 'queuedAt' | 'startedAt' | 'stoppedAt' | 'createdAt'>): number {
  return build.startedAt ?? queuedAtOf(build)
}

export function durationMsOf(build: { startedAt: number | null; stoppedAt: number | null }): number | null {
  if (build.startedAt === null || build.stoppedAt === null) return null
  return Math.max(0, build.stoppedAt - build.startedAt)
}

/** One event of a build's life, as a CI tells it. Times are epoch milliseconds; null where it did not say. */
export type BuildEvent = {
  readonly status: ReportedStatus
  readonly queuedAt: number | null
  readonly startedAt: number | null
  readonly stoppedAt: number | null
  readonly buildUrl: string | null
  readonly steps: readonly Step[] | null
  /** Whether the CI itself says so, and not a job about itself. */
  readonly isOfCi?: boolean
  /** A number of the CI's that grows with each event of the build, kept as its attempt: of two at one time the higher stands. */
  readonly count?: number | null
  /** Whether it was only left for now, and may be started yet: so it has not stopped. */
  readonly isLeft?: boolean
}

/** The workflow that a report is about: by itself, and the first of its attempts, where nothing else is said. */
export type WorkflowReport = {
  readonly externalId: string
  readonly name: string
  readonly attemptOf?: string
  readonly attempt?: number
}

/** A build event with all that is needed to make the build's row, should it be the first. */
export type BuildReport = BuildEvent & {
  readonly externalId: string
  /** The number of the build that this one repeats. */
  readonly retryOf?: number
  readonly jobName: string
  /** Which attempt at this job of its workflow it is; that of the workflow where nothing is said. */
  readonly attempt?: number
  readonly workflow: WorkflowReport
  readonly pipeline: PipelineReport
}

/** The pipeline that a report is about. */
export type PipelineReport = Omit<Pipeline, 'id' | 'number' | 'createdAt'> & {
  /** When it began, where the CI's clock is to be believed more than the order in which its events came. */
  readonly beganAt?: number | null
  /** A number of the CI's own that grows from one pipeline to the next. */
  readonly ciNumber?: number | null
  /** Whether it is told as what the run's parent is known by, which may have a parent itself. */
  readonly isOfParent?: boolean
  /** Whether it is a part of another pipeline, or may be: then its branch is that of the run until the run itself tells. */
  readonly isPart?: boolean
  /** Where it is not always that it says how the branch stands that it names. */
  readonly stands?: 'never' | 'while_red'
  /** Which of the runs it is that have had this id, one after the other. */
  readonly life?: number | null
}

/** When the event happened, by its own account, else by its arrival. */
export function eventAtOf(event: BuildEvent, now: number): number {
  const stage = stageOf(event.status)
  if (event.isLeft) return event.queuedAt ?? now
  const told = stage === STAGE_OVER ? event.stoppedAt : stage === 1 ? event.startedAt : event.queuedAt
  return told ?? now
}

/**
 * What orders the events of a build before their times do: 0 waiting, 1 left for now, 2 running, 4 over, 5 over by the CI's
 * own word, which the clock of a runner does not beat.
 */
export function weightOf({ status, isOfCi = false, isLeft = false }: BuildEvent): number {
  if (isLeft) return 1
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

/** A text that sorts as statuses that came to be at a time do. */
export function statusOrderOf(status: ReportedStatus, at: number): string {
  // Times before 1970 sort too: no Date is further from it.
  const time = String(at + 8.64e15).padStart(17, '0')
  return `${stageOf(status)} ${time} ${String(BUILD_STATUS[status].rank).padStart(2, '0')}`
}

/** Which builds a list or a look-up is about (CircleCI v1.1 `filter`). */
export type BuildFilter = (typeof BUILD_FILTERS)[number]
export const BUILD_FILTERS = ['successful', 'completed', 'failed', 'running', 'none'] as const

export function parseBuildFilter(text: string): BuildFilter | null {
  return BUILD_FILTERS.find((name) => name === text) ?? null
}
