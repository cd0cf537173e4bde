import { openMasker } from './mask.ts'
import { spoolWriter, WHOLE_BYTES } from './spool.ts'
import { openTypescript } from './typescript.ts'

/** The masked copy of what a command writes, in the order in which it came. */
export type Copy = {
  /** One of the command's streams: a secret is looked for in each by itself. */
  readonly stream: (isTypescript: boolean) => CopiedStream
  /** Lays down what is left; what comes later is no part of it. */
  readonly end: () => void
  /** Nobody wants it any more. */
  readonly abandon: () => void
  /** Why it is not whole; null where it is. */
  readonly failure: () => string | null
}

export type CopiedStream = { readonly push: (bytes: Buffer) => void }

/** What waits to be copied once the log is longer than what is kept whole; of more than that the oldest is left out. */
const MAX_WAITING_BYTES = WHOLE_BYTES / 4
/** Which part of the time may go into copying then, so that the command is not held up: one of so many. */
const SHARE_OF_TIME = 4
const TURN_MS = 2
/** Small pieces are put together to about that. */
const PIECE_BYTES = 64 * 1024

type Stream = {
  readonly copy: (bytes: Buffer) => void
  readonly skipTo: (bytes: Buffer) => Buffer
  readonly end: () => void
}
type Waiting = { readonly stream: Stream; readonly from: number; length: number }

export function openCopy(spool: number, masked: readonly Uint8Array[]): Copy {
  const writer = spoolWriter(spool)
  const streams: Stream[] = []
  const waiting: Waiting[] = []
  const interrupted = new Set<Stream>()
  let waitingBytes = 0
  /** Where the waiting bytes are, one piece behind the other, and round; made when it is needed. */
  let ring: Buffer | null = null
  let ringEnd = 0
  let failure: string | null = null
  let isOver = false
  let isScheduled = false

  const guarded = (work: () => void) => {
    try {
      if (!isOver) work()
    } catch (error) {
      // A full disk is no reason to disturb the command.
      failure = error instanceof Error ? error.message : String(error)
      isOver = true
    }
  }
  const takeOldest = () => {
    const oldest = waiting.shift()
    if (oldest) waitingBytes -= oldest.length
    return oldest
  }
  const leaveOutOldest = () => {
    const oldest = takeOldest()
    if (!oldest) return
    writer.leaveOut(oldest.length)
    interrupted.add(oldest.stream)
  }
  const copyOldest = () => {
    const oldest = takeOldest()
    if (!oldest || !ring) return
    const { stream, from, length } = oldest
    const bytes = ring.subarray(from, from + length)
    const rest = interrupted.has(stream) ? stream.skipTo(bytes) : bytes
    if (rest.length < length) writer.leaveOut(length - rest.length)
    if (rest.length === 0) return
    interrupted.delete(stream)
    stream.copy(rest)
  }
  const wait = (stream: Stream, bytes: Buffer) => {
    const room = ring ?? Buffer.allocUnsafeSlow(MAX_WAITING_BYTES)
    ring = room
    while (waitingBytes + bytes.length > MAX_WAITING_BYTES && !isOver) guarded(leaveOutOldest)
    for (let done = 0; done < bytes.length; ) {
      const piece = bytes.subarray(done, done + MAX_WAITING_BYTES - ringEnd)
      const last = waiting.at(-1)
      const isMore = last?.stream === stream && last.from + last.length === ringEnd && last.length < PIECE_BYTES
      if (isMore) last.length += piece.length
      else waiting.push({ stream, from: ringEnd, length: piece.length })
      room.set(piece, ringEnd)
      ringEnd = (ringEnd + piece.length) % MAX_WAITING_BYTES
      waitingBytes += piece.length
      done += piece.length
    }
  }
  /** Copies for a moment, and then leaves the time to others, as long as there is anything. */
  const copyInTurn = () => {
    const startedAt = performance.now()
    isScheduled = waiting.length > 0 && !isOver
    while (waiting.length > 0 && performance.now() - startedAt < TURN_MS && !isOver) guarded(copyOldest)
    if (isScheduled) setTimeout(copyInTurn, (performance.now() - startedAt) * (SHARE_OF_TIME - 1))
  }

  return {
    stream(isTypescript) {
      const masker = openMasker(masked)
      const typescript = isTypescript ? openTypescript() : null
      const record = (parts: readonly Uint8Array[]) => {
        const [first, ...others] = parts
        if (first) writer.append(others.length === 0 ? first : Buffer.concat(parts))
      }
      const stream: Stream = {
        copy(bytes) {
          for (const part of typescript ? typescript.push(bytes) : [bytes]) record(masker.push(part))
        },
        // The copy goes on with a line: what comes before may be the end of a secret.
        skipTo(bytes) {
          masker.skip()
          const lineEnd = bytes.indexOf('\n')
          return lineEnd === -1 ? bytes.subarray(bytes.length) : bytes.subarray(lineEnd + 1)
        },
        end() {
          for (const part of typescript?.end() ?? []) record(masker.push(part))
          record(masker.end())
        },
      }
      streams.push(stream)
      return {
        push(bytes) {
          if (isOver) return
          const isWhole = waiting.length === 0 && writer.length() + bytes.length <= WHOLE_BYTES
          if (isWhole) return guarded(() => stream.copy(bytes))
          wait(stream, bytes)
          if (!isScheduled) setTimeout(copyInTurn)
          isScheduled = true
        },
      }
    },
    end() {
      while (waiting.length > 0 && !isOver) guarded(copyOldest)
      for (const stream of streams) guarded(stream.end)
      isOver = true
    },
    abandon() {
      isOver = true
      waiting.length = 0
    },
    failure: () => failure,
  }
}
