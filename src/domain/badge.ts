import { BUILD_STATUS, type BuildStatus, type ReportedStatus } from './build.ts'

/** What a badge says of a branch: a build status, or that it has no builds. */
export type BranchStatus = BuildStatus | 'no_builds'

/** Why a badge cannot say anything about builds. */
export type BadgeRefusal = 'project_not_found' | 'invalid_token' | 'no_permission' | 'busy' | 'unknown' | 'bad_request'

export type Badge = {
  readonly label: string
  readonly message: string
  /** The word inside the pill of `style=svg`. */
  readonly pill: string
  readonly color: string
  readonly isError: boolean
}

const GREEN = '#3fa648'
const RED = '#d0443e'
const BLUE = '#2f7fd1'
const AMBER = '#b07d10'
const GREY = '#767676'

const BADGES: Record<BranchStatus | BadgeRefusal, Omit<Badge, 'label'>> = {
  success: { message: 'passing', pill: 'PASSED', color: GREEN, isError: false },
  fixed: { message: 'passing', pill: 'PASSED', color: GREEN, isError: false },
  failed: { message: 'failing', pill: 'FAILED', color: RED, isError: false },
  timedout: { message: 'timeout', pill: 'TIMEOUT', color: RED, isError: false },
  no_tests: { message: 'no tests', pill: 'NO TESTS', color: RED, isError: false },
  infrastructure_fail: {
    message: 'infrastructure_failure',
    pill: 'INFRASTRUCTURE_FAILURE',
    color: AMBER,
    isError: false,
  },
  canceled: { message: 'canceled', pill: 'CANCELED', color: GREY, isError: false },
  retried: { message: 'retried', pill: 'RETRIED', color: GREY, isError: false },
  not_run: { message: 'not run', pill: 'NOT RUN', color: GREY, isError: false },
  running: { message: 'running', pill: 'RUNNING', color: BLUE, isError: false },
  queued: { message: 'queued', pill: 'QUEUED', color: AMBER, isError: false },
  not_running: { message: 'queued', pill: 'QUEUED', color: AMBER, isError: false },
  no_builds: { message: 'no builds', pill: 'NO BUILDS', color: GREY, isError: false },
  project_not_found: { message: 'project not found', pill: 'PROJECT NOT FOUND', color: GREY, isError: true },
  invalid_token: { message: 'invalid token', pill: 'INVALID TOKEN', color: GREY, isError: true },
  no_permission: { message: 'no permission', pill: 'NO PERMISSION', color: GREY, isError: true },
  bad_request: { message: 'bad request', pill: 'BAD REQUEST', color: GREY, isError: true },
  busy: { message: 'busy', pill: 'BUSY', color: GREY, isError: true },
  unknown: { message: 'unknown', pill: 'UNKNOWN', color: GREY, isError: true },
}

export const DEFAULT_BADGE_LABEL = 'build'

export function badgeFor(status: BranchStatus | BadgeRefusal, label = DEFAULT_BADGE_LABEL): Badge {
  return { label, ...BADGES[status] }
}

export type BadgeStyle = 'svg' | 'shield' | 'flat-square'

/** The style that `text` names; anything unknown is a shield. */
export function parseBadgeStyle(text: string | undefined): BadgeStyle {
  return text === 'svg' || text === 'flat-square' ? text : 'shield'
}

/** One build's part in its pipeline's result. */
export type PipelineBuild = {
  readonly num: number
  readonly jobName: string
  readonly workflowName: string
  readonly status: ReportedStatus
}

const WORST_FIRST: readonly ReportedStatus[] = [
  'failed',
  'timedout',
  'no_tests',
  'infrastructure_fail',
  'canceled',
  'running',
  'queued',
  'not_running',
  'success',
  'not_run',
  'retried',
]

/**
 * The result of all workflows of one pipeline together: red if any build is red. Of a job that ran again in the same
 * workflow only the newest run counts.
 */
export function pipelineStatusFor(builds: readonly PipelineBuild[]): BranchStatus {
  const newest = new Map<string, PipelineBuild>()
  for (const build of builds) {
    const job = `${build.workflowName}\n${build.jobName}`
    const other = newest.get(job)
    if (!other || other.num < build.num) newest.set(job, build)
  }
  const statuses = new Set([...newest.values()].map((build) => build.status))
  const red = WORST_FIRST.find((status) => statuses.has(status) && BUILD_STATUS[status].class === 'red')
  return red ?? WORST_FIRST.find((status) => statuses.has(status)) ?? 'no_builds'
}
