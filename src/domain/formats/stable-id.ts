/** A UUID (version 8, RFC 9562 §5.8) that is always the same for the same words: for things without a row. */
export async function stableIdFor(kind: 'organization' | 'person', name: string): Promise<string> {
  const words = new TextEncoder().encode(`buildpass ${kind} ${name.toLowerCase()}`)
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', words), 0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
