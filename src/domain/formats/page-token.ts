import { fromBase64Url, toBase64Url } from './encoding.ts'

/** Where a page of a list ends: the key of its last item, in the list's own order. */
export type PageKey = readonly (string | number)[]

const MAX_TOKEN_LENGTH = 4_096

/**
 * The opaque text for the page after `key` in the list of that name. It is no secret and proves nothing: a reader of
 * the next page is authorized anew, and the key only says where to go on.
 */
export function pageTokenFor(list: string, key: PageKey): string {
  return toBase64Url(new TextEncoder().encode(JSON.stringify([list, ...key])))
}

/** The key in a token of that list, whose parts have the types of `shape`; null for anything else. */
export function parsePageToken(list: string, shape: readonly ('string' | 'number')[], text: string): PageKey | null {
  if (text.length > MAX_TOKEN_LENGTH) return null
  const parts = jsonOf(decode(text))
  if (!Array.isArray(parts) || parts.length !== shape.length + 1 || parts[0] !== list) return null
  const key: unknown[] = parts.slice(1)
  const isKey = key.every(
    (part, i) => typeof part === shape[i] && (typeof part === 'string' || Number.isSafeInteger(part)),
  )
  return isKey ? (key as PageKey) : null
}

/** A page of at most `size` out of rows that were read one beyond it, and the key at which the next one starts. */
export function pageOfRows<T>(rows: readonly T[], size: number, keyOf: (row: T) => PageKey): Paged<T> {
  const items = rows.slice(0, size)
  const last = items.at(-1)
  return { items, nextKey: rows.length > size && last !== undefined ? keyOf(last) : null }
}

export type Paged<T> = { readonly items: readonly T[]; readonly nextKey: PageKey | null }

function decode(text: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fromBase64Url(text))
  } catch {
    return null // Not base64url, or not UTF-8 in it.
  }
}

function jsonOf(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text)
  } catch {
    return null // Not ours.
  }
}
