// npm run load [-- --seconds N --clients N]: badges, lists, downloads and reports against `npm start` on data of its own,
// with tokens being minted and deleted meanwhile. Fails on any wrong answer, on memory that grows, and on a read that is
// accepted after its token was deleted, and where an alert of docs/operations/alerts.yaml would fire.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BOUND_MS } from '../../src/domain/access/fence.ts'
import { parseInvocation, refuseInvocation } from '../check/invocation.ts'
import type { Demo } from '../start/demo.ts'
import { REPOSITORY } from '../start/local-state.ts'
import { startServer } from '../start/throwaway-server.ts'
import { firing, parseAlerts, parseExposition } from './alert-rules.ts'

const KINDS = ['badge', 'list', 'build', 'artifact', 'report', 'token'] as const
type Kind = (typeof KINDS)[number]
/** Of a hundred requests, about what an instance sees: mostly badges. */
const WEIGHTS: Record<Kind, number> = { badge: 60, list: 18, build: 8, artifact: 8, report: 5, token: 1 }
const WEB = 'gh/acme/web'
const PROBE_MS = 250
const SAMPLE_MS = 500
/** The heap of an isolate breathes; growth beyond this between the second quarter and the last is a leak. */
const MAX_GROWTH = 0.3
const MIN_GROWTH_MIB = 64

const usage = 'npm run load [-- --seconds N --clients N]'
const { values } = parseInvocation(usage, {
  seconds: { type: 'string', default: '60' },
  clients: { type: 'string', default: '8' },
})
const seconds = Number(values.seconds)
const clients = Number(values.clients)
if (!Number.isInteger(clients)) refuseInvocation(usage, '--clients takes a whole number.')

const latencies: Record<Kind, number[]> = { badge: [], list: [], build: [], artifact: [], report: [], token: [] }
const wrong = new Map<string, number>()
const memoryMib: number[] = []
const probes = new Set<Promise<void>>()
let deleted = 0
let latestAcceptMs = 0
let reports = 0

const { demo, group, stop } = await startServer()
let until = 0
try {
  const startedAt = performance.now()
  until = startedAt + seconds * 1_000
  const sampling = setInterval(() => memoryMib.push(memoryOf(group)), SAMPLE_MS)
  await Promise.all(Array.from({ length: clients }, () => client(demo)))
  const tookSeconds = (performance.now() - startedAt) / 1_000
  clearInterval(sampling)
  await Promise.all(probes)
  tell(tookSeconds, await alertsOf(demo))
} finally {
  await stop()
}

async function client(demo: Demo): Promise<void> {
  while (performance.now() < until) {
    const kind = anyKind()
    const startedAt = performance.now()
    const problem = await ask(kind, demo).catch((error) => `${kind}: ${error}`)
    latencies[kind].push(performance.now() - startedAt)
    if (problem) wrong.set(problem, (wrong.get(problem) ?? 0) + 1)
  }
}

function anyKind(): Kind {
  let left = Math.random() * Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0)
  for (const kind of KINDS) {
    left -= WEIGHTS[kind]
    if (left < 0) return kind
  }
  return 'badge'
}

/** One request of that kind, or a few; null when the answer is right. */
function ask(kind: Kind, demo: Demo): Promise<string | null> {
  const { status, all, viewBuilds, personal } = demo.tokens
  switch (kind) {
    case 'badge':
      return problemOf(kind, demo, get(`/${WEB}.svg?circle-token=${status}`, null))
    case 'list':
      return problemOf(kind, demo, get(`/api/v1.1/project/${WEB}?limit=30`, all))
    case 'build':
      return problemOf(kind, demo, get(`/api/v1.1/project/${WEB}/1`, status))
    case 'artifact':
      return download(demo, viewBuilds)
    case 'report': {
      const json = {
        external_id: `load-${reports++}`,
        pipeline: { external_id: `load-${reports}`, branch: `load-${reports % 20}`, revision: 'f00d' },
        workflow: { external_id: 'w', name: 'load' },
        job: { name: 'load' },
        status: 'success',
      }
      const path = `/api/buildpass/v1/projects/${WEB}/builds`
      return problemOf(kind, demo, { method: 'POST', path, token: personal, json }, 201)
    }
    case 'token':
      return mintAndDelete(demo)
  }
}

type Asked = {
  readonly method: string
  readonly path: string
  readonly token: string | null
  readonly json?: unknown
}

function get(path: string, token: string | null): Asked {
  return { method: 'GET', path, token }
}

async function problemOf(kind: Kind, demo: Demo, asked: Asked, expected = 200): Promise<string | null> {
  const response = await send(demo, asked)
  await response.arrayBuffer()
  return response.status === expected ? null : `${kind}: ${response.status}`
}

function send({ origin }: Demo, { method, path, token, json }: Asked): Promise<Response> {
  return fetch(origin + path, {
    method,
    headers: {
      ...(token && { 'Circle-Token': token }),
      ...(json !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  })
}

async function download(demo: Demo, token: string): Promise<string | null> {
  const listed = await send(demo, get(`/api/v1.1/project/${WEB}/latest/artifacts?branch=main`, token))
  if (listed.status !== 200) return `artifact list: ${listed.status}`
  const [first] = (await listed.json()) as { url: string }[]
  if (!first) return 'artifact list: empty'
  const bytes = await fetch(first.url, { headers: { 'Circle-Token': token } })
  await bytes.arrayBuffer()
  return bytes.status === 200 ? null : `artifact: ${bytes.status}`
}

/** A token comes, is used, and goes; from then on it is tried until it has been refused for the whole bound. */
async function mintAndDelete(demo: Demo): Promise<string | null> {
  const { personal } = demo.tokens
  const tokens = `/api/v1.1/project/${WEB}/token`
  const json = { label: 'load', scope: 'status' }
  const minted = await send(demo, { method: 'POST', path: tokens, token: personal, json })
  if (minted.status !== 201) return `mint: ${minted.status}`
  const { id, token } = (await minted.json()) as { id: string; token: string }
  const path = `/${WEB}.svg?circle-token=${token}`
  const problem = await problemOf('token', demo, get(path, null))
  const gone = await send(demo, { method: 'DELETE', path: `${tokens}/${id}`, token: personal })
  await gone.arrayBuffer()
  const deletedAt = performance.now()
  if (gone.status !== 200) return `delete: ${gone.status}`
  deleted += 1
  const probe = probeDeleted(demo, path, deletedAt).finally(() => probes.delete(probe))
  probes.add(probe)
  return problem
}

async function probeDeleted(demo: Demo, path: string, deletedAt: number): Promise<void> {
  while (performance.now() - deletedAt < BOUND_MS + PROBE_MS && performance.now() < until) {
    const askedAt = performance.now()
    const response = await send(demo, get(path, null))
    await response.arrayBuffer()
    if (response.status === 200) latestAcceptMs = Math.max(latestAcceptMs, askedAt - deletedAt)
    else if (response.status !== 401) wrong.set(`deleted token: ${response.status}`, 1)
    await new Promise((resolve) => setTimeout(resolve, PROBE_MS))
  }
}

/** The alerts that would fire after this, were it to go on for as long as they wait. */
async function alertsOf({ origin, tokens }: Demo): Promise<readonly string[]> {
  const response = await fetch(`${origin}/metrics`, { headers: { Authorization: `Bearer ${tokens.personal}` } })
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`)
  const up = { name: 'up', labels: { job: 'buildpass' }, value: 1 }
  const rules = parseAlerts(readFileSync(join(REPOSITORY, 'docs/operations/alerts.yaml'), 'utf8'))
  return firing(rules, [up, ...parseExposition(await response.text())], Date.now())
}

function tell(tookSeconds: number, alerts: readonly string[]): void {
  const all = Object.values(latencies).flat()
  console.log(
    `${all.length} requests in ${tookSeconds.toFixed(0)} s from ${clients} clients: ${Math.round(all.length / tookSeconds)} a second`,
  )
  for (const kind of KINDS) {
    const sorted = latencies[kind].toSorted((a, b) => a - b)
    const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1).padStart(7)
    console.log(`  ${kind.padEnd(9)} ${String(sorted.length).padStart(7)}   p50 ${at(0.5)} ms   p99 ${at(0.99)} ms`)
  }
  const quarter = Math.floor(memoryMib.length / 4)
  const mean = (list: readonly number[]) => list.reduce((sum, mib) => sum + mib, 0) / Math.max(1, list.length)
  const [early, late] = [mean(memoryMib.slice(quarter, 2 * quarter)), mean(memoryMib.slice(-quarter))]
  console.log(`memory of the server: ${Math.round(early)} MiB early, ${Math.round(late)} MiB late`)
  console.log(
    `${deleted} tokens deleted meanwhile; the latest read accepted after that: ${Math.round(latestAcceptMs)} ms (bound ${BOUND_MS} ms)`,
  )
  const errors = [...wrong.values()].reduce((sum, count) => sum + count, 0)
  console.log(`wrong answers: ${errors}`)
  for (const [problem, count] of wrong) console.log(`  ${count} × ${problem}`)
  const hasGrown = late - early > Math.max(early * MAX_GROWTH, MIN_GROWTH_MIB)
  if (hasGrown) console.log('The memory has grown.')
  console.log(`alerts: ${alerts.join(', ') || 'none'}`)
  if (errors > 0 || hasGrown || latestAcceptMs >= BOUND_MS || alerts.length > 0) process.exitCode = 1
}

/** What the processes of the server hold together, in MiB. */
function memoryOf(group: number): number {
  const lines = execFileSync('ps', ['-eo', 'pgid=,rss='], { encoding: 'utf8' }).split('\n')
  const ours = lines
    .map((line: string) => line.trim().split(/\s+/).map(Number))
    .filter(([of]: number[]) => of === group)
  return ours.reduce((sum: number, [, kib = 0]: number[]) => sum + kib, 0) / 1_024
}
