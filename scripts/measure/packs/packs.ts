// npm run measure:packs [-- --gb 1]: what many files take to be uploaded and downloaded, and the memory of a large pack.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFaultProxy } from '../../../test/support/server/fault-proxy.ts'
import { parseInvocation } from '../../check/invocation.ts'
import { REPOSITORY } from '../../start/local-state.ts'
import { startServer, type ThrowawayServer } from '../../start/throwaway-server.ts'
import { writeFilms, writeReport } from './files.ts'

const { values } = parseInvocation('npm run measure:packs [-- --gb 1]', { gb: { type: 'string', default: '1' } })
const GB = Number(values.gb)
const REPORT_BYTES = 50e6
const GOALS = { seconds: 10, requests: 10 }
const SAMPLE_MS = 100
const ONE_PACK = join(import.meta.dirname, 'one-pack.ts')
const COMMAND = join(REPOSITORY, 'bin/buildpass.mjs')
const DOWNLOAD = [COMMAND, 'download', '--branch', 'packs', '--filter', 'none', '--quiet']

type Row = { readonly what: string; readonly value: string; readonly isMet: boolean | null }
const rows: Row[] = []

const folder = mkdtempSync(join(tmpdir(), 'buildpass-packs-'))
const server = await startServer()
const proxy = await startFaultProxy(server.demo.origin)
try {
  // What is loaded at first is not measured.
  await uploadReport('warm', 20)
  proxy.seen.length = 0
  rows.length = 0
  await uploadReport('report', 2_000)
  await uploadReport('report', 10_000)
  await uploadLarge(server)
  note(
    'storage operations to serve one file',
    'see test/http/buildpass/builds/packs.test.ts: 2 for the link, 1 for bytes',
  )
} finally {
  await proxy.close()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}
show()

/** A report of so many files by the command, and once more when nothing changed. */
async function uploadReport(name: string, files: number): Promise<void> {
  const from = join(folder, `${name}-${files}`)
  const bytes = writeReport(from, files, REPORT_BYTES)
  const line = [COMMAND, 'upload', '.', '--id', `${name}-${files}`, '--quiet']
  const what = `${files} files of ${mb(bytes)} together`
  const first = await run(line, from, proxy.origin)
  const isGoal = files === 10_000
  add(`${what}, in s`, first.seconds.toFixed(1), isGoal ? first.seconds <= GOALS.seconds : null)
  add(`${what}, requests`, `${proxy.seen.length}`, isGoal ? proxy.seen.length <= GOALS.requests : null)
  note(`${what}, most memory of the command`, mb(first.mostOwn))
  proxy.seen.length = 0
  const again = await run(line, from, proxy.origin)
  note(`${what}, again, in s`, `${again.seconds.toFixed(1)}, ${proxy.seen.length} requests`)
  proxy.seen.length = 0
  await downloadReport(from, what)
}

/** The newest report as packs, once more when all is there, and one by one. */
async function downloadReport(uploaded: string, what: string): Promise<void> {
  for (const [how, options] of [
    ['as packs', []],
    ['as packs, again', []],
    ['one by one', ['--no-pack']],
  ] as const) {
    proxy.seen.length = 0
    const to = `${uploaded}-down${options.join('')}`
    const { seconds, mostOwn } = await run([...DOWNLOAD, '--to', to, ...options], folder, proxy.origin)
    execFileSync('diff', ['-r', uploaded, to])
    note(`${what}, downloaded ${how}, in s`, `${seconds.toFixed(1)}, ${proxy.seen.length} requests, ${mb(mostOwn)}`)
  }
  proxy.seen.length = 0
}

/** One pack of that size, which the command would send as several, straight to the server. */
async function uploadLarge({ demo }: ThrowawayServer): Promise<void> {
  const from = join(folder, 'large')
  writeFilms(from, GB * 1e9)
  await new Promise((resolve) => setTimeout(resolve, 5_000)) // What the reports took is given back.
  const before = memoryOf('workerd')
  const sent = await run(['--no-warnings', ONE_PACK], from, demo.origin)
  await new Promise((resolve) => setTimeout(resolve, 5_000))
  note(`one pack of ${GB} GB, in s`, sent.seconds.toFixed(1))
  note(
    'memory of workerd before, at most, and after',
    [before, sent.mostOfWorkerd, memoryOf('workerd')].map(mb).join(', '),
  )
  note('most memory of its sender', mb(sent.mostOwn))
  const to = join(folder, 'large-down')
  const fetched = await run([...DOWNLOAD, '--to', to], folder, demo.origin)
  execFileSync('diff', ['-r', from, to])
  note(`the pack of ${GB} GB downloaded, in s`, fetched.seconds.toFixed(1))
  note('memory of workerd meanwhile, and of its reader', [fetched.mostOfWorkerd, fetched.mostOwn].map(mb).join(', '))
}

/** Runs Node on that in a folder; the memory of both sides meanwhile. */
async function run(line: readonly string[], cwd: string, origin: string) {
  const startedAt = performance.now()
  const child = spawn(process.execPath, line, {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      BUILDPASS_URL: origin,
      BUILDPASS_TOKEN: server.demo.tokens.personal,
      BUILDPASS_PROJECT: 'gh/acme/web',
      BUILDPASS_BRANCH: 'packs',
      BUILDPASS_REVISION: 'e'.repeat(40),
    } as unknown as NodeJS.ProcessEnv,
  })
  let mostOwn = 0
  let mostOfWorkerd = 0
  const sampling = setInterval(() => {
    mostOwn = Math.max(mostOwn, memoryOf(child.pid ?? 0))
    mostOfWorkerd = Math.max(mostOfWorkerd, memoryOf('workerd'))
  }, SAMPLE_MS)
  const code = await new Promise((resolve) => child.once('close', resolve))
  clearInterval(sampling)
  if (code !== 0) throw new Error(`${line.join(' ')} ended with ${code}`)
  return { seconds: (performance.now() - startedAt) / 1000, mostOwn, mostOfWorkerd }
}

/** Bytes of a process, or of those of the server that are called so. */
function memoryOf(which: number | 'workerd'): number {
  const lines = execFileSync('ps', ['-eo', 'pid=,pgid=,rss=,comm='], { encoding: 'utf8' }).trim().split('\n')
  const processes = lines.map((line) => line.trim().split(/\s+/))
  const meant = processes.filter(([pid, group, , name]) =>
    which === 'workerd' ? Number(group) === server.group && name === which : Number(pid) === which,
  )
  return meant.reduce((sum, [, , kib]) => sum + Number(kib) * 1024, 0)
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}

function note(what: string, value: string): void {
  add(what, value, null)
}

function add(what: string, value: string, isMet: boolean | null): void {
  rows.push({ what, value, isMet })
}

function show(): void {
  console.log(`Packs, the server on the same machine; load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores`)
  for (const { what, value, isMet } of rows)
    console.log(`${isMet === null ? '    ' : isMet ? 'ok  ' : 'MISS'} ${what.padEnd(62)} ${value}`)
  console.log(`Goals: 10,000 files in ${GOALS.seconds} s and ${GOALS.requests} requests.`)
  if (rows.some(({ isMet }) => isMet === false)) process.exitCode = 1
}
