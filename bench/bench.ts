// npm run bench [-- --rounds 5 --seconds 3 --json --only c --peers --write]: the hot reads beside a bare Worker and a bare
// Hono route, in turns; with --peers also beside other ways to check a token, and --write puts that into docs/speed.md.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseInvocation, refuseInvocation } from '../scripts/check/invocation.ts'
import { median } from '../scripts/measure/compared-times.ts'
import { writeBetweenMarks } from '../scripts/measure/written.ts'
import { badgeFor } from '../src/domain/builds/badge.ts'
import { badgeSvg } from '../src/http/badges/badge-svg.ts'
import { startBenchServer, statOf } from './miniflare.ts'
import { compare, installPeers, PEER_WORKERS, peerScenes } from './peers.ts'
import { coldScenes, OURS_COUNTED, OURS_FREE, OURS_KNOWN, prepare, type Scene } from './scenes.ts'
import { requireWrk, runWrk } from './wrk.ts'

const USAGE = 'npm run bench [-- --rounds 5 --seconds 3 --json --only c --peers --write]'
const { values } = parseInvocation(USAGE, {
  rounds: { type: 'string', default: '5' },
  seconds: { type: 'string', default: '3' },
  json: { type: 'boolean' },
  only: { type: 'string' },
  peers: { type: 'boolean' },
  write: { type: 'boolean' },
})
if (values.write && !values.peers) refuseInvocation(USAGE, '--write writes what --peers measures.')
const ROUNDS = Number(values.rounds)
const SECONDS = Number(values.seconds)
const CONNECTIONS = 16
/** A list of 30 builds that is read, the token known and the database free. */
const GOAL_COLD_LIST = 7
// What the others are compared with.
const [BARE, HONO] = ['a', 'b'] as const
type Run = { readonly perSecond: number; readonly p50Us: number; readonly p99Us: number; readonly cpuUs: number }

await requireWrk()
if (values.peers) await installPeers()
const beside = [OURS_FREE, OURS_KNOWN, ...(values.peers ? [OURS_COUNTED, ...PEER_WORKERS] : [])]
const [loadBefore = 0] = loadavg()
const server = await startBenchServer(badgeSvg(badgeFor('success'), 'shield'), { beside })
const folder = mkdtempSync(join(tmpdir(), 'buildpass-wrk-'))
try {
  const ours = await prepare(server)
  const all = [...ours, ...(await coldScenes(server, ours)), ...(values.peers ? await peerScenes(server) : [])]
  const scenes = all.filter(({ name }) => !values.only || `${BARE}${HONO}p${values.only}`.includes(name.charAt(1)))
  const runs = new Map<string, Run[]>(scenes.map(({ name }) => [name, []]))
  for (const scene of scenes) await check(scene)
  for (let round = 0; round < ROUNDS; round++)
    for (const scene of scenes) runs.get(scene.name)?.push(await measure(scene, server.pid))
  print(scenes, runs)
  if (values.peers) {
    const table = await compare(server, scenes, (name) => (runs.has(name) ? cpuRatio(runs, name) : null))
    const text = `${table}\n\n${conditions()}`
    if (!values.json) console.log(text)
    if (values.write) writeBetweenMarks('docs/speed.md', 'npm run bench -- --peers --write', text)
  }
} finally {
  await server.stop()
  rmSync(folder, { recursive: true })
}

/** A scene that answers something else measures something else. */
async function check({ name, url, targets, headers = {}, status }: Scene): Promise<void> {
  const response = await fetch(new URL(targets?.[0] ?? url, url), { headers, redirect: 'manual' })
  if (response.status !== status) throw new Error(`${name} answered ${response.status}, not ${status}`)
}

async function measure({ url, targets, headers = {} }: Scene, pid: number): Promise<Run> {
  const script = join(folder, 'scene.lua')
  const next = targets
    ? `local targets = {${targets.map((target) => `"${target}"`).join(',')}}\nlocal i = 0\nrequest = function() i = i % #targets + 1; return wrk.format("GET", targets[i]) end\n`
    : ''
  writeFileSync(
    script,
    `${next}done = function(s, l) print(string.format("RESULT %d %d %d %d", s.requests, s.duration, l:percentile(50), l:percentile(99))) end\n`,
  )
  const cpuBefore = statOf(pid).cpuSeconds
  // Not execFileSync: the Workers' log has to be read meanwhile, or they wait for it.
  const sent = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const printed = await runWrk(['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, ...sent, '-s', script, url])
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

type Runs = ReadonlyMap<string, readonly Run[]>

function print(scenes: readonly Scene[], runs: Runs): void {
  const medianOf = (name: string, of: (run: Run) => number) => median((runs.get(name) ?? []).map(of))
  const ratioTo = (letter: string, name: string) => ratio(runs, [name, letter], (run) => run.perSecond)
  const rows = scenes.map(({ name }) => ({
    scene: name,
    'requests/s': Math.round(medianOf(name, (run) => run.perSecond)),
    'p50 µs': medianOf(name, (run) => run.p50Us),
    'p99 µs': medianOf(name, (run) => run.p99Us),
    'CPU µs/request': Math.round(medianOf(name, (run) => run.cpuUs)),
    'of (a)': Number(ratioTo(BARE, name).toFixed(2)),
    'of (b)': Number(ratioTo(HONO, name).toFixed(2)),
    'CPU, × (b)': Number(cpuRatio(runs, name).toFixed(2)),
  }))
  if (values.json) console.log(JSON.stringify(rows))
  else {
    console.table(rows)
    console.log(`${conditions()} Goal: (l) takes at most ${GOAL_COLD_LIST} × (b) of CPU.`)
  }
}

function cpuRatio(runs: Runs, name: string): number {
  return ratio(runs, [name, HONO], (run) => run.cpuUs)
}

/** Of two scenes in the same round: the machine may have been slower in another. */
function ratio(runs: Runs, [name, letter]: readonly [string, string], of: (run: Run) => number): number {
  const others = [...runs].find(([other]) => other.charAt(1) === letter)?.[1] ?? []
  return median(
    (runs.get(name) ?? []).map((run, round) => {
      const other = others[round]
      return other ? of(run) / of(other) : 0
    }),
  )
}

function conditions(): string {
  return `Medians of ${ROUNDS} rounds of ${SECONDS} s, ${CONNECTIONS} connections, ${cpus().length} cores shared with the load generator; load of the machine before: ${loadBefore.toFixed(1)}. D1 and KV are workerd's local simulators.`
}
