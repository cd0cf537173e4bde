import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { writeAssets } from '../../../scripts/check/assets.ts'
import {
  cleanUpLocalServers,
  DEMO_STATE_VARIABLE,
  type LocalServer,
  makeStateDir,
  type SharedServer,
  startLocalServer,
} from './local-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers at `/<use>` with the server that files share; it is started by the first who asks. */
    sharedServersUrl: string
    /** The demo's first start, which has ended. */
    firstStart: Pick<LocalServer, 'demo' | 'stateDir'> & {
      readonly output: string
      readonly exitCode: number | null
      readonly tookMs: number
    }
  }
}

/** The demo is made once for a whole run of the tests; each server that wants it starts on a copy. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  writeAssets()
  const stateDir = makeStateDir()
  const { demo, output, stop } = await startLocalServer({ stateDir, byNpm: true })
  project.provide('firstStart', { demo, stateDir, ...(await stop('SIGINT')), output: output() })
  process.env[DEMO_STATE_VARIABLE] = stateDir
  const shared = new Map<string, Promise<LocalServer>>()
  const giver = createServer(async ({ url = '' }, response) => {
    const starting = shared.get(url) ?? startLocalServer()
    shared.set(url, starting)
    const { origin, demo, stateDir, output } = await starting
    response.end(JSON.stringify({ origin, demo, stateDir, output: output() } satisfies SharedServer))
  })
  await new Promise<void>((resolve) => giver.listen(0, '127.0.0.1', resolve))
  project.provide('sharedServersUrl', `http://127.0.0.1:${(giver.address() as AddressInfo).port}`)
  return async () => {
    giver.close()
    await cleanUpLocalServers()
  }
}
