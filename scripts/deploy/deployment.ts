import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../../cli/files/make-folder.ts'
import { ScriptError } from '../check/script-error.ts'
import { REPOSITORY } from '../start/local-state.ts'

/** What one environment is called on Cloudflare, and where its files are. Nothing here is secret, and no id is. */
export type Deployment = {
  readonly environment: string
  readonly worker: string
  readonly database: string
  readonly namespace: string
  readonly bucket: string
  readonly dataset: string
  /** Made by each deploy and git-ignored: wrangler's configuration with the ids that the account has for these names. */
  readonly configFile: string
  /** The secrets that were made here, git-ignored: Cloudflare never gives one back. */
  readonly secretsFile: string
  /** What was chosen for it: to be committed. */
  readonly settingsFile: string
}

export const PRODUCTION = 'production'
/** The variable that names the environment for the scripts that `--env` does not reach. */
const ENVIRONMENT_VARIABLE = 'BUILDPASS_ENV'

/** The environment that was asked for; null when the text is no name of one. */
export function deploymentOf(
  environment: string = process.env[ENVIRONMENT_VARIABLE] || PRODUCTION,
  root = REPOSITORY,
): Deployment | null {
  if (!/^[a-z][a-z0-9-]{0,29}$/.test(environment)) return null
  const name = environment === PRODUCTION ? 'buildpass' : `buildpass-${environment}`
  const folder = join(root, '.deploy', environment)
  return {
    environment,
    worker: name,
    database: name,
    namespace: name,
    bucket: `${name}-artifacts`,
    dataset: `${name.replaceAll('-', '_')}_requests`,
    configFile: join(folder, 'wrangler.json'),
    secretsFile: join(folder, 'secrets.json'),
    settingsFile: join(root, `deploy.${environment}.json`),
  }
}

/** What a person chose for an environment, and may commit. */
export type DeploymentSettings = {
  /** A custom domain of a zone in the account; without one the address is on workers.dev. */
  readonly domain?: string
  /** Below it each report has a host of its own: `reports.example.com`, of a zone in the account. */
  readonly reports?: string
  /** Where D1 and R2 are made, as wrangler's `--location` names it. */
  readonly location?: string
  /** Over those of wrangler.toml. */
  readonly vars?: Readonly<Record<string, string>>
}

export function readSettings({ settingsFile }: Deployment): DeploymentSettings {
  return existsSync(settingsFile) ? readJson(settingsFile) : {}
}

/** The secrets that were made or kept on this machine, by name. */
export function readSecrets({ secretsFile }: Deployment): Readonly<Record<string, string>> {
  return existsSync(secretsFile) ? readJson(secretsFile) : {}
}

/** An object of JSON that a person may have had in an editor. */
function readJson(file: string): Record<string, string> {
  const value = parseJson(readFileSync(file, 'utf8'))
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new ScriptError(`${file} is not an object of JSON.`)
}

function parseJson(text: string) {
  try {
    return JSON.parse(text)
  } catch {
    return null // The caller says so.
  }
}

export function writeSettings({ settingsFile }: Deployment, settings: DeploymentSettings): void {
  writeFileSync(settingsFile, `${JSON.stringify(settings, null, 2)}\n`)
}

export type ResourceIds = { readonly databaseId: string; readonly namespaceId: string }

type Queue = { readonly queue: string }

/** As much of wrangler's configuration as is looked into here. */
export type WranglerConfig = Record<string, unknown> & {
  readonly main?: string | undefined
  readonly vars?: Record<string, unknown> | undefined
  readonly d1_databases?: readonly object[] | undefined
  readonly kv_namespaces?: readonly object[] | undefined
  readonly r2_buckets?: readonly object[] | undefined
  readonly analytics_engine_datasets?: readonly object[] | undefined
  readonly queues?:
    | { readonly producers?: readonly Queue[] | undefined; readonly consumers?: readonly Queue[] | undefined }
    | undefined
  readonly ratelimits?: readonly { readonly namespace_id: string }[] | undefined
  readonly assets?: { readonly directory?: string | undefined } | undefined
}

/** wrangler.toml with an environment's own names, ids and address in it. Paths are those seen from its own folder. */
export function configFor(
  base: WranglerConfig,
  deployment: Deployment,
  ids: ResourceIds,
  { domain, reports, vars }: DeploymentSettings,
): WranglerConfig {
  const up = (path: string) => join('../..', path)
  // A custom domain names one host: those of reports are a route, for which a person makes the record and certificate.
  const routes = [...(domain ? [{ pattern: domain, custom_domain: true }] : []), ...(reports ? [`*.${reports}/*`] : [])]
  const address = {
    ...(routes.length > 0 ? { routes } : {}),
    ...(domain ? { workers_dev: false, preview_urls: false } : { workers_dev: true }),
  }
  return {
    ...base,
    ...address,
    name: deployment.worker,
    main: up(base.main ?? ''),
    vars: {
      ...base.vars,
      ...(domain ? { PUBLIC_ORIGIN: `https://${domain}` } : {}),
      ...(reports ? { REPORTS_ORIGIN: `https://*.${reports}` } : {}),
      ...vars,
    },
    d1_databases: base.d1_databases?.map((database) => ({
      ...database,
      database_name: deployment.database,
      database_id: ids.databaseId,
      migrations_dir: up('migrations'),
    })),
    kv_namespaces: base.kv_namespaces?.map((namespace) => ({ ...namespace, id: ids.namespaceId })),
    r2_buckets: base.r2_buckets?.map((bucket) => ({ ...bucket, bucket_name: deployment.bucket })),
    analytics_engine_datasets: base.analytics_engine_datasets?.map((set) => ({ ...set, dataset: deployment.dataset })),
    ...(base.queues ? { queues: ownQueues(base.queues, deployment) } : {}),
    // The ids are the account's, so two environments with one id would share what is left of a limit.
    ratelimits: base.ratelimits?.map((limit) => ({
      ...limit,
      namespace_id: ownLimitId(limit.namespace_id, deployment),
    })),
    ...(base.assets?.directory ? { assets: { ...base.assets, directory: up(base.assets.directory) } } : {}),
  }
}

/** The zone of a host, as it nearly always is: for what is told, not for what is done. */
export function zoneOf(host: string): string {
  return host.split('.').slice(-2).join('.')
}

/** What a deploy cannot do for the hosts of reports. */
export function stepsForReports(reports: string): readonly string[] {
  const zone = zoneOf(reports)
  const record = reports === zone ? '*' : `*.${reports.slice(0, -zone.length - 1)}`
  return [
    `DNS of ${zone}: a record "${record}", proxied, AAAA to 100::`,
    reports === zone
      ? `certificate: Universal SSL covers *.${zone}`
      : `certificate: Universal SSL covers *.${zone} and no level below it; *.${reports} needs an advanced certificate (Advanced Certificate Manager or Total TLS), or a domain of its own for reports`,
  ]
}

/** The queues that an environment needs, by their own names. */
export function queuesOf({ queues }: WranglerConfig, deployment: Deployment): readonly string[] {
  return [...new Set(queues?.producers?.map(({ queue }) => ownQueue(queue, deployment)))]
}

function ownQueues(
  { producers = [], consumers = [] }: NonNullable<WranglerConfig['queues']>,
  deployment: Deployment,
): WranglerConfig['queues'] {
  const own = (queue: Queue) => ({ ...queue, queue: ownQueue(queue.queue, deployment) })
  return { producers: producers.map(own), consumers: consumers.map(own) }
}

function ownQueue(name: string, { worker }: Deployment): string {
  return name.replace(/^buildpass/, worker)
}

function ownLimitId(id: string, { environment }: Deployment): string {
  if (environment === PRODUCTION) return id
  let hash = 0
  for (const character of environment) hash = (hash * 31 + character.charCodeAt(0)) % 100_000
  return String(Number(id) + 10_000 * (hash + 1))
}

export function writeConfig({ configFile }: Deployment, config: WranglerConfig): void {
  makeFolder(join(configFile, '..'), 0o700)
  writeFileSync(configFile, `${JSON.stringify(config, null, 2)}\n`)
}
