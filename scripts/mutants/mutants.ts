// npm run mutants [-- --file src/domain/access/fence.ts …] [--minutes N] [--list]: takes out each check of what lets people
// in, one at a time, and runs the tests that should notice; with --minutes those that it gets to, drawn anew each time. Survivors are listed, and make it fail.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { parseInvocation, refuseInvocation } from '../check/invocation.ts'
import { REPOSITORY } from '../start/local-state.ts'
import { handMadeOf } from './by-hand.ts'
import { isHarmless } from './harmless.ts'
import type { Mutant } from './mutation.ts'
import { mutantsOf } from './operators.ts'

const STORAGE = [
  'test/storage/edge/grants.test.ts',
  'test/storage/tokens/revocations.test.ts',
  'test/storage/edge/project-access.test.ts',
  'test/storage/edge/proof.test.ts',
  'test/storage/edge/shared-work.test.ts',
  'test/storage/edge/budget.test.ts',
]
const TICKETS = [
  'test/domain/access/tickets/download-ticket.test.ts',
  'test/storage/edge/download-proof.test.ts',
  'test/http/downloads/ticket-race.test.ts',
  'test/http/downloads/downloads.test.ts',
  'test/http/downloads/output.test.ts',
]
const MATRIX = 'test/http/frame/access.test.ts'
const SIMULATION = 'scripts/mutants/simulation.test.ts'
const TOKENS = 'test/http/circleci/v1/tokens.test.ts'
const LIMITS = 'test/http/circleci/v1/token-limits.test.ts'
const PROJECTS = 'test/http/buildpass/projects.test.ts'
const OIDC = 'test/http/buildpass/tokens/oidc.test.ts'
const SESSIONS = ['test/http/web/sign-in/sessions.test.ts', 'test/http/web/sign-in/github.test.ts']
const WRITES = [
  'test/storage/tokens/rights.test.ts',
  'test/http/frame/foreign-ids.test.ts',
  'test/storage/tokens/made.test.ts',
  'test/http/web/frame/lasting-effects.test.ts',
  'test/http/frame/lasting-effects.test.ts',
]

/** The files under test, each with the tests that should notice: the quickest first, since one that fails is enough. */
const TARGETS: Record<string, readonly string[]> = {
  'src/actions/verify-identity.ts': [OIDC],
  'src/domain/access/client-address.ts': ['test/domain/access/client-address.test.ts'],
  'src/domain/access/same-text.ts': ['test/domain/access/same-text.test.ts'],
  'src/http/frame/request/client-limits.ts': ['test/http/frame/request/client-limits.test.ts'],
  'src/storage/people/identities.ts': ['test/storage/people/identities.test.ts', ...SESSIONS, ...WRITES],
  'src/storage/notices/listeners.ts': [
    'test/actions/send-message.test.ts',
    'test/http/circleci/v1/triggers.test.ts',
    ...WRITES,
  ],
  'src/storage/projects/env-vars.ts': ['test/http/circleci/both/env-vars.test.ts', ...WRITES],
  'src/storage/tokens/made.ts': [TOKENS, PROJECTS, ...WRITES],
  'src/storage/people/members.ts': ['test/storage/people/members.test.ts', PROJECTS, ...WRITES],
  'src/storage/tokens/publishers.ts': ['test/storage/tokens/publishers.test.ts', OIDC, ...WRITES],
  'src/storage/tokens/rights.ts': WRITES,
  'src/storage/people/sessions.ts': ['test/storage/edge/download-proof.test.ts', ...SESSIONS, ...WRITES],
  'src/storage/tokens/token-ends.ts': [
    'test/storage/tokens/token-ends.test.ts',
    TOKENS,
    'test/http/buildpass/tokens/leaks.test.ts',
    ...WRITES,
  ],
  'src/domain/access/fence.ts': ['test/domain/access/fence.test.ts', ...STORAGE, SIMULATION],
  'src/domain/access/grant.ts': [
    'test/domain/access/grant.test.ts',
    'test/storage/edge/project-access.test.ts',
    MATRIX,
  ],
  'src/domain/access/limits/limits.ts': ['test/domain/access/limits/limits.test.ts', LIMITS, MATRIX],
  'src/domain/access/limits/network.ts': ['test/domain/access/limits/network.test.ts', LIMITS],
  'src/storage/people/reach.ts': ['test/http/circleci/limited-lists.test.ts'],
  'src/storage/tokens/kept-limits.ts': ['test/storage/edge/grants.test.ts', LIMITS],
  'src/domain/access/permission.ts': ['test/domain/access/grant.test.ts', MATRIX],
  'src/domain/access/secret-hash.ts': ['test/domain/access/secret-hash.test.ts', LIMITS],
  'src/domain/access/secret.ts': ['test/domain/access/secret.test.ts', 'test/http/frame/request/credentials.test.ts'],
  'src/domain/access/tickets/download-ticket.ts': TICKETS,
  'src/domain/access/tickets/signed-text.ts': TICKETS,
  'src/domain/access/basic-credentials.ts': [
    'test/domain/access/basic-credentials.test.ts',
    'test/http/frame/request/credentials.test.ts',
  ],
  'src/http/hot.ts': ['test/http/hot.test.ts', 'test/http/frame/authorize.test.ts', MATRIX],
  'src/http/frame/request/credentials.ts': ['test/http/frame/request/credentials.test.ts', MATRIX],
  'src/http/frame/authorize.ts': [
    'test/http/frame/authorize.test.ts',
    'test/http/frame/refusals.test.ts',
    'test/http/hot.test.ts',
    ...SESSIONS,
    PROJECTS,
    ...TICKETS,
    MATRIX,
  ],
  'src/storage/edge/cached-grant.ts': ['test/storage/edge/cached-grant.test.ts', ...STORAGE],
  'src/storage/edge/download-proof.ts': [...TICKETS, SIMULATION],
  'src/storage/edge/feed-copy.ts': [
    'test/storage/edge/feed-copy.test.ts',
    'test/storage/tokens/revocations.test.ts',
    ...STORAGE,
    SIMULATION,
  ],
  'src/storage/edge/grants.ts': [...STORAGE, SIMULATION],
  'src/domain/formats/recent-map.ts': ['test/domain/formats/recent-map.test.ts', ...STORAGE],
  'src/storage/edge/project-access.ts': ['test/storage/edge/project-access.test.ts', ...STORAGE, SIMULATION],
  'src/storage/edge/proof.ts': [
    'test/storage/edge/proof.test.ts',
    'test/storage/tokens/revocations.test.ts',
    ...STORAGE,
    SIMULATION,
  ],
  'src/storage/tokens/revocations.ts': ['test/storage/tokens/revocations.test.ts', ...STORAGE, SIMULATION],
  'src/storage/edge/shared-work.ts': ['test/storage/edge/shared-work.test.ts', ...STORAGE, SIMULATION],
}
// A mutant that never ends is noticed too. How long is never depends on the machine: what its tests take without a mutant,
// several times over, and what a start may take.
const PATIENCE = { startMs: 30_000, factor: 5 }
const NEVER_ENDED = 'never ended'

const folder = mkdtempSync(join(tmpdir(), 'buildpass-mutants-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const usage = 'npm run mutants [-- --file <path>] [--minutes N] [--list]'
const { values } = parseInvocation(usage, {
  file: { type: 'string', multiple: true },
  minutes: { type: 'string' },
  list: { type: 'boolean', default: false },
})
const minutes = Number(values.minutes ?? Number.POSITIVE_INFINITY)
if (!(minutes > 0)) refuseInvocation(usage, '--minutes takes a number above 0.')
for (const file of values.file ?? [])
  if (!Object.hasOwn(TARGETS, file)) refuseInvocation(usage, `${file} is not under test.`)
const mutants = Object.keys(TARGETS)
  .filter((file) => !values.file || values.file.includes(file))
  .flatMap(allOf)
  .filter((mutant) => !isHarmless(mutant, lineOf(mutant).text))
if (values.list) for (const mutant of mutants) console.log(describe(mutant))
else await run()

async function run(): Promise<void> {
  const files = [...new Set(mutants.map(({ file }) => file))]
  const startedAt = performance.now()
  const times = await timesWithoutMutant(files)
  const patienceFor = ({ file }: Mutant) =>
    PATIENCE.startMs + PATIENCE.factor * testsOf([file]).reduce((sum, test) => sum + (times.get(test) ?? 0), 0)
  for (const file of files) await requireThatItIsMutated(file)

  const killers = new Map<Mutant, string | null>()
  const judge = async (mutant: Mutant, patienceMs: number) => {
    const killedBy = await tryOn(mutant, patienceMs)
    killers.set(mutant, killedBy)
    const verdict = killedBy === null ? 'SURVIVED' : 'killed  '
    const by = killedBy === null ? '' : `  (${killedBy})`
    console.log(`${killers.size}/${mutants.length} ${verdict} ${describe(mutant)}${by}`)
  }
  const waiting = values.minutes === undefined ? [...mutants] : shuffled(mutants)
  const until = startedAt + minutes * 60_000
  const work = async () => {
    for (let mutant = waiting.shift(); mutant && performance.now() < until; mutant = waiting.shift())
      await judge(mutant, patienceFor(mutant))
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
  // What was only slow, beside another, ends when it is alone.
  for (const [mutant, killedBy] of [...killers])
    if (killedBy === NEVER_ENDED) await judge(mutant, 2 * patienceFor(mutant))

  const tried = mutants.filter((mutant) => killers.has(mutant))
  const isSurvivor = (mutant: Mutant) => killers.get(mutant) === null
  console.log()
  for (const file of files) {
    const ofFile = tried.filter((mutant) => mutant.file === file)
    console.log(`${ofFile.filter((mutant) => !isSurvivor(mutant)).length} of ${ofFile.length} killed in ${file}`)
  }
  const survivors = tried.filter(isSurvivor)
  const took = ((performance.now() - startedAt) / 60_000).toFixed(1)
  const left = mutants.length - tried.length
  console.log(
    `${tried.length - survivors.length} of ${tried.length} mutants killed in ${took} minutes${left > 0 ? `; ${left} were not tried` : ''}`,
  )
  for (const mutant of survivors) console.log(`survived: ${describe(mutant)}`)
  if (survivors.length > 0) process.exitCode = 1
}

function shuffled<T>(items: readonly T[]): T[] {
  const keyed = items.map((item) => [Math.random(), item] as const)
  return keyed.sort(([a], [b]) => a - b).map(([, item]) => item)
}

function allOf(file: string): readonly Mutant[] {
  const source = readFileSync(join(REPOSITORY, file), 'utf8')
  const found = [...handMadeOf(file, source), ...mutantsOf(file, source)]
  if (found.length === 0) throw new Error(`nothing is tried on ${file}`)
  return found
}

/** How long each file of tests takes, all of which must pass. */
async function timesWithoutMutant(files: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const { isPassed, report } = await runTests(null, testsOf(files))
  if (!isPassed || !report)
    throw new Error(`the tests fail without any mutant: ${report ? firstFailureIn(report) : 'there is no report'}`)
  return new Map(report.testResults.map((file) => [relative(REPOSITORY, file.name), file.endTime - file.startTime]))
}

/** Nothing could survive this: a mutation that is not applied would be counted as a survivor, or worse. */
async function requireThatItIsMutated(file: string): Promise<void> {
  const broken = { file, start: 0, end: 0, text: "throw new Error('mutated');", what: 'broken' }
  if ((await tryOn(broken)) === null) throw new Error(`${file} is not loaded, or not mutated`)
}

function testsOf(files: readonly string[]): readonly string[] {
  return [...new Set(files.flatMap((file) => TARGETS[file] ?? []))]
}

/** The test that notices a mutant; null where none does. */
async function tryOn(mutant: Mutant, patienceMs = 0): Promise<string | null> {
  const { isPassed, isStopped, report } = await runTests(mutant, testsOf([mutant.file]), patienceMs)
  if (isPassed) return null
  if (isStopped) return NEVER_ENDED
  return report ? firstFailureIn(report) : 'crashed'
}

type Report = {
  readonly testResults: readonly {
    readonly name: string
    readonly startTime: number
    readonly endTime: number
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

/** Runs tests on one mutant, or (null) on the code as it is, to the first that fails; for ever by default. */
async function runTests(mutant: Mutant | null, tests: readonly string[], patienceMs = 0) {
  const vitest = join(REPOSITORY, 'node_modules/vitest/vitest.mjs')
  const output = join(folder, `${crypto.randomUUID()}.json`)
  const config = ['run', '-c', 'scripts/mutants/vitest.config.ts', '--bail=1', '--reporter=json']
  const env = { ...process.env, MUTANT: mutant ? JSON.stringify(mutant) : '', MUTANT_TESTS: tests.join(' ') }
  const child = spawn(process.execPath, [vitest, ...config, `--outputFile=${output}`, ...tests], {
    cwd: REPOSITORY,
    env,
    stdio: 'ignore',
    killSignal: 'SIGKILL',
    timeout: Math.ceil(patienceMs),
  })
  const [code, signal]: [number | null, string | null] = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (...ended) => resolve(ended))
  })
  const report: Report | null = existsSync(output) ? JSON.parse(readFileSync(output, 'utf8')) : null
  return { isPassed: code === 0, isStopped: signal !== null, report }
}

function firstFailureIn({ testResults }: Report): string {
  const failed = testResults.flatMap((file) => file.assertionResults).find((test) => test.status === 'failed')
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
