import { fromBase64 } from '../formats/encoding.ts'
/**
 * Whether GitHub's secret scanning signed the body: ECDSA P-256 over SHA-256, DER, base64 (GitHub Docs, "Secret
 * scanning partner program").
 */
export async function isSignedByGithub(key: CryptoKey, signature: string, body: string): Promise<boolean> {
  const raw = rawSignatureOf(signature)
  if (!raw) return false
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, raw, new TextEncoder().encode(body))
}

/** A key of GitHub's list; throws if it is no valid key. */
export async function importGithubKey(pem: string): Promise<CryptoKey> {
  const base64 = pem.replace(/-----[A-Z ]+-----|\s/g, '')
  const bytes = fromBase64(base64)
  return crypto.subtle.importKey('spki', bytes, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
}

const P256_BYTES = 32

/** The 64 bytes that Web Crypto wants of a DER ECDSA signature (RFC 3279 §2.2.3); null if it is not one. */
function rawSignatureOf(base64: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9+/]{8,120}={0,2}$/.test(base64)) return null
  const der = fromBase64(base64)
  const raw = new Uint8Array(2 * P256_BYTES)
  let at = 2
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return null
  for (let half = 0; half < 2; half++) {
    const length = der[at + 1] ?? 0
    const end = at + 2 + length
    if (der[at] !== 0x02 || length === 0 || end > der.length) return null
    const number = der.slice(at + 2, end)
    const digits = number[0] === 0 ? number.slice(1) : number
    if (digits.length > P256_BYTES) return null
    raw.set(digits, (half + 1) * P256_BYTES - digits.length)
    at = end
  }
  return at === der.length ? raw : null
}
