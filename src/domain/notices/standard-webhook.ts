import { fromBase64, toBase64 } from '../formats/encoding.ts'
import { hmacOf } from '../formats/hmac.ts'

// https://www.standardwebhooks.com: `whsec_` and base64 of 24 to 64 bytes.
const SECRET_SHAPE = /^whsec_([A-Za-z0-9+/]{32,86}={0,2})$/
export const WEBHOOK_SECRET_RULE = 'must be whsec_ and base64 of 24 to 64 bytes'

export function parseWebhookSecret(text: string): string | null {
  const bytes = bytesOf(text)
  return bytes && bytes.length >= 24 && bytes.length <= 64 ? text : null
}

export function mintListenerSecret(): string {
  return `whsec_${toBase64(crypto.getRandomValues(new Uint8Array(32)))}`
}

/** The headers that sign a body (Standard Webhooks): HMAC-SHA-256 of `id.timestamp.body`. */
export async function webhookHeadersFor(
  secret: string,
  id: string,
  now: number,
  body: string,
): Promise<Record<string, string>> {
  const bytes = bytesOf(secret)
  if (!bytes) throw new Error('a stored webhook secret is malformed')
  const timestamp = String(Math.floor(now / 1000))
  const mac = await hmacOf(bytes, `${id}.${timestamp}.${body}`)
  const signature = toBase64(mac)
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}

function bytesOf(secret: string): Uint8Array<ArrayBuffer> | null {
  const base64 = SECRET_SHAPE.exec(secret)?.[1]
  try {
    return base64 ? fromBase64(base64) : null
  } catch {
    return null // Not base64 after all.
  }
}
