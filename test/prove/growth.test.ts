import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { countingD1, nothingSpent, type Spent } from '../../bench/counting-d1.ts'
import { type Asker, fillAroundStatements, fillStatements, GROWING, READS, type Size } from '../../bench/growth-data.ts'
import { createApp, openRequest } from '../../src/app.ts'
import { createKeptAnswers } from '../../src/http/frame/answers/kept-answers.ts'
import { createMemory } from '../../src/storage/memory.ts'
import { openPrimary } from '../../src/storage/stores.ts'
import { seedMember, seedProject, seedSession, seedToken, seedUser } from '../support/seed/seed.ts'
import { openTestStores } from '../support/worker/stores.ts'

// `npm run growth` asks the same of a million builds, and takes the time; here rows are counted, which no load disturbs.
// The smaller one is large enough for whole pages.
const SMALL: Size = { builds: 2_400, tokens: 1_000, projects: 120, othersBuilds: 96 }
const LARGE: Size = { builds: 40_000, tokens: 10_000, projects: 120, othersBuilds: 400 }

type Measured = { readonly status: number; readonly spent: Spent }

const app = createApp()
let headers: Record<Asker, Readonly<Record<string, string>>>
let small: ReadonlyMap<string, Measured>
let large: ReadonlyMap<string, Measured>

beforeAll(async () => {
  const stores = await openTestStores()
  const project = await seedProject(stores.db, { slug: GROWING })
  const user = await seedUser(stores.db, { login: 'bench', instanceRole: 'owner' })
  await seedMember(stores.db, project, user, 'admin')
  const session = await seedSession(stores, user)
  headers = {
    project: { 'Circle-Token': (await seedToken(stores, { kind: 'project', project, scope: 'all' })).secret },
    person: { 'Circle-Token': (await seedToken(stores, { kind: 'personal', user })).secret },
    browser: { Cookie: session.cookie },
  }
  const ids = { projectId: project.id, userId: user.id }
  await fill(ids, SMALL)
  small = await measureAll()
  const filled = ['builds', 'pipelines', "projects where id like 'o%'", "tokens where label like 'Token %'"]
  for (const table of [...filled, 'test_names', 'notices', 'audit', 'revocations'])
    await env.DB.exec(`delete from ${table}`)
  await fill(ids, LARGE)
  large = await measureAll()
}, 240_000)

describe('with many times the builds and tokens', () => {
  it.each(READS)('$name reads no more rows of D1', ({ name, status = 200, bound }) => {
    const [before, after] = [small.get(name), large.get(name)]
    expect(after?.status).toBe(status)
    expect(after?.spent.roundTrips).toBe(before?.spent.roundTrips)
    if (bound === undefined) expect(after?.spent.rowsRead).toBeLessThanOrEqual((before?.spent.rowsRead ?? 0) + SLACK)
    else expect(after?.spent.rowsRead).toBeLessThanOrEqual(bound)
  })
})

// Which rows are newest differs: whether a build before them was red, or of which branch it was.
const SLACK = 12

async function fill(ids: { readonly projectId: string; readonly userId: string }, size: Size): Promise<void> {
  for (const sql of fillStatements(ids.projectId, size)) await env.DB.prepare(sql).run()
  for (const sql of fillAroundStatements(ids, size)) await env.DB.prepare(sql).run()
}

async function measureAll(): Promise<Map<string, Measured>> {
  const measured = new Map<string, Measured>()
  for (const { name, path, by } of READS) {
    // Sums are made by the first who ask.
    await measure(path, headers[by])
    measured.set(name, await measure(path, headers[by]))
  }
  return measured
}

/** One request with empty caches, so that all it needs is asked of D1. */
async function measure(path: string, asker: Readonly<Record<string, string>>): Promise<Measured> {
  const spent = nothingSpent()
  const ctx = createExecutionContext()
  const opened = await openRequest(env, ctx)
  const memory = createMemory()
  const beside: Promise<unknown>[] = []
  const stores = {
    ...opened.stores,
    db: openPrimary(countingD1(env.DB, spent)),
    kv: NO_KV,
    cache: null,
    memory,
    waitUntil: (work: Promise<unknown>) => void beside.push(work),
  }
  // The last use is noted beside the answer; it is no part of it.
  const request = new Request(`https://builds.test${path}`, { headers: asker, redirect: 'manual' })
  const response = await app.fetch(
    request,
    {
      ...opened,
      stores: { ...stores, memory: { ...memory, uses: { ...memory.uses, noted: NOTED } } },
      answers: createKeptAnswers(),
    },
    ctx,
  )
  await response.text()
  const answered = { ...spent }
  await Promise.all(beside)
  return { status: response.status, spent: answered }
}

const NOTED = { get: () => Number.POSITIVE_INFINITY, set: ignore, delete: ignore }
// Reads of a KV that knows nothing.
const NO_KV = { get: async () => null, put: async () => undefined } as unknown as KVNamespace

function ignore(): void {}
