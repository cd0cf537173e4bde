// npm run bench [-- --rounds 5 --seconds 3 --json]: the hot reads beside a bare Worker and a bare Hono route, in turns.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { badgeFor } from '../src/domain/badge.ts'
import { mintSecret } from '../src/domain/secret.ts'
import { badgeSvg } from '../src/http/badges/badge-svg.ts'
import { type BenchServer, startBenchServer, statOf } from './miniflare.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    json: { type: 'boolean' },
  },
})
const ROUNDS = Number(values.rounds)
const SECONDS = Number(values.seconds)
const CONNECTIONS = 16
/** More than an isolate remembers, so that each is forgotten before its turn comes again. */
const MANY = 5_000

type Scene = {
  readonly name: string
  readonly url: string
  readonly tokens?: readonly string[]
  readonly status: number
}
type Run = { readonly perSecond: number; readonly p50Us: number; readonly p99Us: number; readonly cpuUs: number }

const server = await startBenchServer(badgeSvg(badgeFor('success'), 'shield'))
const folder = mkdtempSync(join(tmpdir(), 'buildpass-wrk-'))
try {
  const scenes = await prepare(server)
  const runs = new Map<string, Run[]>(scenes.map(({ name }) => [name, []]))
  for (const scene of scenes) await check(scene)
  for (let round = 0; round < ROUNDS; round++)
    for (const scene of scenes) runs.get(scene.name)?.push(await measure(scene, server.pid))
  print(scenes, runs)
} finally {
  await server.stop()
  rmSync(folder, { recursive: true })
}

async function prepare({ origins, personal }: BenchServer): Promise<readonly Scene[]> {
  const ask = async (method: string, path: string, json: unknown) => {
    const response = await fetch(`${origins.ours}${path}`, {
      method,
      headers: { 'Circle-Token': personal, 'Content-Type': 'application/json' },
      body: JSON.stringify(json),
    })
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}`)
    // biome-ignore lint/suspicious/noExplicitAny: the answers of our own API, read in the lines below.
    return (await response.json()) as any
  }
  await ask('POST', '/api/buildpass/v1/projects', { slug: 'gh/bench/web' })
  const projects = '/api/buildpass/v1/projects/gh/bench/web'
  for (let i = 1; i <= 40; i++) {
    const pipeline = { external_id: `p${i}`, branch: 'main', revision: 'f00d', subject: 'A change' }
    await ask('POST', `${projects}/builds`, {
      external_id: `b${i}`,
      pipeline,
      workflow: { external_id: 'w', name: 'ci' },
      job: { name: 'test' },
      status: 'success',
    })
  }
  await fetch(`${origins.ours}${projects}/builds/40/artifacts/report.txt`, {
    method: 'PUT',
    headers: { 'Circle-Token': personal },
    body: 'report',
  })
  const mint = async (scope: string): Promise<string> =>
    (await ask('POST', '/api/v1.1/project/gh/bench/web/token', { label: scope, scope })).token
  const [status, artifacts] = [await mint('status'), await mint('view-builds')]
  const cold: string[] = []
  for (let i = 0; i < MANY; i++) cold.push(await mint('status'))
  const [{ url: artifact }] = (await (
    await fetch(`${origins.ours}/api/v1.1/project/gh/bench/web/40/artifacts`, {
      headers: { 'Circle-Token': artifacts },
    })
  ).json()) as { url: string }[] as [{ url: string }]
  const badge = `${origins.ours}/gh/bench/web.svg?style=shield`
  return [
    { name: '(a) bare Worker', url: `${origins.bare}/gh/bench/web.svg`, status: 200 },
    { name: '(b) bare Hono route', url: `${origins.hono}/gh/bench/web.svg`, status: 200 },
    { name: '(c) badge, status token, warm', url: `${badge}&circle-token=${status}`, status: 200 },
    {
      name: '(d) build list',
      url: `${origins.ours}/api/v1.1/project/gh/bench/web?circle-token=${status}`,
      status: 200,
    },
    { name: '(e) artifact 302', url: `${artifact}?circle-token=${artifacts}`, status: 302 },
    { name: '(f) garbage token', url: `${badge}&circle-token=bpp_garbage`, status: 401 },
    {
      name: '(g) unknown token',
      url: badge,
      tokens: Array.from({ length: MANY }, () => mintSecret('project')),
      status: 401,
    },
    { name: '(h) cold token', url: badge, tokens: cold, status: 200 },
  ]
}

/** A scene that answers something else measures something else. */
async function check({ name, url, tokens, status }: Scene): Promise<void> {
  const response = await fetch(tokens ? `${url}&circle-token=${tokens[0]}` : url, { redirect: 'manual' })
  if (response.status !== status) throw new Error(`${name} answered ${response.status}, not ${status}`)
}

async function measure({ url, tokens }: Scene, pid: number): Promise<Run> {
  const script = join(folder, 'scene.lua')
  const path = new URL(url).pathname + new URL(url).search
  const next = tokens
    ? `local tokens = {${tokens.map((token) => `"${token}"`).join(',')}}\nlocal i = 0\nrequest = function() i = i % #tokens + 1; return wrk.format("GET", "${path}&circle-token=" .. tokens[i]) end\n`
    : ''
  writeFileSync(
    script,
    `${next}done = function(s, l) print(string.format("RESULT %d %d %d %d", s.requests, s.duration, l:percentile(50), l:percentile(99))) end\n`,
  )
  const cpuBefore = statOf(pid).cpuSeconds
  // Not execFileSync: the Workers' log has to be read meanwhile, or they wait for it.
  const { stdout: printed } = await promisify(execFile)('wrk', [
    '-t1',
    `-c${CONNECTIONS}`,
    `-d${SECONDS}s`,
    '-s',
    script,
    url,
  ])
  const cpu = statOf(pid).cpuSeconds - cpuBefore
  const [, requests = '0', durationUs = '1', p50 = '0', p99 = '0'] =
    /RESULT (\d+) (\d+) (\d+) (\d+)/.exec(printed) ?? []
  return {
    perSecond: (Number(requests) / Number(durationUs)) * 1e6,
    p50Us: Number(p50),
    p99Us: Number(p99),
    cpuUs: (cpu / Number(requests)) * 1e6,
  }
}

function print(scenes: readonly Scene[], runs: ReadonlyMap<string, readonly Run[]>): void {
  const medianOf = (name: string, of: (run: Run) => number) => median((runs.get(name) ?? []).map(of))
  const [bare = 1, hono = 1] = scenes.slice(0, 2).map(({ name }) => medianOf(name, (run) => run.perSecond))
  const rows = scenes.map(({ name }) => {
    const perSecond = medianOf(name, (run) => run.perSecond)
    return {
      scene: name,
      'requests/s': Math.round(perSecond),
      'p50 µs': medianOf(name, (run) => run.p50Us),
      'p99 µs': medianOf(name, (run) => run.p99Us),
      'CPU µs/request': Math.round(medianOf(name, (run) => run.cpuUs)),
      'of (a)': Number((perSecond / bare).toFixed(2)),
      'of (b)': Number((perSecond / hono).toFixed(2)),
    }
  })
  if (values.json) console.log(JSON.stringify(rows))
  else {
    console.table(rows)
    console.log(
      `Medians of ${ROUNDS} rounds of ${SECONDS} s, ${CONNECTIONS} connections, ${cpus().length} cores shared with the load generator. D1 and KV are workerd's local simulators.`,
    )
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}
