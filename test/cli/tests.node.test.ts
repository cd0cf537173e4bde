import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EXIT } from '../../cli/terminal/exit.ts'
import { mintSecret } from '../../src/domain/access/secret.ts'
import { type Cli, openCli } from '../support/server/cli.ts'

const HIDDEN = '\u202e\u001b[2J'
const MUTE = {
  reason: 'see #12',
  until: '2027-02-01T00:00:00.000Z',
  muted_by: 'jane',
  muted_at: '2027-01-01T00:00:00Z',
}
const refOf = (id: number, name: string, classname = 'web') => ({ id, classname, name, file: null })
const failureOf = (id: number, name: string, verdict: object, more: object = {}) => ({
  ...{ test: refOf(id, name), outcome: 'failed', message: '', run_time_seconds: 0.5, verdict, mute: null, ...more },
})
const FAILURES = [
  failureOf(17, 'logs in', { verdict: 'new' }, { message: '\n  expected 1\n  got 2' }),
  failureOf(18, 'logs out', {
    verdict: 'also_red',
    since: { build_num: 4, pipeline_number: 2, at: '2027-01-03T00:00:00Z' },
  }),
  failureOf(19, 'flaps', { verdict: 'flaky', rate: 0.12, failed: 3, runs: 25 }, { mute: MUTE }),
  failureOf(20, `hides ${HIDDEN}`, { verdict: 'unknown' }),
  failureOf(21, 'old', { verdict: 'unknown' }, { mute: { ...MUTE, muted_by: null } }),
]
const BUILD_7 = {
  build_num: 7,
  tests: { passed: 95, failed: 4, errors: 1, skipped: 2, flaky: 1 },
  warnings: ['the report counts 6 failures, its cases show 5'],
  summary: '1 new failure, 1 flaky, 1 also red on main, 2 not known on main, 2 of them muted',
  compared_with: { pipeline_number: 3, branch: 'main' },
  counts: { new: 1, also_red: 1, flaky: 1, unknown: 2, muted: 2, unjudged: 0 },
}
const NO_TESTS = { passed: 0, failed: 0, errors: 0, skipped: 0, flaky: 0 }

let server: Server
let cli: Cli
let asked: { name: string; body: unknown }[]
/** The tests that a search finds, page by page. */
let found: object[][]
let muted: object[]
/** How many failures the server gives on a page, at most. */
let pageSize: number
/** Whether build 7 is the only one with tests. */
let withTests: number[]

function answerTo(method: string, url: URL): unknown {
  const { pathname, searchParams } = url
  const after = Number(searchParams.get('after') ?? 0)
  const [, num] = /\/builds\/(\d+)\/tests\/failures$/.exec(pathname) ?? []
  if (num !== undefined && !withTests.includes(Number(num)))
    return {
      ...BUILD_7,
      build_num: Number(num),
      tests: NO_TESTS,
      summary: '',
      warnings: [],
      failures: [],
      next_after: null,
    }
  if (num !== undefined) {
    const end = after + Math.min(pageSize, Number(searchParams.get('limit')))
    return { ...BUILD_7, failures: FAILURES.slice(after, end), next_after: end < FAILURES.length ? end : null }
  }
  if (pathname.includes('/tree/')) return [9, 8, 7].map((build_num) => ({ build_num, status: 'failed' }))
  if (pathname.endsWith('/tests/muted')) return { muted }
  if (pathname.endsWith('/mute'))
    return method === 'DELETE' ? { message: 'ok' } : { test: refOf(17, 'logs in'), mute: MUTE }
  return { tests: found[after] ?? [], next_after: after + 1 < found.length ? after + 1 : null }
}

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const { method = '', url = '' } = request
    asked.push({ name: `${method} ${decodeURIComponent(url)}`, body: text === '' ? null : JSON.parse(text) })
    const answer = answerTo(method, new URL(url, 'http://here'))
    response.end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  cli = openCli({
    ...{ BUILDPASS_URL: `http://127.0.0.1:${port}`, BUILDPASS_TOKEN: mintSecret('personal') },
    ...{ BUILDPASS_PROJECT: 'gh/acme/web', BUILDPASS_BRANCH: 'a/b', BUILDPASS_RETRY_SECONDS: '0' },
  })
})
afterAll(() => void server?.close())
beforeEach(() => {
  asked = []
  found = [[refOf(16, 'logs in again'), refOf(17, 'logs in')]]
  muted = [{ test: refOf(19, 'flaps'), mute: MUTE }]
  pageSize = 200
  withTests = [7]
})

const FAILED_LINES = [
  '17  new  web › logs in',
  '    expected 1',
  '18  also red since build 4  web › logs out',
  '19  flaky (3 of 25 runs failed)  web › flaps',
  '    muted until 2027-02-01 by jane: see #12',
  '20  unknown  web › hides ␣U+202E␣U+001B[2J',
  '21  unknown  web › old',
  '    muted until 2027-02-01: see #12',
]
const LAST_LINES = [
  'build 7 of gh/acme/web: 102 tests: 95 passed, 4 failed, 1 error, 2 skipped; 1 flaky',
  '1 new failure, 1 flaky, 1 also red on main, 2 not known on main, 2 of them muted',
  'warning: the report counts 6 failures, its cases show 5',
]
const textOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('')

describe('buildpass tests', () => {
  it('lists the failures of a build with their verdicts, then its counts, summary and warnings', async () => {
    const ended = await cli.run(['tests', '--build', '7'])
    expect(ended).toEqual({ code: 0, signal: null, stdout: textOf([...FAILED_LINES, ...LAST_LINES]), stderr: '' })
  })

  it('lists with --failed nothing else', async () => {
    const ended = await cli.run(['tests', '--build', '7', '--failed'])
    expect(ended).toEqual({ code: 0, signal: null, stdout: textOf(FAILED_LINES), stderr: '' })
  })

  it('prints with --json what the server says, all pages as one, with hidden characters as escapes', async () => {
    pageSize = 2
    const { code, stdout } = await cli.run(['tests', '--build', '7', '--failed', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ ...BUILD_7, failures: FAILURES, next_after: null })
    expect(stdout).toContain('hides \\u202e\\u001b[2J')
  })

  it('lists no more than --limit, and says that there are more', async () => {
    const ended = await cli.run(['tests', '--build', '7', '--failed', '--limit', '2'])
    expect(ended.stdout).toBe(textOf(FAILED_LINES.slice(0, 3)))
    expect(ended.stderr).toContain('there are more: only 2 failed tests are listed')
  })

  it('takes the newest build of the branch that has tests, and tells of those that have none', async () => {
    const { code, stdout, stderr } = await cli.run(['tests'])
    expect([code, stdout]).toEqual([0, expect.stringContaining('build 7 of gh/acme/web')])
    expect(stderr).toBe(
      'buildpass: build 9 (failed) has no test results\nbuildpass: build 8 (failed) has no test results\n',
    )
    expect(asked[0]?.name).toContain('/project/gh/acme/web/tree/a/b?')
    await cli.run(['tests', '--branch', 'other'])
    expect(asked.map(({ name }) => name)).toContainEqual(expect.stringContaining('/tree/other?'))
  })

  it('ends with 4 where no build of the branch has tests, and with 2 where no branch is known', async () => {
    withTests = []
    expect(await cli.run(['tests'])).toMatchObject({
      code: EXIT.not_found,
      stderr: expect.stringContaining('None of the newest builds of a/b has test results.'),
    })
    expect(await cli.run(['tests'], { env: { BUILDPASS_BRANCH: '' } })).toMatchObject({
      code: EXIT.usage,
      stderr: expect.stringContaining('Which build?'),
    })
  })
})

describe('buildpass tests mute', () => {
  const mute = (...args: string[]) => cli.run(['tests', 'mute', ...args])
  const sent = () => asked.find(({ name }) => name.startsWith('PUT'))

  it('mutes the test of that name, not those that have it in theirs, until a day', async () => {
    const day = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10)
    const { code, stdout } = await mute('logs in', '--reason', 'see #12', '--until', day)
    expect([code, stdout]).toEqual([0, 'web › logs in is muted until 2027-02-01 by jane: see #12\n'])
    expect(asked[0]?.name).toContain('/tests?search=logs+in&')
    expect(sent()).toEqual({
      name: 'PUT /api/buildpass/v1/projects/gh/acme/web/tests/17/mute',
      body: { reason: 'see #12', until: `${day}T00:00:00.000Z` },
    })
  })

  it('mutes the test of that id for so many days', async () => {
    const { code, stdout } = await mute('17', '--reason', 'see #12', '--until', '14d', '--json')
    expect([code, JSON.parse(stdout)]).toEqual([0, { test: refOf(17, 'logs in'), mute: MUTE }])
    const until = Date.parse((sent()?.body as { until: string } | undefined)?.until ?? '')
    expect(Math.abs(until - Date.now() - 14 * 86_400_000)).toBeLessThan(60_000)
  })

  it('finds a name on any page of what is found', async () => {
    found = [[refOf(1, 'logs in twice')], [refOf(2, 'logs in now')], [refOf(17, 'logs in')]]
    expect(await mute('logs in', '--reason', 'x', '--until', '1d')).toMatchObject({ code: 0 })
    expect(sent()?.name).toContain('/tests/17/mute')
  })

  it('finds a test as it is listed, by its class and name', async () => {
    found = [[refOf(17, 'logs in'), refOf(30, 'logs in', 'api')]]
    expect(await mute('api › logs in', '--reason', 'x', '--until', '1d')).toMatchObject({ code: 0 })
    expect(sent()?.name).toContain('/tests/30/mute')
  })

  it('mutes nothing by a part of a name, nor by one that several have, and lists whose ids to say', async () => {
    expect(await mute('logs', '--reason', 'x', '--until', '1d')).toMatchObject({
      code: EXIT.not_found,
      stderr:
        'buildpass: No test has the id or name "logs".\n  Say the id: 16 (web › logs in again), 17 (web › logs in).\n',
    })
    found = [[refOf(17, 'logs in'), refOf(30, 'logs in', 'api')]]
    expect(await mute('logs in', '--reason', 'x', '--until', '1d')).toMatchObject({
      code: EXIT.failed,
      stderr: 'buildpass: 2 tests are called "logs in".\n  Say the id: 17 (web › logs in), 30 (api › logs in).\n',
    })
    expect(sent()).toBeUndefined()
  })

  it.each([
    ['tomorrow', 'like 14d, 12h or 2027-01-31'],
    ['14', 'like 14d, 12h or 2027-01-31'],
    ['2026-02-31', 'like 14d, 12h or 2027-01-31'],
    ['2020-01-01', 'in the future'],
    ['0d', 'in the future'],
  ])('takes no %s for its end', async (until, rule) => {
    const { code, stderr } = await mute('17', '--reason', 'x', '--until', until)
    expect([code, stderr]).toEqual([EXIT.usage, expect.stringContaining(rule)])
    expect(asked).toEqual([])
  })

  it('needs a reason and an end', async () => {
    for (const args of [
      ['--until', '1d'],
      ['--reason', 'x'],
      ['--reason', '', '--until', '1d'],
    ])
      expect(await mute('17', ...args)).toMatchObject({ code: EXIT.usage })
    expect(asked).toEqual([])
  })
})

describe('buildpass tests unmute', () => {
  it.each(['19', 'flaps'])('unmutes %s', async (named) => {
    const { code, stdout } = await cli.run(['tests', 'unmute', named])
    expect([code, stdout]).toEqual([0, 'web › flaps is no longer muted\n'])
    expect(asked.at(-1)?.name).toBe('DELETE /api/buildpass/v1/projects/gh/acme/web/tests/19/mute')
  })

  it('says so where a test is not muted', async () => {
    for (const named of ['17', 'logs in', 'flap']) {
      const { code, stderr } = await cli.run(['tests', 'unmute', named])
      expect([code, stderr]).toEqual([
        EXIT.not_found,
        expect.stringContaining(`No muted test has the id or name "${named}"`),
      ])
    }
    expect(asked.every(({ name }) => name.startsWith('GET'))).toBe(true)
  })

  it('takes a number for an id before it is a name', async () => {
    muted.push({ test: refOf(40, '19'), mute: MUTE })
    expect(await cli.run(['tests', 'unmute', '19', '--json'])).toMatchObject({ code: 0 })
    expect(asked.at(-1)?.name).toContain('/tests/19/mute')
  })
})

describe('buildpass tests muted', () => {
  it('lists each with its end, who and why', async () => {
    muted.push({ test: refOf(2_000, `hides ${HIDDEN}`), mute: { ...MUTE, muted_by: null } })
    expect((await cli.run(['tests', 'muted'])).stdout).toBe(
      textOf([
        '19    web › flaps        muted until 2027-02-01 by jane: see #12',
        '2000  web › hides ␣U+202E␣U+001B[2J  muted until 2027-02-01: see #12',
      ]),
    )
    expect(JSON.parse((await cli.run(['tests', 'muted', '--json'])).stdout)).toEqual({ muted })
  })

  it('says so where there is none', async () => {
    muted = []
    expect((await cli.run(['tests', 'muted'])).stdout).toBe('no muted tests\n')
  })
})

it('a word that is no verb of tests is wrong usage', async () => {
  expect(await cli.run(['tests', 'quiet', '17'])).toMatchObject({ code: EXIT.usage })
  expect(asked).toEqual([])
})
