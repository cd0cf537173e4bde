import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runTool } from '../scripts/check/tool.ts'
import { type AllSpent, SPENT_PATH } from './measured.ts'
import type { BenchServer, Beside } from './miniflare.ts'
import { OURS_COUNTED, type Scene } from './scenes.ts'

const FOLDER = join(import.meta.dirname, 'peers')

type Peer = {
  readonly name: string
  readonly file: string
  readonly binding: 'KV' | 'OAUTH_KV' | 'DB'
  /** How long a token may work elsewhere after its end, and who says so. */
  readonly endsElsewhere: string
}

const KV_ENDS = 'no bound: KV shows it "up to 60 seconds or more" later'
const PEERS: readonly Peer[] = [
  { name: 'naive KV check', file: 'kv-check', binding: 'KV', endsElsewhere: KV_ENDS },
  { name: 'workers-oauth-provider', file: 'oauth-provider', binding: 'OAUTH_KV', endsElsewhere: KV_ENDS },
  {
    name: 'better-auth, API keys',
    file: 'better-auth',
    binding: 'DB',
    endsElsewhere: 'at once: each read asks the D1 primary',
  },
]
const OURS_ENDS = 'at most 10 s ([proved](proof.md)); at once in the isolate that ended it'

/** Enough for what is kept for seconds to be asked for anew now and then, as in use. */
const COUNTED_READS = 500
const PAUSE_MS = 10
const REVOCATIONS = 3
const GIVE_UP_MS = 15_000

/** Each peer as it is, with its storage counted, and with storage that takes no time. */
export const PEER_WORKERS: readonly Beside[] = PEERS.flatMap(({ file, binding }) =>
  ([undefined, 'counted', 'free'] as const).map((measure) => ({
    name: workerOf(file, measure),
    entry: `bench/peers/${file}.ts`,
    ...(measure && { measure }),
    storage: { binding, id: file },
  })),
)

function workerOf(file: string, measure?: 'counted' | 'free'): string {
  return measure ? `${file}-${measure}` : file
}

/** Installs what the peers are made of, which nothing else needs, by a lock of its own; and looks at their types. */
export async function installPeers(): Promise<void> {
  if (!existsSync(join(FOLDER, 'node_modules'))) {
    const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: FOLDER,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    if (status !== 0) throw new Error('the peers could not be installed')
  }
  if ((await runTool('tsc', ['-p', FOLDER])) !== 0) throw new Error('the peers have wrong types')
}

/** What each peer is asked for, as it is and with free storage. */
export async function peerScenes({ originOf }: BenchServer): Promise<readonly Scene[]> {
  const scenes: Scene[] = []
  for (const { name, file } of PEERS) {
    for (const measure of [undefined, 'free'] as const) {
      const origin = await originOf(workerOf(file, measure))
      const headers = authorized(await mint(origin))
      scenes.push({ name: measure ? freeName(name) : `(p) ${name}`, url: `${origin}/badge`, headers, status: 200 })
    }
  }
  return scenes
}

function freeName(name: string): string {
  return `(p) ${name}, storage free`
}

async function mint(origin: string): Promise<string> {
  const response = await fetch(`${origin}/mint`, { method: 'POST' })
  if (!response.ok) throw new Error(`${origin}/mint answered ${response.status}: ${await response.text()}`)
  return response.text()
}

function authorized(token: string) {
  return { Authorization: `Bearer ${token}` }
}

const OURS = {
  c: 'badge, warm',
  e: 'artifact link, warm',
  d: 'build list of 30, asked again',
  i: 'v2 pipelines, asked again',
  j: 'single build, asked again',
  k: 'cc.xml, asked again',
} as const

/** The table for the document: `cpuOf` is what a scene takes of the bare Hono route. */
export async function compare(
  server: BenchServer,
  scenes: readonly Scene[],
  cpuOf: (name: string) => number | null,
): Promise<string> {
  const counted = await server.originOf(OURS_COUNTED.name)
  const rows: string[][] = [['a bare Hono route', '1', '1', '0', '0', '0', '0']]
  for (const [letter, what] of Object.entries(OURS)) {
    const scene = scenes.find(({ name }) => name.charAt(1) === letter)
    if (!scene) continue
    const spent = await count(counted, { ...scene, url: scene.url.replace(server.origins.ours, counted) })
    rows.push([`Buildpass: ${what}`, times(cpuOf(scene.name)), '', ...spentCells(spent)])
  }
  for (const [letter, what] of [
    ['m', 'badge, nothing kept'],
    ['l', 'build list of 30, only the token known'],
    ['n', 'build list of 30, nothing kept'],
  ] as const) {
    const scene = scenes.find(({ name }) => name.charAt(1) === letter)
    if (scene) rows.push([`Buildpass: ${what}`, '', times(cpuOf(scene.name)), '', '', '', ''])
  }
  for (const { name, file } of PEERS) {
    const origin = await server.originOf(workerOf(file, 'counted'))
    const headers = authorized(await mint(origin))
    const spent = await count(origin, { name, url: `${origin}/badge`, headers, status: 200 })
    rows.push([name, times(cpuOf(`(p) ${name}`)), times(cpuOf(freeName(name))), ...spentCells(spent)])
  }
  const head = [
    'one read',
    'CPU, × bare Hono',
    'storage free',
    'KV reads',
    'D1 queries',
    'D1 rows read, written',
    'Cache API',
  ]
  return `${tableOf([head, ...rows])}\n\n${tableOf([ENDS_HEAD, ...(await endings(server))])}`
}

const ENDS_HEAD = [
  'after its end a token is refused',
  'elsewhere, by design',
  'here, same isolate',
  'here, another isolate',
]

function times(ratio: number | null): string {
  return ratio === null ? '' : ratio.toFixed(ratio < 3 ? 2 : 1)
}

/** What the storage of a Worker did for one of many reads, after the first. */
async function count(origin: string, scene: Scene): Promise<AllSpent> {
  const ask = async () => {
    const response = await fetch(scene.url, { headers: scene.headers ?? {}, redirect: 'manual' })
    await response.arrayBuffer()
    if (response.status !== scene.status) throw new Error(`${scene.name} answered ${response.status}`)
  }
  const spent = async () => (await (await fetch(origin + SPENT_PATH)).json()) as AllSpent
  await ask()
  await pause(500) // What is done behind the answer belongs to the first.
  await spent()
  for (let i = 0; i < COUNTED_READS; i++) {
    await ask()
    await pause(PAUSE_MS)
  }
  return spent()
}

function spentCells(spent: AllSpent): string[] {
  const each = (sum: number) => String(Number((sum / COUNTED_READS).toPrecision(sum < COUNTED_READS ? 1 : 3)))
  const rows = `${each(spent.rowsRead)}, ${each(spent.rowsWritten)}`
  return [each(spent.kvReads), each(spent.queries), rows, each(spent.cacheReads + spent.cacheWrites)]
}

/** How long each goes on with a token that was ended: asked where it ended, and in an isolate of its own. */
async function endings(server: BenchServer): Promise<string[][]> {
  const rows: string[][] = []
  const ours = async (asker: string) => {
    const tokens = `${server.origins.ours}/api/v1.1/project/gh/bench/web/token`
    const headers = { 'Circle-Token': server.personal, 'Content-Type': 'application/json' }
    const body = JSON.stringify({ label: 'ending', scope: 'status' })
    const minted = await fetch(tokens, { method: 'POST', headers, body })
    const { id, token } = (await minted.json()) as { id: string; token: string }
    const url = `${asker}/gh/bench/web.svg?circle-token=${token}`
    return untilRefused(url, {}, () => fetch(`${tokens}/${id}`, { method: 'DELETE', headers }))
  }
  const another = await server.originOf(OURS_COUNTED.name)
  rows.push([
    'Buildpass',
    OURS_ENDS,
    await longest(() => ours(server.origins.ours)),
    await longest(() => ours(another)),
  ])
  for (const { name, file, endsElsewhere } of PEERS) {
    const here = await server.originOf(file)
    const theirs = async (asker: string) => {
      const headers = authorized(await mint(asker))
      return untilRefused(`${asker}/badge`, headers, () => fetch(`${here}/revoke`, { method: 'POST', headers }))
    }
    const [same, other] = [here, await server.originOf(workerOf(file, 'counted'))]
    rows.push([name, endsElsewhere, await longest(() => theirs(same)), await longest(() => theirs(other))])
  }
  return rows
}

async function longest(measure: () => Promise<number>): Promise<string> {
  let most = 0
  for (let i = 0; i < REVOCATIONS; i++) most = Math.max(most, await measure())
  return most < 1_000 ? `${most.toFixed(0)} ms` : `${(most / 1_000).toFixed(1)} s`
}

/** From the answer that says that a token is ended to the first read that is refused. */
async function untilRefused(
  url: string,
  headers: Readonly<Record<string, string>>,
  revoke: () => Promise<Response>,
): Promise<number> {
  const ask = async () => {
    const response = await fetch(url, { headers })
    await response.arrayBuffer()
    return response.status
  }
  if ((await ask()) !== 200) throw new Error('the token did not work before its end')
  const revoked = await revoke()
  if (!revoked.ok) throw new Error(`the end of a token was answered ${revoked.status}`)
  const endedAt = performance.now()
  while ((await ask()) === 200) {
    if (performance.now() - endedAt > GIVE_UP_MS) return Number.POSITIVE_INFINITY
    await pause(PAUSE_MS)
  }
  return performance.now() - endedAt
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function tableOf(rows: readonly (readonly string[])[]): string {
  const [head = [], ...rest] = rows
  return [head, head.map(() => '---'), ...rest].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
