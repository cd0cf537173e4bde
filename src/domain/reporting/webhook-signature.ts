import { parseBasicCredentials } from '../access/basic-credentials.ts'
import { isSameText } from '../access/same-text.ts'
import { fromHex } from '../formats/encoding.ts'
import type { WebhookSource } from './webhook-source.ts'

/** A delivery as it came in: the signature is over the bytes, not over what they mean. */
export type SignedCall = { readonly headers: Headers; readonly body: Uint8Array<ArrayBuffer>; readonly now: number }

type Verify = (call: SignedCall, secret: string) => Promise<boolean>

/** Whether whoever sent this knows the secret. Comparisons are Web Crypto's, in constant time. */
export const IS_SIGNED: Record<WebhookSource, Verify> = {
  // X-Hub-Signature-256: sha256=<hex>
  github: ({ headers, body }, secret) =>
    isHmacOf(secret, body, /^sha256=([0-9a-f]{64})$/.exec(headers.get('X-Hub-Signature-256') ?? '')?.[1]),

  // X-Gitlab-Token: <secret>
  gitlab: ({ headers }, secret) => isSameText(headers.get('X-Gitlab-Token') ?? '', secret),

  // circleci-signature: v1=<hex>, one of a list
  circleci: ({ headers, body }, secret) =>
    isHmacOf(secret, body, /(?:^|,)v1=([0-9a-f]{64})(?:,|$)/.exec(headers.get('circleci-signature') ?? '')?.[1]),

  // X-Buildkite-Signature: timestamp=<seconds>,signature=<hex> over "<timestamp>.<body>"
  buildkite: async ({ headers, body, now }, secret) => {
    const header = /^timestamp=(\d{1,12}),signature=([0-9a-f]{64})$/.exec(headers.get('X-Buildkite-Signature') ?? '')
    const seconds = header?.[1] ?? '0'
    const isOurs = await isHmacOf(secret, joined(`${seconds}.`, body), header?.[2])
    return isOurs && Math.abs(now - Number(seconds) * 1000) <= REPLAY_WINDOW_MS
  },

  // Basic credentials from the endpoint's URL, the secret as password
  jenkins: ({ headers }, secret) =>
    isSameText(parseBasicCredentials(headers.get('Authorization') ?? '')?.password ?? '', secret),
}

/** Where there is nothing to check against, so that this takes as long as a wrong signature does. */
export async function spendCheck(source: WebhookSource | null, call: SignedCall): Promise<void> {
  await IS_SIGNED[source ?? 'github'](call, 'no secret is known, and any signature is wrong')
}

// Buildkite Docs, "Defending against replay attacks".
const REPLAY_WINDOW_MS = 5 * 60_000
const NO_SIGNATURE = '0'.repeat(64)

async function isHmacOf(secret: string, body: Uint8Array<ArrayBuffer>, hex: string = NO_SIGNATURE): Promise<boolean> {
  return crypto.subtle.verify('HMAC', await hmacKey(secret), fromHex(hex), body)
}

function hmacKey(text: string): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(text)
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
}

function joined(prefix: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const start = new TextEncoder().encode(prefix)
  const all = new Uint8Array(start.length + body.length)
  all.set(start)
  all.set(body, start.length)
  return all
}
