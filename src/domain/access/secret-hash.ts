import { fromBase64, toBase64Url } from '../formats/encoding.ts'
import type { Secret, ShareSecret } from './secret.ts'

declare const hashBrand: unique symbol
/** `<pepper id>:<base64url HMAC-SHA-256>`: all that is ever stored of a secret. */
export type SecretHash = string & { readonly [hashBrand]: 'SecretHash' }

/** A key that is kept outside the database, so that a stolen database cannot confirm a leaked token. */
export type Pepper = { readonly id: string; readonly key: CryptoKey }
/** The live peppers; the first one hashes new tokens, the others still find old ones. */
export type Peppers = readonly [Pepper, ...Pepper[]]

/** Reads `PEPPERS`: `id:base64url(32+ bytes)`, comma separated, the current one first. Throws what is wrong with it. */
export async function importPeppers(text: string): Promise<Peppers> {
  const [first, ...others] = await Promise.all(text.split(',').map((entry) => importPepper(entry.trim())))
  if (!first) throw new Error('PEPPERS is empty')
  const peppers: Peppers = [first, ...others]
  if (new Set(peppers.map((pepper) => pepper.id)).size !== peppers.length)
    throw new Error('PEPPERS repeats a pepper id')
  return peppers
}

async function importPepper(entry: string): Promise<Pepper> {
  const match = /^([a-z0-9]{1,16}):([A-Za-z0-9_-]{43,})$/.exec(entry)
  // No bytes encode to a length of 4n + 1.
  if (!match?.[1] || !match[2] || match[2].length % 4 === 1)
    throw new Error('PEPPERS must be a list of id:base64url with at least 32 bytes each')
  return { id: match[1], key: await importHmacKey(match[2]) }
}

/** An HMAC-SHA-256 key from base64url text. */
export function importHmacKey(base64url: string): Promise<CryptoKey> {
  const bytes = fromBase64(base64url)
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
}

/** The hash of a secret under each live pepper, the current one first. */
export async function hashSecret(
  peppers: Peppers,
  secret: Secret | ShareSecret,
): Promise<readonly [SecretHash, ...SecretHash[]]> {
  const [first, ...others] = peppers
  const [current, ...old] = await Promise.all([hashWith(first, secret), ...others.map((p) => hashWith(p, secret))])
  return [current as SecretHash, ...old]
}

/**
 * How the hash of a token is stored: of one with limits under a mark, so that a version of ours that knows no limits does not
 * find it, and opens nothing by it.
 */
export function storedHash(hash: SecretHash, isLimited: boolean): string {
  return isLimited ? hash + LIMITED : hash
}

/** All that hashes may be stored as. */
export function storedForms(hashes: readonly SecretHash[]): string[] {
  return hashes.flatMap((hash) => [hash, hash + LIMITED])
}

/** The hash in what is stored. */
export function bareHash(stored: string): string {
  return stored.endsWith(LIMITED) ? stored.slice(0, -LIMITED.length) : stored
}

// In no base64url text.
const LIMITED = '~'

/** Which pepper made a stored hash. */
export function pepperIdOf(hash: string): string {
  return hash.slice(0, hash.indexOf(':'))
}

async function hashWith(pepper: Pepper, secret: Secret | ShareSecret): Promise<SecretHash> {
  const mac = await crypto.subtle.sign('HMAC', pepper.key, new TextEncoder().encode(secret))
  return `${pepper.id}:${toBase64Url(mac)}` as SecretHash
}
