import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { EXIT } from '../../cli/terminal/exit.ts'
import { type Cli, openCli } from '../support/server/cli.ts'
import { openSharedServer, type SharedServer } from '../support/server/local-server.ts'

let server: SharedServer
let cli: Cli
let num: string

beforeAll(async () => {
  server = await openSharedServer('write')
  cli = openCli({
    ...{ BUILDPASS_URL: server.origin, BUILDPASS_TOKEN: server.demo.tokens.personal },
    ...{ BUILDPASS_PROJECT: 'gh/acme/secret', BUILDPASS_JOB: 'shared', BUILDPASS_BRANCH: 'shared' },
    ...{ BUILDPASS_REVISION: 'f00d', BUILDPASS_ID: 'shared' },
  })
  const folder = join(cli.folder, 'shared')
  mkdirSync(folder)
  for (const name of ['app.txt', 'list']) writeFileSync(join(folder, name), `this is ${name}`)
  const sent = await cli.run(['upload', 'app.txt', 'list', '--json'], { cwd: folder })
  num = String(JSON.parse(sent.stdout).build_num)
})

const share = (...args: string[]) => cli.run(['share', ...args])
const textAt = async (link: string) => (await fetch(`${link.trim()}?download`)).text()

it('a link stands alone on stdout, opens the file once, is listed with its uses, and ends', async () => {
  const made = await share('app.txt', '--build', num, '--uses', '1', '--label', 'for Jo', '--expires', '2d')
  expect(made).toMatchObject({
    code: EXIT.ok,
    stdout: expect.stringMatching(/^http:\/\/[\w.:]+\/s\/bps_[0-9A-Za-z]{42}\n$/),
    stderr: expect.stringMatching(/^made share link [\w-]+ to app\.txt, until .+ UTC; it is not shown again:\n$/),
  })
  expect(await textAt(made.stdout)).toBe('this is app.txt')
  expect((await fetch(made.stdout.trim())).status).toBe(404)

  const listed = await share('list')
  const [, id = ''] = /^(\S+) +app\.txt +used up +1 use +for Jo$/m.exec(listed.stdout) ?? []
  expect(listed.stdout).not.toContain('bps_')
  expect(await share('end', id)).toMatchObject({ code: EXIT.ok, stdout: `ended share link ${id}\n` })
  expect(await share('end', id)).toMatchObject({ code: EXIT.not_found })
  expect((await share('list')).stdout).not.toContain(id)
})

it('a link to a report shows its files and no others, and one to a pack gives its zip', async () => {
  const folder = join(cli.folder, 'many')
  mkdirSync(join(folder, 'coverage'), { recursive: true })
  writeFileSync(join(folder, 'coverage/index.html'), '<title>Coverage</title>')
  const names = Array.from({ length: 16 }, (_, i) => `file-${i}.txt`)
  for (const name of names) writeFileSync(join(folder, name), name)
  const sent = await cli.run(['upload', 'coverage', ...names, '--json'], {
    cwd: folder,
    env: { BUILDPASS_ID: 'many', BUILDPASS_JOB: 'many' },
  })
  const build = String(JSON.parse(sent.stdout).build_num)
  const report = await fetch(`${(await share('coverage', '--report', '--build', build)).stdout.trim()}?download`)
  expect([report.url, await report.text()]).toEqual([
    expect.stringMatching(/\/coverage\/index\.html$/),
    '<title>Coverage</title>',
  ])
  const { items } = (await (
    await fetch(`${server.origin}/api/buildpass/v1/projects/gh/acme/secret/builds/${build}/packs`, {
      headers: { 'Circle-Token': server.demo.tokens.personal },
    })
  ).json()) as { items: { name: string }[] }
  const pack = await share(items[0]?.name ?? '', '--pack', '--build', build)
  expect((await textAt(pack.stdout)).slice(0, 2)).toBe('PK')
  expect(await share('x', '--pack', '--report', '--build', build)).toMatchObject({ code: EXIT.usage })
})

it('a link to the newest build follows its branch; a file called list is meant by ./list', async () => {
  const app = await share('app.txt', '--branch', 'shared', '--json')
  const { link, latest } = JSON.parse(app.stdout)
  expect(latest).toEqual({ branch: 'shared' })
  expect(await textAt(link)).toBe('this is app.txt')
  expect(await textAt((await share('./list', '--build', num)).stdout)).toBe('this is list')
})

it('a link tells the name of the file where --show-name says so', async () => {
  for (const [options, shown] of [
    [[], false],
    [['--show-name'], true],
  ] as const) {
    const { stdout } = await share('app.txt', '--build', num, ...options)
    expect((await (await fetch(stdout.trim())).text()).includes('app.txt')).toBe(shown)
  }
})

it.each([
  [['app.txt'], EXIT.usage, 'Which build?'],
  [['app.txt', '--build', '1', '--latest'], EXIT.usage, '--build names one build, and --latest the newest'],
  [['app.txt', '--build', '1', '--branch', 'x'], EXIT.usage, '--build names one build, and --latest the newest'],
  [['app.txt', '--latest', '--expires', '91d'], EXIT.usage, 'It must be at most 90 days from now.'],
  [['app.txt', '--latest', '--expires', '2020-01-01'], EXIT.usage, 'It must be in the future.'],
  [['app.txt', '--latest', '--expires', 'soon'], EXIT.usage, 'It must be like 7d, 12h or 2027-01-31.'],
  [['app.txt', '--latest', '--uses', '0'], EXIT.usage, 'It must be a whole number from 1 to 1000000.'],
  [['end', `http://127.0.0.1/s/bps_${'x'.repeat(42)}`], EXIT.usage, 'not the link'],
  [['end', '..'], EXIT.usage, 'That is no id of a share link'],
  [['nothing.txt', '--branch', 'shared'], EXIT.not_found, 'Artifact not found'],
  [['../app.txt', '--latest'], EXIT.failed, 'path: must not have a "." or ".." segment'],
])('buildpass share %j ends with %i and says why', async (args, code, words) => {
  expect(await share(...args)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(words) })
})

it('a token that only reads makes none', async () => {
  const env = { BUILDPASS_TOKEN: server.demo.tokens.all ?? '' }
  expect(await cli.run(['share', 'app.txt', '--build', num], { env })).toMatchObject({ stdout: '' })
})
