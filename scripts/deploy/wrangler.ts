import { createRequire } from 'node:module'
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

type Wrangler = typeof import('wrangler')

// Some of these are read while the module loads; and a script that refuses its arguments need not load it at all.
const loadWrangler = (): Wrangler => createRequire(import.meta.url)('wrangler')

export const getPlatformProxy: Wrangler['getPlatformProxy'] = (options) => loadWrangler().getPlatformProxy(options)
export const startWorker: Wrangler['unstable_startWorker'] = (options) => loadWrangler().unstable_startWorker(options)

/** wrangler.toml as it is written. */
export function readWranglerToml(): WranglerConfig {
  return { ...loadWrangler().experimental_readRawConfig({ config: WRANGLER_CONFIG }).rawConfig }
}

export type LocalWorker = Awaited<ReturnType<typeof startWorker>>
