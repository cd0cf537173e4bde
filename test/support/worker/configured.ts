import { env } from 'cloudflare:workers'
import { createApp, openRequest } from '../../../src/app.ts'
import type { Settings } from '../../../src/settings.ts'
import { documented } from '../api/documented.ts'

/** The application with other settings than those of the tests' own configuration. */
export function configuredApp(over: Partial<Settings>): (request: Request) => Promise<Response> {
  const app = createApp()
  return async (request) => {
    const opened = await openRequest(env, { waitUntil: () => {} })
    return documented(request, await app.fetch(request, { ...opened, settings: { ...opened.settings, ...over } }))
  }
}
