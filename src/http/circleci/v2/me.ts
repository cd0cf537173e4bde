import { AppError } from '../../../domain/error.ts'
import { pageOfRows } from '../../../domain/formats/page-token.ts'
import { stableIdFor } from '../../../domain/formats/stable-id.ts'
import { type Project, slugKeyFor, slugText, VCS, type Vcs, vcsUrlFor } from '../../../domain/project.ts'
import { listFollowed, listOrganizations } from '../../../storage/people/memberships.ts'
import { findUser, findUserSeenBy } from '../../../storage/people/users.ts'
import { findProjectSlug } from '../../../storage/projects/projects.ts'
import { jsonRead } from '../../frame/answers.ts'
import { type App, route } from '../../frame/route.ts'
import { pagedJson, pageKeyOf } from '../both/paging.ts'
import type { BriefProjectJson, CollaborationJson, V2MeJson, V2ProjectJson, V2UserJson } from './me-shape.ts'

const PAGE_SIZE = 100

/** Who asks, what they follow, and single projects. */
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
    const user = await findUserSeenBy(c.env.stores.db, grant.userId, params.id)
    if (!user) throw new AppError('user_not_found')
    return jsonRead(c, { id: user.id, login: user.login, name: user.name } satisfies V2UserJson)
  })

  route(app, 'GET /api/v2/me/collaborations', async (c, { grant }) => {
    const orgs = await listOrganizations(c.env.stores.db, grant.userId)
    return jsonRead(c, await Promise.all(orgs.map(collaborationJson)))
  })

  route(app, 'GET /api/private/me/followed-projects', async (c, { grant }) => {
    const [after] = pageKeyOf(c, 'followed-project', ['string']) ?? ['']
    const followed = await listFollowed(c.env.stores.db, grant.userId, after, PAGE_SIZE + 1)
    const page = pageOfRows(followed, PAGE_SIZE, ({ project }) => [slugKeyFor(project)])
    return pagedJson(c, 'followed-project', page, ({ project }) => briefProjectJson(project))
  })

  route(app, 'GET /api/v2/project/:vcs/:org/:repo', async (c, { project }) => jsonRead(c, await projectJson(project)))

  // Official tooling also names a project by its id.
  route(app, 'GET /api/v2/project/:id', async (c, { project }) => jsonRead(c, await projectJson(project)), {
    slug: { onPath: () => null, find: (c, { id }) => findProjectSlug(c.env.stores.db, id) },
  })
}

function briefProjectJson(project: Project): BriefProjectJson {
  return { name: project.repo, slug: slugText(project), vcs_type: VCS[project.vcs].longName }
}

/** CircleCI's words for who hosts a repository: it has none for GitLab, whose projects it calls its own. */
const PROVIDER: Record<Vcs, 'GitHub' | 'Bitbucket' | 'CircleCI'> = { gh: 'GitHub', bb: 'Bitbucket', gl: 'CircleCI' }

async function projectJson(project: Project): Promise<V2ProjectJson> {
  return {
    id: project.id,
    slug: slugText(project),
    name: project.repo,
    organization_id: await organizationIdOf(project),
    organization_name: project.org,
    organization_slug: organizationSlugOf(project),
    vcs_info: {
      vcs_url: vcsUrlFor(project),
      provider: PROVIDER[project.vcs],
      default_branch: project.defaultBranch,
    },
  }
}

type Organization = Pick<Project, 'vcs' | 'org'>

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

function organizationSlugOf({ vcs, org }: Organization): string {
  return `${vcs}/${org}`
}

function organizationIdOf(project: Organization): Promise<string> {
  return stableIdFor('organization', organizationSlugOf(project))
}
