/** Bytes as text and back: hexadecimal (lower case), base64 (RFC 4648 §4) and base64url without padding (§5). */

export function toHex(bytes: ArrayBuffer | Uint8Array): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The bytes of hexadecimal text that is known to be such. */
export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16))
}

// A call takes only so many arguments. A multiple of three bytes is one of four characters.
const PIECE_BYTES = 3 * 4_096

export function toBase64(bytes: ArrayBuffer | Uint8Array): string {
  const all = new Uint8Array(bytes)
  let text = ''
  for (let at = 0; at < all.length; at += PIECE_BYTES)
    text += btoa(String.fromCharCode(...all.subarray(at, at + PIECE_BYTES)))
  return text
}

/** The bytes of base64 in either alphabet, padded or not, however its last bits stand there; throws on anything else. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0))
}

export function toBase64Url(bytes: ArrayBuffer | Uint8Array): string {
  return toBase64(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

// What is left of a last byte after whole characters has to be zeros (RFC 4648 §3.5).
const CANONICAL = /^(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/

/** The bytes of base64url, of which there is one way to write them; throws on any other. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (!CANONICAL.test(text)) throw new TypeError('not base64url')
  return fromBase64(text)
}
