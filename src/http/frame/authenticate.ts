import type { Context } from 'hono'
import type { Grant } from '../../domain/access/grant.ts'
import { AppError, invalidToken } from '../../domain/error.ts'
import type { Slug } from '../../domain/project.ts'
import { findGrant, type Granted } from '../../storage/edge/grants.ts'
import { noteUse } from '../../storage/tokens/tokens.ts'
import type { AppEnv, Asked } from './open-request.ts'
import { clientKeyOf, isWithinLimit } from './request/client-limits.ts'
import { readCredential } from './request/credentials.ts'

/** A verified grant, and when its token ends by itself (epoch milliseconds). */
export type Presented = { readonly grant: Grant; readonly expiresAt: number | null }

/**
 * Who asks: a verified grant, or null for nobody. A bad credential is refused here, whatever it was for. `slug` names
 * the project that will be asked about, so that one look-up brings both.
 */
export async function authenticate(c: Context<AppEnv>, slug: Slug | null): Promise<Presented | null> {
  const { stores, settings } = c.env
  const credential = readCredential(c.req.raw, settings.queryTokens)
  switch (credential.kind) {
    case 'none':
      return null
    case 'malformed':
      throw invalidToken()
    case 'refused':
      throw new AppError('query_token_refused', credential.reason)
    case 'secret':
  }
  const charge = {
    get client() {
      return clientKeyOf(c.req.raw)
    },
    spend: () => isWithinLimit(c, 'unknownTokens'),
  }
  const verdict = await findGrant(stores, credential.secret, slug, charge)
  switch (verdict.kind) {
    case 'granted':
      noteGranted(c, verdict)
      return { grant: verdict.grant, expiresAt: verdict.expiresAt }
    case 'unknown':
      throw invalidToken()
    case 'expired':
      throw new AppError('expired_token', `API token expired on ${new Date(verdict.expiredAt).toISOString()}.`)
    case 'limited':
      throw new AppError('too_many_requests')
    case 'unavailable':
      throw new AppError('unavailable')
  }
}

/** Notes whose token it was, for the log, and that it was used. */
export function noteGranted({ env, req }: Asked, { grant, tier }: Granted): void {
  env.trace.tokenId = grant.tokenId
  env.trace.tier = tier
  noteUse(env.stores, grant.tokenId, () => countryAndColoOf(req.raw))
}

/** Country and data centre of the request, where Cloudflare tells them. */
export function countryAndColoOf(request: Request): string | null {
  const { country, colo } = (request as { cf?: { country?: unknown; colo?: unknown } }).cf ?? {}
  return typeof country === 'string' && typeof colo === 'string' ? `${country}/${colo}` : null
}
