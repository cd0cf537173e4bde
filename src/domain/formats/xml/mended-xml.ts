type Hearers = {
  /** Called for each comment and instruction, perhaps in pieces. */
  readonly comment: ((text: string) => void) | undefined
  /** Called where too many characters had to be replaced; does not return. */
  readonly tooOdd: () => never
}

/** A document with more odd characters, each of which is replaced, is none. */
const MAX_ODD = 4_500_000

/**
 * The document in pieces with line feeds for all line ends (§2.11), U+FFFD for what is no character of XML, and
 * references for `&` and `<` that stand for themselves: saxes would read on to the next `;`, or begin a tag.
 */
export function* mendedXml(pieces: Iterable<string>, { comment, tooOdd }: Hearers): Generator<string> {
  let held = ''
  let odd = 0
  let inside: Inside | null = null

  function escaped(text: string): string {
    return text.replace(NOT_MARKUP, (found, reference: string | undefined) => {
      odd++
      if (odd > MAX_ODD) tooOdd()
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

/** One that is no longer than an instruction: a pattern over megabytes runs out of stack. */
function documentTypeAt(text: string, at: number): string | null {
  DOCUMENT_TYPE.lastIndex = 0
  return DOCUMENT_TYPE.exec(text.slice(at, at + MAX_INSTRUCTION))?.[0] ?? null
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
