import { WRANGLER_CONFIG } from '../start/local-state.ts'
import type { WranglerConfig } from './deployment.ts'

// Wrangler as the scripts use it: local, silent, with no log-in, no telemetry and no request to the outside.
Object.assign(process.env, {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV: 'true',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_WRITE_LOGS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_LOG: 'error',
  WRANGLER_CI_DISABLE_CONFIG_WATCHING: 'true',
  // Wrangler's explorer would serve the local data to anybody who reaches the port.
  X_LOCAL_EXPLORER: 'false',
  X_LOCAL_OBSERVABILITY: 'false',
})

// Loaded by what uses it, and not before: that takes a second, which a script that refuses how it was called need not take.
// And after the above, some of which is read meanwhile.
const load = () => import('wrangler')
type Wrangler = Awaited<ReturnType<typeof load>>

export const getPlatformProxy: Wrangler['getPlatformProxy'] = async (options) =>
  (await load()).getPlatformProxy(options)

export const startWorker: Wrangler['unstable_startWorker'] = async (options) =>
  (await load()).unstable_startWorker(options)

/** wrangler.toml as it is written. */
export async function readWranglerToml(): Promise<WranglerConfig> {
  return { ...(await load()).experimental_readRawConfig({ config: WRANGLER_CONFIG }).rawConfig }
}

export type LocalWorker = Awaited<ReturnType<typeof startWorker>>
