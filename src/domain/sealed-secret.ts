import { base64UrlDecode, base64UrlEncode } from './secret-hash.ts'

/** A key for what must be stored readable to us and to nobody who has only the database. */
export type DataKey = { readonly id: string; readonly key: CryptoKey }
/** The live keys; the first one seals, the others still open what they sealed. */
export type DataKeys = readonly [DataKey, ...DataKey[]]

/** Reads `DATA_KEY`: `id:base64url(32 bytes)`, comma separated, the current one first. Throws what is wrong with it. */
export async function importDataKeys(text: string): Promise<DataKeys> {
  const [first, ...others] = await Promise.all(text.split(',').map((entry) => importDataKey(entry.trim())))
  if (!first) throw new Error('DATA_KEY is empty')
  const keys: DataKeys = [first, ...others]
  if (new Set(keys.map(({ id }) => id)).size !== keys.length) throw new Error('DATA_KEY repeats a key id')
  return keys
}

async function importDataKey(entry: string): Promise<DataKey> {
  const match = /^([a-z0-9]{1,16}):([A-Za-z0-9_-]{43})$/.exec(entry)
  if (!match?.[1] || !match[2]) throw new Error('DATA_KEY must be a list of id:base64url with 32 bytes each')
  const bytes = base64UrlDecode(match[2])
  return { id: match[1], key: await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']) }
}

const IV_BYTES = 12

/** `<key id>:<iv>:<AES-256-GCM ciphertext>`; `place` ties it to its row, so that it opens nowhere else. */
export async function sealSecret([{ id, key }]: DataKeys, place: string, secret: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const sealed = await crypto.subtle.encrypt(algorithmFor(iv, place), key, new TextEncoder().encode(secret))
  return `${id}:${base64UrlEncode(iv)}:${base64UrlEncode(new Uint8Array(sealed))}`
}

/** Throws when the key is gone, or the text was changed or moved. */
export async function openSecret(keys: DataKeys, place: string, sealed: string): Promise<string> {
  const [id, iv = '', bytes = ''] = sealed.split(':')
  const key = keys.find((candidate) => candidate.id === id)?.key
  if (!key) throw new Error(`a secret was sealed with the key "${id}", which DATA_KEY no longer has`)
  const opened = await crypto.subtle.decrypt(algorithmFor(base64UrlDecode(iv), place), key, base64UrlDecode(bytes))
  return new TextDecoder().decode(opened)
}

function algorithmFor(iv: Uint8Array<ArrayBuffer>, place: string) {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(place) }
}
