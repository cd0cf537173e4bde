import fc from 'fast-check'
import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { describe, expect, it } from 'vitest'
import { type BadgeRefusal, type BadgeStyle, type BranchStatus, badgeFor } from '../../../src/domain/builds/badge.ts'
import { BUILD_STATUS, type BuildStatus } from '../../../src/domain/builds/build.ts'
import { badgeSvg } from '../../../src/http/badges/badge-svg.ts'

const STYLES: readonly BadgeStyle[] = ['svg', 'shield', 'flat-square']
const REFUSALS: readonly BadgeRefusal[] = [
  'project_not_found',
  'invalid_token',
  'no_permission',
  'busy',
  'unknown',
  'bad_request',
]
const STATUSES: readonly (BranchStatus | BadgeRefusal)[] = [
  ...(Object.keys(BUILD_STATUS) as BuildStatus[]),
  'no_builds',
  ...REFUSALS,
]
const EVERY = STATUSES.flatMap((status) => STYLES.map((style) => ({ status, style })))

describe.each(EVERY)('$status as $style', ({ status, style }) => {
  const badge = badgeFor(status)
  const svg = badgeSvg(badge, style)
  const image = parse(svg)

  it('shows the value, and scrapers find it and nothing else', () => {
    const value = style === 'svg' ? badge.pill : badge.message
    expect(scraped(svg)).toEqual([value])
    expect(image.texts.at(-1)?.content).toBe(value)
  })

  it('is described for those who do not see it', () => {
    expect(image.root.attributes).toMatchObject({ role: 'img', 'aria-label': `build: ${badge.message}` })
    expect(image.title).toBe(`build: ${badge.message}`)
  })

  it('keeps each text within the image, with room to its right', () => {
    const width = Number(image.root.attributes.width)
    expect(Number.isInteger(width)).toBe(true)
    for (const text of image.texts) {
      expect(text.left).toBeGreaterThanOrEqual(4)
      expect(text.right).toBeLessThanOrEqual(width - 4)
    }
  })

  it('runs nothing, loads nothing, and needs no style sheet', () => expectInert(image))

  it('contrasts white text with its colour at 4.5:1 or more, also where the shield is lightest', () => {
    expect(contrastWithWhite(badge.color)).toBeGreaterThanOrEqual(4.5)
    expect(contrastWithWhite(badge.color, { r: 0xbb, g: 0xbb, b: 0xbb, opacity: 0.1 })).toBeGreaterThanOrEqual(4.5)
  })
})

it('has only the word on the pill', () => {
  const { texts } = parse(badgeSvg(badgeFor('success', 'deploy'), 'svg'))
  expect(texts.map((text) => text.content)).toEqual(['PASSED'])
})

it.each(['', '  ', '\n\t'])('shows only the message when the label is %j', (label) => {
  for (const style of STYLES) {
    const image = parse(badgeSvg(badgeFor('success', label), style))
    expect(image.root.attributes['aria-label']).toBe('passing')
    expect(new Set(image.texts.map((text) => text.content))).toEqual(new Set([style === 'svg' ? 'PASSED' : 'passing']))
  }
  expect(parse(badgeSvg(badgeFor('success', label), 'shield')).root.attributes.width).toBe('51')
})

it('cuts a long label and a long message at 100 characters', () => {
  const long = '🚀x'.repeat(5000)
  const image = parse(badgeSvg({ ...badgeFor('success', long), message: long }, 'shield'))
  const cut = `${'🚀x'.repeat(49)}🚀…`
  expect(new Set(image.texts.map((text) => text.content))).toEqual(new Set([cut]))
  expect(image.title).toBe(`${cut}: ${cut}`)
})

it.each([
  ['</text></g><script>alert(1)</script>', 'shield'],
  ['"><image href="https://evil.example/x"/>', 'flat-square'],
  ["' onload='alert(1)", 'shield'],
  [']]>&amp;&#x3c;', 'flat-square'],
  ['>failing</text></g>', 'shield'],
] as const)('writes the label %j as it is, as text', (label, style) => {
  const svg = badgeSvg(badgeFor('success', label), style)
  const image = parse(svg)
  expect(image.texts[0]?.content).toBe(label)
  expect(scraped(svg)).toEqual(['passing'])
  expectInert(image)
})

it('is well-formed, inert and scrapable with any label', () => {
  const label = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 150 }),
    fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }),
    fc.string({ unit: fc.constantFrom(...'<>&"\'/;# \n\t', '</text></g>', '<![CDATA[', '<!--', 'xlink:href=') }),
  )
  fc.assert(
    fc.property(label, fc.constantFrom(...STYLES), (text, style) => {
      const svg = badgeSvg(badgeFor('failed', text), style)
      expect(scraped(svg)).toEqual([style === 'svg' ? 'FAILED' : 'failing'])
      expect(svg.isWellFormed()).toBe(true)
      expectInert(parse(svg))
    }),
  )
})

it.each([
  ['测试', 22],
  ['テスト', 33],
  ['が', 11],
  ['한국어', 33],
  ['café', 23],
  ['🚀', 14],
  ['👨‍👩‍👧', 14],
  ['🇩🇪', 14],
  ['naïve', 30],
  ['Жук', 22],
])('reserves for %s about %i pixels, and scales its letters to them', (label, expected) => {
  const [text] = parse(badgeSvg(badgeFor('success', label), 'flat-square')).texts
  expect(Math.abs((text?.width ?? 0) - expected)).toBeLessThanOrEqual(1)
  expect(text?.adjust).toBe('spacingAndGlyphs')
})

type Text = {
  readonly content: string
  readonly width: number
  readonly left: number
  readonly right: number
  readonly adjust: string
}
type Image = {
  readonly root: SaxesTagPlain
  readonly title: string
  readonly texts: readonly Text[]
  readonly tags: readonly SaxesTagPlain[]
}

/** Reads a badge; throws when it is not well-formed XML. */
function parse(svg: string): Image {
  const tags: SaxesTagPlain[] = []
  const texts: Text[] = []
  let content = ''
  let title = ''
  const parser = new SaxesParser()
  parser.on('opentag', (tag) => {
    tags.push(tag)
    content = ''
  })
  parser.on('text', (text) => {
    content += text
  })
  parser.on('closetag', ({ name, attributes }) => {
    if (name === 'title') title = content
    if (name !== 'text') return
    // Drawn ten times too large.
    const [width, center] = [Number(attributes.textLength) / 10, Number(attributes.x) / 10]
    const adjust = attributes.lengthAdjust ?? 'spacing'
    texts.push({ content, width, left: center - width / 2, right: center + width / 2, adjust })
  })
  parser.write(svg).close()
  const [root] = tags
  if (!root) throw new Error('no root element')
  return { root, title, texts, tags }
}

function expectInert(image: Image): void {
  const drawing = ['svg', 'title', 'linearGradient', 'stop', 'filter', 'feGaussianBlur', 'path', 'rect', 'g', 'text']
  for (const { name, attributes } of image.tags) {
    expect(drawing).toContain(name)
    for (const [attribute, value] of Object.entries(attributes)) {
      expect(attribute).not.toMatch(/^on|href|^style$|^src$/i)
      if (/^(fill|filter)$/.test(attribute)) expect(value).toMatch(/^(#[0-9a-f]{3,6}|url\(#(shade|blur)\))$/)
    }
  }
}

/** All that a badge scraper could take for the value. */
function scraped(svg: string): string[] {
  const line = svg.replaceAll(/\n\s*/g, '')
  return [...line.matchAll(/>([^<>]+)<\/text><\/g>/g)].map((match) => match[1] ?? '')
}

type Veil = { readonly r: number; readonly g: number; readonly b: number; readonly opacity: number }

/** WCAG 2.2's contrast ratio of white with a colour, or with the colour under a veil. */
function contrastWithWhite(color: string, veil: Veil = { r: 0, g: 0, b: 0, opacity: 0 }): number {
  const channel = (at: number, over: number) => {
    const value = (Number.parseInt(color.slice(at, at + 2), 16) * (1 - veil.opacity) + over * veil.opacity) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 1.05 / (0.2126 * channel(1, veil.r) + 0.7152 * channel(3, veil.g) + 0.0722 * channel(5, veil.b) + 0.05)
}
