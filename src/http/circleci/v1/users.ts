import { reachOf } from '../../../domain/access/limits/reach.ts'
import { AppError } from '../../../domain/error.ts'
import { vcsUrlFor } from '../../../domain/project.ts'
import { listBranchBuilds } from '../../../storage/builds/branches/branch-builds.ts'
import { listRecentBuilds } from '../../../storage/builds/builds.ts'
import { countFollowed, listFollowed, setFollowed } from '../../../storage/people/memberships.ts'
import { findUser } from '../../../storage/people/users.ts'
import { jsonRead, jsonWritten, listRead } from '../../frame/answers/answers.ts'
import { pageOf } from '../../frame/request/input.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import { type App, route } from '../../frame/route.ts'
import { buildSummaryJson } from '../../json/build-json.ts'
import { isoOf } from '../../json/iso-time.ts'
import { followedProjectJson } from './project-json.ts'
import type { FollowedJson, V1MeJson } from './user-shape.ts'

/** More would make an answer of megabytes; `num_projects_followed` counts all. */
const MAX_FOLLOWED_SHOWN = 1_000

/** What a person asks about themselves: `/me`, their projects and the newest builds of all of them. */
export function mountUsers(app: App): void {
  route(app, 'GET /api/v1.1/me', async (c, { grant }) => {
    const { db } = c.env.stores
    const [user, followed, count] = await Promise.all([
      findUser(db, grant.userId),
      listFollowed(db, reachOf(grant), '', MAX_FOLLOWED_SHOWN),
      countFollowed(db, reachOf(grant)),
    ])
    if (!user) throw new AppError('invalid_token')
    return jsonRead(c, {
      login: user.login,
      name: user.name,
      avatar_url: user.avatarUrl,
      admin: user.instanceRole === 'owner',
      created_at: isoOf(user.createdAt),
      analytics_id: user.id,
      basic_email_prefs: 'none',
      all_emails: [],
      selected_email: null,
      num_projects_followed: count,
      projects: Object.fromEntries(
        followed.map(({ project }) => [vcsUrlFor(project), { on_dashboard: true, emails: 'default' } as const]),
      ),
    } satisfies V1MeJson)
  })

  route(app, 'GET /api/v1.1/projects', async (c, { grant }) => {
    const page = pageOf(c, { max: 100, fallback: 100 })
    const projects = await listBranchBuilds(c.env.stores, reachOf(grant), { ...page, limit: page.limit + 1 })
    return listRead(c, projects, page, ({ branches, ...membership }) => followedProjectJson(membership, branches))
  })

  route(app, 'GET /api/v1.1/recent-builds', async (c, { grant }) => {
    const builds = await listRecentBuilds(c.env.stores.db, reachOf(grant), pageOf(c))
    return jsonRead(
      c,
      builds.map(({ project, ...build }) => buildSummaryJson(publicOriginOf(c), project, build)),
    )
  })

  route(app, 'POST /api/v1.1/project/:vcs/:org/:repo/follow', async (c, { actor, grant, project }) => {
    if (grant?.kind !== 'personal') throw new AppError('permission_denied')
    await setFollowed(c.env.stores, project.id, { userId: grant.userId, followed: true }, actor)
    return jsonWritten(c, { followed: true } satisfies FollowedJson)
  })

  route(app, 'POST /api/v1.1/project/:vcs/:org/:repo/unfollow', async (c, { actor, grant, project }) => {
    if (grant?.kind !== 'personal') throw new AppError('permission_denied')
    await setFollowed(c.env.stores, project.id, { userId: grant.userId, followed: false }, actor)
    return jsonWritten(c, { followed: false } satisfies FollowedJson)
  })
}
