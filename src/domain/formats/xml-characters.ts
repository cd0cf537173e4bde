/** What is no Char (XML 1.0 §2.2): most control characters, halves of surrogate pairs, U+FFFE and U+FFFF. */
export const ILLEGAL_CHARACTER = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

// What ends a Name (§2.3), and what is of one but cannot begin it.
const NOT_IN_NAME =
  /[^-.\d:A-Z_a-z\xb7\xc0-\xd6\xd8-\xf6\xf8-\u037d\u037f-\u1fff\u200c-\u200d\u203f-\u2040\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\u{10000}-\u{effff}]/gu
const NOT_FIRST = /^[\u0300-\u036f\u203f-\u2040\xb7.\d-]/

/** The Name that begins there; empty where none does. */
export function nameAt(text: string, at: number): string {
  // Found by its end: a long match of these ranges would need memory for each character.
  NOT_IN_NAME.lastIndex = at
  const name = text.slice(at, NOT_IN_NAME.exec(text)?.index)
  return NOT_FIRST.test(name) ? '' : name
}

/** §2.11: without a byte order mark, and each kind of line end as a line feed. */
export function withLineFeeds(document: string): string {
  return replaceAll(document.replace(/^\ufeff/, ''), '\r', /\r\n?/g, () => '\n')
}

/** §3.3.3: the spaces of an attribute's value, before its references are read. */
export function withPlainSpaces(value: string): string {
  const space = () => ' '
  return replaceAll(replaceAll(value, '\n', /\n/g, space), '\t', /\t/g, space)
}

/** §4.1: with each reference as its character. `refuse` is told of what is none, and where it ends. */
export function withoutReferences(text: string, refuse: (reference: string, end: number) => never): string {
  return replaceAll(
    text,
    '&',
    /&[^\s&;]*;?/g,
    (reference, offset) => characterOf(reference) ?? refuse(reference, offset + reference.length),
  )
}

const ENTITIES = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&apos;', "'"],
])

function characterOf(reference: string): string | undefined {
  if (!/^&#(?:\d+|x[\dA-Fa-f]+);$/.test(reference)) return ENTITIES.get(reference)
  const code = Number(`0${reference.slice(2, -1)}`)
  const character = code > 0x10ffff ? '\0' : String.fromCodePoint(code)
  return ILLEGAL_CHARACTER.test(character) ? undefined : character
}

const PIECE_LENGTH = 65_536

/**
 * As `String.replaceAll`, for a pattern that begins with `mark` and has it once. Long texts are replaced in pieces: an
 * engine keeps all matches until it has the last one, which would be more than the memory of a Worker.
 */
function replaceAll(
  text: string,
  mark: string,
  pattern: RegExp,
  replacementOf: (match: string, offset: number) => string,
): string {
  if (!text.includes(mark)) return text
  let replaced = ''
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf(mark, start + PIECE_LENGTH)
    const end = next < 0 ? text.length : next
    const offset = start
    replaced += text.slice(start, end).replace(pattern, (match, at: number) => replacementOf(match, offset + at))
    start = end
  }
  return replaced
}
