import { setTimeout as sleep } from 'node:timers/promises'
import { tryOnce } from '../server/http.ts'
import { projectPath } from '../server/open-server.ts'
import { delayFor, TransientError } from '../server/retry.ts'
import type { Server } from '../server/server.ts'
import { answerOf, isObject, noAnswerWith } from '../terminal/answer.ts'
import { CliError } from '../terminal/exit.ts'
import { KEPT_BYTES, type SpoolReader, WHOLE_BYTES } from './spool.ts'

/** Which log of the server's it is. */
export type LogPlace = { readonly server: Server; readonly num: number; readonly step: number }

export type LogSending = {
  /**
   * To be called when the command has ended: resolves when all is sent, throws when that is not possible, as when it has
   * failed for so long.
   */
  readonly finish: (retryMs: number) => Promise<void>
}

/** A quarter of what the server takes in a call: on a slow line a lost one costs less. */
const MAX_CALL_BYTES = 1024 * 1024
/** What is worth a call at once; less waits for more. */
const CALL_BYTES = 256 * 1024
const CALL_EVERY_MS = 2_000
/** How often to look while the command runs; also what a command that writes fast leaves the machine to itself. */
const LOOK_EVERY_MS = 250
const TAIL_BYTES = KEPT_BYTES
/** The end of a log that was cut begins with a line, if one begins that soon. */
const LINE_BYTES = 64 * 1024
/** A server that asks for another offset that often, and takes nothing, will not take anything. */
const MAX_TURNS = 5

/** Sends a log while it grows: what the server does not have is read anew, and nothing is kept in memory. */
export function startSendingLog(place: LogPlace, log: SpoolReader, onMoved: () => void): LogSending {
  const { signal } = place.server
  let retryMs: number | null = null
  let wake = () => {}
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const wakeUp = () => wake()
  signal.addEventListener('abort', wakeUp)
  const sent = sendAll(place, log, { retryMs: () => retryMs, pause, onMoved }).catch((error) => {
    throw signal.aborted ? signal.reason : unsent(error)
  })
  sent.catch(() => {}) // Told by `finish`.
  return {
    finish(ms) {
      retryMs = ms
      wake()
      return sent
    },
  }
}

function unsent(error: unknown): unknown {
  if (!(error instanceof CliError)) return error
  const { failure, message, hint, status, code } = error
  return new CliError(failure, `the log was not sent whole: ${message}`, { hint, status, code, cause: error })
}

type Progress = {
  /** Null until the command has ended: for how long calls may fail from then on. */
  readonly retryMs: () => number | null
  /** Ends early when the command does. */
  readonly pause: (ms: number) => Promise<void>
  readonly onMoved: () => void
}

async function sendAll(place: LogPlace, log: SpoolReader, { retryMs, pause, onMoved }: Progress): Promise<void> {
  let offset = 0
  let turns = 0
  let most = 0
  // One for all calls, which come one after the other.
  const room = Buffer.allocUnsafeSlow(MAX_CALL_BYTES)
  const onSent = (upTo: number) => {
    if (upTo > most) onMoved()
    most = Math.max(most, upTo)
  }
  let calledAt = performance.now()
  const attempt = retrier(place.server, { retryMs, pause })
  for (;;) {
    place.server.signal.throwIfAborted()
    const isLast = retryMs() !== null
    const waiting = log.length() - offset
    const isDue = waiting >= CALL_BYTES || (waiting > 0 && performance.now() - calledAt >= CALL_EVERY_MS)
    const piece = isLast || isDue ? pieceAt(log, offset, { isEnded: isLast, room }) : null
    if (!piece) {
      await pause(LOOK_EVERY_MS)
      continue
    }
    calledAt = performance.now()
    const answer = await attempt(() => put(place, piece, onSent))
    const after = piece.offset + piece.bytes.length
    if (answer.isTaken && answer.offset >= after) {
      onSent(after)
      turns = 0
      if (piece.isFinal) return
    } else if (++turns > MAX_TURNS || answer.offset > log.length())
      throw noAnswerWith('an offset of the log that there is')
    offset = answer.offset
    if (!isLast) await pause(LOOK_EVERY_MS)
  }
}

type Piece = {
  readonly offset: number
  readonly bytes: Buffer
  readonly isFinal: boolean
  /** Whether the bytes before it are left out. */
  readonly isCut: boolean
}

/** What comes next; null where that was left out, or is not to be had before the end. */
function pieceAt(
  log: SpoolReader,
  wanted: number,
  { isEnded, room }: { readonly isEnded: boolean; readonly room: Buffer },
): Piece | null {
  const length = log.length()
  const tail = Math.max(length > WHOLE_BYTES ? length - TAIL_BYTES : 0, log.gapEnd())
  if (isEnded && wanted >= KEPT_BYTES && wanted < tail)
    return pieceOf(log, tail + lineStart(log, tail), { length, isEnded, isCut: true, room })
  return pieceOf(log, wanted, { length, isEnded, isCut: false, room })
}

type PieceOptions = {
  readonly length: number
  readonly isEnded: boolean
  readonly isCut: boolean
  readonly room: Buffer
}

function pieceOf(log: SpoolReader, offset: number, { length, isEnded, isCut, room }: PieceOptions): Piece | null {
  // The head ends a call, since what comes behind it may be gone.
  const most = offset < KEPT_BYTES ? Math.min(MAX_CALL_BYTES, KEPT_BYTES - offset) : MAX_CALL_BYTES
  const bytes = log.read(offset, most, room)
  return bytes && { offset, bytes, isCut, isFinal: isEnded && offset + bytes.length >= length }
}

function lineStart(log: SpoolReader, from: number): number {
  return (log.read(from, LINE_BYTES)?.indexOf('\n') ?? -1) + 1
}

type Answer = { readonly isTaken: boolean; readonly offset: number }

async function put(
  { server, num, step }: LogPlace,
  { offset, bytes, isFinal, isCut }: Piece,
  onSent: (upTo: number) => void,
): Promise<Answer> {
  const query = `offset=${offset}${isFinal ? '&final=true' : ''}${isCut ? '&cut=true' : ''}`
  return tryOnce(
    server,
    {
      method: 'PUT',
      path: `${projectPath(server)}/builds/${num}/steps/${step}/log?${query}`,
      headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': String(bytes.length) },
      body: bytes.length === 0 ? () => bytes : () => slices(bytes, (sent) => onSent(offset + sent)),
      answers: [409],
    },
    async (response) => {
      const answer = await response.json().catch(() => null)
      if (response.status === 409 && isObject(answer) && answer.code !== 'log_offset')
        throw new CliError('conflict', `The server has another log there: ${answer.message ?? answer.code}`, {
          status: 409,
        })
      return {
        isTaken: response.status !== 409,
        offset: answerOf(answer, { offset: 'count' }, 'an offset of the log').offset,
      }
    },
  )
}

const SLICE_BYTES = 64 * 1024

/** In slices, so that it shows that they move. */
async function* slices(bytes: Buffer, onSent: (sent: number) => void): AsyncIterable<Uint8Array> {
  for (let from = 0; from < bytes.length; from += SLICE_BYTES) {
    yield bytes.subarray(from, from + SLICE_BYTES)
    onSent(Math.min(bytes.length, from + SLICE_BYTES))
  }
}

/** Tries again what fails in passing: while the command runs without end, then for as long as it may. */
function retrier({ signal }: Server, { retryMs, pause }: Pick<Progress, 'retryMs' | 'pause'>) {
  return async <T>(call: () => Promise<T>): Promise<T> => {
    let failingSince: number | null = null
    for (let retry = 0; ; retry++) {
      try {
        return await call()
      } catch (error) {
        if (!(error instanceof TransientError) || signal.aborted) throw error
        const budgetMs = retryMs()
        // The time before the end does not count: nobody waited.
        if (budgetMs !== null) failingSince ??= performance.now()
        const delayMs = delayFor(retry, error.retryAfterMs)
        const isLate = failingSince !== null && performance.now() - failingSince + delayMs > (budgetMs ?? 0)
        if (isLate) throw new CliError('unreachable', error.message, { status: error.status, cause: error })
        if (budgetMs === null && error.retryAfterMs === null) await pause(delayMs)
        else await sleep(delayMs, undefined, { signal })
      }
    }
  }
}
