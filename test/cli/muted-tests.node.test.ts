import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { EXIT } from '../../cli/terminal/exit.ts'
import { type Cli, openCli } from '../support/server/cli.ts'
import { openSharedServer, type SharedServer } from '../support/server/local-server.ts'

let server: SharedServer
let cli: Cli
let folder: string

beforeAll(async () => {
  server = await openSharedServer('write')
  cli = openCli({
    ...{ BUILDPASS_URL: server.origin, BUILDPASS_TOKEN: server.demo.tokens.personal },
    ...{ BUILDPASS_PROJECT: 'gh/acme/secret', BUILDPASS_JOB: 'unit' },
  })
  folder = join(cli.folder, 'muted')
  mkdirSync(folder)
})

const caseXml = (name: string, inside = '') => `<testcase classname="shop" name="${name}">${inside}</testcase>`
const suite = (...cases: string[]) => `<testsuite name="s">${cases.join('')}</testsuite>`
const PASSED = suite(caseXml('pays'), caseXml('ships'))
const FAILED = suite(caseXml('pays', '<failure message="expected 1"/>'), caseXml('ships'))

let runs = 0
/** A job that writes this report and ends with that code. */
const runJob = (branch: string, report: string, exitCode: number, ...options: string[]) => {
  const script = `require('fs').writeFileSync('junit.xml', ${JSON.stringify(report)}); process.exit(${exitCode})`
  return cli.run(['run', ...options, '--tests', 'junit.xml', '--', process.execPath, '-e', script], {
    cwd: folder,
    // A test that passes and fails at one commit would be flaky.
    env: {
      ...{ BUILDPASS_BRANCH: branch, BUILDPASS_REVISION: (branch === 'main' ? 'a' : 'b').repeat(40) },
      BUILDPASS_ID: `muted-${runs++}`,
    },
  })
}
const tests = (...args: string[]) => cli.run(['tests', ...args], { env: { BUILDPASS_BRANCH: 'topic' } })

it('a failure on a branch is new, can be muted, passes by --quarantine while it is, and fails again after that', async () => {
  expect(await runJob('main', PASSED, 0)).toMatchObject({ code: 0, stderr: expect.stringContaining('2 passed') })
  expect(await runJob('topic', FAILED, 3)).toMatchObject({ code: 3, stderr: expect.stringContaining('1 failed') })

  const { failures, summary } = JSON.parse((await tests('--failed', '--json')).stdout)
  expect([summary, failures]).toEqual([
    '1 new failure',
    [
      expect.objectContaining({
        test: expect.objectContaining({ name: 'pays' }),
        verdict: { verdict: 'new' },
        mute: null,
      }),
    ],
  ])
  const id: number = failures[0].test.id
  expect((await tests()).stdout).toMatch(
    new RegExp(
      `^${id}  new  shop › pays\n    expected 1\nbuild \\d+ of gh/acme/secret: 2 tests: 1 passed, 1 failed\n1 new failure\n$`,
    ),
  )

  // Not muted yet.
  expect(await runJob('topic', FAILED, 3, '--quarantine')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('quarantine let nothing pass: not muted: shop › pays'),
  })

  const muted = await tests('mute', 'pays', '--reason', 'see #12', '--until', '2d')
  expect(muted).toMatchObject({ code: 0, stdout: expect.stringMatching(/^shop › pays is muted until .+: see #12\n$/) })
  expect((await tests('muted')).stdout).toMatch(new RegExp(`^${id} +shop › pays +muted until .+: see #12\n$`))
  expect((await tests('--failed')).stdout).toContain('    muted until ')

  const passed = await runJob('topic', FAILED, 3, '--quarantine')
  expect(passed).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/let pass shop › pays: muted until .+: see #12/),
  })
  expect((await cli.run(['status', '--branch', 'topic', '--exit-status'])).code).toBe(EXIT.ok)
  // Without asking for it, and with another failure, all is as before.
  expect(await runJob('topic', FAILED, 3)).toMatchObject({ code: 3 })
  const both = suite(caseXml('pays', '<failure/>'), caseXml('ships', '<error/>'))
  expect(await runJob('topic', both, 3, '--quarantine')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('not muted: shop › ships'),
  })

  expect(await tests('unmute', 'pays')).toMatchObject({ code: 0, stdout: 'shop › pays is no longer muted\n' })
  expect((await tests('muted')).stdout).toBe('no muted tests\n')
  expect(await runJob('topic', FAILED, 3, '--quarantine')).toMatchObject({ code: 3 })
  expect((await cli.run(['status', '--branch', 'topic', '--exit-status'])).code).toBe(EXIT.not_green)
})

it('the server refuses a mute of more than 90 days and of no test, in words', async () => {
  expect(await tests('mute', '1', '--reason', 'x', '--until', '91d')).toMatchObject({
    code: EXIT.failed,
    stderr: expect.stringContaining('90 days'),
  })
  expect(await tests('mute', '999999', '--reason', 'x', '--until', '1d')).toMatchObject({ code: EXIT.not_found })
})
