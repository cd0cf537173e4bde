import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { scriptArgs } from '../../cli/logs/capture.ts'
import { openTypescript } from '../../cli/logs/typescript.ts'
import { EXIT } from '../../cli/terminal/exit.ts'
import { mintSecret } from '../../src/domain/access/secret.ts'
import { type Cli, type CliOptions, openCli, until } from '../support/server/cli.ts'
import { numberOf } from '../support/server/quick-command.ts'
import { bytesFrom, type KeptStep, type LogServer, startLogServer, textOf } from './log-server.ts'

let server: LogServer
let cli: Cli
let temporary: string
const MIB = 1024 * 1024

beforeAll(async () => {
  cli = await openCli()
  temporary = join(cli.folder, 'tmp')
  mkdirSync(temporary)
})
beforeEach(async () => {
  server = await startLogServer()
})
afterEach(async () => {
  await server.close()
  // Whatever happened, no spool and no pipe stays behind.
  await until('the temporary folder is empty', () => readdirSync(temporary).length === 0)
})
afterAll(() => server.close())

const env = (more: Record<string, string> = {}) => ({
  BUILDPASS_URL: server.origin,
  BUILDPASS_TOKEN: mintSecret('personal'),
  BUILDPASS_PROJECT: 'gh/acme/web',
  BUILDPASS_BRANCH: 'main',
  BUILDPASS_REVISION: 'e'.repeat(40),
  TMPDIR: temporary,
  ...more,
})
const start = (args: readonly string[], { env: more, ...options }: CliOptions = {}) =>
  cli.start(args, { ...options, env: env(more as Record<string, string>) })
const run = (args: readonly string[], options?: CliOptions) => start(args, options).ended
const node = (script: string) => [process.execPath, '-e', script]
/** A script that waits for the file, and then goes on, once. */
const whenThere = (file: string, then: string) =>
  `const waits = setInterval(() => { if (!require('fs').existsSync(${JSON.stringify(file)})) return; clearInterval(waits); ${then} }, 50)`
const onlyStep = (): KeptStep => {
  expect(server.steps).toHaveLength(1)
  return server.steps[0] as KeptStep
}
const logCalls = () => server.calls.filter(({ method }) => method === 'PUT')

describe('buildpass run', () => {
  it('sends what its command writes, in the order in which it came, and ends the step as the command ended', async () => {
    // Each line waits until the one before was passed on: two pipes have no order of their own.
    const seen = (n: number) => join(cli.folder, `seen-${n}`)
    const script = `const fs = require('fs'); for (const [index, file] of ${JSON.stringify([1, 2, 3].map(seen))}.entries()) { const n = index + 1; fs.writeSync(n % 2 ? 1 : 2, 'line ' + n + '\\n'); while (!fs.existsSync(file)) await new Promise((r) => setTimeout(r, 10)) } process.exit(3)`
    const running = start(['run', '--', ...node(`(async () => { ${script} })()`)])
    for (const n of [1, 2, 3]) {
      await until(`line ${n} is passed on`, () => `${running.stdout()}${running.stderr()}`.includes(`line ${n}\n`))
      writeFileSync(seen(n), '')
    }
    const ended = await running.ended
    expect(ended).toMatchObject({ code: 3, stdout: 'line 1\nline 3\n', stderr: 'line 2\n' })
    const { log, history } = onlyStep()
    expect([textOf(log), log.isFinal, log.cut]).toEqual(['line 1\nline 2\nline 3\n', true, null])
    expect(history).toMatchObject([
      { name: 'node', status: 'running', start_time: expect.any(String) },
      { name: 'node', status: 'failed', exit_code: 3, end_time: expect.any(String) },
    ])
    expect(server.reports.map(({ status, steps }) => [status, steps])).toEqual([
      ['running', undefined],
      ['failed', undefined],
    ])
  })

  it('keeps the order of a command whose two outputs go to one place', async () => {
    const script = `for (let n = 0; n < 500; n++) require('fs').writeSync(n % 2 ? 1 : 2, n + '\\n')`
    const line = '"$0" "$@" 2>&1'
    const args = [line, process.execPath, cli.files.cli, 'run', '--', ...node(script)]
    const ended = await start(args, { node: 'bash', file: '-c' }).ended
    const all = Array.from({ length: 500 }, (_, n) => `${n}\n`).join('')
    expect([ended.stdout, textOf(onlyStep().log)]).toEqual([all, all])
  })

  it('gives the command pipes that it can open again by their names', async () => {
    const ended = await run([
      'run',
      '--',
      'sh',
      '-c',
      'echo out >/dev/stdout; echo err >/dev/stderr; [ -p /dev/stdout ]',
    ])
    expect(ended).toMatchObject({ code: 0, stdout: 'out\n', stderr: 'err\n' })
    expect(textOf(onlyStep().log)).toBe('out\nerr\n')
  })

  it('passes each piece of output on at once, and sends it within some seconds, while the command runs', async () => {
    const go = join(cli.folder, 'go-late')
    const job = start([
      'run',
      '--',
      ...node(`console.log('early'); ${whenThere(go, `console.log('late'); process.exit()`)}`),
    ])
    await until('it is passed on', () => job.stdout() === 'early\n', 3_000)
    await until('it is sent', () => textOf(server.steps[0]?.log) === 'early\n', 5_000)
    writeFileSync(go, '')
    await job.ended
    expect(textOf(onlyStep().log)).toBe('early\nlate\n')
    expect(logCalls().length).toBeLessThan(5)
  })

  it('masks secrets of its environment and of --mask, and nothing in what it passes on', async () => {
    const secret = 'hunter2-hunter2'
    const script = `const s = process.env.MY_TOKEN; process.stdout.write(s.slice(0, 5)); setTimeout(() => console.log(s.slice(5), process.env.OTHER, 'tops' + 'ecret', 'ghp_' + 'a1B2'.repeat(9)), 300)`
    const args = ['run', '--mask', 'topsecret', '--mask', 'other', '--mask-env', 'OTHER', '--', ...node(script)]
    const ended = await run(args, { env: { MY_TOKEN: secret, OTHER: 'named value' } })
    expect(ended.stdout).toBe(`${secret} named value topsecret ghp_${'a1B2'.repeat(9)}\n`)
    expect(textOf(onlyStep().log)).toBe('*** *** *** ***\n')
  })

  it('puts nothing of its own into the log', async () => {
    writeFileSync(join(cli.folder, 'good.xml'), '<testsuite><testcase classname="a" name="b"/></testsuite>')
    const args = ['run', '--tests', 'none/*.xml', '--', ...node(`console.log('mine'); process.exit(2)`)]
    const ended = await run(args)
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('buildpass: not reported: ') })
    expect(textOf(onlyStep().log)).toBe('mine\n')
  })

  it('does as before with --no-log: the command has its own streams, and no step is reported by itself', async () => {
    const ended = await run(['run', '--no-log', '--', ...node(`console.log('mine')`)])
    expect(ended).toMatchObject({ code: 0, stdout: 'mine\n', stderr: '' })
    expect(server.steps).toEqual([])
    expect(server.reports.at(-1)).toMatchObject({ status: 'success', steps: [{ name: 'node' }] })
  })

  it('does as before, without a word, where the server is too old', async () => {
    server.mishap = ({ path }) => (path.includes('/steps') ? { kind: 'answer', status: 404 } : null)
    const ended = await run(['run', '--strict', '--', ...node(`console.log('mine')`)])
    expect(ended).toMatchObject({ code: 0, stdout: 'mine\n', stderr: '' })
    expect(server.reports.at(-1)).toMatchObject({ status: 'success', steps: [{ name: 'node' }] })
    expect(server.calls.filter(({ path }) => path.includes('/steps'))).toHaveLength(1)
  })

  it('tells of the step and sends the log at the end, where the server was away at the start', async () => {
    server.mishap = () => ({ kind: 'answer', status: 403 })
    const job = start(['run', '--', ...node(`console.log('mine'); setTimeout(() => {}, 2500)`)])
    await until('it was refused', () => server.calls.length > 0)
    server.mishap = () => null
    expect(await job.ended).toMatchObject({ code: 0, stdout: 'mine\n' })
    expect([textOf(onlyStep().log), onlyStep().log.isFinal, onlyStep().history.length]).toEqual(['mine\n', true, 1])
  })

  it('waits for no process that the command leaves behind, and passes on what that still writes', async () => {
    const go = join(cli.folder, 'go-behind')
    const left = whenThere(go, `console.log('from behind'); setTimeout(() => process.exit(), 500)`)
    const script = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(left)}], { stdio: 'inherit', detached: true }).unref(); console.log('done')`
    const job = start(['run', '--', ...node(script)])
    await new Promise((resolve) => job.child.once('exit', resolve))
    expect([textOf(onlyStep().log), onlyStep().log.isFinal]).toEqual(['done\n', true])
    writeFileSync(go, '')
    expect(await job.ended).toMatchObject({ code: 0, stdout: 'done\nfrom behind\n' })
  })

  it('lets the command know by its pipe that nobody reads any more', async () => {
    const line = `"$0" "$@" | head -1; echo "$" "\${PIPESTATUS[0]}"`
    const args = [line, process.execPath, cli.files.cli, 'run', '--', 'yes']
    const ended = await start(args, { node: 'bash', file: '-c' }).ended
    expect(ended.stdout).toBe('y\n$ 141\n')
    expect(onlyStep().history.at(-1)).toMatchObject({ status: 'failed' })
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('%s ends the step as canceled, with its log', async (signal) => {
    const job = start(['run', '--', ...node(`console.log('up'); setInterval(() => {}, 1000)`)])
    await until('the command is up', () => job.stdout() === 'up\n')
    job.child.kill(signal)
    expect(await job.ended).toMatchObject({ code: null, signal })
    expect([textOf(onlyStep().log), onlyStep().log.isFinal]).toEqual(['up\n', true])
    expect(onlyStep().history.at(-1)).toMatchObject({ status: 'canceled' })
  })
})

describe('buildpass step', () => {
  it('makes steps with logs of their own in the build of the job, also with the same name', async () => {
    const id = { BUILDPASS_ID: 'nightly' }
    await run(['report', 'start'], { env: id })
    for (const [name, code] of [
      ['build', 0],
      ['test', 4],
      ['test', 0],
    ] as const)
      expect(
        await run(['step', name, '--', ...node(`console.log(${JSON.stringify(name)}); process.exit(${code})`)], {
          env: id,
        }),
      ).toMatchObject({
        code,
        stdout: `${name}\n`,
        stderr: '',
      })
    expect(
      server.steps.map(({ history, log }) => [history.map(({ status }) => status), textOf(log), log.isFinal]),
    ).toEqual([
      [['running', 'success'], 'build\n', true],
      [['running', 'failed'], 'test\n', true],
      [['running', 'success'], 'test\n', true],
    ])
    expect(new Set(server.reports.map(({ external_id }) => external_id)).size).toBe(1)
    expect(server.reports.map(({ status }) => status)).toEqual(['running', 'running', 'running', 'running'])
  })

  it('is a step without a log with --no-log, and says so where the server is too old for it', async () => {
    expect(await run(['step', 'lint', '--no-log', '--', ...node(`console.log('x')`)])).toMatchObject({ code: 0 })
    expect([textOf(onlyStep().log), onlyStep().log.isFinal, onlyStep().history.length]).toEqual(['', false, 2])
    server.mishap = ({ path }) => (path.includes('/steps') ? { kind: 'answer', status: 404 } : null)
    const old = await run(['step', 'lint', '--', ...node('0')])
    expect(old).toMatchObject({ code: 0, stderr: expect.stringContaining('older than this buildpass') })
    expect(await run(['step', 'lint', '--strict', '--', ...node('0')])).toMatchObject({ code: EXIT.failed })
  })

  it.each([
    [['step'], 'missing required argument'],
    [['step', '', '--', 'true'], 'must not be empty'],
    [['step', 'lint'], 'missing required argument'],
    [['run', '--mask', 'abc', '--', 'true'], '4 characters or more'],
    [['run', '--mask-env', '', '--', 'true'], 'must not be empty'],
  ])('refuses %j', async (args, message) => {
    expect(await run(args)).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining(message) })
  })
})

/** So many lines, each of which says which one it is. */
const lines = (count: number) => Array.from({ length: count }, (_, n) => `line ${n} ${'.'.repeat(90)}\n`).join('')
const writesLines = (count: number, everyMs: number) =>
  `(async () => { for (let n = 0; n < ${count}; n++) { require('fs').writeSync(1, 'line ' + n + ' ' + '.'.repeat(90) + '\\n'); if (n % 1000 === 999 && ${everyMs}) await new Promise((r) => setTimeout(r, ${everyMs})) } })()`

describe('a log arrives whole', () => {
  /** Of 4 MB; of half of that in `npm test`. */
  const count = inject('isProof') ? 40_000 : 20_000

  it('over a server that is restarted twice in the middle', async () => {
    const job = start(['run', '--report-timeout', '30', '--', ...node(writesLines(count, 150))])
    for (const _ of [1, 2]) {
      const before = logCalls().length
      await until('some of it is there', () => logCalls().length > before + 1)
      await server.restart(700)
    }
    expect(await job.ended).toMatchObject({ code: 0, stdout: lines(count), stderr: '' })
    expect([textOf(onlyStep().log) === lines(count), onlyStep().log.isFinal]).toEqual([true, true])
  })

  it('over connections that break, lost answers and a busy server', async () => {
    const mishaps = ['reset', 'lose_answer', 'busy', 'lose_answer', 'reset'] as const
    let calls = 0
    server.mishap = ({ method }) => {
      const kind = method === 'PUT' ? mishaps[calls++ % 7] : undefined
      return kind === 'busy' ? { kind: 'answer', status: 503 } : kind ? { kind } : null
    }
    const args = ['run', '--report-timeout', '60', '--', ...node(writesLines(count, 150))]
    expect(await run(args)).toMatchObject({ code: 0, stderr: '' })
    expect([textOf(onlyStep().log) === lines(count), onlyStep().log.isFinal]).toEqual([true, true])
    expect(calls).toBeGreaterThan(mishaps.length)
  })

  it('when the server has forgotten the last of it', async () => {
    const job = start(['run', '--report-timeout', '30', '--', ...node(writesLines(15_000, 150))])
    await until('some of it is there', () => (server.steps[0]?.log.offset ?? 0) > 600_000)
    const log = onlyStep().log
    const kept = bytesFrom(log, 0, 100_001)
    log.parts.splice(0, log.parts.length, { offset: 0, bytes: kept })
    log.offset = kept.length
    expect(await job.ended).toMatchObject({ code: 0, stderr: '' })
    expect([textOf(log) === lines(15_000), log.isFinal]).toEqual([true, true])
  })

  it('in calls of at most 4 MiB, and not more of them than are worth it', async () => {
    await run(['run', '--', ...node(writesLines(3 * count, 0))])
    expect(textOf(onlyStep().log) === lines(3 * count)).toBe(true)
    expect(Math.max(...logCalls().map(({ bytes }) => bytes))).toBeLessThanOrEqual(4 * MIB)
    expect(logCalls().length).toBeLessThan(20)
  })
})

describe('a long log', () => {
  // Just above what is kept of a log whole.
  const size = numberOf('WHOLE_BYTES') + 2 * MIB
  const kept = numberOf('KEPT_BYTES')
  const script = `const line = (n) => String(n).padStart(15, '0') + '\\n'; let n = 0; while (n < ${size / 16}) { let text = ''; for (let i = 0; i < 4096; i++) text += line(n++); require('fs').writeSync(1, text) }`

  it('keeps its head and its end, tells of the cut, and is passed on whole', async () => {
    // The spool has to hold it all: nothing is taken before the end.
    let isEnded = false
    server.mishap = ({ method }) => (method === 'PUT' && !isEnded ? { kind: 'answer', status: 503 } : null)
    const child = spawn(process.execPath, [cli.files.cli, 'run', '--report-timeout', '60', '--', ...node(script)], {
      env: { PATH: process.env.PATH, HOME: cli.folder, ...env() },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const hash = createHash('sha256')
    let bytes = 0
    let seen = ''
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      hash.update(chunk)
      bytes += chunk.length
      seen = chunk.toString('latin1').slice(-16)
      if (bytes === size) isEnded = true
    }
    expect(await exitOf(child)).toBe(0)
    expect([bytes, seen]).toEqual([size, `${String(size / 16 - 1).padStart(15, '0')}\n`])
    const { log } = onlyStep()
    expect([log.isFinal, log.offset]).toEqual([true, size])
    const { from, to } = log.cut ?? { from: 0, to: 0 }
    expect(from).toBeGreaterThanOrEqual(kept)
    expect(size - to).toBeGreaterThan(kept - 65_536)
    const text = textOf(log)
    for (const offset of [0, from - 16, to, size - 16]) {
      const at = offset < from ? offset : offset - (to - from)
      expect(text.slice(at, at + 16)).toBe(`${String(offset / 16).padStart(15, '0')}\n`)
    }
  })
})

function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve) => child.once('close', resolve))
}

describe('a server that', () => {
  it.each([
    [403, EXIT.refused],
    [404, EXIT.not_found],
    [413, EXIT.failed],
  ])('refuses the log with %i gets no more of it, with one warning', async (status, code) => {
    server.mishap = ({ method }) => (method === 'PUT' ? { kind: 'answer', status } : null)
    const script = writesLines(10_000, 100)
    for (const [args, expected] of [
      [[], 0],
      [['--strict'], code],
    ] as const) {
      const ended = await run(['run', ...args, '--', ...node(script)])
      expect(ended).toMatchObject({ code: expected, stdout: lines(10_000) })
      expect(ended.stderr.match(/the log was not sent whole/g)).toHaveLength(1)
    }
    expect(logCalls()).toHaveLength(2)
    expect(server.reports.at(-1)).toMatchObject({ status: 'success' })
  })

  it('goes away while the log is sent costs no more than --report-timeout', async () => {
    server.mishap = ({ method }) => (method === 'PUT' ? { kind: 'delay', ms: 60_000 } : null)
    const startedAt = performance.now()
    const ended = await run(['run', '--report-timeout', '2', '--', ...node(`console.log('x'); process.exit(5)`)])
    expect(ended).toMatchObject({ code: 5, stderr: expect.stringContaining('kept us waiting for 2 s') })
    expect(performance.now() - startedAt).toBeLessThan(40_000)
  })

  it('is slow does not slow the command, and gets all as long as it moves', async () => {
    server.mishap = ({ method }) => (method === 'PUT' ? { kind: 'delay', ms: 1_500 } : null)
    const mark = join(cli.folder, 'took')
    // 20 MB, which take the server 20 times 1.5 s; in `npm test` four.
    const count = inject('isProof') ? 400 : 80
    const script = `const t = performance.now(); for (let i = 0; i < ${count}; i++) require('fs').writeSync(1, 'x'.repeat(49999) + '\\n'); require('fs').writeFileSync(${JSON.stringify(mark)}, String(performance.now() - t))`
    const ended = await run(['run', '--report-timeout', '3', '--', ...node(script)])
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(onlyStep().log).toMatchObject({ offset: count * 50_000, isFinal: true })
    // Less than the server took.
    expect(Number(readFileSync(mark, 'utf8'))).toBeLessThan(4_000)
  })
})

it('the relay ends with the command, also where buildpass is killed', async () => {
  const job = start(['run', '--', ...node(`console.log('up'); setTimeout(() => console.log('done'), 1500)`)])
  await until('the command is up', () => job.stdout() === 'up\n')
  job.child.kill('SIGKILL')
  // `ended` comes when nobody holds the output any more.
  expect(await job.ended).toMatchObject({ signal: 'SIGKILL', stdout: 'up\ndone\n' })
})

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`

/** The command as somebody types it, at a terminal that script(1) makes for the test. */
function atTerminal(args: readonly string[], more: Record<string, string> = {}, redirect = '') {
  const settings = Object.entries(more).map(([name, value]) => `${name}=${value}`)
  const words = ['env', ...settings, process.execPath, cli.files.cli, ...args].map(quoted)
  const child = spawn('script', ['-qefc', `exec ${words.join(' ')} ${redirect}`, '/dev/null'], {
    env: { PATH: process.env.PATH, HOME: cli.folder, ...env() },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  child.stdout.on('data', (chunk) => {
    shown += chunk
  })
  return { child, shown: () => shown, code: exitOf(child) }
}

describe('at a terminal', () => {
  const asks = `console.log([0, 1, 2].map((fd) => require('tty').isatty(fd)).join(), process.stdout.columns > 0 || 'no size')`

  it('the command keeps a terminal, and its log is what was shown', async () => {
    const job = atTerminal(['run', '--', ...node(`${asks}; console.error('second'); process.exit(6)`)])
    expect(await job.code).toBe(6)
    expect(job.shown()).toMatch(/^true,true,true .*\r\nsecond\r\n$/)
    expect([textOf(onlyStep().log), onlyStep().log.isFinal]).toEqual([job.shown(), true])
    expect(onlyStep().history.at(-1)).toMatchObject({ status: 'failed', exit_code: 6 })
  })

  it('gives the command each word as it is', async () => {
    const words = ['first', `it's "odd" $HOME \\ \n * \`x\``, '', '--', '\u{1f600}', '']
    const script = 'console.log(JSON.stringify([process.argv.slice(1), process.env.SHELL]))'
    const job = atTerminal(['run', '--', ...node(script), ...words], { SHELL: "/no/such 'shell" })
    expect(await job.code).toBe(0)
    expect(JSON.parse(textOf(onlyStep().log))).toEqual([words, "/no/such 'shell"])
  })

  it('masks in the log only', async () => {
    const job = atTerminal(['run', '--', ...node('console.log(process.env.MY_TOKEN)')], { MY_TOKEN: 'hunter2-hunter2' })
    await job.code
    expect([job.shown(), textOf(onlyStep().log)]).toEqual(['hunter2-hunter2\r\n', '***\r\n'])
  })

  it('Ctrl-C reaches the command, whose build is canceled, and a shell sees its code', async () => {
    const script = `process.on('SIGINT', () => { console.log('cleaned up'); process.exit(9) }); console.log('up'); setInterval(() => {}, 1000)`
    const job = atTerminal(['run', '--', ...node(script)])
    await until('the command is up', () => job.shown().includes('up'))
    job.child.stdin.write('\u0003')
    expect(await job.code).toBe(9)
    expect(textOf(onlyStep().log)).toContain('cleaned up')
    expect(onlyStep().history.at(-1)).toMatchObject({ status: 'canceled', exit_code: 9 })
    expect(server.reports.at(-1)).toMatchObject({ status: 'canceled' })
  })

  it('a signal is passed on to the command itself', async () => {
    const script = `process.on('SIGTERM', () => { console.log('told'); process.exit(0) }); process.on('SIGUSR2', () => console.log('used')); console.log('up'); setInterval(() => {}, 1000)`
    const pidFile = join(cli.folder, 'pid')
    const line = `echo $$ > ${pidFile}; exec "$0" "$@"`
    const words = ['sh', '-c', line, process.execPath, cli.files.cli, 'run', '--', ...node(script)]
    const child = spawn('script', ['-qefc', words.map(quoted).join(' '), '/dev/null'], {
      env: { PATH: process.env.PATH, HOME: cli.folder, ...env() },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    let shown = ''
    child.stdout.on('data', (chunk) => {
      shown += chunk
    })
    await until('the command is up', () => shown.includes('up'))
    const pid = Number(readFileSync(pidFile, 'utf8'))
    process.kill(pid, 'SIGUSR2')
    await until('it was passed on', () => shown.includes('used'))
    process.kill(pid, 'SIGTERM')
    expect(await exitOf(child)).toBe(0)
    expect(shown).toContain('told')
    expect(onlyStep().history.at(-1)).toMatchObject({ status: 'canceled' })
  })

  it('a command that is not there ends as in a shell', async () => {
    expect(await atTerminal(['run', '--', 'no-such-command']).code).toBe(127)
    expect(await atTerminal(['run', '--', cli.folder]).code).toBe(126)
  })

  it.each([
    ['only some of its streams are a terminal', '2>/dev/null', {}],
    ['here is no script', '', { PATH: '/nowhere' }],
  ])(
    'where %s the command has what there is, and one line says that there is no log',
    async (reason, redirect, more) => {
      const job = atTerminal(['run', '--', ...node(`console.log('mine', require('tty').isatty(1))`)], more, redirect)
      expect(await job.code).toBe(0)
      expect(job.shown()).toMatch(/^mine true\r\n/)
      if (redirect === '')
        expect(job.shown().match(/no log is sent: .*\r\n/g)).toEqual([expect.stringContaining(reason)])
      expect([textOf(onlyStep().log), onlyStep().history.length]).toEqual(['', 2])
    },
  )
})

it('the lines that script(1) adds are taken off, however they are cut', () => {
  const [head, foot] = ['Script started on x [COMMAND="c"]\n', '\nScript done on x [COMMAND_EXIT_CODE="0"]\n']
  for (const text of ['', 'plain\r\n', '\nScript done on my own\nmore', 'ends like a foot\nScript do', '\n\n'])
    for (const [whole, expected] of [
      [head + text + foot, text],
      [text, text],
    ] as const)
      for (let at = 0; at <= whole.length; at++) {
        const typescript = openTypescript()
        const parts = [whole.slice(0, at), whole.slice(at)].flatMap((part) => typescript.push(Buffer.from(part)))
        expect([at, Buffer.concat([...parts, ...typescript.end()]).toString()]).toEqual([at, expected])
      }
})

it('script(1) is told by its own ways', () => {
  expect(scriptArgs('util-linux', '/t/log', '/t/start')).toEqual(['-q', '-e', '-f', '-c', 'exec sh /t/start', '/t/log'])
  expect(scriptArgs('bsd', '/t/log', '/t/start')).toEqual(['-q', '-F', '/t/log', 'sh', '/t/start'])
})
