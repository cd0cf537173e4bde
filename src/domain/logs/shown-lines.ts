import { withoutColours } from '../formats/ansi.ts'

/** Of a longer line only the start is held. */
const HELD_CHARACTERS = 4096

/**
 * Cuts a text that comes in pieces into lines, each as a terminal would show it at its end: without colours, and of a
 * progress bar the last state.
 */
export function openShownLines(onLine: (text: string) => void): { take(text: string): void; close(): void } {
  /** What the line shows so far, and what came behind the last carriage return. */
  let shown = ''
  let written = ''
  let isOpen = false

  function write(text: string): void {
    isOpen = true
    let at = 0
    for (;;) {
      const end = text.indexOf('\r', at)
      written += text.slice(at, Math.min(end < 0 ? text.length : end, at + HELD_CHARACTERS - written.length))
      if (end < 0) return
      settle()
      at = end + 1
    }
  }

  function settle(): void {
    if (written === '') return
    for (const part of written.split(TO_LINE_START)) shown = overwritten(shown, part)
    written = ''
  }

  function endLine(): void {
    settle()
    const line = shown
    shown = ''
    isOpen = false
    onLine(line)
  }

  return {
    take(text) {
      let at = 0
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
        const line = text.slice(at, end)
        at = end + 1
        if (!isOpen && line.length <= HELD_CHARACTERS && !UNPLAIN.test(line)) onLine(line)
        else {
          write(line)
          endLine()
        }
      }
      if (at < text.length) write(ownText(text.slice(at)))
    },
    close() {
      if (isOpen) endLine()
    },
  }
}

/** A copy: a slice would keep all of the text that it is from in memory, and there is no plainer way to part from it. */
export function ownText(text: string): string {
  return JSON.parse(JSON.stringify(text))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const UNPLAIN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const CONTROLS = /[\x00-\x07\x0b-\x1f\x7f-\x9f]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const TO_LINE_START = /\x1b\[[01]?G/
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const ERASES = /\x1b\[[0-2]?K/
/** What anser leaves as text: titles and links, sets of characters, the cursor kept and brought back. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const OTHER_SEQUENCES = /\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[()*+].|[78=>cM])/g

/** What a line shows after `part` was written from its start on. */
function overwritten(shown: string, part: string): string {
  if (part === '') return shown
  const text = UNPLAIN.test(part) ? plain(part) : part
  return ERASES.test(part) ? text : text + shown.slice(text.length)
}

/** Without the sequences that anser leaves as text. */
export function withoutOtherSequences(text: string): string {
  return text.replace(OTHER_SEQUENCES, '')
}

function plain(text: string): string {
  const visible = withoutColours(withoutOtherSequences(text)).replace(CONTROLS, '')
  return visible.includes('\b') ? steppedBack(visible) : visible
}

/** A backspace moves back by one, and the next character takes the place of what stood there. */
function steppedBack(text: string): string {
  const cells: string[] = []
  let at = 0
  for (const character of text) {
    if (character === '\b') at = Math.max(0, at - 1)
    else cells[at++] = character
  }
  return cells.join('')
}
