import { AppError } from '../../domain/error.ts'
import { vcsUrlFor } from '../../domain/project.ts'
import { listRecentBuilds } from '../../storage/builds.ts'
import { listMemberships, listNewestBuilds, setFollowed } from '../../storage/memberships.ts'
import { findUser } from '../../storage/users.ts'
import { jsonRead, jsonWritten } from '../answers.ts'
import { pageOf } from '../input.ts'
import { publicOriginOf } from '../origin.ts'
import { type App, route } from '../route.ts'
import { buildSummaryJson, isoOf } from './build-json.ts'
import { followedProjectJson } from './project-json.ts'

/** What a person asks about themselves: `/me`, their projects and the newest builds of all of them. */
export function mountUsers(app: App): void {
  route(app, 'GET /api/v1.1/me', async (c, { grant }) => {
    const { db } = c.env.stores
    const [user, memberships] = await Promise.all([findUser(db, grant.userId), listMemberships(db, grant.userId)])
    if (!user) throw new AppError('invalid_token')
    const followed = memberships.filter((membership) => membership.followed)
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
      num_projects_followed: followed.length,
      projects: Object.fromEntries(
        followed.map(({ project }) => [vcsUrlFor(project), { on_dashboard: true, emails: 'default' }]),
      ),
    })
  })

  route(app, 'GET /api/v1.1/projects', async (c, { grant }) => {
    const { db } = c.env.stores
    const [memberships, builds] = await Promise.all([
      listMemberships(db, grant.userId),
      listNewestBuilds(db, grant.userId),
    ])
    return jsonRead(
      c,
      memberships.map((membership) => followedProjectJson(membership, builds.get(membership.project.id) ?? [])),
    )
  })

  route(app, 'GET /api/v1.1/recent-builds', async (c, { grant }) => {
    const builds = await listRecentBuilds(c.env.stores.db, grant.userId, pageOf(c))
    return jsonRead(
      c,
      builds.map(({ project, ...build }) => buildSummaryJson(publicOriginOf(c), project, build)),
    )
  })

  route(app, 'POST /api/v1.1/project/:vcs/:org/:repo/follow', async (c, { actor, grant, project }) => {
    if (grant?.kind !== 'personal') throw new AppError('permission_denied')
    await setFollowed(c.env.stores, project.id, grant.userId, true, actor)
    return jsonWritten(c, { followed: true })
  })

  route(app, 'POST /api/v1.1/project/:vcs/:org/:repo/unfollow', async (c, { actor, grant, project }) => {
    if (grant?.kind !== 'personal') throw new AppError('permission_denied')
    await setFollowed(c.env.stores, project.id, grant.userId, false, actor)
    return jsonWritten(c, { followed: false })
  })
}
