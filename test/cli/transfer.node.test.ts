import { createHash, randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { EXIT } from '../../cli/terminal/exit.ts'
import { PART_SIZE_BYTES } from '../../src/domain/artifacts/upload.ts'
import { until } from '../support/server/cli.ts'
import type { Seen } from '../support/server/fault-proxy.ts'
import { numberOf } from '../support/server/quick-command.ts'
import { openTransfers, type Transfers } from '../support/server/transfers.ts'

// The smallest that is sent in parts: two in `npm test`, and five of the command as it is handed out.
const LARGE_BYTES = numberOf('PARTS_FROM_BYTES') + 12_345
const PARTS = Math.ceil(LARGE_BYTES / PART_SIZE_BYTES)
/** As many as arrive at once, before it is killed. */
const ARRIVING = inject('isProof') ? 2 : 1

let transfers: Transfers
let server: Transfers['server']
let proxy: Transfers['proxy']
let cli: Transfers['cli']
let folderWith: Transfers['folderWith']
/** A file of random bytes that is sent in parts, made once. */
let large: Buffer
/** The beginning of it, enough to break off a download of it. */
let half: Buffer
/** A folder with the large file among others, and the build that it was sent to; `sendLarge` gives it. */
let sent: { readonly folder: string; readonly build: readonly string[]; readonly up: Uploaded } | undefined

beforeAll(async () => {
  transfers = await openTransfers('transfers')
  ;({ server, proxy, cli, folderWith } = transfers)
  large = randomBytes(LARGE_BYTES)
  half = large.subarray(0, 4_000_000)
})
afterAll(() => transfers?.close())
afterEach(() => transfers.reset())

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')
const isPart = ({ method, path }: Seen) => method === 'PUT' && /\/uploads\/[^/]+\/\d+$/.test(path)
const isBytes = ({ method, path }: Seen) => method === 'GET' && path.startsWith('/download/')

async function upload(folder: string, args: readonly string[], env: Record<string, string> = {}) {
  const ended = await cli.run(['upload', '--json', ...args], { cwd: folder, env })
  return { ...ended, json: ended.stdout === '' ? null : JSON.parse(ended.stdout) }
}
type Uploaded = Awaited<ReturnType<typeof upload>>
async function download(folder: string, args: readonly string[], env: Record<string, string> = {}) {
  const ended = await cli.run(['download', '--json', ...args], { cwd: folder, env })
  return { ...ended, json: ended.stdout === '' ? null : JSON.parse(ended.stdout) }
}

const oddFiles = () => ({
  'dist/a.txt': 'a',
  'dist/empty': '',
  'dist/.hidden': 'h',
  'dist/naïve – 数据.csv': 'x',
  "dist/100% done+really #1's [x].txt": 'y',
  'dist/sub/large.bin': large,
})

/** Sent once, for all who need it there; what was asked for it is forgotten. */
async function sendLarge() {
  if (!sent) {
    const folder = folderWith({ ...oddFiles(), 'other.txt': 'not meant' })
    const up = await upload(folder, ['dist', '--id', 'large'])
    sent = { folder, build: ['--build', String(up.json.build_num)], up }
  }
  proxy.seen.length = 0
  return sent
}

describe('upload and download', () => {
  it('bring files over as they are: folders, odd names, empty and large ones', async () => {
    const files = oddFiles()
    const { up, build } = await sendLarge()
    expect(up).toMatchObject({ code: 0 })
    expect(up.json.artifacts.map(({ path }: { path: string }) => path).sort()).toEqual(Object.keys(files).sort())

    const to = folderWith({})
    const down = await download(to, build)
    expect(down).toMatchObject({ code: 0 })
    for (const [path, bytes] of Object.entries(files))
      expect(sha256(readFileSync(join(to, path))), path).toBe(sha256(bytes))
    expect(readdirSync(join(to, 'dist/sub'))).toEqual(['large.bin'])
  })

  it('do nothing that is done already', async () => {
    const { folder, build, up } = await sendLarge()
    expect((await upload(folder, ['dist', '--id', 'large'])).json).toEqual(up.json)
    expect(proxy.seen.filter(({ method }) => method === 'PUT')).toEqual([])
    await download(folder, build)
    expect(proxy.seen.filter(isBytes)).toEqual([])
  })

  it('refuse other bytes at a path that is taken, unless told to overwrite', async () => {
    const from = folderWith({ 'a.txt': 'one' })
    await upload(from, ['a.txt', '--id', 'taken'])
    writeFileSync(join(from, 'a.txt'), 'two')
    const refused = await upload(from, ['a.txt', '--id', 'taken'])
    expect(refused).toMatchObject({
      code: EXIT.conflict,
      stderr: expect.stringContaining('a.txt: this build has other bytes'),
    })
    expect(refused.stderr).toContain('--overwrite')
    expect(await upload(from, ['a.txt', '--id', 'taken', '--overwrite'])).toMatchObject({ code: 0 })
  })

  it('name artifact paths from --root, behind --prefix, and refuse what lies outside', async () => {
    const from = folderWith({ 'build/out/a.txt': 'a', 'b.txt': 'b' })
    const up = await upload(from, ['build/**/*.txt', '--root', 'build/out', '--prefix', 'release/v1', '--id', 'root'])
    expect(up.json.artifacts).toMatchObject([{ path: 'release/v1/a.txt' }])
    const outside = await upload(from, ['b.txt', '--root', 'build', '--id', 'root'])
    expect(outside).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining('is not under') })
    const none = await upload(from, ['*.zip', '--id', 'root'])
    expect(none).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining('matches no file') })
  })

  it('choose among the artifacts of the newest build that has any', async () => {
    const from = folderWith({ 'release/app.tar': 'tar', 'log.txt': 'log' })
    const { json } = await upload(from, ['.', '--id', 'newest'])
    await cli.run(['report', 'finish', '--status', 'success', '--id', 'newest'])
    await cli.run(['report', 'finish', '--status', 'success', '--id', 'without-artifacts'])
    const to = folderWith({})
    const down = await download(to, ['release/*', '--branch', 'transfers', '--flat'])
    expect(down.json).toMatchObject({ build_num: json.build_num, files: [{ path: 'release/app.tar' }] })
    expect(readdirSync(to)).toEqual(['app.tar'])
    const none = await download(to, ['*.zip', '--build', String(json.build_num)])
    expect(none).toMatchObject({
      code: EXIT.not_found,
      stderr: expect.stringContaining('It has log.txt, release/app.tar.'),
    })
    expect(await download(to, ['--branch', 'none'])).toMatchObject({ code: EXIT.not_found })
  })

  it('keep what several nodes made apart, and say which two files cannot both be put in one place', async () => {
    const from = folderWith({ 'log.txt': 'node 0', 'sub/log.txt': 'other' })
    const { json } = await upload(from, ['log.txt', '--id', 'nodes'])
    writeFileSync(join(from, 'log.txt'), 'node 1')
    await upload(from, ['log.txt', '--id', 'nodes', '--node-index', '1'])
    await upload(from, ['sub', '--id', 'nodes'])
    const to = folderWith({})
    await download(to, ['log.txt', '--build', String(json.build_num)])
    expect(readFileSync(join(to, 'node-0/log.txt'), 'utf8')).toBe('node 0')
    expect(readFileSync(join(to, 'node-1/log.txt'), 'utf8')).toBe('node 1')
    const flat = await download(to, ['--build', String(json.build_num), '--flat', '--node-index', '0'])
    expect(flat).toMatchObject({
      code: EXIT.usage,
      stderr: expect.stringContaining('log.txt and sub/log.txt cannot both'),
    })
  })

  it('write through no link that leads out of the folder', async () => {
    const from = folderWith({ 'sub/a.txt': 'a' })
    const { json } = await upload(from, ['sub', '--id', 'link'])
    const to = folderWith({})
    const outside = folderWith({})
    symlinkSync(outside, join(to, 'sub'))
    const ended = await download(to, ['--build', String(json.build_num)])
    expect(ended).toMatchObject({ code: EXIT.failed, stderr: expect.stringContaining('leads out') })
    expect(readdirSync(outside)).toEqual([])
  })

  it('tell plainly of a token that may not', async () => {
    const from = folderWith({ 'a.txt': 'a' })
    const env = { BUILDPASS_TOKEN: server.demo.tokens.viewBuilds }
    expect(await upload(from, ['a.txt', '--build', '1'], env)).toMatchObject({ code: EXIT.refused })
    expect(await upload(from, ['a.txt', '--build', '99999'])).toMatchObject({ code: EXIT.not_found })
  })

  it('work on the oldest Node that we name', async () => {
    const node = process.env.OLD_NODE ?? '/usr/bin/node'
    if (!existsSync(node)) return
    const from = folderWith({ 'a.txt': 'a', 'large.bin': large })
    const up = await cli.run(['upload', '.', '--id', 'old-node', '--json'], { cwd: from, node })
    expect(up).toMatchObject({ code: 0 })
    const to = folderWith({})
    const args = ['download', '--build', String(JSON.parse(up.stdout).build_num)]
    expect(await cli.run(args, { cwd: to, node })).toMatchObject({ code: 0 })
    expect(sha256(readFileSync(join(to, 'large.bin')))).toBe(sha256(large))
    expect(up.stderr).not.toMatch(/warning/i)
  })
})

describe('an upload that is killed', () => {
  it('goes on with the parts that are missing', async () => {
    const from = folderWith({ 'large.bin': large })
    proxy.fault = (one) => (isPart(one) && Number(basename(one.path)) > ARRIVING ? { kind: 'delay', ms: 60_000 } : null)
    const args = ['upload', 'large.bin', '--id', 'killed', '--json', '--parallel', String(ARRIVING)]
    const killed = cli.start(args, { cwd: from })
    await until('parts are on their way that never arrive', () => proxy.seen.filter(isPart).length >= 2 * ARRIVING)
    killed.child.kill('SIGKILL')
    await killed.ended
    proxy.fault = () => null
    const before = proxy.seen.filter(isPart).length
    const ended = await cli.run(args, { cwd: from })
    expect(ended).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(isPart).length - before).toBe(PARTS - ARRIVING)
    expect(readdirSync(join(cli.folder, 'state/buildpass/uploads'))).toEqual([])

    const to = folderWith({})
    await download(to, ['--build', String(JSON.parse(ended.stdout).build_num)])
    expect(sha256(readFileSync(join(to, 'large.bin')))).toBe(sha256(large))
  })

  it('by Ctrl-C ends with 130 and says how it goes on', async () => {
    const from = folderWith({ 'large.bin': large })
    proxy.fault = (one) => (isPart(one) ? { kind: 'delay', ms: 60_000 } : null)
    const run = cli.start(['upload', 'large.bin', '--id', 'interrupted'], { cwd: from })
    await until('a part is on its way', () => proxy.seen.some(isPart))
    run.child.kill('SIGINT')
    expect(await run.ended).toMatchObject({ code: 130, stderr: expect.stringContaining('goes on from here') })
  })

  it('begins anew when the file is another one by then', async () => {
    const from = folderWith({ 'large.bin': large })
    proxy.fault = (one) => (isPart(one) && one.path.endsWith('/2') ? { kind: 'delay', ms: 60_000 } : null)
    const run = cli.start(['upload', 'large.bin', '--id', 'changed', '--parallel', '1'], { cwd: from })
    await until('the part is there that will be another one', () => proxy.seen.filter(isPart).length === 2)
    run.child.kill('SIGKILL')
    await run.ended
    proxy.fault = () => null
    const other = Buffer.concat([Buffer.from('x'), large.subarray(1)])
    writeFileSync(join(from, 'large.bin'), other)
    utimesSync(join(from, 'large.bin'), new Date(), new Date(Date.now() + 5_000))
    const { json } = await upload(from, ['large.bin', '--id', 'changed'])
    const to = folderWith({})
    await download(to, ['--build', String(json.build_num)])
    expect(sha256(readFileSync(join(to, 'large.bin')))).toBe(sha256(other))
  })
})

describe('a download that is killed', () => {
  /** Names the build that has the file. */
  let args: readonly string[]
  beforeAll(async () => {
    const { json } = await upload(folderWith({ 'half.bin': half }), ['half.bin', '--id', 'to-download'])
    args = ['--build', String(json.build_num)]
  })

  it('goes on where it stopped', async () => {
    const to = folderWith({})
    proxy.fault = (one) => (isBytes(one) ? { kind: 'slow_answer', bytesPerSecond: 5_000_000 } : null)
    const killed = cli.start(['download', ...args, '--json'], { cwd: to })
    const part = () => readdirSync(to).find((name) => name.endsWith('.part'))
    const size = () => statSync(join(to, part() ?? ''), { throwIfNoEntry: false })?.size ?? 0
    await until('some megabytes are here', () => part() !== undefined && size() > 1_000_000)
    killed.child.kill('SIGKILL')
    await killed.ended
    const here = size()
    expect(readdirSync(to)).toEqual([part()])
    proxy.fault = () => null
    proxy.seen.length = 0
    expect(await download(to, args)).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(isBytes).map(({ headers }) => headers.range)).toEqual([`bytes=${here}-`])
    expect(readdirSync(to)).toEqual(['half.bin'])
    expect(sha256(readFileSync(join(to, 'half.bin')))).toBe(sha256(half))
  })

  it('does not take what it left behind for true', async () => {
    const { to, part } = await brokenOff()
    writeFileSync(part, Buffer.alloc(1_000))
    expect(await download(to, args)).toMatchObject({ code: EXIT.corrupt })
    expect(readdirSync(to)).toEqual([])
    expect(await download(to, args)).toMatchObject({ code: 0 })
  })

  it.each<[string, (part: string, other: string) => void]>([
    ['a link', (part, other) => symlinkSync(other, part)],
    ['another file', (part, other) => renameSync(other, part)],
    ['a folder', (part) => mkdirSync(part)],
  ])('goes on in nothing but its own file: %s in its place is left as it is', async (what, replace) => {
    const { to, part } = await brokenOff()
    const other = join(folderWith({ 'precious.txt': 'precious' }), 'precious.txt')
    unlinkSync(part)
    replace(part, other)
    expect(await download(to, args)).toMatchObject({ code: 0 })
    expect(sha256(readFileSync(join(to, 'half.bin')))).toBe(sha256(half))
    if (what === 'a link') expect(readFileSync(other, 'utf8')).toBe('precious')
    if (what === 'another file') expect(readFileSync(part, 'utf8')).toBe('precious')
  })

  it('is left alone by another download of the same file at the same time', async () => {
    const to = folderWith({})
    proxy.fault = (one) => (isBytes(one) ? { kind: 'slow_answer', bytesPerSecond: 4_000_000 } : null)
    const ended = await Promise.all([download(to, args), download(to, args)])
    expect(ended.map(({ code }) => code)).toEqual([0, 0])
    expect(readdirSync(to)).toEqual(['half.bin'])
    expect(sha256(readFileSync(join(to, 'half.bin')))).toBe(sha256(half))
  })

  it('is no artifact of the next upload from there', async () => {
    const { to, part } = await brokenOff()
    writeFileSync(join(to, 'report.part'), 'somebody’s own')
    const { json } = await upload(to, ['.', '--id', 'not the rest of a download'])
    expect(json.artifacts.map(({ path }: { path: string }) => path)).toEqual(['report.part'])
    // Unless it is meant by its name.
    expect(await upload(to, [basename(part), '--id', 'not the rest of a download'])).toMatchObject({ code: 0 })
  })

  /** A download that was killed in the middle, and the file that it left. */
  async function brokenOff() {
    const to = folderWith({})
    proxy.fault = (one) => (isBytes(one) ? { kind: 'slow_answer', bytesPerSecond: 5_000_000 } : null)
    const killed = cli.start(['download', ...args], { cwd: to })
    const part = () => readdirSync(to).find((name) => name.endsWith('.part')) ?? ''
    await until('some of it is here', () => part() !== '' && statSync(join(to, part())).size > 500_000)
    killed.child.kill('SIGKILL')
    await killed.ended
    proxy.fault = () => null
    return { to, part: join(to, part()) }
  }
})

describe('artifacts that are called like the rest of a download', () => {
  it('come whole, beside the file that they are called after', async () => {
    const app = randomBytes(200_000)
    const part = `app.bin.${sha256(app).slice(0, 12)}.part`
    const files = { 'app.bin': app, [part]: 'an artifact of its own', [`${part}.part`]: 'and another' }
    const from = folderWith(files)
    const { json } = await upload(from, ['.', '--id', 'parts'])
    expect(json.artifacts).toHaveLength(3)
    for (const parallel of ['1', '4']) {
      const to = folderWith({})
      // First that one alone, as from an earlier day.
      await download(to, [part, '--build', String(json.build_num)])
      expect(await download(to, ['--build', String(json.build_num), '--parallel', parallel])).toMatchObject({ code: 0 })
      expect(readdirSync(to).sort()).toEqual(Object.keys(files).sort())
      for (const [path, bytes] of Object.entries(files))
        expect(sha256(readFileSync(join(to, path))), path).toBe(sha256(bytes))
    }
  })

  it('of the longest name that a file can have come, too', async () => {
    const name = `${'n'.repeat(251)}.txt`
    const { json } = await upload(folderWith({ [name]: 'long' }), ['.', '--id', 'long name'])
    const to = folderWith({})
    expect(await download(to, ['--build', String(json.build_num)])).toMatchObject({ code: 0 })
    expect(readdirSync(to)).toEqual([name])
  })
})

describe('faults on the way', () => {
  it('of an upload are got over: busy, failing and broken connections, and lost answers', async () => {
    const from = folderWith({ 'large.bin': large, 'small.txt': 'small' })
    const faults = [
      { kind: 'answer', status: 429, headers: { 'Retry-After': '1' } },
      { kind: 'reset' },
      { kind: 'answer', status: 500 },
      { kind: 'lose_answer' },
      { kind: 'answer', status: 503, headers: { 'Retry-After': '0' } },
      { kind: 'lose_answer' },
    ] as const
    let next = 0
    proxy.fault = (one) =>
      one.method === 'GET' ? null : (faults[next++ % 2 === 0 ? next >> 1 : faults.length] ?? null)
    const up = await upload(from, ['.', '--id', 'faulty-upload'])
    expect(up).toMatchObject({ code: 0, stderr: expect.stringContaining('trying again') })
    proxy.fault = () => null
    const to = folderWith({})
    await download(to, ['--build', String(up.json.build_num)])
    expect(sha256(readFileSync(join(to, 'large.bin')))).toBe(sha256(large))
  })

  it('of a download are got over, without asking twice for what has come', async () => {
    const { build } = await sendLarge()
    const to = folderWith({})
    const afterBytes = Math.floor(LARGE_BYTES / 4)
    let cuts = 0
    proxy.fault = (one) => {
      if (!isBytes(one) || cuts === 4) return null
      cuts += 1
      if (cuts === 2) return { kind: 'answer', status: 503 }
      return cuts === 3 ? { kind: 'reset' } : { kind: 'cut_answer', afterBytes }
    }
    const down = await download(to, ['**/large.bin', '--flat', ...build])
    expect(down).toMatchObject({ code: 0 })
    const starts = proxy.seen.filter(isBytes).map(({ headers }) => Number(headers.range?.slice(6, -1) ?? 0))
    expect(starts).toEqual([...starts].sort((a, b) => a - b))
    expect(starts.at(-1)).toBeGreaterThan(afterBytes)
    expect(sha256(readFileSync(join(to, 'large.bin')))).toBe(sha256(large))
  })

  it('that do not pass end with an answer and a code of their own', async () => {
    const from = folderWith({ 'a.txt': 'a' })
    proxy.fault = () => ({ kind: 'answer', status: 503 })
    const env = { BUILDPASS_RETRY_SECONDS: '1' }
    expect(await upload(from, ['a.txt', '--id', 'hopeless'], env)).toMatchObject({
      code: EXIT.unreachable,
      stderr: expect.stringContaining('503'),
      json: { error: { code: 'unreachable', status: 503 } },
    })
  })

  it('send no token to where the bytes are', async () => {
    const from = folderWith({ 'a.txt': 'a' })
    const { json } = await upload(from, ['a.txt', '--id', 'no-token'])
    await download(folderWith({}), ['--build', String(json.build_num)])
    const [fetched] = proxy.seen.filter(isBytes)
    expect(fetched?.headers.authorization).toBeUndefined()
    expect(proxy.seen.some(({ path }) => /bp[upr]_/.test(path))).toBe(false)
  })
})
