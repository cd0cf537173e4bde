import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { mendedXml } from './mended-xml.ts'

export type XmlAttributes = Readonly<Record<string, string>>

/** Called for each part of a document in order; a text may come in pieces, and white space around the roots comes too. */
export type XmlEvents = {
  /** `position` is where its start tag ends; `isDamaged` where something is wrong in it. */
  readonly open: (name: string, attributes: XmlAttributes, tag: { position: string; isDamaged: boolean }) => void
  readonly text: (text: string) => void
  /** `isImplied` where its end tag is missing, and that of an element around it came. */
  readonly close: (isImplied: boolean) => void
  /** Something in the tags is wrong here, so that what stands around it may not be what was meant. */
  readonly damage: () => void
  /** Called for each comment and instruction, perhaps in pieces: one whose end was lost goes on to that of the next one. */
  readonly comment?: (text: string) => void
}

/** What a function of `XmlEvents` finds wrong; reading stops there. */
export class XmlProblem extends Error {}

export type XmlReading =
  | {
      readonly ok: true
      /** `line:column` where the document ends while elements, or one of its tags, are still open. */
      readonly endsEarly: string | null
      /** The name, perhaps cut, of the start tag in which it ends. */
      readonly endsIn: string | null
      /** The first fault of the tags, `line:column: what is wrong there`. */
      readonly damage: string | null
    }
  /** `line:column: what is wrong there`. */
  | { readonly ok: false; readonly problem: string }

/** Faults of single characters: all else is as it was meant. */
const HARMLESS: ReadonlySet<string> = new Set([
  'disallowed character.',
  'the string "]]>" is disallowed in char data.',
  'unquoted attribute value.',
])

/** A document with more faults of its tags is none. */
const MAX_FAULTS = 1_000

/**
 * Reads XML 1.0 as it is found: what is not well-formed costs as little as can be, and several documents after one
 * another are read like one. No document type is read, so there are no entities but XML's own five. Lines are counted
 * from 1, columns in Unicode characters.
 */
export function readXml(pieces: Iterable<string>, { open, text, close, damage, comment }: XmlEvents): XmlReading {
  // A reader of XML 1.0 reads any 1.x as 1.0 (XML 1.0, Fifth Edition, §2.8).
  const parser = new SaxesParser({ xmlns: false, defaultXMLVersion: '1.0', forceXMLVersion: true, fragment: true })
  let faults = 0
  let firstDamage: string | null = null
  let endsEarly: string | null = null
  let opening: 'whole' | 'damaged' | null = null
  let openingName = ''
  /** Of the elements that are open. */
  const names: string[] = []
  let tail = ''
  /** Elements that one end tag closed: only then saxes says whether it was the end tag of the last of them. */
  let closing: { readonly tag: SaxesTagPlain; isImplied: boolean }[] = []

  const position = () => `${parser.line}:${parser.column}`
  const settle = () => {
    if (closing.length === 0) return
    const closed = closing
    closing = []
    for (const { isImplied } of closed) {
      names.pop()
      close(isImplied)
    }
  }
  parser.on('error', ({ message }) => {
    const fault = message.slice(message.indexOf(': ') + 2)
    const last = closing.at(-1)
    if (fault === 'unexpected end.') {
      endsEarly = position()
      return
    }
    if (fault === 'unexpected close tag.' && last) last.isImplied = true
    else if (fault.startsWith('unmatched closing tag')) {
      // An end tag of nothing closes nothing.
      reopen(parser, closing.map(({ tag }) => tag).reverse())
      closing = []
    } else settle()
    // Between roots there is nothing to be damaged.
    if ((names.length === 0 && opening === null) || HARMLESS.has(fault)) return
    faults++
    if (faults > MAX_FAULTS) throw new XmlProblem('too much is wrong with its tags')
    firstDamage ??= message
    if (opening !== null) opening = 'damaged'
    else if (closing.length === 0) damage()
  })
  parser.on('opentagstart', ({ name }) => {
    settle()
    openingName = name
    opening = 'whole'
  })
  parser.on('opentag', ({ name, attributes }) => {
    const isDamaged = opening === 'damaged'
    opening = null
    names.push(name)
    open(name, attributes, { position: position(), isDamaged })
  })
  const onText = (some: string) => {
    settle()
    text(some)
  }
  parser.on('text', onText)
  parser.on('cdata', (section) => {
    onText(section)
    if (holdsOwnEnd(section, names.at(-1) ?? '')) firstDamage ??= `${position()}: the end of a CDATA section is lost`
  })
  parser.on('closetag', (tag) => {
    if (closing.at(-1)?.isImplied !== true) settle()
    closing.push({ tag, isImplied: false })
  })
  const { stackTraceLimit } = Error
  // saxes makes an Error of each fault: stacks of a million odd characters would take a minute.
  Error.stackTraceLimit = 0
  try {
    for (const piece of mendedXml(pieces, { comment, tooOdd })) {
      parser.write(piece)
      tail = (tail + piece).slice(-MAX_TAIL)
      flattenTexts(parser)
    }
    settle()
    if (names.length > 0) endsEarly = position()
    else parser.close()
    const endsIn = opening === null ? (/<([^\s<>/!?]+)$/.exec(tail)?.[1] ?? null) : openingName
    return { ok: true, endsEarly, endsIn, damage: firstDamage }
  } catch (error) {
    if (!(error instanceof XmlProblem)) throw error
    return { ok: false, problem: `${position()}: ${error.message}` }
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

function tooOdd(): never {
  throw new XmlProblem('too much in its text is no XML')
}

/**
 * Whether a section of the element `name` holds the end of one, and behind it the start of another with a section: its own
 * end was lost, and that is the other's. Only what quotes such a document looks the same.
 */
function holdsOwnEnd(section: string, name: string): boolean {
  const end = section.indexOf(`</${name}`)
  const start = end < 0 ? -1 : section.indexOf(`<${name}`, end)
  return start >= 0 && section.includes('<![CDATA[', start)
}

/** A name of an element that counts is shorter. */
const MAX_TAIL = 100

/** Puts elements back that saxes has closed, the outermost first; its list of them is private. */
function reopen(parser: SaxesParser, tags: readonly SaxesTagPlain[]): void {
  const open: unknown = Reflect.get(parser, 'tags')
  if (!Array.isArray(open)) throw new Error('saxes keeps its open elements elsewhere')
  open.push(...tags)
}

/**
 * saxes builds texts by appending, often single characters, and V8 keeps all pieces until the text is read: a comment of
 * 10 MiB would take hundreds of MiB, more than a Worker has.
 */
function flattenTexts(parser: SaxesParser): void {
  for (const value of Object.values(parser)) if (typeof value === 'string') value.charCodeAt(value.length - 1)
}
