import type { WebhookSource } from '../../../src/domain/reporting/webhook-source.ts'

/** The headers with which a CI system sends that body, signed as it signs. */
export async function signed(
  source: WebhookSource,
  event: string,
  raw: string,
  secret: string,
): Promise<Record<string, string>> {
  switch (source) {
    case 'github':
      return { 'X-GitHub-Event': event, 'X-Hub-Signature-256': `sha256=${await hmacHex(secret, raw)}` }
    case 'gitlab':
      return { 'X-Gitlab-Event': event, 'X-Gitlab-Token': secret }
    case 'circleci':
      return { 'circleci-event-type': event, 'circleci-signature': `v1=${await hmacHex(secret, raw)}` }
    case 'buildkite': {
      const seconds = Math.floor(Date.now() / 1000)
      const signature = await hmacHex(secret, `${seconds}.${raw}`)
      return { 'X-Buildkite-Event': event, 'X-Buildkite-Signature': `timestamp=${seconds},signature=${signature}` }
    }
    case 'jenkins':
      return { Authorization: `Basic ${btoa(`buildpass:${secret}`)}` }
  }
}

export async function hmacHex(secret: string, text: string): Promise<string> {
  const encoder = new TextEncoder()
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(text))
  return [...new Uint8Array(mac)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
