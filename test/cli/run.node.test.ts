import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../cli/terminal/exit.ts'
import { type Cli, type CliOptions, openCli, until } from '../support/server/cli.ts'
import { type FaultProxy, startFaultProxy } from '../support/server/fault-proxy.ts'
import { openSharedServer, type SharedServer } from '../support/server/local-server.ts'

let server: SharedServer
let proxy: FaultProxy
let cli: Cli
const SLUG = 'gh/acme/web'

beforeAll(async () => {
  server = await openSharedServer('write')
  proxy = await startFaultProxy(server.origin)
  cli = openCli({ BUILDPASS_URL: server.origin, BUILDPASS_TOKEN: server.demo.tokens.personal })
})
afterAll(() => proxy?.close())

/** A GitHub job of our own demo project, as the runner would set it up. */
const job = (id: string, more: Record<string, string> = {}) => ({
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  GITHUB_REPOSITORY: 'acme/web',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_REF: 'refs/heads/cli-tests',
  GITHUB_REF_NAME: 'cli-tests',
  GITHUB_REF_TYPE: 'branch',
  GITHUB_SHA: 'f'.repeat(40),
  GITHUB_RUN_ID: id,
  GITHUB_WORKFLOW: 'CI',
  GITHUB_JOB: 'test',
  ...more,
})

type Build = {
  build_num: number
  status: string
  steps: { name: string; actions: { exit_code: number; bash_command: string | null }[] }[]
  workflows: { job_name: string; workflow_name: string }
  branch: string
}

async function buildsOf(id: string, jobName = 'test'): Promise<Build[]> {
  const list = (await getJson(`/api/v1.1/project/${SLUG}/tree/cli-tests?limit=100`)) as Build[]
  const found = list.filter(
    (build) => build.workflows.job_name === jobName && JSON.stringify(build).includes(`runs/${id}`),
  )
  // The list has no steps.
  const details = found.map(({ build_num }) => getJson(`/api/v1.1/project/${SLUG}/${build_num}`))
  return (await Promise.all(details)) as Build[]
}

async function getJson(path: string): Promise<unknown> {
  const response = await fetch(server.origin + path, { headers: { 'Circle-Token': server.demo.tokens.personal } })
  return response.json()
}

const node = (script: string) => [process.execPath, '-e', script]

describe('buildpass run', () => {
  it('needs no option in a CI, reports start and end, and gives the command its streams and exit code', async () => {
    const script = `process.stdin.on('data', (d) => process.stdout.write('in: ' + d)); process.stderr.write('err'); process.exitCode = 7`
    const ended = await cli.run(['run', '--', ...node(script)], { env: job('1001'), input: 'hello' })
    expect(ended).toMatchObject({ code: 7, stdout: 'in: hello', stderr: 'err' })
    const [build, ...others] = await buildsOf('1001')
    expect(others).toEqual([])
    expect(build).toMatchObject({ status: 'failed', branch: 'cli-tests' })
    expect(build?.steps[0]?.actions[0]).toMatchObject({ exit_code: 7 })
  })

  it('tells the server no argument of the command, which may be a secret', async () => {
    await cli.run(['run', '--', ...node('0'), 'hunter2'], { env: job('1002') })
    expect(JSON.stringify(await buildsOf('1002'))).not.toContain('hunter2')
  })

  it('sends test results and artifacts when the command has ended, also a failed one', async () => {
    const folder = join(cli.folder, 'results')
    mkdirSync(join(folder, 'dist'), { recursive: true })
    writeFileSync(join(folder, 'dist/app.txt'), 'app')
    writeFileSync(
      join(folder, 'junit.xml'),
      '<testsuite><testcase classname="a" name="b" time="0.1"/><testcase classname="a" name="c"><failure message="no"/></testcase></testsuite>',
    )
    const args = ['run', '--tests', '*.xml', '--artifacts', 'dist', '--', ...node('process.exit(1)')]
    const ended = await cli.run(args, { env: job('1003'), cwd: folder })
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('2 tests: 1 passed, 1 failed') })
    const [build] = await buildsOf('1003')
    const artifacts = await getJson(`/api/v1.1/project/${SLUG}/${build?.build_num}/artifacts`)
    expect(artifacts).toMatchObject([{ path: 'dist/app.txt' }])
    expect(await getJson(`/api/v1.1/project/${SLUG}/${build?.build_num}/tests`)).toMatchObject({
      tests: [{ name: 'b' }, { name: 'c' }],
    })
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'passes %s on, ends by it too, and reports a canceled build',
    async (signal) => {
      const id = `200${['SIGTERM', 'SIGINT', 'SIGHUP'].indexOf(signal)}`
      const run = cli.start(['run', '--', ...node(`console.log('up'); setInterval(() => {}, 1000)`)], { env: job(id) })
      await until('the command is up', () => run.stdout().includes('up'))
      run.child.kill(signal)
      expect(await run.ended).toMatchObject({ code: null, signal })
      expect(await buildsOf(id)).toMatchObject([{ status: 'canceled' }])
    },
  )

  it('lets a command that handles the signal end in its own way', async () => {
    const script = `process.on('SIGTERM', () => { console.log('cleaned up'); process.exit(9) }); console.log('up'); setInterval(() => {}, 1000)`
    const run = cli.start(['run', '--', ...node(script)], { env: job('2010') })
    await until('the command is up', () => run.stdout().includes('up'))
    run.child.kill('SIGTERM')
    expect(await run.ended).toMatchObject({ code: 9, stdout: 'up\ncleaned up\n' })
    expect(await buildsOf('2010')).toMatchObject([{ status: 'canceled' }])
  })

  it('ends by the signal that ended its command', async () => {
    const ended = await cli.run(['run', '--', ...node(`process.kill(process.pid, 'SIGKILL')`)], { env: job('2011') })
    expect(ended).toMatchObject({ code: null, signal: 'SIGKILL' })
    expect(await buildsOf('2011')).toMatchObject([{ status: 'failed' }])
  })

  it('says 127 for a command that is not there, and 126 for one that cannot be run', async () => {
    const file = join(cli.folder, 'not-executable')
    writeFileSync(file, 'text')
    chmodSync(file, 0o644)
    expect(await cli.run(['run', '--', 'no-such-command'], { env: job('2012') })).toMatchObject({ code: 127 })
    expect(await cli.run(['run', '--', file], { env: job('2013') })).toMatchObject({ code: 126 })
    expect(await buildsOf('2012')).toMatchObject([{ status: 'failed' }])
  })
})

it.each(['a'.repeat(1_100), `odd\u0007${'名'.repeat(1_500)}`])(
  'ends the build of a program with a name of any length',
  async (name) => {
    const id = `202${name.length % 10}`
    const ended = await cli.run(['run', '--', name], { env: job(id) })
    expect(ended.stderr).toMatch(/^buildpass: .{200,230}\n$/)
    expect(await buildsOf(id)).toMatchObject([{ status: 'failed' }])
  },
)

describe('a reporting failure', () => {
  const away = { BUILDPASS_URL: 'http://127.0.0.1:9', BUILDPASS_RETRY_SECONDS: '0' }

  it('does not fail the job, nor hold it up', async () => {
    const startedAt = performance.now()
    const ended = await cli.run(['run', '--', ...node('process.exitCode = 0')], { env: { ...job('3001'), ...away } })
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining('not reported') })
    expect(performance.now() - startedAt).toBeLessThan(15_000)
    expect(
      await cli.run(['run', '--', ...node('process.exit(3)')], { env: { ...job('3001'), ...away } }),
    ).toMatchObject({ code: 3 })
  })

  it('fails a successful job with --strict, and leaves a failed one its own code', async () => {
    const env = { ...job('3002'), ...away }
    expect(await cli.run(['run', '--strict', '--', ...node('0')], { env })).toMatchObject({ code: EXIT.unreachable })
    expect(await cli.run(['run', '--strict', '--', ...node('process.exit(3)')], { env })).toMatchObject({ code: 3 })
  })

  it.each<[string, CliOptions['env'], number]>([
    ['no server', { BUILDPASS_URL: '' }, EXIT.usage],
    ['no project', { GITHUB_REPOSITORY: '' }, EXIT.usage],
    ['a token that is none', { BUILDPASS_TOKEN: 'nonsense' }, EXIT.usage],
    ['plain http to another machine', { BUILDPASS_URL: 'http://builds.example.com' }, EXIT.usage],
    ['an unknown project', { GITHUB_REPOSITORY: 'acme/none' }, EXIT.not_found],
  ])('is told for %s', async (_, env, code) => {
    const all = { ...job('3003'), ...env }
    expect(await cli.run(['report', 'start'], { env: all })).toMatchObject({
      code,
      stderr: expect.stringContaining('buildpass: '),
    })
    expect(await cli.run(['run', '--', ...node('0')], { env: all })).toMatchObject({ code: 0 })
  })

  it('is retried: busy, failing and broken connections cost only time, and a lost answer makes no second build', async () => {
    const faults = [
      { kind: 'answer', status: 429, headers: { 'Retry-After': '1' } },
      { kind: 'answer', status: 502 },
      { kind: 'reset' },
      { kind: 'lose_answer' },
    ] as const
    let next = 0
    proxy.fault = () => faults[next++] ?? null
    const startedAt = performance.now()
    const ended = await cli.run(['report', 'start', '--json'], { env: { ...job('3004'), BUILDPASS_URL: proxy.origin } })
    proxy.fault = () => null
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/429.*trying again[\s\S]*502[\s\S]*failed/) })
    expect(performance.now() - startedAt).toBeGreaterThan(1_000)
    expect(await buildsOf('3004')).toHaveLength(1)
  })
})

describe('buildpass report', () => {
  it('tells start and end of the same build, whatever the CI calls its end', async () => {
    const env = job('4001')
    const started = await cli.run(['report', 'start', '--json'], { env })
    const { build_num } = JSON.parse(started.stdout)
    expect(await buildsOf('4001')).toMatchObject([{ build_num, status: 'running' }])
    const finished = await cli.run(['report', 'finish', '--status', 'failure'], { env })
    expect(finished).toMatchObject({ code: 0, stdout: expect.stringContaining(`build ${build_num} failed`) })
    expect(await buildsOf('4001')).toMatchObject([{ build_num, status: 'failed' }])
  })

  it('takes from Git what nobody says, outside of a CI', async () => {
    const folder = join(cli.folder, 'repository')
    mkdirSync(folder)
    const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim()
    git('init', '--quiet', '--initial-branch', 'from-git')
    git('remote', 'add', 'origin', 'git@github.com:acme/web.git')
    const ada = ['-c', 'user.name=Ada Lovelace', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false']
    git(...ada, 'commit', '--quiet', '--allow-empty', '--message', 'First line\n\nAnd more,\n\nin two parts')
    const { stdout } = await cli.run(['report', 'start', '--json'], { cwd: folder })
    const { build_num } = JSON.parse(stdout)
    expect(await getJson(`/api/v1.1/project/${SLUG}/${build_num}`)).toMatchObject({
      branch: 'from-git',
      vcs_revision: git('rev-parse', 'HEAD'),
      subject: 'First line',
      body: 'And more,\n\nin two parts',
      author_name: 'Ada Lovelace',
      author_email: 'ada@example.com',
    })
  })

  it('finishes a build by its number', async () => {
    const { stdout } = await cli.run(['report', 'start', '--json'], { env: job('4002') })
    const { build_num } = JSON.parse(stdout)
    const elsewhere = { BUILDPASS_PROJECT: SLUG }
    await cli.run(['report', 'finish', '--build', String(build_num), '--exit-code', '0'], { env: elsewhere })
    expect(await buildsOf('4002')).toMatchObject([{ status: expect.stringMatching(/success|fixed/) }])
  })

  it.each([
    [['report', 'finish'], 'How did it end?'],
    [['report', 'finish', '--status', 'running'], 'not how a build ends'],
    [['report', 'finish', '--exit-code', '256'], 'from 0 to 255'],
    [['report', 'begin'], 'unknown command'],
    [['upload'], 'missing required argument'],
    [['--nonsense'], 'unknown option'],
  ])('refuses %j', async (args, message) => {
    const ended = await cli.run(args, { env: job('4003') })
    expect(ended).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining(message) })
  })

  it('says what went wrong as JSON too', async () => {
    const ended = await cli.run(['report', 'start', '--json'], { env: job('4004', { GITHUB_REPOSITORY: 'acme/none' }) })
    expect(ended.code).toBe(EXIT.not_found)
    expect(JSON.parse(ended.stdout)).toMatchObject({ error: { code: 'not_found', status: 404 } })
  })
})

describe('buildpass login, token and status', () => {
  const nobody = { BUILDPASS_TOKEN: undefined, BUILDPASS_URL: undefined, BUILDPASS_PROJECT: SLUG }

  it('keeps a token that was piped in, in a file for its owner only, and forgets it', async () => {
    const { origin, demo } = server
    const ended = await cli.run(['login', '--url', origin], { env: nobody, input: `${demo.tokens.personal}\n` })
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('personal token "Demo"') })
    const file = join(cli.folder, 'config/buildpass/login.json')
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
    expect(await cli.run(['status'], { env: nobody })).toMatchObject({ code: 0 })
    chmodSync(file, 0o644)
    expect((await cli.run(['status'], { env: nobody })).stderr).toContain('can be read by others')
    expect(await cli.run(['logout', '--url', origin], { env: nobody })).toMatchObject({ code: 0 })
    expect(existsSync(file) && readFileSync(file, 'utf8')).toBe(false)
  })

  it('keeps no token that the server refuses', async () => {
    const { origin, demo } = server
    const ended = await cli.run(['login', '--url', origin], { env: nobody, input: demo.tokens.expired })
    expect(ended).toMatchObject({ code: EXIT.refused, stderr: expect.stringContaining('expired') })
    expect(await cli.run(['login', '--url', origin], { env: nobody, input: 'x' })).toMatchObject({ code: EXIT.usage })
    expect(existsSync(join(cli.folder, 'config/buildpass/login.json'))).toBe(false)
  })

  it('makes, lists, rotates and deletes tokens; a secret is alone on stdout, once', async () => {
    const env = { BUILDPASS_PROJECT: SLUG }
    const made = await cli.run(
      ['token', 'create', '--label', 'from the command line', '--scope', 'status', '--expires', '2h'],
      { env },
    )
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^bpp_[0-9A-Za-z]{42}\n$/) })
    const list = await cli.run(['token', 'list', '--json'], { env })
    const row = JSON.parse(list.stdout).find(({ label }: { label: string }) => label === 'from the command line')
    expect(list.stdout).not.toContain(made.stdout.trim())
    const rotated = await cli.run(['token', 'rotate', row.id, '--overlap', '0'], { env })
    expect(rotated).toMatchObject({ code: 0, stdout: expect.stringMatching(/^bpp_/) })
    const deleted = await cli.run(['token', 'delete', '-'], { env, input: rotated.stdout })
    expect(deleted).toMatchObject({ code: 0, stdout: 'deleted the token\n' })
    expect((await cli.run(['token', 'list'], { env })).stdout).not.toContain(rotated.stdout.trim().slice(-4))
  })

  it('makes tokens with limits, and lists them with these', async () => {
    const env = { BUILDPASS_PROJECT: SLUG }
    const badge = await cli.run(
      ['token', 'create', '--label', 'limited badge', '--scope', 'status', '--only', 'badges', '--cidr', '0.0.0.0/0'],
      { env },
    )
    expect(badge).toMatchObject({ code: 0, stdout: expect.stringMatching(/^bpp_/) })
    const list = await cli.run(['token', 'list'], { env })
    expect(list.stdout.split('\n').find((line) => line.includes('limited badge'))).toContain(
      'status, only: badges, cidrs',
    )
    const made = [
      'token',
      'create',
      '--personal',
      '--label',
      'reader',
      '--access',
      'read',
      '--not-before',
      '2020-01-31',
      '--reach',
      SLUG,
    ]
    const reader = await cli.run([...made, '--json'], { env })
    expect(JSON.parse(reader.stdout)).toMatchObject({
      limits: { access: 'read', projects: [SLUG], not_before: '2020-01-31T00:00:00.000Z' },
    })
    const parts = ['--branch', 'main', '--branch', 'release/*', '--path', 'dist/**']
    const ofParts = ['token', 'create', '--label', 'of parts', '--scope', 'all', ...parts, '--json']
    expect(JSON.parse((await cli.run(ofParts, { env })).stdout)).toMatchObject({
      limits: { branches: ['main', 'release/*'], paths: ['dist/**'] },
    })
    const bad = await cli.run(['token', 'create', '--label', 'x', '--scope', 'all', '--cidr', 'home'], { env })
    expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining('limits.cidrs.0: must be a network') })
  })

  it('makes, lists and ends a token for an organization', async () => {
    const of = ['--organization', 'gh/acme']
    const made = await cli.run(['token', 'create', ...of, '--scope', 'status', '--label', 'dashboard', '--json'])
    expect(JSON.parse(made.stdout)).toMatchObject({ scope: 'status', label: 'dashboard', token: expect.any(String) })
    const { id } = JSON.parse(made.stdout)
    expect((await cli.run(['token', 'list', ...of])).stdout).toContain(`${id}`)
    expect(await cli.run(['token', 'delete', ...of, id])).toMatchObject({ code: 0, stdout: `deleted ${id}\n` })
    expect((await cli.run(['token', 'list', ...of])).stdout).toBe('no tokens\n')
  })

  it('takes no secret on the command line', async () => {
    const { status } = server.demo.tokens
    const ended = await cli.run(['token', 'delete', status], { env: { BUILDPASS_PROJECT: SLUG } })
    expect(ended).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining('Never write a secret') })
    expect((await fetch(`${server.origin}/gh/acme/web.svg?circle-token=${status}`)).status).toBe(200)
  })

  it('needs the right scope, label and expiry for a token', async () => {
    const env = { BUILDPASS_PROJECT: SLUG }
    const codes = await Promise.all(
      [
        ['--label', 'x'],
        ['--label', 'x', '--scope', 'write'],
        ['--label', 'x', '--scope', 'all', '--personal'],
        ['--label', 'x', '--scope', 'all', '--expires', 'soon'],
      ].map(async (args) => (await cli.run(['token', 'create', ...args], { env })).code),
    )
    expect(codes).toEqual([EXIT.usage, EXIT.usage, EXIT.usage, EXIT.usage])
    const tooLong = await cli.run(['token', 'create', '--label', 'x'.repeat(101), '--scope', 'all'], { env })
    expect(tooLong).toMatchObject({ code: EXIT.failed, stderr: expect.stringContaining('label') })
  })

  it('shows how a branch stands, and ends by it when asked', async () => {
    const env = { BUILDPASS_PROJECT: SLUG }
    const shown = await cli.run(['status', '--exit-status', '--limit', '2'], { env })
    expect(shown).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^gh\/acme\/web main: passing\n( {2}\d+ .*\n){2}$/),
    })
    const none = await cli.run(['status', '--branch', 'no-such-branch', '--exit-status', '--json'], { env })
    expect(none.code).toBe(EXIT.not_green)
    expect(JSON.parse(none.stdout)).toMatchObject({ status: 'no builds', builds: [] })
    const forbidden = await cli.run(['status'], { env: { ...env, BUILDPASS_TOKEN: server.demo.tokens.viewBuilds } })
    expect(forbidden).toMatchObject({ code: EXIT.refused, stderr: expect.stringContaining('BUILDPASS_TOKEN') })
  })
})

describe('the GitHub Action', () => {
  const inputs = (all: Record<string, string>) =>
    Object.fromEntries(Object.entries(all).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]))

  it('runs a script as a build named for its leg of the matrix, with tests and artifacts', async () => {
    const folder = join(cli.folder, 'action')
    mkdirSync(folder)
    const env = {
      ...job('6001'),
      ...inputs({
        url: server.origin,
        token: server.demo.tokens.personal,
        run: 'echo one\nfalse | cat\necho never',
        artifacts: 'out.txt\nother.txt',
        matrix: '{"node":22,"os":"ubuntu"}',
      }),
      BUILDPASS_TOKEN: '',
    }
    writeFileSync(join(folder, 'out.txt'), 'out')
    writeFileSync(join(folder, 'other.txt'), 'other')
    const ended = await cli.run([], { env, cwd: folder, file: cli.files.action })
    expect(ended).toMatchObject({ code: 1, stdout: expect.stringContaining('one') })
    expect(ended.stdout).not.toContain('never')
    const [build] = await buildsOf('6001', 'test (22, ubuntu)')
    expect(build).toMatchObject({ status: 'failed' })
    const artifacts = await getJson(`/api/v1.1/project/${SLUG}/${build?.build_num}/artifacts`)
    expect(artifacts).toMatchObject([{ path: 'other.txt' }, { path: 'out.txt' }])
  })

  it.each(['yes', '1', 'on', 'truE'])('does not take %s for true nor for false', async (strict) => {
    const env = { ...job('6009'), ...inputs({ url: server.origin, run: 'true', strict }) }
    const ended = await cli.run([], { env, file: cli.files.action })
    expect(ended).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining(`"strict" must be true or false`) })
  })

  it('takes each spelling of true that GitHub takes', async () => {
    const env = { ...job('6010'), ...inputs({ url: server.origin, token: server.demo.tokens.personal, run: 'true' }) }
    const missing = inputs({ artifacts: 'not-there', strict: 'True', matrix: 'null' })
    const ended = await cli.run([], { env: { ...env, ...missing, BUILDPASS_TOKEN: '' }, file: cli.files.action })
    expect(ended.code).not.toBe(0)
  })

  it('uploads artifacts and sends tests before it tells the status, and drops no input without a word', async () => {
    const folder = join(cli.folder, 'closing')
    mkdirSync(folder)
    writeFileSync(join(folder, 'out.txt'), 'out')
    writeFileSync(join(folder, 'junit.xml'), '<testsuite><testcase name="t"/></testsuite>')
    const action = (id: string, more: Record<string, string>) =>
      cli.run([], {
        env: { ...job(id), ...inputs({ url: server.origin, matrix: 'null', ...more }) },
        cwd: folder,
        file: cli.files.action,
      })
    const closing = { status: 'success', artifacts: 'out.txt', tests: '*.xml', strict: 'true' }
    const whole = await action('6003', closing)
    expect(whole).toMatchObject({ code: 0, stderr: expect.stringContaining('sent junit.xml') })
    const [build] = await buildsOf('6003')
    expect(build).toMatchObject({ status: expect.stringMatching(/success|fixed/) })
    const artifacts = await getJson(`/api/v1.1/project/${SLUG}/${build?.build_num}/artifacts`)
    expect(artifacts).toMatchObject([{ path: 'out.txt' }])
    // What fails keeps the end from nothing, and is the step's failure.
    const lacking = await action('6004', { ...closing, artifacts: 'not-there' })
    expect(lacking).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining('"not-there" matches no file') })
    expect(await buildsOf('6004')).toMatchObject([{ status: expect.stringMatching(/success|fixed/) }])
    for (const [more, said] of [
      [{ tests: '*.xml' }, 'the input "tests" needs "run" or "status"'],
      [{ tests: '*.xml', artifacts: 'out.txt' }, 'the input "tests" needs "run" or "status"'],
      [{ run: 'true', status: 'success' }, 'do not go together'],
    ] as const)
      expect(await action('6005', more)).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining(said) })
    expect(await buildsOf('6005')).toEqual([])
  })

  it('sends what its script writes as the log, without what it prints itself, or none at all', async () => {
    const action = (id: string, more: Record<string, string>) =>
      cli.run([], {
        env: { ...job(id), OTHER: 'a named value', ...inputs({ url: server.origin, matrix: 'null', ...more }) },
        file: cli.files.action,
      })
    const logOf = async (id: string, step: number) => {
      const [build] = await buildsOf(id)
      const log = await fetch(
        `${server.origin}/api/buildpass/v1/projects/${SLUG}/builds/${build?.build_num}/steps/${step}/log`,
        { headers: { 'Circle-Token': server.demo.tokens.personal } },
      )
      return log.status === 200 ? log.text() : log.status
    }
    const script = 'echo "$OTHER $BUILDPASS_TOKEN"; echo two >&2'
    const ended = await action('6011', { run: script, 'mask-env': 'OTHER', tests: 'none/*.xml' })
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('a named value') })
    expect(ended.stderr).toContain('buildpass: not reported')
    // Two streams have no order between them.
    expect(
      String(await logOf('6011', 0))
        .split('\n')
        .toSorted(),
    ).toEqual(['', '*** ***', 'two'])
    expect(await action('6012', { run: script, log: 'false' })).toMatchObject({ code: 0 })
    expect(await logOf('6012', 0)).toBe(404)
    await action('6013', {})
    expect(await action('6013', { step: 'build', run: 'echo built' })).toMatchObject({ code: 0, stdout: 'built\n' })
    expect(await action('6013', { step: 'test', run: 'echo tested; exit 3' })).toMatchObject({ code: 3 })
    expect([await logOf('6013', 0), await logOf('6013', 1)]).toEqual(['built\n', 'tested\n'])
    expect(await buildsOf('6013')).toMatchObject([{ status: 'running' }])
    for (const [more, said] of [
      [{ step: 'build' }, 'the input "step" needs "run"'],
      [{ step: 'build', run: 'true', tests: '*.xml' }, 'with "step" go no "tests"'],
      [{ run: 'true', log: 'off' }, 'the input "log" must be true or false'],
    ] as const)
      expect(await action('6014', more)).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining(said) })
  })

  it('starts a build, and finishes it with the job’s status', async () => {
    const action = (more: Record<string, string>) =>
      cli.run([], {
        env: { ...job('6002'), ...inputs({ url: server.origin, matrix: 'null', ...more }) },
        file: cli.files.action,
      })
    expect(await action({})).toMatchObject({ code: 0 })
    expect(await buildsOf('6002')).toMatchObject([{ status: 'running' }])
    expect(await action({ status: 'cancelled' })).toMatchObject({ code: 0 })
    expect(await buildsOf('6002')).toMatchObject([{ status: 'canceled' }])
  })
})
