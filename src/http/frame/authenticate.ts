import type { Context } from 'hono'
import type { Grant } from '../../domain/access/grant.ts'
import type { Secret } from '../../domain/access/secret.ts'
import { AppError, invalidToken } from '../../domain/error.ts'
import type { Slug } from '../../domain/project.ts'
import type { AppEnv } from '../../env.ts'
import { findGrant, type Granted, grantInMemory } from '../../storage/edge/grants.ts'
import { noteUse } from '../../storage/tokens/tokens.ts'
import { clientKeyOf, isWithinLimit } from './client-limits.ts'
import { readCredential } from './credentials.ts'

/** A verified grant, and when its token ends by itself (epoch milliseconds). */
export type Presented = { readonly grant: Grant; readonly expiresAt: number | null }

/**
 * Who asks: a verified grant, or null for nobody. A bad credential is refused here, whatever it was for. `slug` names
 * the project that will be asked about, so that one look-up brings both.
 */
export async function authenticate(c: Context<AppEnv>, slug: Slug | null): Promise<Presented | null> {
  const { stores } = c.env
  const secret = presentedSecret(c)
  if (secret === null) return null
  if (secret instanceof AppError) throw secret
  const charge = {
    get client() {
      return clientKeyOf(c.req.raw)
    },
    spend: () => isWithinLimit(c, 'unknownTokens'),
  }
  const verdict = await findGrant(stores, secret, slug, charge)
  switch (verdict.kind) {
    case 'granted':
      return presented(c, verdict)
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

/**
 * As `authenticate`, from memory alone and without a wait: null where something has to be asked, or nobody asks. A
 * refusal is given and not thrown, which is cheaper.
 */
export function authenticateFromMemory(c: Context<AppEnv>): Presented | AppError | null {
  const secret = presentedSecret(c)
  if (secret === null || secret instanceof AppError) return secret
  const verdict = grantInMemory(c.env.stores, secret)
  return verdict && presented(c, verdict)
}

/** The secret that was sent along, well-formed; null for none, and the refusal of a bad one. */
function presentedSecret(c: Context<AppEnv>): Secret | AppError | null {
  const credential = readCredential(c.req.raw, c.env.settings.queryTokens)
  switch (credential.kind) {
    case 'none':
      return null
    case 'malformed':
      return invalidToken()
    case 'refused':
      return new AppError('query_token_refused', credential.reason)
    case 'secret':
      return credential.secret
  }
}

function presented(c: Context<AppEnv>, { grant, expiresAt, tier }: Granted): Presented {
  const { stores, trace } = c.env
  trace.tokenId = grant.tokenId
  trace.tier = tier
  noteUse(stores, grant.tokenId, () => placeOf(c.req.raw))
  return { grant, expiresAt }
}

/** Country and data centre of the request, where Cloudflare tells them. */
export function placeOf(request: Request): string | null {
  const { country, colo } = (request as { cf?: { country?: unknown; colo?: unknown } }).cf ?? {}
  return typeof country === 'string' && typeof colo === 'string' ? `${country}/${colo}` : null
}
