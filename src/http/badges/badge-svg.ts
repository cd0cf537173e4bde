import { type Badge, type BadgeStyle, showableText } from '../../domain/builds/badge.ts'
import { escapeMarkup } from '../frame/answers/markup.ts'

/**
 * The image of a badge. Scrapers of badges take what stands before `</text></g>` as the value, so that there is one
 * such place, after the value. Drawn with attributes only: the Content-Security-Policy allows little else.
 */
export function badgeSvg(badge: Badge, style: BadgeStyle): string {
  const label = showableText(badge.label)
  const message = showableText(badge.message)
  const sentence = label === '' ? message : `${label}: ${message}`
  switch (style) {
    case 'svg':
      return pillSvg(showableText(badge.pill), badge.color, sentence)
    case 'shield':
    case 'flat-square':
      return twoPartSvg({ label, message, color: badge.color, sentence }, style)
  }
}

/** `style=svg`, CircleCI's: one word on a pill. */
function pillSvg(word: string, color: string, sentence: string): string {
  // Capitals want air between them: half a pixel more a character than Verdana gives.
  const wordWidth = wholeWidthOf(word, 0.5)
  const width = wordWidth + 2 * PILL_PADDING
  return svg(
    width,
    sentence,
    `<rect width="${width}" height="20" rx="10" fill="${color}"/>`,
    text(word, width / 2, wordWidth),
  )
}

/** `style=shield` and `style=flat-square`, shields.io's: the label on grey, the message on its colour. */
function twoPartSvg(
  {
    label,
    message,
    color,
    sentence,
  }: { readonly label: string; readonly message: string; readonly color: string; readonly sentence: string },
  style: Exclude<BadgeStyle, 'svg'>,
): string {
  const labelWidth = label === '' ? 0 : wholeWidthOf(label)
  const left = label === '' ? 0 : labelWidth + 2 * PADDING
  const messageWidth = wholeWidthOf(message)
  const right = messageWidth + 2 * PADDING
  // Each text is a pixel nearer to the seam than to its outer edge.
  const labelCenter = left / 2 + 1
  const messageCenter = left + right / 2 - (left === 0 ? 0 : 1)
  if (style === 'flat-square')
    return svg(
      left + right,
      sentence,
      `<path fill="${LABEL_COLOR}" d="M0 0h${left}v20H0z"/><path fill="${color}" d="M${left} 0h${right}v20H${left}z"/>`,
      text(label, labelCenter, labelWidth) + text(message, messageCenter, messageWidth),
    )
  return svg(
    left + right,
    sentence,
    `${SHADE}${roundedBoxes(left, right, color)}<rect width="${left + right}" height="20" rx="3" fill="url(#shade)"/>`,
    shadowedText(label, labelCenter, labelWidth) + shadowedText(message, messageCenter, messageWidth),
  )
}

// Verdana's advance widths at 11px from U+0020 to U+007E, as browsers measure them.
// biome-ignore format: sixteen a line, as in a code chart.
const ASCII_WIDTHS: readonly number[] = [
  3.87, 4.33, 5.05, 9, 6.99, 11.84, 7.99, 2.95, 5, 5, 6.99, 9, 4, 5, 4, 5,
  6.99, 6.99, 6.99, 6.99, 6.99, 6.99, 6.99, 6.99, 6.99, 6.99, 5, 5, 9, 9, 9, 6,
  11, 7.52, 7.54, 7.68, 8.48, 6.96, 6.32, 8.53, 8.27, 4.63, 5, 7.62, 6.12, 9.27, 8.23, 8.66,
  6.63, 8.66, 7.65, 7.52, 6.78, 8.05, 7.52, 10.88, 7.54, 6.77, 7.54, 5, 5, 5, 9, 6.99,
  6.99, 6.61, 6.85, 5.73, 6.85, 6.55, 3.87, 6.85, 6.96, 3.02, 3.79, 6.51, 3.02, 10.7, 6.96, 6.68,
  6.85, 6.85, 4.69, 5.73, 4.33, 6.96, 6.51, 9, 6.51, 6.51, 5.78, 6.98, 5, 6.98, 9,
]
const PADDING = 5
const PILL_PADDING = 9
const LABEL_COLOR = '#555'

const SHADE =
  '<linearGradient id="shade" x2="0" y2="100%"><stop offset="0" stop-color="#bbb" stop-opacity=".1"/>' +
  '<stop offset="1" stop-opacity=".1"/></linearGradient>' +
  '<filter id="blur"><feGaussianBlur stdDeviation="16"/></filter>'

/** Text is set ten times too large and scaled down, or some browsers would round its widths to whole pixels. */
function svg(width: number, sentence: string, boxes: string, texts: string): string {
  const name = escapeMarkup(sentence)
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${name}">` +
    `<title>${name}</title>${boxes}` +
    '<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="110" ' +
    `text-rendering="geometricPrecision" transform="scale(.1)">${texts}</g></svg>`
  )
}

// Not a clip path over square boxes: by its id, two badges of different widths in one page would clip each other.
function roundedBoxes(left: number, right: number, color: string): string {
  if (left === 0) return `<rect width="${right}" height="20" rx="3" fill="${color}"/>`
  return (
    `<path fill="${LABEL_COLOR}" d="M${left} 0v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z"/>` +
    `<path fill="${color}" d="M${left} 0h${right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H${left}z"/>`
  )
}

function shadowedText(content: string, center: number, width: number): string {
  return (
    text(content, center, width, 'y="150" fill="#010101" fill-opacity=".8" filter="url(#blur)"') +
    text(content, center, width, 'y="150" fill="#010101" fill-opacity=".3"') +
    text(content, center, width)
  )
}

function text(content: string, center: number, width: number, look = 'y="140"'): string {
  if (content === '') return ''
  // Beyond ASCII the width is a guess: the letters are stretched to it, for a gap would break joined scripts.
  const adjust = isAscii(content) ? '' : ' lengthAdjust="spacingAndGlyphs"'
  return `<text x="${center * 10}" ${look} textLength="${width * 10}"${adjust}>${escapeMarkup(content)}</text>`
}

/** The width of a text in pixels, odd so that its middle is on the pixel grid together with the padding's. */
function wholeWidthOf(content: string, tracking = 0): number {
  let width = 0
  // Decomposed, an accented letter is as wide as its base letter, and a Hangul syllable as its first consonant.
  const characters = isAscii(content) ? content : content.replace(EMOJI, '\u{1f7e9}').normalize('NFD')
  for (const character of characters) {
    width += ASCII_WIDTHS[character.charCodeAt(0) - 0x20] ?? widthBeyondAscii(character)
    width += tracking
  }
  const floor = Math.floor(width)
  return floor % 2 === 0 ? floor + 1 : floor
}

const EMOJI = /\p{RGI_Emoji}/gv
const NO_WIDTH = /[\p{M}\p{Cf}\u1160-\u11ff]/u
const FULL_WIDTH = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\uff01-\uff60]/u

function widthBeyondAscii(character: string): number {
  if (character === '\u{1f7e9}') return 14
  if (NO_WIDTH.test(character)) return 0
  if (FULL_WIDTH.test(character) || character === '—') return 11
  if (/\p{Lu}/u.test(character)) return 8
  return character === '…' || /\p{S}/u.test(character) ? 9 : 7
}

const ASCII = /^[\0-\x7f]*$/

function isAscii(content: string): boolean {
  return ASCII.test(content)
}
