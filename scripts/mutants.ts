// npm run mutants [-- --file src/domain/fence.ts] [--list]: takes out each check of what lets people in, one at a time,
// and runs the tests that should notice. Survivors are listed, and make it fail.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { REPOSITORY } from './local-state.ts'
import { handMadeOf } from './mutants/by-hand.ts'
import { isHarmless } from './mutants/harmless.ts'
import type { Mutant } from './mutants/mutation.ts'
import { mutantsOf } from './mutants/operators.ts'

const STORAGE = ['grants', 'revocations', 'projects', 'proof', 'shared-work', 'budget'].map(
  (name) => `test/storage/${name}.test.ts`,
)
const TICKETS = [
  'test/domain/download-ticket.test.ts',
  'test/storage/download-proof.test.ts',
  'test/http/downloads/ticket-race.test.ts',
  'test/http/downloads.test.ts',
]
const MATRIX = 'test/http/access.test.ts'
const SIMULATION = 'scripts/mutants/simulation.test.ts'
const WRITES = [
  'test/storage/rights.test.ts',
  'test/http/foreign-ids.test.ts',
  'test/storage/made.test.ts',
  'test/http/lasting-effects.test.ts',
  'test/web/lasting-effects.test.ts',
]

/** The files under test, each with the tests that should notice, the likeliest first. */
const TARGETS: Record<string, readonly string[]> = {
  'src/actions/verify-identity.ts': ['test/http/oidc.test.ts'],
  'src/domain/client-address.ts': ['test/domain/client-address.test.ts'],
  'src/domain/same-text.ts': ['test/domain/same-text.test.ts'],
  'src/http/client-limits.ts': ['test/http/client-limits.test.ts'],
  'src/storage/identities.ts': [...WRITES, 'test/web/github.test.ts'],
  'src/storage/listeners.ts': [...WRITES, 'test/actions/deliver.test.ts'],
  'src/storage/made.ts': WRITES,
  'src/storage/members.ts': WRITES,
  'src/storage/publishers.ts': [...WRITES, 'test/http/oidc.test.ts'],
  'src/storage/rights.ts': WRITES,
  'src/storage/sessions.ts': WRITES,
  'src/storage/token-ends.ts': ['test/storage/token-ends.test.ts', 'test/http/leaks.test.ts', ...WRITES],
  'src/domain/fence.ts': ['test/domain/fence.test.ts', ...STORAGE, SIMULATION],
  'src/domain/grant.ts': ['test/domain/grant.test.ts', 'test/storage/projects.test.ts', MATRIX],
  'src/domain/permission.ts': ['test/domain/grant.test.ts', MATRIX],
  'src/domain/secret.ts': ['test/domain/secret.test.ts', 'test/http/credentials.test.ts'],
  'src/domain/download-ticket.ts': TICKETS,
  'src/http/credentials.ts': ['test/http/credentials.test.ts', MATRIX],
  'src/http/authorize.ts': [MATRIX, ...TICKETS],
  'src/storage/cached-grant.ts': ['test/storage/cached-grant.test.ts', ...STORAGE],
  'src/storage/download-proof.ts': [...TICKETS, SIMULATION],
  'src/storage/feed-copy.ts': [
    'test/storage/feed-copy.test.ts',
    'test/storage/revocations.test.ts',
    ...STORAGE,
    SIMULATION,
  ],
  'src/storage/grants.ts': [...STORAGE, SIMULATION],
  'src/storage/memory.ts': ['test/storage/memory.test.ts', ...STORAGE],
  'src/storage/projects.ts': ['test/storage/projects.test.ts', ...STORAGE, SIMULATION],
  'src/storage/proof.ts': ['test/storage/proof.test.ts', 'test/storage/revocations.test.ts', ...STORAGE, SIMULATION],
  'src/storage/revocations.ts': ['test/storage/revocations.test.ts', ...STORAGE, SIMULATION],
  'src/storage/shared-work.ts': ['test/storage/shared-work.test.ts', ...STORAGE, SIMULATION],
}
// A mutant that never ends is noticed too.
const PATIENCE_MS = 120_000

const folder = mkdtempSync(join(tmpdir(), 'buildpass-mutants-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const { values } = parseArgs({ options: { file: { type: 'string' }, list: { type: 'boolean', default: false } } })
const mutants = Object.keys(TARGETS)
  .filter((file) => values.file === undefined || file === values.file)
  .flatMap((file) => {
    const source = readFileSync(join(REPOSITORY, file), 'utf8')
    return [...handMadeOf(file, source), ...mutantsOf(file, source)]
  })
  .filter((mutant) => !isHarmless(mutant, lineOf(mutant).text))
if (values.list) for (const mutant of mutants) console.log(describe(mutant))
else await run()

async function run(): Promise<void> {
  const failing = await tryOn(null)
  if (failing !== null) throw new Error(`the tests fail without any mutant: ${failing}`)
  for (const file of new Set(mutants.map((mutant) => mutant.file))) await requireThatItIsMutated(file)
  const startedAt = performance.now()
  const survivors: Mutant[] = []
  const waiting = [...mutants]
  let done = 0
  const work = async () => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const killedBy = await tryOn(mutant)
      done += 1
      if (killedBy === null) survivors.push(mutant)
      console.log(
        `${done}/${mutants.length} ${killedBy === null ? 'SURVIVED' : 'killed  '} ${describe(mutant)}${killedBy === null ? '' : `  (${killedBy})`}`,
      )
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1)
  console.log(`\n${mutants.length - survivors.length} of ${mutants.length} mutants killed in ${minutes} minutes`)
  for (const mutant of survivors) console.log(`survived: ${describe(mutant)}`)
  if (survivors.length > 0) process.exitCode = 1
}

/** Nothing could survive this: a mutation that is not applied would be counted as a survivor, or worse. */
async function requireThatItIsMutated(file: string): Promise<void> {
  const broken = { file, start: 0, end: 0, text: "throw new Error('mutated');", what: 'broken' }
  if ((await tryOn(broken)) === null) throw new Error(`${file} is not loaded, or not mutated`)
}

/** Runs the tests on one mutant, or (null) on the code as it is. */
async function tryOn(mutant: Mutant | null): Promise<string | null> {
  const tests = [...new Set(mutant ? TARGETS[mutant.file] : Object.values(TARGETS).flat())]
  const vitest = join(REPOSITORY, 'node_modules/vitest/vitest.mjs')
  const report = join(folder, `${crypto.randomUUID()}.json`)
  const args = [
    'run',
    '-c',
    'scripts/mutants/vitest.config.ts',
    '--bail=1',
    '--reporter=json',
    `--outputFile=${report}`,
  ]
  const env = { ...process.env, MUTANT: mutant ? JSON.stringify(mutant) : '', MUTANT_TESTS: tests.join(' ') }
  const child = spawn(process.execPath, [vitest, ...args, ...tests], { cwd: REPOSITORY, env, stdio: 'ignore' })
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  const [code, signal]: [number | null, string | null] = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (...ended) => resolve(ended))
  })
  clearTimeout(timer)
  if (code === 0) return null
  if (signal) return 'never ended'
  return existsSync(report) ? firstFailureIn(readFileSync(report, 'utf8')) : 'crashed'
}

function firstFailureIn(output: string): string {
  const report: { testResults: { assertionResults: { status: string; fullName: string }[] }[] } = JSON.parse(output)
  const failed = report.testResults.flatMap((file) => file.assertionResults).find((test) => test.status === 'failed')
  return failed?.fullName.trim() ?? 'did not load'
}

function describe(mutant: Mutant): string {
  const { number, text } = lineOf(mutant)
  return `${mutant.file}:${number} ${mutant.what}: ${text}`
}

function lineOf({ file, start, end }: Mutant): { readonly number: number; readonly text: string } {
  const source = readFileSync(join(REPOSITORY, file), 'utf8')
  const text = source.slice(start, end).replace(/\s+/g, ' ')
  return { number: source.slice(0, start).split('\n').length, text: text.length > 90 ? `${text.slice(0, 90)}…` : text }
}
