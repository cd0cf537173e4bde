import { fromHex, toBase64, toHex } from '../formats/encoding.ts'

/**
 * What the bytes of an artifact are known by: their SHA-256, or, where they came in parts that nobody saw together, the
 * SHA-256 of the SHA-256s of their pieces of `partSizeBytes` each (the last one may be shorter). Of a file in a zip its
 * CRC-32 alone is known, which tells damage, and not whether two files are the same.
 */
export type ArtifactDigest =
  | { readonly kind: 'sha256'; readonly hex: string }
  | { readonly kind: 'sha256-parts'; readonly partSizeBytes: number; readonly hex: string }
  | { readonly kind: 'crc32'; readonly hex: string }

/** `sha256:<hex>`, `sha256-parts:<part size>:<hex>` or `crc32:<hex>`. */
export function digestText(digest: ArtifactDigest): string {
  switch (digest.kind) {
    case 'sha256':
      return `sha256:${digest.hex}`
    case 'sha256-parts':
      return `sha256-parts:${digest.partSizeBytes}:${digest.hex}`
    case 'crc32':
      return `crc32:${digest.hex}`
  }
}

export function parseArtifactDigest(text: string): ArtifactDigest | null {
  const [, crc] = /^crc32:([0-9a-f]{8})$/.exec(text) ?? []
  if (crc !== undefined) return { kind: 'crc32', hex: crc }
  const [, whole, partSize, parts] =
    /^sha256(?::([0-9a-f]{64})|-parts:([1-9]\d{0,11}):([0-9a-f]{64}))$/.exec(text) ?? []
  if (whole !== undefined) return { kind: 'sha256', hex: whole }
  if (partSize === undefined || parts === undefined) return null
  return { kind: 'sha256-parts', partSizeBytes: Number(partSize), hex: parts }
}

/** The digest of a file from those of its parts, in their order. */
export async function digestOfParts(partSizeBytes: number, partsHex: readonly string[]): Promise<ArtifactDigest> {
  const joined = new Uint8Array(32 * partsHex.length)
  partsHex.forEach((hex, i) => {
    joined.set(fromHex(hex), 32 * i)
  })
  return { kind: 'sha256-parts', partSizeBytes, hex: toHex(await crypto.subtle.digest('SHA-256', joined)) }
}

/** A strong entity tag: equal exactly when the bytes are known to be. */
export function etagFor(digest: ArtifactDigest): string {
  return digest.kind === 'sha256' ? `"${digest.hex}"` : `"${digestText(digest)}"`
}

/** The `Repr-Digest` field (RFC 9530), for which only a digest of the whole will do. */
export function reprDigestFor(digest: ArtifactDigest): string | null {
  return digest.kind === 'sha256' ? `sha-256=:${toBase64(fromHex(digest.hex))}:` : null
}
