import type { TestProject } from 'vitest/node'
import { launchChromium } from './chromium.ts'
import { startLocalServer } from './local-server.ts'

/** What the tests of the pages are given: one server and one browser for the whole run. */
export type BrowserRun = { readonly origin: string; readonly stateDir: string; readonly browserUrl: string }

declare module 'vitest' {
  interface ProvidedContext {
    run: BrowserRun | null
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const browser = await launchChromium()
  if (!browser) {
    project.provide('run', null)
    return async () => {}
  }
  const server = await startLocalServer()
  project.provide('run', { origin: server.origin, stateDir: server.stateDir, browserUrl: browser.wsEndpoint() })
  return async () => {
    await Promise.all([browser.close(), server.stop()])
  }
}
