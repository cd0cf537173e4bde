// node test/support/server/host.ts: serves Workers, each on data of its own, until its input ends: POST / with what to
// serve begins one, DELETE /<number> ends it. One process for all, since loading wrangler takes longer than starting one.
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { json } from 'node:stream/consumers'
import type { LocalWorker } from '../../../scripts/deploy/wrangler.ts'
import { REPOSITORY } from '../../../scripts/start/local-state.ts'
import { startLocalWorker } from './local-worker.ts'
import type { Served, ToServe } from './served.ts'

const workers: LocalWorker[] = []

/** The bundle of each entry, made for the first who had it served: to make it takes as long as to start the Worker. */
const bundles = new Map<string, Promise<string>>()
const bundleFolder = mkdtempSync(join(tmpdir(), 'buildpass-bundles-'))

async function serve({ entry, ...toServe }: ToServe): Promise<Served> {
  const bundle = bundles.get(entry)
  if (bundle) return served(await start({ ...toServe, entry: await bundle }, false))
  const first = start({ ...toServe, entry: resolve(REPOSITORY, entry) }, true)
  const made = first.then(({ source }) => keepBundle(entry, source))
  bundles.set(entry, made)
  made.catch(() => bundles.delete(entry)) // The first who asked is told.
  return served(await first)
}

function start({ stateDir, entry, variables }: ToServe, bundle: boolean): ReturnType<typeof startLocalWorker> {
  process.env.BUILDPASS_STATE = stateDir
  return startLocalWorker(entry, variables, { bundle, minify: bundle, custom: { command: '' } })
}

function keepBundle(entry: string, source: string): string {
  const file = join(bundleFolder, `${entry.replace(/\W/g, '-')}.js`)
  writeFileSync(file, source)
  return file
}

function served({ worker, origin }: Awaited<ReturnType<typeof startLocalWorker>>): Served {
  return { origin, number: workers.push(worker) - 1 }
}

async function answer(request: IncomingMessage): Promise<Served | null> {
  if (request.method === 'POST') return serve((await json(request)) as ToServe)
  await workers[Number(request.url?.slice(1))]?.dispose()
  return null
}

const server = createServer((request, response) => {
  // A connection that is kept open may end just when it is used again.
  response.setHeader('Connection', 'close')
  answer(request).then(
    (served) => response.end(JSON.stringify(served)),
    (error) => response.writeHead(500).end(error instanceof Error ? error.stack : String(error)),
  )
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
console.log(`serving at http://127.0.0.1:${(server.address() as AddressInfo).port}`)
process.stdin.resume().once('end', () => {
  rmSync(bundleFolder, { recursive: true })
  process.exit(0)
})
