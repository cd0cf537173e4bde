import type { Context } from 'hono'
import { type Grant, isOfPerson } from '../../../domain/access/grant.ts'
import { type ReachingGrant, reachOf } from '../../../domain/access/limits/reach.ts'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { pageOfRows } from '../../../domain/formats/page-token.ts'
import { type Organization, organizationIdOf, organizationSlugOf } from '../../../domain/organization.ts'
import { isByIds, type Project, parseProjectName, parseSlugParts, slugKeyFor, VCS } from '../../../domain/project.ts'
import { findAccess } from '../../../storage/edge/project-access.ts'
import { listOrganizations, listProjectsOf } from '../../../storage/people/memberships.ts'
import { findUser } from '../../../storage/people/users.ts'
import { findSlug } from '../../../storage/projects/projects.ts'
import type { Answer } from '../../frame/answers/answers.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { type App, route } from '../../frame/route.ts'
import { dataRead, oneRead, pageCursorOf, pageLimitOf, pageRead } from './lists.ts'
import type { DefinitionJson, V3OrganizationJson, V3ProjectJson, V3UserJson } from './project-shape.ts'
import { filterOf, requireFilter, requireKnownQuery, requireOnly } from './query.ts'
import { V3_REFUSALS } from './refusal.ts'

const MAX_PROJECTS = 50
const MAX_ORGANIZATIONS = 100
/** What clients may ask for of a list of one. */
const MAX_ONE = 100

/** Who asks, and which organizations, projects and definitions of pipelines there are. */
export function mountV3Projects(app: App): void {
  route(
    app,
    'GET /api/v3/users',
    async (c, { grant }) => {
      requireKnownQuery(c, { filters: ['user_id'], pages: true })
      requireOnePage(c, 'v3-user')
      requireOnly(c, 'user_id', 'me')
      const user = await findUser(c.env.stores.db, grant.userId)
      if (!user) throw new AppError('invalid_token')
      const { id, name, login, avatarUrl } = user
      const json: V3UserJson = { id, attributes: { name, login, avatar_url: avatarUrl }, references: {} }
      return dataRead(c, 'v3-user', [json], null)
    },
    V3_REFUSALS,
  )

  route(
    app,
    'GET /api/v3/orgs',
    async (c, { grant }) => {
      requireKnownQuery(c, { filters: ['slug'], pages: true })
      const slug = filterOf(c, 'slug')
      const limit = pageLimitOf(c, MAX_ORGANIZATIONS)
      const [after] = pageCursorOf(c, 'v3-org', ['string']) ?? ['']
      const all = await Promise.all(
        (await organizationsOf(c, grant)).map(async (org) => ({ org, id: await organizationIdOf(org) })),
      )
      const rows = all
        .filter(({ org, id }) => slug === null || isOrganization(org, id, slug))
        .toSorted((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1))
        .filter((one) => placeOf(one) > after)
      return pageRead(
        c,
        'v3-org',
        pageOfRows(rows.slice(0, limit + 1), limit, (one) => [placeOf(one)]),
        organizationJson,
      )
    },
    V3_REFUSALS,
  )

  route(app, 'GET /api/v3/projects', (c, { grant }) => listProjects(c, grant), V3_REFUSALS)

  route(
    app,
    'GET /api/v3/projects/:id',
    async (c, { project }) => {
      requireKnownQuery(c, {})
      return oneRead(c, await projectJson(project))
    },
    {
      ...V3_REFUSALS,
      slug: { onPath: () => null, byId: (_c, { id }) => ({ kind: 'project', id }) },
    },
  )

  route(
    app,
    'GET /api/v3/pipelines',
    async (c, { project }) => {
      requireKnownQuery(c, { filters: ['project_id'], pages: true })
      requireOnePage(c, 'v3-pipeline')
      return dataRead(c, 'v3-pipeline', [definitionJson(project)], null)
    },
    {
      ...V3_REFUSALS,
      slug: { onPath: () => null, byId: (c) => ({ kind: 'project', id: requireFilter(c, 'project_id') }) },
    },
  )
}

/** Whether that is what an organization is called: `gh/acme`, or `circleci/<org-id>`. */
function isOrganization(org: Organization, id: string, slug: string): boolean {
  const [vcs = '', name = '', ...more] = slug.split('/')
  if (more.length > 0) return false
  if (vcs === 'circleci') return name.toLowerCase() === id
  const named = parseSlugParts(vcs, name, 'any')
  return named !== null && organizationSlugOf(named).toLowerCase() === organizationSlugOf(org).toLowerCase()
}

/** The organizations of a person's projects, or that of a token's own project or of a token itself. */
async function organizationsOf(c: Context<AppEnv>, grant: Grant): Promise<readonly Organization[]> {
  switch (grant.kind) {
    case 'personal':
      return listOrganizations(c.env.stores.db, reachOf(grant))
    case 'organization':
      return [grant.organization]
    case 'project':
    case 'reporting':
      return [grant.project]
  }
}

/** Refuses what would ask for more than the one page of a list of one. */
function requireOnePage(c: Context<AppEnv>, list: string): void {
  pageLimitOf(c, MAX_ONE)
  pageCursorOf(c, list, [])
}

const SCOPES = ['following', 'org_id', 'slug'] as const

async function listProjects(c: Context<AppEnv>, grant: Grant | null): Promise<Answer> {
  requireKnownQuery(c, { filters: [...SCOPES, 'name'], pages: true })
  const scopes = SCOPES.filter((name) => filterOf(c, name) !== null)
  const [scope] = scopes
  if (scope === undefined || scopes.length > 1)
    throw invalidInput(scope ? `filter[${scopes[1]}]` : 'filter', `one of ${named(SCOPES)} is wanted, and no more`)
  const limit = pageLimitOf(c, MAX_PROJECTS)
  const [after] = pageCursorOf(c, 'v3-project', ['string']) ?? ['']
  const name = filterOf(c, 'name')
  switch (scope) {
    case 'slug': {
      if (name !== null) throw invalidInput('filter[name]', 'must not stand beside filter[slug]')
      const project = await findNamed(c, grant, requireFilter(c, 'slug'))
      return dataRead(c, 'v3-project', project ? [await projectJson(project)] : [], null)
    }
    case 'following':
      requireOnly(c, 'following', 'true')
      if (grant?.kind !== 'personal') throw new AppError('login_required')
      return projectPage(c, grant, { of: 'followed', name }, { after, limit })
    case 'org_id': {
      const org = await requireOrganization(c, grant, requireFilter(c, 'org_id'))
      if (grant && isOfPerson(grant)) return projectPage(c, grant, { of: org, name }, { after, limit })
      const own = grant ? [grant.project] : []
      const called = own.filter(({ repo }) => repo.toLowerCase().includes((name ?? '').toLowerCase()))
      return dataRead(c, 'v3-project', await Promise.all(called.map(projectJson)), null)
    }
  }
}

function named(scopes: readonly string[]): string {
  return scopes.map((scope) => `filter[${scope}]`).join(', ')
}

/** The project of that slug, if the asker may know of it. */
async function findNamed(c: Context<AppEnv>, grant: Grant | null, text: string): Promise<Project | null> {
  const [vcs = '', org = '', repo = '', ...more] = text.split('/')
  const name = more.length === 0 ? parseProjectName(vcs, org, repo) : null
  const slug = name && (await findSlug(c.env.stores.db, name))
  const access = slug && (await findAccess(c.env.stores, grant, slug, 'runs:list'))
  if (access?.decision === 'unavailable') throw new AppError('unavailable')
  const project = access?.decision === 'allow' ? access.project : null
  // The name may have passed to another project since.
  return name && isByIds(name) && project?.id !== name.projectId ? null : project
}

async function requireOrganization(c: Context<AppEnv>, grant: Grant | null, id: string): Promise<Organization> {
  const orgs = grant ? await organizationsOf(c, grant) : []
  const ids = await Promise.all(orgs.map(organizationIdOf))
  const org = orgs[ids.indexOf(id.toLowerCase())]
  if (!org) throw new AppError('organization_not_found')
  return org
}

async function projectPage(
  c: Context<AppEnv>,
  grant: ReachingGrant,
  which: Parameters<typeof listProjectsOf>[2],
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<Answer> {
  const rows = await listProjectsOf(c.env.stores.db, reachOf(grant), which, { after, limit: limit + 1 })
  const { items, nextKey } = pageOfRows(rows, limit, (project) => [slugKeyFor(project)])
  return pageRead(c, 'v3-project', { items: await Promise.all(items.map(projectJson)), nextKey }, (json) => json)
}

type IdentifiedOrganization = { readonly org: Organization; readonly id: string }

/** Its place in lists. */
function placeOf({ org }: IdentifiedOrganization): string {
  return organizationSlugOf(org).toLowerCase()
}

function organizationJson({ org, id }: IdentifiedOrganization): V3OrganizationJson {
  return { id, attributes: { name: org.org }, references: {} }
}

async function projectJson(project: Project): Promise<V3ProjectJson> {
  const org = { id: await organizationIdOf(project), attributes: { name: project.org } }
  return { id: project.id, attributes: { name: project.repo }, references: { org } }
}

/** A project has one, with its own id: what its CI runs is not written down here. */
function definitionJson({ id, vcs, org, repo }: Project): DefinitionJson {
  const { longName } = VCS[vcs]
  const source = { type: longName, vcs: { provider: longName, repo_full_name: `${org}/${repo}` } }
  const description = 'What the CI of this project runs.'
  return {
    id,
    attributes: { name: repo, description, config: source, checkout: source },
    references: { project: { id } },
  }
}
