import { AppError } from '../../domain/error.ts'
import type { Organization } from '../../domain/organization.ts'
import { parseSlugParts } from '../../domain/project.ts'
import { deleteCreator, listCreators, putCreator } from '../../storage/projects/project-settings.ts'
import { jsonDone, jsonRead, jsonWritten } from '../frame/answers/answers.ts'
import { type App, route } from '../frame/route.ts'
import type { CreatorJson, CreatorsJson } from './creators-shape.ts'
import { requireUser } from './projects.ts'

/** Who, besides the owners, may create projects of an organization: for the owners to say. */
export function mountCreators(app: App): void {
  route(app, 'GET /api/buildpass/v1/orgs/:vcs/:org/creators', async (c, { params }) => {
    return jsonRead(c, { items: await listCreators(c.env.stores.db, requireOrg(params)) } satisfies CreatorsJson)
  })

  route(app, 'PUT /api/buildpass/v1/orgs/:vcs/:org/creators/:login', async (c, { actor, params }) => {
    const user = await requireUser(c, params)
    const put = await putCreator(c.env.stores, requireOrg(params), user, actor)
    if (put === 'no_user') throw new AppError('user_not_found')
    return jsonWritten(c, { login: user.login } satisfies CreatorJson)
  })

  route(app, 'DELETE /api/buildpass/v1/orgs/:vcs/:org/creators/:login', async (c, { actor, params }) => {
    await deleteCreator(c.env.stores, requireOrg(params), await requireUser(c, params), actor)
    return jsonDone(c)
  })
}

/** The organization on the path. */
export function requireOrg({ vcs, org }: { readonly vcs: string; readonly org: string }): Organization {
  const slug = parseSlugParts(vcs, org, 'any')
  if (!slug) throw new AppError('route_not_found')
  return slug
}
