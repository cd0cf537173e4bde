import { env } from 'cloudflare:workers'
import { createApp, openRequest } from '../../../src/app.ts'
import type { Settings } from '../../../src/settings.ts'
import type { Stores } from '../../../src/storage/stores.ts'
import { documented } from '../api/documented.ts'

/** The application with other settings than those of the tests' own configuration, over the stores of a test if it wants. */
export function configuredApp(over: Partial<Settings>, stores?: Stores): (request: Request) => Promise<Response> {
  const app = createApp()
  return async (request) => {
    const opened = await openRequest(env, { waitUntil: () => {} })
    const settings = { ...opened.settings, ...over }
    return documented(request, await app.fetch(request, { ...opened, stores: stores ?? opened.stores, settings }))
  }
}
