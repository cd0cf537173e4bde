import type { Stores } from '../stores.ts'
import { type FoundLog, type LogPart, PartGone, type PlacedMember, placedMembers, readMembers } from './read-log.ts'

/** A log as it is given out: its bytes as they are, with a line where its middle is left out. */
export type LogText = {
  readonly sizeBytes: number
  readonly pieces: readonly TextPiece[]
  /** The log's own offsets of what is left out. */
  readonly cuts: readonly { readonly from: number; readonly to: number }[]
}

/** `start` is the place in the text. */
type TextPiece =
  | { readonly kind: 'member'; readonly start: number; readonly sizeBytes: number; readonly member: PlacedMember }
  | {
      readonly kind: 'cut'
      readonly start: number
      readonly sizeBytes: number
      readonly line: Uint8Array<ArrayBuffer>
      /** When what comes behind it came. */
      readonly at: number
    }

/** Bytes of a log, and when they came, in epoch milliseconds. */
export type TimedBytes = { readonly bytes: Uint8Array<ArrayBuffer>; readonly at: number }

export function logTextOf({ parts }: Pick<FoundLog, 'parts'>): LogText {
  const pieces: TextPiece[] = []
  const cuts: { from: number; to: number }[] = []
  let start = 0
  let next = 0
  for (const member of placedMembers(parts)) {
    if (member.offset > next) {
      cuts.push({ from: next, to: member.offset })
      const line = lineFor(member.offset - next)
      pieces.push({ kind: 'cut', start, sizeBytes: line.byteLength, line, at: member.at })
      start += line.byteLength
    }
    pieces.push({ kind: 'member', start, sizeBytes: member.sizeBytes, member })
    start += member.sizeBytes
    next = member.offset + member.sizeBytes
  }
  return { sizeBytes: start, pieces, cuts }
}

function lineFor(bytes: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    new TextEncoder().encode(`\n[buildpass: ${bytes.toLocaleString('en')} bytes are left out here]\n`),
  )
}

/**
 * The bytes of the text from `start` to before `end`, as they are read. `again` reads the log anew, for where its parts were
 * put together meanwhile: the places in the text stay the same.
 */
export async function* streamText(
  stores: Pick<Stores, 'artifacts' | 'warn'>,
  text: LogText,
  { start, end }: { readonly start: number; readonly end: number },
  again: () => Promise<LogText | null>,
): AsyncGenerator<TimedBytes> {
  let at = start
  for (let now: LogText | null = text; now; ) {
    try {
      for await (const timed of readText(stores, now, { start: at, end })) {
        at += timed.bytes.byteLength
        yield timed
      }
      return
    } catch (error) {
      const before: LogText = now
      now = error instanceof PartGone ? await again() : null
      // Where nothing changed, the object is lost.
      if (!now || keysOf(now) === keysOf(before)) throw error
    }
  }
}

function keysOf({ pieces }: LogText): string {
  return JSON.stringify(pieces.map((piece) => (piece.kind === 'member' ? piece.member.objectKey : null)))
}

async function* readText(
  stores: Pick<Stores, 'artifacts' | 'warn'>,
  { pieces }: LogText,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<TimedBytes> {
  const within = ({ start: from }: TextPiece, bytes: Uint8Array<ArrayBuffer>) =>
    bytes.subarray(Math.max(0, start - from), Math.max(0, end - from))
  const wanted = pieces.filter((piece) => piece.start < end && piece.start + piece.sizeBytes > start)
  for (let at = 0; at < wanted.length; ) {
    const piece = wanted[at]
    if (!piece) return
    if (piece.kind === 'cut') {
      yield { bytes: within(piece, piece.line), at: piece.at }
      at++
      continue
    }
    let behind = at
    while (wanted[behind]?.kind === 'member') behind++
    const run = wanted.slice(at, behind)
    let index = 0
    const members = run.flatMap((one) => (one.kind === 'member' ? [one.member] : []))
    for await (const { bytes, member } of readMembers(stores, members)) {
      const place = run[index++]
      if (place) yield { bytes: within(place, bytes), at: member.at }
    }
    at = behind
  }
}

/** Lines from 1, both included. */
export type LineRange = { readonly first: number; readonly last: number }

/** How many lines a log has: also the last one counts that has no end yet. */
export function lineCountOf({ log }: Pick<FoundLog, 'log'>): number {
  return log.newlines + (log.isLineOpen ? 1 : 0)
}

/**
 * Some lines of a log, as far as they are kept, with the number of the first one. Lines of what is left out have numbers
 * where it is known how many they were.
 */
export async function readLines(
  stores: Pick<Stores, 'artifacts' | 'warn'>,
  parts: readonly LogPart[],
  { first, last }: LineRange,
): Promise<{ readonly first: number; readonly bytes: Uint8Array<ArrayBuffer> }> {
  const members = placedMembers(parts).filter(
    ({ newlinesBefore, newlines }) => newlinesBefore < last && newlinesBefore + newlines >= first - 1,
  )
  const found: Uint8Array<ArrayBuffer>[] = []
  let number = (members[0]?.newlinesBefore ?? 0) + 1
  let firstFound: number | null = null
  for await (const { member, bytes } of readMembers(stores, members)) {
    if (member.newlinesBefore + 1 > number) number = member.newlinesBefore + 1
    let from = 0
    while (number < first && from < bytes.byteLength) {
      const newline = bytes.indexOf(NEWLINE, from)
      if (newline < 0) break
      from = newline + 1
      number++
    }
    if (number < first) continue
    let to = from
    while (number <= last && to < bytes.byteLength) {
      firstFound ??= number
      const newline = bytes.indexOf(NEWLINE, to)
      if (newline < 0) {
        to = bytes.byteLength
        break
      }
      to = newline + 1
      number++
    }
    found.push(bytes.slice(from, to))
    if (number > last) break
  }
  return { first: firstFound ?? first, bytes: new Uint8Array(await new Blob(found).arrayBuffer()) }
}

const NEWLINE = 10
