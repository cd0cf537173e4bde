// npm run measure:logs [-- --pairs 5]: what the log of a command costs it, how soon it is read, and what it takes of R2.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { mintSessionSecret } from '../../../src/domain/people/session.ts'
import { LOGS_PREFIX } from '../../../src/storage/logs/log-prefix.ts'
import { createMemory } from '../../../src/storage/memory.ts'
import { insertSession } from '../../../src/storage/people/sessions.ts'
import { openPrimary } from '../../../src/storage/stores.ts'
import { parseInvocation } from '../../check/invocation.ts'
import { median } from '../compared-times.ts'
import { startOwnedServer } from '../owned-server.ts'
import { ask, createProject, ownOperations, type Server } from '../tests/server.ts'
import { type Job, type Memory, mostMemory, placeCommand, printing, runPiped, runReported } from './command.ts'
import { lineOf } from './printed-lines.ts'

const { values } = parseInvocation('npm run measure:logs [-- --pairs 5]', {
  pairs: { type: 'string', default: '5' },
})
const PAIRS = Number(values.pairs)
const RATE_MB = 200
const PRINTED_MB = 1_000
const MARKS = { count: 40, everyMs: 430 }
const LINES = 1_000_000
const WANTED_LINE = 900_000
const GOALS = { slowedPercent: 3, memoryMb: 100, readMs: 3_000, operationsALine: 2 }

type Row = { readonly what: string; readonly value: string; readonly goal: string | null; readonly isMet: boolean }
const rows: Row[] = []

const folder = mkdtempSync(join(tmpdir(), 'buildpass-logs-'))
try {
  const pepper = `bench:${randomBytes(32).toString('base64url')}`
  const { server, userId, bucket, stop } = await startOwnedServer({ folder, pepper })
  try {
    const session = mintSessionSecret()
    const proof = { userId, method: 'link', userAgent: 'bench', from: null } as const
    const stores = { db: openPrimary(server.d1), now: Date.now, memory: createMemory(), changed: new Set<string>() }
    if (!(await insertSession(stores, session, proof))) throw new Error('nobody is signed in')
    placeCommand(folder)
    await measureReading(server)
    await measurePage(server, `__Host-session=${session}`)
    await measureStored(server, await bucket())
    await measureSpeed(server)
  } finally {
    await stop()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
show()

/** How much longer a fast command takes with its log, in pairs, so that whatever slows the machine slows both. */
async function measureSpeed(server: Server): Promise<void> {
  const alone: number[] = []
  const reported: number[] = []
  const memory: Memory[] = []
  const noted = join(folder, 'took')
  const line = printing('rate', String(RATE_MB), String(PRINTED_MB), noted)
  const took = () => Number(readFileSync(noted, 'utf8'))
  for (let pair = 1; pair <= PAIRS; pair++) {
    await runPiped(line)
    alone.push(took())
    const job = await openJob(server, `speed-${pair}`)
    memory.push(await mostMemory(folder, runReported(job, line)))
    reported.push(took())
  }
  const rate = (ms: number) => `${((PRINTED_MB / ms) * 1000).toFixed(0)} MB/s`
  const percent = median(reported.map((ms, i) => (ms / (alone[i] ?? Number.NaN) - 1) * 100))
  note(
    `${PRINTED_MB} MB at ${RATE_MB} MB/s into a pipe`,
    `${rate(median(alone))} alone, ${rate(median(reported))} reported`,
  )
  goal(`slower by, in %, median of ${PAIRS} pairs`, percent, GOALS.slowedPercent, 1)
  const most = (of: keyof Memory) => Math.max(...memory.map((one) => one[of]))
  // What nobody else can use while it runs: docs/cli.md.
  goal('private memory of its two processes, in MB', most('own'), GOALS.memoryMb)
  note('that and the pages of Node’s program, which they share, once', `${most('whole').toFixed(0)} MB`)
}

/** From the moment at which a line is printed until a reader who waits for it has it. */
async function measureReading(server: Server): Promise<void> {
  const job = await openJob(server, 'reading')
  const running = runReported(job, printing('marks', String(MARKS.count), String(MARKS.everyMs)))
  const delays: number[] = []
  let offset = 0
  for (let isOver = false; !isOver; ) {
    const response = await fetch(`${server.origin}${stepPath(job)}/log?offset=${offset}&wait=20`, {
      headers: { 'Circle-Token': server.token },
    })
    const text = await response.text()
    const now = Date.now()
    if (response.status === 404) {
      await new Promise((resolve) => setTimeout(resolve, 50)) // Its step is not reported yet.
      continue
    }
    if (!response.ok) throw new Error(`the log was answered ${response.status}: ${text}`)
    for (const mark of text.split('\n').filter(Boolean)) delays.push(now - Number(mark))
    offset = Number(response.headers.get('X-Log-Offset'))
    isOver = response.headers.get('X-Terminal') === 'true'
  }
  await running
  if (delays.length !== MARKS.count) throw new Error(`${MARKS.count} lines were printed, and ${delays.length} read`)
  note('from print to a reader who waits for it, in ms, median', median(delays).toFixed(0))
  goal('from print to a reader who waits for it, in ms', Math.max(...delays), GOALS.readMs)
}

/** The same for whoever looks at its page, which reads the part that changes as its script does. */
async function measurePage(server: Server, cookie: string): Promise<void> {
  const job = await openJob(server, 'page')
  const running = runReported(job, printing('marks', String(MARKS.count), String(MARKS.everyMs)))
  const page = `/gh/bench/${job.repo}/1/steps/0/log`
  const seen = new Map<string, number>()
  for (let live: string | undefined = page; live; ) {
    const response: Response = await fetch(`${server.origin}${live}`, {
      headers: { Cookie: cookie, Accept: 'text/html' },
    })
    const html = await response.text()
    const now = Date.now()
    if (response.status === 404) {
      await new Promise((resolve) => setTimeout(resolve, 50)) // Its step is not reported yet.
      continue
    }
    if (!response.ok) throw new Error(`the page was answered ${response.status}`)
    for (const [, mark = ''] of html.matchAll(/<span class="log-text">(\d{13})</g))
      if (!seen.has(mark)) seen.set(mark, now - Number(mark))
    const [, address, pauseMs] = /data-live="([^"]+)" data-live-ms="(\d+)"/.exec(html) ?? []
    live = address?.replaceAll('&amp;', '&')
    await new Promise((resolve) => setTimeout(resolve, Number(pauseMs ?? 0)))
  }
  await running
  if (seen.size !== MARKS.count) throw new Error(`${MARKS.count} lines were printed, and ${seen.size} shown`)
  note('from print to the page, in ms, median', median([...seen.values()]).toFixed(0))
  goal('from print to the page, in ms', Math.max(...seen.values()), GOALS.readMs)
}

/** A long log that is kept whole: what it takes, and what a line far behind costs. */
async function measureStored(server: Server, bucket: R2Bucket): Promise<void> {
  const job = await openJob(server, 'stored')
  const before = new Set((await listLogObjects(bucket)).map(({ key }) => key))
  const file = join(folder, 'lines')
  const text = Array.from({ length: LINES }, (_, i) => `${lineOf(i + 1)}\n`).join('')
  writeFileSync(file, text)
  const startedAt = performance.now()
  await runReported(job, ['cat', file])
  note(`${LINES} lines, ${mb(Buffer.byteLength(text))}, printed at once and sent`, `${seconds(startedAt)} s`)
  await waitUntilPacked(server)
  const objects = (await listLogObjects(bucket)).filter(({ key }) => !before.has(key))
  const stored = objects.reduce((sum, { size }) => sum + size, 0)
  note(
    'of it in R2',
    `${mb(stored)} in ${objects.length} objects: ${((stored / Buffer.byteLength(text)) * 100).toFixed(1)} %`,
  )
  const path = `${stepPath(job)}/log?lines=${WANTED_LINE}-${WANTED_LINE}`
  const answer = await ask(server, { path })
  if (answer.text !== `${lineOf(WANTED_LINE)}\n`) throw new Error(`another line was given: ${answer.text}`)
  const operations = await ownOperations(server, answer, path)
  goal(`storage operations for line ${WANTED_LINE} (${answer.ms.toFixed(0)} ms)`, operations, GOALS.operationsALine)
  const condensed = await ask(server, { path: `${stepPath(job)}/log/condensed` })
  note('the condensed log', `${await ownOperations(server, condensed, path)} operations, ${condensed.ms.toFixed(0)} ms`)
}

async function listLogObjects(bucket: R2Bucket): Promise<readonly R2Object[]> {
  return (await bucket.list({ prefix: LOGS_PREFIX })).objects
}

async function waitUntilPacked({ d1 }: Server): Promise<void> {
  const startedAt = performance.now()
  for (;;) {
    const row = await d1.prepare("select count(*) as open from logs where state <> 'packed'").first<{ open: number }>()
    if (row?.open === 0) break
    if (performance.now() - startedAt > 60_000) throw new Error('the log was not packed within a minute')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  note('its parts put together after that', `${seconds(startedAt)} s later`)
}

async function openJob(server: Server, repo: string): Promise<Job> {
  return { folder, server, repo: await createProject(server, repo) }
}

function stepPath({ repo }: Job): string {
  return `/api/buildpass/v1/projects/gh/bench/${repo}/builds/1/steps/0`
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1)
}

function note(what: string, value: string): void {
  rows.push({ what, value, goal: null, isMet: true })
}

function goal(what: string, value: number, most: number, digits = 0): void {
  rows.push({ what, value: value.toFixed(digits), goal: `at most ${most}`, isMet: value <= most })
}

function show(): void {
  console.log(`Logs, the server on the same machine; load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores`)
  for (const { what, value, goal, isMet } of rows)
    console.log(
      `${goal === null ? '    ' : isMet ? 'ok  ' : 'MISS'} ${what.padEnd(60)} ${value}${goal ? ` (${goal})` : ''}`,
    )
  if (rows.some(({ isMet }) => !isMet)) process.exitCode = 1
}
