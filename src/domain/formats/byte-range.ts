/** What a `Range` field asks of a representation. `end` is inclusive, as in `Content-Range`. */
export type ByteRange =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' }

const WHOLE: ByteRange = { kind: 'whole' }
const UNSATISFIABLE: ByteRange = { kind: 'unsatisfiable' }

/**
 * The part of a representation of `sizeBytes` that a `Range` field asks for (RFC 9110 §14). Several ranges, another
 * unit, or a syntax error ask for the whole: a server may ignore the field (§14.2).
 */
export function parseRange(header: string | null, sizeBytes: number): ByteRange {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/i.exec(header ?? '') ?? []
  if (first === undefined || last === undefined) return WHOLE
  if (first === '') return last === '' ? WHOLE : suffixOf(Number(last), sizeBytes)
  const start = Number(first)
  if (last !== '' && Number(last) < start) return WHOLE
  if (start >= sizeBytes) return UNSATISFIABLE
  return { kind: 'part', start, end: last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1) }
}

function suffixOf(lengthBytes: number, sizeBytes: number): ByteRange {
  if (lengthBytes === 0) return UNSATISFIABLE
  // The last bytes of nothing are satisfiable (§14.1.2), but `Content-Range` has no words for them.
  if (sizeBytes === 0) return WHOLE
  return { kind: 'part', start: Math.max(0, sizeBytes - lengthBytes), end: sizeBytes - 1 }
}
