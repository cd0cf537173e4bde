import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../cli/terminal/exit.ts'
import { PART_SIZE_BYTES } from '../../src/domain/artifacts/upload.ts'
import { until } from '../support/server/cli.ts'
import type { Seen } from '../support/server/fault-proxy.ts'
import { numberOf } from '../support/server/quick-command.ts'
import { openTransfers, type Transfers } from '../support/server/transfers.ts'

let transfers: Transfers
let server: Transfers['server']
let proxy: Transfers['proxy']
let cli: Transfers['cli']
let folderWith: Transfers['folderWith']

beforeAll(async () => {
  transfers = await openTransfers('odd-files')
  ;({ server, proxy, cli, folderWith } = transfers)
})
afterAll(() => transfers?.close())
afterEach(() => transfers.reset())

const isPut = ({ method }: Seen) => method === 'PUT'
/** The smallest that is sent in parts, and a little. */
const LARGE_BYTES = numberOf('PARTS_FROM_BYTES') + 12_345

async function upload(cwd: string, args: readonly string[], options: object = {}) {
  const ended = await cli.run(['upload', '--json', ...args], { cwd, ...options })
  expect(ended.stderr).not.toMatch(/bug in buildpass|\n {4}at |Warning/)
  return { ...ended, json: ended.stdout === '' ? null : JSON.parse(ended.stdout) }
}
type Uploaded = Awaited<ReturnType<typeof upload>>
const pathsOf = ({ json }: Uploaded) => json.artifacts.map(({ path }: { path: string }) => path)
const reasonsOf = ({ json }: Uploaded) =>
  Object.fromEntries(json.left_out.map(({ path, reason }: { path: string; reason: string }) => [path, reason]))

async function download(cwd: string, args: readonly string[], options: object = {}) {
  const ended = await cli.run(['download', '--json', ...args], { cwd, ...options })
  expect(ended.stderr).not.toMatch(/bug in buildpass|\n {4}at |Warning/)
  return { ...ended, json: ended.stdout === '' ? null : JSON.parse(ended.stdout) }
}

describe('an upload of a folder with odd things in it', () => {
  function oddFolder(): string {
    const folder = folderWith({ 't/a.txt': 'a', 't/sub/b.txt': 'b', 't/line\nfeed.txt': 'x', 't/[x] !y': 'y' })
    const t = join(folder, 't')
    writeFileSync(Buffer.concat([Buffer.from(`${t}/bad`), Buffer.from([0xff]), Buffer.from('.txt')]), 'x')
    execFileSync('mkfifo', [join(t, 'pipe')])
    symlinkSync('nowhere', join(t, 'dangling'))
    symlinkSync('itself', join(t, 'itself'))
    symlinkSync('/etc', join(t, 'etc'))
    symlinkSync('/etc/passwd', join(t, 'passwd'))
    symlinkSync('..', join(t, 'sub/up'))
    symlinkSync('sub', join(t, 'again'))
    symlinkSync('a.txt', join(t, 'latest.txt'))
    return folder
  }

  it('sends the rest, and names what it leaves out and why', async () => {
    const folder = oddFolder()
    const socket = createServer()
    await new Promise<void>((resolve) => socket.listen(join(folder, 't/socket'), resolve))
    const up = await upload(folder, ['t', '--id', 'odd'])
    socket.close()
    expect(up.code).toBe(0)
    expect(pathsOf(up)).toEqual(['t/[x] !y', 't/a.txt', 't/latest.txt', 't/sub/b.txt'])
    expect(reasonsOf(up)).toEqual({
      't/line\nfeed.txt': 'an artifact path must not contain control characters',
      't/bad␣xff.txt': 'its name is not UTF-8',
      't/pipe': 'a named pipe',
      't/socket': 'a socket',
      't/dangling': 'a link to what is not there',
      't/itself': expect.stringContaining('ELOOP'),
      't/etc': `a link that leads out of ${folder}`,
      't/passwd': `a link that leads out of ${folder}`,
      't/sub/up': 'a link to a folder that it is in',
      't/again': 'a link to a folder that is sent by another name',
    })
    expect(up.stderr).toContain('buildpass: left out t/line␣U+000Afeed.txt: ')
    expect(up.stderr.match(/^buildpass: left out /gm)).toHaveLength(10)
  })

  it('says so by its exit code with --strict, and counts it', async () => {
    const folder = oddFolder()
    expect(await cli.run(['upload', 't', '--id', 'strict', '--strict'], { cwd: folder })).toMatchObject({
      code: EXIT.left_out,
      stdout: expect.stringMatching(/^4 files .*, 9 left out\n$/),
      stderr: expect.stringContaining('9 files or folders were left out'),
    })
    const fine = folderWith({ 'a.txt': 'a' })
    expect(await upload(fine, ['.', '--id', 'strict', '--strict'])).toMatchObject({ code: 0 })
  })

  it('counts a folder as one, and does not call it a file', async () => {
    const folder = folderWith({ 't/sub/a.txt': 'a', 't/sub/b.txt': 'b' })
    symlinkSync('../t', join(folder, 't/sub/up'))
    chmodSync(join(folder, 't/sub'), 0)
    const ended = await cli.run(['upload', 't', '--id', 'a folder'], { cwd: folder, ...asNobody() })
    expect(ended).toMatchObject({
      code: EXIT.left_out,
      stderr: expect.stringContaining('1 file or folder was left out, and there is no other.'),
    })
  })

  it('leaves out the same where a shell has named each', async () => {
    const line = `node() { "${process.execPath}" "${cli.files.cli}" "$@"; }; node upload --json --id named t/*`
    const ended = await cli.run([line], { node: 'bash', file: '-c', cwd: oddFolder() })
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining('its name is not UTF-8') })
    const { artifacts, left_out } = JSON.parse(ended.stdout)
    expect([artifacts.length, left_out.length]).toEqual([4, 10])
    expect(left_out).toContainEqual({ path: 't/again/b.txt', reason: 'it is sent by another name' })
  })

  it('leaves out what this user may not read', async () => {
    const folder = folderWith({ 't/a.txt': 'a', 't/secret.txt': 's', 't/closed/b.txt': 'b' })
    chmodSync(join(folder, 't/secret.txt'), 0)
    chmodSync(join(folder, 't/closed'), 0)
    const up = await upload(folder, ['t', '--id', 'unreadable'], asNobody())
    expect(up.code).toBe(0)
    expect(pathsOf(up)).toEqual(['t/a.txt'])
    const denied = 'permission denied (EACCES)'
    expect(reasonsOf(up)).toEqual({ 't/secret.txt': denied, 't/closed': denied })
  })

  it('leaves out what has other bytes than its size says, instead of sending none of them', async () => {
    const folder = folderWith({ 't/a.txt': 'a', 't/empty.txt': '' })
    const odd = ['/proc/version', '/proc/self/status', '/sys/class/net/lo/mtu'].filter(existsSync)
    const up = await upload('/', [...odd, join(folder, 't'), '--root', '/', '--id', 'odd sizes'])
    expect(up.code).toBe(0)
    expect(pathsOf(up)).toEqual(['a.txt', 'empty.txt'].map((name) => join(folder, 't', name).slice(1)))
    const reason = 'it has other bytes than its size says, as files below /proc do: send a copy of it'
    expect(reasonsOf(up)).toEqual(Object.fromEntries(odd.map((file) => [file.slice(1), reason])))
    const alone = await upload('/', ['/proc/version', '--root', '/', '--id', 'odd sizes'])
    expect(alone).toMatchObject({ code: EXIT.left_out, json: { artifacts: [] } })
  })

  it('follows a link to a folder elsewhere in the root, which has no other name here', async () => {
    const folder = folderWith({ 'builds/7/x.txt': 'x', 'builds/7/deep/y.txt': 'y', 'dist/z.txt': 'z' })
    symlinkSync('../builds/7', join(folder, 'dist/current'))
    symlinkSync('../..', join(folder, 'builds/7/top'))
    const up = await upload(folder, ['dist', '--id', 'link inside'])
    expect(pathsOf(up)).toEqual(['dist/current/deep/y.txt', 'dist/current/x.txt', 'dist/z.txt'])
    expect(reasonsOf(up)).toEqual({ 'dist/current/top': 'a link to a folder that it is in' })
  })

  it('follows a named link that leads out only where the folder itself is meant', async () => {
    const elsewhere = folderWith({ 'out/r.xml': 'r' })
    const folder = folderWith({ 'own.txt': 'o' })
    symlinkSync(elsewhere, join(folder, 'testlogs'))
    const bare = await upload(folder, ['testlogs', '--id', 'named link'])
    expect(bare).toMatchObject({ code: EXIT.left_out, stderr: expect.stringContaining('leads out of') })
    for (const meant of ['testlogs/', 'testlogs/**/*.xml', 'testlogs/out/r.xml'])
      expect(pathsOf(await upload(folder, [meant, '--id', 'named link']))).toEqual(['testlogs/out/r.xml'])
  })

  it('sends names that begin with two dots, which are in the root as all others', async () => {
    const folder = folderWith({ '..a': 'a', '...': 'b', '..data/x.txt': 'c', '..2026/y.txt': 'd', 'z.txt': 'e' })
    const all = ['...', '..2026/y.txt', '..a', '..data/x.txt', 'z.txt']
    for (const meant of [['.'], ['..a', '...', '..data', '..2026', 'z.txt'], ['..*', '..*/**', 'z*'], [folder]]) {
      const up = await upload(folder, [...meant, '--id', 'dots'])
      expect([meant, up.code, pathsOf(up)]).toEqual([meant, 0, all])
    }
    const mounted = folderWith({ 'secret/..data/password': 'p' })
    symlinkSync('..data/password', join(mounted, 'secret/password'))
    const up = await upload(mounted, ['secret', '--root', 'secret', '--id', 'dots'])
    expect(pathsOf(up)).toEqual(['..data/password', 'password'])
  })

  it('tells how many of what was named are not under the root', async () => {
    const folder = folderWith({ 'in/a.txt': 'a', 'out/b.txt': 'b', 'out/c.txt': 'c' })
    for (const [meant, said] of [
      ['out', ' and 1 more of "out" are not under '],
      ['out/b.txt', 'b.txt is not under '],
    ] as const) {
      const up = await upload(folder, ['in', meant, '--root', 'in', '--id', 'outside'])
      expect(up).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining(said) })
      expect(pathsOf(up)).toEqual(['a.txt'])
    }
  })

  it('looks only where a glob can lead', async () => {
    const folder = folderWith({
      'r/1.xml': '1',
      'r/deep/2.xml': '2',
      'r/x.xml/in-a-folder.txt': '3',
      'r/.hidden/4.xml': '4',
      'r/no.txt': '-',
      'closed/5.xml': '5',
    })
    chmodSync(join(folder, 'closed'), 0)
    symlinkSync('nowhere', join(folder, 'r/dangling'))
    const found = async (...globs: string[]) => {
      const up = await upload(folder, [...globs, '--id', 'globs'], asNobody())
      expect(up.json.left_out).toEqual([])
      return pathsOf(up)
    }
    expect(await found('r/*.xml')).toEqual(['r/1.xml', 'r/x.xml/in-a-folder.txt'])
    expect(await found('r/**/*.xml')).toEqual(['r/.hidden/4.xml', 'r/1.xml', 'r/deep/2.xml', 'r/x.xml/in-a-folder.txt'])
    expect(await found('r/{deep/2,1}.xml', join(folder, 'r/*/4.xml'))).toEqual([
      'r/.hidden/4.xml',
      'r/1.xml',
      'r/deep/2.xml',
    ])
  })
})

describe('an upload of several files', () => {
  it('is kept up by none of them: what is refused is told of, the others are sent', async () => {
    const folder = folderWith({ '1.txt': 'one', '2.txt': 'two', '3.txt': 'three' })
    await upload(folder, ['2.txt', '--id', 'several'])
    writeFileSync(join(folder, '2.txt'), 'other')
    const up = await upload(folder, ['no-such-file', '*.txt', 'no/*.such', '--id', 'several'])
    expect(pathsOf(up)).toEqual(['1.txt', '3.txt'])
    expect(up).toMatchObject({
      code: EXIT.usage,
      json: {
        error: { code: 'usage', message: '"no-such-file" matches no file.' },
        failures: [{ code: 'usage' }, { code: 'usage' }, { code: 'conflict', status: 409 }],
      },
    })
    for (const told of ['"no-such-file" matches', '"no/*.such" matches', '2.txt: this build has other bytes'])
      expect(up.stderr).toContain(told)
  })

  it.each(['*', '**/', '{a,', '!(', 'a'])(
    'takes no pattern of very many %j, in words, and sends what else is named',
    async (piece) => {
      const pattern = (length: number) => piece.repeat(length / piece.length)
      const folder = folderWith({ 'a.txt': 'a', 'good.xml': '<testsuite><testcase name="t"/></testsuite>' })
      const rule = `"${pattern(70_000).slice(0, 40)}…" is too long: a path or pattern has at most 4,096 characters.`
      // The longest ones that are taken do no harm.
      const up = await upload(folder, [pattern(70_000), pattern(4_000), 'a.txt', '--id', `long ${piece}`])
      expect(up).toMatchObject({ code: EXIT.usage, json: { error: { message: rule } } })
      expect(pathsOf(up)).toEqual(['*', '**/'].includes(piece) ? ['a.txt', 'good.xml'] : ['a.txt'])
      if (piece !== '*') return
      const build = ['--build', String(up.json.build_num)]
      const down = await download(folderWith({}), [pattern(70_000), 'a.txt', ...build])
      expect(down).toMatchObject({ code: EXIT.usage, json: { error: { message: rule }, files: [{ path: 'a.txt' }] } })
      const both = [pattern(70_000), 'good.xml']
      const finish = ['report', 'finish', '--status', 'success', ...build, '--tests', ...both]
      const run = [
        'run',
        '--id',
        'long run',
        '--strict',
        '--artifacts',
        pattern(70_000),
        'a.txt',
        '--tests',
        ...both,
        '--',
        'true',
      ]
      for (const args of [finish, run])
        expect(await cli.run(args, { cwd: folder })).toMatchObject({
          code: EXIT.usage,
          stderr: expect.stringMatching(/^sent good\.xml[\s\S]*is too long: a path or pattern has/),
        })
    },
  )

  it.each<[string, string[]]>([
    ['*/', ['dist/a', 'dist/sub/b']],
    ['*//', ['dist/a', 'dist/sub/b']],
    ['*/sub/', ['dist/sub/b']],
    ['*//sub', ['dist/sub/b']],
    ['**//b', ['dist/sub/b']],
    ['*//**', ['dist/a', 'dist/sub/b']],
  ])('takes %s with slashes as a shell does', async (pattern, paths) => {
    const folder = folderWith({ top: 'top', 'dist/a': 'a', 'dist/sub/b': 'b' })
    expect(pathsOf(await upload(folder, [pattern, '--id', `slashes ${pattern}`]))).toEqual(paths)
  })

  it('fetches what is there beside a pattern that matches nothing, and says so', async () => {
    const folder = folderWith({ 'a.txt': 'a' })
    const { json } = await upload(folder, ['.', '--id', 'matches nothing'])
    const down = await download(folderWith({}), ['no/*', 'a.txt', '--build', String(json.build_num)])
    expect(down).toMatchObject({
      code: EXIT.not_found,
      json: {
        error: { message: `"no/*" matches no artifact of build ${json.build_num}.` },
        files: [{ path: 'a.txt' }],
      },
    })
  })

  it('with nothing in it that can be sent makes no build', async () => {
    const folder = folderWith({ 'line\nfeed': 'x' })
    for (const [meant, code] of [
      ['', EXIT.usage],
      ['nothing/*', EXIT.usage],
      ['line*', EXIT.left_out],
    ] as const)
      expect(await upload(folder, [meant, '--id', 'nothing'])).toMatchObject({ code, json: { artifacts: [] } })
    expect(proxy.seen).toEqual([])
  })

  it('from a folder that is gone says so', async () => {
    const args = [`mkdir gone; cd gone; rmdir ../gone; "$0" "$@"`, process.execPath, cli.files.cli, 'upload', 'x']
    expect(await cli.run(args, { node: 'bash', file: '-c' })).toMatchObject({
      code: EXIT.failed,
      stderr: expect.stringMatching(/^buildpass: the current folder: .*\(ENOENT\)\n {2}.*\n$/),
    })
  })

  it('sends small ones once', async () => {
    const names = Array.from({ length: 9 }, (_, n) => `${n}.txt`)
    const folder = folderWith(Object.fromEntries(names.map((name) => [name, name])))
    const first = await upload(folder, ['.', '--id', 'small'])
    writeFileSync(join(folder, 'new.txt'), 'new')
    writeFileSync(join(folder, '7.txt'), 'changed')
    proxy.seen.length = 0
    const second = await upload(folder, ['.', '--id', 'small', '--overwrite'])
    expect(second).toMatchObject({ code: 0 })
    expect(second.json.artifacts).toHaveLength(first.json.artifacts.length + 1)
    expect(proxy.seen.filter(isPut).map(({ path }) => path.replace(/.*artifacts.|[?].*/g, ''))).toEqual([
      '7.txt',
      'new.txt',
    ])
    // Another node's are others.
    proxy.seen.length = 0
    await upload(folder, ['7.txt', '--id', 'small', '--node-index', '1'])
    expect(proxy.seen.filter(isPut)).toHaveLength(1)
  })

  it('at once prints nothing that was not asked for', async () => {
    const names = Array.from({ length: 33 }, (_, n) => `${n}.txt`)
    const folder = folderWith(Object.fromEntries(names.map((name) => [name, name])))
    for (const node of [process.execPath, process.env.OLD_NODE ?? '/usr/bin/node'].filter(existsSync)) {
      const args = ['upload', '.', '--quiet', '--parallel', '32', '--id', node.slice(-60)]
      const up = await cli.run(args, { cwd: folder, node })
      expect(up).toMatchObject({ code: 0, stderr: '' })
      const [, build = ''] = /in build (\d+)/.exec(up.stdout) ?? []
      const down = ['download', '--build', build, '--quiet', '--parallel', '32']
      expect(await cli.run(down, { cwd: folderWith({}), node })).toMatchObject({ code: 0, stderr: '' })
    }
  })

  it('stops where the server is gone, instead of waiting for it with each', async () => {
    const names = Array.from({ length: 14 }, (_, n) => `${n}.txt`)
    const folder = folderWith(Object.fromEntries(names.map((name) => [name, name])))
    let puts = 0
    proxy.fault = (one) => (isPut(one) && ++puts > 5 ? { kind: 'reset' } : null)
    const up = await upload(folder, ['.', '--id', 'gone'], { env: { BUILDPASS_RETRY_SECONDS: '2' } })
    expect(up).toMatchObject({ code: EXIT.unreachable, stderr: expect.stringMatching(/\d+ more were not tried/) })
    expect(up.json.artifacts).toHaveLength(5)
    proxy.fault = () => null
    expect((await upload(folder, ['.', '--id', 'gone'])).json.artifacts).toHaveLength(14)
  })

  it('leaves out what is gone by its turn, and tells of what has changed', async () => {
    const folder = folderWith({
      '1.txt': 'one',
      '2-gone.txt': 'two',
      '3-shorter.txt': 'three'.repeat(100_000),
      '4.txt': '4',
      '5-pipe.txt': 'five',
      '6-rewritten.txt': 'x'.repeat(8_000_000),
    })
    let rewrites = 0
    proxy.fault = ({ method, path }) => {
      if (method !== 'PUT') return null
      if (path.includes('6-rewritten')) {
        writeFileSync(join(folder, '6-rewritten.txt'), 'y'.repeat(8_000_000))
        return ++rewrites === 1 ? { kind: 'reset' } : null
      }
      if (!path.includes('1.txt')) return null
      unlinkSync(join(folder, '2-gone.txt'))
      writeFileSync(join(folder, '3-shorter.txt'), 'short')
      unlinkSync(join(folder, '5-pipe.txt'))
      execFileSync('mkfifo', [join(folder, '5-pipe.txt')])
      return null
    }
    const up = await upload(folder, ['.', '--id', 'changing', '--parallel', '1'])
    expect(pathsOf(up)).toEqual(['1.txt', '4.txt'])
    expect(reasonsOf(up)).toEqual({ '2-gone.txt': 'no such file or directory (ENOENT)' })
    expect(up).toMatchObject({
      code: EXIT.corrupt,
      json: {
        failures: ['3-shorter.txt', '5-pipe.txt', '6-rewritten.txt'].map((name) => ({
          code: 'corrupt',
          message: expect.stringMatching(`^${name}: `),
        })),
      },
    })
  })

  it('takes of a file that grows what was there when it was found', async () => {
    const folder = folderWith({ '1.txt': 'one', '2-log.txt': 'begun' })
    proxy.fault = ({ method, path }) => {
      if (method === 'PUT' && path.includes('1.txt')) appendFileSync(join(folder, '2-log.txt'), ' and went on')
      return null
    }
    const up = await upload(folder, ['.', '--id', 'growing', '--parallel', '1'])
    expect(up).toMatchObject({ code: 0, json: { artifacts: [{ path: '1.txt' }, { path: '2-log.txt', size: 5 }] } })
  })

  it('takes the same of a large one, and fails where what was sent is there no more', async () => {
    const size = LARGE_BYTES
    const folder = folderWith({ 'large.log': Buffer.alloc(size, 'log') })
    const file = join(folder, 'large.log')
    proxy.fault = (one) => {
      if (isPut(one)) appendFileSync(file, ' and went on')
      return null
    }
    const grown = await upload(folder, ['.', '--id', 'growing, large'])
    expect(grown).toMatchObject({ code: 0, json: { artifacts: [{ path: 'large.log', size }] } })
    const to = folderWith({})
    expect(await download(to, ['--build', String(grown.json.build_num)])).toMatchObject({ code: 0 })
    expect(readFileSync(join(to, 'large.log')).equals(Buffer.alloc(size, 'log'))).toBe(true)
    let puts = 0
    proxy.fault = (one) => {
      if (isPut(one) && ++puts === Math.ceil(size / PART_SIZE_BYTES))
        writeFileSync(file, Buffer.alloc(size + 1000, 'new'))
      return null
    }
    const rewritten = await upload(folder, ['.', '--id', 'rewritten, large', '--parallel', '1'])
    expect(rewritten).toMatchObject({
      code: EXIT.corrupt,
      json: { failures: [{ code: 'corrupt', message: 'large.log: it changed while it was sent.' }] },
    })
  })
})

describe('what the system refuses', () => {
  /** Lets writing into a part file fail with that code, after a stretch. */
  function withFault(code: string) {
    const file = join(cli.folder, `fault-${code}.cjs`)
    writeFileSync(
      file,
      `const fs = require('fs/promises'), { open } = fs
      fs.open = async (path, ...more) => {
        const handle = await open(path, ...more), { appendFile } = handle
        let length = 0
        if (/\\.part$/.test(path)) handle.appendFile = async (bytes) => {
          length += bytes.length
          if (length > 100_000) throw Object.assign(new Error('${code}: words of the system, write'), { code: '${code}', syscall: 'write', errno: -1 })
          return appendFile.call(handle, bytes)
        }
        return handle
      }
      require('module').syncBuiltinESMExports()`,
    )
    return { env: { NODE_OPTIONS: `--require=${file}` } }
  }
  /** The command under a limit of the shell. */
  const limited = (cwd: string, limit: string, args: readonly string[]) =>
    cli.run([`${limit}; exec "$0" "$@"`, process.execPath, cli.files.cli, ...args], { node: 'bash', file: '-c', cwd })

  const large = () => Buffer.alloc(3_000_000, 'large')
  let buildNum: number
  beforeAll(async () => {
    const folder = folderWith({ 'large.bin': large(), 'sub/small.txt': 'small', [`${'n'.repeat(250)}`]: 'long' })
    buildNum = (await upload(folder, ['.', '--id', 'system'])).json.build_num
  })

  it('a download that fails says where, in one line and what to do, and goes on from there, however often', async () => {
    const to = folderWith({})
    const args = ['large.bin', '--build', String(buildNum)]
    const from = () => proxy.seen.flatMap(({ headers }) => headers.range ?? [])
    let before = 0
    for (const code of ['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG', 'EROFS', 'EUNHEARDOF']) {
      proxy.seen.length = 0
      const ended = await download(to, args, withFault(code))
      expect(ended.code).toBe(EXIT.failed)
      expect(ended.stderr).toMatch(new RegExp(`^buildpass: .*large.bin: words of the system \\(${code}\\)$`, 'm'))
      if (code !== 'EUNHEARDOF') expect(ended.json.error.hint).toMatch(/\.|\?$/)
      expect(ended.stderr).toMatch(/large.bin: .* of 2.9 MiB are kept in .*\.part; the same command goes on from there/)
      expect(from()).toEqual(before === 0 ? [] : [`bytes=${before}-`])
      const [part = '', ...others] = readdirSync(to)
      expect(others).toEqual([])
      const here = readFileSync(join(to, part)).length
      expect(here).toBeGreaterThan(before)
      before = here
    }
    proxy.seen.length = 0
    expect(await download(to, args)).toMatchObject({ code: 0 })
    expect(from()).toEqual([`bytes=${before}-`])
    expect(readdirSync(to)).toEqual(['large.bin'])
    expect(readFileSync(join(to, 'large.bin')).equals(large())).toBe(true)
  })

  it.each<[string, (to: string) => void, string, string]>([
    ['a folder in the place of a file', (to) => mkdirSync(join(to, 'large.bin')), 'large.bin', 'is a folder'],
    [
      'a file in the place of a folder',
      (to) => writeFileSync(join(to, 'sub'), ''),
      'sub/small.txt',
      'sub: .*\\((EEXIST|ENOTDIR)',
    ],
    ['a folder that takes no files', (to) => chmodSync(to, 0o555), 'large.bin', 'permission denied \\(EACCES'],
  ])('%s keeps only what should be there from coming', async (what, prepare, glob, said) => {
    const to = folderWith({})
    const nobody = asNobody()
    if ('uid' in nobody) chownSync(to, 65_534, 65_534)
    prepare(to)
    const all = what === 'a folder that takes no files' ? [glob] : []
    const ended = await download(to, [...all, '--build', String(buildNum)], nobody)
    expect(ended).toMatchObject({ code: EXIT.failed, stderr: expect.stringMatching(new RegExp(said)) })
    expect(ended.json.files).toHaveLength(all.length === 0 ? 2 : 0)
    expect(readdirSync(to, { recursive: true }).filter((name) => String(name).includes('.part'))).toEqual([])
  })

  it.each(['/proc/buildpass/x', '/etc/passwd/x'])('a folder to put it in: %s', async (to) => {
    const ended = await download(folderWith({}), ['large.bin', '--to', to, '--build', String(buildNum)])
    expect(ended).toMatchObject({
      code: EXIT.failed,
      stderr: expect.stringMatching(/\/(proc|etc)\/\S+: .* \(E[A-Z]+\)/),
    })
  })

  it('names that the file system does not take', async () => {
    const deep = await upload(folderWith({ a: 'a' }), ['a', '--prefix', 'p'.repeat(300), '--id', 'long segment'])
    const ended = await download(folderWith({}), ['--build', String(deep.json.build_num)])
    expect(ended).toMatchObject({ code: EXIT.failed, stderr: expect.stringContaining('(ENAMETOOLONG)') })
  })

  it('too many open files', async () => {
    const names = Array.from({ length: 33 }, (_, n) => `${n}.bin`)
    const folder = folderWith(Object.fromEntries(names.map((name) => [name, Buffer.alloc(20_000, name)])))
    const args = ['upload', '.', '--no-pack', '--parallel', '32', '--id', 'open files']
    const ended = await limited(folder, 'ulimit -n 50', args)
    expect(ended).toMatchObject({
      code: EXIT.failed,
      stderr: expect.stringMatching(/bin: too many open files \(EMFILE\)\n {2}Raise/),
    })
    expect(ended.stderr).not.toMatch(/bug in buildpass|\n {4}at /)
    expect(await cli.run(args, { cwd: folder })).toMatchObject({ code: 0, stdout: expect.stringMatching(/^33 files/) })
  })

  it('a file that may not become so large', async () => {
    const ended = await limited(folderWith({}), 'ulimit -f 100', ['download', 'large.bin', '--build', String(buildNum)])
    expect(ended).toMatchObject({
      code: EXIT.failed,
      stderr: expect.stringMatching(/large.bin: file too large \(EFBIG\)\n {2}Raise/),
    })
  })

  it('a place for the login', async () => {
    const ended = await cli.run(['login'], {
      input: server.demo.tokens.personal,
      env: { XDG_CONFIG_HOME: cli.files.cli },
    })
    expect(ended).toMatchObject({
      code: EXIT.failed,
      stderr: expect.stringMatching(/^buildpass: .*: not a directory \(ENOTDIR\)\n {2}.*\n$/),
    })
  })

  it.each(['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG', 'EMFILE'])('a login that cannot be written: %s', async (code) => {
    const file = join(cli.folder, `login-fault-${code}.cjs`)
    writeFileSync(
      file,
      `const fs = require('fs'), { writeFileSync } = fs
      fs.writeFileSync = (path, ...more) => {
        if (!/login.json/.test(path)) return writeFileSync(path, ...more)
        throw Object.assign(new Error('${code}: words of the system, write'), { code: '${code}', syscall: 'write', errno: -1 })
      }
      require('module').syncBuiltinESMExports()`,
    )
    const ended = await cli.run(['login'], {
      input: server.demo.tokens.personal,
      env: { NODE_OPTIONS: `--require=${file}` },
    })
    const place = join(cli.folder, 'config/buildpass/login.json')
    expect(ended).toMatchObject({
      code: EXIT.failed,
      stderr: expect.stringMatching(new RegExp(`^buildpass: ${place}: words of the system \\(${code}\\)\n {2}.*\n$`)),
    })
    expect(ended.stderr).not.toContain('goes on from there')
    expect(readdirSync(join(cli.folder, 'config/buildpass'))).toEqual([])
  })

  it('a place for notes, which only keeps a transfer from being gone on with', async () => {
    const to = folderWith({})
    const args = ['large.bin', '--build', String(buildNum)]
    expect(await download(to, args, { env: { XDG_STATE_HOME: cli.files.cli } })).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/one that breaks off starts again: \/.* \([A-Z]+\)\./),
    })
    // What no note tells of is of no use to anybody.
    const fault = withFault('ENOSPC').env
    const other = folderWith({})
    const broken = await download(other, args, { env: { ...fault, XDG_STATE_HOME: cli.files.cli } })
    expect(broken).toMatchObject({ code: EXIT.failed })
    expect(readdirSync(other)).toEqual([])
  })
})

describe('a user without a home folder', () => {
  const none = { XDG_STATE_HOME: undefined, XDG_CONFIG_HOME: undefined }
  const users = () =>
    Object.entries({
      'an empty HOME': { env: { ...none, HOME: '' } },
      'relative folders': { env: { HOME: 'home', XDG_STATE_HOME: 'state', XDG_CONFIG_HOME: '.config' } },
      // Only root can be another user.
      ...(process.getuid?.() === 0
        ? { 'no entry in passwd': { ...asNobody(), uid: 54_321, env: { ...none, HOME: undefined } } }
        : {}),
    })

  it('has transfers without notes, told once, and nothing is put where one happens to be', async () => {
    for (const [i, [name, user]] of users().entries()) {
      // Only a large file has notes on its way up; on their way down all have them.
      const sentInParts = i === 0 ? Buffer.alloc(LARGE_BYTES, name) : null
      const folder = folderWith({ 'a.bin': name, 'b.bin': sentInParts ?? 'b' })
      const warning =
        /^buildpass: no notes of transfers can be kept, .* neither XDG_STATE_HOME nor HOME is the whole path of a folder\. Set one .*$/gm
      const up = await upload(folder, ['a.bin', 'b.bin', '--id', name], user)
      expect(up).toMatchObject({ code: 0, json: { artifacts: { length: 2 } } })
      expect(up.stderr.match(warning) ?? []).toHaveLength(sentInParts ? 1 : 0)
      const to = folderWith({})
      chmodSync(to, 0o777)
      const small = sentInParts ? ['a.bin'] : ['a.bin', 'b.bin']
      const down = await download(to, [...small, '--build', String(up.json.build_num)], user)
      expect(down).toMatchObject({ code: 0, json: { files: { length: small.length } } })
      expect(down.stderr.match(warning)).toHaveLength(1)
      expect([readdirSync(folder), readdirSync(to)]).toEqual([['a.bin', 'b.bin'], small])
    }
  })

  it('has no login, and is told what to set; nobody’s token does for what is public', async () => {
    for (const [, user] of users()) {
      const cwd = folderWith({})
      const env = { ...user.env, BUILDPASS_TOKEN: undefined }
      for (const verb of ['login', 'logout'])
        expect(await cli.run([verb], { ...user, env, cwd, input: server.demo.tokens.personal })).toMatchObject({
          code: EXIT.failed,
          stderr:
            'buildpass: neither XDG_CONFIG_HOME nor HOME is the whole path of a folder\n  Set one of them to a folder that can be written to.\n',
        })
      const { stderr } = await cli.run(['status'], { ...user, env, cwd })
      expect(stderr).toMatch(/^(buildpass: .*\n {2}No token was sent\..*\n)?$/)
      expect(readdirSync(cwd)).toEqual([])
    }
  })

  it('has an upload that goes on where a note names nothing that is an id', async () => {
    const folder = folderWith({ 'c.bin': Buffer.alloc(LARGE_BYTES, 'c') })
    const notes = join(cli.folder, 'state/buildpass/uploads')
    const args = ['c.bin', '--id', 'damaged']
    const breakOff = async () => {
      proxy.seen.length = 0
      proxy.fault = ({ path }) => (/\/uploads\/[\w-]+\/\d/.test(path) ? { kind: 'answer', status: 500 } : null)
      const broken = await upload(folder, args, { env: { BUILDPASS_RETRY_SECONDS: '0' } })
      expect(broken).toMatchObject({ code: EXIT.unreachable })
      expect(proxy.seen.filter(({ method, path }) => method === 'POST' && path.endsWith('/uploads'))).toHaveLength(1)
      const names = readdirSync(notes).filter((name) => readFileSync(join(notes, name), 'utf8').includes('c.bin'))
      expect(names).toHaveLength(1)
      return join(notes, String(names[0]))
    }
    // With either note it begins anew, and gets as far as before.
    for (const id of ['', '..']) writeFileSync(await breakOff(), JSON.stringify({ upload_id: id }))
    proxy.fault = () => null
    expect(await upload(folder, args)).toMatchObject({ code: 0 })
  })
})

describe('an output that is not read', () => {
  const inBash = async (script: string) => {
    const folder = folderWith({ 'a.txt': 'a' })
    const words = `node() { "${process.execPath}" "${cli.files.cli}" "$@"; }; set -o pipefail; ${script}`
    return cli.run([words], { node: 'bash', file: '-c', cwd: folder })
  }
  it.each([
    ['node help | head -1', 0, /^Usage: buildpass.*\n$/],
    ['node help | true', 0, /^$/],
    ['node upload --help | head -1', 0, /^Usage: buildpass upload.*\n$/],
    ['node --version | true', 0, /^$/],
    ['node status --json | true', 0, /^$/],
    ['node upload a.txt --quiet --id pipe | true', 0, /^$/],
    ['node upload a.txt --id closed 2>&-', 0, /^1 file /],
    ['node upload a.txt --quiet --id closed >&-', 0, /^$/],
    ['node upload a.txt --id closed 2>&1 >&- | true', 0, /^$/],
    ['node no-such-verb 2>&1 | true', EXIT.usage, /^$/],
    ['node download none --build 99999 2>&1 | true', EXIT.not_found, /^$/],
  ])('%s', async (script, code, stdout) => {
    expect(await inBash(script)).toMatchObject({ code, stdout: expect.stringMatching(stdout), stderr: '' })
  })

  it.runIf(existsSync('/dev/full'))('is told of where it is full', async () => {
    for (const verb of ['help', 'status', 'status --json', '--version'])
      expect(await inBash(`node ${verb} > /dev/full`)).toMatchObject({
        code: EXIT.failed,
        stderr: expect.stringMatching(
          /^buildpass: standard output: no space left on device \(ENOSPC\)\n {2}Make room, and run the same command again\.\n/,
        ),
      })
    expect(await inBash('node upload a.txt --id full 2> /dev/full')).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('names that differ in their Unicode form or letter case only', () => {
  const form = (name: 'NFC' | 'NFD') => 'Ünï.txt'.normalize(name)
  it.runIf(process.platform === 'linux')('are two files on Linux, and come back as two', async () => {
    const files = { [form('NFC')]: 'c', [form('NFD')]: 'd', 'A.txt': 'A', 'a.txt': 'a' }
    const { json } = await upload(folderWith(files), ['.', '--id', 'forms'])
    const to = folderWith({})
    expect(await download(to, ['--build', String(json.build_num)])).toMatchObject({ code: 0 })
    for (const [name, text] of Object.entries(files)) expect(readFileSync(join(to, name), 'utf8')).toBe(text)
  })

  it('and what cannot be put in one place keeps the rest from nothing', async () => {
    const { json } = await upload(folderWith({ 'log.txt': '1', 'sub/log.txt': '2', 'b.txt': 'b' }), [
      '.',
      '--id',
      'flat',
    ])
    const to = folderWith({})
    expect(await download(to, ['--build', String(json.build_num), '--flat'])).toMatchObject({
      code: EXIT.usage,
      json: { files: [{ path: 'b.txt' }] },
      stderr: expect.stringContaining('log.txt and sub/log.txt cannot both be put here.'),
    })
    expect(readdirSync(to)).toEqual(['b.txt'])
  })
})

describe('Ctrl-C on a download', () => {
  it('names what it leaves, leaves nothing that is empty, and goes on from there', async () => {
    const large = Buffer.alloc(4_000_000, 'large')
    const { json } = await upload(folderWith({ '1.bin': large, '2.bin': large }), ['.', '--id', 'interrupt'])
    const to = folderWith({})
    const args = ['download', '--build', String(json.build_num), '--parallel', '2']
    let asked = 0
    proxy.fault = ({ path }) => {
      if (!path.startsWith('/download/')) return null
      return ++asked === 1 ? { kind: 'slow_answer', bytesPerSecond: 2_000_000 } : { kind: 'delay', ms: 60_000 }
    }
    const run = cli.start(args, { cwd: to })
    const parts = () => readdirSync(to).filter((name) => name.endsWith('.part'))
    const sizes = () => parts().map((name) => readFileSync(join(to, name)).length)
    await until('some of one file is here', () => asked === 2 && sizes().some((size) => size > 500_000))
    run.child.kill('SIGINT')
    const ended = await run.ended
    expect(ended.code).toBe(130)
    expect(parts()).toHaveLength(1)
    expect(ended.stderr).toContain(`are kept in ${join(to, parts()[0] ?? '')}`)
    proxy.fault = () => null
    proxy.seen.length = 0
    expect(await cli.run(args, { cwd: to })).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(({ headers }) => headers.range)).toHaveLength(1)
    expect(readdirSync(to)).toEqual(['1.bin', '2.bin'])
  })
})

/** As a user who may not read everything, which the one who runs the tests may be. */
function asNobody(): object {
  if (process.getuid?.() !== 0) return {}
  for (const name of ['.', 'state', 'config'].map((one) => join(cli.folder, one))) {
    mkdirSync(name, { recursive: true })
    chmodSync(name, 0o755)
  }
  return { uid: 65_534 }
}
