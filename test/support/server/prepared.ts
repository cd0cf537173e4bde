import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { writeAssets } from '../../../scripts/check/assets.ts'
import {
  cleanUpLocalServers,
  DEMO_STATE_VARIABLE,
  type LocalServer,
  makeDemoState,
  makeStateDir,
  type SharedServer,
  startLocalServer,
} from './local-server.ts'
import { COMPILE_CACHE, QUICK_IMPORTS } from './quick-node.ts'
import { serveDemo } from './served.ts'

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
  const { host, hostUrl } = await startHost()
  project.provide('hostUrl', hostUrl)
  const shared = new Map<string, ReturnType<typeof startShared>>()
  // The one that is only read is asked what `npm start` printed, too.
  const startShared = (url: string): Promise<Pick<LocalServer, 'origin' | 'demo' | 'stateDir' | 'output'>> =>
    url === '/read'
      ? startLocalServer()
      : serveDemo(makeDemoState(), hostUrl).then((server) => ({ ...server, output: () => '' }))
  const giver = createServer(async ({ url = '' }, response) => {
    const starting = shared.get(url) ?? startShared(url)
    shared.set(url, starting)
    const { origin, demo, stateDir, output } = await starting
    response.end(JSON.stringify({ origin, demo, stateDir, output: output() } satisfies SharedServer))
  })
  await new Promise<void>((resolve) => giver.listen(0, '127.0.0.1', resolve))
  project.provide('sharedServersUrl', `http://127.0.0.1:${(giver.address() as AddressInfo).port}`)
  return async () => {
    giver.close()
    host.stdin?.end()
    await once(host, 'close')
    await cleanUpLocalServers()
  }
}

async function startHost(): Promise<{ readonly host: ChildProcess; readonly hostUrl: string }> {
  const own = Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_OPTIONS$|NODE_ENV$|TEST$)/.test(name))
  const host = spawn(process.execPath, ['--no-warnings', ...QUICK_IMPORTS, join(import.meta.dirname, 'host.ts')], {
    env: { ...Object.fromEntries(own), ...COMPILE_CACHE } as unknown as NodeJS.ProcessEnv,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  for await (const chunk of host.stdout ?? []) {
    const [, hostUrl] = /serving at (\S+)/.exec(String(chunk)) ?? []
    if (hostUrl) return { host, hostUrl }
  }
  throw new Error('the host of Workers ended before it listened')
}
