import { nameAt, withoutReferences } from './xml-characters.ts'

/** A text, and how far it is read. */
export type Reading = { readonly text: string; at: number }

/** Thrown for what is wrong with a document, by the scanner and by whoever listens to it; nothing is read after it. */
export class XmlProblem extends Error {}

export function readName(reading: Reading): string {
  const name = nameAt(reading.text, reading.at)
  if (name === '') stop(reading, 'a name is expected', reading.at + 1)
  reading.at += name.length
  return name
}

/** What stands before the next `end`, and moves past that. */
export function readTo(reading: Reading, end: string, what: string): string {
  const { text, at } = reading
  const found = text.indexOf(end, at)
  if (found < 0) stop(reading, `${what} does not end in ${end}`)
  reading.at = found + end.length
  return text.slice(at, found)
}

const SPACE = /[ \t\n]*/y

/** Whether there was any white space. */
export function skipSpace(reading: Reading): boolean {
  const { text, at } = reading
  SPACE.lastIndex = at
  SPACE.test(text)
  reading.at = SPACE.lastIndex
  return reading.at > at
}

/** Moves past `token` where it is next. */
export function take(reading: Reading, token: string): boolean {
  const isNext = reading.text.startsWith(token, reading.at)
  if (isNext) reading.at += token.length
  return isNext
}

export function expect(reading: Reading, token: string, what: string): void {
  if (!take(reading, token)) stop(reading, what, reading.at + 1)
}

/** `raw`, which stands at `at`, with its references replaced. */
export function expand(reading: Reading, raw: string, at: number): string {
  return withoutReferences(raw, (reference, end) =>
    stop(reading, `${reference} is not defined; a plain & is written &amp;`, at + end),
  )
}

export function stop(reading: Reading, what: string, at = reading.at): never {
  reading.at = at
  throw new XmlProblem(what)
}

/** `line:column` of the last character before `at`. */
export function placeOf(text: string, at: number): string {
  let line = 1
  let column = 0
  for (const character of text.slice(0, at)) {
    column++
    if (character === '\n') {
      line++
      column = 0
    }
  }
  return `${line}:${column}`
}
