// node test/support/server/host.ts: serves Workers, each on data of its own, until its input ends: POST / with what to
// serve begins one, DELETE /<number> ends it. One process for all, since loading wrangler takes longer than starting one.
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { json } from 'node:stream/consumers'
import type { LocalWorker } from '../../../scripts/deploy/wrangler.ts'
import { REPOSITORY } from '../../../scripts/start/local-state.ts'
import { startLocalWorker } from './local-worker.ts'
import type { Served, ToServe } from './served.ts'

const workers: LocalWorker[] = []

async function serve({ stateDir, entry, variables }: ToServe): Promise<Served> {
  process.env.BUILDPASS_STATE = stateDir
  const build = { bundle: true, minify: true, custom: { command: '' } }
  const { worker, origin } = await startLocalWorker(resolve(REPOSITORY, entry), variables, build)
  return { origin, number: workers.push(worker) - 1 }
}

async function answer(request: IncomingMessage): Promise<Served | null> {
  if (request.method === 'POST') return serve((await json(request)) as ToServe)
  await workers[Number(request.url?.slice(1))]?.dispose()
  return null
}

const server = createServer((request, response) => {
  answer(request).then(
    (served) => response.end(JSON.stringify(served)),
    (error) => response.writeHead(500).end(error instanceof Error ? error.stack : String(error)),
  )
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
console.log(`serving at http://127.0.0.1:${(server.address() as AddressInfo).port}`)
process.stdin.resume().once('end', () => process.exit(0))
