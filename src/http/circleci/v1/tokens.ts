import { reachOf } from '../../../domain/access/limits/reach.ts'
import { readJson } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import {
  created,
  deleted,
  limitsWithin,
  listed,
  personalTokenInput,
  projectTokenInput,
  rotated,
  wantedOf,
} from '../../frame/token-requests.ts'

/** Project tokens for a project's admins, personal tokens for each person: list, create, delete, rotate; no update. */
export function mountTokens(app: App): void {
  route(app, 'GET /api/v1.1/project/:vcs/:org/:repo/token', (c, { project }) =>
    listed(c, { kind: 'project', projectId: project.id }),
  )

  route(app, 'POST /api/v1.1/project/:vcs/:org/:repo/token', async (c, { actor, grant, project }) => {
    const { scope, ...input } = await readJson(c, projectTokenInput())
    return created(c, { actor, grant }, { kind: 'project', projectId: project.id, scope, ...wantedOf(input) })
  })

  route(app, 'DELETE /api/v1.1/project/:vcs/:org/:repo/token/:id', (c, { actor, grant, project, params }) =>
    deleted(c, { actor, grant }, params, { kind: 'project', projectId: project.id }),
  )

  route(app, 'POST /api/v1.1/project/:vcs/:org/:repo/token/:id/rotate', (c, { actor, grant, project, params }) =>
    rotated(c, { actor, grant }, params, { kind: 'project', projectId: project.id }),
  )

  route(app, 'GET /api/v1.1/user/token', (c, { grant }) =>
    listed(c, { kind: 'personal', userId: grant.userId }, reachOf(grant).projects),
  )

  route(app, 'POST /api/v1.1/user/token', async (c, { actor, grant }) => {
    const { limits: wished, ...input } = await readJson(c, personalTokenInput())
    const limits = wished ? await limitsWithin(c, grant, wished) : null
    return created(c, { actor, grant }, { kind: 'personal', userId: grant.userId, ...wantedOf({ ...input, limits }) })
  })

  route(app, 'DELETE /api/v1.1/user/token/:id', (c, { actor, grant, params }) =>
    deleted(c, { actor, grant }, params, { kind: 'personal', userId: grant.userId }),
  )

  route(app, 'POST /api/v1.1/user/token/:id/rotate', (c, { actor, grant, params }) =>
    rotated(c, { actor, grant }, params, { kind: 'personal', userId: grant.userId }),
  )
}
