import { SaxesParser, type SaxesTagPlain } from 'saxes'

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

/** Each is an Error with a stack: a document with more of them is none. */
const MAX_FAULTS = 1_000

/**
 * Reads XML 1.0 as it is found: what is not well-formed costs as little as can be, and several documents after one
 * another are read like one. No document type is read, so there are no entities but XML's own five. Lines are counted
 * from 1, columns in Unicode characters.
 */
export function readXml(pieces: Iterable<string>, { open, text, close, damage }: XmlEvents): XmlReading {
  // A reader of XML 1.0 reads any 1.x as 1.0 (XML 1.0, Fifth Edition, §2.8).
  const parser = new SaxesParser({ xmlns: false, defaultXMLVersion: '1.0', forceXMLVersion: true, fragment: true })
  let depth = 0
  let faults = 0
  let firstDamage: string | null = null
  let endsEarly: string | null = null
  let opening: 'whole' | 'damaged' | null = null
  let openingName = ''
  let tail = ''
  /** Elements that one end tag closed: only then saxes says whether it was the end tag of the last of them. */
  let closing: { readonly tag: SaxesTagPlain; isImplied: boolean }[] = []

  const position = () => `${parser.line}:${parser.column}`
  const settle = () => {
    if (closing.length === 0) return
    const closed = closing
    closing = []
    for (const { isImplied } of closed) {
      depth--
      close(isImplied)
    }
  }
  const swallowed = () => {
    settle()
    firstDamage ??= `${position()}: the end of a comment or of a section of text is lost here`
    damage()
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
    if ((depth === 0 && opening === null) || HARMLESS.has(fault)) return
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
    depth++
    open(name, attributes, { position: position(), isDamaged })
  })
  const onText = (some: string) => {
    settle()
    text(some)
  }
  parser.on('text', onText)
  parser.on('cdata', onText)
  parser.on('closetag', (tag) => {
    if (closing.at(-1)?.isImplied !== true) settle()
    closing.push({ tag, isImplied: false })
  })
  try {
    for (const piece of mended(pieces, swallowed)) {
      parser.write(piece)
      tail = (tail + piece).slice(-MAX_TAIL)
      flattenTexts(parser)
    }
    settle()
    if (depth > 0) endsEarly = position()
    else parser.close()
    const endsIn = opening === null ? (/<([^\s<>/!?]+)$/.exec(tail)?.[1] ?? null) : openingName
    return { ok: true, endsEarly, endsIn, damage: firstDamage }
  } catch (error) {
    if (!(error instanceof XmlProblem)) throw error
    return { ok: false, problem: `${position()}: ${error.message}` }
  }
}

/** A name of an element that counts is shorter. */
const MAX_TAIL = 100

/** Puts elements back that saxes has closed, the outermost first; its list of them is private. */
function reopen(parser: SaxesParser, tags: readonly SaxesTagPlain[]): void {
  const open: unknown = Reflect.get(parser, 'tags')
  if (!Array.isArray(open)) throw new Error('saxes keeps its open elements elsewhere')
  open.push(...tags)
}

/** Where text stands that is neither markup nor a reference, until `end`, and what in it tells that its own end was lost. */
const INSIDES = {
  '<!--': { end: '-->', marks: /<!--|<\/|\/>/g },
  // The start of another section, but not where its end is quoted too, as writers write it.
  '<![CDATA[': { end: ']]>', marks: /<!\[CDATA\[|\]\](?:&gt;|[^\w\]]>)/g },
} as const
type Inside = keyof typeof INSIDES
const OPENS_INSIDE = /<!(?:--|\[CDATA\[)/g

/**
 * `&` and `<` that should have been written as references, and references to characters. What begins an instruction or a
 * document type and does not go on as one is none: saxes would read on to the end of another one.
 */
const INSTRUCTION = String.raw`\?[^<]*\?>`
const DOCUMENT_TYPE = String.raw`!DOCTYPE(?:[^<>["']|"[^"<>]*"|'[^'<>]*')*(?:\[(?:\s|<!(?:[^<>"']|"[^"]*"|'[^']*')*>)*\]\s*)?>`
const NOT_MARKUP = new RegExp(
  [
    String.raw`&(?!(?:amp|lt|gt|quot|apos);)(?:#(\d{1,10}|x[\da-fA-F]{1,8});)?`,
    String.raw`<(?![\p{L}_:/]|!--|!\[CDATA\[|${INSTRUCTION}|${DOCUMENT_TYPE})`,
  ].join('|'),
  'gu',
)
const WHOLE_DECLARATION = new RegExp(`^<(?:${INSTRUCTION}|${DOCUMENT_TYPE})`)

/** The longest that has to be seen as a whole, but for instructions and document types: a reference. */
const MAX_TOKEN = 16
const MAX_DECLARATION = 65_536

/**
 * The document in pieces with line feeds for all line ends (§2.11), U+FFFD for what is no character of XML, and
 * references for `&` and `<` that stand for themselves: saxes would read on to the next `;`, or begin a tag. `swallowed`
 * is called behind a comment or section of text whose end was lost, so that it goes on to that of another one.
 */
function* mended(pieces: Iterable<string>, swallowed: () => void): Generator<string> {
  let held = ''
  let inside: Inside | null = null
  let isEndLost = false

  function* mendedPiece(text: string, isLast: boolean): Generator<string> {
    let done = ''
    let at = 0
    for (;;) {
      if (inside !== null) {
        const { end, marks } = INSIDES[inside]
        const ending = text.indexOf(end, at)
        const behind = ending + end.length
        const isSeen = ending >= 0 && (isLast || text.length >= behind + MAX_TOKEN)
        const rest = isLast ? text.length : Math.max(at, text.length - MAX_TOKEN)
        const seen = ending >= 0 ? Math.min(ending, rest) : rest
        for (const { 0: mark, index } of text.slice(at, isSeen ? ending : undefined).matchAll(marks))
          if (at + index < seen) isEndLost = !mark.startsWith(']]')
        if (!isSeen) {
          yield done + text.slice(at, seen)
          held = text.slice(seen)
          return
        }
        done += text.slice(at, behind)
        at = behind
        // An end in a text is written in two sections.
        if (isEndLost && !(inside === '<![CDATA[' && text.startsWith(inside, at))) {
          yield done
          done = ''
          swallowed()
        }
        inside = null
        isEndLost = false
      }
      OPENS_INSIDE.lastIndex = at
      const opening = OPENS_INSIDE.exec(text)
      if (!opening) break
      done += escaped(text.slice(at, opening.index)) + opening[0]
      at = opening.index + opening[0].length
      inside = opening[0] as Inside
    }
    const rest = text.slice(at)
    const kept = isLast ? rest.length : tokenStart(rest)
    yield done + escaped(rest.slice(0, kept))
    held = rest.slice(kept)
  }

  for (const piece of characters(pieces)) yield* mendedPiece(held + piece, false)
  yield* mendedPiece(held, true)
}

function escaped(text: string): string {
  return text.replace(NOT_MARKUP, (found, reference: string | undefined) => {
    if (found === '<') return '&lt;'
    if (reference === undefined) return '&amp;'
    return isCharacter(Number(reference.replace(/^x/, '0x'))) ? found : '\ufffd'
  })
}

/** Where the last token begins that the next piece may go on with. */
function tokenStart(text: string): number {
  const tag = text.lastIndexOf('<')
  const declaration = Math.max(text.lastIndexOf('<!DOCTYPE'), text.startsWith('<?', tag) ? tag : -1)
  const isNear = declaration >= 0 && declaration > text.length - MAX_DECLARATION
  if (isNear && !WHOLE_DECLARATION.test(text.slice(declaration))) return declaration
  const last = Math.max(tag, text.lastIndexOf('&'))
  return last >= 0 && last > text.length - MAX_TOKEN ? last : text.length
}

function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const NO_CHARACTERS = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g

/** At any other line end than a line feed saxes would start a piece of text. */
function* characters(pieces: Iterable<string>): Generator<string> {
  let held = ''
  for (const piece of pieces) {
    const text = held + piece
    held = text.endsWith('\r') ? '\r' : ''
    const whole = held === '' ? text : text.slice(0, -1)
    yield whole.replace(/\r\n?/g, '\n').replace(NO_CHARACTERS, '\ufffd').toWellFormed()
  }
  if (held !== '') yield '\n'
}

/**
 * saxes builds texts by appending, often single characters, and V8 keeps all pieces until the text is read: a comment of
 * 10 MiB would take hundreds of MiB, more than a Worker has.
 */
function flattenTexts(parser: SaxesParser): void {
  for (const value of Object.values(parser)) if (typeof value === 'string') value.charCodeAt(value.length - 1)
}
