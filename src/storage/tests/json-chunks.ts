/** D1 takes 2,000,000 bytes a value. */
const MAX_CHUNK_BYTES = 1_900_000

/** Lists of the values as JSON, each short enough for D1; what goes into no more than `maxChunks` of them. */
export function jsonChunks(values: Iterable<unknown>, maxChunks = Number.POSITIVE_INFINITY): string[] {
  const encoder = new TextEncoder()
  const chunks: string[] = []
  let parts: string[] = []
  let bytes = 2
  for (const value of values) {
    const part = JSON.stringify(value)
    const partBytes = encoder.encode(part).byteLength + 1
    if (bytes + partBytes > MAX_CHUNK_BYTES) {
      chunks.push(`[${parts.join(',')}]`)
      if (chunks.length >= maxChunks) return chunks
      parts = []
      bytes = 2
    }
    parts.push(part)
    bytes += partBytes
  }
  if (parts.length > 0) chunks.push(`[${parts.join(',')}]`)
  return chunks
}
