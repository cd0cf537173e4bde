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

/** A document with more odd characters, each of which is replaced, is none. */
const MAX_ODD = 4_500_000
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
  let depth = 0
  let faults = 0
  let firstDamage: string | null = null
  let endsEarly: string | null = null
  let opening: 'whole' | 'damaged' | null = null
  let openingName = ''
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
      depth--
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
    for (const piece of mended(pieces, comment)) {
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
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
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

/** Where text stands that is neither markup nor a reference. */
const INSIDES = { '<!--': '-->', '<![CDATA[': ']]>', '<?': '?>' } as const
type Inside = keyof typeof INSIDES
const OPENS_INSIDE = /<!(?:--|\[CDATA\[|DOCTYPE)|<\?/g

/** `&` and `<` that should have been written as references, and references to characters. */
const NOT_MARKUP =
  /&(?!(?:amp|lt|gt|quot|apos);)(?:#(\d{1,10}|x[\da-fA-F]{1,8});)?|<(?:(?![\p{L}_:/!])|(?=!(?!--|\[CDATA\[)))/gu
/** One that goes on otherwise is none: saxes would read on to the end of another one. */
const DOCUMENT_TYPE =
  /<!DOCTYPE(?:[^<>["']|"[^"<]*"|'[^'<]*')*(?:\[(?:\s|%[\w.:-]+;|<\?[^<>]*\?>|<!--(?:(?!-->)[\s\S])*-->|<!(?!--)(?:[^<>"']|"[^"]*"|'[^']*')*>)*\]\s*)?>/y

/** The longest that has to be seen as a whole, but for instructions and document types: a reference. */
const MAX_TOKEN = 16
const MAX_INSTRUCTION = 65_536

/**
 * The document in pieces with line feeds for all line ends (§2.11), U+FFFD for what is no character of XML, and
 * references for `&` and `<` that stand for themselves: saxes would read on to the next `;`, or begin a tag.
 */
function* mended(pieces: Iterable<string>, comment: XmlEvents['comment']): Generator<string> {
  let held = ''
  let odd = 0
  let inside: Inside | null = null

  function escaped(text: string): string {
    return text.replace(NOT_MARKUP, (found, reference: string | undefined) => {
      odd++
      if (odd > MAX_ODD) throw new XmlProblem('too much in its text is no XML')
      if (found === '<') return '&lt;'
      if (reference === undefined) return '&amp;'
      return isCharacter(Number(reference.replace(/^x/, '0x'))) ? found : '\ufffd'
    })
  }

  /** What is sure of a text; what may go on in the next piece is held back. */
  function sureOf(text: string, isLast: boolean): string {
    const lastEnd = text.lastIndexOf('?>')
    let done = ''
    let at = 0
    let from = 0
    for (;;) {
      if (inside !== null) {
        const end = INSIDES[inside]
        const ending = text.indexOf(end, at)
        if (ending < 0) {
          const sure = isLast ? text.length : Math.max(at, text.length - end.length + 1)
          held = text.slice(sure)
          if (inside !== '<![CDATA[') comment?.(text.slice(at))
          return done + plainInside(text.slice(at, sure), inside)
        }
        if (inside !== '<![CDATA[') comment?.(text.slice(at, ending))
        done += plainInside(text.slice(at, ending), inside) + end
        at = ending + end.length
        from = at
        inside = null
      }
      OPENS_INSIDE.lastIndex = from
      const opening = OPENS_INSIDE.exec(text)
      const index = opening?.index ?? text.length
      const opens = opening?.[0] as Inside | '<!DOCTYPE' | undefined
      const declared = opens === '<!DOCTYPE' ? documentTypeAt(text, index) : null
      if (declared !== null) {
        done += escaped(text.slice(at, index)) + declared
        at = index + declared.length
        from = at
      } else if (opens === '<!--' || opens === '<![CDATA[' || (opens === '<?' && isInstruction(text, index, lastEnd))) {
        done += escaped(text.slice(at, index)) + opens
        at = index + opens.length
        inside = opens
      } else if (
        opens !== undefined &&
        (isLast || index < text.length - MAX_INSTRUCTION || (opens === '<?' && index < lastEnd))
      ) {
        // It begins nothing, and is a text.
        from = index + opens.length
      } else {
        const rest = text.slice(at, index)
        const sure = isLast || opens !== undefined ? index : at + tokenStart(rest)
        held = text.slice(sure)
        return done + escaped(text.slice(at, sure))
      }
    }
  }

  for (const piece of characters(pieces)) yield sureOf(held + piece, false)
  yield sureOf(held, true)
}

function documentTypeAt(text: string, at: number): string | null {
  DOCUMENT_TYPE.lastIndex = at
  return DOCUMENT_TYPE.exec(text)?.[0] ?? null
}

/** The content of a comment with other hyphens: saxes would not see the end of `--->`. */
function plainInside(text: string, inside: Inside): string {
  return inside === '<!--' ? text.replaceAll('-', OTHER_HYPHEN) : text
}

const OTHER_HYPHEN = '\u2010'

/** Whether an instruction begins there: one that has an end or, as a declaration has no tag in it, one before the next tag. */
function isInstruction(text: string, at: number, lastEnd: number): boolean {
  if (at > lastEnd) return false
  if (!/^<\?[\p{L}_:]/u.test(text.slice(at, at + 4))) return false
  if (!/^<\?xml\s/.test(text.slice(at, at + 6))) return true
  const tag = text.indexOf('<', at + 1)
  return text.slice(at, tag < 0 ? undefined : tag).includes('?>')
}

/** Where the last token begins that the next piece may go on with. */
function tokenStart(text: string): number {
  const last = Math.max(text.lastIndexOf('<'), text.lastIndexOf('&'))
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
