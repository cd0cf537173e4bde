import { SaxesParser } from 'saxes'

export type XmlAttributes = Readonly<Record<string, string>>

/** Called for each part of a document in order; a text may come in pieces, and white space around the root comes too. */
export type XmlEvents = {
  readonly open: (name: string, attributes: XmlAttributes) => void
  readonly text: (text: string) => void
  readonly close: () => void
}

/** A fault in a document, thrown by the parser or by a function of `XmlEvents`; reading stops there. */
export class XmlProblem extends Error {}

/**
 * Reads XML 1.0 strictly. A document type declaration is refused, so there are no entities but XML's own five. Null when
 * all is well, else `line:column: what is wrong`, counted in Unicode characters, lines from 1.
 */
export function scanXml(document: string, { open, text, close }: XmlEvents): string | null {
  // A reader of XML 1.0 reads any 1.x as 1.0 (XML 1.0, Fifth Edition, §2.8).
  const parser = new SaxesParser({ xmlns: false, defaultXMLVersion: '1.0', forceXMLVersion: true })
  // Without this, saxes would go on after a fault.
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

/** Reports a fault that `listen` throws like the parser's own, with its line and column. */
function heard(parser: SaxesParser, listen: () => void): void {
  try {
    listen()
  } catch (error) {
    if (error instanceof XmlProblem) parser.fail(error.message)
    else throw error
  }
}

const PIECE_LENGTH = 262_144

/** The document with line feeds for all line ends (§2.11): at any other line end saxes would start a piece of text. */
function* piecesOf(document: string): Generator<string> {
  for (let start = 0; start < document.length; ) {
    let end = start + PIECE_LENGTH
    if (document[end - 1] === '\r' && document[end] === '\n') end += 1
    yield document.slice(start, end).replace(/\r\n?/g, '\n')
    start = end
  }
}

/**
 * saxes builds texts by appending, often single characters, and V8 keeps all pieces until the text is read: a comment of
 * 10 MiB would take hundreds of MiB, more than a Worker has.
 */
function flattenTexts(parser: SaxesParser): void {
  for (const value of Object.values(parser)) if (typeof value === 'string') value.charCodeAt(value.length - 1)
}
