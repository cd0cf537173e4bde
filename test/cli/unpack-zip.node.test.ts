import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ZipFile } from 'yazl'
import { unpackZip } from '../../cli/packs/unpack-zip.ts'
import { CliError } from '../../cli/terminal/exit.ts'
import { seeded } from '../../scripts/measure/random.ts'
import { crcText } from '../../src/domain/artifacts/pack.ts'
import { zipOf } from '../support/seed/zips.ts'

const files = new Map(
  Array.from({ length: 12 }, (_, i) => [`dir/${i}.txt`, Buffer.from(`file ${i}\n`.repeat(i * 300))]),
)
let folder: string
let zip: Buffer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'buildpass-unpack-'))
  const made = new ZipFile()
  for (const [path, bytes] of files) made.addBuffer(bytes, path, { compress: path !== 'dir/5.txt' })
  made.end()
  zip = await buffer(made.outputStream as Readable)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let folders = 0

/** Unpacks that into a new folder, and gives what is in it then, whatever became of the rest. */
async function unpacked(
  bytes: Uint8Array,
  wanted: ReadonlyMap<string, Buffer> = files,
  signal = new AbortController().signal,
) {
  const at = join(folder, `${folders++}`)
  mkdirSync(join(at, 'to'), { recursive: true })
  writeFileSync(join(at, 'zip'), bytes)
  const handle = await open(join(at, 'zip'))
  const told: string[] = []
  const error = await unpackZip(handle, {
    wanted: [...wanted].map(([path, content], i) => ({
      artifact: {
        ...{ path, nodeIndex: 0, sizeBytes: content.length, url: 'https://example.com', pack: 'p' },
        digest: { kind: 'crc32', hex: crcText(crc32(content)) },
      },
      open: () => join(at, 'to', `${i}`),
    })),
    drafts: ['a', 'b'].map((name) => join(at, 'to', name)),
    signal,
    onFile: ({ artifact }) => told.push(artifact.path),
  }).catch((thrown) => thrown)
  await handle.close()
  const paths = [...wanted.keys()]
  const there = readdirSync(join(at, 'to')).map(
    (name) => [paths[Number(name)] ?? name, readFileSync(join(at, 'to', name))] as const,
  )
  return { error, told: told.sort(), there: new Map(there.sort(([a], [b]) => (a < b ? -1 : 1))) }
}

describe('unpacking a zip', () => {
  it('gives each wanted file its bytes, and tells of each', async () => {
    const { error, told, there } = await unpacked(zip)
    expect(error).toBeUndefined()
    expect(told).toEqual([...files.keys()].sort())
    for (const [path, bytes] of files) expect(there.get(path)?.equals(bytes), path).toBe(true)
  })

  it('leaves alone what is not wanted, and what is not there as it is wanted', async () => {
    const wanted = new Map([
      ['dir/1.txt', Buffer.from('other bytes')],
      ['dir/2.txt', files.get('dir/2.txt') as Buffer],
      ['dir/none.txt', Buffer.from('none')],
    ])
    expect([...(await unpacked(zip, wanted)).there.keys()]).toEqual(['dir/2.txt'])
  })

  it('takes of several with one name the one that is meant', async () => {
    const twice = zipOf([
      { name: 'a', text: 'one' },
      { name: 'a', text: 'two' },
      { name: 'a', text: 'six' },
    ])
    const { there } = await unpacked(twice, new Map([['a', Buffer.from('two')]]))
    expect(String(there.get('a'))).toBe('two')
  })

  it('writes no more than a file is to have', async () => {
    const lie = zipOf([
      { name: 'a', text: 'x'.repeat(100_000), isDeflated: true, told: { size: 3, crc: crc32('xxx') } },
    ])
    expect(await unpacked(lie, new Map([['a', Buffer.from('xxx')]]))).toMatchObject({ error: undefined, told: [] })
  })

  it('stops when it is to stop', async () => {
    const reason = new Error('stop')
    expect(await unpacked(zip, files, AbortSignal.abort(reason))).toMatchObject({
      error: reason,
      told: [],
      there: new Map(),
    })
  })

  it('has no file with wrong bytes, nor half of one, and breaks nothing, whatever changed in the zip', async () => {
    const random = seeded(7)
    let whole = 0
    for (let i = 0; i < 60; i++) {
      const bytes = Buffer.from(zip)
      // Most of what can go wrong is in the directory, at the end.
      const from = i % 2 === 0 ? 0 : bytes.length - 1_000
      for (let n = 0; n < 1 + (i % 3); n++)
        bytes[from + Math.floor(random() * (bytes.length - from))] = Math.floor(random() * 256)
      const cut = i % 10 === 0 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes
      const { error, told, there } = await unpacked(cut)
      if (error !== undefined) expect(error).toBeInstanceOf(CliError)
      expect([...there.keys()]).toEqual(told)
      for (const [path, content] of there) expect(files.get(path)?.equals(content), path).toBe(true)
      whole += there.size
    }
    expect(whole).toBeGreaterThan(100)
    expect(whole).toBeLessThan(60 * files.size)
  })
})
