/** The encoding that a text is in by its first bytes, by what it declares, or else by its Content-Type. */
export type Encoding = { readonly label: string; readonly unknown: string | null }

/** The first bytes, null for any: the NUL of a second character is needed, for one NUL is an odd character in UTF-8. */
const MARKS: readonly (readonly [label: string, bytes: readonly (number | null)[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
  // `<` or `{` of UTF-16 without a byte order mark.
  ['utf-16le', [0x3c, 0x00, null, 0x00]],
  ['utf-16le', [0x7b, 0x00, null, 0x00]],
  ['utf-16be', [0x00, 0x3c, 0x00]],
  ['utf-16be', [0x00, 0x7b, 0x00]],
]

const DECLARATION = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']\s*([^"'\s]{1,40})/

/** Which encoding `bytes` are in. A declared UTF-16 counts only where the bytes are such: .NET declares it in UTF-8. */
export function encodingOf(bytes: Uint8Array, contentType: string | null): Encoding {
  const marked = MARKS.find(([, mark]) => mark.every((byte, index) => byte === null || bytes[index] === byte))
  if (marked) return { label: marked[0], unknown: null }
  const start = String.fromCharCode(...bytes.subarray(0, 512))
  const declared = DECLARATION.exec(start)?.[1] ?? /;\s*charset\s*=\s*"?([^\s";]{1,40})/i.exec(contentType ?? '')?.[1]
  if (declared === undefined || /^(?:utf-?16|ucs-?2|iso-10646-ucs|unicode)/i.test(declared))
    return { label: 'utf-8', unknown: null }
  try {
    return { label: new TextDecoder(declared).encoding, unknown: null }
  } catch (error) {
    if (error instanceof RangeError) return { label: 'utf-8', unknown: declared }
    throw error
  }
}

const PIECE_BYTES = 262_144

/** The text in pieces, without a byte order mark; U+FFFD for each sequence of bytes that is none of the encoding. */
export function* decodedPieces(bytes: Uint8Array, { label }: Encoding): Generator<string> {
  const decoder = new TextDecoder(label)
  for (let at = 0; at < bytes.length; at += PIECE_BYTES)
    yield decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true })
  yield decoder.decode()
}
