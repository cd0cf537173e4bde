import type { Context } from 'hono'
import { type OutputTicket, openOutputTicket } from '../../domain/access/tickets/output-ticket.ts'
import { AppError } from '../../domain/error.ts'
import { byteStreamOf } from '../../domain/formats/byte-stream.ts'
import { LOG_STREAMS, type LogStream } from '../../domain/logs/log.ts'
import { mayStillRead } from '../../storage/edge/download-proof.ts'
import { logTextOf, streamText } from '../../storage/logs/log-text.ts'
import { findLog } from '../../storage/logs/read-log.ts'
import type { Stores } from '../../storage/stores.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { type App, route } from '../frame/route.ts'
import { isoOf } from '../json/iso-time.ts'
import type { OutputJson } from './output-shape.ts'

/** What steps printed, as the clients of CircleCI v1.1 read it. */
export function mountOutput(app: App): void {
  // Any credential sent along is ignored: the ticket on the path is the proof.
  route(app, 'GET /output/log/:ticket', async (c, { params }) => {
    const ticket = await requireOutputTicket(c, params.ticket)
    const { stores } = c.env
    const logs = await listLogs(stores, ticket)
    if (logs.length === 0) throw new AppError('log_not_found')
    const headers = {
      'Content-Type': 'application/json; charset=utf-8',
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': 'sandbox',
      'Cache-Control': 'private, no-store',
      'Referrer-Policy': 'no-referrer',
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': 'X-Terminal',
      'X-Terminal': String(logs.every(({ found }) => found.log.state !== 'open')),
    }
    if (c.req.raw.method === 'HEAD') return new Response(null, { headers })
    return new Response(
      byteStreamOf(outputJson(stores, ticket, logs), (bytes) => bytes),
      { headers },
    )
  })
}

async function requireOutputTicket(c: Context<AppEnv>, text: string): Promise<OutputTicket> {
  const { settings, stores } = c.env
  const ticket = await openOutputTicket(settings.downloadKey, text, stores.now())
  if (!ticket || !(await mayStillRead(stores, ticket)))
    throw new AppError('permission_denied', 'This link is not valid (any more): ask for the build again.')
  return ticket
}

type StreamLog = { readonly stream: LogStream; readonly found: NonNullable<Awaited<ReturnType<typeof findLog>>> }

async function listLogs(stores: Stores, ticket: OutputTicket): Promise<readonly StreamLog[]> {
  const logs = await Promise.all(
    LOG_STREAMS.map(async (stream) => ({ stream, found: await findLog(stores.db, ticket, { ...ticket, stream }) })),
  )
  return logs.flatMap(({ stream, found }) => (found ? [{ stream, found }] : []))
}

const TYPE = { stdout: 'out', stderr: 'err' } as const

/** The array piece by piece, since a log may be longer than what the memory holds: first `out`, then `err`. */
async function* outputJson(
  stores: Stores,
  ticket: OutputTicket,
  logs: readonly StreamLog[],
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  let separator = '['
  for (const { stream, found } of logs) {
    const text = logTextOf(found)
    const again = async () => {
      const anew = await findLog(stores.db, ticket, { ...ticket, stream })
      return anew && logTextOf(anew)
    }
    const decoder = new TextDecoder()
    let last: number | null = null
    const element = (at: number, message: string) => {
      const one = { type: TYPE[stream], time: isoOf(at), message } satisfies OutputJson[number]
      const json = encoder.encode(separator + JSON.stringify(one))
      separator = ','
      return json
    }
    for await (const { bytes, at } of streamText(stores, text, { start: 0, end: text.sizeBytes }, again)) {
      const message = decoder.decode(bytes, { stream: true })
      if (message !== '') yield element(at, message)
      last = at
    }
    // A character that ends in its middle.
    const rest = decoder.decode()
    if (last !== null && rest !== '') yield element(last, rest)
  }
  yield encoder.encode(separator === '[' ? '[]' : ']')
}
