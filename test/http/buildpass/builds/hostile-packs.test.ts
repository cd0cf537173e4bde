import { beforeAll, describe, expect, it } from 'vitest'
import { linkByField, unicodePath, type ZipPart, zipOf } from '../../../support/seed/zips.ts'
import { openTestApp, type TestApp } from '../../../support/worker/app.ts'
import { openTestStores } from '../../../support/worker/stores.ts'
import { seedWorld, type World } from '../../../support/worker/world.ts'

let app: TestApp
let world: World
let own: string

beforeAll(async () => {
  app = await openTestApp({ stores: await openTestStores() })
  world = await seedWorld(app.stores, 'private')
  own = `/api/buildpass/v1/projects/${world.slug}/builds/1`
})

const NODE = 1

async function put(zip: Uint8Array<ArrayBuffer>) {
  const response = await app.ask(`${own}/packs/hostile?overwrite=true&node_index=${NODE}`, {
    method: 'PUT',
    token: world.secrets.member,
    body: zip,
    headers: { 'Content-Length': String(zip.length) },
  })
  return { status: response.status, node: NODE, body: await response.json<Record<string, unknown>>() }
}

async function download(node: number, path: string) {
  const redirect = await app.ask(`/output/job/${world.build.id}/artifacts/${node}/${path}`, {
    token: world.secrets.all,
  })
  expect(redirect.status).toBe(302)
  return app.ask(new URL(redirect.headers.get('Location') ?? '').pathname)
}

const isStored = (status: number) => status === 200 || status === 201

const GOOD = { name: 'good.txt', text: 'good' }

function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

describe('an entry that is none to serve', () => {
  it.each<[string, ZipPart, string]>([
    ['goes up', { name: '../../etc/passwd' }, 'must not have a "." or ".." segment'],
    ['goes up in its middle', { name: 'a/../../b' }, 'must not have a "." or ".." segment'],
    ['is absolute', { name: '/etc/passwd' }, 'must not have an empty segment'],
    ['has a drive letter', { name: 'C:/Windows/x' }, 'begins with a drive letter'],
    ['has backslashes', { name: '..\\..\\x' }, 'has a backslash'],
    ['has backslashes of Windows', { name: '..\\..\\x', told: { host: 0 } }, 'must not have a "." or ".." segment'],
    ['has no name', { name: '' }, 'must not be empty'],
    ['has a NUL', { name: 'a\0.txt' }, 'must not contain control characters'],
    ['has a line feed', { name: 'a\nb' }, 'must not contain control characters'],
    ['has a very long name', { name: 'x'.repeat(1_025) }, 'must be at most 1024 bytes'],
    ['is a symbolic link', { name: 'link', text: '/etc/passwd', mode: 0o120777 }, 'is a symbolic link'],
    ['is encrypted', { name: 'secret', flags: 0x801 }, 'is encrypted'],
    ['is packed by LZMA', { name: 'x', told: { method: 14 } }, 'is packed by method 14; 0 and 8 are read'],
    ['is stored, and has two sizes', { name: 'x', text: 'abc', told: { size: 2 } }, 'is stored, and has two sizes'],
    [
      'is packed by bzip2, to next to nothing',
      { name: 'x', text: 'x', told: { method: 12, size: 300_000 } },
      'is packed by method 12; 0 and 8 are read',
    ],
    ['has a line feed, in ASCII', { name: 'a\nb', flags: 0 }, 'must not contain control characters'],
    ['is there again behind it', { name: 'good.txt', text: 'other' }, 'is there twice; only the last one counts'],
  ])('that %s is left out and named, and the others are taken', async (_, part, reason) => {
    const { status, body, node } = await put(zipOf([GOOD, part, { name: 'last.txt', text: 'last' }]))
    expect([status, body.skipped]).toEqual([expect.toSatisfy(isStored), [{ path: expect.any(String), reason }]])
    expect(await (await download(node, 'last.txt')).text()).toBe('last')
    const wanted = part.name === 'good.txt' ? 'other' : 'good'
    expect(await (await download(node, 'good.txt')).text()).toBe(wanted)
  })

  it.each<[string, ZipPart, string]>([
    ['a link', { name: 'good.txt', mode: 0o120777 }, 'is a symbolic link'],
    ['encrypted', { name: 'good.txt', flags: 0x801 }, 'is encrypted'],
    ['packed by LZMA', { name: 'good.txt', told: { method: 14 } }, 'is packed by method 14; 0 and 8 are read'],
    ['said to be a folder', { name: 'good.txt', mode: 0o40755 }, 'is said to be a folder, and has no slash at its end'],
    ['absolute', { name: '/good.txt' }, 'must not have an empty segment'],
    ['out of the folder', { name: '../good.txt' }, 'must not have a "." or ".." segment'],
    ['cut off by a NUL', { name: 'good.txt\0x' }, 'must not contain control characters'],
    ['with a sign that is none, in ASCII', { name: 'good.txt\x01', flags: 0 }, 'must not contain control characters'],
    ['a folder but for a NUL', { name: 'good.txt\0/', flags: 0 }, 'must not contain control characters'],
    [
      'a folder by a field',
      { name: 'good.txt', flags: 0, extra: unicodePath('good.txt', 'x/') },
      'has a second name, "good.txt"',
    ],
    ['out of the folder for jar', { name: 'a/../good.txt' }, 'must not have a "." or ".." segment'],
    ['a link by a field', { name: 'good.txt', extra: linkByField() }, 'is a symbolic link'],
    ['with a sign that is none', { name: 'good\x7f.txt' }, 'must not contain control characters'],
    ['with a backslash of Windows', { name: '\\good.txt', told: { host: 0 } }, 'must not have an empty segment'],
    [
      'known by ASCII to some and by a field to others',
      { name: 'é', flags: 0, extra: unicodePath('é', 'good.txt') },
      'has a second name, "é"',
    ],
    [
      'known to other tools by another name',
      { name: 'b.txt', flags: 0, extra: unicodePath('b.txt', 'good.txt') },
      'has a second name, "b.txt"',
    ],
  ])('that is the last of its name and %s leaves none of that name', async (_, part, reason) => {
    const { status, body, node } = await put(zipOf([GOOD, part, { name: 'last.txt' }]))
    const named = [{ path: 'good.txt', reason: 'is there twice; only the last one counts' }]
    expect([status, body.skipped]).toEqual([
      expect.toSatisfy(isStored),
      [...named, { path: expect.any(String), reason }],
    ])
    const listed = await app.ask(`${own}/artifacts`, { token: world.secrets.all })
    const { items } = await listed.json<{ items: { path: string; node_index: number }[] }>()
    expect(items.filter((item) => item.node_index === node && item.path !== 'last.txt')).toEqual([])
  })

  const CP437 = Uint8Array.of(0x84, 0x2e, 0x74, 0x78, 0x74)
  const BROKEN = 'has a name that tools read in different ways'
  it.each<[string, ZipPart, string]>([
    ['is no UTF-8 though it says so', { name: CP437 }, BROKEN],
    [
      'is repeated twice, once in another way',
      {
        name: CP437,
        flags: 0,
        extra: Uint8Array.of(...unicodePath(CP437, 'ä.txt'), ...unicodePath(CP437, 'e.txt')),
      },
      BROKEN,
    ],
    ['is repeated in bytes that are no UTF-8', { name: CP437, flags: 0, extra: unicodePath(CP437, CP437) }, BROKEN],
    ['is another in UTF-8', { name: 'a.txt', extra: unicodePath('a.txt', 'b.txt') }, 'has a second name, "b.txt"'],
    [
      'is another in UTF-8 by a field for another header',
      { name: 'a.txt', flags: 0, extra: unicodePath('c.txt', 'b.txt') },
      'has a second name, "b.txt"',
    ],
  ])('whose name %s is left out, and the others are taken', async (_, part, reason) => {
    const { status, body, node } = await put(zipOf([GOOD, part]))
    expect([status, body.skipped]).toEqual([expect.toSatisfy(isStored), [{ path: expect.any(String), reason }]])
    expect(await (await download(node, 'good.txt')).text()).toBe('good')
  })

  it('is taken by the name that a field repeats in UTF-8, as Info-ZIP writes it', async () => {
    const { status, body, node } = await put(
      zipOf([{ name: CP437, text: 'a', flags: 0, extra: unicodePath(CP437, 'ä.txt') }]),
    )
    expect([status, body.skipped]).toEqual([expect.toSatisfy(isStored), []])
    expect(await (await download(node, encodeURIComponent('ä.txt'))).text()).toBe('a')
  })

  it('that differs from another by a number of its version is the one file that unzip leaves of both', async () => {
    const { body, node } = await put(zipOf([GOOD, { name: 'good.txt;1', text: 'newer' }]))
    expect(body.skipped).toEqual([{ path: 'good.txt', reason: 'is there twice; only the last one counts' }])
    expect(await (await download(node, 'good.txt%3B1')).text()).toBe('newer')
  })

  it('is one of two whose names differ by signs that tools keep', async () => {
    const { body } = await put(zipOf([{ name: 'caf.txt' }, { name: 'caf\ufffd.txt' }]))
    expect(body.skipped).toEqual([])
  })

  it('is taken where its path begins with "./", without it', async () => {
    const { body, node } = await put(zipOf([{ name: './a/b.txt', text: 'b' }]))
    expect(body.skipped).toEqual([])
    expect(await (await download(node, 'a/b.txt')).text()).toBe('b')
  })

  it('is taken where only its folders are written as Windows does', async () => {
    const { node } = await put(zipOf([{ name: 'a\\b.txt', text: 'b', told: { host: 0 } }]))
    expect(await (await download(node, 'a/b.txt')).text()).toBe('b')
  })
})

const bytesOf = (text: string) => Uint8Array.from(new TextEncoder().encode(text))

describe('a zip', () => {
  it.each<[string, Uint8Array]>([
    ['a whole zip and one byte more', concat(zipOf([{ name: 'good.txt', text: 'evil' }]), Uint8Array.of(10))],
    ['the end of an empty zip', concat(Uint8Array.of(0x50, 0x4b, 5, 6), new Uint8Array(18))],
    ['the mark of an end', Uint8Array.of(1, 0x50, 0x4b, 5, 6, 1)],
    // Its length is the first half of a mark.
    ['the second half of a mark', concat(Uint8Array.of(5, 6), new Uint8Array(0x4b50 - 2))],
  ])('whose comment is %s is refused, since other tools read another zip', async (_, comment) => {
    const zip = zipOf([GOOD])
    const length = Uint8Array.of(comment.length & 255, comment.length >> 8)
    const { status, body } = await put(concat(zip.subarray(0, -2), length, comment))
    expect([status, body.message]).toEqual([400, expect.stringContaining('has a second end in its comment')])
  })

  it('that hides a ZIP64 end before a plain one is refused, since some tools follow it', async () => {
    const zip = zipOf([GOOD])
    const view = new DataView(new ArrayBuffer(76))
    for (const [at, value] of [
      [0, 0x06064b50],
      [4, 44],
      [56, 0x07064b50],
      [64, zip.length - 22],
      [72, 1],
    ] as const)
      view.setUint32(at, value, true)
    const hidden = new Uint8Array(view.buffer)
    const [end, before] = [zip.slice(-22), zip.slice(0, -22)]
    const directory = new DataView(end.buffer).getUint32(16, true)
    // As the comment of the last entry, which the directory's size counts.
    const comment = new DataView(before.buffer, before.byteOffset)
    comment.setUint16(directory + 32, hidden.length, true)
    const told = new DataView(end.buffer)
    told.setUint32(12, told.getUint32(12, true) + hidden.length, true)
    const { status, body } = await put(concat(before, hidden, end))
    expect([status, body.message]).toEqual([400, expect.stringContaining('has a ZIP64 end')])
  })

  // Two local files of one name, size and CRC-32; and an end that counts otherwise on its disk than in all.
  it.each<[string, string, string]>([
    [
      'has two ZIP64 fields for one file',
      [
        'UEsDBBQAAAAAAPKDfl06d7V2pAAAAKQAAAAKAAAAcmVwb3J0LnR4dEdPT0RHT09ER09PREdPT0RHT09ER09PREdPT0RHT09ER09P',
        'REdPT0RHT09ER09PREdPT0RHT09ER09PREdPT0RHT09ER09PREdPT0RHT09ER09PREdPT0RHT09ER09PREdPT0RHT09ER09PREdP',
        'T0RHT09ER09PREdPT0RHT09ER09PREdPT0RHT09ER09PREdPT0RHT09ER09PREdPT0QuLi4uUEsDBBQAAAAAAPKDfl06d7V2pAAA',
        'AKQAAAAKAAAAcmVwb3J0LnR4dEVWSUxFVklMRVZJTEVWSUxFVklMRVZJTEVWSUxFVklMRVZJTEVWSUxFVklMRVZJTEVWSUxFVklM',
        'RVZJTEVWSUxFVklMRVZJTEVWSUxFVklMRVZJTEVWSUxFVklMRVZJTEVWSUxFVklMRVZJTEVWSUxFVklMRVZJTEVWSUxFVklMRVZJ',
        'TEVWSUxFVklMRVZJTEVWSUxFVklMRVZJTEVWSUwWhz74UEsBAhQDFAAAAAAA8oN+XTp3tXakAAAApAAAAAoAGAAAAAAAAAAAAIAB',
        '/////3JlcG9ydC50eHQBAAgAzAAAAAAAAAABAAgAAAAAAAAAAABQSwUGAAAAAAEAAQBQAAAAmAEAAAAA',
      ].join(''),
      'two ZIP64 fields',
    ],
    [
      'counts other files on its disk',
      [
        'UEsDBBQAAAAIAPKDfl3vy4HUCQAAAMgAAAAKAAAAcmVwb3J0LnR4dHP393dxHwYYAFBLAwQUAAAACADyg35dqVS2nQkAAADIAAAA',
        'CQAAAGV2aWwxLnR4dHMN8/RxHQYYAFBLAQIUAxQAAAAIAPKDfl3vy4HUCQAAAMgAAAAKAAAAAAAAAAAAAACAAQAAAAByZXBvcnQu',
        'dHh0UEsBAhQDFAAAAAgA8oN+XalUtp0JAAAAyAAAAAkAAAAAAAAAAAAAAIABMQAAAGV2aWwxLnR4dFBLBgYsAAAAAAAAAC0ALQAA',
        'AAAAAAAAAAIAAAAAAAAAAgAAAAAAAABvAAAAAAAAAGEAAAAAAAAAUEsGBwAAAADQAAAAAAAAAAEAAABQSwUGAAAAAAEA////////',
        '/////wAA',
      ].join(''),
      'counts its entries in two ways',
    ],
  ])('that %s is refused', async (_, base64, said) => {
    const { status, body } = await put(Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0)))
    expect([status, body.message]).toEqual([400, expect.stringContaining(said)])
  })

  it('whose end counts its entries in two ways is refused', async () => {
    const zip = zipOf([GOOD, { name: 'b.txt' }])
    zip[zip.length - 22 + 8] = 1
    const { status, body } = await put(zip)
    expect([status, body.message]).toEqual([400, expect.stringContaining('counts its entries in two ways')])
  })

  it('whose comment is but a comment is taken', async () => {
    const comment = new TextEncoder().encode('PK by hand, PK')
    const zip = concat(zipOf([GOOD]).subarray(0, -2), Uint8Array.of(comment.length, 0), comment)
    expect((await put(zip)).status).toSatisfy(isStored)
  })

  it.each<[string, Uint8Array<ArrayBuffer>, RegExp]>([
    ['is none', bytesOf('not a zip at all, but long enough to be one'), /cannot be read as a zip/],
    ['is shorter than any', bytesOf('PK'), /is no zip/],
    ['is empty', zipOf([]), /has no files/],
    ['has folders alone', zipOf([{ name: 'a/', mode: 0o40755 }]), /has no files/],
    ['has nothing that can be taken', zipOf([{ name: '../x' }]), /has no file that can be taken: "..\/x"/],
    ['has entries that overlap', zipOf([GOOD, { name: 'b', told: { start: 3 } }]), /overlap/],
    ['has one entry twice at one place', zipOf([GOOD, { ...GOOD, name: 'evil.txt', told: { start: 0 } }]), /overlap/],
    ['has an entry behind its end', zipOf([{ ...GOOD, told: { start: 9_999 } }]), /overlap|cannot be read/],
    ['has an entry larger than itself', zipOf([{ ...GOOD, isDeflated: true, told: { packed: 9_999 } }]), /overlap/],
    [
      'says that four bytes unpack to a gigabyte',
      zipOf([{ ...GOOD, isDeflated: true, told: { size: 2 ** 30 } }]),
      /cannot hold/,
    ],
    ['has bytes behind it', zipOf([GOOD], { tail: bytesOf('more') }), /cannot be read as a zip/],
    [
      'has another zip behind it',
      zipOf([GOOD], { tail: zipOf([{ name: 'b', text: 'b' }]) }),
      /cannot be read as a zip/,
    ],
    ['says that it has more entries', zipOf([GOOD], { count: 2 }), /cannot be read as a zip/],
    ['says that it has fewer entries', zipOf([GOOD, { name: 'b' }], { count: 1 }), /cannot be read as a zip/],
    ['is cut off', zipOf([GOOD]).slice(0, -9), /cannot be read as a zip/],
    ['lies in its large form', zipOf([GOOD], { zip64: true, count: 5 }), /cannot be read as a zip/],
  ])('that %s is refused by name, and nothing of it stays', async (_, zip, problem) => {
    const before = (await app.stores.artifacts.list({ prefix: 'artifacts/', limit: 1_000 })).objects.length
    const { status, body } = await put(zip)
    expect([status, body]).toEqual([
      400,
      expect.objectContaining({ code: 'invalid_input', message: expect.stringMatching(problem) }),
    ])
    const after = (await app.stores.artifacts.list({ prefix: 'artifacts/', limit: 1_000 })).objects.length
    expect(after).toBe(before)
  })

  it('in the large form is taken', async () => {
    const { node } = await put(zipOf([GOOD], { zip64: true }))
    expect(await (await download(node, 'good.txt')).text()).toBe('good')
  })

  it.each([
    ['says so at its end', new Uint8Array()],
    ['says so before a comment', bytesOf('a comment')],
  ])('with more entries than are taken is refused where it %s', async (_, comment) => {
    const zip = zipOf(Array.from({ length: 50_001 }, (_, i) => ({ name: `f${i}` })))
    const length = Uint8Array.of(comment.length, 0)
    const { status, body } = await put(concat(zip.subarray(0, -2), length, comment))
    expect([status, body.message]).toEqual([400, expect.stringContaining('has more than 50000 entries')])
  })

  it('with a million entries by its ZIP64 end is refused before they are read', async () => {
    const { status, body } = await put(zipOf([GOOD], { zip64: true, count: 1_000_000 }))
    expect([status, body.message]).toEqual([400, expect.stringContaining('has more than 50000 entries')])
  })
})

describe('bytes that are not what the zip says', () => {
  const broken = async (part: ZipPart) => {
    const { node, status } = await put(zipOf([GOOD, part]))
    expect(status).toSatisfy(isStored)
    expect(await (await download(node, 'good.txt')).text()).toBe('good')
    return download(node, part.name as string)
  }
  it.each<[string, ZipPart]>([
    ['no header', { name: 'x', text: 'x', local: { signature: 0 } }],
    ['another way of packing', { name: 'x', text: 'x', local: { method: 8 } }],
    ['another size before them', { name: 'x', text: 'xxx', local: { size: 1, packed: 1 } }],
    ['another CRC before them', { name: 'x', text: 'xxx', local: { crc: 1 } }],
    [
      'a size in a field that is not there',
      { name: 'x', text: 'xxx', local: { size: 0xffffffff, packed: 0xffffffff } },
    ],
    ['a longer name before them', { name: 'x', text: 'x', local: { extra: 9 }, told: { packed: 9, size: 9 } }],
  ])('with %s are refused before the first byte', async (_, part) => {
    const answer = await put(zipOf([GOOD, part]))
    if (answer.status === 400) return expect(answer.body.message).toMatch(/overlap/)
    const response = await download(answer.node, 'x')
    expect([response.status, await response.json()]).toEqual([422, expect.objectContaining({ code: 'pack_broken' })])
  })

  it.each<[string, ZipPart]>([
    ['another CRC', { name: 'x', text: 'x'.repeat(100), told: { crc: 1 } }],
    ['another CRC, packed', { name: 'x', text: 'x'.repeat(100), isDeflated: true, told: { crc: 1 } }],
    ['more bytes than they should', { name: 'x', text: 'x'.repeat(100), isDeflated: true, told: { size: 50 } }],
    ['fewer bytes than they should', { name: 'x', text: 'x'.repeat(100), isDeflated: true, told: { size: 200 } }],
  ])('with %s break the download off', async (_, part) => {
    const response = await broken(part)
    expect(response.status).toBe(200)
    await expect(response.arrayBuffer()).rejects.toThrow()
  })
})
