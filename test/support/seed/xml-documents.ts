import fc from 'fast-check'

/** Documents that are well-formed XML 1.0, of all that the scanner knows and with the characters at its borders. */
export function wellFormedDocuments(): fc.Arbitrary<string> {
  const around = several(fc.oneof(space, comment, instruction))
  return fc.tuple(fc.constantFrom('', '\ufeff'), optional(declaration), around, element, around).map(joined)
}

/** The same with a few characters taken away, put in, repeated or exchanged, and what was never XML. */
export function brokenDocuments(): fc.Arbitrary<string> {
  const kind = fc.constantFrom('delete', 'insert', 'replace', 'exchange', 'repeat')
  const change = fc.record({ at: fc.nat(), kind, what: fc.oneof(mark, odd) })
  const mutated = fc
    .tuple(wellFormedDocuments(), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([document, changes]) => changes.reduce(changed, document))
  const junk = fc.array(fc.oneof(mark, name, space), { maxLength: 12 }).map(joined)
  return fc.oneof({ arbitrary: mutated, weight: 4 }, { arbitrary: junk, weight: 1 })
}

type Change = { readonly at: number; readonly kind: string; readonly what: string }

function changed(document: string, { at, kind, what }: Change): string {
  const start = at % (document.length + 1)
  const [before, after] = [document.slice(0, start), document.slice(start)]
  if (kind === 'insert') return before + what + after
  if (kind === 'replace') return before + what + after.slice(1)
  if (kind === 'repeat') return before + after.slice(0, 9) + after
  if (kind === 'delete') return before + after.slice(1)
  return before + after.slice(1, 2) + after.slice(0, 1) + after.slice(2)
}

const joined = (parts: readonly string[]) => parts.join('')
const several = (part: fc.Arbitrary<string>) => fc.array(part, { maxLength: 4 }).map(joined)
const optional = (part: fc.Arbitrary<string>) => fc.oneof(fc.constant(''), part)
const anyOf = (...groups: readonly Iterable<string>[]) => fc.constantFrom(...groups.flatMap((group) => [...group]))

const mark = anyOf(
  '<>&;\'"]-!?=/[#x1:. \t\n\r',
  [
    '\r\n',
    ']]>',
    '--',
    '<!--',
    '-->',
    '<![CDATA[',
    '<?',
    '?>',
    '</',
    '/>',
    '<!',
    '<!DOCTYPE a>',
    '<?xml version="1.0"?>',
  ],
  [
    '<?xml ',
    '<?XML ',
    '<a>',
    '</a>',
    '<a ',
    ' a=',
    ' b="',
    " a=''",
    '<b/>',
    '<![CDATA[]]>',
    '&lt;',
    '&nbsp;',
    '&toString;',
    '&#',
    '&#x',
    '1.1',
    '2.0',
  ],
  ['&#0;', '&#11;', '&#xD800;', '&#xFFFE;', '&#X41;', '&#1114111;', '&#1114112;', '&#00000000000000000000065;'],
)
// Control characters, halves of surrogate pairs, line ends of XML 1.1 alone, and what is next to the borders of a Name.
const odd = fc.oneof(
  anyOf(['\0', '\x1b', '\x7f', '\x85', '\xa0', '\u2028', '\ufeff', '\ufffd', '\ufffe', '\uffff', '\ud800', '\udfff']),
  anyOf([
    '\xb7',
    '\xd7',
    '\u0300',
    '\u037e',
    '\u2000',
    '\u203f',
    '\u2041',
    '\u3000',
    '\ufdd0',
    '\u{effff}',
    '\u{f0000}',
  ]),
  fc.nat(0xffff).map((code) => String.fromCharCode(code)),
)

const space = anyOf([' ', '\n', '\t', '\r', '\r\n', ' \n '])
const nameStart = anyOf('ab_:', [
  '\xc0',
  '\u02ff',
  '\u037f',
  '\u200c',
  '\u2070',
  '\u3001',
  '\ufffd',
  '\u{10000}',
  '\u{effff}',
])
const nameRest = fc.oneof(nameStart, anyOf('-.09', ['\xb7', '\u0300', '\u036f', '\u203f', '\u2040']))
const name = fc.oneof(
  anyOf(['a', 'b', 'testcase', 'toString', '__proto__', 'constructor']),
  fc.tuple(nameStart, several(nameRest)).map(joined),
)

const character = anyOf(
  'ab;\'"]-!?=/# \t\n\r',
  [
    '\x7f',
    '\x85',
    '\u2028',
    '\ufeff',
    '\ufffd',
    '\u{1f600}',
    '\r\n',
    ']]',
    '--',
    ' >',
    '?>',
    '/>',
    '&#10;',
    '&#9;',
    '&#13;',
  ],
  ['&amp;', '&lt;', '&gt;', '&quot;', '&apos;', '&#65;', '&#x1F600;', '&#xd;', '&#x00A;', '&amp;lt;'],
)
const text = several(character)
const anything = several(fc.oneof(character, anyOf(['<', '>', '&', '<a>', '&x;'])))

const comment = anything.map((inside) => `<!--${inside.replaceAll('-', '')}-->`)
const cdata = anything.map((inside) => `<![CDATA[${inside.replaceAll(/\]{2,}>/g, ']')}]]>`)
const instruction = fc
  .tuple(name, optional(fc.tuple(space, anything).map(joined)))
  .map(([target, inside]) => `<?${target}${inside.replaceAll(/\?+>+/g, '?')}?>`)

/** `name="value"`, in either quotes and with any spaces. */
function pair(named: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(named, optional(space), optional(space), anyOf('\'"'), value)
    .map(
      ([key, before, after, quote, inside]) =>
        `${key}${before}=${after}${quote}${inside.replaceAll(quote, '')}${quote}`,
    )
}
const spaced = (part: fc.Arbitrary<string>) => fc.tuple(space, part).map(joined)

const declaration = fc
  .tuple(
    spaced(pair(fc.constant('version'), anyOf(['1.0', '1.1', '1.5', '1.10']))),
    optional(spaced(pair(fc.constant('encoding'), anyOf(['utf-8', 'UTF-8', 'ISO-8859-1', 'x_y.z'])))),
    optional(spaced(pair(fc.constant('standalone'), anyOf(['yes', 'no'])))),
    optional(space),
  )
  .map((parts) => `<?xml${parts.join('')}?>`)

const attributes = fc
  .uniqueArray(name, { maxLength: 3 })
  .chain((names) => fc.tuple(...names.map((one) => spaced(pair(fc.constant(one), text)))))
  .map(joined)

const { element } = fc.letrec<{ element: string }>((tie) => ({
  element: fc.tuple(name, attributes, optional(space)).chain(([tag, given, end]) =>
    fc.oneof(
      { depthIdentifier: 'xml', maxDepth: 4 },
      fc.constant(`<${tag}${given}${end}/>`),
      several(fc.oneof(text, cdata, comment, instruction, tie('element'))).map(
        (inside) => `<${tag}${given}>${inside}</${tag}${end}>`,
      ),
    ),
  ),
}))
