import type { BranchBuilds, BriefBuild } from '../../../domain/builds/branch-builds.ts'
import { BUILD_STATUS } from '../../../domain/builds/build.ts'
import { VCS, vcsUrlFor } from '../../../domain/project.ts'
import type { Membership } from '../../../storage/people/memberships.ts'
import { isoOf } from '../../json/iso-time.ts'
import type { BranchJson, BriefBuildJson, FollowedProjectJson } from './project-shape.ts'

/** A project with its branches as v1.1 `/projects` shows them, from its newest builds. */
export function followedProjectJson(
  { project, followed }: Membership,
  branches: readonly BranchBuilds[],
): FollowedProjectJson {
  return {
    vcs_url: vcsUrlFor(project),
    vcs_type: VCS[project.vcs].longName,
    followed,
    username: project.org,
    reponame: project.repo,
    oss: project.visibility === 'public',
    default_branch: project.defaultBranch,
    branches: Object.fromEntries(branches.map((one) => [encodeURIComponent(one.branch), branchJson(one)])),
  }
}

function branchJson({ logins, lastSuccess, lastNonSuccess, recent, running }: BranchBuilds): BranchJson {
  return {
    pusher_logins: [...logins],
    last_success: lastSuccess ? briefJson(lastSuccess) : undefined,
    last_non_success: lastNonSuccess ? briefJson(lastNonSuccess) : undefined,
    recent_builds: recent.map(briefJson),
    running_builds: running.map(briefJson),
  }
}

function briefJson({ num, revision, createdAt, pushedAt, status }: BriefBuild): BriefBuildJson {
  return {
    pushed_at: isoOf(pushedAt),
    vcs_revision: revision,
    build_num: num,
    outcome: BUILD_STATUS[status].outcome,
    status,
    added_at: isoOf(createdAt),
  }
}
