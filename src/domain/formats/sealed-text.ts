import { fromBase64, fromBase64Url, toBase64Url } from './encoding.ts'

declare const sealedBrand: unique symbol
/**
 * `v1.<key id>.<nonce>.<ciphertext and tag>`, the last two base64url: AES-256-GCM with a random 96-bit nonce. What it
 * is for (`context`) is bound to it, so that a sealed text moved to another row does not open there.
 */
export type SealedText = string & { readonly [sealedBrand]: 'SealedText' }

/** A key for texts that must be readable again: kept outside the database, like the peppers. */
export type DataKey = { readonly id: string; readonly key: CryptoKey }
/** The live data keys: the first one seals, each of them opens what it sealed. */
export type DataKeys = readonly [DataKey, ...DataKey[]]

/** Reads `DATA_KEY`: `id:base64url(32 bytes)`, comma separated, the current one first. Throws what is wrong with it. */
export async function importDataKeys(text: string): Promise<DataKeys> {
  const [first, ...others] = await Promise.all(text.split(',').map((entry) => importDataKey(entry.trim())))
  if (!first) throw new Error('DATA_KEY is empty')
  const keys: DataKeys = [first, ...others]
  if (new Set(keys.map((key) => key.id)).size !== keys.length) throw new Error('DATA_KEY repeats a key id')
  return keys
}

async function importDataKey(entry: string): Promise<DataKey> {
  const match = /^([a-z0-9]{1,16}):([A-Za-z0-9_-]{43})$/.exec(entry)
  if (!match?.[1] || !match[2]) throw new Error('DATA_KEY must be a list of id:base64url with 32 bytes each')
  const bytes = fromBase64(match[2])
  return { id: match[1], key: await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']) }
}

export async function seal([current]: DataKeys, plaintext: string, context: string): Promise<SealedText> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const algorithm = { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(context) }
  const sealed = await crypto.subtle.encrypt(algorithm, current.key, new TextEncoder().encode(plaintext))
  return `v1.${current.id}.${toBase64Url(iv)}.${toBase64Url(sealed)}` as SealedText
}

/** The text, or null when no live key made it, it was altered, or it was sealed for something else. */
export async function unseal(keys: DataKeys, sealed: string, context: string): Promise<string | null> {
  const [version, id, nonce = '', ciphertext = '', ...rest] = sealed.split('.')
  const known = keys.find((key) => key.id === id)
  if (version !== 'v1' || !known || rest.length > 0) return null
  try {
    const additionalData = new TextEncoder().encode(context)
    const algorithm = { name: 'AES-GCM', iv: fromBase64Url(nonce), additionalData }
    const text = await crypto.subtle.decrypt(algorithm, known.key, fromBase64Url(ciphertext))
    return new TextDecoder().decode(text)
  } catch {
    return null // Not base64url, or the tag does not fit: altered, or sealed for something else.
  }
}
