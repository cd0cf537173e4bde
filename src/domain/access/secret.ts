declare const secretBrand: unique symbol
/** The text of a token, shown once. Only `mintSecret` and `parseSecret` make one; it is never stored or logged. */
export type Secret = string & { readonly [secretBrand]: 'Secret' }
/** What a share link ends with: made as tokens are, and no token. */
export type ShareSecret = string & { readonly [secretBrand]: 'ShareSecret' }

export type TokenKind = 'personal' | 'project' | 'organization' | 'reporting'

const KIND_PREFIX: Record<TokenKind, string> = {
  personal: 'bpu_',
  project: 'bpp_',
  // For whoever looks for leaked ones: it opens projects, for reading.
  organization: 'bpp_',
  reporting: 'bpr_',
}
const SHARE_PREFIX = 'bps_'
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const RANDOM_LENGTH = 36
const CHECKSUM_LENGTH = 6
const SECRET_SHAPE = /^bp[upr]_[0-9A-Za-z]{42}$/
const SHARE_SHAPE = /^bps_[0-9A-Za-z]{42}$/

/** A new secret: prefix, 36 random base62 characters (214 bits), 6 base62 characters of CRC-32 of all before. */
export function mintSecret(kind: TokenKind): Secret {
  return minted(KIND_PREFIX[kind]) as Secret
}

export function mintShareSecret(): ShareSecret {
  return minted(SHARE_PREFIX) as ShareSecret
}

/** The secret in `text`, or null when its shape or checksum is wrong. Costs no I/O. */
export function parseSecret(text: string): Secret | null {
  return SECRET_SHAPE.test(text) && hasChecksum(text) ? (text as Secret) : null
}

export function parseShareSecret(text: string): ShareSecret | null {
  return SHARE_SHAPE.test(text) && hasChecksum(text) ? (text as ShareSecret) : null
}

/** What stays visible of a secret after its one showing. */
export function visiblePartsOf(secret: Secret | ShareSecret): { prefix: string; lastFour: string } {
  return { prefix: secret.slice(0, 8), lastFour: secret.slice(-4) }
}

/** The text with what could be a secret in it cut to its visible prefix. */
export function maskSecrets(text: string): string {
  return text.replace(/(bp[uprs]_[0-9A-Za-z]{4})[0-9A-Za-z]{38}/g, '$1…')
}

function minted(prefix: string): string {
  const body = prefix + randomBase62(RANDOM_LENGTH)
  return body + checksumOf(body)
}

function hasChecksum(text: string): boolean {
  return text.endsWith(checksumOf(text.slice(0, -CHECKSUM_LENGTH)))
}

function checksumOf(body: string): string {
  let rest = crc32(body)
  let digits = ''
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    digits = ALPHABET.charAt(rest % 62) + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}

/** Random base62 text from the CSPRNG; bytes of 248 and over are thrown away, so no character is likelier. */
export function randomBase62(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length + 8))) {
      if (byte < 248 && text.length < length) text += ALPHABET.charAt(byte % 62)
    }
  }
  return text
}

let crcTable: Uint32Array | undefined

/** CRC-32 (ISO 3309, as in zlib) of an ASCII text. */
export function crc32(text: string): number {
  crcTable ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
    return value
  })
  let crc = 0xffffffff
  for (let i = 0; i < text.length; i++) crc = (crc >>> 8) ^ (crcTable[(crc ^ text.charCodeAt(i)) & 0xff] ?? 0)
  return (crc ^ 0xffffffff) >>> 0
}
