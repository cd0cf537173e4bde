import { describe, expect, it } from 'vitest'
import { scanXml, XmlProblem } from '../../../src/domain/formats/xml.ts'

describe('reads', () => {
  it.each([
    ['\ufeff<?xml version="1.0"?>\n<a/>\n', ['\n', '<a {}>', '</>', '\n']],
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

describe('refuses, and says where', () => {
  it.each([
    ['\n\n', '3:0: document must contain a root element.'],
    ['<a>1]]>2</a>', '1:7: the string "]]>" is disallowed in char data.'],
    ['<a b="<"/>', '1:7: disallowed character.'],
    ['<a b="1" b="2"/>', '1:16: duplicate attribute: b.'],
    ['<a b="1"c="2"/>', '1:9: no whitespace between attributes.'],
    ['<a b/>', '1:5: disallowed character in attribute name.'],
    ['<a b="1/>', '1:9: unexpected end.'],
    ['<a / >', '1:5: forward-slash in opening tag not followed by >.'],
    ['<a', '1:2: document must contain a root element.'],
    ['<a></a b>', '1:8: disallowed character in closing tag.'],
    ['<a></ab>', '1:8: unexpected close tag.'],
    ['<a/></a>', '1:8: unmatched closing tag: a.'],
    ['< a/>', '1:2: disallowed character in tag name'],
    ['<-a/>', '1:2: disallowed character in tag name'],
    ['<a/>1', '1:5: text data outside of root node.'],
    ['<![CDATA[]]><a/>', '1:9: text data outside of root node.'],
    ['<a><![CDATA[]]</a>', '1:18: unclosed tag: a'],
    ['<a><!-- -- --></a>', '1:11: malformed comment.'],
    ['<a><!-- --', '1:10: unclosed tag: a'],
    ['<a><!ELEMENT a></a>', '1:12: incorrect syntax.'],
    ['<a><?b c></a>', '1:13: unclosed tag: a'],
    [' <?xml version="1.0"?><a/>', '1:7: an XML declaration must be at the start of the document.'],
    ['<?xml?><a/>', '1:7: XML declaration must contain a version.'],
    ['<?xml version="1.0\'?><a/>', '1:20: XML declaration is incomplete.'],
    ['<?xml version="2.0"?><a/>', '1:19: version number must match /^1\\.[0-9]+$/.'],
    ['<a>R & D</a>', '1:12: unclosed tag: a'],
    ['<a>&#xD800;</a>', '1:11: malformed character entity.'],
    // Not a character of 1.0, whatever version is declared.
    ['<?xml version="1.1"?><a>&#1;</a>', '1:28: malformed character entity.'],
    ['<a>\ud83d</a>', '1:7: unclosed tag: a'],
    ['<a>\uffff</a>', '1:4: disallowed character.'],
  ])('%j', (document, problem) => expect(problemOf(document)).toBe(problem))

  it('each line end counted once, and each character outside of the first plane', () => {
    expect(problemOf('\ufeff<a>\r\n\r\n\n😀😀&x;</a>')).toBe('4:5: undefined entity.')
  })

  it('what a listener finds wrong, at the end of the tag', () => {
    const open = (name: string) => {
      if (name === 'c') throw new XmlProblem('no c here')
    }
    expect(scanXml('<a>\n<b/><c d="1"/></a>', { open, text: () => {}, close: () => {} })).toBe('2:14: no c here')
  })
})

// What takes quadratic time does not end within the time that a test has.
describe('reads 4 MiB in a time that grows with the length alone', () => {
  const many = (unit: string) => unit.repeat(Math.floor((4 * 1024 * 1024) / unit.length))
  let serial = 0
  it.each([
    ['carriage returns', () => `<a>${many('\r')}</a>`, null],
    ['deep elements', () => `${'<a>'.repeat(699_050)}${'</a>'.repeat(699_050)}`, null],
    ['references in text', () => `<a>${many('&amp;')}</a>`, null],
    ['references in a value', () => `<a b="${many('&#9;\n')}"/>`, null],
    ['attributes of one element', () => `<a${many(' b=""').replaceAll('b', () => `b${serial++}`)}/>`, null],
    ['CDATA sections', () => `<a>${many('<![CDATA[]]>')}</a>`, null],
    ['comments', () => `<a>${many('<!---->')}</a>`, null],
    ['elements', () => `<a>${many('<b/>')}</a>`, null],
    ['line ends', () => `<a>${many('\r\n\r')}</a>`, null],
    ['a name', () => `<${many('a')}/>`, null],
    ['a reference', () => `<a>&#${many('0')}65;</a>`, null],
    ['a comment without end', () => `<a><!--${many('- ')}`, '1:4194311: unclosed tag: a'],
    ['CDATA sections without end', () => `<a>${many('<![CDATA[')}`, '1:4194300: unclosed tag: a'],
    ['a reference without end', () => `<a>&${many('a')}</a>`, '1:4194312: unclosed tag: a'],
    [
      'an XML declaration without end',
      () => `<?xml version="1.0"${many(' ')}`,
      '1:4194323: document must contain a root element.',
    ],
    ['elements without end', () => many('<a>'), '1:4194303: unclosed tag: a'],
    ['lines, and then what is wrong', () => `<a>${many('\n')}&</a>`, '4194305:5: unclosed tag: a'],
  ])('%s', (_, documentOf, problem) => {
    expect(problemOf(documentOf())).toBe(problem)
  })
})

function eventsOf(document: string): readonly string[] {
  const events: string[] = []
  const problem = scanXml(document, {
    open: (name, attributes) => events.push(`<${name} ${JSON.stringify(attributes)}>`),
    text: (text) => events.push(text),
    close: () => events.push('</>'),
  })
  if (problem !== null) throw new Error(problem)
  return events
}

function problemOf(document: string): string | null {
  return scanXml(document, { open: () => {}, text: () => {}, close: () => {} })
}
