// npm run measure:crowd [-- --connections 2000 --seconds 20 --uploads 200 --mb 20 --rounds 1 --plain --write]: many at once
// against `npm start`: a badge over and over on each connection, then all uploads together. What each process of the server
// holds before, at most and after; --write puts that into docs/scale.md. With --plain against the Worker on plain workerd,
// without wrangler, with the heap of its isolate. Fails where anything is answered wrongly.
import { execFileSync } from 'node:child_process'
import { createHash, randomFillSync } from 'node:crypto'
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http'
import { cpus, loadavg } from 'node:os'
import { connectInspector } from '../../bench/inspector.ts'
import { startBenchServer } from '../../bench/miniflare.ts'
import { parseInvocation } from '../check/invocation.ts'
import { startServer } from '../start/throwaway-server.ts'
import { writeBetweenMarks } from './written.ts'

const { values } = parseInvocation(
  'npm run measure:crowd [-- --connections 2000 --seconds 20 --uploads 200 --mb 20 --rounds 1 --plain --write]',
  {
    connections: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '20' },
    uploads: { type: 'string', default: '200' },
    mb: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '1' },
    plain: { type: 'boolean' },
    write: { type: 'boolean' },
  },
)
const [CONNECTIONS, SECONDS] = [Number(values.connections), Number(values.seconds)]
const [UPLOADS, MB, ROUNDS] = [Number(values.uploads), Number(values.mb), Number(values.rounds)]
const SLUG = 'gh/acme/web'
const PROJECT = `/api/buildpass/v1/projects/${SLUG}`
const SAMPLE_MS = 500
/** What is freed goes back to the machine some time later. */
const SETTLE_MS = 30_000
const PIECE_BYTES = 64 * 1024

/** The bytes of all uploads but for their first ones, so that the sender holds them once. */
const shared = randomFillSync(Buffer.alloc(MB * 1_000_000))

/** MiB, by what holds them. */
type Memory = Readonly<Record<string, number>>

type Target = {
  readonly origin: string
  readonly personal: string
  readonly badge: string
  readonly memory: () => Promise<Memory>
  readonly stop: () => Promise<void>
}

type Phase = {
  readonly name: string
  readonly answers: number
  readonly seconds: number
  readonly latenciesMs: readonly number[]
  readonly wrong: ReadonlyMap<string, number>
  readonly before: Memory
  readonly most: Memory
  readonly after: Memory
}

const [loadBefore = 0] = loadavg()
const target = await (values.plain ? openPlain() : openStarted())
try {
  const badge = { path: target.badge, agent: new Agent({ keepAlive: true }) }
  for (let i = 0; i < 500; i++) await send(badge)
  await upload(await openBuild('warm'), 0)
  await pause(SETTLE_MS)
  const phases: Phase[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    phases.push(await measure(`${CONNECTIONS} connections, round ${round}`, askOnAll))
    const build = await openBuild(`crowd-${round}`)
    phases.push(await measure(`${UPLOADS} uploads of ${MB} MB, round ${round}`, (ask) => uploadAll(build, ask)))
    await requireFiles(build)
  }
  tell(phases)
} finally {
  await target.stop()
}

/** One answer after the other on each connection. */
async function askOnAll(ask: Ask): Promise<void> {
  const until = performance.now() + SECONDS * 1_000
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const path = target.badge
  const client = async () => {
    while (performance.now() < until) await ask(async () => (await send({ path, agent })).status, 200)
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, client))
  agent.destroy()
}

async function uploadAll(build: number, ask: Ask): Promise<void> {
  await Promise.all(Array.from({ length: UPLOADS }, (_, i) => ask(() => upload(build, i), 201)))
}

type Ask = (one: () => Promise<number>, expected: number) => Promise<void>

async function measure(name: string, run: (ask: Ask) => Promise<void>): Promise<Phase> {
  const latenciesMs: number[] = []
  const wrong = new Map<string, number>()
  const before = await target.memory()
  let most = before
  let isOver = false
  const sampling = (async () => {
    for (; !isOver; await pause(SAMPLE_MS)) most = mostOf(most, await target.memory())
  })()
  const startedAt = performance.now()
  await run(async (one, expected) => {
    const askedAt = performance.now()
    const answer = await one().catch((error: NodeJS.ErrnoException) => error.code ?? error.message)
    latenciesMs.push(performance.now() - askedAt)
    if (answer !== expected) wrong.set(String(answer), (wrong.get(String(answer)) ?? 0) + 1)
  })
  const seconds = (performance.now() - startedAt) / 1_000
  await pause(SETTLE_MS)
  isOver = true
  await sampling
  const after = await target.memory()
  const phase = { name, answers: latenciesMs.length, seconds, latenciesMs, wrong, before, most, after }
  console.error(`${name}: ${phase.answers} answers in ${seconds.toFixed(0)} s; wrong: ${wrongText(phase)}`)
  return phase
}

type Answer = { readonly status: number; readonly body: Buffer }

/** By node:http and not by fetch, which has a connection do as it likes. */
function send(options: RequestOptions, body?: (end: NodeJS.WritableStream) => void): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(target.origin)
    const sent = request({ hostname, port, ...options }, async (response: IncomingMessage) => {
      const pieces: Buffer[] = []
      try {
        for await (const piece of response) pieces.push(piece)
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(pieces) })
      } catch (error) {
        reject(error)
      }
    })
    sent.once('error', reject)
    if (body) body(sent)
    else sent.end()
  })
}

async function upload(build: number, i: number): Promise<number> {
  const headers = { 'Circle-Token': target.personal, 'Content-Length': shared.length }
  const path = `${PROJECT}/builds/${build}/artifacts/${fileName(i)}`
  const { status } = await send({ method: 'PUT', path, headers, agent: false }, async (into) => {
    for (const piece of piecesOf(i)) if (!into.write(piece)) await new Promise((resolve) => into.once('drain', resolve))
    into.end()
  })
  return status
}

function* piecesOf(i: number): Generator<Buffer> {
  const first = Buffer.from(shared.subarray(0, PIECE_BYTES))
  first.writeUInt32BE(i)
  yield first
  for (let at = PIECE_BYTES; at < shared.length; at += PIECE_BYTES) yield shared.subarray(at, at + PIECE_BYTES)
}

function fileName(i: number): string {
  return `file-${i}.bin`
}

async function openBuild(externalId: string): Promise<number> {
  const json = {
    external_id: externalId,
    pipeline: { external_id: externalId, branch: 'crowd', revision: 'f00d' },
    workflow: { external_id: 'w', name: 'crowd' },
    job: { name: 'crowd' },
    status: 'success',
  }
  const headers = { 'Circle-Token': target.personal, 'Content-Type': 'application/json' }
  const { status, body } = await send({ method: 'POST', path: `${PROJECT}/builds`, headers, agent: false }, (into) =>
    into.end(JSON.stringify(json)),
  )
  if (status !== 201) throw new Error(`the build was answered ${status}: ${body}`)
  return JSON.parse(body.toString()).build_num
}

/** That every upload is there, with the bytes that were sent. */
async function requireFiles(build: number): Promise<void> {
  const headers = { 'Circle-Token': target.personal }
  const { body } = await send({ path: `${PROJECT}/builds/${build}/artifacts`, headers, agent: false })
  const files = new Map<string, string>()
  const { items } = JSON.parse(body.toString()) as { items: { path: string; digest: string }[] }
  for (const { path, digest } of items) files.set(path, digest)
  for (let i = 0; i < UPLOADS; i++) {
    const hash = createHash('sha256')
    for (const piece of piecesOf(i)) hash.update(piece)
    if (files.get(fileName(i)) !== `sha256:${hash.digest('hex')}`)
      throw new Error(`${fileName(i)} is not what was sent`)
  }
}

/** `npm start`, whose demo has the project; wrangler runs two workerds, the first one for its proxy. */
async function openStarted(): Promise<Target> {
  const { demo, group, stop } = await startServer()
  const memory = async () => {
    const lines = execFileSync('ps', ['-eo', 'pgid=,rss=,args='], { encoding: 'utf8' }).trim().split('\n')
    const mibOf = (command: string) =>
      lines
        .map((line) => line.trim().split(/\s+/))
        .filter(([of, , ...args]) => Number(of) === group && args.join(' ').includes(command))
        .map(([, kib]) => Math.round(Number(kib) / 1_024))
    const [proxy = 0, worker = 0] = mibOf('workerd serve')
    const [node = 0] = mibOf('scripts/start/start.ts')
    return {
      'workerd of the Worker, D1, KV, R2': worker,
      "workerd of wrangler's proxy": proxy,
      'Node with wrangler': node,
    }
  }
  const { origin, tokens } = demo
  return { origin, personal: tokens.personal, badge: `/${SLUG}.svg?circle-token=${tokens.status}`, memory, stop }
}

/** One workerd with the Worker and the simulators, and its inspector, which knows what of it is the Worker's own. */
async function openPlain(): Promise<Target> {
  const server = await startBenchServer('', { inspectorPort: 0 })
  const send = async (path: string, json: unknown) => {
    const headers = { 'Circle-Token': server.personal, 'Content-Type': 'application/json' }
    const response = await fetch(server.origins.ours + path, { method: 'POST', headers, body: JSON.stringify(json) })
    if (!response.ok) throw new Error(`POST ${path} was answered ${response.status}`)
    return (await response.json()) as { token: string }
  }
  await send('/api/buildpass/v1/projects', { slug: SLUG })
  const { token } = await send(`/api/v1.1/project/${SLUG}/token`, { label: 'crowd', scope: 'status' })
  const inspector = await connectInspector(await server.inspectorUrl())
  const memory = async () => {
    const heap = (await inspector.send('Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize?: number }
    const [kib = '0'] =
      execFileSync('ps', ['-o', 'rss=', '-p', String(server.pid)], { encoding: 'utf8' }).match(/\d+/) ?? []
    return {
      'workerd of the Worker, D1, KV, R2': Math.round(Number(kib) / 1_024),
      "heap of the Worker's isolate": mibOf(heap.usedSize),
      'buffers of the isolate': mibOf(heap.backingStorageSize ?? 0),
    }
  }
  const stop = async () => {
    inspector.close()
    await server.stop()
  }
  return {
    origin: server.origins.ours,
    personal: server.personal,
    badge: `/${SLUG}.svg?circle-token=${token}`,
    memory,
    stop,
  }
}

function mibOf(bytes: number): number {
  return Math.round(bytes / 1_024 ** 2)
}

function mostOf(a: Memory, b: Memory): Memory {
  return Object.fromEntries(Object.entries(a).map(([name, mib]) => [name, Math.max(mib, b[name] ?? 0)]))
}

function tell(phases: readonly Phase[]): void {
  const holders = Object.keys(phases[0]?.before ?? {})
  const head = ['many at once', 'answers', 'p50, p99', 'wrong', ...holders.map((name) => `${name}, MiB`)]
  const rows = phases.map((phase) => {
    const sorted = phase.latenciesMs.toSorted((a, b) => a - b)
    const at = (share: number) => `${((sorted[Math.floor(sorted.length * share)] ?? 0) / 1_000).toFixed(1)} s`
    const cells = holders.map((name) => `${phase.before[name]} → ${phase.most[name]} → ${phase.after[name]}`)
    const answers = `${phase.answers} in ${phase.seconds.toFixed(0)} s`
    return [phase.name, answers, `${at(0.5)}, ${at(0.99)}`, wrongText(phase), ...cells]
  })
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  const text = `${table}\n\nMemory before, at most, and ${SETTLE_MS / 1_000} s after; server and sender on ${cpus().length} cores, the load of the machine before: ${loadBefore.toFixed(1)}.`
  console.log(text)
  const command = `npm run measure:crowd -- ${values.plain ? '--plain ' : ''}--write`
  if (values.write) writeBetweenMarks('docs/scale.md', command, text)
  if (phases.some(({ wrong }) => wrong.size > 0)) process.exitCode = 1
}

function wrongText({ wrong }: Phase): string {
  return [...wrong].map(([problem, count]) => `${count} × ${problem}`).join(', ') || 'none'
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
