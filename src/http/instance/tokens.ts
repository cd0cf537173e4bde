import { parseTokenFilter } from '../../domain/access/token-filter.ts'
import { invalidInput } from '../../domain/error.ts'
import { organizationSlugOf } from '../../domain/organization.ts'
import { findTokens, type OwnedToken } from '../../storage/tokens/every-token.ts'
import { slugsOfLimits } from '../../storage/tokens/limit-projects.ts'
import { isAsked } from '../../storage/tokens/uses/asked-tokens.ts'
import { jsonRead } from '../frame/answers/answers.ts'
import { queryCount, queryText } from '../frame/request/input.ts'
import { type App, route } from '../frame/route.ts'
import { deleted } from '../frame/token-requests.ts'
import { tokenJson } from '../json/token-json.ts'
import type { OwnedTokensJson } from './tokens-shape.ts'

const MAX_TOKENS_A_PAGE = 100

/** All tokens of the instance but those of CI jobs, for its owners: to see and to end. */
export function mountInstanceTokens(app: App): void {
  route(app, 'GET /api/buildpass/v1/instance/tokens', async (c) => {
    const { db, now } = c.env.stores
    const filter = parseTokenFilter(queryText(c, 'show') ?? 'all')
    if (!filter || filter === 'mine') throw invalidInput('show', 'must be one of all, expiring, unused, expired')
    const limit = queryCount(c, 'limit', { min: 1, max: MAX_TOKENS_A_PAGE, fallback: MAX_TOKENS_A_PAGE })
    const fits = isAsked({ filter, now: now(), userId: '' })
    const { found, next } = await findTokens(db, { fits, text: '' }, { after: queryText(c, 'after'), limit })
    const slugs = await slugsOfLimits(
      db,
      found.map(({ token }) => token),
    )
    const itemOf = ({ token, person, project, createdBy }: OwnedToken) => ({
      ...{ kind: token.kind, person, project, created_by: createdBy },
      organization: token.kind === 'organization' ? organizationSlugOf(token.organization) : null,
      ...tokenJson(token, slugs),
    })
    return jsonRead(c, { items: found.map(itemOf), next_after: next } satisfies OwnedTokensJson)
  })

  route(app, 'DELETE /api/buildpass/v1/instance/tokens/:id', (c, { actor, grant, params }) =>
    deleted(c, { actor, grant }, params, { kind: 'instance' }),
  )
}
