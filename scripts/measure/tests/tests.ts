// npm run measure:tests [-- --builds 200 | --days 365]: what test reports take of D1, and how fast they come in and are read.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { statOf, workerdPid } from '../../../bench/miniflare.ts'
import { parseInvocation } from '../../check/invocation.ts'
import { median } from '../compared-times.ts'
import { startOwnedServer } from '../owned-server.ts'
import { seeded } from '../random.ts'
import { measureGeneratedYear } from './generated-year.ts'
import { ask, createProject, ownOperations, put, reportBuild, type Server } from './server.ts'

const { values } = parseInvocation('npm run measure:tests [-- --builds 200 | --days 365 [--builds-a-day 20]]', {
  builds: { type: 'string', default: '200' },
  days: { type: 'string' },
  'builds-a-day': { type: 'string', default: '20' },
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
const missed: string[] = []
try {
  if (values.days)
    missed.push(
      ...(await measureGeneratedYear(
        { days: Number(values.days), buildsADay: Number(values['builds-a-day']) },
        { folder, pepper },
      )),
    )
  else await measureModelled()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
if (missed.length > 0) {
  console.error(`Missed: ${missed.join(', ')}.`)
  process.exitCode = 1
}

async function measureModelled(): Promise<void> {
  const { server, stop } = await startOwnedServer({ folder, pepper })
  try {
    await measureYear(server)
    await measureLarge(server)
  } finally {
    await stop()
  }
}

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
    await reportModelled(server, bare, build)
    const between = await sizeOf(server)
    await reportModelled(server, web, build)
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
  await reportModelled(server, web, BUILDS + 1)
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
    await reportModelled(server, large, build)
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
  const answer = await ask(server, { path })
  const { spent, ms } = answer
  const read = `${spent.rowsRead} rows read, ${spent.sqlMs.toFixed(0)} ms of SQL`
  goal(
    `storage operations for the ${name} (${ms.toFixed(0)} ms, ${read})`,
    await ownOperations(server, answer, path),
    most,
  )
  if (path.startsWith('/api/buildpass/')) goal(`ms for the ${name}`, ms, GOALS.answerMs)
}

function goal(what: string, value: number, most: number, digits = 0): void {
  console.log(`${value <= most ? 'ok  ' : 'MISS'} ${value.toFixed(digits)} ${what}: at most ${most}`)
  if (value > most) missed.push(what)
}

/** The builds of the model are of `main` and thirty branches. */
function reportModelled(server: Server, repo: string, build: number): Promise<void> {
  const branch = build % 4 === 0 ? 'main' : `topic-${build % 30}`
  return reportBuild(server, repo, { number: build, branch, revision: `${build}`.padStart(40, 'a') })
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
