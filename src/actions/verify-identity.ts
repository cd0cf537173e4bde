import {
  ALGORITHM_REFUSAL,
  readIdentityToken,
  type TokenRefusal,
  verifyIdentityToken,
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

/** The claims of a CI about one of its jobs, with the signature checked. */
export type VerifiedIdentity = {
  readonly kind: 'verified'
  readonly issuerKind: IssuerKind
  readonly issuer: string
  readonly claims: Readonly<Record<string, unknown>>
  /** Identifies this one token, so that it can be exchanged once. */
  readonly digest: string
  readonly expiresAt: number
}

const CLOCK_TOLERANCE_SECONDS = 30

/** Checks an identity token: issuer, algorithm, key, signature, audience, times (RFC 8725 §3). */
export async function verifyIdentity(
  stores: Stores,
  outside: Outside,
  token: string,
  { audience, own }: { readonly audience: string; readonly own: readonly OwnIssuer[] },
): Promise<VerifiedIdentity | TokenRefusal> {
  const said = readIdentityToken(token)
  if (!said) return refused('It is not a JSON Web Token.')
  if (!said.isAllowedAlgorithm) return refused(ALGORITHM_REFUSAL)
  const { issuer } = said
  const issuerKind = issuerKindOf(issuer, own)
  if (!issuerKind || !(await isAskedForKeys(stores, issuerKind, issuer, own))) return UNVERIFIED
  let keys: readonly PublicKey[]
  try {
    keys = await findKeys(outside, { url: keysUrlFor(issuerKind, issuer), form: 'jwks' }, said.keyId)
  } catch (error) {
    stores.warn('issuer_keys_unreadable', error)
    return UNVERIFIED
  }
  const expected = { issuer, audience, now: stores.now(), toleranceSeconds: CLOCK_TOLERANCE_SECONDS }
  const checked = await verifyIdentityToken(token, keys, expected)
  if (checked.kind !== 'verified') return checked
  const { claims } = checked
  return {
    kind: 'verified',
    issuerKind,
    issuer,
    claims,
    digest: await digestOf(issuer, claims, token),
    // Until then the token would be accepted again.
    expiresAt: (claims.exp + CLOCK_TOLERANCE_SECONDS) * 1000,
  }
}

const UNVERIFIED: TokenRefusal = { kind: 'unverified' }

/**
 * Issuers of the closed list are asked for keys whether or not a project expects them. Every CircleCI organization is an
 * issuer: made-up ones must not make the Worker ask for keys.
 */
async function isAskedForKeys(
  { db }: Stores,
  kind: IssuerKind,
  issuer: string,
  own: readonly OwnIssuer[],
): Promise<boolean> {
  return ISSUERS[kind].issuer === issuer || own.some((entry) => entry.issuer === issuer) || isIssuerUsed(db, issuer)
}

function refused(reason: string): TokenRefusal {
  return { kind: 'refused', reason }
}

/** CircleCI's tokens have no `jti`; their claims are signed, so these name the token whatever is done to its signature. */
async function digestOf(issuer: string, { jti }: Readonly<Record<string, unknown>>, token: string): Promise<string> {
  const named = typeof jti === 'string' && jti !== '' ? `jti ${issuer} ${jti}` : `claims ${token.split('.')[1]}`
  return toBase64Url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(named)))
}
