import { ILLEGAL_CHARACTER, withLineFeeds, withPlainSpaces } from './xml-characters.ts'
import {
  expand,
  expect,
  placeOf,
  type Reading,
  readName,
  readTo,
  skipSpace,
  stop,
  take,
  XmlProblem,
} from './xml-reading.ts'

export type XmlAttributes = Readonly<Record<string, string>>

/** What is told of a document, in its order. The text of an element may come in pieces. */
export type XmlEvents = {
  readonly open: (name: string, attributes: XmlAttributes) => void
  readonly text: (text: string) => void
  readonly close: () => void
}

/**
 * Reads XML 1.0 (Fifth Edition, https://www.w3.org/TR/xml/) strictly and in linear time. A document type declaration is
 * refused, and with it all entities but XML's own five. Null when all is well, else `line:column: what is wrong`: the
 * last character that was read, mostly the one that does not fit, counted from 1 in Unicode characters.
 */
export function scanXml(document: string, events: XmlEvents): string | null {
  const text = withLineFeeds(document)
  const scan: Scan = { text, at: 0, open: [], hasRoot: false, events }
  try {
    readDocument(scan)
    return null
  } catch (error) {
    if (!(error instanceof XmlProblem)) throw error
    return `${placeOf(text, scan.at)}: ${error.message}`
  }
}

/** `open` are the names of the elements around `at`. */
type Scan = Reading & { readonly open: string[]; hasRoot: boolean; readonly events: XmlEvents }

// §2.8. Any 1.x is read as 1.0.
const DECLARATION =
  /^<\?xml[ \t\n]+version[ \t\n]*=[ \t\n]*(["'])1\.\d+\1(?:[ \t\n]+encoding[ \t\n]*=[ \t\n]*(["'])[A-Za-z][\w.-]*\2)?(?:[ \t\n]+standalone[ \t\n]*=[ \t\n]*(["'])(?:yes|no)\3)?[ \t\n]*\?>/

function readDocument(scan: Scan): void {
  const { text, open } = scan
  const illegal = ILLEGAL_CHARACTER.exec(text)
  if (illegal) stop(scan, `U+${hexOf(illegal[0])} is no character of XML`, illegal.index + 1)
  scan.at = DECLARATION.exec(text)?.[0].length ?? 0
  readText(scan)
  while (scan.at < text.length) {
    readMarkup(scan)
    readText(scan)
  }
  if (open.length > 0) stop(scan, `${open.at(-1)} is not closed`)
  if (!scan.hasRoot) stop(scan, 'there is no root element')
}

/** All that are illegal have four digits. */
function hexOf(illegal: string): string {
  return illegal.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
}

const OUTSIDE = 'text outside of the root element'

/** Up to the next markup, or the end. */
function readText(scan: Scan): void {
  const { text, at, open, events } = scan
  const end = text.indexOf('<', at)
  const raw = text.slice(at, end < 0 ? text.length : end)
  if (open.length === 0) {
    const outside = /[^ \t\n]/.exec(raw)
    if (outside) stop(scan, OUTSIDE, at + outside.index + 1)
  } else if (raw !== '') {
    const mark = raw.indexOf(']]>')
    if (mark >= 0) stop(scan, ']]> in text is written ]]&gt;', at + mark + 3)
    events.text(expand(scan, raw, at))
  }
  scan.at = at + raw.length
}

function readMarkup(scan: Scan): void {
  if (take(scan, '</')) readEndTag(scan)
  else if (take(scan, '<?')) readInstruction(scan)
  else if (take(scan, '<!--')) {
    readTo(scan, '--', 'a comment')
    expect(scan, '>', '-- inside a comment')
  } else if (take(scan, '<![CDATA[')) {
    if (scan.open.length === 0) stop(scan, OUTSIDE)
    scan.events.text(readTo(scan, ']]>', 'a CDATA section'))
  } else if (take(scan, '<!DOCTYPE')) stop(scan, 'a document type declaration is not accepted')
  else {
    scan.at += 1 // Past the <.
    readStartTag(scan)
  }
}

function readStartTag(scan: Scan): void {
  const { text, open, events } = scan
  const name = readName(scan)
  if (open.length === 0 && scan.hasRoot) stop(scan, `a second root element, ${name}`)
  scan.hasRoot = true
  const attributes: Record<string, string> = Object.create(null)
  let hasSpace = skipSpace(scan)
  // At the end of the text this asks for an empty string, which is in any.
  while (!'/>'.includes(text.charAt(scan.at))) {
    if (!hasSpace) stop(scan, `a space or > is missing in the tag of ${name}`, scan.at + 1)
    readAttribute(scan, attributes)
    hasSpace = skipSpace(scan)
  }
  const isEmpty = take(scan, '/')
  expect(scan, '>', `the tag of ${name} does not end in >`)
  events.open(name, attributes)
  if (isEmpty) events.close()
  else open.push(name)
}

function readAttribute(scan: Scan, attributes: Record<string, string>): void {
  const name = readName(scan)
  if (name in attributes) stop(scan, `the attribute ${name} is there twice`)
  skipSpace(scan)
  expect(scan, '=', `the attribute ${name} has no value`)
  skipSpace(scan)
  const quote = take(scan, '"') ? '"' : "'"
  if (quote === "'") expect(scan, quote, `the value of ${name} is not in quotes`)
  const { at } = scan
  const raw = readTo(scan, quote, `the value of ${name}`)
  const mark = raw.indexOf('<')
  if (mark >= 0) stop(scan, `< in the value of ${name} is written &lt;`, at + mark + 1)
  attributes[name] = expand(scan, withPlainSpaces(raw), at)
}

function readEndTag(scan: Scan): void {
  const name = scan.open.pop() ?? stop(scan, 'an end tag without a start tag')
  expect(scan, name, `expected </${name}>`)
  skipSpace(scan)
  expect(scan, '>', `expected </${name}>`)
  scan.events.close()
}

function readInstruction(scan: Scan): void {
  const target = readName(scan)
  if (/^xml$/i.test(target)) stop(scan, '<?xml must be the very start, as in <?xml version="1.0"?>')
  if (!skipSpace(scan) && !scan.text.startsWith('?>', scan.at))
    stop(scan, `a space is missing after <?${target}`, scan.at + 1)
  readTo(scan, '?>', 'a processing instruction')
}
