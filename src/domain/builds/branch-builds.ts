import { BUILD_STATUS, type BuildStatus, type ReportedStatus, statusAfter } from './build.ts'

/** A build as far as a project's branches are made of it. Times are epoch milliseconds. */
export type BranchBuild = {
  readonly num: number
  readonly jobName: string
  readonly workflowId: string
  readonly attempt: number
  readonly branch: string | null
  readonly status: ReportedStatus
  readonly revision: string
  readonly login: string | null
  /** When the build began, as reported; until then the time of its last event. */
  readonly beganAt: number
  readonly createdAt: number
  readonly pushedAt: number
}

/** A build as a branch shows it. */
export type BriefBuild = Pick<BranchBuild, 'num' | 'revision' | 'createdAt' | 'pushedAt'> & {
  readonly status: BuildStatus
}

/** What the newest builds of a project say of one of its branches. */
export type BranchBuilds = {
  readonly branch: string
  readonly logins: readonly string[]
  readonly lastSuccess: BriefBuild | null
  readonly lastNonSuccess: BriefBuild | null
  readonly recent: readonly BriefBuild[]
  readonly running: readonly BriefBuild[]
}

const MAX_RECENT = 5

/** The branches of these builds, that with the newest number first. */
export function branchBuildsOf(newest: readonly BranchBuild[]): readonly BranchBuilds[] {
  const byBranch = Map.groupBy(newest, ({ branch }) => branch)
  return [...byBranch].flatMap(([branch, builds]) => (branch === null ? [] : [ofBranch(branch, builds)]))
}

/** Newest first by when they began: numbers go by arrival, and a late event must not make an older build the last one. */
function ofBranch(branch: string, some: readonly BranchBuild[]): BranchBuilds {
  const builds = some.toSorted((one, other) => other.beganAt - one.beganAt || other.num - one.num)
  const byNumber = some.toSorted((one, other) => other.num - one.num)
  const brief = builds.map((build) => briefOf(build, byNumber))
  const outcomeOf = ({ status }: BriefBuild) => BUILD_STATUS[status].outcome
  const finished = brief.filter((build) => outcomeOf(build) !== null)
  return {
    branch,
    logins: [...new Set(builds.flatMap(({ login }) => login ?? []))],
    lastSuccess: finished.find((build) => outcomeOf(build) === 'success') ?? null,
    lastNonSuccess: finished.find((build) => outcomeOf(build) !== 'success') ?? null,
    recent: finished.slice(0, MAX_RECENT),
    running: brief.filter((build) => outcomeOf(build) === null && BUILD_STATUS[build.status].class !== 'stopped'),
  }
}

/** The one before is that of lists (`previousWhere` in src/storage/builds/builds.ts): it has the lower number, and began no later. */
function briefOf(build: BranchBuild, byNumber: readonly BranchBuild[]): BriefBuild {
  const { num, revision, createdAt, pushedAt } = build
  const isBefore = (other: BranchBuild) =>
    other.num < build.num &&
    other.jobName === build.jobName &&
    other.beganAt <= build.beganAt &&
    (other.workflowId !== build.workflowId || other.attempt !== build.attempt)
  const status = statusAfter(build.status, byNumber.find(isBefore)?.status ?? null)
  return { num, revision, createdAt, pushedAt, status }
}
