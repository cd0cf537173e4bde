import { type Command, InvalidArgumentError } from 'commander'
import { testTitle } from '../../src/domain/tests/quarantine.ts'
import { clipped } from '../../src/domain/tests/test-result.ts'
import type { CiJob } from '../ci/ci-job.ts'
import { countsText } from '../files/upload-tests.ts'
import { askJson } from '../server/http.ts'
import { projectPath, requireSlug } from '../server/open-server.ts'
import type { Server } from '../server/server.ts'
import {
  entriesOf,
  type Failure,
  failureOf,
  type Mute,
  mutedOf,
  nextAfterOf,
  type TestRef,
  testOf,
  type Verdict,
} from '../server/test-answers.ts'
import { answerOf, isObject, listOf, noAnswerWith } from '../terminal/answer.ts'
import { CliError, usageError } from '../terminal/exit.ts'
import { type Output, tableText } from '../terminal/output.ts'
import { type CommonOptions, countOption, filledOption, runVerb, withServer } from './common.ts'
import { parseEndTime } from './end-time.ts'
import { muteText } from './quarantine.ts'

type TestsOptions = CommonOptions & { build?: number; failed?: boolean; limit: number }
type MuteOptions = CommonOptions & { reason: string; until: Date }

/** The server gives no more at once. */
const MOST_FAILURES_A_PAGE = 200
const MOST_TESTS_A_PAGE = 100
/** A name that so many tests have a part of is not looked for any further. */
const MOST_SEARCHED = 2_000
/** Of a branch's newest builds, how many are looked at for one with tests. */
const NEWEST_LOOKED_AT = 20

export function addTests(program: Command): void {
  const tests = program.command('tests').enablePositionalOptions()
  withServer(tests.description('show the failed tests of a build, and which of them are new; mute tests'))
    .option('--build <n>', 'number of the build; else the newest with tests on the branch', countOption(1, 999_999_999))
    .option('--branch <name>', 'else BUILDPASS_BRANCH, the CI’s, or that of Git', filledOption)
    .option('--failed', 'print the failed tests alone')
    .option('--limit <n>', 'how many failed tests', countOption(1, 1_000), 100)
    .action((options: TestsOptions) =>
      runVerb(options, async ({ server, job, output }) => {
        const found = options.build ?? (await findBuildWithTests(server, job, output))
        const judged = await listFailures(server, found, options.limit)
        output.result(options.failed ? judged.failures.flatMap(linesOf) : pageOf(server, judged), judged.json)
        if (judged.isCut)
          output.warn(`there are more: only ${judged.failures.length} failed tests are listed (--limit)`)
        return undefined
      }),
    )

  withServer(tests.command('mute').description('let a test fail until a day, for `run --quarantine`'))
    .argument('<test>', 'id of the test, as listed, or its name', filledOption)
    .requiredOption('--reason <text>', 'why', filledOption)
    .requiredOption('--until <when>', '14d, 12h or 2027-01-31 (its beginning, in UTC); at most 90 days', parseUntil)
    .action((named: string, options: MuteOptions) =>
      runVerb(options, async ({ server, output }) => {
        const { reason, until } = options
        const id = /^\d{1,15}$/.test(named) ? Number(named) : (await findTest(server, named)).id
        const answer = await askJson(server, {
          method: 'PUT',
          path: `${projectPath(server)}/tests/${id}/mute`,
          json: { reason, until: until.toISOString() },
        })
        const { test, mute } = mutedOf(answer)
        output.result(`${testTitle(test)} is ${muteLine(mute)}`, answer)
        return undefined
      }),
    )

  withServer(tests.command('unmute').description('let the failures of a test count again'))
    .argument('<test>', 'id of the test, as listed, or its name', filledOption)
    .action((named: string, options: CommonOptions) =>
      runVerb(options, async ({ server, output }) => {
        const all = entriesOf(await askJson(server, mutedPath(server)), 'muted', mutedOf).map(({ test }) => test)
        const test = chooseTest(all, named, 'muted test')
        const path = `${projectPath(server)}/tests/${test.id}/mute`
        answerOf(await askJson(server, { method: 'DELETE', path }), { message: 'text' }, 'a word that it is unmuted')
        output.result(`${testTitle(test)} is no longer muted`, { test, mute: null })
        return undefined
      }),
    )

  withServer(tests.command('muted').description('list the muted tests: until when, by whom and why')).action(
    (options: CommonOptions) =>
      runVerb(options, async ({ server, output }) => {
        const answer = await askJson(server, mutedPath(server))
        const rows = entriesOf(answer, 'muted', mutedOf).map(({ test, mute }) => [
          `${test.id}`,
          testTitle(test),
          muteLine(mute),
        ])
        output.result(rows.length > 0 ? tableText(rows) : 'no muted tests', answer)
        return undefined
      }),
  )
}

function mutedPath(server: Server) {
  return { method: 'GET', path: `${projectPath(server)}/tests/muted` } as const
}

type Judged = {
  readonly num: number
  readonly counts: Parameters<typeof countsText>[0]
  readonly summary: string
  readonly warnings: readonly string[]
  readonly failures: readonly Failure[]
  /** Whether there are more. */
  readonly isCut: boolean
  /** All that the server said, on one page. */
  readonly json: object
}

/** The failed tests of a build with their verdicts, from as many pages as it takes. */
async function listFailures(server: Server, num: number, limit: number): Promise<Judged> {
  const failures: unknown[] = []
  let after: string | null = null
  let first: unknown = null
  do {
    const query = new URLSearchParams({
      limit: `${Math.min(MOST_FAILURES_A_PAGE, limit - failures.length)}`,
      ...(after && { after }),
    })
    const page = await askJson(server, {
      method: 'GET',
      path: `${projectPath(server)}/builds/${num}/tests/failures?${query}`,
    })
    first ??= page
    const entries = entriesOf(page, 'failures', (entry) => entry)
    failures.push(...entries)
    after = entries.length > 0 ? nextAfterOf(page) : null
  } while (after !== null && failures.length < limit)
  const { build_num, summary, warnings } = answerOf(
    first,
    { build_num: 'count', summary: 'text', warnings: 'texts' },
    'the failed tests of a build',
  )
  if (!isObject(first)) throw noAnswerWith('the failed tests of a build')
  return {
    num: build_num,
    counts: countsOf(first.tests),
    summary,
    warnings,
    failures: failures.map(failureOf),
    isCut: after !== null,
    json: { ...first, failures, next_after: after },
  }
}

function countsOf(tests: unknown) {
  const counts = answerOf(
    tests,
    { passed: 'count', failed: 'count', errors: 'count', skipped: 'count', flaky: 'count' },
    'a count of test results',
  )
  return { ...counts, tests: counts.passed + counts.failed + counts.errors + counts.skipped }
}

/** The newest build of the branch that has test results; those before it are told of. */
async function findBuildWithTests(server: Server, { branch }: CiJob, output: Output): Promise<number> {
  if (branch === null) throw usageError('Which build?', 'Say --build 42, or --branch main.')
  const list = await askJson(server, {
    method: 'GET',
    path: `/api/v1.1/project/${requireSlug(server.slug)}/tree/${encodeURIComponent(branch)}?limit=${NEWEST_LOOKED_AT}`,
  })
  for (const { build_num, status } of listOf(list, { build_num: 'count', status: 'text' }, 'a list of builds')) {
    const { counts } = await listFailures(server, build_num, 1)
    if (counts.tests > 0) return build_num
    output.warn(`build ${build_num} (${status}) has no test results`)
  }
  throw new CliError('not_found', `None of the newest builds of ${branch} has test results.`, {
    hint: 'Choose another with --branch or --build.',
  })
}

function pageOf(server: Server, { num, counts, summary, warnings, failures }: Judged): readonly string[] {
  return [
    ...failures.flatMap(linesOf),
    `build ${num} of ${server.slug}: ${countsText(counts)}`,
    ...(summary === '' ? [] : [summary]),
    ...warnings.map((warning) => `warning: ${warning}`),
  ]
}

/** How much of a message is shown below its test. */
const MESSAGE_LENGTH = 200

/** A test that failed: its id, verdict and name, and below it the mute and the beginning of its message. */
function linesOf({ test, verdict, mute, message }: Failure): readonly string[] {
  const first = message.split('\n').find((line) => line.trim() !== '') ?? ''
  return [
    `${test.id}  ${verdictText(verdict)}  ${testTitle(test)}`,
    ...(mute ? [`    ${muteLine(mute)}`] : []),
    ...(first === '' ? [] : [`    ${clipped(first.trim(), MESSAGE_LENGTH)}`]),
  ]
}

function verdictText(verdict: Verdict): string {
  switch (verdict.verdict) {
    case 'new':
      return 'new'
    case 'unknown':
      return 'unknown'
    case 'also_red':
      return `also red since build ${verdict.since.build_num}`
    case 'flaky':
      return `flaky (${verdict.failed} of ${verdict.runs} runs failed)`
  }
}

function muteLine({ until, muted_by, reason }: Mute): string {
  return muteText(Date.parse(until), muted_by, reason)
}

/** The test of exactly that name, or that is written so where tests are listed: `class › name`. */
async function findTest(server: Server, name: string): Promise<TestRef> {
  const found: TestRef[] = []
  let after: string | null = null
  do {
    const query = new URLSearchParams({
      search: name.split(' › ').at(-1) || name,
      limit: `${MOST_TESTS_A_PAGE}`,
      ...(after && { after }),
    })
    const page = await askJson(server, { method: 'GET', path: `${projectPath(server)}/tests?${query}` })
    const entries = entriesOf(page, 'tests', testOf)
    found.push(...entries)
    after = entries.length > 0 ? nextAfterOf(page) : null
  } while (after !== null && found.length < MOST_SEARCHED)
  if (after !== null)
    throw new CliError('failed', `More than ${MOST_SEARCHED} tests have "${name}" in them.`, {
      hint: 'Say the id of the test, as `buildpass tests` lists it.',
    })
  return chooseTest(found, name, 'test')
}

const MOST_LISTED = 10

/** The one test with that id or name; a name that several have, or that is only a part of one, chooses none. */
function chooseTest(tests: readonly TestRef[], named: string, what: string): TestRef {
  const byId = tests.filter(({ id }) => `${id}` === named)
  const byTitle = tests.filter((test) => test.name === named || testTitle(test) === named)
  const chosen = byId.length > 0 ? byId : byTitle
  const [only, ...others] = chosen
  if (only && others.length === 0) return only
  const near = chosen.length > 0 ? chosen : tests.filter((test) => testTitle(test).includes(named))
  const listed = near.slice(0, MOST_LISTED).map((test) => `${test.id} (${testTitle(test)})`)
  const more = near.length > MOST_LISTED ? ` and ${near.length - MOST_LISTED} more` : ''
  const hint = listed.length > 0 ? `Say the id: ${listed.join(', ')}${more}.` : null
  if (only) throw new CliError('failed', `${chosen.length} tests are called "${named}".`, { hint })
  throw new CliError('not_found', `No ${what} has the id or name "${named}".`, { hint })
}

function parseUntil(text: string): Date {
  const until = parseEndTime(text)
  if (until === null) throw new InvalidArgumentError('It must be like 14d, 12h or 2027-01-31.')
  if (until.getTime() <= Date.now()) throw new InvalidArgumentError('It must be in the future.')
  return until
}
