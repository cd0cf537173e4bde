import Anser from 'anser'

/** Some text of one look. */
export type ColouredText = {
  readonly text: string
  /** As anser calls them, `ansi-red`; null for the usual ones. */
  readonly color: string | null
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
  return parts.map(({ content, fg, decorations }) => ({
    text: content,
    color: fg || null,
    isBold: decorations.includes('bold'),
    isDim: decorations.includes('dim'),
  }))
}

/** The same without colours. */
export function withoutColours(text: string): string {
  return Anser.ansiToText(text.replace(REPLACED_ESCAPE, '\x1b'))
}
