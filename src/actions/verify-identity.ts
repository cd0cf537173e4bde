import type { JWTPayload } from 'jose'
import { base64UrlEncode } from '../domain/secret-hash.ts'
import { ISSUERS, type IssuerKind, issuerKindOf, keysUrlFor, type OwnIssuer } from '../domain/trusted-publisher.ts'
import { findIssuerKeys } from '../storage/issuer-keys.ts'
import { isIssuerUsed } from '../storage/publishers.ts'
import type { Stores } from '../storage/stores.ts'

/** What a CI system says of one of its jobs, its signature checked. */
export type VerifiedIdentity = {
  readonly kind: 'verified'
  readonly issuerKind: IssuerKind
  readonly issuer: string
  readonly claims: Readonly<Record<string, unknown>>
  /** Names this one token, so that it is good once. */
  readonly digest: string
  readonly expiresAt: number
}

export type IdentityRefusal =
  | { readonly kind: 'refused'; readonly reason: string }
  /** Nobody here expects tokens of its issuer; what it says is not verified. */
  | { readonly kind: 'unexpected'; readonly issuerKind: IssuerKind; readonly claims: Readonly<Record<string, unknown>> }
  /** The issuer's keys cannot be read: nothing is known of the token. */
  | { readonly kind: 'unavailable' }

const CLOCK_TOLERANCE_SECONDS = 30

/** Checks an identity token: issuer, algorithm, key, signature, audience, times (RFC 8725 §3). */
export async function verifyIdentity(
  stores: Stores,
  token: string,
  audience: string,
  own: readonly OwnIssuer[],
): Promise<VerifiedIdentity | IdentityRefusal> {
  // Loaded when first needed: few requests do, and a start should not pay for it.
  const { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify } = await import('./jose.ts')
  let told: JWTPayload
  let kid: string | null
  try {
    told = decodeJwt(token)
    kid = decodeProtectedHeader(token).kid ?? null
  } catch {
    return refused('It is not a JSON Web Token.')
  }
  const issuer = told.iss ?? ''
  const issuerKind = issuerKindOf(issuer, own)
  if (!issuerKind) return refused('Its issuer is not one that is trusted here.')
  // Every CircleCI organization is an issuer of its own: whoever makes some up must not make us ask for their keys.
  if (!(await isIssuerUsed(stores.db, issuer))) return { kind: 'unexpected', issuerKind, claims: told }

  let keys: Parameters<typeof createLocalJWKSet>[0]
  try {
    // Jose checks each key as it uses it.
    keys = (await findIssuerKeys(stores, keysUrlFor(issuerKind, issuer), kid)) as unknown as typeof keys
  } catch (error) {
    stores.warn('issuer_keys_unreadable', error)
    return { kind: 'unavailable' }
  }
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer,
      audience,
      algorithms: [...ISSUERS[issuerKind].algorithms],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(stores.now()),
      requiredClaims: ['exp', 'iat', 'sub'],
    })
    return {
      kind: 'verified',
      issuerKind,
      issuer,
      claims: payload,
      digest: await digestOf(issuer, payload, token),
      // Until then it would pass again.
      expiresAt: ((payload.exp ?? 0) + CLOCK_TOLERANCE_SECONDS) * 1000,
    }
  } catch (error) {
    if (error instanceof errors.JWTExpired) return refused('It has expired.')
    if (error instanceof errors.JWTClaimValidationFailed)
      return refused(
        error.claim === 'aud' ? `Its audience is not ${audience}.` : `Its claim "${error.claim}" does not pass.`,
      )
    if (error instanceof errors.JOSEAlgNotAllowed) return refused('Its algorithm is not allowed.')
    if (error instanceof errors.JOSEError) return refused('Its signature does not check out.')
    throw error
  }
}

function refused(reason: string): IdentityRefusal {
  return { kind: 'refused', reason }
}

/** CircleCI's tokens have no `jti`; their claims are signed, so these name the token whatever is done to its signature. */
async function digestOf(issuer: string, { jti }: JWTPayload, token: string): Promise<string> {
  const named = typeof jti === 'string' && jti !== '' ? `jti ${issuer} ${jti}` : `claims ${token.split('.')[1]}`
  return base64UrlEncode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(named))))
}
