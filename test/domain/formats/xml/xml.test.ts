import { describe, expect, it } from 'vitest'
import { readXml, XmlProblem, type XmlReading } from '../../../../src/domain/formats/xml/xml.ts'

describe('reads', () => {
  it.each([
    ['<?xml version="1.0"?>\n<a/>\n', ['\n', '<a {}>', '</>', '\n']],
    ["<?xml version='1.0' encoding='utf-8' standalone = 'no' ?><!-- - --><a/><?b?>", ['<a {}>', '</>']],
    ['<a b = "1" c=\'"\'></a >', ['<a {"b":"1","c":"\\""}>', '</>']],
    ['<a><b>1</b>2</a>', ['<a {}>', '<b {}>', '1', '</>', '2', '</>']],
    // §2.11 and §3.3.3: what is written as a reference stays as it is.
    ['<a b="1\r\n2\r3\t4&#13;&#10;&#9;"/>', ['<a {"b":"1 2 3 4\\r\\n\\t"}>', '</>']],
    ['<a>1\r\n2\r3&#13;\n</a>', ['<a {}>', '1\n2\n3\r\n', '</>']],
    ['<a>&amp;lt;&lt;&gt;&quot;&apos;&#65;&#x1F600;&#0066;</a>', ['<a {}>', '&lt;<>"\'A😀B', '</>']],
    ['<a>1<![CDATA[<b>&lt;]]]]>]]<!--2-->&gt;<?c 3?></a>', ['<a {}>', '1', '<b>&lt;]]', ']]', '>', '</>']],
    ['<a __proto__="1" constructor="2"/>', ['<a {"__proto__":"1","constructor":"2"}>', '</>']],
    ['<é:\u{10000}-·/>', ['<é:\u{10000}-· {}>', '</>']],
    // A 1.0 processor reads any 1.x as 1.0 (§2.8): these are line ends of 1.1.
    ['<?xml version="1.1"?><a>\u0085\u2028</a>', ['<a {}>', '\u0085\u2028', '</>']],
  ])('%j', (document, events) => expect(eventsOf(document)).toEqual(events))
})

describe('reads what is not well-formed, at as little loss as can be', () => {
  it.each<[string, string[], string | null]>([
    // What costs a character, or nothing, is no damage.
    [' \n<?xml version="1.0"?><a/>', [' \n', '<a {}>', '</>'], null],
    ['<?xml?><a/>', ['<a {}>', '</>'], null],
    ['<?xml version="2.0\'?><a/>', ['<a {}>', '</>'], null],
    ['<a/><?xml version="1.0"?><b/>', ['<a {}>', '</>', '<b {}>', '</>'], null],
    ['log <a/>1', ['log ', '<a {}>', '</>', '1'], null],
    ['<!DOCTYPE a SYSTEM "a.dtd"><a/>', ['<a {}>', '</>'], null],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', ['<a {}>', '&b;', '</>'], null],
    [
      '<a>R & D; 1 < 2 &nbsp; &constructor; a<!b</a>',
      ['<a {}>', 'R & D; 1 < 2 &nbsp; &constructor; a<!b', '</>'],
      null,
    ],
    ['<a b="R & D" c="&"/>', ['<a {"b":"R & D","c":"&"}>', '</>'], null],
    ['<a>&&amp;&#38;</a>', ['<a {}>', '&&&', '</>'], null],
    ['<a><![CDATA[R & D < 1]]><!-- & < --></a>', ['<a {}>', 'R & D < 1', '</>'], null],
    ['<a b="1<2"/>', ['<a {"b":"1<2"}>', '</>'], null],
    ['<a b=1/>', ['<a {"b":"1/"}>'], null],
    ['<a>1]]>2</a>', ['<a {}>', '1]]>2', '</>'], null],
    ['<a>&#0;&#27;&#xD800;&#xFFFF;&#x110000;&#10;</a>', ['<a {}>', '\ufffd\ufffd\ufffd\ufffd\ufffd\n', '</>'], null],
    ['<a>\u0000\u001b\ufffe\ud83d</a>', ['<a {}>', '\ufffd\ufffd\ufffd\ufffd', '</>'], null],
    // What may have lost or gained a tag or an attribute is.
    ['<a b="1" b="2"/>', ['<a {"b":"2"}> damaged', '</>'], '1:16: duplicate attribute: b.'],
    ['<a b="1"c="2"/>', ['<a {"b":"1","c":"2"}> damaged', '</>'], '1:9: no whitespace between attributes.'],
    ['<a b></a>', ['<a {"b":"b"}> damaged', '</>'], '1:5: attribute without value.'],
    ['<a><b><c></b></a>', ['<a {}>', '<b {}>', '<c {}>', '</> implied', '</>', '</>'], '1:13: unexpected close tag.'],
    ['<a></b></a>', ['<a {}>', 'damage', '</b>', '</>'], '1:7: unexpected close tag.'],
    [
      '<a><c/></b>1<b></b></a>',
      ['<a {}>', '<c {}>', '</>', 'damage', '</b>1', '<b {}>', '</>', '</>'],
      '1:11: unexpected close tag.',
    ],
    ['<a><!-- -- --></a>', ['<a {}>', '</>'], null],
    ['<a><!-- --->1<!-----></a>', ['<a {}>', '1', '</>'], null],
    ['<a / ></a>', ['<a {}> damaged', '</>'], '1:5: forward-slash in opening tag not followed by >.'],
  ])('%j', (document, events, damage) => {
    const { reading, heard } = heardIn([document])
    expect([heard, reading.ok && reading.damage]).toEqual([events, damage])
  })

  it.each<[string, string | null]>([
    ['<a/>', null],
    ['<a>', '1:3'],
    ['<a><b></b>\n', '2:0'],
    ['<a b="1', '1:7'],
    ['<a><![CDATA[1', '1:13'],
    ['<a><!-- 1', '1:9'],
    ['<a/><', '1:8'],
    ['<a>&am', '1:10'],
    ['', null],
  ])('and says where %j ends early', (document, endsEarly) => {
    const { reading } = heardIn([document])
    expect(reading.ok && (reading.endsEarly ?? null)).toBe(document === '<a/><' ? null : endsEarly)
  })

  it('whatever the pieces that it comes in', () => {
    const document = '<a b="&lt;&"><![CDATA[1 & 2]]>]]&gt;<!-- & -->\r\n&#27;&#x1F600;😀 < <b/>\r&a</a>'
    const whole = heardIn([document])
    for (let at = 1; at < document.length; at++) {
      const { heard, reading } = heardIn([document.slice(0, at), document.slice(at)])
      // Half a surrogate pair is never in a piece.
      if (/[\ud800-\udbff]$/.test(document.slice(0, at))) continue
      expect([joinedTexts(heard), reading], `cut at ${at}`).toEqual([joinedTexts(whole.heard), whole.reading])
    }
  })

  it('but not where nothing else is in it', () => {
    expect(heardIn([`<a>${'</b>'.repeat(2_000)}</a>`]).reading).toEqual({
      ok: false,
      problem: expect.stringMatching(/^1:\d+: too much is wrong with its tags$/),
    })
  })

  it('and says where a listener found something wrong, at the end of the tag', () => {
    const open = (name: string) => {
      if (name === 'c') throw new XmlProblem('no c here')
    }
    const nothing = () => {}
    expect(readXml(['<a>\n<b/><c d="1"/></a>'], { open, text: nothing, close: nothing, damage: nothing })).toEqual({
      ok: false,
      problem: '2:14: no c here',
    })
  })
})

// What takes quadratic time does not end within the time that a test has.
/** A column behind a MiB. */
const AT_THE_END = expect.stringMatching(/^1:104\d{4}$/)

describe('reads 1 MiB in a time that grows with the length alone', () => {
  const many = (unit: string) => unit.repeat(Math.floor((1024 * 1024) / unit.length))
  let serial = 0
  it.each([
    ['carriage returns', () => `<a>${many('\r')}</a>`, null],
    ['deep elements', () => `${'<a>'.repeat(174_760)}${'</a>'.repeat(174_760)}`, null],
    ['references in text', () => `<a>${many('&amp;')}</a>`, null],
    ['references in a value', () => `<a b="${many('&#9;\n')}"/>`, null],
    ['attributes of one element', () => `<a${many(' b=""').replaceAll('b', () => `b${serial++}`)}/>`, null],
    ['CDATA sections', () => `<a>${many('<![CDATA[]]>')}</a>`, null],
    ['comments', () => `<a>${many('<!---->')}</a>`, null],
    ['elements', () => `<a>${many('<b/>')}</a>`, null],
    ['line ends', () => `<a>${many('\r\n\r')}</a>`, null],
    ['a name', () => `<${many('a')}/>`, null],
    ['a reference', () => `<a>&#${many('0')}65;</a>`, null],
    ['references that are none', () => `<a>${many('&<')}</a>`, null],
    ['declarations', () => `<a>${many('<!a')}</a>`, null],
    ['a comment without end', () => `<a><!--${many('- ')}`, AT_THE_END],
    ['CDATA sections without end', () => `<a>${many('<![CDATA[')}`, AT_THE_END],
    ['a reference without end', () => `<a>&${many('a')}</a>`, null],
    ['an XML declaration without end', () => `<?xml version="1.0"${many(' ')}`, null],
    ['comments of hyphens', () => `<!--${many('a--b ')}--><a/>`, null],
    ['comments within each other', () => `${many('<!--')}--><a/>`, null],
    ['odd characters outside of elements', () => `${many(']]>')}<a/>`, null],
    ['instructions without end', () => `<a>${many('<?')}</a>`, null],
    ['document types', () => `${many('<!DOCTYPE a>')}<a/>`, null],
    ['document types without end', () => `<a>${many('<!DOCTYPE[')}</a>`, null],
    ['comments in a document type without end', () => `<!DOCTYPE a [${many('<!--a-->')}<x`, AT_THE_END],
    ['a document type without end', () => `<!DOCTYPE a [${many('<!a "b">')}`, null],
    ['instructions', () => `<a>${many('<?b?>')}</a>`, null],
    ['CDATA sections within one', () => `<a><![CDATA[${many('<![CDATA[')}]]]]><![CDATA[>]]></a>`, null],
    ['elements without end', () => many('<a>'), AT_THE_END],
    ['texts without end', () => `<a b="${many('>')}`, AT_THE_END],
  ])('%s', (_, documentOf, endsEarly) => {
    const { reading } = heardIn([documentOf()], () => {})
    expect(reading).toMatchObject({ ok: true, damage: null, endsEarly })
  })
})

function eventsOf(document: string): readonly string[] {
  const { reading, heard } = heardIn([document])
  expect(reading).toEqual({ ok: true, endsEarly: null, endsIn: null, damage: null })
  return heard
}

function heardIn(pieces: readonly string[], keep?: (event: string) => void): { reading: XmlReading; heard: string[] } {
  const heard: string[] = []
  const hear = keep ?? ((event: string) => void heard.push(event))
  const reading = readXml(pieces, {
    open: (name, attributes, { isDamaged }) =>
      hear(`<${name} ${JSON.stringify(attributes)}>${isDamaged ? ' damaged' : ''}`),
    text: hear,
    close: (isImplied) => hear(isImplied ? '</> implied' : '</>'),
    damage: () => hear('damage'),
  })
  return { reading, heard }
}

function joinedTexts(heard: readonly string[]): string {
  return heard.join('')
}
