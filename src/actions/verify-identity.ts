import { parseIdentityToken, tokenRefusal } from '../domain/identity-token.ts'
import { base64UrlEncode } from '../domain/secret-hash.ts'
import { type IssuerKind, issuerKindOf, keysUrlFor, type OwnIssuer } from '../domain/trusted-publisher.ts'
import { findIssuerKeys, type KeySet } from '../storage/issuer-keys.ts'
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
  const parsed = parseIdentityToken(token)
  if (!parsed) return refused('It is not a JSON Web Token.')
  const { header, claims } = parsed
  const issuer = typeof claims.iss === 'string' ? claims.iss : ''
  const issuerKind = issuerKindOf(issuer, own)
  if (!issuerKind) return refused('Its issuer is not one that is trusted here.')
  // Every CircleCI organization is an issuer of its own: whoever makes some up must not make us ask for their keys.
  if (!(await isIssuerUsed(stores.db, issuer))) return { kind: 'unexpected', issuerKind, claims }

  let keys: KeySet['keys']
  try {
    const kid = typeof header.kid === 'string' ? header.kid : null
    keys = (await findIssuerKeys(stores, keysUrlFor(issuerKind, issuer), kid)).keys
  } catch (error) {
    stores.warn('issuer_keys_unreadable', error)
    return { kind: 'unavailable' }
  }
  const expected = { issuer, audience, now: stores.now(), toleranceSeconds: CLOCK_TOLERANCE_SECONDS }
  const refusal = await tokenRefusal(parsed, keys, expected)
  if (refusal) return refused(refusal)
  return {
    kind: 'verified',
    issuerKind,
    issuer,
    claims,
    digest: await digestOf(issuer, claims, token),
    // Until then it would pass again.
    expiresAt: (Number(claims.exp) + CLOCK_TOLERANCE_SECONDS) * 1000,
  }
}

function refused(reason: string): IdentityRefusal {
  return { kind: 'refused', reason }
}

/** CircleCI's tokens have no `jti`; their claims are signed, so these name the token whatever is done to its signature. */
async function digestOf(issuer: string, { jti }: Readonly<Record<string, unknown>>, token: string): Promise<string> {
  const named = typeof jti === 'string' && jti !== '' ? `jti ${issuer} ${jti}` : `claims ${token.split('.')[1]}`
  return base64UrlEncode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(named))))
}
