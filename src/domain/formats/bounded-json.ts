/** How much may be in a JSON text: each value takes memory, whatever short it is written. */
export type JsonBounds = {
  readonly values: number
  /** Of these, objects and lists, which take most. */
  readonly groups: number
}

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const OPENS_LIST = 0x5b
const OPENS_OBJECT = 0x7b

/**
 * Where a JSON text has more values than it may, or null. It counts what begins or parts values outside of strings, so that
 * nothing has to be built for it: `[]` counts as two.
 */
export function tooManyValues(text: string, { values, groups }: JsonBounds): number | null {
  let [valueCount, groupCount] = [1, 0]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfString(text, at)
      continue
    }
    if (code === OPENS_LIST || code === OPENS_OBJECT) groupCount++
    else if (code !== COMMA) continue
    valueCount++
    if (valueCount > values || groupCount > groups) return at
  }
  return null
}

/** The place of the quote that ends a string, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return end
  }
  return text.length
}
