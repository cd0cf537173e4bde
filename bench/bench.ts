// npm run bench [-- --rounds 5 --seconds 3 --json]: the hot reads beside a bare Worker and a bare Hono route, in turns.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseInvocation } from '../scripts/check/invocation.ts'
import { median } from '../scripts/measure/compared-times.ts'
import { badgeFor } from '../src/domain/builds/badge.ts'
import { badgeSvg } from '../src/http/badges/badge-svg.ts'
import { startBenchServer, statOf } from './miniflare.ts'
import { prepare, type Scene } from './scenes.ts'
import { requireWrk, runWrk } from './wrk.ts'

const { values } = parseInvocation('npm run bench [-- --rounds 5 --seconds 3 --json --only c]', {
  rounds: { type: 'string', default: '5' },
  seconds: { type: 'string', default: '3' },
  json: { type: 'boolean' },
  only: { type: 'string' },
})
const ROUNDS = Number(values.rounds)
const SECONDS = Number(values.seconds)
const CONNECTIONS = 16
// What the others are compared with.
const [BARE, HONO] = ['a', 'b'] as const
type Run = { readonly perSecond: number; readonly p50Us: number; readonly p99Us: number; readonly cpuUs: number }

await requireWrk()
const server = await startBenchServer(badgeSvg(badgeFor('success'), 'shield'))
const folder = mkdtempSync(join(tmpdir(), 'buildpass-wrk-'))
try {
  const all = await prepare(server)
  const scenes = all.filter(({ name }) => !values.only || `${BARE}${HONO}${values.only}`.includes(name.charAt(1)))
  const runs = new Map<string, Run[]>(scenes.map(({ name }) => [name, []]))
  for (const scene of scenes) await check(scene)
  for (let round = 0; round < ROUNDS; round++)
    for (const scene of scenes) runs.get(scene.name)?.push(await measure(scene, server.pid))
  print(scenes, runs)
} finally {
  await server.stop()
  rmSync(folder, { recursive: true })
}

/** A scene that answers something else measures something else. */
async function check({ name, url, targets, status }: Scene): Promise<void> {
  const response = await fetch(new URL(targets?.[0] ?? url, url), { redirect: 'manual' })
  if (response.status !== status) throw new Error(`${name} answered ${response.status}, not ${status}`)
}

async function measure({ url, targets }: Scene, pid: number): Promise<Run> {
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
  const printed = await runWrk(['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '-s', script, url])
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
  const runsOf = (letter: string) => runs.get(scenes.find(({ name }) => name.charAt(1) === letter)?.name ?? '') ?? []
  // Of the two in the same round: the machine may have been slower in another.
  const ratioTo = (letter: string, name: string) =>
    median((runs.get(name) ?? []).map((run, round) => run.perSecond / (runsOf(letter)[round]?.perSecond ?? 1)))
  const rows = scenes.map(({ name }) => ({
    scene: name,
    'requests/s': Math.round(medianOf(name, (run) => run.perSecond)),
    'p50 µs': medianOf(name, (run) => run.p50Us),
    'p99 µs': medianOf(name, (run) => run.p99Us),
    'CPU µs/request': Math.round(medianOf(name, (run) => run.cpuUs)),
    'of (a)': Number(ratioTo(BARE, name).toFixed(2)),
    'of (b)': Number(ratioTo(HONO, name).toFixed(2)),
  }))
  if (values.json) console.log(JSON.stringify(rows))
  else {
    console.table(rows)
    console.log(
      `Medians of ${ROUNDS} rounds of ${SECONDS} s, ${CONNECTIONS} connections, ${cpus().length} cores shared with the load generator. D1 and KV are workerd's local simulators.`,
    )
  }
}
