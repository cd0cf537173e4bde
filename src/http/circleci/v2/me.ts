import { reachOf } from '../../../domain/access/limits/reach.ts'
import { AppError } from '../../../domain/error.ts'
import { pageOfRows } from '../../../domain/formats/page-token.ts'
import { type Organization, organizationIdOf, organizationSlugOf } from '../../../domain/organization.ts'
import { type Project, slugKeyFor, slugText, VCS } from '../../../domain/project.ts'
import { listFollowed, listOrganizations } from '../../../storage/people/memberships.ts'
import { findUser, findUserSeenBy } from '../../../storage/people/users.ts'
import { jsonRead } from '../../frame/answers/answers.ts'
import { type App, route } from '../../frame/route.ts'
import { pagedJson, pageKeyOf } from '../both/paging.ts'
import type { BriefProjectJson, CollaborationJson, V2MeJson, V2UserJson } from './me-shape.ts'

const PAGE_SIZE = 100

/** Who asks, and what they follow. */
export function mountMe(app: App): void {
  route(app, 'GET /api/v2/me', async (c, { grant }) => {
    const user = await findUser(c.env.stores.db, grant.userId)
    if (!user) throw new AppError('invalid_token')
    return jsonRead(c, {
      id: user.id,
      login: user.login,
      name: user.name,
      avatar_url: user.avatarUrl,
    } satisfies V2MeJson)
  })

  route(app, 'GET /api/v2/user/:id', async (c, { grant, params }) => {
    const user = await findUserSeenBy(c.env.stores.db, reachOf(grant), params.id)
    if (!user) throw new AppError('user_not_found')
    return jsonRead(c, { id: user.id, login: user.login, name: user.name } satisfies V2UserJson)
  })

  route(app, 'GET /api/v2/me/collaborations', async (c, { grant }) => {
    const orgs = await listOrganizations(c.env.stores.db, reachOf(grant))
    return jsonRead(c, await Promise.all(orgs.map(collaborationJson)))
  })

  route(app, 'GET /api/private/me/followed-projects', async (c, { grant }) => {
    const [after] = pageKeyOf(c, 'followed-project', ['string']) ?? ['']
    const followed = await listFollowed(c.env.stores.db, reachOf(grant), after, PAGE_SIZE + 1)
    const page = pageOfRows(followed, PAGE_SIZE, ({ project }) => [slugKeyFor(project)])
    return pagedJson(c, 'followed-project', page, ({ project }) => briefProjectJson(project))
  })
}

function briefProjectJson(project: Project): BriefProjectJson {
  return { name: project.repo, slug: slugText(project), vcs_type: VCS[project.vcs].longName }
}

async function collaborationJson(project: Organization): Promise<CollaborationJson> {
  return {
    id: await organizationIdOf(project),
    slug: organizationSlugOf(project),
    name: project.org,
    'vcs-type': VCS[project.vcs].longName,
    vcs_type: VCS[project.vcs].longName,
    // No null in CircleCI's document, and no picture here.
    avatar_url: '',
  }
}
