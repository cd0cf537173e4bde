import { SaxesParser } from 'saxes'

export type XmlAttributes = Readonly<Record<string, string>>

/** What is told of a document, in its order: text may come in pieces, white space around the root element too. */
export type XmlEvents = {
  readonly open: (name: string, attributes: XmlAttributes) => void
  readonly text: (text: string) => void
  readonly close: () => void
}

/** Thrown for what is wrong with a document, also by whoever listens to it; nothing is read after it. */
export class XmlProblem extends Error {}

/**
 * Reads XML 1.0 strictly. A document type declaration is refused, so there are no entities but XML's own five. Null when
 * all is well, else `line:column: what is wrong`, counted in Unicode characters, lines from 1.
 */
export function scanXml(document: string, { open, text, close }: XmlEvents): string | null {
  // A reader of 1.0 reads any 1.x as that (XML 1.0, Fifth Edition, §2.8).
  const parser = new SaxesParser({ xmlns: false, defaultXMLVersion: '1.0', forceXMLVersion: true })
  // Without this it would go on after a fault as well as it can.
  parser.on('error', (error) => {
    throw new XmlProblem(error.message)
  })
  parser.on('doctype', () => parser.fail('a document type declaration is not accepted'))
  parser.on('opentag', ({ name, attributes }) => heard(parser, () => open(name, attributes)))
  parser.on('text', text)
  parser.on('cdata', text)
  parser.on('closetag', () => heard(parser, close))
  try {
    for (const piece of piecesOf(document)) {
      parser.write(piece)
      flattenTexts(parser)
    }
    parser.close()
    return null
  } catch (error) {
    if (!(error instanceof XmlProblem)) throw error
    return error.message
  }
}

/** What a listener finds wrong is told like the parser's own, with its place. */
function heard(parser: SaxesParser, listen: () => void): void {
  try {
    listen()
  } catch (error) {
    if (error instanceof XmlProblem) parser.fail(error.message)
    else throw error
  }
}

const PIECE_LENGTH = 262_144

/** With each kind of line end as a line feed (§2.11): for each that is not, saxes keeps a piece of text by itself. */
function* piecesOf(document: string): Generator<string> {
  for (let start = 0; start < document.length; ) {
    let end = start + PIECE_LENGTH
    if (document[end - 1] === '\r' && document[end] === '\n') end += 1
    yield document.slice(start, end).replace(/\r\n?/g, '\n')
    start = end
  }
}

/**
 * saxes adds its texts up, often character by character, and V8 keeps all that was added until a text is looked into:
 * 10 MiB of a comment would be hundreds of MiB, more than a Worker has.
 */
function flattenTexts(parser: SaxesParser): void {
  for (const value of Object.values(parser)) if (typeof value === 'string') value.charCodeAt(value.length - 1)
}
