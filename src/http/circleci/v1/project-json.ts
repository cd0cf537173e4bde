import { BUILD_STATUS, type BuildStatus, type ReportedStatus, statusAfter } from '../../../domain/builds/build.ts'
import { VCS, vcsUrlFor } from '../../../domain/project.ts'
import type { BriefBuild, Membership } from '../../../storage/people/memberships.ts'
import { isoOf } from '../../json/iso-time.ts'
import type { BranchJson, BriefBuildJson, FollowedProjectJson } from './project-shape.ts'

const MAX_RECENT = 5

/** A project with its branches as v1.1 `/projects` shows them, from its newest builds. */
export function followedProjectJson(
  { project, followed }: Membership,
  newest: readonly BriefBuild[],
): FollowedProjectJson {
  const byBranch = Map.groupBy(
    newest.filter((build) => build.branch !== null),
    (build) => build.branch ?? '',
  )
  return {
    vcs_url: vcsUrlFor(project),
    vcs_type: VCS[project.vcs].longName,
    followed,
    username: project.org,
    reponame: project.repo,
    oss: project.visibility === 'public',
    default_branch: project.defaultBranch,
    branches: Object.fromEntries(
      [...byBranch].map(([branch, builds]) => [encodeURIComponent(branch), branchJson(builds)]),
    ),
  }
}

/** Newest first by when they began: numbers go by arrival, and a late event must not make an older build the last one. */
function branchJson(some: readonly BriefBuild[]): BranchJson {
  const builds = some.toSorted((one, other) => other.beganAt - one.beganAt || other.num - one.num)
  const brief = builds.map((build, i) => briefJson(build, shownStatus(build, builds.slice(i + 1))))
  const finished = brief.filter((build) => build.outcome !== null)
  return {
    pusher_logins: [...new Set(builds.flatMap((build) => build.login ?? []))],
    last_success: finished.find((build) => build.outcome === 'success'),
    last_non_success: finished.find((build) => build.outcome !== 'success'),
    recent_builds: finished.slice(0, MAX_RECENT),
    running_builds: brief.filter((build) => build.outcome === null && BUILD_STATUS[build.status].class !== 'stopped'),
  }
}

function shownStatus(build: BriefBuild, older: readonly BriefBuild[]): BuildStatus {
  const isBefore = (other: BriefBuild) =>
    other.jobName === build.jobName &&
    other.beganAt <= build.beganAt &&
    (other.workflowId !== build.workflowId || other.attempt !== build.attempt)
  const previous: ReportedStatus | null = older.find(isBefore)?.status ?? null
  return statusAfter(build.status, previous)
}

function briefJson(build: BriefBuild, status: BuildStatus): BriefBuildJson {
  return {
    pushed_at: isoOf(build.pushedAt),
    vcs_revision: build.revision,
    build_num: build.num,
    outcome: BUILD_STATUS[status].outcome,
    status,
    added_at: isoOf(build.createdAt),
  }
}
