import fc from 'fast-check'
import type { Child } from 'hono/jsx'
import { describe, expect, it } from 'vitest'

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'&<>"\'=/ \n', '&amp;', '&lt;', '</p>', '<script>', '-->', ' onload=') }),
)

/** What a browser reads in text or in a quoted attribute that holds no other entities than these. */
function readBack(html: string): string {
  const characters: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
  return html.replace(/&(#?\w+);/g, (entity, name) => characters[name] ?? entity)
}

describe('whatever its characters', () => {
  it('a text is read as it was written, and ends nothing around it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const inner = /^<p>([^<>"']*)<\/p>$/.exec(String(<p>{text}</p>))?.[1]
        expect(inner).not.toMatch(/&(?!(?:amp|lt|gt|quot|#39);)/)
        expect(readBack(inner ?? 'it ended something')).toBe(text)
      }),
    )
  })

  it('an attribute is read as it was written, and ends nothing around it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const value = /^<p title="([^<>"']*)"><\/p>$/.exec(String(<p title={text} />))?.[1]
        expect(value).not.toMatch(/&(?!(?:amp|lt|gt|quot|#39);)/)
        expect(readBack(value ?? 'it ended something')).toBe(text)
      }),
    )
  })

  it('a text is escaped once, however many components hand it on', () => {
    const Inner = ({ children }: { children?: Child }) => <b>{children}</b>
    const Outer = ({ children }: { children?: Child }) => <Inner>{[children, [' & ']]}</Inner>
    expect(String(<Outer>{'<'}</Outer>)).toBe('<b>&lt; &amp; </b>')
  })
})

describe('what an element shows', () => {
  const Nothing = () => null
  const Several = () => ['<', <i>x</i>]
  it.each<[string, Child, string]>([
    ['of nothing, no and yes, nothing', [null, undefined, false, true, <Nothing />], ''],
    ['of zero and an empty text, these', [0, ''], '0'],
    ['of lists in lists, all of them in order', ['a', ['b', [<i>c</i>, 'd']]], 'ab<i>c</i>d'],
    [
      'of a fragment, what is in it',
      <>
        a<i>b</i>
      </>,
      'a<i>b</i>',
    ],
    ['of a component that returns a list, the list', <Several />, '&lt;<i>x</i>'],
  ])('%s', (_, child, html) => {
    expect(String(<p>{child}</p>)).toBe(`<p>${html}</p>`)
  })
})

describe('an attribute', () => {
  it.each([
    ['that is not given is absent', <p title={undefined} />, '<p></p>'],
    ['that is empty is there', <p title="" />, '<p title=""></p>'],
    ['that is a number is written as one', <p tabindex={-1} />, '<p tabindex="-1"></p>'],
    ['that means yes by being there is there, or not', <input required disabled={false} />, '<input required=""/>'],
    [
      'whose words are true and false says them',
      <p aria-hidden={false} data-once spellcheck={false} />,
      '<p aria-hidden="false" data-once="true" spellcheck="false"></p>',
    ],
  ])('%s', (_, element, html) => {
    expect(String(element)).toBe(html)
  })
})

it('an element that holds nothing by definition has no end tag; any other has one', () => {
  expect(
    String(
      <div>
        <br />
        <script src="/x.js" />
        <path d="M0 0" />
      </div>,
    ),
  ).toBe('<div><br/><script src="/x.js"></script><path d="M0 0"></path></div>')
})

describe('HTML does not come in', () => {
  const html = '<script>alert(1)</script>'
  it.each<[string, () => unknown]>([
    ['an object from JSON that has all fields of hono’s', () => JSON.parse(JSON.stringify({ isEscaped: true, html }))],
    ['an object from JSON that says how it is written', () => ({ isEscaped: true, toString: html, callbacks: [html] })],
    ['an object from JSON that names a prototype', () => JSON.parse(`{"__proto__":{"isEscaped":true},"a":"${html}"}`)],
    [
      'an object from JSON that looks like an element',
      () => ({ tag: 'script', props: {}, children: [html], type: 'b' }),
    ],
    ['a list from JSON', () => [html, [html]]],
  ])('as %s', (_, make) => {
    const alike = make() as Child
    for (const element of [() => <p>{alike}</p>, () => <p title={alike as string} />]) {
      let written = ''
      try {
        written = String(element())
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError)
      }
      expect(written).not.toContain('<script')
    }
  })
})
