import type { Context } from 'hono'
import { AppError } from '../../domain/error.ts'
import { parseSlugParts, type Slug } from '../../domain/project.ts'
import { deleteCreator, listCreators, putCreator } from '../../storage/projects/project-settings.ts'
import { jsonDone, jsonRead, jsonWritten } from '../frame/answers.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { type App, route } from '../frame/route.ts'
import type { CreatorJson, CreatorsJson } from './creators-shape.ts'
import { requireUser } from './projects.ts'

/** Who, besides the owners, may create projects of an organization: for the owners to say. */
export function mountCreators(app: App): void {
  route(app, 'GET /api/buildpass/v1/orgs/:vcs/:org/creators', async (c) => {
    const creators: CreatorsJson = { items: await listCreators(c.env.stores.db, requireOrg(c)) }
    return jsonRead(c, creators)
  })

  route(app, 'PUT /api/buildpass/v1/orgs/:vcs/:org/creators/:login', async (c, { actor }) => {
    const user = await requireUser(c)
    await putCreator(c.env.stores, requireOrg(c), user, actor)
    const creator: CreatorJson = { login: user.login }
    return jsonWritten(c, creator)
  })

  route(app, 'DELETE /api/buildpass/v1/orgs/:vcs/:org/creators/:login', async (c, { actor }) => {
    await deleteCreator(c.env.stores, requireOrg(c), await requireUser(c), actor)
    return jsonDone(c)
  })
}

function requireOrg(c: Context<AppEnv>): Pick<Slug, 'vcs' | 'org'> {
  const slug = parseSlugParts(c.req.param('vcs') ?? '', c.req.param('org') ?? '', 'any')
  if (!slug) throw new AppError('route_not_found')
  return slug
}
