import { outcomeShape, statusShape, vcsTypeShape } from '../../json/build-shape.ts'
import { byName, flag, type JsonOf, list, maybe, named, object, text, time, whole } from '../../json/shape.ts'

const briefBuildShape = named(
  'BriefBuild',
  object({
    pushed_at: time(),
    vcs_revision: text('5a1c0de'),
    build_num: whole(42),
    outcome: outcomeShape(),
    status: statusShape(),
    added_at: time(),
  }),
)

const branchShape = object({
  pusher_logins: list(text('jo')),
  last_success: maybe(briefBuildShape),
  last_non_success: maybe(briefBuildShape),
  recent_builds: list(briefBuildShape),
  running_builds: list(briefBuildShape),
})

export const followedProjectShape = named(
  'FollowedProject',
  object({
    vcs_url: text('https://github.com/acme/web'),
    vcs_type: vcsTypeShape(),
    followed: flag(true),
    username: text('acme'),
    reponame: text('web'),
    oss: flag(),
    default_branch: text('main'),
    branches: byName(branchShape),
  }),
)

export type BriefBuildJson = JsonOf<typeof briefBuildShape>
export type BranchJson = JsonOf<typeof branchShape>
export type FollowedProjectJson = JsonOf<typeof followedProjectShape>
