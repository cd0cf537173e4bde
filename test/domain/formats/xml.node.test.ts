import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { describe, expect, it } from 'vitest'
import { scanXml } from '../../../src/domain/formats/xml.ts'
import { brokenDocuments, wellFormedDocuments } from '../../support/seed/xml-documents.ts'

// RUNS=200000 for a long look.
const numRuns = Number(process.env.RUNS ?? 10_000)

describe('the scanner and saxes, which is the referee,', () => {
  it('tell the same of what is well-formed', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(wellFormedDocuments(), (document) => {
        const told = toldByUs(document)
        expect(told.problem).toBeNull()
        expect(told).toEqual(toldBySaxes(document))
      }),
      { numRuns },
    )
  })

  it('accept and refuse the same of what was broken, and tell the same of what is accepted', {
    timeout: 600_000,
  }, () => {
    const seen = { accepted: 0, refused: 0 }
    fc.assert(
      fc.property(brokenDocuments(), (document) => {
        const told = toldByUs(document)
        if (told.problem !== null) {
          seen.refused += 1
          expect(placeIsIn(document, told.problem)).toBe(true)
          if (KNOWN_DIFFERENCES.some((isKnown) => isKnown(document, told.problem ?? ''))) return
          expect(toldBySaxes(document).problem).not.toBeNull()
        } else {
          seen.accepted += 1
          expect(told).toEqual(toldBySaxes(document))
        }
      }),
      { numRuns },
    )
    // Both ways are walked often.
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(numRuns / 20)
  })
})

/** What saxes takes and XML 1.0 does not. */
const KNOWN_DIFFERENCES: readonly ((document: string, problem: string) => boolean)[] = [
  // saxes puts the half of a surrogate pair together with whatever is next to it. Text that was read as UTF-8 has none.
  (document) => !document.isWellFormed(),
  // <?a?b?>: §2.6 wants white space between the target and the rest.
  (document, problem) => problem.includes(': a space is missing after <?') && /<\?[^\s?]+\?[^>]/.test(document),
]

type Told = { readonly events: readonly unknown[]; readonly problem: string | null }

function toldByUs(document: string): Told {
  const { events, open, text, close } = recorder()
  const problem = scanXml(document, { open, text, close })
  return { events, problem }
}

/** Of version 1.0 whatever is declared, which §2.8 of the Fifth Edition asks of who reads that only. */
function toldBySaxes(document: string): Told {
  const { events, open, text, close } = recorder()
  const parser = new SaxesParser({ defaultXMLVersion: '1.0', forceXMLVersion: true })
  parser.on('error', (error) => {
    throw error
  })
  // A document type declaration is refused by us.
  parser.on('doctype', () => parser.fail('doctype'))
  parser.on('opentag', ({ name, attributes }) => open(name, attributes))
  parser.on('text', text)
  parser.on('cdata', text)
  parser.on('closetag', close)
  try {
    parser.write(document).close()
    return { events, problem: null }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { events, problem: error.message }
  }
}

/** Writes down events, with the pieces of a text put together and without the white space around the root. */
function recorder() {
  const events: unknown[] = []
  let depth = 0
  let pieces = ''
  const flush = () => {
    if (pieces !== '' && depth > 0) events.push(pieces)
    pieces = ''
  }
  return {
    events,
    open: (name: string, attributes: Readonly<Record<string, unknown>>) => {
      flush()
      depth += 1
      events.push([name, Object.entries(attributes)])
    },
    text: (piece: string) => {
      pieces += piece
    },
    close: () => {
      flush()
      depth -= 1
      events.push('/')
    },
  }
}

function placeIsIn(document: string, problem: string): boolean {
  const [, line, column] = /^(\d+):(\d+): ./.exec(problem) ?? []
  const lines = document.replace(/^\ufeff/, '').split(/\r\n?|\n/)
  return Number(column) <= [...(lines[Number(line) - 1] ?? [])].length
}
