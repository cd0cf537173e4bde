import { copyFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { startGrowthServers } from '../../../bench/miniflare.ts'
import { DAY_MS } from '../../../src/domain/day.ts'
import { isBad } from '../../../src/domain/tests/test-result.ts'
import { applyMigrations } from '../../start/local-database.ts'
import { median } from '../compared-times.ts'
import { openPlayed, type Played, SLUG } from './play.ts'
import { type Answer, ask, createProject, ownOperations, put, reportBuild, type Server } from './server.ts'
import { buildsOf, junitOf, type YearBuild } from './year.ts'

const TESTS = 5_000
const NAMES = 50_000
const MONTH_DAYS = 30
/** How many reports are made to workerd's own D1 at each size, and how often each answer is asked for. */
const REPORTS = 20
const ROUNDS = 15
/** Nothing that somebody waits for may take so many times as long, or read so many times as much, at the end of the year. */
const GROWTH = 1.3
const MAX_BYTES = 2
/** How many of the newest reports an answer reads at most. */
const WINDOW = 1_000

/** The database as it was at the end of a day, and what was reported next. */
type Size = { readonly day: number; readonly file: string; readonly now: number; readonly next: YearBuild[] }

/** What reading costs of one thing, at each size. */
type Cost = { readonly operations: number; readonly rowsRead: number; readonly ms: number }

/**
 * Plays a project's days in this process, with the daily upkeep, and measures in workerd what the database is at three
 * sizes: after a month, half of the days, all of them.
 */
export async function measureGeneratedYear(
  { days, buildsADay }: { readonly days: number; readonly buildsADay: number },
  { folder, pepper }: { readonly folder: string; readonly pepper: string },
): Promise<readonly string[]> {
  const missed: string[] = []
  const startedAt = performance.now()
  const file = join(folder, 'played.sqlite')
  const endsAt = Date.now()
  const played = await openPlayed(file, pepper, endsAt - (days + 1) * DAY_MS)
  const sizes: Size[] = []
  const written = new Map<number, number>()
  const counts = { passed: 0, failed: 0, flaky: 0, steps: 0 }
  const ends = [Math.min(MONTH_DAYS, Math.ceil(days / 3)), Math.ceil(days / 2), days]
  // One day more, of which the reports to the last size are.
  for (const build of buildsOf({ days: days + 1, buildsADay, tests: TESTS, endsAt: endsAt + DAY_MS })) {
    const isOver = build.number > days * buildsADay
    for (const { next } of sizes.slice(-1)) if (next.length < REPORTS) next.push(build)
    if (isOver && (sizes.at(-1)?.next.length ?? 0) >= REPORTS) break
    if (isOver) continue
    written.set(build.number, await played.report(build))
    counts.passed += build.tests.filter(({ result }) => result === 'success').length
    counts.failed += build.tests.filter(({ result }) => isBad(result)).length
    counts.flaky += build.tests.filter(({ isFlaky }) => isFlaky).length
    if (build.number % buildsADay !== 0) continue
    const day = build.number / buildsADay
    const now = build.at + 1_800_000
    counts.steps += await played.upkeep(now)
    if (!ends.includes(day)) continue
    const copy = join(folder, `day-${day}.sqlite`)
    copyFileSync(file, copy)
    sizes.push({ day, file: copy, now, next: [] })
  }
  const builds = days * buildsADay
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0)
  console.log(`${builds} builds of ${TESTS} tests in ${days} days: ${counts.passed} tests passed, ${counts.failed} failed, ${counts.flaky} passed in a later attempt.
Played in ${seconds} s by SQLite in Node, with ${counts.steps} steps of daily upkeep; load of the machine ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores.`)
  const perPassed = printBytes(sizes, builds, counts.passed)
  // What the names take at first is spread over few reports in a shorter time.
  if (days >= 365 && perPassed > MAX_BYTES) missed.push(`${perPassed.toFixed(2)} bytes of D1 per passed test`)
  const rows = [...written.values()].slice(1)
  console.log(
    `\nRows written by a report: p50 ${percentile(rows, 0.5)}, p99 ${percentile(rows, 0.99)}, most ${Math.max(...rows)}; the first ${written.get(1)}.`,
  )
  await measureRetention(played, file, endsAt)
  const grew = await measureInWorkerd(sizes, written, { folder, pepper, token: played.token })
  if (builds >= 2 * WINDOW) missed.push(...grew)
  else
    console.log(
      `\nToo short to tell what grows: at half of the days there were fewer than ${shown(WINDOW)} reports to read.`,
    )
  return missed
}

/** What the daily upkeep deletes a month later, when nothing was built meanwhile. */
async function measureRetention(played: Played, file: string, endsAt: number): Promise<void> {
  const before = countOf(file, 'test_reports')
  const startedAt = performance.now()
  const steps = await played.upkeep(endsAt + MONTH_DAYS * DAY_MS)
  const ms = performance.now() - startedAt
  const after = countOf(file, 'test_reports')
  played.close()
  console.log(
    `A month later without builds, ${steps} steps of daily upkeep in ${ms.toFixed(0)} ms: ${before - after} of ${before} reports deleted.`,
  )
}

function countOf(file: string, table: string): number {
  const db = new DatabaseSync(file, { readOnly: true })
  const { n } = db.prepare(`select count(*) as n from ${table}`).get() ?? {}
  db.close()
  return Number(n)
}

const TABLES = ['test_reports', 'test_names', 'test_failures', 'test_packs', 'test_mutes', 'others'] as const

/** Pages of each table and its indexes, full or not. */
function printBytes(sizes: readonly Size[], builds: number, passed: number): number {
  const rows = sizes.map(({ file }) => {
    const db = new DatabaseSync(file, { readOnly: true })
    const found = db
      .prepare(
        `select iif(m.tbl_name like 'test_%' and m.tbl_name <> 'test_results', m.tbl_name, 'others') as name, sum(s.pgsize) as bytes
          from dbstat as s left join sqlite_master as m on m.name = s.name group by 1`,
      )
      .all()
    db.close()
    return new Map(found.map(({ name, bytes }) => [String(name), Number(bytes)]))
  })
  const last = rows.at(-1) ?? new Map<string, number>()
  const whole = sizes.at(-1)?.day ?? 1
  console.log(
    `\n| bytes of D1, all indexes included | ${sizes.map(({ day }) => `day ${day}`).join(' | ')} | per passed test |`,
  )
  console.log(`|---|${sizes.map(() => '---').join('|')}|---|`)
  for (const table of TABLES) {
    const bytes = rows.map((row) => row.get(table) ?? 0)
    const each = table === 'others' ? '' : ((last.get(table) ?? 0) / passed).toFixed(3)
    console.log(
      `| ${table === 'others' ? 'all other tables (builds, pipelines, …)' : `\`${table}\``} | ${bytes.map(shown).join(' | ')} | ${each} |`,
    )
  }
  const ofTests = (row: ReadonlyMap<string, number>) =>
    TABLES.reduce((sum, table) => sum + (table === 'others' ? 0 : (row.get(table) ?? 0)), 0)
  console.log(
    `| together, of tests | ${rows.map(ofTests).map(shown).join(' | ')} | **${(ofTests(last) / passed).toFixed(2)}** |`,
  )
  const perReport = (ofTests(last) / builds).toFixed(0)
  console.log(`| names of tests | ${sizes.map(({ file }) => shown(countOf(file, 'test_names'))).join(' | ')} | |`)
  console.log(`\n${perReport} bytes a report on average over ${whole} days.`)
  return ofTests(last) / passed
}

async function measureInWorkerd(
  sizes: readonly Size[],
  written: ReadonlyMap<number, number>,
  { folder, pepper, token }: { readonly folder: string; readonly pepper: string; readonly token: string },
): Promise<readonly string[]> {
  const names = sizes.map(({ day }) => `day${day}`)
  await putFiles(sizes, names, { folder, pepper })
  const servers = await startGrowthServers(names, { folder, pepper })
  try {
    const instances: Server[] = []
    for (const [i, name] of names.entries())
      instances.push({
        origin: await servers.originOf(name),
        token,
        d1: await servers.d1Of(name),
        now: sizes[i]?.now ?? 0,
      })
    await measureReports(instances, sizes, written)
    const missed = await measureAnswers(instances, sizes)
    const largest = instances.at(-1)
    if (largest) await measureNames(largest)
    return missed
  } finally {
    await servers.stop()
  }
}

/** Puts each size's database where workerd has that of its server. */
async function putFiles(
  sizes: readonly Size[],
  names: readonly string[],
  { folder, pepper }: { readonly folder: string; readonly pepper: string },
): Promise<void> {
  const place = join(folder, 'd1')
  const list = () =>
    readdirSync(place, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.sqlite') && !name.endsWith('metadata.sqlite'),
    )
  const files: string[] = []
  // Workerd names them by a hash: the one that is new is of the server that was just asked.
  const servers = await startGrowthServers(names, { folder, pepper })
  for (const name of names) {
    const before = new Set(files)
    await applyMigrations(await servers.d1Of(name))
    const added = list().find((one) => !before.has(one))
    if (!added) throw new Error('workerd keeps its databases elsewhere')
    files.push(added)
  }
  await servers.stop()
  for (const [i, { file }] of sizes.entries()) {
    const target = join(place, files[i] ?? '')
    for (const end of ['-wal', '-shm']) rmSync(target + end, { force: true })
    copyFileSync(file, target)
    if (statSync(target).size !== statSync(file).size) throw new Error(`${file} was not copied`)
  }
}

/** The next reports at each size; where these were played, too, the rows written must be the same. */
async function measureReports(
  instances: readonly Server[],
  sizes: readonly Size[],
  written: ReadonlyMap<number, number>,
): Promise<void> {
  const answers: Answer[][] = instances.map(() => [])
  const operations: number[] = []
  let compared = 0
  for (let i = 0; i < REPORTS; i++)
    for (const [s, server] of instances.entries()) {
      const build = sizes[s]?.next[i]
      if (!build) continue
      const answer = await report(server, build)
      answers[s]?.push(answer)
      const path = `/api/buildpass/v1/projects/${SLUG}/builds/${build.number}/tests`
      if (i === REPORTS - 1) operations.push(await ownOperations(server, answer, path))
      const expected = written.get(build.number)
      if (expected === undefined) continue
      compared++
      if (answer.spent.rowsWritten !== expected)
        throw new Error(
          `workerd's D1 wrote ${answer.spent.rowsWritten} rows for build ${build.number}, counted were ${expected}`,
        )
    }
  console.log(
    `Control: ${compared} of these reports made to workerd's D1, too, which counts the same rows written for each.`,
  )
  const cells = answers.map((some) => {
    const ms = median(some.map(({ ms }) => ms)).toFixed(0)
    const read = median(some.map(({ spent }) => spent.rowsRead)).toFixed(0)
    return { ms, read }
  })
  console.log(
    `\n| what is waited for | storage operations | rows read, ${days(sizes)} | ms, median |\n|---|---|---|---|`,
  )
  console.log(
    `| report of ${shown(TESTS)} tests in JUnit | ${[...new Set(operations)].join(', ')} | ${cells.map(({ read }) => shown(Number(read))).join(' / ')} | ${cells.map(({ ms }) => ms).join(' / ')} |`,
  )
}

function days(sizes: readonly Size[]): string {
  return sizes.map(({ day }) => `day ${day}`).join(' / ')
}

async function report(server: Server, { number, branch, revision, tests }: YearBuild): Promise<Answer> {
  const status = tests.some(({ result }) => isBad(result)) ? 'failed' : 'success'
  await reportBuild(server, 'year', { number, branch, revision, status })
  return put(server, { repo: 'year', build: number, xml: junitOf(tests) })
}

const OWN = `/api/buildpass/v1/projects/${SLUG}`

/** What is asked about the last build, in which five tests fail. */
async function measureAnswers(instances: readonly Server[], sizes: readonly Size[]): Promise<readonly string[]> {
  const missed: string[] = []
  const failing: { readonly server: Server; readonly number: number; readonly branch: string; readonly id: number }[] =
    []
  for (const [s, server] of instances.entries()) {
    const last = sizes[s]?.next.at(-1)
    if (!last) throw new Error('no build comes after that day')
    let left = 5
    const tests = last.tests.map((test) => {
      const fails = test.result === 'success' && left-- > 0
      return fails ? { ...test, result: 'failure' as const, message: 'no', isFlaky: false, attempts: [] } : test
    })
    const number = last.number + 1
    const branch = 'topic-of-now'
    await report(server, { ...last, number, branch, revision: `${number}`.padStart(40, 'b'), tests })
    const { text } = await ask(server, { path: `${OWN}/builds/${number}/tests/failures` })
    failing.push({ server, number, branch, id: JSON.parse(text).failures[0].test.id })
  }
  const reads: readonly (readonly [string, (of: (typeof failing)[number]) => string])[] = [
    ['verdicts of a build with five failures', ({ number }) => `${OWN}/builds/${number}/tests/failures`],
    ['history of one test', ({ id }) => `${OWN}/tests/${id}`],
    ['slowest, failing, flaky, new, vanished: `main`', () => `${OWN}/tests/insights`],
    ['the same of a branch', ({ branch }) => `${OWN}/tests/insights?branch=${branch}`],
    ['v2 flaky tests', () => `/api/v2/insights/${SLUG}/flaky-tests`],
    ['first page of all names', () => `${OWN}/tests`],
    ['search that finds eight names', () => `${OWN}/tests?search=Suite600Test`],
    ['search that finds none', () => `${OWN}/tests?search=no%20such%20name`],
  ]
  for (const [name, pathOf] of reads) {
    const asked = failing.map((build) => ({ server: build.server, path: pathOf(build) }))
    const timed = await costsOf(asked)
    printCost(name, timed)
    const [half, whole] = timed.slice(-2)
    // The names of a project grow in its year, and to search is to read them: decision 0035.
    if (half && whole && whole.rowsRead > GROWTH * half.rowsRead && !name.startsWith('search'))
      missed.push(`${name}: ${shown(half.rowsRead)} rows read at half of the days, ${shown(whole.rowsRead)} at the end`)
  }
  return missed
}

/** What each read costs, and its time in turns, so that other load weighs on all alike. */
async function costsOf(reads: readonly { readonly server: Server; readonly path: string }[]): Promise<Cost[]> {
  const costs: Omit<Cost, 'ms'>[] = []
  for (const { server, path } of reads) {
    const answer = await ask(server, { path })
    costs.push({ operations: await ownOperations(server, answer, path), rowsRead: answer.spent.rowsRead })
  }
  const times: number[][] = reads.map(() => [])
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, { server, path }] of reads.entries())
      times[i]?.push((await ask(server, { path, isCounted: false })).ms)
  return costs.map((cost, i) => ({ ...cost, ms: median(times[i] ?? []) }))
}

function printCost(name: string, costs: readonly Cost[]): void {
  const operations = [...new Set(costs.map((cost) => cost.operations))].join(', ')
  console.log(
    `| ${name} | ${operations} | ${costs.map(({ rowsRead }) => shown(rowsRead)).join(' / ')} | ${costs.map(({ ms }) => ms.toFixed(0)).join(' / ')} |`,
  )
}

/** Another project of that instance, with very many names. */
async function measureNames(server: Server): Promise<void> {
  await createProject(server, 'names')
  await reportBuild(server, 'names', { number: 1, branch: 'main', revision: 'a'.repeat(40) })
  const [first] = buildsOf({ days: 1, buildsADay: 1, tests: NAMES, endsAt: Date.now() })
  const { ms } = await put(server, { repo: 'names', build: 1, xml: junitOf(first?.tests ?? []) })
  console.log(
    `\nIn the same database a second project, whose first report has ${shown(NAMES)} new tests (${ms.toFixed(0)} ms):\n`,
  )
  console.log('| search there | storage operations | rows read | ms, median |\n|---|---|---|---|')
  const names = { 'finds eight names': 'Suite6000Test', 'finds none': 'no such name', 'finds many': 'thing' }
  for (const [name, text] of Object.entries(names)) {
    const path = `/api/buildpass/v1/projects/gh/bench/names/tests?search=${encodeURIComponent(text)}`
    printCost(name, await costsOf([{ server, path }]))
  }
}

function percentile(values: readonly number[], part: number): number {
  return (
    [...values].sort((one, other) => one - other)[Math.min(values.length - 1, Math.floor(part * values.length))] ?? 0
  )
}

function shown(value: number): string {
  return value.toLocaleString('en-US')
}
