import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { isWorthIt } from '../../cli/files/download-all.ts'
import { EXIT } from '../../cli/terminal/exit.ts'
import { zipOf } from '../support/seed/zips.ts'
import { type CliOptions, until } from '../support/server/cli.ts'
import type { Seen } from '../support/server/fault-proxy.ts'
import { numberOf } from '../support/server/quick-command.ts'
import { openTransfers, type Transfers } from '../support/server/transfers.ts'

let transfers: Transfers
let proxy: Transfers['proxy']
let cli: Transfers['cli']
let folderWith: Transfers['folderWith']

beforeAll(async () => {
  transfers = await openTransfers('packed downloads')
  ;({ proxy, cli, folderWith } = transfers)
  build = await uploaded('down-small', SMALL)
})
afterAll(() => transfers?.close())
afterEach(() => transfers.reset())

const isBytes = ({ path }: Seen) => path.startsWith('/download/')
const isPackList = ({ path }: Seen) => path.endsWith('/packs')
const isZip = ({ path }: Seen) => isBytes({ path } as Seen) && path.endsWith('.zip')
const PROJECT = '/api/buildpass/v1/projects/gh/acme/web'

/** 40 files: `dist/part-07/file-007.txt` and so on. */
const SMALL = many(40)
/** The build that has them in one pack. */
let build: string

function many(count: number, mark = '', times = 7): Record<string, string> {
  const nameOf = (i: number) => `dist/part-${i % 10}/file-${String(i).padStart(3, '0')}.txt`
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [nameOf(i), `${mark}${i}\n`.repeat(i * times)]))
}

/** Files that are no smaller in a zip. */
function large(count: number, sizeBytes: number): Record<string, Buffer> {
  const bytes = (i: number) => Buffer.alloc(sizeBytes, createHash('sha512').update(String(i)).digest())
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`film-${i + 10}.mp4`, bytes(i)]))
}

/** The number of a new build that has the files, in packs where they are many. */
async function uploaded(id: string, files: Record<string, string | Buffer>, more: readonly string[] = []) {
  const ended = await cli.run(['upload', '.', '--json', '--id', id, ...more], { cwd: folderWith(files) })
  expect(ended).toMatchObject({ code: 0 })
  proxy.seen.length = 0
  return String(JSON.parse(ended.stdout).build_num)
}

async function download(to: string, num: string, args: readonly string[] = [], options: CliOptions = {}) {
  const ended = await cli.run(['download', '--json', '--build', num, ...args], { cwd: to, ...options })
  expect(ended.stderr).not.toMatch(/bug in buildpass|\n {4}at |Warning/)
  return { ...ended, json: ended.stdout === '' ? null : JSON.parse(ended.stdout) }
}

/** The folder has the files, and nothing else. */
function expectFiles(folder: string, files: Record<string, string | Buffer>): void {
  expect(filesIn(folder)).toEqual(Object.keys(files).sort())
  for (const [path, bytes] of Object.entries(files))
    expect(readFileSync(join(folder, path)).equals(Buffer.from(bytes)), path).toBe(true)
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory())
  return entries.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).sort()
}

const partsIn = (folder: string) => filesIn(folder).filter((name) => name.endsWith('.part'))
const zipIn = (folder: string) => {
  const sizes = partsIn(folder).map((name) => ({ name, size: statSync(join(folder, name)).size }))
  return sizes.sort((a, b) => b.size - a.size)[0]
}
const notes = () => readdirSync(join(cli.folder, 'state/buildpass/downloads'))

/** Node with the file system as that text changes it. */
function changed(name: string, text: string): CliOptions {
  const file = join(cli.folder, `${name}.cjs`)
  writeFileSync(
    file,
    `const fs = require('fs/promises'), { rename, open } = fs\n${text}\nrequire('module').syncBuiltinESMExports()`,
  )
  return { env: { NODE_OPTIONS: `--require=${file}` } }
}

describe('a download of many files', () => {
  it('is one request with bytes, in which each file is checked', async () => {
    const to = folderWith({})
    const down = await download(to, build)
    expect(down).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(isBytes).map(isZip)).toEqual([true])
    expect(proxy.seen).toHaveLength(4)
    expectFiles(to, SMALL)
    expect(down.json.files.map(({ path }: { path: string }) => path)).toEqual(Object.keys(SMALL).sort())
    for (const { file, size, digest, was_there } of down.json.files) {
      expect([statSync(file).size, was_there]).toEqual([size, false])
      expect(digest).toMatch(/^crc32:[0-9a-f]{8}$/)
      expect(statSync(file).mode & 0o777).toBe(0o666 & ~process.umask())
    }
    expect(notes()).toEqual([])
  })

  it('says what it did in two lines and one at the end', async () => {
    const ended = await cli.run(['download', '--build', build], { cwd: folderWith({}) })
    expect(ended.stdout).toMatch(/^40 files \([\d.]+ KiB\) of build \d+ of gh\/acme\/web\n$/)
    expect(ended.stderr).toMatch(/^downloaded 40 files as files-[0-9a-f]{16} \([^)]+\)\nunpacked 40 files \([^)]+\)\n$/)
  })

  it('fetches nothing again, and only what is missing or has other bytes', async () => {
    const to = folderWith({})
    await download(to, build)
    proxy.seen.length = 0
    const again = await download(to, build)
    expect(again).toMatchObject({ code: 0, stderr: 'already there: 40 files\n' })
    expect(again.json.files.every(({ was_there }: { was_there: boolean }) => was_there)).toBe(true)
    expect(proxy.seen).toHaveLength(1)

    const first = join(to, 'dist/part-1/file-001.txt')
    const before = statSync(first, { bigint: true }).ino
    const paths = Object.keys(SMALL)
    for (const path of paths.slice(20, 40)) rmSync(join(to, path))
    proxy.seen.length = 0
    expect(await download(to, build)).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(isBytes)).toHaveLength(1)
    expect(statSync(first, { bigint: true }).ino).toBe(before)
    expectFiles(to, SMALL)

    for (const path of paths.slice(30, 40)) writeFileSync(join(to, path), 'other')
    proxy.seen.length = 0
    expect(await download(to, build)).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(isBytes).map(isZip)).toEqual(Array(10).fill(false))
    expectFiles(to, SMALL)
  })

  it('goes one by one where few are wanted, and where --no-pack is said', async () => {
    expect(await download(folderWith({}), build, ['dist/part-[123]/*'])).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(isBytes)).toHaveLength(12)
    expect(proxy.seen.filter(isPackList)).toEqual([])
    proxy.seen.length = 0
    const to = folderWith({})
    expect(await download(to, build, ['--no-pack'])).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(isBytes).map(isZip)).toEqual(Array(39).fill(false))
    expectFiles(to, SMALL)
  })

  it('takes of a zip what the patterns name', async () => {
    const to = folderWith({})
    expect(await download(to, build, ['dist/part-[1-5]/*'])).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(isBytes).map(isZip)).toEqual([true])
    expect(filesIn(to)).toEqual(
      Object.keys(SMALL)
        .filter((path) => /part-[1-5]/.test(path))
        .sort(),
    )
  })

  it('has packs of several nodes, and files that are in none, beside each other', async () => {
    const num = await uploaded('down-nodes', many(20, 'zero '), ['--node-index', '0'])
    const large = Buffer.alloc(numberOf('PARTS_FROM_BYTES') + 12_345, 'x')
    await uploaded('down-nodes', { ...many(20, 'one '), 'large.bin': large }, [
      ...['--node-index', '1', '--build', num],
    ])
    const to = folderWith({})
    expect(await download(to, num)).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(isBytes).map(isZip).sort()).toEqual([false, true, true])
    expectFiles(join(to, 'node-0'), many(20, 'zero '))
    expectFiles(join(to, 'node-1'), { ...many(20, 'one '), 'large.bin': large })
  })

  it('works on the oldest Node that we name', async () => {
    const node = process.env.OLD_NODE ?? '/usr/bin/node'
    if (!existsSync(node)) return
    const to = folderWith({})
    expect(await download(to, build, [], { node })).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(isBytes)).toHaveLength(1)
    expectFiles(to, SMALL)
  })

  it('works on a Node without a CRC-32 of its own, as 20.14 is', async () => {
    const older = join(folderWith({ 'older.cjs': 'delete require("node:zlib").crc32' }), 'older.cjs')
    const to = folderWith({})
    const env = { NODE_OPTIONS: `--require ${older}` }
    expect(await download(to, build, [], { env })).toMatchObject({ code: 0 })
    expectFiles(to, SMALL)
  })
})

describe('a zip is fetched where that takes no longer', () => {
  const files = (count: number, sizeBytes: number) => Array.from({ length: count }, () => ({ artifact: { sizeBytes } }))
  it.each([
    ['all of it', { missing: files(40, 1e6), sizeBytes: 40e6, left: null }, true],
    ['most of it', { missing: files(30, 1e6), sizeBytes: 30e6, left: null }, true],
    ['a quarter of large files', { missing: files(25, 4e6), sizeBytes: 400e6, left: null }, false],
    ['a few', { missing: files(15, 1e6), sizeBytes: 15e6, left: null }, false],
    ['many small ones beside a large one', { missing: files(1_000, 1_000), sizeBytes: 30e6, left: null }, true],
    ['a few, and the zip is here', { missing: files(3, 1e6), sizeBytes: 40e6, left: 40e6 }, true],
    ['a few, and some of the zip is here', { missing: files(3, 1e6), sizeBytes: 40e6, left: 1e6 }, false],
    ['none, and the zip is here', { missing: [], sizeBytes: 40e6, left: 40e6 }, false],
  ])('%s', (_, { missing, sizeBytes, left }, is) => {
    expect(isWorthIt({ sizeBytes }, missing, left)).toBe(is)
  })
})

describe('a download of a pack that is broken off', () => {
  /** 17 MiB in all; in `npm test` a third. */
  const films = large(17, inject('isProof') ? 1024 ** 2 : 350_000)
  const PIECE_BYTES = inject('isProof') ? 3_000_000 : 1_000_000
  let num: string
  beforeAll(async () => {
    num = await uploaded('down-films', films)
  })

  it('by kill -9 goes on where the zip stopped, which only its owner can read', async () => {
    const to = folderWith({})
    proxy.fault = (one) => (isZip(one) ? { kind: 'slow_answer', bytesPerSecond: 2 * PIECE_BYTES } : null)
    const killed = cli.start(['download', '--build', num], { cwd: to })
    await until('some of the zip is here', () => (zipIn(to)?.size ?? 0) > PIECE_BYTES)
    killed.child.kill('SIGKILL')
    await killed.ended
    const [part = '', ...others] = filesIn(to)
    expect(others).toEqual([])
    expect(statSync(join(to, part)).mode & 0o777).toBe(0o600)
    const here = statSync(join(to, part)).size
    transfers.reset()
    expect(await download(to, num)).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(isBytes).map(({ headers }) => headers.range)).toEqual([`bytes=${here}-`])
    expectFiles(to, films)
    expect(notes()).toEqual([])
  })

  it('by lost connections goes on, without asking twice for what has come', async () => {
    const to = folderWith({})
    let cuts = 0
    proxy.fault = (one) => (isZip(one) && cuts++ < 3 ? { kind: 'cut_answer', afterBytes: PIECE_BYTES } : null)
    expect(await download(to, num)).toMatchObject({ code: 0 })
    const starts = proxy.seen.filter(isBytes).map(({ headers }) => Number(headers.range?.slice(6, -1) ?? 0))
    expect(starts).toHaveLength(4)
    expect(starts).toEqual([...starts].sort((a, b) => a - b))
    expectFiles(to, films)
  })

  /** Node whose files get their names late, each at another time. */
  const late = () =>
    changed(
      'late',
      `let count = 0
      fs.rename = async (...args) => { await new Promise((done) => setTimeout(done, 400 + 150 * (count++ % 4))); return rename(...args) }`,
    )
  const named = (to: string) => filesIn(to).filter((name) => !name.endsWith('.part'))

  it.each(['SIGKILL', 'SIGINT'] as const)(
    'by %s while it is unpacked has no half files, and goes on without a request for bytes',
    async (signal) => {
      const to = folderWith({})
      const run = cli.start(['download', '--build', num], { cwd: to, ...late() })
      await until('some files are here', () => named(to).length > 2)
      run.child.kill(signal)
      const ended = await run.ended
      if (signal === 'SIGINT') {
        expect(ended).toMatchObject({ code: 130, stderr: expect.stringContaining('goes on from here') })
        expect(partsIn(to)).toHaveLength(1)
        expect(ended.stderr).toContain(`are kept in ${join(to, partsIn(to)[0] ?? '')}`)
      }
      const here = named(to)
      expect(here.length).toBeLessThan(17)
      for (const name of here) expect(readFileSync(join(to, name)).equals(films[name] as Buffer)).toBe(true)
      proxy.seen.length = 0
      const down = await download(to, num)
      expect(down).toMatchObject({ code: 0 })
      const there = down.json.files.filter(({ was_there }: { was_there: boolean }) => was_there)
      expect(there).toHaveLength(here.length)
      expect(proxy.seen.filter(isBytes)).toEqual([])
      expectFiles(to, films)
      expect(notes()).toEqual([])
    },
  )

  it('when all but its zip is done, has that deleted by the next', async () => {
    const to = folderWith({})
    const killed = cli.start(['download', '--build', num], { cwd: to, ...late() })
    await until('some files are here', () => named(to).length > 2)
    killed.child.kill('SIGKILL')
    await killed.ended
    for (const [name, bytes] of Object.entries(films)) writeFileSync(join(to, name), bytes)
    proxy.seen.length = 0
    expect(await download(to, num)).toMatchObject({ code: 0, stderr: 'already there: 17 files\n' })
    expect(filesIn(to)).toEqual(Object.keys(films).sort())
    expect(proxy.seen).toHaveLength(2)
  })

  it('is left alone by another one at the same time', async () => {
    const to = folderWith({})
    proxy.fault = (one) => (isZip(one) ? { kind: 'slow_answer', bytesPerSecond: 8_000_000 } : null)
    const ended = await Promise.all([download(to, num), download(to, num)])
    expect(ended.map(({ code }) => code)).toEqual([0, 0])
    expectFiles(to, films)
  })
})

describe('what is not in the zip as it is listed comes by itself', () => {
  it('where a bit of the zip changed on the way', async () => {
    const to = folderWith({})
    proxy.fault = (one) => (isZip(one) ? { kind: 'change_answer', atByte: 1_000 } : null)
    const down = await download(to, build)
    expect(down).toMatchObject({ code: 0 })
    expect(down.stderr).toContain('40 files come one by one, in no pack: files-')
    // The empty one needs none.
    expect(proxy.seen.filter(isBytes)).toHaveLength(40)
    expectFiles(to, SMALL)
  })

  it('where the pack was replaced meanwhile, which is told of each file that changed', async () => {
    const filled = (mark: string) => Object.fromEntries(Object.entries(many(21, mark)).slice(1))
    const num = await uploaded('down-replaced', filled('old '))
    const lists = new Map(
      await Promise.all(
        ['artifacts', 'packs'].map(async (what) => {
          const path = `${PROJECT}/builds/${num}/${what}`
          const headers = { 'Circle-Token': transfers.server.demo.tokens.personal }
          return [path, await (await fetch(transfers.server.origin + path, { headers })).json()] as [string, object]
        }),
      ),
    )
    await uploaded('down-replaced', filled('new '), ['--overwrite'])
    const to = folderWith({})
    proxy.fault = ({ path }) => {
      const json = lists.get(path)
      return json ? { kind: 'answer', status: 200, json } : null
    }
    const down = await download(to, num)
    expect(down).toMatchObject({ code: EXIT.corrupt, stderr: expect.stringContaining('run the same command again') })
    expect(filesIn(to)).toEqual([])
    proxy.fault = () => null
    expect(await download(to, num)).toMatchObject({ code: 0 })
    expectFiles(to, filled('new '))
  })

  it('where one file has other bytes than the zip itself says, and the rest comes', async () => {
    const files = Object.entries(many(20)).map(([name, text]) => ({ name, text }))
    const lie = { name: 'dist/lie.txt', text: 'a lie', told: { crc: 0x12345678 } }
    const num = await uploaded('down-lie', { 'loose.txt': 'loose' })
    await putZip(
      num,
      'lies',
      zipOf([...files, lie, { name: '../up.txt', text: 'up' }, { name: '/root.txt', text: 'r' }]),
    )
    const to = folderWith({})
    const down = await download(to, num, [], { env: { BUILDPASS_RETRY_SECONDS: '0' } })
    expect(down.code).not.toBe(0)
    expect(down.stderr).toContain('dist/lie.txt: ')
    expect(filesIn(to).filter((name) => !name.endsWith('.part'))).toEqual(
      [...Object.keys(many(20)), 'loose.txt'].sort(),
    )
    expect(existsSync(join(to, '../up.txt'))).toBe(false)
  })

  it.each([
    ['is not there', { status: 404, json: { message: 'Pack not found', code: 'pack_not_found' } }],
    ['is something else', { status: 200, json: { message: 'hello' } }],
  ])('where the zip %s', async (_, answer) => {
    const to = folderWith({})
    proxy.fault = ({ path }) => (/\/packs\/[^/]+$/.test(path) ? { kind: 'answer', ...answer } : null)
    const down = await download(to, build)
    expect(down).toMatchObject({ code: 0, stderr: expect.stringContaining('40 files come one by one, in no pack: ') })
    expectFiles(to, SMALL)
  })

  it.each([
    ['knows no packs', { status: 404, json: { message: 'Not found', code: 'route_not_found' } }],
    ['knows no packs, nor codes', { status: 404, json: { message: 'Not found' } }],
    ['says what we do not know', { status: 200, json: { items: [{ name: 'new' }] } }],
  ])('where the server %s, without a word', async (_, answer) => {
    const to = folderWith({})
    proxy.fault = (one) => (isPackList(one) ? { kind: 'answer', ...answer } : null)
    expect(await download(to, build, ['--quiet'])).toMatchObject({ code: 0, stderr: '' })
    expectFiles(to, SMALL)
  })

  it('where the list of an older server names no packs, without asking for them', async () => {
    const list = `${PROJECT}/builds/${build}/artifacts`
    const headers = { 'Circle-Token': transfers.server.demo.tokens.personal }
    const listed = (await (await fetch(transfers.server.origin + list, { headers })).json()) as { items: object[] }
    const items = listed.items.map((item) => ({ ...item, pack: undefined }))
    proxy.fault = ({ path }) => (path === list ? { kind: 'answer', status: 200, json: { ...listed, items } } : null)
    const to = folderWith({})
    expect(await download(to, build)).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(isPackList)).toEqual([])
    expectFiles(to, SMALL)
  })

  it('but not where the server is gone', async () => {
    proxy.fault = (one) => (isZip(one) ? { kind: 'answer', status: 500 } : null)
    const down = await download(folderWith({}), build, [], { env: { BUILDPASS_RETRY_SECONDS: '0' } })
    expect(down.code).toBe(EXIT.unreachable)
    expect(proxy.seen.filter(isBytes)).toHaveLength(1)
  })
})

describe('what the system refuses', () => {
  it('as there is no room for the zip, which makes room for its files', async () => {
    const num = await uploaded('down-full', many(40, 'full ', 2_000))
    const to = folderWith({})
    const full = changed(
      'full-zip',
      `fs.open = async (path, flags, mode) => {
        const handle = await open(path, flags, mode)
        if (mode === 0o600) handle.appendFile = async () => { throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write', errno: -28 }) }
        return handle
      }`,
    )
    const down = await download(to, num, [], full)
    const said = '40 files come one by one, in no pack: no space left on device (ENOSPC)'
    expect(down).toMatchObject({ code: 0, stderr: expect.stringContaining(said) })
    expectFiles(to, many(40, 'full ', 2_000))
  })

  it('as there is room for the zip alone: it goes, and its files come', async () => {
    const to = folderWith({})
    const full = changed(
      'full-files',
      `let count = 0; fs.open = (path, flags, mode) => {
        if (flags === 'wx' && ++count > 10) throw Object.assign(new Error('ENOSPC: no space left on device, open'), { code: 'ENOSPC', syscall: 'open', errno: -28 })
        return open(path, flags, mode)
      }`,
    )
    expect(await download(to, build, [], full)).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(isBytes)).toHaveLength(31)
    expectFiles(to, SMALL)
  })

  it.runIf(process.getuid?.() !== undefined)(
    'as a folder is a file, or a file a folder, keeps back only what goes there',
    async () => {
      const to = folderWith({ 'dist/part-1': 'a file' })
      mkdirSync(join(to, 'dist/part-2/file-002.txt'), { recursive: true })
      const down = await download(to, build)
      expect(down.code).toBe(EXIT.failed)
      expect(down.json.files).toHaveLength(35)
      expect(proxy.seen.filter(isBytes)).toHaveLength(1)
      expect(partsIn(to)).toEqual([])
    },
  )

  it('a link that leads out of the folder is not followed', async () => {
    const elsewhere = folderWith({})
    const to = folderWith({ 'dist/kept': '' })
    symlinkSync(elsewhere, join(to, 'dist/part-1'))
    const down = await download(to, build)
    expect(down).toMatchObject({ code: EXIT.failed, stderr: expect.stringContaining('leads out of') })
    expect(readdirSync(elsewhere)).toEqual([])
    expect(down.json.files).toHaveLength(36)
  })

  it('two files that cannot both be there keep the others from nothing', async () => {
    const num = await uploaded('down-flat', { ...many(20), 'a/log.txt': '1', 'b/log.txt': '2' })
    const to = folderWith({})
    const down = await download(to, num, ['--flat'])
    expect(down).toMatchObject({
      code: EXIT.usage,
      stderr: expect.stringContaining('a/log.txt and b/log.txt cannot both'),
    })
    expect(proxy.seen.filter(isBytes).map(isZip)).toEqual([true])
    expect(filesIn(to)).toEqual(
      Object.keys(many(20))
        .map((path) => path.slice(path.lastIndexOf('/') + 1))
        .sort(),
    )
  })

  it('a user without a home has packs, without notes', async () => {
    const to = folderWith({})
    const env = { XDG_STATE_HOME: undefined, XDG_CONFIG_HOME: undefined, HOME: '/proc/none' }
    expect(await download(to, build, [], { env })).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(isBytes)).toHaveLength(1)
    expectFiles(to, SMALL)
  })

  it('odd names come over as they are', async () => {
    const odd = {
      ...many(16),
      'dist/.hidden': 'h',
      'dist/naïve – 数据.csv': 'x',
      'dist/😀.txt': 'smile',
      [`dist/${'Ü'.normalize('NFC')}`]: 'c',
      [`dist/${'Ü'.normalize('NFD')}`]: 'd',
      'dist/A.txt': 'A',
      'dist/a.txt': 'a',
      'dist/empty': '',
      [`dist/${'x'.repeat(250)}`]: 'long',
    }
    const num = await uploaded('down-odd', odd)
    const to = folderWith({})
    chmodSync(to, 0o700)
    expect(await download(to, num)).toMatchObject({ code: 0 })
    expect(proxy.seen.filter(isBytes)).toHaveLength(1)
    expectFiles(to, odd)
  })
})

async function putZip(num: string, name: string, zip: Uint8Array<ArrayBuffer>): Promise<void> {
  const { origin, demo } = transfers.server
  const path = `${PROJECT}/builds/${num}/packs/${name}`
  const headers = { 'Circle-Token': demo.tokens.personal }
  expect((await fetch(origin + path, { method: 'PUT', headers, body: zip })).status).toBe(201)
}
