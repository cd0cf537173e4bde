import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeFolder } from '../../cli/files/make-folder.ts'
import { ScriptError } from '../../scripts/check/script-error.ts'
import { DeployError, type DeployHost, deploy } from '../../scripts/deploy/deploy-steps.ts'
import {
  type Deployment,
  type DeploymentSettings,
  deploymentOf,
  readSecrets,
  readSettings,
  stepsForReports,
  type WranglerConfig,
} from '../../scripts/deploy/deployment.ts'
import { planFor } from '../../scripts/deploy/dry-run.ts'
import { SECRETS } from '../../scripts/deploy/secrets.ts'
import { readWranglerToml } from '../../scripts/deploy/wrangler.ts'
import { runNpmScript } from '../support/server/local-server.ts'

// As the scripts load it.
const wrangler: typeof import('wrangler') = createRequire(import.meta.url)('wrangler')

/** As much of a Cloudflare account as a deploy touches. */
type Account = {
  isLoggedIn: boolean
  databases: { name: string; uuid: string }[]
  namespaces: { title: string; id: string }[]
  buckets: string[]
  queues: string[]
  workers: Map<string, { secrets: Record<string, string>; versions: number; origin: string }>
  users: number
  hasWorkersDev: boolean
}

type Recorded = { readonly args: readonly string[]; readonly secretsMode?: number }

const BASE: WranglerConfig = {
  name: 'buildpass',
  main: 'src/index.ts',
  vars: { QUERY_TOKENS: 'all', PUBLIC_ORIGIN: '' },
  d1_databases: [{ binding: 'DB', database_id: '0' }],
  kv_namespaces: [{ binding: 'KV', id: '0' }],
  r2_buckets: [{ binding: 'ARTIFACTS', bucket_name: 'x' }],
  queues: { producers: [{ queue: 'buildpass-outbox' }], consumers: [{ queue: 'buildpass-outbox' }] },
  ratelimits: [{ namespace_id: '1001' }],
}

let root: string
let account: Account
let recorded: Recorded[]
let said: string[]
/** Lets a command fail, as a network or an account does. */
let failing: ((command: string) => string | null) | undefined

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'buildpass-deploy-'))
  account = {
    isLoggedIn: true,
    databases: [],
    namespaces: [],
    buckets: [],
    queues: [],
    workers: new Map(),
    users: 0,
    hasWorkersDev: true,
  }
  recorded = []
  said = []
  failing = undefined
})
afterEach(() => rmSync(root, { recursive: true }))

/** A wrangler that obeys what the real one documents: outputs, exit codes, and what it changes. */
async function fakeWrangler(args: readonly string[]) {
  const ok = (stdout = '') => ({ exitCode: 0, stdout, stderr: '' })
  const refused = (stderr: string) => ({ exitCode: 1, stdout: '', stderr })
  const option = (name: string) => args[args.indexOf(name) + 1] ?? ''
  const config = args.includes('--config') ? JSON.parse(readFileSync(option('--config'), 'utf8')) : null
  const secretsFile = args.includes('--secrets-file') ? option('--secrets-file') : null
  recorded.push({ args, ...(secretsFile ? { secretsMode: statSync(secretsFile).mode & 0o777 } : {}) })
  const command = args
    .slice(0, 3)
    .filter((arg) => !arg.startsWith('--'))
    .join(' ')
  const fault = failing?.(command)
  if (fault) return refused(fault)
  if (!account.isLoggedIn) return refused('You are not authenticated. Please run `wrangler login`.')
  if (command === 'whoami') return ok('{"loggedIn":true}')
  if (command === 'd1 list') return ok(JSON.stringify(account.databases))
  if (command === 'kv namespace list') return ok(JSON.stringify(account.namespaces))
  if (command === `d1 create ${args[2]}`) {
    account.databases.push({ name: args[2] ?? '', uuid: `uuid of ${args[2]}` })
    return ok(`✅ Successfully created DB '${args[2]}'`)
  }
  if (command === 'kv namespace create') {
    account.namespaces.push({ title: args[3] ?? '', id: `id of ${args[3]}` })
    return ok(`✨ Success!`)
  }
  if (command === 'r2 bucket info')
    return account.buckets.includes(args[3] ?? '')
      ? ok('{}')
      : refused('The specified bucket does not exist. [code: 10006]')
  if (command === 'r2 bucket create') {
    account.buckets.push(args[3] ?? '')
    return ok()
  }
  if (command === `queues info ${args[2]}`)
    return account.queues.includes(args[2] ?? '') ? ok('Queue Name: …') : refused('Queue "…" does not exist.')
  if (command === `queues create ${args[2]}`) {
    account.queues.push(args[2] ?? '')
    return ok()
  }
  const worker = account.workers.get(config.name)
  if (command === 'secret list')
    return worker
      ? ok(JSON.stringify(Object.keys(worker.secrets).map((name) => ({ name, type: 'secret_text' }))))
      : refused(`Worker "${config.name}" not found.`)
  if (command === 'deployments status')
    return worker
      ? ok(JSON.stringify({ versions: [{ version_id: `v${worker.versions}`, percentage: 100 }] }))
      : refused(`The Worker ${config.name} has no deployments.`)
  if (command === `versions view ${args[2]}`) {
    const bindings = [
      { name: 'DB', type: 'd1' },
      ...(worker ? [{ name: 'PUBLIC_ORIGIN', type: 'plain_text', text: worker.origin }] : []),
    ]
    return ok(JSON.stringify({ id: args[2], resources: { bindings } }))
  }
  if (command === 'd1 time-travel info') return ok('{"bookmark":"0000-01"}')
  if (command === 'd1 migrations apply') return ok('✅ No migrations to apply!')
  if (command === 'd1 execute DB')
    return ok(JSON.stringify([{ results: Array(account.users).fill({ id: 'x' }), success: true }]))
  if (command.startsWith('deploy')) {
    const secrets = secretsFile ? JSON.parse(readFileSync(secretsFile, 'utf8')) : {}
    const versions = (worker?.versions ?? 0) + 1
    const [, given] = /^PUBLIC_ORIGIN:(.+)$/.exec(option('--var')) ?? []
    const origin = given ?? config.vars.PUBLIC_ORIGIN
    account.workers.set(config.name, { secrets: { ...worker?.secrets, ...secrets }, versions, origin })
    if (!account.hasWorkersDev && !config.routes) return ok(`Uploaded ${config.name}`)
    const addresses = config.routes
      ? config.routes.map((route: { pattern: string }) => `  ${route.pattern} (custom domain)`)
      : [`  https://${config.name}.team.workers.dev`]
    return ok(
      [
        `Uploaded ${config.name} (2.0 sec)`,
        `Deployed ${config.name} triggers`,
        ...addresses,
        `Current Version ID: v${versions}`,
      ].join('\n'),
    )
  }
  throw new Error(`the fake knows no "wrangler ${args.join(' ')}"`)
}

function run(settings: DeploymentSettings = {}, environment = 'production', over: Partial<DeployHost> = {}) {
  const host: DeployHost = {
    run: fakeWrangler,
    say: (line) => void said.push(line),
    base: BASE,
    keepsFiles: true,
    ...over,
  }
  return deploy(host, at(environment), settings)
}

function at(environment: string): Deployment {
  const deployment = deploymentOf(environment, root)
  if (!deployment) throw new Error('no name of an environment')
  return deployment
}

const commands = () => recorded.map(({ args }) => args.filter((arg) => !arg.startsWith('/')).join(' '))

describe('a first deploy', () => {
  it('makes everything, migrates, deploys with fresh secrets, and says where it is and that nobody is there', async () => {
    expect(await run()).toEqual({ address: 'https://buildpass.team.workers.dev', versionId: 'v2', isEmpty: true })
    expect(commands()).toEqual([
      'whoami --json',
      'd1 list --json',
      'd1 create buildpass --update-config=false',
      'd1 list --json',
      'kv namespace list',
      'kv namespace create buildpass --update-config=false',
      'kv namespace list',
      'r2 bucket info buildpass-artifacts --json',
      'r2 bucket create buildpass-artifacts --update-config=false',
      'r2 bucket info buildpass-artifacts --json',
      'queues info buildpass-outbox',
      'queues create buildpass-outbox',
      'queues info buildpass-outbox',
      'secret list --format json --config',
      'd1 time-travel info DB --json --config',
      'd1 migrations apply DB --remote --config',
      'deployments status --json --config',
      'deploy --config --secrets-file',
      'deploy --config --var PUBLIC_ORIGIN:https://buildpass.team.workers.dev',
      'd1 execute DB --remote --yes --json --command select id from users limit 1 --config',
    ])
    const secrets = account.workers.get('buildpass')?.secrets ?? {}
    expect(Object.keys(secrets)).toEqual(Object.keys(SECRETS))
    expect(new Set(Object.values(secrets)).size).toBe(Object.keys(SECRETS).length)
  })

  it('writes a configuration with the ids of the account, and paths that hold from its folder', async () => {
    await run()
    expect(JSON.parse(readFileSync(at('production').configFile, 'utf8'))).toMatchObject({
      name: 'buildpass',
      main: '../../src/index.ts',
      d1_databases: [{ binding: 'DB', database_id: 'uuid of buildpass', migrations_dir: '../../migrations' }],
      kv_namespaces: [{ binding: 'KV', id: 'id of buildpass' }],
      r2_buckets: [{ binding: 'ARTIFACTS', bucket_name: 'buildpass-artifacts' }],
      workers_dev: true,
    })
  })

  it('shows no secret, and hands them over in a file that only its owner reads and that is gone afterwards', async () => {
    await run()
    const secrets = Object.values(account.workers.get('buildpass')?.secrets ?? {})
    const handed = recorded.find(({ secretsMode }) => secretsMode !== undefined)
    expect(handed?.secretsMode).toBe(0o600)
    expect(existsSync(handed?.args.at(-1) ?? '')).toBe(false)
    for (const secret of secrets) {
      expect(said.join('\n')).not.toContain(secret)
      for (const { args } of recorded) expect(args.join(' ')).not.toContain(secret)
    }
    expect(statSync(at('production').secretsFile).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(at('production').secretsFile, 'utf8'))).toEqual(
      account.workers.get('buildpass')?.secrets,
    )
  })

  it('keeps no secret on a CI machine', async () => {
    await run({}, 'production', { keepsFiles: false })
    expect(existsSync(at('production').secretsFile)).toBe(false)
    expect(said.join('\n')).toContain('nowhere but on Cloudflare')
  })

  it('puts it at the custom domain', async () => {
    expect((await run({ domain: 'builds.example.com' })).address).toBe('https://builds.example.com')
    expect(JSON.parse(readFileSync(at('production').configFile, 'utf8'))).toMatchObject({
      routes: [{ pattern: 'builds.example.com', custom_domain: true }],
      workers_dev: false,
      vars: { QUERY_TOKENS: 'all', PUBLIC_ORIGIN: 'https://builds.example.com' },
    })
  })
})

describe('the hosts of reports', () => {
  const configured = () => JSON.parse(readFileSync(at('production').configFile, 'utf8'))

  it('are a route of the Worker, beside its custom domain', async () => {
    await run({ domain: 'builds.example.com', reports: 'reports.example.net' })
    expect(configured()).toMatchObject({
      routes: [{ pattern: 'builds.example.com', custom_domain: true }, '*.reports.example.net/*'],
      vars: { PUBLIC_ORIGIN: 'https://builds.example.com', REPORTS_ORIGIN: 'https://*.reports.example.net' },
    })
  })

  it('need what a deploy cannot make', () => {
    expect(stepsForReports('example.net').join('\n')).toMatch(/record "\*".*\n.*Universal SSL covers \*\.example\.net$/)
    expect(stepsForReports('reports.example.net').join('\n')).toMatch(/record "\*\.reports".*\n.*advanced certificate/)
  })

  it('are none without their domain: reports are shown in a sandbox', async () => {
    await run({ domain: 'builds.example.com' })
    expect(configured().vars.REPORTS_ORIGIN).toBeUndefined()
    expect(planFor(at('production'), {}, readWranglerToml())).toContain('reports: in a sandbox')
  })
})

describe('the address that the Worker takes for its own', () => {
  const origins = () => [...account.workers.values()].map(({ origin }) => origin)
  const deploys = () => commands().filter((command) => command.startsWith('deploy --'))

  it('is the one on workers.dev, which a first deploy finds out and a later one reads from what runs', async () => {
    await run()
    expect([origins(), deploys().length]).toEqual([['https://buildpass.team.workers.dev'], 2])
    recorded = []
    await run()
    expect([origins(), deploys().length]).toEqual([['https://buildpass.team.workers.dev'], 1])
  })

  it('is the custom domain, or what the settings say', async () => {
    await run({ domain: 'builds.example.com' })
    await run({ vars: { PUBLIC_ORIGIN: 'https://ci.example.com' } }, 'staging')
    expect([origins(), deploys().length]).toEqual([['https://builds.example.com', 'https://ci.example.com'], 2])
  })

  it('is found out for one that was deployed without', async () => {
    await run()
    account.workers.set('buildpass', { secrets: {}, versions: 7, origin: '' })
    await run()
    expect(origins()).toEqual(['https://buildpass.team.workers.dev'])
  })

  it('has to be said where there is none that wrangler knows of', async () => {
    account.hasWorkersDev = false
    await expect(run()).rejects.toThrow('PUBLIC_ORIGIN')
    expect((await run({ domain: 'builds.example.com' })).address).toBe('https://builds.example.com')
  })

  it('is not guessed anew because what runs cannot be read', async () => {
    await run()
    failing = (command) => (command.startsWith('versions view') ? 'fetch failed' : null)
    await expect(run()).rejects.toThrow('could not be read')
  })
})

describe('a second deploy', () => {
  it('makes nothing again, and leaves the secrets as they are', async () => {
    await run()
    const before = account.workers.get('buildpass')?.secrets
    account.users = 1
    recorded = []
    expect(await run()).toEqual({ address: 'https://buildpass.team.workers.dev', versionId: 'v3', isEmpty: false })
    expect(commands().filter((command) => /create|secrets-file/.test(command))).toEqual([])
    expect(account.workers.get('buildpass')?.secrets).toEqual(before)
  })

  it('adds a secret that a newer version needs, and only that', async () => {
    await run()
    const worker = account.workers.get('buildpass')
    const pepper = worker?.secrets.PEPPERS
    delete worker?.secrets.DOWNLOAD_KEY
    await run()
    expect(account.workers.get('buildpass')?.secrets.PEPPERS).toBe(pepper)
    expect(account.workers.get('buildpass')?.secrets.DOWNLOAD_KEY).toBeTruthy()
  })

  it('says which bookmark leads back', async () => {
    await run()
    expect(said).toContain('The database before this deploy: bookmark 0000-01')
  })
})

describe('what goes wrong', () => {
  it('stops before anything is made when nobody is logged in', async () => {
    account.isLoggedIn = false
    await expect(run()).rejects.toThrow('wrangler login')
    expect(recorded).toHaveLength(1)
  })

  it('goes on where it stopped', async () => {
    failing = (command) =>
      command === 'r2 bucket create' ? 'Please enable R2 through the dashboard. [code: 10042]' : null
    await expect(run()).rejects.toThrow('enable R2')
    failing = undefined
    recorded = []
    await run()
    expect(commands().filter((command) => command.includes('create'))).toEqual([
      'r2 bucket create buildpass-artifacts --update-config=false',
      'queues create buildpass-outbox',
    ])
  })

  it('makes no new pepper when the secrets cannot be listed', async () => {
    await run()
    failing = (command) => (command.startsWith('secret list') ? 'fetch failed' : null)
    recorded = []
    await expect(run()).rejects.toThrow(DeployError)
    expect(commands().some((command) => command.startsWith('deploy'))).toBe(false)
  })

  it('uses the secrets that it made when the deploy itself failed', async () => {
    failing = (command) => (command.startsWith('deploy') ? 'Your Worker exceeded the size limit' : null)
    await expect(run()).rejects.toThrow('size limit')
    const made = JSON.parse(readFileSync(at('production').secretsFile, 'utf8'))
    failing = undefined
    await run()
    expect(account.workers.get('buildpass')?.secrets).toEqual(made)
  })

  it('does not deploy on a failed migration', async () => {
    failing = (command) => (command.startsWith('d1 migrations') ? 'SQLITE_ERROR' : null)
    await expect(run()).rejects.toThrow('SQLITE_ERROR')
    expect(account.workers.size).toBe(0)
  })
})

describe('environments', () => {
  it('have nothing in common', async () => {
    await run()
    await run({}, 'staging')
    const [one, other] = ['production', 'staging'].map((name) => JSON.parse(readFileSync(at(name).configFile, 'utf8')))
    expect(other).toMatchObject({
      name: 'buildpass-staging',
      r2_buckets: [{ bucket_name: 'buildpass-staging-artifacts' }],
      queues: {
        producers: [{ queue: 'buildpass-staging-outbox' }],
        consumers: [{ queue: 'buildpass-staging-outbox' }],
      },
    })
    expect(other.d1_databases[0].database_id).not.toBe(one.d1_databases[0].database_id)
    expect(other.kv_namespaces[0].id).not.toBe(one.kv_namespaces[0].id)
    expect(other.ratelimits[0].namespace_id).not.toBe(one.ratelimits[0].namespace_id)
    const secretsOf = (name: string) => Object.values(account.workers.get(name)?.secrets ?? {})
    expect(secretsOf('buildpass-staging').filter((secret) => secretsOf('buildpass').includes(secret))).toEqual([])
  })

  it.each(['', 'Staging', '../x', 'a b', '-x'])('are not called "%s"', (name) => {
    expect(name === '' ? null : deploymentOf(name, root)).toBeNull()
  })
})

describe('what a dry run names', () => {
  const CREATES = /wrangler ((?:d1|kv namespace|r2 bucket|queues) create .*)$/gm

  it.each<readonly [environment: string, settings: DeploymentSettings]>([
    ['production', {}],
    ['production', { domain: 'builds.example.com', location: 'weur' }],
    ['staging', {}],
    ['staging', { location: 'weur' }],
    // A name that holds ours, and one that is all of it.
    ['buildpass', {}],
    ['x-buildpass-x', {}],
  ])('is what a deploy of %s asks wrangler for, by %j', async (environment, settings) => {
    const base = readWranglerToml()
    await deploy({ run: fakeWrangler, say: () => {}, base, keepsFiles: true }, at(environment), settings)
    const plan = planFor(at(environment), settings, base)
    const planned = [...plan.matchAll(CREATES)].map(([, command]) => command)
    const asked = commands().filter((command) => / create /.test(command))
    expect(planned).toEqual(asked)

    // And all that the Worker is bound to was made, by these names.
    const config = JSON.parse(readFileSync(at(environment).configFile, 'utf8'))
    const bound = [
      ...config.d1_databases.map((database: { database_name: string }) => `D1 database ${database.database_name}`),
      ...config.r2_buckets.map((bucket: { bucket_name: string }) => `R2 bucket ${bucket.bucket_name}`),
      ...[...config.queues.producers, ...config.queues.consumers].map(
        ({ queue }: { queue: string }) => `queue ${queue}`,
      ),
      ...config.analytics_engine_datasets.map((set: { dataset: string }) => `Analytics Engine dataset ${set.dataset}`),
      `Worker ${config.name}`,
    ]
    for (const what of bound) expect(plan).toContain(`. ${what}: `)
    expect(account.queues.toSorted()).toEqual(
      config.queues.consumers.map(({ queue }: { queue: string }) => queue).toSorted(),
    )
  })
})

/** The options of the command of wrangler that these words begin with, and of all; null where there is none such. */
function optionsOf(words: readonly string[]): readonly string[] | null {
  const { registry, globalFlags } = wrangler.experimental_getWranglerCommands()
  let command = registry
  for (const word of words) command = command.subtree.get(word) ?? command
  const { definition } = command
  if (definition?.type !== 'command') return null
  return [...Object.keys(globalFlags), ...Object.keys(definition.args ?? {})]
}

describe('the real wrangler', () => {
  it('knows every command that a deploy gives', async () => {
    await run()
    const unknown = recorded.flatMap(({ args }) => {
      const known = optionsOf(args)
      const options = args.filter((arg) => arg.startsWith('--')).map((arg) => arg.slice(2).split('=')[0] ?? '')
      return known ? options.filter((option) => !known.includes(option)).map((option) => [...args, option]) : [args]
    })
    expect(unknown).toEqual([])
    expect([optionsOf(['d1', 'lists']), optionsOf(['d1', 'list'])]).toEqual([null, expect.not.arrayContaining(['jsn'])])
  })

  it.each(['{"domain": ', 'null', '"builds.example.com"', '[]'])(
    'names the file of an environment that holds something else: %s',
    (text) => {
      const deployment = at('trial')
      const { settingsFile, secretsFile } = deployment
      makeFolder(join(secretsFile, '..'))
      for (const file of [settingsFile, secretsFile]) writeFileSync(file, text)
      expect(() => readSettings(deployment)).toThrow(new ScriptError(`${settingsFile} is not an object of JSON.`))
      expect(() => readSecrets(deployment)).toThrow(new ScriptError(`${secretsFile} is not an object of JSON.`))
    },
  )

  it('builds the Worker with the configuration of an environment, without an account', async () => {
    const { exitCode, output } = await runNpmScript(
      'deploy',
      ['--dry-run', '--env', 'trial', '--domain', 'builds.example.com'],
      root,
    )
    expect(output).toContain('D1 database buildpass-trial')
    expect(output).toContain('https://builds.example.com (custom domain)')
    expect(output).toMatch(/env\.DB \(buildpass-trial\)/)
    expect(output).toContain('Nothing was changed.')
    expect(exitCode).toBe(0)
  })
})
