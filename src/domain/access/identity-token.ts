import { fromBase64Url } from '../formats/encoding.ts'

type JsonObject = Readonly<Record<string, unknown>>

/** A signed JSON Web Token (RFC 7519) taken apart; nothing that it says is verified. */
export type IdentityToken = {
  readonly header: JsonObject
  readonly claims: JsonObject
  /** What the signature is over. */
  readonly signed: string
  /** Base64url, or whatever stood in its place. */
  readonly signature: string
}

/** Whom a token has to be from and for, and when. */
export type Expectation = {
  readonly issuer: string
  readonly audience: string
  readonly now: number
  /** How far the issuer's clock may be off. */
  readonly toleranceSeconds: number
}

/** Reads the compact form (RFC 7515 §7.1): three parts, the first two of them JSON objects. */
export function parseIdentityToken(text: string): IdentityToken | null {
  const [first = '', second = '', signature, ...more] = text.split('.')
  const header = parseObject(first)
  const claims = parseObject(second)
  return header && claims && signature !== undefined && more.length === 0
    ? { header, claims, signed: `${first}.${second}`, signature }
    : null
}

/** The id of the key that the token says it is signed with; null where it says none. */
export function keyIdOf({ header }: IdentityToken): string | null {
  return typeof header.kid === 'string' ? header.kid : null
}

/** Why its algorithm does not pass; null where it does. For this nobody need be asked. */
export function algorithmRefusal({ header }: IdentityToken): string | null {
  return header.alg === ALGORITHM ? null : 'Its algorithm is not allowed.'
}

/**
 * Why a token does not pass, as a sentence; null where it does. The steps of RFC 7515 §5.2 and RFC 7519 §7.2, with the
 * algorithm ours to choose (RFC 8725 §3.1) and the keys only those given: what else its header offers is not looked at.
 */
export async function tokenRefusal(
  token: IdentityToken,
  keys: readonly JsonObject[],
  expected: Expectation,
): Promise<string | null> {
  // No extension is understood here (RFC 7515 §4.1.11).
  if (token.header.crit !== undefined) return UNSIGNED
  const refusal = algorithmRefusal(token)
  if (refusal) return refusal
  return (await isSigned(token, keys)) ? claimsRefusal(token.claims, expected) : UNSIGNED
}

/** All issuers that we know sign with this one. Another would need its own hash, and its own demands on keys. */
const ALGORITHM = 'RS256'
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
/** RFC 7518 §3.3. */
const MIN_MODULUS_BITS = 2048
/** What is refused before anything that the token says is believed. */
export const UNSIGNED = 'Its signature does not check out.'

async function isSigned({ header, signed, signature }: IdentityToken, keys: readonly JsonObject[]): Promise<boolean> {
  const [jwk, ...others] = keys.filter((key) => isMeant(key, header))
  // Which of several is meant would be a guess.
  if (!jwk || others.length > 0) return false
  try {
    // Whether it has all that makes it a key is for importKey to say.
    const key = await crypto.subtle.importKey('jwk', jwk as JsonObject & { kty: 'RSA' }, RSA, false, ['verify'])
    if (!('modulusLength' in key.algorithm) || key.algorithm.modulusLength < MIN_MODULUS_BITS) return false
    return await crypto.subtle.verify(RSA, key, fromBase64Url(signature), new TextEncoder().encode(signed))
  } catch {
    return false // Not a public RSA key after all, or the signature is not base64url.
  }
}

/** Whether the key (RFC 7517 §4) is for such signatures, and has the id that the token names, if it names one. */
function isMeant(key: JsonObject, { kid }: JsonObject): boolean {
  const { kty, use = 'sig', alg = ALGORITHM, key_ops = ['verify'] } = key
  return (
    kty === 'RSA' &&
    use === 'sig' &&
    alg === ALGORITHM &&
    JSON.stringify(key_ops) === '["verify"]' &&
    (kid === undefined || (typeof kid === 'string' && kid === key.kid))
  )
}

/** The claims of RFC 7519 §4.1, each of which is required but `nbf`; the first that fails is told. */
function claimsRefusal(claims: JsonObject, { issuer, audience, now, toleranceSeconds }: Expectation): string | null {
  const { iss, aud, sub, iat, nbf = 0, exp } = claims
  const seconds = Math.floor(now / 1000)
  const failing = (name: string) => `Its claim "${name}" does not pass.`
  const checks: readonly (readonly [refusal: string, passes: boolean])[] = [
    [failing('iss'), iss === issuer],
    [`Its audience is not ${audience}.`, [aud].flat().includes(audience)],
    [failing('sub'), sub !== undefined],
    [failing('iat'), isNumericDate(iat)],
    [failing('nbf'), isNumericDate(nbf) && nbf <= seconds + toleranceSeconds],
    [failing('exp'), isNumericDate(exp)],
    ['It has expired.', isNumericDate(exp) && exp > seconds - toleranceSeconds],
  ]
  return checks.find(([, passes]) => !passes)?.[0] ?? null
}

/** `1e999` is JSON, too, and would never expire. */
function isNumericDate(value: unknown): value is number {
  return Number.isFinite(value)
}

function parseObject(part: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(fromBase64Url(part)),
    )
    return typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject | null) : null
  } catch {
    return null // Not base64url, not UTF-8 or not JSON.
  }
}
