import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'

type JsonObject = Readonly<Record<string, unknown>>

/** The unverified claims of an identity token (RFC 7519) by which its keys are found. */
export type UnverifiedToken = {
  readonly issuer: string
  /** Null where it names no key. */
  readonly keyId: string | null
  readonly isAllowedAlgorithm: boolean
}

/** The issuer, audience and time that a token must have. */
export type Expectation = {
  readonly issuer: string
  readonly audience: string
  readonly now: number
  /** How far the issuer's clock may be off. */
  readonly toleranceSeconds: number
}

export type TokenRefusal =
  | { readonly kind: 'refused'; readonly reason: string }
  /**
   * The signature was not checked, or is wrong. Nobody who cannot sign must learn which: it would reveal which issuers this
   * server accepts.
   */
  | { readonly kind: 'unverified' }

export type VerifiedToken = { readonly kind: 'verified'; readonly claims: JsonObject & { readonly exp: number } }

/** All issuers that we know use this algorithm, so a token cannot choose another one (RFC 8725 §3.1). */
const ALGORITHM = 'RS256'
export const ALGORITHM_REFUSAL = 'Its algorithm is not allowed.'

/** Null where the text is no signed token. */
export function readIdentityToken(text: string): UnverifiedToken | null {
  try {
    const { iss } = decodeJwt(text)
    const { alg, kid } = decodeProtectedHeader(text)
    return {
      issuer: typeof iss === 'string' ? iss : '',
      keyId: typeof kid === 'string' ? kid : null,
      isAllowedAlgorithm: alg === ALGORITHM,
    }
  } catch {
    return null // jose says why, which whoever wrote it knows.
  }
}

/** Checks the signature by one of the given keys, never by a key in the header, and then the claims. */
export async function verifyIdentityToken(
  text: string,
  keys: readonly JsonObject[],
  { issuer, audience, now, toleranceSeconds }: Expectation,
): Promise<VerifiedToken | TokenRefusal> {
  try {
    // jose checks that these are keys.
    const { payload } = await jwtVerify(text, createLocalJWKSet({ keys: keys as [] }), {
      issuer,
      audience,
      algorithms: [ALGORITHM],
      requiredClaims: ['sub', 'iat', 'exp'],
      clockTolerance: toleranceSeconds,
      currentDate: new Date(now),
    })
    return isFinal(payload) ? { kind: 'verified', claims: payload } : refusedFor('exp')
  } catch (error) {
    if (error instanceof errors.JWTExpired) return { kind: 'refused', reason: 'It has expired.' }
    if (error instanceof errors.JWTClaimValidationFailed)
      return error.claim === 'aud'
        ? { kind: 'refused', reason: `Its audience is not ${audience}.` }
        : refusedFor(error.claim)
    if (error instanceof errors.JOSEAlgNotAllowed) return { kind: 'refused', reason: ALGORITHM_REFUSAL }
    // The signature is wrong, its key is missing, or the key cannot be used, for which jose throws a TypeError.
    return { kind: 'unverified' }
  }
}

/** `1e999` is JSON, too, and would never expire. */
function isFinal(payload: JWTPayload): payload is JWTPayload & { exp: number } {
  return Number.isFinite(payload.exp)
}

function refusedFor(claim: string): TokenRefusal {
  return { kind: 'refused', reason: `Its claim "${claim}" does not pass.` }
}
