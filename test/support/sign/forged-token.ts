import { base64url, exportJWK, generateKeyPair } from 'jose'

export const AUDIENCE = 'https://builds.test'
export const ISSUER = 'https://issuer.example'
/** Fixed, so that a token is the same each time. */
export const NOW_SECONDS = 1_800_000_000

type Jwk = Readonly<Record<string, unknown>>
export type SigningKeys = { readonly key: CryptoKey; readonly jwk: Jwk; readonly privateJwk: Jwk }

/** What a token is made of, by somebody who may put anything anywhere. */
export type Draft = {
  readonly header: Jwk
  readonly claims: Jwk
  /** In place of the claims as JSON. */
  readonly payload?: string | Uint8Array
  readonly signer: CryptoKey | 'nobody' | { readonly secret: string }
  /** What the issuer shows. */
  readonly keys: readonly Jwk[]
  /** What becomes of the finished text. */
  readonly rewrite?: (token: string) => string
}

export async function makeSigningKeys(kid: string): Promise<SigningKeys> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const named = { kid, alg: 'RS256', use: 'sig' }
  return {
    key: privateKey as CryptoKey,
    jwk: { ...(await exportJWK(publicKey)), ...named },
    privateJwk: { ...(await exportJWK(privateKey)), ...named },
  }
}

export const GOOD_CLAIMS = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'job',
  iat: NOW_SECONDS,
  exp: NOW_SECONDS + 300,
} as const

export function goodDraft({ key, jwk }: SigningKeys): Draft {
  return { header: { alg: 'RS256', kid: jwk.kid }, claims: GOOD_CLAIMS, signer: key, keys: [jwk] }
}

export async function tokenOf({ header, claims, payload, signer, rewrite }: Draft): Promise<string> {
  const signed = [JSON.stringify(header), payload ?? JSON.stringify(claims)]
    .map((part) => base64url.encode(part))
    .join('.')
  const bytes = new TextEncoder().encode(signed)
  const token = `${signed}.${base64url.encode(await signatureOf(signer, bytes))}`
  return rewrite ? rewrite(token) : token
}

async function signatureOf(signer: Draft['signer'], bytes: Uint8Array): Promise<Uint8Array> {
  if (signer === 'nobody') return new Uint8Array()
  if (signer instanceof CryptoKey) return new Uint8Array(await crypto.subtle.sign('RSASSA-PKCS1-v1_5', signer, bytes))
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(signer.secret), hmac, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes))
}
