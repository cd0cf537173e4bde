import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer as createTlsServer } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../cli/terminal/exit.ts'
import { type Cli, openCli, until } from '../support/server/cli.ts'
import { type FaultProxy, startFaultProxy } from '../support/server/fault-proxy.ts'
import { openSharedServer, type SharedServer } from '../support/server/local-server.ts'

let server: SharedServer
let proxy: FaultProxy
let cli: Cli
const SLUG = 'gh/acme/web'
const BRANCH = 'undisturbed'

beforeAll(async () => {
  server = await openSharedServer('write')
  const closed = await listening(silent)
  closed.close()
  nobodyListens = `http://127.0.0.1:${closed.port}`
  proxy = await startFaultProxy(server.origin)
  cli = openCli({
    BUILDPASS_URL: server.origin,
    BUILDPASS_TOKEN: server.demo.tokens.personal,
    BUILDPASS_PROJECT: SLUG,
    BUILDPASS_BRANCH: BRANCH,
    BUILDPASS_REVISION: 'e'.repeat(40),
  })
})
afterEach(() => {
  proxy.fault = () => null
  proxy.seen.length = 0
})
afterAll(() => proxy?.close())

const node = (script: string) => [process.execPath, '-e', script]
let nobodyListens: string

/** The statuses of the builds that were reported under this name of a job. */
async function statusesOf(job: string): Promise<string[]> {
  const response = await fetch(`${server.origin}/api/v1.1/project/${SLUG}/tree/${BRANCH}?limit=100`, {
    headers: { 'Circle-Token': server.demo.tokens.personal },
  })
  const builds = (await response.json()) as { status: string; workflows: { job_name: string } }[]
  return builds.filter(({ workflows }) => workflows.job_name === job).map(({ status }) => status)
}

/** What listens, and is no Buildpass server. */
async function listening(open: () => Server): Promise<{ readonly port: number; readonly close: () => void }> {
  const one = open()
  const sockets = new Set<{ destroy: () => void }>()
  one.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))
  const address = one.address()
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    close() {
      for (const socket of sockets) socket.destroy()
      one.close()
    },
  }
}

const silent = () => createServer(() => {})
const trickling = () =>
  createServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{')
    const timer = setInterval(() => socket.write(' '), 200)
    socket.once('close', () => clearInterval(timer))
  })
// It has no certificate to show.
const untrusted = () => createTlsServer({})

describe('the command of `run`', () => {
  it.each(['stdout', 'stderr'] as const)('goes on when nobody reads %s any more', async (stream) => {
    const mark = join(cli.folder, `went-on-${stream}`)
    const script = `setTimeout(() => { require('fs').writeFileSync(${JSON.stringify(mark)}, ''); process.exit(7) }, 1500)`
    const run = cli.start(['run', '--report-timeout', '1', '--', ...node(script)], {
      env: { BUILDPASS_URL: nobodyListens },
    })
    run.child[stream]?.destroy()
    expect(await run.ended).toMatchObject({ code: 7 })
    expect(existsSync(mark)).toBe(true)
  })

  it('has pipes that wait for a slow reader, as without us', async () => {
    const BYTES = 1_000_000
    const script = `setTimeout(() => { for (const fd of [1, 2]) require('fs').writeSync(fd, Buffer.alloc(${BYTES}, 'x')) }, 700)`
    const child = spawn(process.execPath, [cli.files.cli, 'run', '--report-timeout', '1', '--', ...node(script)], {
      env: { PATH: process.env.PATH, HOME: cli.folder, BUILDPASS_URL: nobodyListens },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    await sleep(1_500)
    const lengths = [child.stdout, child.stderr].map(async (stream) => {
      let text = ''
      for await (const chunk of stream) text += chunk
      return text.match(/x/g)?.length
    })
    const code = await new Promise((resolve) => child.once('close', resolve))
    expect([code, ...(await Promise.all(lengths))]).toEqual([0, BYTES, expect.any(Number)])
    expect(await lengths[1]).toBeGreaterThanOrEqual(BYTES)
  })

  it('is not interrupted by what we have to say, which comes when it has ended', async () => {
    const script = `process.stderr.write('half a '); setTimeout(() => process.stderr.write('line\\n'), 2500)`
    const ended = await cli.run(['run', '--report-timeout', '1', '--', ...node(script)], {
      env: { BUILDPASS_URL: nobodyListens },
    })
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/^half a line\nbuildpass: /) })
  })

  it('gets and gives every byte as it is', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, value) => value))
    const child = spawn(process.execPath, [cli.files.cli, 'run', '--', 'cat'], {
      env: { PATH: process.env.PATH, HOME: cli.folder, BUILDPASS_URL: nobodyListens, BUILDPASS_RETRY_SECONDS: '0' },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    child.stdin.end(bytes)
    const chunks: Buffer[] = []
    for await (const chunk of child.stdout) chunks.push(chunk)
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
  })

  it('goes on with its own streams when buildpass itself is killed', async () => {
    const script = `console.log('up'); setTimeout(() => { console.log('done'); console.error('told') }, 1000)`
    const run = cli.start(['run', '--id', 'killed', '--', ...node(script)])
    await until('the command is up', () => run.stdout().includes('up'))
    run.child.kill('SIGKILL')
    expect(await run.ended).toMatchObject({ signal: 'SIGKILL', stdout: 'up\ndone\n', stderr: 'told\n' })
  })

  it.each([
    ['an empty name', () => '', 127],
    ['a name that is nowhere', () => 'no-such-command', 127],
    ['a path that is nowhere', () => './no/such/command', 127],
    ['a folder', () => cli.folder, 126],
    ['something in what is no folder', () => `${cli.files.cli}/x`, 126],
    ['a name that is too long', () => `/${'n'.repeat(300)}`, 126],
  ])('that cannot be started, as %s, ends as in a shell', async (what, program, code) => {
    const ended = await cli.run(['run', '--job', what, '--', program()])
    expect(ended).toMatchObject({ code, stderr: expect.stringMatching(/^buildpass: .*\n$/) })
    expect(await statusesOf(what)).toEqual(['failed'])
  })

  it('that has more arguments than the system takes ends as in a shell', async () => {
    // Node is started by a short line, and takes over a longer one than it could have been started by.
    const script = `process.argv.push(...Array(30).fill('x'.repeat(100_000))); import(${JSON.stringify(cli.files.cli)})`
    const ended = await cli.run(['-', 'run', '--', 'true'], { file: `--eval=${script}` })
    expect(ended).toMatchObject({ code: 126, stderr: expect.stringMatching(/^buildpass: true: .*E2BIG.*\n/) })
  })
})

describe('a signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const)('%s ends the command, a shell sees %i, and the build is canceled', async (signal, code) => {
    const script = `console.log(process.ppid); setInterval(() => {}, 1000)`
    const line = `"$0" "$@"; echo "ended $?"`
    const args = ['-c', line, process.execPath, cli.files.cli, 'run', '--job', signal, '--', ...node(script)]
    const run = cli.start(args.slice(1), { node: 'bash', file: '-c' })
    await until('the command is up', () => /^\d+\n/.test(run.stdout()))
    process.kill(Number.parseInt(run.stdout(), 10), signal)
    expect((await run.ended).stdout).toMatch(new RegExp(`ended ${code}\n$`))
    expect(await statusesOf(signal)).toEqual(['canceled'])
  })

  it('that the command takes, to end well, is a canceled build that ends well', async () => {
    const script = `process.on('SIGTERM', () => process.exit(0)); console.log('up'); setInterval(() => {}, 1000)`
    const run = cli.start(['run', '--job', 'graceful', '--', ...node(script)])
    await until('the command is up', () => run.stdout().includes('up'))
    run.child.kill('SIGTERM')
    expect(await run.ended).toMatchObject({ code: 0 })
    expect(await statusesOf('graceful')).toEqual(['canceled'])
  })

  it('that the command is slow to heed is a canceled build before the CI kills both', async () => {
    const script = `process.on('SIGTERM', () => {}); console.log(process.pid); setInterval(() => {}, 1000)`
    const run = cli.start(['run', '--job', 'slow to stop', '--', ...node(script)])
    await until('the command is up', () => /^\d+\n/.test(run.stdout()))
    run.child.kill('SIGTERM')
    await until('it is reported', async () => (await statusesOf('slow to stop'))[0] === 'canceled', 5_000)
    run.child.kill('SIGKILL')
    process.kill(Number.parseInt(run.stdout(), 10), 'SIGKILL')
    await run.ended
  })

  it('that comes when the command has ended ends the sending, and a failed command keeps its code', async () => {
    const folder = join(cli.folder, 'late-signal')
    mkdirSync(folder)
    writeFileSync(join(folder, 'a.txt'), 'a')
    proxy.fault = ({ method }) => (method === 'PUT' ? { kind: 'delay', ms: 60_000 } : null)
    for (const [own, seen] of [
      [0, { code: null, signal: 'SIGINT' }],
      [3, { code: 3 }],
    ] as const) {
      proxy.seen.length = 0
      const args = ['run', '--report-timeout', '60', '--artifacts', 'a.txt', '--', ...node(`process.exit(${own})`)]
      const run = cli.start(args, { cwd: folder, env: { BUILDPASS_URL: proxy.origin } })
      await until('the file is on its way', () => proxy.seen.some(({ method }) => method === 'PUT'))
      run.child.kill('SIGINT')
      expect(await run.ended).toMatchObject({ ...seen, stderr: expect.stringContaining('not reported') })
    }
  })
})

describe('what reporting adds after the command', () => {
  const servers: [string, (() => Server) | null, string][] = [
    ['refuses', null, 'http'],
    ['does not answer', silent, 'http'],
    ['trickles its answer', trickling, 'http'],
    ['has no certificate that is accepted', untrusted, 'https'],
    ['speaks no TLS', trickling, 'https'],
  ]
  it.each(servers)('is bounded where the server %s, and the command’s code stays', async (_, open, protocol) => {
    const other = open && (await listening(open))
    const env = { BUILDPASS_URL: other ? `${protocol}://127.0.0.1:${other.port}` : nobodyListens }
    const tooks = await Promise.all(
      [0, 3].map(async (code) => {
        const startedAt = performance.now()
        const args = ['run', '--report-timeout', '2', '--', ...node(`process.exit(${code})`)]
        expect(await cli.run(args, { env })).toMatchObject({ code, stderr: expect.stringContaining('not reported') })
        return performance.now() - startedAt
      }),
    )
    other?.close()
    expect(Math.max(...tooks)).toBeLessThan(40_000)
  })

  it('is 5 s unless said otherwise', async () => {
    const other = await listening(silent)
    const startedAt = performance.now()
    const ended = await cli.run(['run', '--', ...node('0')], {
      env: { BUILDPASS_URL: `http://127.0.0.1:${other.port}` },
    })
    const took = performance.now() - startedAt
    other.close()
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining('--report-timeout') })
    expect(took).toBeGreaterThan(4_900)
    expect(took).toBeLessThan(40_000)
  })

  it('is bounded where the server goes while artifacts are sent', async () => {
    const folder = join(cli.folder, 'gone-midway')
    mkdirSync(folder)
    writeFileSync(join(folder, 'a.txt'), 'a')
    for (const fault of [{ kind: 'delay', ms: 60_000 }, { kind: 'reset' }] as const) {
      proxy.fault = ({ method }) => (method === 'PUT' ? fault : null)
      const startedAt = performance.now()
      const args = ['run', '--report-timeout', '1', '--artifacts', 'a.txt', '--', ...node('process.exit(4)')]
      const ended = await cli.run(args, { cwd: folder, env: { BUILDPASS_URL: proxy.origin } })
      expect(ended).toMatchObject({ code: 4, stderr: expect.stringContaining('not reported') })
      expect(performance.now() - startedAt).toBeLessThan(40_000)
    }
  })

  it('does not cut off files that are on their way', async () => {
    const folder = join(cli.folder, 'slow-line')
    mkdirSync(folder)
    for (let n = 0; n < 12; n++) writeFileSync(join(folder, `${n}.txt`), String(n))
    proxy.fault = ({ method }) => (method === 'PUT' ? { kind: 'delay', ms: 1_600 } : null)
    const args = ['run', '--job', 'slow line', '--report-timeout', '4', '--artifacts', '*.txt', '--', ...node('0')]
    const ended = await cli.run(args, { cwd: folder, env: { BUILDPASS_URL: proxy.origin } })
    expect(ended.stderr.match(/^uploaded /gm)).toHaveLength(12)
    expect(ended).toMatchObject({ code: 0, stderr: expect.not.stringContaining('not reported') })
  })

  it('holds the end, too, where the report of the start hangs', async () => {
    let posts = 0
    proxy.fault = ({ method }) => (method === 'POST' && ++posts === 1 ? { kind: 'delay', ms: 60_000 } : null)
    const ended = await cli.run(['run', '--job', 'start hangs', '--report-timeout', '4', '--', ...node('0')], {
      env: { BUILDPASS_URL: proxy.origin },
    })
    expect(ended).toMatchObject({ code: 0 })
    expect(await statusesOf('start hangs')).toEqual([expect.stringMatching(/success|fixed/)])
  })

  it('fails a good command with --strict', async () => {
    const other = await listening(silent)
    const args = ['run', '--strict', '--report-timeout', '1', '--', ...node('0')]
    const ended = await cli.run(args, { env: { BUILDPASS_URL: `http://127.0.0.1:${other.port}` } })
    other.close()
    expect(ended).toMatchObject({ code: EXIT.unreachable })
  })
})

it('a report that is refused keeps no other from being sent', async () => {
  const folder = join(cli.folder, 'reports')
  mkdirSync(folder)
  const good = '<testsuite><testcase classname="a" name="b"/></testsuite>'
  writeFileSync(join(folder, '1-bad.xml'), readFileSync(join(import.meta.dirname, '../support/server/cli.ts')))
  writeFileSync(join(folder, '2-good.xml'), good)
  writeFileSync(join(folder, '3-line\nfeed.xml'), good)
  const tests = ['--tests', 'none/*.xml', '*.xml']
  const ended = await cli.run(['run', ...tests, '--', ...node('process.exit(5)')], { cwd: folder })
  expect(ended.code).toBe(5)
  expect(ended.stderr).toContain('sent 2-good.xml (1 test: 1 passed, 0 failed)')
  expect(ended.stderr).toContain('not reported: 1-bad.xml: ')
  expect(ended.stderr).toContain('not reported: "none/*.xml" matches no file')
  expect(ended.stderr).toContain('left out 3-line␣U+000Afeed.xml: ')

  const finished = await cli.run(['report', 'finish', '--status', 'success', ...tests], { cwd: folder })
  expect(finished).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining('sent 2-good.xml') })
  const strict = ['report', 'finish', '--status', 'success', '--tests', '2*', '3*']
  expect(await cli.run(strict, { cwd: folder })).toMatchObject({ code: 0 })
  expect(await cli.run([...strict, '--strict'], { cwd: folder })).toMatchObject({ code: EXIT.left_out })
  expect(await cli.run(['run', '--strict', '--tests', '2*', '3*', '--', ...node('0')], { cwd: folder })).toMatchObject({
    code: EXIT.left_out,
  })
})
