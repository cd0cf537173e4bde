import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ScriptError } from '../check/script-error.ts'
import type { Ended } from '../check/tool.ts'
import { writePrivately } from '../start/local-state.ts'
import {
  configFor,
  type Deployment,
  type DeploymentSettings,
  type ResourceIds,
  readSecrets,
  type WranglerConfig,
  writeConfig,
} from './deployment.ts'
import { type Resource, resourcesOf } from './resources.ts'
import { SECRETS } from './secrets.ts'

/** Runs wrangler, with nobody at its keyboard. */
export type RunWrangler = (args: readonly string[]) => Promise<Ended>

export type DeployHost = {
  readonly run: RunWrangler
  readonly say: (line: string) => void
  readonly base: WranglerConfig
  /** False where written files do not stay, as on a CI machine. */
  readonly keepsFiles: boolean
}

export type Deployed = {
  readonly address: string | null
  readonly versionId: string | null
  /** There are no users yet: the first owner needs a sign-in link. */
  readonly isEmpty: boolean
}

export class DeployError extends ScriptError {}

/**
 * Makes the resources that an environment lacks, and deploys the Worker. Every step first checks whether it was done, so a
 * second run, or one after a failure, does only the rest. Migrations come first: they only add, so the running version
 * works with them.
 */
export async function deploy(
  host: DeployHost,
  deployment: Deployment,
  settings: DeploymentSettings,
): Promise<Deployed> {
  await requireLogin(host)
  const ids = await provision(host, deployment, settings)
  const config = configFor(host.base, deployment, ids, settings)
  writeConfig(deployment, config)
  return putWorker(host, deployment, deployment.configFile, config)
}

/** As `deploy`, where wrangler.toml names the account's own resources: a fork made by the "Deploy to Cloudflare" button. */
export async function putWorker(
  host: DeployHost,
  deployment: Deployment,
  configFile: string,
  { vars }: WranglerConfig,
): Promise<Deployed> {
  const config = ['--config', configFile]
  const isOriginSet = Boolean(vars?.PUBLIC_ORIGIN)
  const lacking = await lackingSecrets(host, config)
  await noteBookmark(host, config)
  await must(host, 'migrations', ['d1', 'migrations', 'apply', 'DB', '--remote', ...config])
  const put = (origin: string | null, secrets: readonly string[]) =>
    must(host, 'the Worker', ['deploy', ...config, ...originArgs(origin), ...secrets])
  const known = isOriginSet ? null : await findRunningOrigin(host, config)
  let { stdout } = await withSecretsFile(host, deployment, lacking, (secrets) => put(known, secrets))
  const [address = null] = addressesIn(stdout)
  if (!isOriginSet && !known) {
    if (!address) throw new DeployError(NO_ADDRESS)
    host.say(`It answers nobody until it knows its own address, which is ${address}: once more, with that.`)
    stdout = (await put(address, [])).stdout
  }
  const [, versionId = null] = /Current Version ID: (\S+)/.exec(stdout) ?? []
  return { address, versionId, isEmpty: await hasNobody(host, config) }
}

const NO_ADDRESS = `The Worker is there, but has no address that wrangler knows of, and answers nobody until it knows its own:
give it a custom domain (--domain builds.example.com), or write "vars": {"PUBLIC_ORIGIN": "https://…"} into the
environment's deploy.<environment>.json, and deploy again.`

/** Wrangler's arguments that set `PUBLIC_ORIGIN`, which the configuration does not have. */
function originArgs(origin: string | null): readonly string[] {
  return origin ? ['--var', `PUBLIC_ORIGIN:${origin}`] : []
}

/** The `PUBLIC_ORIGIN` of the running version; null where no version runs, or it has none. */
async function findRunningOrigin({ run }: DeployHost, config: readonly string[]): Promise<string | null> {
  const status = await run(['deployments', 'status', '--json', ...config])
  if (status.exitCode !== 0) return null
  const { versions = [] } = jsonIn<{ versions?: { version_id: string; percentage: number }[] }>(status.stdout)
  const most = versions.toSorted((one, other) => other.percentage - one.percentage)[0]
  if (!most) return null
  const version = await run(['versions', 'view', most.version_id, '--json', ...config])
  if (version.exitCode !== 0) throw new DeployError(`The running version could not be read:\n${version.stderr}`)
  const { resources } = jsonIn<{ resources: { bindings: { name: string; type: string; text?: string }[] } }>(
    version.stdout,
  )
  return resources.bindings.find(({ name, type }) => name === 'PUBLIC_ORIGIN' && type === 'plain_text')?.text || null
}

async function requireLogin({ run }: DeployHost): Promise<void> {
  if ((await run(['whoami', '--json'])).exitCode === 0) return
  throw new DeployError(
    'wrangler is not logged in to a Cloudflare account: run "npx wrangler login", or set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID.',
  )
}

/** Finds the resources of the environment by their names, and makes those that are missing. */
async function provision(host: DeployHost, deployment: Deployment, settings: DeploymentSettings): Promise<ResourceIds> {
  const [database, namespace, ...others] = resourcesOf(host.base, deployment, settings)
  const databaseId = await findOrMake(host, database)
  const namespaceId = await findOrMake(host, namespace)
  for (const other of others) await findOrMake(host, other)
  return { databaseId, namespaceId }
}

async function findOrMake(host: DeployHost, resource: Resource): Promise<string> {
  const what = `${resource.kind} ${resource.name}`
  const there = await FIND[resource.kind](host, resource)
  if (there) {
    host.say(`${what}: there`)
    return there
  }
  await must(host, what, resource.make)
  const made = await FIND[resource.kind](host, resource)
  if (!made) throw new DeployError(`${what} was made, but is not in the list: try again in a moment.`)
  return made
}

/** The id of a resource, or its name where it has no id; null where it does not exist. */
const FIND: Record<Resource['kind'], (host: DeployHost, resource: Resource) => Promise<string | null>> = {
  'D1 database': async (host, { name, find }) =>
    jsonIn<{ name: string; uuid: string }[]>(await read(host, find)).find((one) => one.name === name)?.uuid ?? null,
  'KV namespace': async (host, { name, find }) =>
    jsonIn<{ title: string; id: string }[]>(await read(host, find)).find(({ title }) => title === name)?.id ?? null,
  'R2 bucket': findNamed,
  queue: findNamed,
}

/** The resource's name if wrangler finds it. Any other fault shows when the resource cannot be made. */
async function findNamed({ run }: DeployHost, { name, find }: Resource): Promise<string | null> {
  return (await run(find)).exitCode === 0 ? name : null
}

/** The secrets that the Worker does not have; all of them if it was never deployed. */
async function lackingSecrets({ run }: DeployHost, config: readonly string[]): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await run(['secret', 'list', '--format', 'json', ...config])
  if (exitCode !== 0 && /not found/i.test(stdout + stderr)) return Object.keys(SECRETS)
  // Do not take them for missing: a new pepper in place of an old one would end every token.
  if (exitCode !== 0) throw new DeployError(`The Worker's secrets could not be listed:\n${stdout}${stderr}`)
  const present = jsonIn<{ name: string }[]>(stdout).map(({ name }) => name)
  return Object.keys(SECRETS).filter((name) => !present.includes(name))
}

/**
 * Gives the missing secrets to the deploy in a file that only its owner can read and that is deleted afterwards. Secrets
 * kept from an earlier run are used again; new ones are kept.
 */
async function withSecretsFile<T>(
  host: DeployHost,
  deployment: Deployment,
  lacking: readonly string[],
  act: (args: readonly string[]) => Promise<T>,
): Promise<T> {
  if (lacking.length === 0) return act([])
  const { secretsFile } = deployment
  const kept = readSecrets(deployment)
  const given = Object.fromEntries(lacking.map((name) => [name, kept[name] ?? SECRETS[name]?.() ?? '']))
  if (host.keepsFiles) writePrivately(secretsFile, `${JSON.stringify({ ...kept, ...given }, null, 2)}\n`)
  const folder = mkdtempSync(join(tmpdir(), 'buildpass-secrets-'))
  try {
    chmodSync(folder, 0o700)
    const file = join(folder, 'secrets.json')
    writePrivately(file, JSON.stringify(given))
    const done = await act(['--secrets-file', file])
    host.say(
      host.keepsFiles
        ? `Secrets made: ${lacking.join(', ')}. They are in ${secretsFile}; put them into your password manager: Cloudflare never gives one back.`
        : `Secrets made: ${lacking.join(', ')}. They are nowhere but on Cloudflare, which never gives one back.`,
    )
    return done
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Prints the D1 Time Travel bookmark before anything changes; a failure to get it does not stop the deploy. */
async function noteBookmark({ run, say }: DeployHost, config: readonly string[]): Promise<void> {
  const { exitCode, stdout } = await run(['d1', 'time-travel', 'info', 'DB', '--json', ...config])
  const bookmark = exitCode === 0 ? jsonIn<{ bookmark?: string }>(stdout).bookmark : undefined
  if (bookmark) say(`The database before this deploy: bookmark ${bookmark}`)
}

async function hasNobody(host: DeployHost, config: readonly string[]): Promise<boolean> {
  const command = 'select id from users limit 1'
  const [result] = jsonIn<{ results: unknown[] }[]>(
    await read(host, ['d1', 'execute', 'DB', '--remote', '--yes', '--json', '--command', command, ...config]),
  )
  return result?.results.length === 0
}

async function must({ run, say }: DeployHost, what: string, args: readonly string[]): Promise<Ended> {
  say(`${what} …`)
  const ended = await run(args)
  if (ended.exitCode === 0) return ended
  throw new DeployError(`${what}: "wrangler ${args.slice(0, 3).join(' ')}" failed:\n${ended.stdout}${ended.stderr}`)
}

async function read({ run }: DeployHost, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(args)
  if (exitCode !== 0) throw new DeployError(`"wrangler ${args.slice(0, 3).join(' ')}" failed:\n${stdout}${stderr}`)
  return stdout
}

/** The JSON in wrangler's output, after its other lines. */
function jsonIn<T>(text: string): T {
  const start = text.search(/^[[{]/m)
  try {
    return JSON.parse(text.slice(Math.max(0, start)))
  } catch (cause) {
    throw new DeployError(`wrangler printed something else than JSON:\n${text}`, { cause })
  }
}

/** The custom domain, else the address on workers.dev, as `wrangler deploy` prints them. */
function addressesIn(text: string): readonly string[] {
  const domains = [...text.matchAll(/^\s+(\S+) \(custom domain/gm)].map(([, domain]) => `https://${domain}`)
  return [...domains, ...[...text.matchAll(/https:\/\/\S+\.workers\.dev/g)].map(([address]) => address)]
}
