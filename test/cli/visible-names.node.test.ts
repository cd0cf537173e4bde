import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Cli, openCli } from '../support/server/cli.ts'
import { openSharedServer, type SharedServer } from '../support/server/local-server.ts'

const HIDDEN = '\u202e\u200b\u2800\ufdd0\u{1d159}\u{e0061}'
const SHOWN = '␣U+202E␣U+200B␣U+2800␣U+FDD0␣U+1D159␣U+E0061'
const BRANCH = `niam${HIDDEN}`
const FILE = `file${HIDDEN}.txt`
/** What must reach no terminal: what hides, and what is told to the terminal itself. */
const RAW = /[\u202e\u200b\u2800\ufdd0\u{1d159}\u{e0061}]|[^\P{Cc}\n]/u

let server: SharedServer
let cli: Cli

beforeAll(async () => {
  server = await openSharedServer('write')
  cli = openCli({
    BUILDPASS_URL: server.origin,
    BUILDPASS_TOKEN: server.demo.tokens.personal,
    BUILDPASS_PROJECT: 'gh/acme/web',
    BUILDPASS_BRANCH: BRANCH,
    BUILDPASS_REVISION: 'e'.repeat(40),
    BUILDPASS_JOB: `job${HIDDEN}`,
    BUILDPASS_WORKFLOW: `flow${HIDDEN}`,
    BUILDPASS_ID: `id${HIDDEN}`,
  })
  mkdirSync(join(cli.folder, 'from'))
  writeFileSync(join(cli.folder, 'from', FILE), 'x')
})

async function run(args: readonly string[]) {
  const ended = await cli.run(args, { cwd: join(cli.folder, 'from') })
  expect(`${ended.stdout}${ended.stderr}`).not.toMatch(RAW)
  return ended
}

it('a space of another width is shown where nothing else shows it', async () => {
  const label = 'unit \u2003test'
  expect((await run(['token', 'create', '--scope', 'status', '--label', label])).stderr).toContain('unit ␣U+2003test')
  expect((await run(['token', 'list'])).stdout).toContain('unit ␣U+2003test')
  expect((await run(['token', 'list', '--json'])).stdout).toContain('"unit \\u2003test"')
})

describe('names that hide something', () => {
  it('are shown by every verb, and are what they are in files and JSON', async () => {
    expect(await run(['report', 'start'])).toMatchObject({ code: 0 })
    expect((await run(['upload', FILE])).stderr).toContain(`file${SHOWN}.txt`)
    const status = await run(['status', '--branch', BRANCH])
    expect(status.stdout).toContain(`niam${SHOWN}: `)
    expect(status.stdout).toContain(`flow${SHOWN} / job${SHOWN}`)
    const { branch, builds } = JSON.parse((await run(['status', '--branch', BRANCH, '--json'])).stdout)
    expect([branch, builds[0].branch, builds[0].workflows.job_name]).toEqual([BRANCH, BRANCH, `job${HIDDEN}`])

    const down = await run(['download', '--branch', BRANCH, '--filter', 'none', '--to', 'to', '--json'])
    expect(JSON.parse(down.stdout).files[0].path).toBe(FILE)
    expect(down.stderr).toContain(`file${SHOWN}.txt`)
    expect(readdirSync(join(cli.folder, 'from/to'))).toEqual([FILE])

    const label = `label${HIDDEN}`
    expect((await run(['token', 'create', '--scope', 'status', '--label', label])).stderr).toContain(`label${SHOWN}`)
    expect((await run(['token', 'list'])).stdout).toContain(`label${SHOWN}`)
    const listed = JSON.parse((await run(['token', 'list', '--json'])).stdout) as { label: string }[]
    expect(listed.map((token) => token.label)).toContain(label)
  })

  it('are shown by refusals, too', async () => {
    const none = await run(['download', `nothing${HIDDEN}\u001b[2J`, '--branch', BRANCH, '--filter', 'none', '--json'])
    expect(none.stderr).toContain(`nothing${SHOWN}␣U+001B[2J`)
    expect(none.stderr).toContain(`It has file${SHOWN}.txt`)
    expect(JSON.parse(none.stdout).error.message).toContain(`nothing${HIDDEN}\u001b[2J`)
  })
})
