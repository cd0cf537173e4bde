import { AppError } from '../../../domain/error.ts'
import { organizationSlugOf } from '../../../domain/organization.ts'
import { slugText } from '../../../domain/project.ts'
import { slugsOfLimits } from '../../../storage/tokens/limit-projects.ts'
import { deleteToken } from '../../../storage/tokens/token-ends.ts'
import { findToken } from '../../../storage/tokens/tokens.ts'
import { jsonRead, jsonWritten } from '../../frame/answers/answers.ts'
import { queryFlag } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import { endedJson, tokenJson } from '../../json/token-json.ts'
import type { PresentedTokenJson } from './token-shape.ts'

/** The routes about the token of the request itself: describe it, and end it. */
export function mountToken(app: App): void {
  route(app, 'GET /api/buildpass/v1/token', async (c, { grant }) => {
    const { db } = c.env.stores
    const token = await findToken(db, grant.tokenId)
    if (!token) throw new AppError('invalid_token')
    return jsonRead(c, {
      kind: grant.kind,
      project: 'project' in grant ? slugText(grant.project) : null,
      ...(grant.kind === 'organization' ? { organization: organizationSlugOf(grant.organization) } : {}),
      ...tokenJson(token, await slugsOfLimits(db, [token])),
    } satisfies PresentedTokenJson)
  })

  route(app, 'DELETE /api/buildpass/v1/token', async (c, { actor, grant }) => {
    // Project tokens only read, and status tokens are in public READMEs: no reader of these may end them.
    if (grant.kind === 'project' || grant.kind === 'organization') throw new AppError('permission_denied')
    const how = { action: 'token.deleted', keepMinted: queryFlag(c, 'keep_minted'), actor: actor } as const
    const deleted = await deleteToken(c.env.stores, grant.tokenId, how)
    return jsonWritten(c, endedJson(deleted))
  })
}
