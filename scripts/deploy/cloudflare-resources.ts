import { existsSync, readFileSync } from 'node:fs'
import { WRANGLER_CONFIG } from '../start/local-state.ts'
import { deploymentOf, PRODUCTION } from './deployment.ts'

/**
 * The configuration that names the account's own resources: what `npm run deploy` wrote for the environment of
 * BUILDPASS_ENV, or wrangler.toml itself where its ids are no placeholders; null when there is neither.
 */
export function remoteConfigFile(): string | null {
  const deployment = deploymentOf()
  if (deployment && existsSync(deployment.configFile)) return deployment.configFile
  const isFilledIn = !/^\s*\w*id\s*=\s*"[0-]+"/m.test(readFileSync(WRANGLER_CONFIG, 'utf8'))
  return isFilledIn ? WRANGLER_CONFIG : null
}

/** Why nothing can be done on Cloudflare yet, or null. */
export function missingResources(): string | null {
  if (remoteConfigFile()) return null
  const environment = process.env.BUILDPASS_ENV || PRODUCTION
  return `This checkout does not know the resources of the environment "${environment}". Run
  npm run deploy${environment === PRODUCTION ? '' : ` -- --env ${environment}`}
first: it finds those that are there, and makes those that are not.`
}
