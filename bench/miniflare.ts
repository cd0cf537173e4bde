import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildWorker } from '../scripts/deploy/worker-bundle.ts'
import { applyMigrations } from '../scripts/start/local-database.ts'
import { createUser } from '../src/actions/create-user.ts'
import { importPeppers } from '../src/domain/access/secret-hash.ts'
import { type Db, openDb } from '../src/storage/stores.ts'

export type BenchServer = {
  readonly origins: { readonly ours: string; readonly bare: string; readonly hono: string }
  readonly originOf: (name: string) => Promise<string>
  readonly personal: string
  readonly db: Db
  /** The process that runs all the Workers. */
  readonly pid: number
  readonly inspectorUrl: () => Promise<string>
  readonly stop: () => Promise<void>
}

/** A Worker that runs beside them, by `bench/measured.ts`: on our own storage, or with a KV or D1 of that name. */
export type Beside = {
  readonly name: string
  readonly entry: string
  readonly measure?: 'counted' | 'free' | 'known'
  readonly storage: 'ours' | { readonly binding: 'KV' | 'OAUTH_KV' | 'DB'; readonly id: string }
}

const COMPATIBILITY_DATE = '2026-10-20'

/** What all Workers here have: modules of one date, on a socket of their own. */
const WORKER = {
  modules: true,
  compatibilityDate: COMPATIBILITY_DATE,
  unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
}

type Options = Parameters<typeof import('miniflare').convertV4MiniflareOptions>[0]

/** Miniflare with these Workers, which says nothing but errors and asks nothing of the outside. */
async function openMiniflare(options: Options) {
  // A second of its own: a script that refuses its arguments need not load it.
  const { convertV4MiniflareOptions, Log, LogLevel, Miniflare } = await import('miniflare')
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...options,
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: () => {},
      cf: false,
    }),
  )
  await miniflare.ready
  return {
    miniflare,
    originOf: async (name: string) => (await miniflare.unsafeGetDirectURL(name)).origin,
    // Miniflare's types of D1 and R2 are its own copies of the same interfaces.
    d1Of: async (name: string): Promise<D1Database> => (await miniflare.getD1Database('DB', name)) as never,
    bucketOf: async (name: string): Promise<R2Bucket> => (await miniflare.getR2Bucket('ARTIFACTS', name)) as never,
  }
}

type BenchOptions = {
  readonly inspectorPort?: number
  readonly minify?: boolean
  readonly beside?: readonly Beside[]
}

/** The built Worker, and beside it two that only return a fixed image, in one workerd, each on a socket of its own. */
export async function startBenchServer(
  svg: string,
  { inspectorPort, minify = true, beside = [] }: BenchOptions = {},
): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'buildpass-bench-'))
  const pepper = `bench:${randomBytes(32).toString('base64url')}`
  const image = JSON.stringify(svg)
  const ours = {
    d1Databases: { DB: 'ours' },
    kvNamespaces: { KV: 'ours' },
    r2Buckets: { ARTIFACTS: 'ours' },
    ratelimits: RATE_LIMITS,
    // Without a consumer: nothing is done behind the answers.
    queueProducers: QUEUES,
  }
  const settings = { ...settingsWith(pepper), LOG_REQUESTS: 'notable' }
  const scripts = new Map<string, string>()
  for (const { entry } of beside)
    if (!scripts.has(entry)) scripts.set(entry, await bundle(entry, join(folder, `${scripts.size}.js`), minify))
  const { miniflare, originOf, d1Of } = await openMiniflare({
    ...(inspectorPort === undefined ? {} : { inspectorPort }),
    workers: [
      {
        ...WORKER,
        name: 'ours',
        script: await bundle('src/index.ts', join(folder, 'ours.js'), minify),
        ...ours,
        bindings: settings,
      },
      {
        ...WORKER,
        name: 'bare',
        script: `const svg = ${image}; export default { fetch: () => new Response(svg, { headers: { 'Content-Type': 'image/svg+xml' } }) }`,
      },
      {
        ...WORKER,
        name: 'hono',
        script: await bundle('bench/bare-hono.ts', join(folder, 'hono.js'), minify),
        bindings: { SVG: svg },
      },
      ...beside.map(({ name, entry, measure, storage }) => ({
        ...WORKER,
        name,
        script: scripts.get(entry) ?? '',
        ...(storage === 'ours' ? ours : storageNamed(storage)),
        bindings: { ...(storage === 'ours' ? settings : { SVG: svg }), ...(measure && { MEASURE: measure }) },
      })),
    ],
  })
  const d1 = await d1Of('ours')
  await applyMigrations(d1)
  const db = openDb(d1)
  const user = { login: 'bench', instanceRole: 'owner', tokenLabel: 'bench', tokenExpiresAt: null } as const
  const created = await createUser(db, await importPeppers(pepper), Date.now(), user)
  if (created === 'login_taken') throw new Error('the bench began with a database that is not empty')
  return {
    origins: { ours: await originOf('ours'), bare: await originOf('bare'), hono: await originOf('hono') },
    originOf,
    personal: created.secret,
    db,
    pid: workerdPid(),
    inspectorUrl: async () => `${await miniflare.getInspectorURL()}core:user:ours`,
    stop: async () => {
      await miniflare.dispose()
      rmSync(folder, { recursive: true })
    },
  }
}

function storageNamed({ binding, id }: Exclude<Beside['storage'], 'ours'>) {
  // Their libraries are made for it.
  return {
    compatibilityFlags: ['nodejs_compat'],
    [binding === 'DB' ? 'd1Databases' : 'kvNamespaces']: { [binding]: id },
  }
}

/** Workers of `bench/growth-worker.ts` with these names in one workerd, their databases in files in `folder`. */
export async function startGrowthServers(
  names: readonly string[],
  { pepper, folder }: { readonly pepper: string; readonly folder: string },
) {
  const script = await bundle('bench/growth-worker.ts', join(folder, 'worker.js'))
  const { miniflare, originOf, d1Of, bucketOf } = await openMiniflare({
    resourcePersistencePath: folder,
    workers: names.map((name) => ({
      ...WORKER,
      name,
      script,
      d1Databases: { DB: `db-${name}` },
      kvNamespaces: { KV: `kv-${name}` },
      r2Buckets: { ARTIFACTS: `r2-${name}` },
      ratelimits: RATE_LIMITS,
      queueProducers: QUEUES,
      bindings: { ...settingsWith(pepper), LOG_REQUESTS: 'notable' },
    })),
  })
  return { originOf, d1Of, bucketOf, stop: () => miniflare.dispose() }
}

/** They have no consumer, and drop what they are given: nobody here is told of anything. */
const QUEUES = { OUTBOX: 'outbox', UPKEEP: 'upkeep' }

const UNREACHED = { limit: 1_000_000_000, period: 60 as const }

const RATE_LIMITS = {
  UNKNOWN_TOKENS: { namespace_id: '1', simple: UNREACHED },
  LEAK_REPORTS: { namespace_id: '2', simple: UNREACHED },
  SIGN_INS: { namespace_id: '3', simple: UNREACHED },
  EXCHANGES: { namespace_id: '4', simple: UNREACHED },
}

/** The secrets and the version, without which the Worker does not begin. */
function settingsWith(pepper: string) {
  return {
    PEPPERS: pepper,
    DOWNLOAD_KEY: randomBytes(32).toString('base64url'),
    DATA_KEY: `d1:${randomBytes(32).toString('base64url')}`,
    VERSION: { id: 'bench', tag: '', timestamp: '' },
    // As on a deployment, which knows its address.
    PUBLIC_ORIGIN: 'https://builds.example.com',
  }
}

/** The text of a Worker as it would be uploaded. */
async function bundle(entry: string, file: string, minify = true): Promise<string> {
  await buildWorker(file, { entry, minify })
  return readFileSync(file, 'utf8')
}

/** The process of the workerd that this one has started. */
export function workerdPid(): number {
  const own = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(isOurWorkerd)
  const [pid] = own
  if (pid === undefined) throw new Error('workerd was not found among the processes')
  return pid
}

function isOurWorkerd(pid: number): boolean {
  const { parent, name } = statOf(pid)
  return parent === process.pid && name === 'workerd'
}

/** What /proc says of a process: its parent, name, and CPU time in seconds. */
export function statOf(pid: number): { readonly parent: number; readonly name: string; readonly cpuSeconds: number } {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const ticks = Number(fields[11]) + Number(fields[12])
    return {
      name: text.slice(text.indexOf('(') + 1, text.lastIndexOf(')')),
      parent: Number(fields[1]),
      cpuSeconds: ticks / 100,
    }
  } catch {
    return { parent: 0, name: '', cpuSeconds: 0 } // It ended meanwhile.
  }
}
