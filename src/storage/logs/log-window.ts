import type { Stores } from '../stores.ts'
import type { LineRange } from './log-text.ts'
import { type LogPart, type PlacedMember, placedMembers, readMembers } from './read-log.ts'

/** A line of a log as it is kept: with its control sequences, without its end. */
export type LogLine = {
  readonly number: number
  /** Of a very long line the start, and of one that was written over and over the end. */
  readonly text: string
  /** How many characters of it are not in `text`. */
  readonly leftOut: number
  /** When it began to come in, in epoch milliseconds. */
  readonly at: number
  /** How many bytes of the log are left out before this line. */
  readonly cutBytes: number
}

export type LogWindow = {
  readonly lines: readonly LogLine[]
  /** False where lines are so long that not all that were asked for are read. */
  readonly isWhole: boolean
}

/** What a window takes of memory does not grow with its lines. */
const MAX_READ_BYTES = 8 * 1024 * 1024
const MAX_TEXT_CHARACTERS = 1024 * 1024
const MAX_LINE_CHARACTERS = 16 * 1024

/** Some lines of a log, by one ranged read where its parts are put together, however far behind they are. */
export async function readWindow(
  stores: Pick<Stores, 'artifacts' | 'warn'>,
  parts: readonly LogPart[],
  { first, last }: LineRange,
): Promise<LogWindow> {
  const wanted = placedMembers(parts).filter(
    ({ newlinesBefore, newlines }) => newlinesBefore < last && newlinesBefore + newlines >= first - 1,
  )
  const members = atMost(wanted, MAX_READ_BYTES)
  const lines: LogLine[] = []
  let characters = 0
  const reader = openLines((line) => {
    if (line.number < first || line.number > last || characters > MAX_TEXT_CHARACTERS) return
    characters += line.text.length
    lines.push(line)
  })
  for await (const { member, bytes } of readMembers(stores, members)) {
    reader.take(member, bytes)
    if (characters > MAX_TEXT_CHARACTERS) break
  }
  reader.close()
  const isCutShort = members.length < wanted.length || characters > MAX_TEXT_CHARACTERS
  return { lines, isWhole: !isCutShort || lines.at(-1)?.number === last }
}

/** The first of them, so many bytes together, and one at least. */
export function atMost(members: readonly PlacedMember[], maxBytes: number): readonly PlacedMember[] {
  let bytes = 0
  const beyond = members.findIndex(({ sizeBytes }, i) => {
    bytes += sizeBytes
    return i > 0 && bytes > maxBytes
  })
  return beyond < 0 ? members : members.slice(0, beyond)
}

/** Takes members in their order and cuts them into lines; what lies before the first line feed of the first may be half a line. */
function openLines(onLine: (line: LogLine) => void): {
  take(member: PlacedMember, bytes: Uint8Array): void
  close(): void
} {
  let decoder = newDecoder()
  let line: LogLine | null = null
  let next: number | null = null

  function end(): void {
    if (line) onLine(line)
    line = null
  }

  return {
    take(member, bytes) {
      let cutBytes = 0
      if (next !== null && member.offset > next) {
        end()
        decoder = newDecoder()
        cutBytes = member.offset - next
      }
      next = member.offset + member.sizeBytes
      const pieces = decoder.decode(bytes, { stream: true }).split('\n')
      for (const [i, piece] of pieces.entries()) {
        if (i > 0) end()
        if (i > 0 && i === pieces.length - 1 && piece === '') break
        line = added(
          line ?? { number: member.newlinesBefore + i + 1, text: '', leftOut: 0, at: member.at, cutBytes },
          piece,
        )
        cutBytes = 0
      }
    },
    close: end,
  }
}

function newDecoder(): TextDecoder {
  return new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })
}

function added(line: LogLine, piece: string): LogLine {
  const text = line.text + piece
  if (text.length <= MAX_LINE_CHARACTERS) return { ...line, text }
  // What follows the last carriage return is what a terminal shows in the end.
  const from = text.lastIndexOf('\r', text.length - 2) + 1
  const shown = text.slice(from, from + MAX_LINE_CHARACTERS)
  return { ...line, text: shown, leftOut: (from > 0 ? 0 : line.leftOut) + text.length - from - shown.length }
}

/** Where a log is cut: the number of the last line before that, and of the first behind. */
export type LogCutLines = { readonly last: number; readonly next: number; readonly bytes: number }

export function cutLinesOf(parts: readonly LogPart[]): readonly LogCutLines[] {
  const cuts: LogCutLines[] = []
  let before = { end: 0, newlines: 0 }
  for (const { offset, sizeBytes, newlines, newlinesBefore } of placedMembers(parts)) {
    if (offset > before.end)
      cuts.push({ last: before.newlines + 1, next: newlinesBefore + 1, bytes: offset - before.end })
    before = { end: offset + sizeBytes, newlines: newlinesBefore + newlines }
  }
  return cuts
}
