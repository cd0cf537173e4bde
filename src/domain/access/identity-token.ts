import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'

type JsonObject = Readonly<Record<string, unknown>>

/** What an identity token (RFC 7519) says of itself, by which the keys to check it with are found. Nothing is verified. */
export type UnverifiedToken = {
  readonly issuer: string
  /** Null where it names no key. */
  readonly keyId: string | null
  readonly isAllowedAlgorithm: boolean
}

/** Whom a token has to be from and for, and when. */
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
   * Its signature was not checked, or does not check out. Which of these it is, whoever cannot sign must not learn: it
   * would tell what is expected here.
   */
  | { readonly kind: 'unverified' }

export type VerifiedToken = { readonly kind: 'verified'; readonly claims: JsonObject & { readonly exp: number } }

/** All issuers that we know sign with this one, so no token chooses another (RFC 8725 §3.1). */
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

/** Checks the signature by one of the keys given, whatever keys its header offers, and then what it claims. */
export async function verifyIdentityToken(
  text: string,
  keys: readonly JsonObject[],
  { issuer, audience, now, toleranceSeconds }: Expectation,
): Promise<VerifiedToken | TokenRefusal> {
  try {
    // Whether they are keys is for jose to say.
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
    // A signature that is wrong, a key that is not there, or one that cannot be used, of which jose throws a TypeError.
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
