// npm run growth [-- --rounds 60 --builds 1000000 --tokens 100000 --json]: whether reads stay as fast as there is more to read.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseInvocation } from '../scripts/check/invocation.ts'
import { median } from '../scripts/measure/compared-times.ts'
import { applyMigrations } from '../scripts/start/local-database.ts'
import { createUser } from '../src/actions/create-user.ts'
import { importPeppers } from '../src/domain/access/secret-hash.ts'
import { openDb } from '../src/storage/stores.ts'
import type { Spent } from './counting-d1.ts'
import { fillStatements, GROWING, READS, type Read, type Size } from './growth-data.ts'
import { startGrowthServers } from './miniflare.ts'

const { values } = parseInvocation('npm run growth [-- --rounds 60 --builds 1000000 --tokens 100000 --json]', {
  rounds: { type: 'string', default: '60' },
  builds: { type: 'string', default: '1000000' },
  tokens: { type: 'string', default: '100000' },
  json: { type: 'boolean' },
})
const ROUNDS = Number(values.rounds)
const [BUILDS, TOKENS] = [Number(values.builds), Number(values.tokens)]
const SIZES: readonly Size[] = [
  { builds: 100, tokens: 100 },
  { builds: Math.round(Math.sqrt(100 * BUILDS)), tokens: Math.round(Math.sqrt(100 * TOKENS)) },
  { builds: BUILDS, tokens: TOKENS },
]
/** The goal: the largest database answers within this many times of the smallest. */
const LIMIT = 1.3

type Instance = { readonly origin: string; readonly tokens: Record<'project' | 'person', string> }

const folder = mkdtempSync(join(tmpdir(), 'buildpass-growth-'))
const pepper = `bench:${randomBytes(32).toString('base64url')}`
const names = SIZES.map((_, i) => `size${i}`)
const servers = await startGrowthServers(names, { pepper, folder })
try {
  const instances: Instance[] = []
  for (const [i, size] of SIZES.entries()) instances.push(await prepare(names[i] ?? '', size))
  const rows = []
  for (const read of READS) rows.push(await measure(read, instances))
  print(rows)
} finally {
  await servers.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function prepare(name: string, size: Size): Promise<Instance> {
  const startedAt = performance.now()
  const d1 = await servers.d1Of(name)
  await applyMigrations(d1)
  const user = { login: 'bench', instanceRole: 'owner', tokenLabel: 'bench', tokenExpiresAt: null } as const
  const created = await createUser(openDb(d1), await importPeppers(pepper), Date.now(), user)
  if (created === 'login_taken') throw new Error('the database is not empty')
  const origin = await servers.originOf(name)
  const send = async (path: string, json: unknown) => {
    const headers = { 'Circle-Token': created.secret, 'Content-Type': 'application/json' }
    const response = await fetch(origin + path, { method: 'POST', headers, body: JSON.stringify(json) })
    if (!response.ok) throw new Error(`POST ${path} was answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as { token: string }
  }
  await send('/api/buildpass/v1/projects', { slug: GROWING })
  const { token } = await send(`/api/v1.1/project/${GROWING}/token`, { label: 'bench', scope: 'all' })
  const project = await d1.prepare('select id from projects').first<{ id: string }>()
  for (const sql of fillStatements(project?.id ?? '', size)) await d1.prepare(sql).run()
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
  console.error(`${size.builds} builds and ${size.tokens} tokens made in ${seconds} s`)
  return { origin, tokens: { project: token, person: created.secret } }
}

type Row = { readonly read: Read; readonly spent: readonly Spent[]; readonly ms: readonly number[] }

/** In turns, so that another load on the machine weighs on all sizes alike. */
async function measure(read: Read, instances: readonly Instance[]): Promise<Row> {
  const ask = async ({ origin, tokens }: Instance, count: boolean) => {
    const headers = { 'Circle-Token': tokens[read.by], ...(count ? { 'X-Count': '1' } : {}) }
    const startedAt = performance.now()
    const response = await fetch(origin + read.path, { headers, redirect: 'manual' })
    await response.arrayBuffer()
    if (response.status !== (read.status ?? 200)) throw new Error(`${read.name} answered ${response.status}`)
    return { ms: performance.now() - startedAt, spent: response.headers.get('X-Spent') }
  }
  const spent: Spent[] = []
  for (const instance of instances) spent.push(JSON.parse((await ask(instance, true)).spent ?? 'null'))
  const times: number[][] = instances.map(() => [])
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, instance] of instances.entries()) times[i]?.push((await ask(instance, false)).ms)
  return { read, spent, ms: times.map(median) }
}

function print(rows: readonly Row[]): void {
  const table = rows.map(({ read, spent, ms }) => ({
    read: read.name,
    'D1 round trips': spent.at(-1)?.roundTrips,
    'rows read': spent.map(({ rowsRead }) => rowsRead).join(' / '),
    'ms, median': ms.map((value) => value.toFixed(2)).join(' / '),
    ratio: Number(((ms.at(-1) ?? 0) / (ms[0] ?? 1)).toFixed(2)),
    bounded: read.bound ? `≤ ${read.bound} rows` : '',
  }))
  if (values.json) console.log(JSON.stringify(table))
  else {
    console.table(table)
    console.log(`With ${SIZES.map(({ builds, tokens }) => `${builds} builds and ${tokens} tokens`).join(' / ')}; ${ROUNDS} requests each, in turns, nothing cached.
"Bounded" reads go through what no index leads to, up to that limit; all others read as many rows as they give, at any size.`)
  }
  const slow = rows.filter(({ read, ms }) => !read.bound && (ms.at(-1) ?? 0) > LIMIT * (ms[0] ?? 0))
  if (slow.length === 0) return
  console.error(`More than ${LIMIT} times slower in the largest: ${slow.map(({ read }) => read.name).join(', ')}.`)
  process.exitCode = 1
}
