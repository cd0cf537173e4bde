import { type ColouredText, colouredText } from '../formats/ansi.ts'
import { openShownLines, withoutOtherSequences } from './shown-lines.ts'

/** A line as a terminal shows it at its end, in parts of one look each, and how many characters of it are left out. */
export type ShownLine = { readonly parts: readonly ColouredText[]; readonly leftOut: number }

/** Of a longer line only the start is shown. */
export const SHOWN_CHARACTERS = 2_000

/** Reads lines in their order, since a colour that a line sets lasts until another one ends it. */
export function openColouredLines(): (text: string) => ShownLine {
  let lasting: readonly string[] = []
  return (text) => {
    const last = lastState(text)
    const shown = last.slice(0, SHOWN_CHARACTERS).toWellFormed()
    const parts = colouredText(withoutOtherSequences(lasting.join('') + shown))
    lasting = lastingAfter(lasting, shown)
    const rest = last === text ? '' : behindProgress(text, parts)
    return {
      parts: rest === '' ? joined(parts) : [...joined(parts), { ...PLAIN, text: rest }],
      leftOut: last.length - Math.min(last.length, SHOWN_CHARACTERS),
    }
  }
}

const PLAIN: Omit<ColouredText, 'text'> = { color: null, background: null, isBold: false, isDim: false }
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const LINE_START = /\r|\x1b\[[01]?G/
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const COLOUR = /\x1b\[[\d;]*m/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const RESET = /^\x1b\[0?m$/
const MOST_LASTING = 8

/** What was written last from the start of the line on: of a progress bar its last state. */
function lastState(text: string): string {
  const states = text.split(LINE_START).filter((state) => state !== '')
  return states.length < 2 ? (states[0] ?? '') : (states.findLast((state) => /\S/.test(state)) ?? '')
}

/** What the states before have written behind the last one, and nobody took away. */
function behindProgress(text: string, parts: readonly ColouredText[]): string {
  let whole = ''
  const lines = openShownLines((line) => {
    whole = line
  })
  lines.take(text)
  lines.close()
  const length = parts.reduce((sum, { text }) => sum + text.length, 0)
  return whole.slice(length).trimEnd()
}

function lastingAfter(lasting: readonly string[], text: string): readonly string[] {
  const all = [...lasting, ...(text.match(COLOUR) ?? [])]
  return all.slice(all.findLastIndex((one) => RESET.test(one)) + 1).slice(-MOST_LASTING)
}

/** Parts of one look as one. */
function joined(parts: readonly ColouredText[]): ColouredText[] {
  const all: ColouredText[] = []
  for (const part of parts) {
    const before = all.at(-1)
    if (before && isAlike(before, part)) all[all.length - 1] = { ...before, text: before.text + part.text }
    else if (part.text !== '') all.push(part)
  }
  return all
}

function isAlike(one: ColouredText, other: ColouredText): boolean {
  return (
    one.color === other.color &&
    one.background === other.background &&
    one.isBold === other.isBold &&
    one.isDim === other.isDim
  )
}
