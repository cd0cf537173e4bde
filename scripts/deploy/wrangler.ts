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

// Imported late, because some of these are read while the module loads.
const wrangler = await import('wrangler')
export const { getPlatformProxy, unstable_startWorker: startWorker } = wrangler

/** wrangler.toml as it is written. */
export function readWranglerToml(): WranglerConfig {
  return { ...wrangler.experimental_readRawConfig({ config: WRANGLER_CONFIG }).rawConfig }
}

export type LocalWorker = Awaited<ReturnType<typeof startWorker>>
