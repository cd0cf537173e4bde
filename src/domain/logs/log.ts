/** What a command printed, in the order in which a person saw it; a reporter may keep what it printed to stderr apart. */
export const LOG_STREAMS = ['stdout', 'stderr'] as const
export type LogStream = (typeof LOG_STREAMS)[number]

const MIB = 1024 * 1024
export const MAX_CHUNK_BYTES = 4 * MIB
/** A longer log keeps its first and its last bytes. */
export const MAX_LOG_BYTES = 64 * MIB
export const KEPT_HEAD_BYTES = 16 * MIB
export const KEPT_TAIL_BYTES = 16 * MIB

/** What is left out of a log's middle: from its first byte to the one behind its last. */
export type LogCut = { readonly from: number; readonly to: number }

/** What a log of `sizeBytes` has to leave out; null where it is short enough. */
export function cutOf(sizeBytes: number): LogCut | null {
  if (sizeBytes <= MAX_LOG_BYTES) return null
  return { from: KEPT_HEAD_BYTES, to: sizeBytes - KEPT_TAIL_BYTES }
}

const NEWLINE = 10

/** How many line feeds there are. */
export function newlinesIn(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}

/** Whether the last line has no end yet. */
export function endsOpen(bytes: Uint8Array): boolean {
  return bytes.byteLength > 0 && bytes[bytes.byteLength - 1] !== NEWLINE
}

const MAX_LINES_A_STRETCH = 1_000
const MAX_STRETCH_BYTES = 256 * 1024

/** The bytes in stretches of at most 1,000 lines and 256 KiB, cut behind a line where it is not longer than that. */
export function* stretchesOf(bytes: Uint8Array): Generator<Uint8Array> {
  let start = 0
  while (start < bytes.byteLength) {
    const limit = Math.min(bytes.byteLength, start + MAX_STRETCH_BYTES)
    let end = start
    for (let lines = 0; lines < MAX_LINES_A_STRETCH; lines++) {
      const newline = bytes.indexOf(NEWLINE, end)
      if (newline < 0 || newline >= limit) break
      end = newline + 1
    }
    const isFull = end > start && (end === limit || newlinesIn(bytes.subarray(start, end)) === MAX_LINES_A_STRETCH)
    if (!isFull && (end === start || limit === bytes.byteLength)) end = limit
    yield bytes.subarray(start, end)
    start = end
  }
}
