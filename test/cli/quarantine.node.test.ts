import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { mintSecret } from '../../src/domain/access/secret.ts'
import { DAY_MS } from '../../src/domain/day.ts'
import { type Cli, openCli, until } from '../support/server/cli.ts'

type Asked = { classname: string; name: string; file?: string | null; outcome: string }

const IN_A_WEEK = new Date(Date.now() + 7 * DAY_MS).toISOString()
const muteOf = (until: string) => ({ reason: 'see #12', until, muted_by: 'jane', muted_at: '2027-01-01T00:00:00Z' })
const UPLOADED = { tests: 2, passed: 1, failed: 1, errors: 0, skipped: 0, flaky: 0, warnings: [] }

let server: Server
let cli: Cli
let folder: string
/** The tests that are muted, and until when. */
let muted: Record<string, string>
/** In place of what the server says to the question about failures. */
let odd: { readonly status: number; readonly body: string } | 'silence' | null
let judged: { tests: Asked[] }[]
let reported: { status: string; steps?: { actions: { status: string; exit_code: number }[] }[] }[]

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const { url = '' } = request
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'Content-Type': 'application/json' })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    if (url.endsWith('/tests/judge')) {
      const body = JSON.parse(text)
      judged.push(body)
      if (odd === 'silence') return
      if (odd) return answer(odd.status, odd.body)
      const failures = body.tests.map(({ classname, name, file = null }: Asked) => {
        const end = muted[name]
        return { classname, name, file, verdict: { verdict: 'new' }, mute: end === undefined ? null : muteOf(end) }
      })
      return answer(200, { failures, counts: {}, summary: '' })
    }
    if (request.method === 'PUT') return answer(200, UPLOADED)
    // As a server that takes no steps by themselves.
    if (url.endsWith('/steps')) return answer(404, { message: 'Not found', code: 'route_not_found' })
    reported.push(JSON.parse(text))
    answer(200, { build_num: 7, status: 'failed', build_url: 'https://builds.example/7' })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  cli = openCli({
    ...{ BUILDPASS_URL: `http://127.0.0.1:${port}`, BUILDPASS_TOKEN: mintSecret('personal') },
    ...{ BUILDPASS_PROJECT: 'gh/acme/web', BUILDPASS_BRANCH: 'topic', BUILDPASS_REVISION: 'e'.repeat(40) },
    BUILDPASS_RETRY_SECONDS: '0',
  })
})
afterAll(() => {
  server?.closeAllConnections()
  server?.close()
})

let jobs = 0
beforeEach(() => {
  folder = join(cli.folder, `job-${jobs++}`)
  mkdirSync(folder)
  muted = { flaps: IN_A_WEEK }
  odd = null
  judged = []
  reported = []
})

const caseXml = (name: string, inside = '<failure message="no"/>') =>
  `<testcase classname="web" name="${name}">${inside}</testcase>`
const suite = (...cases: string[]) => `<testsuite name="s">${caseXml('fine', '')}${cases.join('')}</testsuite>`

/** A command that writes these reports and ends with that. */
const commandOf = (files: Record<string, string>, ending = 'process.exit(3)') => [
  process.execPath,
  '-e',
  `for (const [file, text] of Object.entries(${JSON.stringify(files)})) require('fs').writeFileSync(file, text); ${ending}`,
]
const QUARANTINE = ['run', '--quarantine', '--tests', '*.xml']
const runCommand = (command: readonly string[], args: readonly string[] = QUARANTINE) =>
  cli.run([...args, '--', ...command], { cwd: folder })

describe('run --quarantine', () => {
  it('ends with 0 where all failures are muted, names each, and reports a success with what the command said', async () => {
    muted = { flaps: IN_A_WEEK, hangs: IN_A_WEEK }
    const files = { 'a.xml': suite(caseXml('flaps')), 'b.xml': suite(caseXml('hangs', '<error/>')) }
    const { code, stdout, stderr } = await runCommand(commandOf(files))
    const day = IN_A_WEEK.slice(0, 10)
    expect([code, stdout]).toEqual([0, ''])
    expect(stderr).toContain('buildpass: quarantine let 2 failed tests pass; the command ended with 3\n')
    expect(stderr).toContain(`buildpass: let pass web › flaps: muted until ${day} by jane: see #12\n`)
    expect(stderr).toContain(`buildpass: let pass web › hangs: muted until ${day} by jane: see #12\n`)
    expect(judged).toEqual([
      {
        tests: [
          { classname: 'web', name: 'flaps', outcome: 'failed' },
          { classname: 'web', name: 'hangs', outcome: 'error' },
        ],
      },
    ])
    const last = reported.at(-1)
    expect(last?.status).toBe('success')
    expect(last?.steps?.[0]?.actions[0]).toMatchObject({ status: 'failed', exit_code: 3 })
  })

  it('is off unless it is asked for', async () => {
    const { code, stderr } = await runCommand(commandOf({ 'a.xml': suite(caseXml('flaps')) }), [
      'run',
      '--tests',
      '*.xml',
    ])
    expect([code, stderr]).toEqual([3, expect.not.stringContaining('quarantine')])
    expect([judged, reported.at(-1)?.status]).toEqual([[], 'failed'])
  })

  it('says nothing of a command that succeeds, and asks nothing', async () => {
    const { code, stderr } = await runCommand(commandOf({ 'a.xml': suite(caseXml('flaps')) }, ''))
    expect([code, stderr, judged]).toEqual([0, expect.not.stringContaining('quarantine'), []])
  })

  it('is an input of the GitHub Action, which goes with a script', async () => {
    const text = suite(caseXml('flaps'))
    const action = (inputs: Record<string, string>) =>
      cli.run([], {
        ...{ cwd: folder, file: cli.files.action },
        env: { INPUT_QUARANTINE: 'true', INPUT_TESTS: '*.xml', INPUT_MATRIX: 'null', ...inputs },
      })
    const script = `echo '${text}' > a.xml; exit 3`
    expect(await action({ INPUT_RUN: script })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('let pass web'),
    })
    expect(await action({ INPUT_RUN: script, INPUT_QUARANTINE: 'false' })).toMatchObject({ code: 3 })
    expect(await action({ INPUT_STATUS: 'failed' })).toMatchObject({ code: 2 })
  })

  const flaps = suite(caseXml('flaps'))
  it.each<[string, Record<string, string>, string]>([
    ['another failure', { 'a.xml': suite(caseXml('flaps'), caseXml('breaks')) }, 'not muted: web › breaks'],
    ['a failure in another report', { 'a.xml': flaps, 'b.xml': suite(caseXml('breaks')) }, 'not muted: web › breaks'],
    ['a report that ends early', { 'a.xml': flaps.slice(0, -5) }, 'a.xml: the report ends early'],
    ['a report that counts more', { 'a.xml': flaps.replace('"s"', '"s" failures="2"') }, 'a.xml: the report counts 2'],
    ['a report that is none', { 'a.xml': flaps, 'b.xml': '<html/>' }, 'b.xml: '],
    ['an empty report', { 'a.xml': flaps, 'b.xml': '' }, 'b.xml: '],
    ['a report without tests', { 'a.xml': flaps, 'b.xml': '<testsuite/>' }, 'b.xml has no test'],
    ['no failure', { 'a.xml': suite() }, 'the command failed, and no report has a failed test'],
    ['no report', {}, '--tests: "*.xml" matches no file'],
  ])('lets %s end as the command did, and says why', async (_, files, doubt) => {
    const { code, stderr } = await runCommand(commandOf(files))
    expect([code, stderr]).toEqual([3, expect.stringContaining(`quarantine let nothing pass: ${doubt}`)])
    expect(stderr).not.toContain('let pass web')
    expect(reported.at(-1)?.status).toBe('failed')
  })

  it('lets no report count that was there before', async () => {
    writeFileSync(join(folder, 'a.xml'), flaps)
    const aMinuteAgo = new Date(Date.now() - 60_000)
    utimesSync(join(folder, 'a.xml'), aMinuteAgo, aMinuteAgo)
    const { code, stderr } = await runCommand(commandOf({}))
    expect([code, stderr]).toEqual([3, expect.stringContaining('a.xml was written before the command began')])
  })

  it('tells of twenty doubts, and counts the others', async () => {
    const files = Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`${at}.xml`, '<html/>']))
    const { code, stderr } = await runCommand(commandOf(files))
    expect([code, stderr.match(/let nothing pass/g)]).toEqual([3, expect.objectContaining({ length: 20 })])
    expect(stderr).toContain('buildpass: and 5 more doubts\n')
  })

  it('lets no report count that is too large to be sent', async () => {
    const ending = `require('fs').appendFileSync('a.xml', Buffer.alloc(16 * 1024 ** 2, ' ')); process.exit(3)`
    const { code, stderr } = await runCommand(commandOf({ 'a.xml': flaps }, ending))
    expect([code, stderr]).toEqual([3, expect.stringContaining('a.xml: it has more than 16.0 MiB')])
  })

  it('lets no mute count that has ended', async () => {
    muted = { flaps: new Date(Date.now() - 1_000).toISOString() }
    const { code, stderr } = await runCommand(commandOf({ 'a.xml': flaps }))
    expect([code, stderr]).toEqual([3, expect.stringContaining('not muted: web › flaps')])
  })

  it('without --tests ends as the command did, and says what is missing', async () => {
    const { code, stderr } = await runCommand(commandOf({ 'a.xml': flaps }), ['run', '--quarantine'])
    expect([code, stderr]).toEqual([3, expect.stringContaining('--tests does not say where the reports are')])
  })

  it.each<[string, string, Record<string, unknown>]>([
    ['a shell that found no command', 'process.exit(127)', { code: 127 }],
    ['a shell whose command was killed', 'process.exit(137)', { code: 137 }],
    ['SIGKILL', `process.kill(process.pid, 'SIGKILL')`, { code: null, signal: 'SIGKILL' }],
  ])('ends by %s as without it', async (_, ending, expected) => {
    const ended = await runCommand(commandOf({ 'a.xml': flaps }, ending))
    expect(ended).toMatchObject({ ...expected, stderr: expect.stringContaining('quarantine let nothing pass: ') })
    expect(judged).toEqual([])
  })

  it('lets nothing pass that was told to stop', async () => {
    const ending = `console.log('up'); process.on('SIGTERM', () => process.exit(3)); setInterval(() => {}, 1000)`
    const run = cli.start([...QUARANTINE, '--', ...commandOf({ 'a.xml': flaps }, ending)], { cwd: folder })
    await until('the command is up', () => run.stdout().includes('up'))
    run.child.kill('SIGTERM')
    expect(await run.ended).toMatchObject({ code: 3, stderr: expect.stringContaining('a signal ended the command') })
    expect(reported.at(-1)?.status).toBe('canceled')
  })
})

describe('where the server does not say that all failures are muted, run --quarantine ends as the command did:', () => {
  const good = { classname: 'web', name: 'flaps', file: null, verdict: { verdict: 'new' }, mute: muteOf(IN_A_WEEK) }
  const flaps = suite(caseXml('flaps'))

  it.each<[string, number, unknown]>([
    ['an error', 500, { message: 'Oops.' }],
    ['a refusal', 403, { message: 'Not permitted.' }],
    ['a server that knows no mutes', 404, { message: 'Not found.' }],
    ['a page', 200, '<html></html>'],
    ['nothing', 200, ''],
    ['no list', 200, {}],
    ['no failures', 200, { failures: [] }],
    ['another test', 200, { failures: [{ ...good, name: 'other' }] }],
    ['one more', 200, { failures: [good, good] }],
    ['no word of a mute', 200, { failures: [{ ...good, mute: undefined }] }],
    ['a mute that is a word', 200, { failures: [{ ...good, mute: true }] }],
    ['a mute without an end', 200, { failures: [{ ...good, mute: { ...good.mute, until: null } }] }],
    ['a mute that ends never', 200, { failures: [{ ...good, mute: { ...good.mute, until: 'never' } }] }],
  ])('%s', async (_, status, body) => {
    odd = { status, body: typeof body === 'string' ? body : JSON.stringify(body) }
    const { code, stderr } = await runCommand(commandOf({ 'a.xml': flaps }))
    expect([code, stderr]).toEqual([3, expect.stringContaining('quarantine let nothing pass: ')])
    expect(stderr).not.toMatch(/bug in buildpass|let pass web/)
    expect(reported.at(-1)?.status).toBe('failed')
  })

  it('silence, for no longer than it may keep us waiting', async () => {
    odd = 'silence'
    const startedAt = performance.now()
    const args = ['run', '--quarantine', '--report-timeout', '4', '--tests', '*.xml']
    const { code, stderr } = await runCommand(commandOf({ 'a.xml': flaps }), args)
    expect([code, stderr]).toEqual([3, expect.stringContaining('the server kept us waiting for 2 s')])
    // The end of the build is still reported.
    expect(reported.at(-1)?.status).toBe('failed')
    expect(performance.now() - startedAt).toBeLessThan(30_000)
  })

  it.each([{ BUILDPASS_URL: 'http://127.0.0.1:9' }, { BUILDPASS_URL: '' }, { BUILDPASS_PROJECT: 'odd' }])(
    'no server by %j',
    async (env) => {
      const ended = await cli.run([...QUARANTINE, '--', ...commandOf({ 'a.xml': flaps })], { cwd: folder, env })
      expect(ended).toMatchObject({ code: 3, stderr: expect.stringContaining('quarantine let nothing pass: ') })
    },
  )
})
