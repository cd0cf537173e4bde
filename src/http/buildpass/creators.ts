import type { Context } from 'hono'
import { AppError } from '../../domain/error.ts'
import { parseSlugParts, type Slug } from '../../domain/project.ts'
import { deleteCreator, listCreators, putCreator } from '../../storage/projects/project-settings.ts'
import { jsonRead, jsonWritten } from '../frame/answers.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { type App, route } from '../frame/route.ts'
import { requireUser } from './projects.ts'

/** Who, besides the owners, may create projects of an organization: for the owners to say. */
export function mountCreators(app: App): void {
  route(app, 'GET /api/buildpass/v1/orgs/:vcs/:org/creators', async (c) => {
    return jsonRead(c, { items: await listCreators(c.env.stores.db, requireOrg(c)) })
  })

  route(app, 'PUT /api/buildpass/v1/orgs/:vcs/:org/creators/:login', async (c, { actor }) => {
    const user = await requireUser(c)
    await putCreator(c.env.stores, requireOrg(c), user, actor)
    return jsonWritten(c, { login: user.login })
  })

  route(app, 'DELETE /api/buildpass/v1/orgs/:vcs/:org/creators/:login', async (c, { actor }) => {
    await deleteCreator(c.env.stores, requireOrg(c), await requireUser(c), actor)
    return jsonWritten(c, { message: 'ok' })
  })
}

function requireOrg(c: Context<AppEnv>): Pick<Slug, 'vcs' | 'org'> {
  const slug = parseSlugParts(c.req.param('vcs') ?? '', c.req.param('org') ?? '', 'any')
  if (!slug) throw new AppError('route_not_found')
  return slug
}
