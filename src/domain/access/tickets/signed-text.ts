import { fromBase64Url, toBase64Url } from '../../formats/encoding.ts'

declare const keyBrand: unique symbol
/** The HMAC key that signs what a URL opens by itself; it is not a pepper. */
export type DownloadKey = CryptoKey & { readonly [keyBrand]: 'DownloadKey' }

/** What is signed for one of these opens no other: base64url has no dot. */
const PREFIX = {
  download: '',
  output: 'output.',
  'report-ticket': 'report-ticket.',
  'report-right': 'report-right.',
  'report-view': 'report-view.',
  'report-way': 'report-way.',
} as const
type Purpose = keyof typeof PREFIX

/** `<base64url JSON>.<base64url HMAC-SHA-256>`; the same value gives the same text. */
export async function signText(
  key: DownloadKey,
  purpose: Purpose,
  value: { readonly expiresAt: number },
): Promise<string> {
  const body = toBase64Url(new TextEncoder().encode(JSON.stringify(value)))
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(PREFIX[purpose] + body))
  return `${body}.${toBase64Url(mac)}`
}

/** The value in the text, or null unless we signed it for this and it has not expired. */
export async function openText(
  key: DownloadKey,
  purpose: Purpose,
  text: string,
  now: number,
): Promise<{ readonly expiresAt: number } | null> {
  const value = await openExpired(key, purpose, text)
  return value && value.expiresAt > now ? value : null
}

/** The value in the text, expired or not; null unless we signed it for this. */
export async function openExpired(
  key: DownloadKey,
  purpose: Purpose,
  text: string,
): Promise<{ readonly expiresAt: number } | null> {
  const match = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/.exec(text)
  if (!match?.[1] || !match[2]) return null
  const mac = macOf(match[2])
  const signed = new TextEncoder().encode(PREFIX[purpose] + match[1])
  if (!mac || !(await crypto.subtle.verify('HMAC', key, mac, signed))) return null
  // Signed by signText above, so it has this shape.
  return JSON.parse(new TextDecoder().decode(fromBase64Url(match[1]))) as { readonly expiresAt: number }
}

function macOf(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return fromBase64Url(text)
  } catch {
    return null // Not the one way to write these bytes.
  }
}
