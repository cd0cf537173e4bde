/**
 * Whether somebody gave the very secret, without telling by its time how much of it is right: compared by what a random
 * key makes of both. Neither may be the key itself, since HMAC fills keys up with NUL and hashes long ones.
 */
export async function isSameText(given: string, secret: string): Promise<boolean> {
  const random = crypto.getRandomValues(new Uint8Array(32))
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', random, hmac, false, ['sign', 'verify'])
  const encoder = new TextEncoder()
  return crypto.subtle.verify(
    'HMAC',
    key,
    await crypto.subtle.sign('HMAC', key, encoder.encode(secret)),
    encoder.encode(given),
  )
}
