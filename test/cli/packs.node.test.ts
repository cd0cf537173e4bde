import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { EXIT } from '../../cli/terminal/exit.ts'
import { PART_SIZE_BYTES } from '../../src/domain/artifacts/upload.ts'
import { until } from '../support/server/cli.ts'
import type { Seen } from '../support/server/fault-proxy.ts'
import { numberOf } from '../support/server/quick-command.ts'
import { openTransfers, type Transfers } from '../support/server/transfers.ts'

let transfers: Transfers
let proxy: Transfers['proxy']
let cli: Transfers['cli']
let folderWith: Transfers['folderWith']

beforeAll(async () => {
  transfers = await openTransfers('packs')
  ;({ proxy, cli, folderWith } = transfers)
})
afterAll(() => transfers?.close())
afterEach(() => transfers.reset())

const isPut = ({ method }: Seen) => method === 'PUT'
const isPack = ({ method, path }: Seen) => method === 'PUT' && /\/packs\/[^/]+$/.test(path)
const isPart = ({ method, path }: Seen) => method === 'PUT' && /\/uploads\/[^/]+\/\d+$/.test(path)
const zips = () => {
  const folder = join(cli.folder, 'state/buildpass/packs')
  return existsSync(folder) ? readdirSync(folder) : []
}

async function upload(cwd: string, args: readonly string[], options: object = {}) {
  const ended = await cli.run(['upload', '--json', ...args], { cwd, ...options })
  expect(ended.stderr).not.toMatch(/bug in buildpass|\n {4}at |Warning/)
  expect(zips()).toEqual([])
  return { ...ended, json: ended.stdout === '' ? null : JSON.parse(ended.stdout) }
}
type Uploaded = Awaited<ReturnType<typeof upload>>
const pathsOf = ({ json }: Uploaded) => json.artifacts.map(({ path }: { path: string }) => path)

async function downloaded({ json }: Uploaded): Promise<string> {
  const to = folderWith({})
  expect(await cli.run(['download', '--build', String(json.build_num)], { cwd: to })).toMatchObject({ code: 0 })
  return to
}

/** Small files of a report: `dist/part-07/file-007.txt` and so on. */
function many(count: number, mark = ''): Record<string, string> {
  const nameOf = (i: number) => `dist/part-${i % 10}/file-${String(i).padStart(3, '0')}.txt`
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [nameOf(i), `${mark}${i}\n`.repeat(i * 7)]))
}

function expectFiles(folder: string, files: Record<string, string | Buffer>): void {
  for (const [path, bytes] of Object.entries(files))
    expect(readFileSync(join(folder, path)).equals(Buffer.from(bytes)), path).toBe(true)
}

describe('an upload of many files', () => {
  it('is one request with bytes, and each file is an artifact with its digest and address', async () => {
    const files = many(40)
    const folder = folderWith(files)
    const up = await upload(folder, ['dist', '--id', 'packs-many'])
    expect(up).toMatchObject({ code: 0, json: { left_out: [], packs: [{ files: 40 }] } })
    expect(proxy.seen.filter(isPut).map(({ path }) => /packs\/files-[0-9a-f]{16}\b/.test(path))).toEqual([true])
    expect(pathsOf(up)).toEqual(Object.keys(files).sort())
    for (const { file, path, size, digest, url } of up.json.artifacts) {
      const bytes = readFileSync(file)
      expect([size, digest]).toEqual([bytes.length, `crc32:${crc32(bytes).toString(16).padStart(8, '0')}`])
      expect(url).toContain(path)
    }
    expectFiles(await downloaded(up), files)
  })

  it('says what it did in two lines and one at the end', async () => {
    const ended = await cli.run(['upload', 'dist', '--id', 'packs-words'], { cwd: folderWith(many(40)) })
    expect(ended.stdout).toMatch(/^40 files \([\d.]+ KiB, 1 pack\) in build \d+ of gh\/acme\/web\n$/)
    expect(ended.stderr).toMatch(/^packed 40 files \([^)]+\)\nuploaded 40 files as files-[0-9a-f]{16} \([^)]+\)\n$/)
  })

  it('sends nothing again, and only what is new or missing', async () => {
    const folder = folderWith(many(40))
    const first = await upload(folder, ['dist', '--id', 'packs-again'])
    proxy.seen.length = 0
    const second = await upload(folder, ['dist', '--id', 'packs-again'])
    expect(proxy.seen.filter(isPut)).toEqual([])
    expect(second.json.artifacts).toEqual(first.json.artifacts)
    expect(second.stderr).toBe('already there: 40 files\n')
    for (const [path, text] of Object.entries(many(60))) {
      mkdirSync(join(folder, path, '..'), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    expect((await upload(folder, ['dist', '--id', 'packs-again'])).json).toMatchObject({ packs: [{ files: 20 }] })
    writeFileSync(join(folder, 'dist/one more'), '1')
    const last = await upload(folder, ['dist', '--id', 'packs-again'])
    expect(last.json.packs).toEqual([])
    expect(pathsOf(last)).toHaveLength(61)
    expect(proxy.seen.filter(isPut)).toHaveLength(2)
  })

  it('is the same zip wherever it is made', async () => {
    const digests: string[] = []
    for (const [id, TZ] of Object.entries({ 'packs-here': 'UTC', 'packs-there': 'Asia/Tokyo' })) {
      const up = await upload(folderWith(many(40)), ['dist', '--id', id], { env: { TZ } })
      digests.push(up.json.packs[0].digest, up.json.packs[0].name)
    }
    expect(digests.slice(0, 2)).toEqual(digests.slice(2))
  })

  it('goes one by one where fewer are there, and where --no-pack is said', async () => {
    const few = await upload(folderWith(many(15)), ['dist', '--id', 'packs-few'])
    expect([few.json.packs, proxy.seen.filter(isPut).length]).toEqual([[], 15])
    proxy.seen.length = 0
    const each = await upload(folderWith(many(16)), ['dist', '--id', 'packs-each', '--no-pack'])
    expect([each.json.packs, proxy.seen.filter(isPut).length]).toEqual([[], 16])
    expect(each.json.artifacts[0].digest).toMatch(/^sha256:/)
  })

  it('has large files go by themselves', async () => {
    const large = randomBytes(numberOf('PARTS_FROM_BYTES') + 12_345)
    const files = { ...many(20), 'dist/large.bin': large }
    const up = await upload(folderWith(files), ['dist', '--id', 'packs-large'])
    expect(up).toMatchObject({ code: 0, json: { packs: [{ files: 20 }] } })
    expect(pathsOf(up)).toEqual(Object.keys(files).sort())
    expect(proxy.seen.filter(isPart)).toHaveLength(Math.ceil(large.length / PART_SIZE_BYTES))
    expectFiles(await downloaded(up), files)
  })

  it('names artifact paths from --root, behind --prefix', async () => {
    const folder = folderWith(many(16))
    const up = await upload(folder, ['dist/**/*.txt', '--root', 'dist', '--prefix', 'release/v1', '--id', 'packs-root'])
    expect(up.json.packs).toHaveLength(1)
    expect(pathsOf(up)).toEqual(
      Object.keys(many(16))
        .map((path) => path.replace('dist/', 'release/v1/'))
        .sort(),
    )
  })

  it('is done by `buildpass run --artifacts`, too', async () => {
    const folder = folderWith(many(20))
    const args = ['run', '--id', 'packs-run', '--no-log', '--strict', '--artifacts', 'dist', '--', 'true']
    expect(await cli.run(args, { cwd: folder })).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(isPut).filter(({ path }) => !path.includes('/steps/'))).toHaveLength(1)
  })

  it('works on the oldest Node that we name', async () => {
    const node = process.env.OLD_NODE ?? '/usr/bin/node'
    if (!existsSync(node)) return
    const up = await upload(folderWith(many(40)), ['dist', '--id', 'packs-old-node'], { node })
    expect(up).toMatchObject({ code: 0, json: { packs: [{ files: 40 }] } })
    expectFiles(await downloaded(up), many(40))
  })

  it('works on a Node without a CRC-32 of its own, as 20.14 is', async () => {
    const older = join(folderWith({ 'older.cjs': 'delete require("node:zlib").crc32' }), 'older.cjs')
    const options = { env: { NODE_OPTIONS: `--require ${older}` } }
    const folder = folderWith(many(20))
    const up = await upload(folder, ['dist', '--id', 'packs-older-node'], options)
    expect(up).toMatchObject({ code: 0, json: { packs: [{ files: 20 }] } })
    const again = await upload(folder, ['dist', '--id', 'packs-older-node'], options)
    expect(again).toMatchObject({ code: 0, stderr: 'already there: 20 files\n' })
  })
})

describe('files with odd names', () => {
  it('come over as they are; what means something else in a zip goes by itself', async () => {
    const odd = {
      'dist/[x] !y': 'y',
      'dist/.hidden': 'h',
      'dist/naïve – 数据.csv': 'x',
      "dist/100% done+really #1's [x].txt": 'y',
      'dist/😀.txt': 'smile',
      'dist/\ufb00.txt': 'ligature',
      [`dist/${'Ü'.normalize('NFC')}`]: 'c',
      [`dist/${'Ü'.normalize('NFD')}`]: 'd',
      'dist/A.txt': 'A',
      'dist/a.txt': 'a',
      'dist/con': 'reserved',
      'dist/name with end. ': 'e',
      [`dist/${'x'.repeat(250)}`]: 'long',
      'dist/empty': '',
      'dist/index.html': '<h1>hi</h1>',
      'dist/deep/er/and/deeper/file': 'deep',
      'dist/picture.png': randomBytes(5_000).toString('latin1'),
    }
    const loose = { 'dist/back\\slash.txt': 'b', 'c:/drive.txt': 'd' }
    const files = { ...odd, ...loose }
    const up = await upload(folderWith(files), ['.', '--id', 'packs-odd'])
    expect(up).toMatchObject({ code: 0, json: { left_out: [], packs: [{ files: Object.keys(odd).length }] } })
    expect(pathsOf(up).sort()).toEqual(Object.keys(files).sort())
    expect(proxy.seen.filter(isPut)).toHaveLength(3)
    expectFiles(await downloaded(up), files)
  })

  it('are left out where they can be no artifact, and the others go', async () => {
    const folder = folderWith({ ...many(20), 'dist/line\nfeed.txt': 'x' })
    symlinkSync('nowhere', join(folder, 'dist/dangling'))
    const up = await upload(folder, ['dist', '--id', 'packs-left-out'])
    expect(up).toMatchObject({ code: 0, json: { packs: [{ files: 20 }] } })
    expect(up.json.left_out).toHaveLength(2)
  })
})

describe('other bytes at a path that is taken', () => {
  it('are refused for their file alone, and taken with --overwrite', async () => {
    const folder = folderWith(many(40))
    await upload(folder, ['dist', '--id', 'packs-taken'])
    writeFileSync(join(folder, 'dist/part-3/file-003.txt'), 'changed')
    for (let i = 0; i < 16; i++) writeFileSync(join(folder, `dist/new-${i}`), `${i}`)
    const refused = await upload(folder, ['dist', '--id', 'packs-taken'])
    expect(refused).toMatchObject({
      code: EXIT.conflict,
      stderr: expect.stringContaining('dist/part-3/file-003.txt: this build has other bytes there.'),
      json: { packs: [{ files: 16 }] },
    })
    expect(refused.stderr).toContain('--overwrite')
    expect(pathsOf(refused)).toHaveLength(55)
    const up = await upload(folder, ['dist', '--id', 'packs-taken', '--overwrite'])
    expect(up).toMatchObject({ code: 0 })
    expect(readFileSync(join(await downloaded(up), 'dist/part-3/file-003.txt'), 'utf8')).toBe('changed')
  })

  it('are replaced by a pack that is the same set', async () => {
    const folder = folderWith(many(40))
    const first = await upload(folder, ['dist', '--id', 'packs-replaced'])
    for (const [path, text] of Object.entries(many(40, 'other '))) writeFileSync(join(folder, path), text)
    // The empty one stays: it has no other bytes.
    const up = await upload(folder, ['dist', '--id', 'packs-replaced', '--overwrite'])
    expect(up).toMatchObject({ code: 0, json: { packs: [{ files: 39 }] } })
    expect(up.json.build_num).toBe(first.json.build_num)
    expectFiles(await downloaded(up), many(40, 'other '))
  })

  it('that came meanwhile from somewhere else are named, too, and keep no other back', async () => {
    const folder = folderWith(many(20))
    const other = folderWith({ 'dist/part-3/file-003.txt': 'from somewhere else' })
    let isAsked = false
    proxy.fault = (one) => {
      if (!isPack(one) || isAsked) return null
      isAsked = true
      const name = one.path.split('/').at(-1)
      return { kind: 'answer', status: 409, json: { message: `"${name}": this build has a file`, code: 'other_bytes' } }
    }
    await upload(other, ['dist', '--id', 'packs-meanwhile'])
    const up = await upload(folder, ['dist', '--id', 'packs-meanwhile'])
    expect(up).toMatchObject({
      code: EXIT.conflict,
      stderr: expect.stringContaining('dist/part-3/file-003.txt: this build has other bytes there.'),
    })
    expect(pathsOf(up)).toHaveLength(19)
  })
})

describe('a server that takes no pack', () => {
  it.each([
    ['knows none', { status: 404, json: { message: 'Not found', code: 'route_not_found' } }],
    ['knows none, nor codes', { status: 404, json: { message: 'Not found' } }],
    ['knows no such method', { status: 405, json: { message: 'Method not allowed', code: 'method_not_allowed' } }],
  ])('as it %s, gets the files one by one, without a word', async (what, answer) => {
    proxy.fault = (one) => (isPack(one) ? { kind: 'answer', ...answer } : null)
    const up = await upload(folderWith(many(20)), ['dist', '--id', `older: ${what}`, '--quiet'])
    expect(up).toMatchObject({ code: 0, stderr: '', json: { packs: [] } })
    expect(pathsOf(up)).toHaveLength(20)
  })

  it('in parts, as an older one that has parts, gets the files one by one', async () => {
    const problem = { path: 'pack', message: 'is not known' }
    const json = { message: 'pack: is not known', code: 'invalid_input', errors: [problem] }
    proxy.fault = ({ method, path }) =>
      method === 'POST' && path.endsWith('/uploads') ? { kind: 'answer', status: 400, json } : null
    const files = largeFiles()
    const up = await upload(folderWith(files), ['dist', '--id', 'packs-older parts', '--quiet'])
    expect(up).toMatchObject({ code: 0, stderr: '', json: { packs: [] } })
    expect(pathsOf(up)).toHaveLength(17)
  })

  it('since the build has as many as it can, gets them one by one, and that is told', async () => {
    const json = { message: 'A build has at most 20 packs.', code: 'limit_reached' }
    proxy.fault = (one) => (isPack(one) ? { kind: 'answer', status: 409, json } : null)
    const up = await upload(folderWith(many(20)), ['dist', '--id', 'packs-limit', '--quiet'])
    expect(up).toMatchObject({
      code: 0,
      stderr: 'buildpass: 20 files go one by one, in no pack: A build has at most 20 packs.\n',
    })
    expect(pathsOf(up)).toHaveLength(20)
  })

  it('since it is not there, is not asked once for each file', async () => {
    proxy.fault = (one) => (isPack(one) ? { kind: 'answer', status: 500 } : null)
    const env = { BUILDPASS_RETRY_SECONDS: '0' }
    const up = await upload(folderWith(many(20)), ['dist', '--id', 'packs-down'], { env })
    expect(up.code).toBe(EXIT.unreachable)
    expect(proxy.seen.filter(isPut)).toHaveLength(1)
  })
})

describe('a pack that is sent in parts', () => {
  it('goes on with the parts that are missing after kill -9, from a new zip', async () => {
    const files = largeFiles()
    const folder = folderWith(files)
    // As many as arrive at once; five parts in all in `npm run prove`, two in `npm test`.
    const [arriving, parts] = inject('isProof') ? [2, 5] : [1, 2]
    proxy.fault = (one) => (isPart(one) && Number(basename(one.path)) > arriving ? { kind: 'delay', ms: 60_000 } : null)
    const args = ['upload', 'dist', '--id', 'packs-killed', '--json', '--parallel', String(arriving)]
    const killed = cli.start(args, { cwd: folder })
    await until('parts are on their way that never arrive', () => proxy.seen.filter(isPart).length >= 2 * arriving)
    const [left = ''] = zips()
    const place = join(cli.folder, 'state/buildpass/packs')
    expect(statSync(join(place, left)).mode & 0o777).toBe(0o600)
    killed.child.kill('SIGKILL')
    await killed.ended
    proxy.fault = () => null
    const before = proxy.seen.filter(isPart).length
    const ended = await cli.run(args, { cwd: folder })
    expect(ended).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(isPart).length - before).toBe(parts - arriving)
    expect(readdirSync(join(cli.folder, 'state/buildpass/uploads'))).toEqual([])
    // What the killed one left is dropped when it is old.
    expect(zips()).toEqual([left])
    rmSync(join(place, left))
    const up = { ...ended, json: JSON.parse(ended.stdout) }
    expect(up.json.packs).toMatchObject([{ files: 17, digest: expect.stringMatching(/^sha256-parts:/) }])
    expectFiles(await downloaded(up), files)
  })

  it('leaves no zip after Ctrl-C', async () => {
    proxy.fault = (one) => (isPart(one) ? { kind: 'delay', ms: 60_000 } : null)
    const run = cli.start(['upload', 'dist', '--id', 'packs-interrupted'], { cwd: folderWith(largeFiles()) })
    await until('a part is on its way', () => proxy.seen.some(isPart))
    expect(zips()).toHaveLength(1)
    run.child.kill('SIGINT')
    expect(await run.ended).toMatchObject({ code: 130, stderr: expect.stringContaining('goes on from here') })
    expect(zips()).toEqual([])
  })

  it('leaves none either where it is not written yet', async () => {
    const noise = () => randomBytes(4 * 1024 ** 2)
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`dist/noise-${i}.txt`, noise()]))
    const run = cli.start(['upload', 'dist', '--id', 'packs-packing'], { cwd: folderWith(files) })
    await until('the zip grows', () => zips().length === 1)
    run.child.kill('SIGTERM')
    expect(await run.ended).toMatchObject({ code: 143, stderr: expect.stringContaining('goes on from here') })
    expect(zips()).toEqual([])
    expect(proxy.seen.filter(isPut)).toEqual([])
  })
})

describe('a file that is not what it was', () => {
  it('as it vanished, is left out, and the others go', async () => {
    const folder = folderWith(many(20))
    // It vanishes when the list is asked for, which is after the files are found.
    proxy.fault = ({ method, path }) => {
      if (method === 'GET' && path.endsWith('/artifacts'))
        rmSync(join(folder, 'dist/part-3'), { recursive: true, force: true })
      return null
    }
    const up = await upload(folder, ['dist', '--id', 'packs-vanished'])
    expect(up).toMatchObject({ code: 0, json: { packs: [{ files: 18 }] } })
    const gone = 'no such file or directory (ENOENT)'
    expect(up.json.left_out).toEqual(
      ['dist/part-3/file-003.txt', 'dist/part-3/file-013.txt'].map((path) => ({ path, reason: gone })),
    )
  })

  it('as it became shorter, is told of as one that changed, and the others go', async () => {
    const folder = folderWith(many(20))
    proxy.fault = ({ method, path }) => {
      if (method === 'GET' && path.endsWith('/artifacts')) writeFileSync(join(folder, 'dist/part-3/file-003.txt'), '')
      return null
    }
    const up = await upload(folder, ['dist', '--id', 'packs-shorter'])
    expect(up).toMatchObject({
      code: EXIT.corrupt,
      stderr: expect.stringContaining('dist/part-3/file-003.txt: it changed while it was sent.'),
      json: { packs: [{ files: 19 }] },
    })
  })

  it('as the server does not take it from the zip, is left out with its reason', async () => {
    proxy.fault = (one) => {
      if (!isPack(one)) return null
      const [, base64 = ''] = /^sha-256=:(.+):$/.exec(String(one.headers['repr-digest'])) ?? []
      const digest = `sha256:${Buffer.from(base64, 'base64').toString('hex')}`
      const pack = { name: 'files-1', files: 1, size: 1, digest, url: proxy.origin }
      const skipped = [{ path: 'dist/part-3/file-003.txt', reason: 'is encrypted' }]
      return { kind: 'answer', status: 201, json: { pack, skipped } }
    }
    const up = await upload(folderWith(many(20)), ['dist', '--id', 'packs-skipped', '--strict'])
    expect(up.code).toBe(EXIT.left_out)
    expect(up.json.left_out).toHaveLength(20)
    expect(up.json.left_out).toContainEqual({ path: 'dist/part-3/file-003.txt', reason: 'is encrypted' })
    expect(up.json.left_out).toContainEqual({ path: 'dist/part-3/file-013.txt', reason: 'the server did not take it' })
  })

  it('as none can be read, ends as without a pack', async () => {
    const folder = folderWith(many(20))
    proxy.fault = ({ method, path }) => {
      if (method === 'GET' && path.endsWith('/artifacts'))
        rmSync(join(folder, 'dist'), { recursive: true, force: true })
      return null
    }
    expect(await upload(folder, ['dist', '--id', 'packs-none'])).toMatchObject({
      code: EXIT.left_out,
      json: { packs: [] },
    })
    expect(proxy.seen.filter(isPut)).toEqual([])
  })
})

describe('a user without a folder of their own', () => {
  it('has packs all the same', async () => {
    const folder = folderWith(many(20))
    const env = { XDG_STATE_HOME: undefined, XDG_CONFIG_HOME: undefined, HOME: '/proc/none', TMPDIR: folderWith({}) }
    const up = await upload(folder, ['dist', '--id', 'packs-homeless'], { env })
    expect(up).toMatchObject({ code: 0, json: { packs: [{ files: 20 }] } })
    expect(readdirSync(env.TMPDIR)).toEqual([])
  })

  it('and where no zip can be written, they go one by one, and that is told', async () => {
    const folder = folderWith(many(20))
    const env = { XDG_STATE_HOME: undefined, XDG_CONFIG_HOME: undefined, HOME: '/proc/none', TMPDIR: '/proc/none' }
    const up = await upload(folder, ['dist', '--id', 'packs-nowhere'], { env })
    expect(up).toMatchObject({ code: 0, stderr: expect.stringContaining('20 files go one by one, in no pack: ') })
    expect(pathsOf(up)).toHaveLength(20)
  })
})

/** Files that are stored in a zip as they are, and together are sent in parts. */
function largeFiles(): Record<string, Buffer> {
  const size = numberOf('PARTS_FROM_BYTES') / 16
  const bytes = (i: number) => Buffer.alloc(size, createHash('sha512').update(String(i)).digest())
  return Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`dist/film-${i + 10}.mp4`, bytes(i)]))
}
