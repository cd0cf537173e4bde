import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { createApp } from '../../src/app.ts'
import { parseSettings, type Settings } from '../../src/env.ts'
import type { App } from '../../src/http/route.ts'
import { startTrace } from '../../src/http/trace.ts'
import { type Ask, requestFor } from './client.ts'
import type { TestStores } from './stores.ts'

let app: App | undefined
let settings: Promise<Settings> | undefined
const UNLIMITED = { limit: async () => ({ success: true }) }

/** Asks the application itself, on stores that the test holds: counted, with faults, and a clock of its own. */
export async function askOn(stores: TestStores, path: string, ask: Ask = {}): Promise<Response> {
  app ??= createApp()
  settings ??= parseSettings(env)
  const open = {
    settings: await settings,
    stores,
    trace: startTrace(stores.now()),
    limits: { unknownTokens: UNLIMITED, leakReports: UNLIMITED },
  }
  return app.fetch(requestFor(path, ask), open, createExecutionContext())
}
