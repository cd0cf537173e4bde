import { makeBadge } from 'badge-maker'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { badgeFor } from '../../../src/domain/builds/badge.ts'
import { badgeSvg } from '../../../src/http/badges/badge-svg.ts'

// In plain Node: badge-maker reads its width tables from files.
const LABELS = [
  'build',
  'CI',
  'deploy to production',
  'iiiiiiii',
  'WWWWWWWW',
  '0123456789',
  '<b>&"\'',
  'Ma_in-(x) [y] {z}~',
]

describe.each([
  ['shield', 'flat'],
  ['flat-square', 'flat-square'],
] as const)('style=%s', (style, oracleStyle) => {
  const widthsOf = (label: string) => {
    const badge = badgeFor('success', label)
    const { message, color } = badge
    return {
      ours: widthsIn(badgeSvg(badge, style)),
      theirs: widthsIn(makeBadge({ label, message, color, style: oracleStyle })),
    }
  }

  it.each(LABELS)('is as wide as shields.io makes it for %s', (label) => {
    const { ours, theirs } = widthsOf(label)
    expect(ours).toEqual(theirs)
  })

  it('is as wide for each character of ASCII, and for any text of them', () => {
    const label = fc
      .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 100 })
      .filter((text) => text === text.trim())
    const characters = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index).repeat(10))
    fc.assert(
      fc.property(label, (text) => expectSame(text)),
      { examples: characters.map((text) => [text]) },
    )
    function expectSame(text: string): void {
      const { ours, theirs } = widthsOf(text.replaceAll(/ +/g, ' '))
      expect(ours.length).toBe(theirs.length)
      for (const [index, width] of ours.entries())
        expect(Math.abs(width - (theirs[index] ?? 0))).toBeLessThanOrEqual(1.5)
    }
  })
})

/** The widths of the image and of its texts, in pixels. */
function widthsIn(svg: string): number[] {
  const image = /<svg[^>]* width="([\d.]+)"/.exec(svg)?.[1]
  const texts = [...svg.matchAll(/textLength="([\d.]+)"/g)].map((match) => Number(match[1]) / 10)
  return [Number(image), ...new Set(texts)]
}
