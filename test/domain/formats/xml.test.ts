import { describe, expect, it } from 'vitest'
import { scanXml } from '../../../src/domain/formats/xml.ts'
import { XmlProblem } from '../../../src/domain/formats/xml-reading.ts'

describe('reads', () => {
  it.each([
    ['\ufeff<?xml version="1.0"?>\n<a/>\n', ['<a {}>', '</>']],
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
    // A 1.0 processor reads any 1.x as 1.0 (§2.8): saxes reads these line ends as those of 1.1.
    ['<?xml version="1.1"?><a>\u0085\u2028</a>', ['<a {}>', '\u0085\u2028', '</>']],
  ])('%j', (document, events) => expect(eventsOf(document)).toEqual(events))
})

describe('refuses, and says where', () => {
  it.each([
    ['\n\n', '3:0: there is no root element'],
    ['<a>1]]>2</a>', '1:7: ]]> in text is written ]]&gt;'],
    ['<a b="<"/>', '1:7: < in the value of b is written &lt;'],
    ['<a b="1" b="2"/>', '1:10: the attribute b is there twice'],
    ['<a b="1"c="2"/>', '1:9: a space or > is missing in the tag of a'],
    ['<a b/>', '1:5: the attribute b has no value'],
    ['<a b="1/>', '1:6: the value of b does not end in "'],
    ['<a / >', '1:5: the tag of a does not end in >'],
    ['<a', '1:2: the tag of a does not end in >'],
    ['<a></a b>', '1:8: expected </a>'],
    ['<a></ab>', '1:7: expected </a>'],
    ['<a/></a>', '1:6: an end tag without a start tag'],
    ['< a/>', '1:2: a name is expected'],
    ['<-a/>', '1:2: a name is expected'],
    ['<a/>1', '1:5: text outside of the root element'],
    ['<![CDATA[]]><a/>', '1:9: text outside of the root element'],
    ['<a><![CDATA[]]</a>', '1:12: a CDATA section does not end in ]]>'],
    ['<a><!-- -- --></a>', '1:11: -- inside a comment'],
    ['<a><!-- --', '1:10: -- inside a comment'],
    ['<a><!ELEMENT a></a>', '1:5: a name is expected'],
    ['<a><?b c></a>', '1:7: a processing instruction does not end in ?>'],
    ['<?b?c?><a/>', '1:4: a space is missing after <?b'],
    [' <?xml version="1.0"?><a/>', '1:6: <?xml must be the very start, as in <?xml version="1.0"?>'],
    ['<?xml?><a/>', '1:5: <?xml must be the very start, as in <?xml version="1.0"?>'],
    ['<?xml version="1.0\'?><a/>', '1:5: <?xml must be the very start, as in <?xml version="1.0"?>'],
    ['<?xml version="2.0"?><a/>', '1:5: <?xml must be the very start, as in <?xml version="1.0"?>'],
    ['<a>R & D</a>', '1:6: & is not defined; a plain & is written &amp;'],
    ['<a>&#xD800;</a>', '1:11: &#xD800; is not defined; a plain & is written &amp;'],
    // Not a character of 1.0, whatever version is declared.
    ['<?xml version="1.1"?><a>&#1;</a>', '1:28: &#1; is not defined; a plain & is written &amp;'],
    ['<a>\ud83d</a>', '1:4: U+D83D is no character of XML'],
    ['<a>\uffff</a>', '1:4: U+FFFF is no character of XML'],
  ])('%j', (document, problem) => expect(problemOf(document)).toBe(problem))

  it('each line end counted once, and each character outside of the first plane', () => {
    expect(problemOf('\ufeff<a>\r\n\r\n\n😀😀&x;</a>')).toBe('4:5: &x; is not defined; a plain & is written &amp;')
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
    ['references in text', () => `<a>${many('&amp;')}</a>`, null],
    ['references in a value', () => `<a b="${many('&#9;\n')}"/>`, null],
    ['attributes of one element', () => `<a${many(' b=""').replaceAll('b', () => `b${serial++}`)}/>`, null],
    ['CDATA sections', () => `<a>${many('<![CDATA[]]>')}</a>`, null],
    ['comments', () => `<a>${many('<!---->')}</a>`, null],
    ['elements', () => `<a>${many('<b/>')}</a>`, null],
    ['line ends', () => `<a>${many('\r\n\r')}</a>`, null],
    ['a name', () => `<${many('a')}/>`, null],
    ['a reference', () => `<a>&#${many('0')}65;</a>`, null],
    ['a comment without end', () => `<a><!--${many('- ')}`, '1:7: a comment'],
    ['CDATA sections without end', () => `<a>${many('<![CDATA[')}`, '1:12: a CDATA section'],
    ['a reference without end', () => `<a>&${many('a')}</a>`, '1:4194308: &aaaa'],
    ['an XML declaration without end', () => `<?xml version="1.0"${many(' ')}`, '1:5: <?xml must'],
    ['elements without end', () => many('<a>'), '1:4194303: a is not closed'],
    ['lines, and then what is wrong', () => `<a>${many('\n')}&</a>`, '4194305:1: & is not defined'],
  ])('%s', (_, documentOf, problem) => {
    expect(problemOf(documentOf())?.slice(0, problem?.length) ?? null).toBe(problem)
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
