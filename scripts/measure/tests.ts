// npm run measure:tests [-- --builds 200]: what test reports take of D1, and how fast they come in and are read.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import type { Spent } from '../../bench/counting-d1.ts'
import { bundle, RATE_LIMITS, settingsWith, statOf } from '../../bench/miniflare.ts'
import { createUser } from '../../src/actions/create-user.ts'
import { importPeppers } from '../../src/domain/access/secret-hash.ts'
import { openDb } from '../../src/storage/stores.ts'
import { parseInvocation } from '../check/invocation.ts'
import { applyMigrations } from '../start/local-database.ts'
import { median } from './compared-times.ts'

const { values } = parseInvocation('npm run measure:tests [-- --builds 200]', {
  builds: { type: 'string', default: '200' },
})
/** A warm-up of so many builds is not counted. */
const WARM_UP = 20
const BUILDS = Math.max(Number(values.builds), 2 * WARM_UP)
const TESTS = 5_000
const BUILDS_A_YEAR = 100 * 365
const LARGE = 50_000
const LARGE_BYTES = 16 * 1024 ** 2
const GOALS = { bytesPerPassedTest: 2, rowsWritten: 10, uploadMs: 2_000, operationsAPage: 2, answerMs: 1_000 }
/** Storage operations of what tells how tests ended. */
const OPERATIONS = { failures: 6, history: 3, insights: 6, search: 2 }

const folder = mkdtempSync(join(tmpdir(), 'buildpass-tests-'))
const pepper = `bench:${randomBytes(32).toString('base64url')}`
const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    log: new Log(LogLevel.ERROR),
    handleStructuredLogs: () => {},
    cf: false,
    workers: [
      {
        name: 'ours',
        modules: true,
        script: await bundle('bench/growth-worker.ts', join(folder, 'worker.js')),
        compatibilityDate: '2026-10-20',
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
        d1Databases: ['DB'],
        kvNamespaces: ['KV'],
        r2Buckets: ['ARTIFACTS'],
        ratelimits: RATE_LIMITS,
        bindings: { ...settingsWith(pepper), LOG_REQUESTS: 'notable' },
      },
    ],
  }),
)
const missed: string[] = []
try {
  await miniflare.ready
  const { origin } = await miniflare.unsafeGetDirectURL('ours')
  // Miniflare's type of D1 is its own copy of the same interface.
  const d1: D1Database = (await miniflare.getD1Database('DB', 'ours')) as never
  await applyMigrations(d1)
  const owner = { login: 'bench', instanceRole: 'owner', tokenLabel: 'bench', tokenExpiresAt: null } as const
  const created = await createUser(openDb(d1), await importPeppers(pepper), Date.now(), owner)
  if (created === 'login_taken') throw new Error('the database is not empty')
  const server = { origin, token: created.secret, d1 }
  await measureYear(server)
  await measureLarge(server)
} finally {
  await miniflare.dispose()
  rmSync(folder, { recursive: true, force: true })
}
if (missed.length > 0) {
  console.error(`Missed: ${missed.join(', ')}.`)
  process.exitCode = 1
}

type Server = { readonly origin: string; readonly token: string; readonly d1: D1Database }

/** A year is too long to play: so many builds are, and what a build adds after a warm-up is what each of a year's adds. */
async function measureYear(server: Server): Promise<void> {
  const bare = await createProject(server, 'bare')
  const web = await createProject(server, 'web')
  const random = seeded(7)
  let known = TESTS
  const sizes: { bare: number; web: number; passed: number }[] = []
  const total = { bare: 0, web: 0, passed: 0 }
  const written: number[] = []
  for (let build = 1; build <= BUILDS; build++) {
    const before = await sizeOf(server)
    await reportBuild(server, bare, build)
    const between = await sizeOf(server)
    await reportBuild(server, web, build)
    // Ten tests a day are new, and ten are dropped: one in ten builds.
    if (build % 10 === 0) known += 1
    const outcomes = outcomesOf(random, known)
    const { spent } = await put(server, { repo: web, build, xml: reportOf(known - TESTS, outcomes, random) })
    total.bare += between - before
    total.web += (await sizeOf(server)) - between
    total.passed += outcomes.filter((outcome) => outcome === '').length
    sizes.push({ ...total })
    const failed = outcomes.filter((outcome) => outcome === 'failure').length
    if (build > WARM_UP && failed <= 1 && build % 10 !== 0) written.push(spent.rowsWritten)
  }
  const [from, to] = [sizes[WARM_UP - 1], sizes.at(-1)]
  if (!from || !to) throw new Error('too few builds')
  const builds = BUILDS - WARM_UP
  const ofReports = (to.web - from.web - (to.bare - from.bare)) / builds
  const passed = (to.passed - from.passed) / builds
  // The names of the first report come once.
  const names = from.web - from.bare
  const perPassed = (ofReports * BUILDS_A_YEAR + names) / (passed * BUILDS_A_YEAR)
  const largest = Math.max(...written)
  console.log(`${BUILDS} builds of ${TESTS} tests each, of which ${WARM_UP} are a warm-up; by D1's own size, all indexes included
  a build's row alone                 ${((to.bare - from.bare) / builds).toFixed(0).padStart(8)} bytes, not counted below
  its report of ${passed.toFixed(0)} passed tests      ${ofReports.toFixed(0).padStart(8)} bytes, with its failures and the names of new tests
  names of the first ${WARM_UP} reports        ${names.toFixed(0).padStart(8)} bytes, once
  100 builds a day for a year         ${((ofReports * BUILDS_A_YEAR + names) / 1e6).toFixed(0).padStart(8)} MB`)
  goal('bytes of D1 per passed test', perPassed, GOALS.bytesPerPassedTest, 2)
  goal('rows written for 5,000 known tests, none or one failed', largest, GOALS.rowsWritten)
  await reportBuild(server, web, BUILDS + 1)
  const outcomes = outcomesOf(random, known).map((outcome, i) => (i % 50 === 0 ? 'failure' : outcome))
  await put(server, { repo: web, build: BUILDS + 1, xml: reportOf(known - TESTS, outcomes, random) })
  await measureAnswers(server, web, BUILDS + 1)
}

/** 5 % of builds have failures, one to five; every 50th test is skipped. */
function outcomesOf(random: () => number, known: number): string[] {
  const failures = random() < 0.05 ? 1 + Math.floor(random() * 5) : 0
  const failed = new Set(Array.from({ length: failures }, () => Math.floor(random() * TESTS)))
  return Array.from({ length: TESTS }, (_, i) =>
    failed.has(i) ? 'failure' : (known - TESTS + i) % 50 === 49 ? 'skipped' : '',
  )
}

/** JUnit as the usual runners write it. */
function reportOf(first: number, outcomes: readonly string[], random: () => number, padding = ''): string {
  const cases = outcomes.map((outcome, i) => {
    const number = first + i
    const suite = Math.floor(number / 20)
    const time = (Math.exp(-6 + 3 * random()) * 2).toFixed(3)
    const open = `<testcase classname="com.example.shop.module${suite % 40}.Suite${suite}Test" name="does thing number ${number} as it should" time="${time}" file="src/test/java/com/example/shop/module${suite % 40}/Suite${suite}Test.java"`
    if (outcome === '') return padding === '' ? `${open}/>` : `${open}><system-out>${padding}</system-out></testcase>`
    return outcome === 'skipped'
      ? `${open}><skipped/></testcase>`
      : `${open}><failure message="expected ${number} to be ${number + 1}">at Suite.check(Suite.java:${number})</failure></testcase>`
  })
  return `<?xml version="1.0"?>\n<testsuites><testsuite name="all">${cases.join('\n')}</testsuite></testsuites>`
}

async function measureLarge(server: Server): Promise<void> {
  const large = await createProject(server, 'large')
  const outcomes = Array.from({ length: LARGE }, (_, i) => (i % 500 === 9 ? 'failure' : i % 50 === 49 ? 'skipped' : ''))
  const bare = reportOf(0, outcomes, seeded(1)).length
  const uploads: { readonly ms: number; readonly cpuMs: number }[] = []
  const memory: number[] = []
  for (let build = 1; build <= 12; build++) {
    await reportBuild(server, large, build)
    const padding = 'x'.repeat(Math.max(0, Math.floor((LARGE_BYTES - bare) / LARGE) - 37))
    const xml = reportOf(0, outcomes, seeded(build), padding)
    const before = statOf(workerdPid()).cpuSeconds
    const { ms } = await put(server, { repo: large, build, xml, isCounted: false })
    uploads.push({ ms, cpuMs: (statOf(workerdPid()).cpuSeconds - before) * 1000 })
    memory.push(residentMb())
  }
  const [first, ...known] = uploads
  if (!first) throw new Error('no upload')
  const usual = { ms: median(known.map(({ ms }) => ms)), cpuMs: median(known.map(({ cpuMs }) => cpuMs)) }
  const text = ({ ms, cpuMs }: typeof first) =>
    `${ms.toFixed(0)} ms (${cpuMs.toFixed(0)} ms of CPU, the local D1 and R2 included)`
  console.log(`${LARGE} tests in ${LARGE_BYTES / 1024 ** 2} MiB of JUnit; load of the machine ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores
  all of them new         ${text(first)}
  known, median of ${known.length}     ${text(usual)}
  workerd after each      ${memory.map((mb) => mb.toFixed(0)).join(', ')} MB, the local D1 and R2 included`)
  goal('ms for an upload of 50,000 known tests', usual.ms, GOALS.uploadMs)
  goal('ms for an upload of 50,000 new tests', first.ms, GOALS.uploadMs)
  const v2 = `/api/v2/project/gh/bench/${large}/12/tests`
  await measureRead(server, 'v2 page of 50,000 tests', v2)
  const page = await ask(server, { path: v2 })
  await measureRead(
    server,
    'v2 next page',
    `${v2}?page-token=${encodeURIComponent(JSON.parse(page.text).next_page_token)}`,
  )
  await measureRead(server, 'v1.1 list of all', `/api/v1.1/project/gh/bench/${large}/12/tests`)
  await measureAnswers(server, large, 12)
}

/** What is said of the failures of a build, of one of them, of the branch, and of a part of a name that few tests have. */
async function measureAnswers(server: Server, repo: string, build: number): Promise<void> {
  const path = `/api/buildpass/v1/projects/gh/bench/${repo}`
  const failures = JSON.parse((await ask(server, { path: `${path}/builds/${build}/tests/failures` })).text)
  const number = failures.failures[0].test.id
  console.log(`${repo}: ${failures.summary}`)
  const { failures: most, history, insights, search } = OPERATIONS
  await measureRead(server, 'verdicts', `${path}/builds/${build}/tests/failures`, most)
  await measureRead(server, 'history of a test', `${path}/tests/${number}`, history)
  await measureRead(server, 'insights', `${path}/tests/insights`, insights)
  await measureRead(server, 'search', `${path}/tests?search=${encodeURIComponent('number 4999 as')}`, search)
}

async function measureRead(server: Server, name: string, path: string, most = GOALS.operationsAPage): Promise<void> {
  const other = path
    .replace('/buildpass/v1/projects/', '/v1.1/project/')
    .replace(/(?:\/builds)?(?:\/\d+)?\/tests.*$/, '/1/artifacts')
  const before = await ask(server, { path: other })
  const { spent, ms } = await ask(server, { path })
  // Who asks, and whether they may, is asked of D1 each time here: nothing is cached. The list of artifacts takes one more.
  const own = spent.roundTrips - (before.spent.roundTrips - 1) + spent.bucketCalls
  const read = `${spent.rowsRead} rows read, ${spent.sqlMs.toFixed(0)} ms of SQL`
  goal(`storage operations for the ${name} (${ms.toFixed(0)} ms, ${read})`, own, most)
  if (path.startsWith('/api/buildpass/')) goal(`ms for the ${name}`, ms, GOALS.answerMs)
}

function goal(what: string, value: number, most: number, digits = 0): void {
  console.log(`${value <= most ? 'ok  ' : 'MISS'} ${value.toFixed(digits)} ${what}: at most ${most}`)
  if (value > most) missed.push(what)
}

async function createProject(server: Server, repo: string): Promise<string> {
  await ask(server, {
    method: 'POST',
    path: '/api/buildpass/v1/projects',
    body: JSON.stringify({ slug: `gh/bench/${repo}` }),
  })
  return repo
}

async function reportBuild(server: Server, repo: string, build: number): Promise<void> {
  const report = {
    external_id: `${build}`,
    pipeline: {
      external_id: `${build}`,
      branch: build % 4 === 0 ? 'main' : `topic-${build % 30}`,
      revision: `${build}`.padStart(40, 'a'),
    },
    workflow: { external_id: `${build}`, name: 'ci' },
    job: { name: 'test' },
    status: 'success',
  }
  await ask(server, {
    method: 'POST',
    path: `/api/buildpass/v1/projects/gh/bench/${repo}/builds`,
    body: JSON.stringify(report),
  })
}

function put(
  server: Server,
  { repo, build, xml, isCounted = true }: { repo: string; build: number; xml: string; isCounted?: boolean },
) {
  const path = `/api/buildpass/v1/projects/gh/bench/${repo}/builds/${build}/tests`
  return ask(server, { method: 'PUT', path, body: xml, isCounted })
}

async function ask(
  { origin, token }: Server,
  {
    method = 'GET',
    path,
    body,
    isCounted = true,
  }: { method?: string; path: string; body?: string; isCounted?: boolean },
): Promise<{ readonly text: string; readonly spent: Spent; readonly ms: number }> {
  const type = body?.startsWith('<') ? 'application/xml' : 'application/json'
  const headers = {
    'Circle-Token': token,
    ...(isCounted ? { 'X-Count': '1' } : {}),
    ...(body ? { 'Content-Type': type } : {}),
  }
  const startedAt = performance.now()
  const response = await fetch(origin + path, { method, headers, ...(body === undefined ? {} : { body }) })
  const text = await response.text()
  const ms = performance.now() - startedAt
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`)
  return { text, spent: JSON.parse(response.headers.get('X-Spent') ?? 'null'), ms }
}

/** The database's pages, full or not. */
async function sizeOf({ d1 }: Server): Promise<number> {
  const { meta } = await d1.prepare('select 1').run()
  return meta.size_after
}

function residentMb(): number {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${workerdPid()}/status`, 'utf8'))?.[1]
  return Number(kib) / 1024
}

function workerdPid(): number {
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && isOurWorkerd(Number(name)))
  if (pid === undefined) throw new Error('workerd was not found among the processes')
  return Number(pid)
}

function isOurWorkerd(pid: number): boolean {
  const { parent, name } = statOf(pid)
  return parent === process.pid && name === 'workerd'
}

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
