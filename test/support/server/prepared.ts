import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { writeAssets } from '../../../scripts/check/assets.ts'
import { bundleCli } from '../../../scripts/check/cli-bundle.ts'
import {
  cleanUpLocalServers,
  DEMO_STATE_VARIABLE,
  type LocalServer,
  makeDemoState,
  makeStateDir,
  type SharedServer,
  startLocalServer,
} from './local-server.ts'
import { quickened } from './quick-command.ts'
import { QUICK_IMPORTS, quickEnvironment } from './quick-node.ts'
import { serveDemo } from './served.ts'
import { originOf } from './worker-process.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers at `/<use>` with the server that files share; it is started by the first who asks. */
    sharedServersUrl: string
    /** The command and the Action, bundled from the sources as they are now; in `npm test` with some numbers smaller. */
    cliFolder: string
    /** The demo's first start, which has ended. */
    firstStart: Pick<LocalServer, 'demo' | 'stateDir'> & {
      readonly output: string
      /** What the sign-in link that it printed gave, while it ran: the link ends before a long run of the tests. */
      readonly linkPage: string
      readonly exitCode: number | null
      readonly tookMs: number
    }
  }
}

export const SIGN_IN_LINK = /http:\/\/127\.0\.0\.1:\d+\/sign-in\/link\/[0-9A-Za-z]{43}/

/** The demo is made once for a whole run of the tests; each server that wants it starts on a copy. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  writeAssets()
  const cliFolder = mkdtempSync(join(tmpdir(), 'buildpass-bin-'))
  // Some tests run it as another user.
  chmodSync(cliFolder, 0o755)
  for (const [file, text] of await bundleCli()) {
    const isQuick = file.endsWith('/buildpass.mjs') && process.env.PROVE !== 'all'
    writeFileSync(join(cliFolder, basename(file)), isQuick ? quickened(text) : text)
  }
  project.provide('cliFolder', cliFolder)
  const stateDir = makeStateDir()
  const { demo, output, stop } = await startLocalServer({ stateDir, byNpm: true })
  const linkPage = await (await fetch(SIGN_IN_LINK.exec(output())?.[0] ?? '')).text()
  project.provide('firstStart', { demo, stateDir, linkPage, ...(await stop('SIGINT')), output: output() })
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
    // A connection that is kept open may end just when the next file asks.
    response.setHeader('Connection', 'close')
    response.end(JSON.stringify({ origin, demo, stateDir, output: output() } satisfies SharedServer))
  })
  await new Promise<void>((resolve) => giver.listen(0, '127.0.0.1', resolve))
  project.provide('sharedServersUrl', `http://127.0.0.1:${(giver.address() as AddressInfo).port}`)
  return async () => {
    giver.close()
    host.stdin?.end()
    await once(host, 'close')
    rmSync(cliFolder, { recursive: true })
    await cleanUpLocalServers()
  }
}

async function startHost(): Promise<{ readonly host: ChildProcess; readonly hostUrl: string }> {
  const host = spawn(
    process.execPath,
    [
      '--no-warnings',
      '--cpu-prof',
      '--cpu-prof-dir=/tmp/wtm/prof-host',
      ...QUICK_IMPORTS,
      join(import.meta.dirname, 'host.ts'),
    ],
    {
      env: quickEnvironment(),
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  return { host, hostUrl: await originOf(host, 'the host of Workers') }
}
