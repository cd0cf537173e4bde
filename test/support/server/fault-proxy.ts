import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export type Seen = { readonly method: string; readonly path: string; readonly headers: IncomingMessage['headers'] }

/** What befalls a request on its way. */
export type Fault =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers?: Record<string, string>
      readonly json?: object
    }
  /** The connection breaks before anything is passed on. */
  | { readonly kind: 'reset' }
  /** The request reaches the server, its answer does not come back. */
  | { readonly kind: 'lose_answer' }
  /** The connection breaks after so much of the answer's body. */
  | { readonly kind: 'cut_answer'; readonly afterBytes: number }
  /** One bit of the answer's body is another. */
  | { readonly kind: 'change_answer'; readonly atByte: number }
  /** The answer's body comes at that pace. */
  | { readonly kind: 'slow_answer'; readonly bytesPerSecond: number }
  | { readonly kind: 'delay'; readonly ms: number }

export type FaultProxy = {
  readonly origin: string
  readonly seen: Seen[]
  /** Asked about each request; null lets it pass. */
  fault: (request: Seen) => Fault | null
  readonly close: () => Promise<void>
}

/** A reset drops what was sent and not read: the reader has so long for it. */
const READ_MS = 200

/** Stands before a server and lets go wrong what a test wants. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const seen: Seen[] = []
  const server = createServer((incoming, outgoing) => {
    const one = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers }
    seen.push(one)
    pass(target, incoming, outgoing, proxy.fault(one)).catch(() => incoming.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : null
  const proxy: FaultProxy = {
    origin: `http://127.0.0.1:${port}`,
    seen,
    fault: () => null,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return proxy
}

async function pass(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: Fault | null,
): Promise<void> {
  if (fault?.kind === 'reset') return void incoming.socket.resetAndDestroy()
  if (fault?.kind === 'answer') {
    incoming.resume()
    outgoing
      .writeHead(fault.status, { Connection: 'close', ...fault.headers })
      .end(JSON.stringify(fault.json ?? { message: 'injected' }))
    return
  }
  if (fault?.kind === 'delay') await sleep(fault.ms)
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const onward = request(target + incoming.url, { method: incoming.method, headers: incoming.headers }, resolve)
    onward.once('error', reject)
    incoming.once('close', () => incoming.complete || onward.destroy())
    incoming.pipe(onward)
  })
  answer.on('error', () => incoming.socket.destroy())
  if (fault?.kind === 'lose_answer') {
    answer.resume()
    answer.once('end', () => incoming.socket.resetAndDestroy())
    return
  }
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
  let sent = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (fault?.kind === 'slow_answer') await sleep((1000 * chunk.length) / fault.bytesPerSecond)
    const at = fault?.kind === 'change_answer' ? fault.atByte - sent : -1
    if (at >= 0 && at < chunk.length) chunk[at] = (chunk[at] ?? 0) ^ 1
    outgoing.write(chunk)
    sent += chunk.length
    if (fault?.kind === 'cut_answer' && sent >= fault.afterBytes) {
      await sleep(READ_MS)
      return void incoming.socket.resetAndDestroy()
    }
  }
  outgoing.end()
}
