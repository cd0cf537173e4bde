import Anser from 'anser'

/** Some text of one look. */
export type ColouredText = {
  readonly text: string
  /** One of the sixteen, as anser calls them, `ansi-red`; null for the usual ones. */
  readonly color: string | null
  /** The colour behind it, likewise. */
  readonly background: string | null
  readonly isBold: boolean
  readonly isDim: boolean
}

// XML cannot hold U+001B: reports have U+FFFD in its place.
const REPLACED_ESCAPE = /\ufffd(?=\[[\d;]*m)/g

/** A text in which a program of a terminal set colours, in parts; control sequences that are no colours are left out. */
export function colouredText(text: string): readonly ColouredText[] {
  const parts = Anser.ansiToJson(text.replace(REPLACED_ESCAPE, '\x1b'), {
    json: true,
    use_classes: true,
    remove_empty: true,
  })
  return parts.map(({ content, fg, bg, fg_truecolor: fgTrue, bg_truecolor: bgTrue, decorations }) => ({
    text: content,
    color: namedColour(fg, fgTrue),
    background: namedColour(bg, bgTrue),
    isBold: decorations.includes('bold'),
    isDim: decorations.includes('dim'),
  }))
}

/** The same without colours. */
export function withoutColours(text: string): string {
  return Anser.ansiToText(text.replace(REPLACED_ESCAPE, '\x1b'))
}

/** Those of the palette of 256 and of all others are read as the nearest of the sixteen. */
function namedColour(name: string | null, trueColour: string | null): string | null {
  if (!name) return null
  if (name === 'ansi-truecolor') return nearest((trueColour ?? '').split(', ').map(Number))
  const [, index] = /^ansi-palette-(\d+)$/.exec(name) ?? []
  return index === undefined ? name : nearest(paletteColour(Number(index)))
}

const LEVELS = [0, 95, 135, 175, 215, 255]

/** From 16 on a cube of colours, from 232 on greys. */
function paletteColour(index: number): readonly number[] {
  if (index >= 232) return [0, 0, 0].map(() => 8 + (index - 232) * 10)
  const place = index - 16
  return [Math.floor(place / 36), Math.floor(place / 6) % 6, place % 6].map((level) => LEVELS[level] ?? 0)
}

/** By their bits: red, green, blue. */
const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const
const GREY_SPAN = 40

function nearest(channels: readonly number[]): string {
  const [most, least] = [Math.max(...channels), Math.min(...channels)]
  if (most - least < GREY_SPAN) {
    const grey = Math.min(3, Math.floor(most / 64))
    return ['ansi-black', 'ansi-bright-black', 'ansi-white', 'ansi-bright-white'][grey] ?? 'ansi-white'
  }
  const bits = channels.reduce((sum, channel, i) => sum + (channel > (most + least) / 2 ? 1 << i : 0), 0)
  return `ansi-${COLOURS[bits]}`
}
