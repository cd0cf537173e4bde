import type { Context } from 'hono'
import { AppError } from '../domain/error.ts'
import type { Grant } from '../domain/grant.ts'
import type { Slug } from '../domain/project.ts'
import type { AppEnv } from '../env.ts'
import { findGrant } from '../storage/grants.ts'
import { noteUse } from '../storage/tokens.ts'
import { readCredential } from './credentials.ts'

/** A verified grant, and when its token ends by itself (epoch milliseconds). */
export type Presented = { readonly grant: Grant; readonly expiresAt: number | null }

/**
 * Who asks: a verified grant, or null for nobody. A bad credential is refused here, whatever it was for. `slug` names
 * the project that will be asked about, so that one look-up brings both.
 */
export async function authenticate(c: Context<AppEnv>, slug: Slug | null): Promise<Presented | null> {
  const { stores, settings, trace } = c.env
  const credential = readCredential(c.req.raw, settings.queryTokens)
  switch (credential.kind) {
    case 'none':
      return null
    case 'malformed':
      throw new AppError('invalid_token')
    case 'refused':
      throw new AppError('query_token_refused', credential.reason)
    case 'secret':
      break
  }
  const charge = {
    get client() {
      return clientAddressOf(c.req.raw)
    },
    spend: async () => (await c.env.limits.unknownTokens.limit({ key: clientAddressOf(c.req.raw) })).success,
  }
  const verdict = await findGrant(stores, credential.secret, slug, charge)
  switch (verdict.kind) {
    case 'granted':
      trace.tokenId = verdict.grant.tokenId
      trace.tier = verdict.tier
      noteUse(stores, verdict.grant.tokenId, () => placeOf(c.req.raw))
      return { grant: verdict.grant, expiresAt: verdict.expiresAt }
    case 'unknown':
      throw new AppError('invalid_token')
    case 'expired':
      throw new AppError('expired_token', `API token expired on ${new Date(verdict.expiredAt).toISOString()}.`)
    case 'limited':
      throw new AppError('too_many_requests')
    case 'unavailable':
      throw new AppError('unavailable')
  }
}

/** The address that Cloudflare saw; all of a local server's clients are one. */
export function clientAddressOf(request: Request): string {
  return request.headers.get('CF-Connecting-IP') ?? 'local'
}

/** Country and data centre of the request, where Cloudflare tells them. */
export function placeOf(request: Request): string | null {
  const { country, colo } = (request as { cf?: { country?: unknown; colo?: unknown } }).cf ?? {}
  return typeof country === 'string' && typeof colo === 'string' ? `${country}/${colo}` : null
}
