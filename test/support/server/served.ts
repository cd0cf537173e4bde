import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import { expectDocumented } from '../api/documented-fetch.ts'
import { type LocalServer, makeDemoState } from './local-server.ts'

export type ToServe = {
  readonly stateDir: string
  /** A file of the repository. */
  readonly entry: string
  readonly variables: Readonly<Record<string, string>>
}
export type Served = { readonly origin: string; readonly number: number }

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the host of Workers listens (`host.ts`). */
    hostUrl: string
  }
}

export type WorkerServer = { readonly origin: string; readonly stop: () => Promise<void> }

export type DemoServer = WorkerServer & Pick<LocalServer, 'demo' | 'stateDir'>

/** A workerd of its own with the Worker of `entry` on that data, as `npm start` has it, for a third of the time. */
export async function serveWorker(toServe: ToServe, hostUrl = inject('hostUrl')): Promise<WorkerServer> {
  const answer = await fetch(hostUrl, { method: 'POST', body: JSON.stringify(toServe) })
  if (!answer.ok) throw new Error(`${toServe.entry} could not be served: ${await answer.text()}`)
  const { origin, number } = (await answer.json()) as Served
  expectDocumented(origin)
  const stop = async () => void (await fetch(`${hostUrl}/${number}`, { method: 'DELETE' }))
  return { origin, stop }
}

/** The Worker on a copy of the demo, or on other data that has it: for what is asked of the Worker, not of `npm start`. */
export async function serveDemo(stateDir = makeDemoState(), hostUrl?: string): Promise<DemoServer> {
  const server = await serveWorker({ stateDir, entry: 'src/index.ts', variables: {} }, hostUrl)
  const demo: LocalServer['demo'] = JSON.parse(readFileSync(join(stateDir, '.local/demo.json'), 'utf8'))
  return { ...server, stateDir, demo: { ...demo, origin: server.origin } }
}
