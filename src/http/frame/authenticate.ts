import type { Context } from 'hono'
import type { Actor } from '../../domain/access/actor.ts'
import { type Grant, isOfPerson, limitsOf } from '../../domain/access/grant.ts'
import { standingOf } from '../../domain/access/limits/limits.ts'
import type { Secret } from '../../domain/access/secret.ts'
import { AppError, type ErrorCode, invalidToken } from '../../domain/error.ts'
import type { Slug } from '../../domain/project.ts'
import { type ChargeUnknown, findGrant, type Granted, refuseElsewhere } from '../../storage/edge/grants.ts'
import { noteExpiredUse } from '../../storage/notices/token-notices.ts'
import { noteRefused } from '../../storage/projects/audit.ts'
import { noteUse } from '../../storage/tokens/uses/uses.ts'
import type { AppEnv, Asked } from './open-request.ts'
import { clientAddressOf, clientKeyOf, isWithinLimit } from './request/client-limits.ts'
import { readCredential } from './request/credentials.ts'

/** A verified grant, and when its token expires (epoch milliseconds). */
export type Presented = { readonly grant: Grant; readonly expiresAt: number | null }

/** The result of checking a request's credential. */
export type Identified =
  | { readonly kind: 'nobody' }
  | ({ readonly kind: 'granted' } & Presented)
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message?: string }

const INVALID: Identified = { kind: 'refused', code: 'invalid_token' }

/**
 * The verified grant of a request, or null without a credential. A bad credential is refused on every route. `slug` names
 * the project of the request, so that one look-up reads both.
 */
export async function authenticate(c: Context<AppEnv>, slug: Slug | null): Promise<Presented | null> {
  const asker = await identify(c, slug)
  switch (asker.kind) {
    case 'nobody':
      return null
    case 'granted':
      return asker
    case 'refused':
      throw asker === INVALID ? invalidToken() : new AppError(asker.code, asker.message)
  }
}

/** As `authenticate`, but gives a bad credential back instead of refusing it. */
export async function identify(c: Context<AppEnv>, slug: Slug | null): Promise<Identified> {
  const { stores, settings } = c.env
  const credential = readCredential(c.req.raw, settings.queryTokens)
  switch (credential.kind) {
    case 'none':
      return { kind: 'nobody' }
    case 'malformed':
      return INVALID
    case 'refused':
      return { kind: 'refused', code: 'query_token_refused', message: credential.reason }
    case 'secret':
  }
  const verdict = await findGrant(stores, credential.secret, slug, unknownCharge(c))
  switch (verdict.kind) {
    case 'granted':
      return standing(c, credential.secret, verdict)
    case 'unknown':
      return INVALID
    case 'expired': {
      if (isElsewhere(c, verdict.grant)) return elsewhere(c, credential.secret, verdict.grant)
      noteExpiredUse(stores, bearerOf(c, verdict.grant))
      const message = `API token expired on ${new Date(verdict.expiredAt).toISOString()}.`
      return { kind: 'refused', code: 'expired_token', message }
    }
    case 'limited':
      return { kind: 'refused', code: 'too_many_requests' }
    case 'unavailable':
      return { kind: 'refused', code: 'unavailable' }
  }
}

/** A token counts from its networks, and from its day on: from elsewhere it is as unknown as any. */
function standing(c: Context<AppEnv>, secret: Secret, verdict: Granted): Identified | Promise<Identified> {
  const { stores } = c.env
  const { grant, expiresAt } = verdict
  const limits = limitsOf(grant)
  switch (standingOf(limits, clientAddressOf(c.req.raw), stores.now())) {
    case 'stands':
      noteGranted(c, verdict)
      return { kind: 'granted', grant, expiresAt }
    case 'elsewhere':
      return elsewhere(c, secret, grant)
    case 'too_early': {
      const message = `API token is not valid before ${new Date(limits?.notBefore ?? 0).toISOString()}.`
      return { kind: 'refused', code: 'early_token', message }
    }
  }
}

function isElsewhere(c: Context<AppEnv>, grant: Grant): boolean {
  return standingOf(limitsOf(grant), clientAddressOf(c.req.raw), c.env.stores.now()) === 'elsewhere'
}

async function elsewhere(c: Context<AppEnv>, secret: Secret, grant: Grant): Promise<Identified> {
  const { stores } = c.env
  noteRefused(stores, bearerOf(c, grant), { action: 'token.refused_by_network' })
  const refused = await refuseElsewhere(stores, secret, unknownCharge(c))
  return refused === 'limited' ? { kind: 'refused', code: 'too_many_requests' } : INVALID
}

/** Whoever presents a token, as an actor that may do nothing. */
function bearerOf(c: Context<AppEnv>, grant: Grant): Actor {
  const userId = isOfPerson(grant) ? grant.userId : null
  return { userId, tokenId: grant.tokenId, sessionId: null, from: placeOf(c.req.raw), right: { kind: 'credential' } }
}

/** What an unknown secret costs the client of the request. */
export function unknownCharge(c: Context<AppEnv>): ChargeUnknown {
  return {
    get client() {
      return clientKeyOf(c.req.raw)
    },
    spend: () => isWithinLimit(c, 'unknownTokens'),
  }
}

/** Adds the token to the request's log lines, and notes that it was used. */
export function noteGranted({ env, req }: Asked, { grant, expiresAt, tier }: Granted): void {
  env.trace.tokenId = grant.tokenId
  env.trace.tier = tier
  env.trace.tokenExpiresAt = expiresAt
  noteUse(env.stores, { tokenId: grant.tokenId, isUncached: tier === 'd1' }, () => countryAndColoOf(req.raw))
}

/** Where a request comes from, for the audit log: its address, and country and data centre where these are known. */
export function placeOf(request: Request): string {
  const [address, place] = [clientAddressOf(request), countryAndColoOf(request)]
  return place ? `${address} ${place}` : address
}

/** Country and data centre of the request, where Cloudflare gives them. */
export function countryAndColoOf(request: Request): string | null {
  const { country, colo } = (request as { cf?: { country?: unknown; colo?: unknown } }).cf ?? {}
  return typeof country === 'string' && typeof colo === 'string' ? `${country}/${colo}` : null
}
