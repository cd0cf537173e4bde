import {
  algorithmRefusal,
  keyIdOf,
  parseIdentityToken,
  tokenRefusal,
  UNSIGNED,
} from '../domain/access/identity-token.ts'
import {
  ISSUERS,
  type IssuerKind,
  issuerKindOf,
  keysUrlFor,
  type OwnIssuer,
} from '../domain/access/trusted-publisher.ts'
import { toBase64Url } from '../domain/formats/encoding.ts'
import { findKeys, type Outside, type PublicKey } from '../outside/key-sets.ts'
import type { Stores } from '../storage/stores.ts'
import { isIssuerUsed } from '../storage/tokens/publishers.ts'

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
  /**
   * Its signature was not checked, or does not check out. Which of these it is, whoever cannot sign must not learn: it
   * would tell what is expected here.
   */
  | { readonly kind: 'unverified' }

const CLOCK_TOLERANCE_SECONDS = 30

/** Checks an identity token: issuer, algorithm, key, signature, audience, times (RFC 8725 §3). */
export async function verifyIdentity(
  stores: Stores,
  outside: Outside,
  token: string,
  { audience, own }: { readonly audience: string; readonly own: readonly OwnIssuer[] },
): Promise<VerifiedIdentity | IdentityRefusal> {
  const parsed = parseIdentityToken(token)
  if (!parsed) return refused('It is not a JSON Web Token.')
  const notAllowed = algorithmRefusal(parsed)
  if (notAllowed) return refused(notAllowed)
  const { claims } = parsed
  const issuer = typeof claims.iss === 'string' ? claims.iss : ''
  const issuerKind = issuerKindOf(issuer, own)
  if (!issuerKind || !(await isAskedForKeys(stores, issuerKind, issuer, own))) return UNVERIFIED
  let keys: readonly PublicKey[]
  try {
    keys = await findKeys(outside, { url: keysUrlFor(issuerKind, issuer), form: 'jwks' }, keyIdOf(parsed))
  } catch (error) {
    stores.warn('issuer_keys_unreadable', error)
    return UNVERIFIED
  }
  const expected = { issuer, audience, now: stores.now(), toleranceSeconds: CLOCK_TOLERANCE_SECONDS }
  const refusal = await tokenRefusal(parsed, keys, expected)
  if (refusal) return refusal === UNSIGNED ? UNVERIFIED : refused(refusal)
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

const UNVERIFIED: IdentityRefusal = { kind: 'unverified' }

/**
 * Issuers that can be counted are asked whether or not a project expects them. Every CircleCI organization is one of its
 * own: whoever makes some up must not make us ask for their keys.
 */
async function isAskedForKeys(
  { db }: Stores,
  kind: IssuerKind,
  issuer: string,
  own: readonly OwnIssuer[],
): Promise<boolean> {
  return ISSUERS[kind].issuer === issuer || own.some((entry) => entry.issuer === issuer) || isIssuerUsed(db, issuer)
}

function refused(reason: string): IdentityRefusal {
  return { kind: 'refused', reason }
}

/** CircleCI's tokens have no `jti`; their claims are signed, so these name the token whatever is done to its signature. */
async function digestOf(issuer: string, { jti }: Readonly<Record<string, unknown>>, token: string): Promise<string> {
  const named = typeof jti === 'string' && jti !== '' ? `jti ${issuer} ${jti}` : `claims ${token.split('.')[1]}`
  return toBase64Url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(named)))
}
