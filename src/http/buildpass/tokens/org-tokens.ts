import { asCreator } from '../../../domain/access/actor.ts'
import { reachOf } from '../../../domain/access/limits/reach.ts'
import { AppError } from '../../../domain/error.ts'
import type { Organization } from '../../../domain/organization.ts'
import { mayCreateIn } from '../../../storage/projects/project-settings.ts'
import type { PersonalGrant } from '../../frame/authorize.ts'
import { readJson } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import { created, deleted, listed, projectTokenInput, rotated, wantedOf } from '../../frame/token-requests.ts'
import { requireOrg } from '../creators.ts'

/** Tokens for several projects: those of an organization that whoever made the token administers. */
export function mountOrgTokens(app: App): void {
  route(app, 'GET /api/buildpass/v1/orgs/:vcs/:org/tokens', (c, { grant, params }) =>
    listed(c, holderOf(grant, requireOrg(params)), reachOf(grant).projects),
  )

  route(app, 'POST /api/buildpass/v1/orgs/:vcs/:org/tokens', async (c, { actor, grant, params }) => {
    const org = requireOrg(params)
    if (!(await mayCreateIn(c.env.stores.db, org, grant))) throw new AppError('permission_denied')
    const { scope, ...input } = await readJson(c, projectTokenInput())
    const wanted = { ...holderOf(grant, org), scope, ...wantedOf(input) }
    return created(c, { actor: asCreator(actor, org), grant }, wanted)
  })

  route(app, 'DELETE /api/buildpass/v1/orgs/:vcs/:org/tokens/:id', (c, { actor, grant, params }) =>
    deleted(c, { actor, grant }, params, holderOf(grant, requireOrg(params))),
  )

  route(app, 'POST /api/buildpass/v1/orgs/:vcs/:org/tokens/:id/rotate', (c, { actor, grant, params }) =>
    rotated(c, { actor, grant }, params, holderOf(grant, requireOrg(params))),
  )
}

function holderOf({ userId }: PersonalGrant, organization: Organization) {
  return { kind: 'organization', userId, organization } as const
}
