import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { numberOf } from '../support/server/quick-command.ts'

// A server that takes steps and their logs, strictly by the contract, and lets go wrong what a test wants. How much it wants
// of a log before a cut is as much as the command keeps.

const MIB = 1024 * 1024

export type KeptStep = {
  readonly key: string
  readonly log: KeptLog
  readonly history: readonly Record<string, unknown>[]
}

export type KeptLog = {
  /** Every byte that came, by its offset; a part that was left out is missing. */
  readonly parts: { readonly offset: number; readonly bytes: Buffer }[]
  /** The offset that is wanted next. */
  offset: number
  isFinal: boolean
  cut: { readonly from: number; readonly to: number } | null
}

export type Call = { readonly method: string; readonly path: string; readonly bytes: number; readonly at: number }

/** What befalls a call: an answer of this status, a connection that breaks before or after it is done, or a delay. */
export type Mishap =
  | { readonly kind: 'answer'; readonly status: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'lose_answer' }
  | { readonly kind: 'delay'; readonly ms: number }

export type LogServer = {
  readonly origin: string
  readonly steps: KeptStep[]
  readonly reports: Record<string, unknown>[]
  readonly calls: Call[]
  mishap: (call: Call) => Mishap | null
  /** Breaks all connections, and takes no more for so long. */
  readonly restart: (downMs: number) => Promise<void>
  readonly close: () => Promise<void>
}

export async function startLogServer(): Promise<LogServer> {
  const steps: (KeptStep & { history: Record<string, unknown>[] })[] = []
  const reports: Record<string, unknown>[] = []
  const calls: Call[] = []

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const call = {
      method: request.method ?? '',
      path: request.url ?? '',
      bytes: body.length,
      at: performance.now(),
    }
    calls.push(call)
    const mishap = self.mishap(call)
    if (mishap?.kind === 'reset') return void request.socket.resetAndDestroy()
    if (mishap?.kind === 'delay') await sleep(mishap.ms)
    const [status, json] =
      mishap?.kind === 'answer' ? [mishap.status, { message: `injected ${mishap.status}` }] : handle(call, body)
    if (mishap?.kind === 'lose_answer') return void request.socket.resetAndDestroy()
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json))
  }

  function handle({ method, path }: Call, body: Buffer): [number, object] {
    const url = new URL(path, 'http://server')
    const [, route = ''] = /^\/api\/buildpass\/v1\/projects\/gh\/acme\/web\/(.*)$/.exec(url.pathname) ?? []
    const build = { build_num: 7, status: 'running', build_url: 'http://server/7' }
    if (method === 'POST' && route === 'builds') {
      reports.push(JSON.parse(body.toString()))
      return [200, build]
    }
    if (method === 'PATCH' && route === 'builds/7') {
      reports.push(JSON.parse(body.toString()))
      return [200, build]
    }
    if (method === 'POST' && route === 'builds/7/steps') {
      const news = JSON.parse(body.toString()) as Record<string, unknown>
      let number = steps.findIndex(({ key }) => key === news.key)
      if (number === -1)
        number =
          steps.push({ key: String(news.key), history: [], log: { parts: [], offset: 0, isFinal: false, cut: null } }) -
          1
      steps[number]?.history.push(news)
      return [200, { step: number }]
    }
    const [, number] = /^builds\/7\/steps\/(\d+)\/log$/.exec(route) ?? []
    const step = steps[Number(number ?? -1)]
    if (method === 'PUT' && step) return append(step.log, url.searchParams, body)
    return [404, { message: 'no such route', code: 'route_not_found' }]
  }

  const server: Server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy())
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  const self: LogServer = {
    origin: `http://127.0.0.1:${port}`,
    steps,
    reports,
    calls,
    mishap: () => null,
    async restart(downMs) {
      await stop()
      await sleep(downMs)
      await listen(port)
    },
    close: stop,
  }
  return self
}

function append(log: KeptLog, query: URLSearchParams, body: Buffer): [number, object] {
  if (body.length > 4 * MIB) return [413, { message: 'too large', code: 'too_large' }]
  const offset = Number(query.get('offset'))
  const isFinal = query.get('final') === 'true'
  const end = offset + body.length
  const told = (code: string) => [409, { message: code, code, offset: log.offset }] as [number, object]
  if (!Number.isSafeInteger(offset) || offset < 0) return [400, { message: 'offset', code: 'invalid_input' }]
  const known = body.subarray(0, Math.max(0, log.offset - offset))
  if (known.length > 0 && !known.equals(bytesFrom(log, offset, known.length))) return told('log_differs')
  if (log.isFinal && end > log.offset) return told('log_complete')
  if (offset > log.offset) {
    if (query.get('cut') !== 'true' || log.offset < numberOf('KEPT_BYTES')) return told('log_offset')
    log.cut = { from: log.offset, to: offset }
    log.offset = offset
  }
  const fresh = body.subarray(log.offset - offset)
  if (fresh.length > 0) log.parts.push({ offset: log.offset, bytes: fresh })
  log.offset += fresh.length
  log.isFinal ||= isFinal
  return [200, { offset: log.offset, final: log.isFinal }]
}

/** What the log has from there on, without what was left out. */
export function bytesFrom(log: KeptLog, from: number, length = Number.POSITIVE_INFINITY): Buffer {
  const parts = log.parts.flatMap(({ offset, bytes }) => {
    const [start, end] = [Math.max(0, from - offset), Math.min(bytes.length, from + length - offset)]
    return end > start ? [bytes.subarray(start, end)] : []
  })
  return Buffer.concat(parts)
}

/** All of the log that was kept. */
export function textOf(log: KeptLog | undefined): string {
  return log ? bytesFrom(log, 0).toString() : 'no log'
}
