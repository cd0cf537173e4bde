// npm run growth [-- --rounds 60 --builds 1000000 --projects 300 --tokens 100000 --json]: whether reads stay as fast as there is more to read.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseInvocation } from '../scripts/check/invocation.ts'
import { median } from '../scripts/measure/compared-times.ts'
import { applyMigrations } from '../scripts/start/local-database.ts'
import { createUser } from '../src/actions/create-user.ts'
import { importPeppers } from '../src/domain/access/secret-hash.ts'
import { mintSessionSecret } from '../src/domain/people/session.ts'
import { createMemory } from '../src/storage/memory.ts'
import { insertSession } from '../src/storage/people/sessions.ts'
import { openPrimary } from '../src/storage/stores.ts'
import type { Spent } from './counting-d1.ts'
import {
  type Asker,
  fillAroundStatements,
  fillStatements,
  GROWING,
  READS,
  type Read,
  type Size,
} from './growth-data.ts'
import { startGrowthServers } from './miniflare.ts'

const { values } = parseInvocation(
  'npm run growth [-- --rounds 60 --builds 1000000 --projects 300 --tokens 100000 --only WORD --json | --markdown]',
  {
    rounds: { type: 'string', default: '60' },
    builds: { type: 'string', default: '1000000' },
    projects: { type: 'string', default: '300' },
    tokens: { type: 'string', default: '100000' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean' },
    markdown: { type: 'boolean' },
  },
)
const ROUNDS = Number(values.rounds)
const SMALLEST: Size = { builds: 100, tokens: 100, projects: 3, othersBuilds: 40 }
const LARGEST: Size = {
  builds: Number(values.builds),
  tokens: Number(values.tokens),
  projects: Number(values.projects),
  othersBuilds: 400,
}
const between = (of: keyof Size) => Math.round(Math.sqrt(SMALLEST[of] * LARGEST[of]))
const SIZES: readonly Size[] = [
  SMALLEST,
  {
    builds: between('builds'),
    tokens: between('tokens'),
    projects: between('projects'),
    othersBuilds: between('othersBuilds'),
  },
  LARGEST,
]
/** The goal: the largest database answers within this many times of the smallest. */
const LIMIT = 1.3

/** What docs/scale.md shows: what a person or a monitor asks for most, what searches for something absent, and all that take longer. */
const TOLD =
  /^(?:badge|list page|recent builds|projects|v2 insights|v2 flaky tests|latest artifact, only of red builds|latest artifacts, .*|page: instance tokens of a name|CCTray of a person|page: (?:projects|project|build|tests|notices|(?:personal|project|instance) tokens|personal tokens, by last use))$/

type Instance = { readonly origin: string; readonly headers: Record<Asker, Readonly<Record<string, string>>> }

const folder = mkdtempSync(join(tmpdir(), 'buildpass-growth-'))
const pepper = `bench:${randomBytes(32).toString('base64url')}`
const names = SIZES.map((_, i) => `size${i}`)
const servers = await startGrowthServers(names, { pepper, folder })
try {
  const instances: Instance[] = []
  for (const [i, size] of SIZES.entries()) instances.push(await prepare(names[i] ?? '', size))
  const rows = []
  for (const read of READS.filter(({ name }) => name.includes(values.only))) rows.push(await measure(read, instances))
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
  const created = await createUser(openPrimary(d1), await importPeppers(pepper), Date.now(), user)
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
  const ids = { projectId: project?.id ?? '', userId: created.userId }
  for (const sql of fillStatements(ids.projectId, size)) await d1.prepare(sql).run()
  for (const sql of fillAroundStatements(ids, size)) await d1.prepare(sql).run()
  const session = mintSessionSecret()
  const stores = { db: openPrimary(d1), now: Date.now, memory: createMemory(), changed: new Set<string>() }
  await insertSession(stores, session, { method: 'link', userId: ids.userId, userAgent: null, from: null })
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
  console.error(`${size.builds} builds and ${size.tokens} tokens made in ${seconds} s`)
  return {
    origin,
    headers: {
      project: { 'Circle-Token': token },
      person: { 'Circle-Token': created.secret },
      browser: { Cookie: `__Host-session=${session}` },
    },
  }
}

type Row = {
  readonly read: Read
  readonly spent: readonly Spent[]
  readonly ms: readonly number[]
  /** How long the answers are. */
  readonly bytes: readonly number[]
}

/** In turns, so that another load on the machine weighs on all sizes alike. */
async function measure(read: Read, instances: readonly Instance[]): Promise<Row> {
  const ask = async ({ origin, headers: headersOf }: Instance, count: boolean) => {
    const headers = { ...headersOf[read.by], ...(count ? { 'X-Count': '1' } : {}) }
    const startedAt = performance.now()
    const response = await fetch(origin + read.path, { headers, redirect: 'manual' })
    const body = await response.text()
    if (response.status !== (read.status ?? 200))
      throw new Error(`${read.name} answered ${response.status}: ${body.slice(0, 500)}`)
    return { ms: performance.now() - startedAt, spent: response.headers.get('X-Spent'), bytes: body.length }
  }
  const spent: Spent[] = []
  const bytes: number[] = []
  for (const instance of instances) {
    // Sums are made by the first who ask.
    bytes.push((await ask(instance, false)).bytes)
    spent.push(JSON.parse((await ask(instance, true)).spent ?? 'null'))
  }
  const times: number[][] = instances.map(() => [])
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, instance] of instances.entries()) times[i]?.push((await ask(instance, false)).ms)
  return { read, spent, ms: times.map(median), bytes }
}

function printMarkdown(rows: readonly Row[]): void {
  const told = rows.filter((row) => TOLD.test(row.read.name) || ratioOf(row) > LIMIT)
  console.log('| read | rows read | ms, median | ratio |\n| --- | --- | --- | --- |')
  for (const row of told) {
    const columns = [
      row.read.name,
      row.spent.map(({ rowsRead }) => rowsRead).join(' / '),
      row.ms.map((value) => value.toFixed(1)).join(' / '),
      ratioOf(row).toFixed(2),
    ]
    console.log(`| ${columns.join(' | ')} |`)
  }
}

/**
 * How many times longer the largest takes than the smallest whose answer is about as long: a list that was short has
 * nothing to say of one that is long.
 */
function ratioOf({ ms, bytes }: Row): number {
  const smallest = bytes.findIndex((length) => length * LIMIT >= (bytes.at(-1) ?? 0))
  return (ms.at(-1) ?? 0) / (ms[smallest] ?? 1)
}

function print(rows: readonly Row[]): void {
  const table = rows.map(({ read, spent, ms, bytes }, i) => ({
    read: read.name,
    'D1 round trips': spent.at(-1)?.roundTrips,
    'rows read': spent.map(({ rowsRead }) => rowsRead).join(' / '),
    'ms, median': ms.map((value) => value.toFixed(2)).join(' / '),
    'answer, KB': bytes.map((length) => (length / 1000).toFixed(1)).join(' / '),
    ratio: Number(ratioOf(rows[i] as Row).toFixed(2)),
  }))
  if (values.json) console.log(JSON.stringify(table))
  else if (values.markdown) printMarkdown(rows)
  else {
    console.table(table)
    console.log(`With ${SIZES.map(({ builds, projects, tokens }) => `${builds} builds, ${projects} projects and ${tokens} tokens`).join(' / ')}; ${ROUNDS} requests each, in turns, nothing cached.
The ratio is that of the largest to the smallest whose answer is about as long.`)
  }
  const slow = rows.filter((row) => ratioOf(row) > LIMIT)
  if (slow.length === 0) return
  console.error(`More than ${LIMIT} times slower in the largest: ${slow.map(({ read }) => read.name).join(', ')}.`)
  process.exitCode = 1
}
