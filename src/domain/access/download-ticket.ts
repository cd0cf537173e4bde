import type { ArtifactDigest } from '../artifacts/artifact-digest.ts'
import { fromBase64Url, toBase64Url } from '../formats/encoding.ts'

declare const keyBrand: unique symbol
/** The HMAC key that signs downloads; it is not a pepper. */
export type DownloadKey = CryptoKey & { readonly [keyBrand]: 'DownloadKey' }

/** The content of a signed download URL: one object, for a minute, while the asker's token or session and right exist. */
export type DownloadTicket = {
  readonly artifactId: string
  readonly objectKey: string
  readonly sizeBytes: number
  readonly digest: ArtifactDigest
  readonly contentType: string
  /** When the object was uploaded, for `Last-Modified`; null where other bytes may replace it at the same address. */
  readonly modifiedAt: number | null
  readonly disposition: 'attachment' | 'inline'
  readonly fileName: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
  /** The ids of whoever asked, to check that they still have the right. */
  readonly tokenId: string | null
  /** Set where a page asked. */
  readonly sessionId: string | null
  readonly userId: string | null
  readonly projectId: string
  /** The newest entry of the revocation feed, and its time, when the asker was last verified. */
  readonly epoch: string
  readonly seq: number
  readonly provedAt: number
}

export const DOWNLOAD_LIFE_MS = 60_000

/** `<base64url JSON>.<base64url HMAC-SHA-256>`. */
export async function signTicket(key: DownloadKey, ticket: DownloadTicket): Promise<string> {
  const body = toBase64Url(new TextEncoder().encode(JSON.stringify(ticket)))
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(body))
  return `${body}.${toBase64Url(mac)}`
}

/** The ticket in the text, or null unless we signed it and it has not expired. */
export async function openTicket(key: DownloadKey, text: string, now: number): Promise<DownloadTicket | null> {
  const match = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/.exec(text)
  if (!match?.[1] || !match[2]) return null
  const mac = macOf(match[2])
  if (!mac || !(await crypto.subtle.verify('HMAC', key, mac, new TextEncoder().encode(match[1])))) return null
  // Signed by signTicket above, so it has its shape.
  const ticket = JSON.parse(new TextDecoder().decode(fromBase64Url(match[1]))) as DownloadTicket
  return ticket.expiresAt > now ? ticket : null
}

function macOf(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return fromBase64Url(text)
  } catch {
    return null // Not the one way to write these bytes.
  }
}
