import { readFileSync, writeFileSync } from 'node:fs'
import { ScriptError } from '../check/script-error.ts'
import { missingResources, remoteConfigFile } from '../deploy/cloudflare-resources.ts'
import { getPlatformProxy } from '../deploy/wrangler.ts'
import { openLocalDatabase } from './local-database.ts'
import { dropUnfinishedDemo, ensureDevVars, findRunningServer, openLocalState } from './local-state.ts'

/** The database and the bucket of an instance, here or on Cloudflare. */
export type Instance = {
  readonly d1: D1Database
  readonly bucket: R2Bucket
  readonly close: () => Promise<void>
}

export class InstanceError extends ScriptError {}

/** The local instance, which must not be running, or the deployed one of BUILDPASS_ENV. */
export async function openInstance(isRemote: boolean): Promise<Instance> {
  return isRemote ? openRemote() : openLocal()
}

async function openLocal(): Promise<Instance> {
  const state = openLocalState()
  const running = await findRunningServer(state)
  // Two processes must not open one local database file.
  if (running)
    throw new InstanceError(`npm start is running on this data (process ${running.pid}): stop it, then try again.`)
  dropUnfinishedDemo(state)
  ensureDevVars(state)
  return openLocalDatabase(state)
}

/** By wrangler's remote bindings: the same D1 and R2 interfaces, over the network. */
async function openRemote(): Promise<Instance> {
  const missing = missingResources()
  const configFile = remoteConfigFile()
  if (missing || !configFile?.endsWith('.json')) throw new InstanceError(missing ?? 'Run npm run deploy first.')
  const { d1_databases, r2_buckets, compatibility_date, name } = JSON.parse(readFileSync(configFile, 'utf8'))
  const isRemote = { remote: true }
  const remoteConfig = {
    ...{ name, compatibility_date },
    d1_databases: d1_databases.map((database: object) => ({ ...database, ...isRemote })),
    r2_buckets: r2_buckets.map((bucket: object) => ({ ...bucket, ...isRemote })),
  }
  const configPath = configFile.replace(/\.json$/, '.remote.json')
  writeFileSync(configPath, JSON.stringify(remoteConfig))
  const proxy = await getPlatformProxy<{ DB: D1Database; ARTIFACTS: R2Bucket }>({
    configPath,
    remoteBindings: true,
    persist: false,
  })
  return { d1: proxy.env.DB, bucket: proxy.env.ARTIFACTS, close: proxy.dispose }
}
