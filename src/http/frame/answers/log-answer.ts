import type { Context } from 'hono'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { withoutColours } from '../../../domain/formats/ansi.ts'
import { parseRange } from '../../../domain/formats/byte-range.ts'
import { byteStreamOf } from '../../../domain/formats/byte-stream.ts'
import { httpDate, isRangeCurrent } from '../../../domain/formats/precondition.ts'
import { LOG_STREAMS, type LogStream } from '../../../domain/logs/log.ts'
import {
  type LineRange,
  type LogText,
  lineCountOf,
  logTextOf,
  readLines,
  streamText,
} from '../../../storage/logs/log-text.ts'
import { type FoundLog, waitForLog, withLog } from '../../../storage/logs/read-log.ts'
import type { AppEnv } from '../open-request.ts'
import { numberOnPath, queryCount } from '../request/input.ts'
import { isKnown } from './answers.ts'

type Find = () => Promise<FoundLog | null>

/**
 * A log as text: whole, a range of its bytes, some of its lines, or what came behind an offset, as the query asks. `more` are
 * the headers by which the ways in differ.
 */
export async function logAnswer(
  c: Context<AppEnv>,
  found: FoundLog,
  find: Find,
  more: Readonly<Record<string, string>>,
): Promise<Response> {
  const text = logTextOf(found)
  const headers = headersOf(c, found, text, more)
  if (isKnown(c.req.raw, validatorsOf(found))) return new Response(null, { status: 304, headers })
  const lines = linesOf(c, found)
  if (lines) {
    const read = await withLog(found, find, ({ parts }) => readLines(c.env.stores, parts, lines))
    if (!read) throw new AppError('log_not_found')
    const bytes = stripsAnsi(c)
      ? new TextEncoder().encode(withoutColours(new TextDecoder().decode(read.bytes)))
      : read.bytes
    return new Response(bytes, { headers: { ...headers, 'X-Log-First-Line': String(read.first) } })
  }
  const start = placeOf(c, text)
  if (stripsAnsi(c)) {
    const whole = streamOfText(c, text, find, { start, end: text.sizeBytes })
    return new Response(isHead(c) ? null : whole.pipeThrough(strippingAnsi()), { headers })
  }
  return rangeOf(c, { found, text, find, headers, start, beyond: 'refuse' })
}

/** A log as its bytes, whole or from where `Range` asks on; behind its end it is refused, or there is nothing. */
export async function rawLogAnswer(
  c: Context<AppEnv>,
  found: FoundLog,
  find: Find,
  { more, beyond }: { readonly more: Readonly<Record<string, string>>; readonly beyond: Beyond },
): Promise<Response> {
  const text = logTextOf(found)
  const headers = headersOf(c, found, text, more)
  if (isKnown(c.req.raw, validatorsOf(found))) return new Response(null, { status: 304, headers })
  return rangeOf(c, { found, text, find, headers, start: 0, beyond })
}

/** What is answered to a range that begins behind the end: clients that follow a log may know no 416. */
type Beyond = 'refuse' | 'empty'

function headersOf(
  c: Context<AppEnv>,
  found: FoundLog,
  { cuts: [cut] }: LogText,
  more: Readonly<Record<string, string>>,
): Record<string, string> {
  const { log } = found
  return {
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': 'sandbox',
    'Cache-Control': 'private, no-cache',
    ...more,
    ETag: validatorsOf(found).etag,
    // As with all that is made for each answer: a time would promise that nothing came meanwhile.
    'Last-Modified': httpDate(c.env.stores.now()),
    'X-Terminal': String(log.state !== 'open'),
    'X-Log-Offset': String(log.sizeBytes),
    'X-Log-Lines': String(lineCountOf(found)),
    ...(cut ? { 'X-Log-Cut': `${cut.from}-${cut.to}` } : {}),
  }
}

function validatorsOf({ log }: FoundLog) {
  return { etag: `"${log.id}-${log.sizeBytes}-${log.state}"`, modifiedAt: null }
}

function isHead(c: Context<AppEnv>): boolean {
  return c.req.raw.method === 'HEAD'
}

function streamOfText(c: Context<AppEnv>, text: LogText, find: Find, range: { start: number; end: number }) {
  const again = async () => {
    const anew = await find()
    return anew && logTextOf(anew)
  }
  return byteStreamOf(streamText(c.env.stores, text, range, again), ({ bytes }) => bytes)
}

type RangedLog = {
  readonly found: FoundLog
  readonly text: LogText
  readonly find: Find
  readonly headers: Record<string, string>
  /** Where the answer begins without a range; with one there is no other beginning. */
  readonly start: number
  readonly beyond: Beyond
}

function rangeOf(c: Context<AppEnv>, { found, text, find, headers, start: from, beyond }: RangedLog): Response {
  const takesRange = from === 0 && isRangeCurrent(c.req.raw.headers, validatorsOf(found))
  const range = parseRange(takesRange ? (c.req.header('Range') ?? null) : null, text.sizeBytes)
  headers['Accept-Ranges'] = 'bytes'
  const part = (start: number, end: number, status: 200 | 206) => {
    headers['Content-Length'] = String(end - start)
    const body = isHead(c) ? null : fixed(streamOfText(c, text, find, { start, end }), end - start)
    return new Response(body, { status, headers })
  }
  switch (range.kind) {
    case 'unsatisfiable':
      if (beyond === 'empty') return part(text.sizeBytes, text.sizeBytes, 200)
      throw new AppError('range_not_satisfiable', undefined, {
        headers: { 'Content-Range': `bytes */${text.sizeBytes}` },
      })
    case 'whole':
      return part(from, text.sizeBytes, 200)
    case 'part': {
      const { start, end } = range
      headers['Content-Range'] = `bytes ${start}-${end}/${text.sizeBytes}`
      return part(start, end + 1, 206)
    }
  }
}

/** Where in the text the asker's `offset` of the log is: what comes behind it is what it has not seen. */
function placeOf(c: Context<AppEnv>, { pieces, sizeBytes }: LogText): number {
  if (c.req.query('offset') === undefined) return 0
  const offset = requireOffset(c)
  for (const piece of pieces) {
    if (piece.kind !== 'member') continue
    const { member, start } = piece
    if (offset <= member.offset) return start
    if (offset < member.offset + member.sizeBytes) return start + offset - member.offset
  }
  return sizeBytes
}

const MAX_TAIL_LINES = 100_000
const LINES_RULE = 'must be two line numbers from 1, as 100-200'

/** Which lines are asked for by `lines` or `tail`; null where all are. */
function linesOf(c: Context<AppEnv>, found: FoundLog): LineRange | null {
  const text = c.req.query('lines')
  if (text !== undefined) {
    const [, first = '', last = ''] = /^([1-9]\d{0,11})-([1-9]\d{0,11})$/.exec(text) ?? []
    if (first === '' || Number(last) < Number(first)) throw invalidInput('lines', LINES_RULE)
    return { first: Number(first), last: Number(last) }
  }
  if (c.req.query('tail') === undefined) return null
  const tail = queryCount(c, 'tail', { min: 1, max: MAX_TAIL_LINES, fallback: 1 })
  const last = Math.max(1, lineCountOf(found))
  return { first: Math.max(1, last - tail + 1), last }
}

function stripsAnsi(c: Context<AppEnv>): boolean {
  const text = c.req.query('ansi')
  if (text === undefined || text === 'keep') return false
  if (text === 'strip') return true
  throw invalidInput('ansi', 'must be keep or strip')
}

/** Takes sequences of terminals out, line by line. */
function strippingAnsi(): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  let held = ''
  return new TransformStream({
    transform(bytes, controller) {
      held += decoder.decode(bytes, { stream: true })
      // A line without an end is cut where it is very long: a sequence there may stay.
      const end = held.length > MAX_HELD_CHARACTERS ? held.length : held.lastIndexOf('\n') + 1
      controller.enqueue(encoder.encode(withoutColours(held.slice(0, end))))
      held = held.slice(end)
    },
    flush(controller) {
      controller.enqueue(encoder.encode(withoutColours(held + decoder.decode())))
    },
  })
}

const MAX_HELD_CHARACTERS = 1024 * 1024

/** With its length known, so that the answer says it. */
function fixed(stream: ReadableStream<Uint8Array>, sizeBytes: number): ReadableStream<Uint8Array> {
  return stream.pipeThrough(new FixedLengthStream(sizeBytes))
}

/** The number of a step from the path; what cannot be one is the number of no step. */
export function stepOf(params: { readonly step: string }): number {
  const step = numberOnPath(params.step)
  if (step === null) throw new AppError('step_not_found')
  return step
}

/** Which log of a step the query asks for. */
export function streamOf(c: Context<AppEnv>): LogStream {
  const text = c.req.query('stream') ?? 'stdout'
  const stream = LOG_STREAMS.find((one) => one === text)
  if (!stream) throw invalidInput('stream', `must be one of ${LOG_STREAMS.join(', ')}`)
  return stream
}

const OFFSET_RULE = 'must be a whole number from 0: how many bytes of the log come before these'

export function requireOffset(c: Context<AppEnv>): number {
  const text = c.req.query('offset') ?? ''
  if (!/^\d{1,15}$/.test(text)) throw invalidInput('offset', OFFSET_RULE)
  return Number(text)
}

const MAX_WAIT_SECONDS = 20

/** The log once it has more than the asker's `offset`, or has ended, or the time is over. */
export async function waited(
  c: Context<AppEnv>,
  found: FoundLog | null,
  find: () => Promise<FoundLog | null>,
): Promise<FoundLog | null> {
  const seconds = queryCount(c, 'wait', { min: 0, max: MAX_WAIT_SECONDS, fallback: 0 })
  const offset = c.req.query('offset') === undefined ? 0 : requireOffset(c)
  if (!found || seconds === 0 || found.log.sizeBytes > offset || found.log.state !== 'open') return found
  const isMore = await waitForLog(c.env.stores.db, found.log.id, offset, seconds)
  return isMore ? find() : found
}
