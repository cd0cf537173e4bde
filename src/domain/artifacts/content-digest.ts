import { fromBase64, toHex } from '../formats/encoding.ts'

/**
 * The SHA-256 in a `Repr-Digest` or `Content-Digest` field (RFC 9530: `sha-256=:<base64>:`), as lower-case hex. Other
 * algorithms beside it are passed over.
 */
export function parseContentDigest(header: string): string | 'other_algorithm' | 'malformed' {
  const members = header.split(',').map((member) => /^\s*([a-z0-9*.-]+)=:([A-Za-z0-9+/]*={0,2}):\s*$/.exec(member))
  if (members.some((member) => member === null)) return 'malformed'
  const sha256 = members.find((member) => member?.[1] === 'sha-256')?.[2]
  if (sha256 === undefined) return 'other_algorithm'
  // The last character's two last bits belong to no byte.
  if (!/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(sha256)) return 'malformed'
  return toHex(fromBase64(sha256))
}
