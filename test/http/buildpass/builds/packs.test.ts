import { beforeAll, describe, expect, it } from 'vitest'
import { smallZip, storedZip, zipOf } from '../../../support/seed/zips.ts'
import { openTestApp, type TestApp } from '../../../support/worker/app.ts'
import { openTestStores } from '../../../support/worker/stores.ts'
import { seedArtifact, seedWorld, type World } from '../../../support/worker/world.ts'

type Artifacts = {
  items: { path: string; size: number; digest: string; content_type: string; pack: string | null; url: string }[]
}

let app: TestApp
let world: World
let own: string

beforeAll(async () => {
  app = await openTestApp({ stores: await openTestStores() })
})

/** A project of its own, with one build. */
async function begin(): Promise<void> {
  world = await seedWorld(app.stores, 'private')
  own = `/api/buildpass/v1/projects/${world.slug}/builds/1`
}

const put = (name: string, zip: Uint8Array<ArrayBuffer>, query = '') =>
  app.ask(`${own}/packs/${name}${query}`, {
    method: 'PUT',
    token: world.secrets.member,
    body: zip,
    headers: { 'Content-Length': String(zip.length) },
  })
const get = (path: string) => app.ask(path, { token: world.secrets.all })
const pathsOf = async () => ((await (await get(`${own}/artifacts`)).json()) as Artifacts).items.map(({ path }) => path)

async function download(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const redirect = await get(`/output/job/${world.build.id}/artifacts/0/${path}`)
  expect(redirect.status).toBe(302)
  const to = new URL(redirect.headers.get('Location') ?? '')
  return app.ask(to.pathname + to.search, { headers })
}

describe('a pack', () => {
  beforeAll(begin)

  it('is taken in one request, and its files are artifacts like any other', async () => {
    const zip = zipOf([
      { name: 'site/index.html', text: '<h1>hi</h1>' },
      { name: 'site/', mode: 0o40755 },
      { name: 'site/app.js', text: 'let a = 1\n'.repeat(10_000), isDeflated: true },
      { name: 'empty.txt', text: '' },
    ])
    const response = await put('dist', zip)
    expect(response.status).toBe(201)
    expect(await response.json()).toEqual({
      pack: expect.objectContaining({
        name: 'dist',
        node_index: 0,
        size: zip.length,
        files: 3,
        unpacked_size: 100_011,
      }),
      skipped: [],
    })
    const { items } = (await (await get(`${own}/artifacts`)).json()) as Artifacts
    expect(items.map(({ path, size, content_type, pack }) => [path, size, content_type, pack])).toEqual([
      ['empty.txt', 0, 'text/plain; charset=utf-8', 'dist'],
      ['out/report.txt', 5, 'text/plain', null],
      ['site/app.js', 100_000, 'text/javascript; charset=utf-8', 'dist'],
      ['site/index.html', 11, 'text/html; charset=utf-8', 'dist'],
    ])
  })

  it.each([
    ['empty.txt', ''],
    ['site/index.html', '<h1>hi</h1>'],
    ['site/app.js', 'let a = 1\n'.repeat(10_000)],
    ['out/report.txt', 'hello'],
  ])('gives %s as it was', async (path, text) => {
    const response = await download(path)
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Length')).toBe(String(text.length))
    expect(await response.text()).toBe(text)
  })

  it('is in the lists of v1.1, v2 and v3', async () => {
    const paths = ['empty.txt', 'out/report.txt', 'site/app.js', 'site/index.html']
    const v1 = (await (await get(`/api/v1.1/project/${world.slug}/1/artifacts`)).json()) as { path: string }[]
    expect(v1.map(({ path }) => path)).toEqual(paths)
    const v2 = await (await get(`/api/v2/project/${world.slug}/1/artifacts`)).json<{ items: { path: string }[] }>()
    expect(v2.items.map(({ path }) => path)).toEqual(paths)
    const v3 = await get(`/api/v3/jobs/${world.build.id}/artifacts`)
    expect(JSON.stringify(await v3.json())).toContain('site/app.js')
  })

  it('gives a part of a stored file, and all of a deflated one', async () => {
    const part = await download('site/index.html', { Range: 'bytes=4-5' })
    expect([part.status, part.headers.get('Content-Range'), await part.text()]).toEqual([206, 'bytes 4-5/11', 'hi'])
    const whole = await download('site/app.js', { Range: 'bytes=4-5' })
    expect([whole.status, whole.headers.get('Accept-Ranges')]).toEqual([200, 'none'])
    expect((await whole.text()).length).toBe(100_000)
  })

  it('knows its own version', async () => {
    const etag = (await download('site/index.html')).headers.get('ETag') ?? ''
    const again = await download('site/index.html', { 'If-None-Match': etag })
    expect(again.status).toBe(304)
  })

  it('costs one look-up and one ranged read for the link, and one ranged read for the bytes', async () => {
    const stores = await openTestStores()
    const cold = await openTestApp({ stores })
    let reads = 0
    const { artifacts } = stores
    Object.assign(stores, {
      artifacts: new Proxy(artifacts, {
        get: (target, name) =>
          name === 'get'
            ? (...args: Parameters<R2Bucket['get']>) => {
                reads += 1
                return target.get(...args)
              }
            : Reflect.get(target, name).bind(target),
      }),
    })
    await cold.ask(`/output/job/${world.build.id}/artifacts/0/out/report.txt`, { token: world.secrets.all })
    stores.resetCounts()
    reads = 0
    const link = await cold.ask(`/output/job/${world.build.id}/artifacts/0/site/app.js`, { token: world.secrets.all })
    expect([stores.counts.d1, reads]).toEqual([1, 1])
    stores.resetCounts()
    reads = 0
    const to = new URL(link.headers.get('Location') ?? '')
    expect((await (await cold.ask(to.pathname)).text()).length).toBe(100_000)
    expect([stores.counts.d1, reads]).toEqual([0, 1])
  })

  it('is the same when it is sent again, and other bytes want to be said', async () => {
    const first = storedZip({ 'again.txt': 'one' })
    expect((await put('again', first)).status).toBe(201)
    expect((await put('again', first)).status).toBe(200)
    const other = await put('again', storedZip({ 'again.txt': 'two' }))
    expect(other.status).toBe(409)
    expect(await other.json()).toMatchObject({ code: 'other_bytes' })
    expect((await put('again', storedZip({ 'again.txt': 'two' }), '?overwrite=true')).status).toBe(200)
    expect(await (await download('again.txt')).text()).toBe('two')
  })

  it('does not take the place of a file that is there, unless that is said', async () => {
    const zip = storedZip({ 'out/report.txt': 'other' })
    const refused = await put('clash', zip)
    expect([refused.status, await refused.json()]).toEqual([
      409,
      expect.objectContaining({ code: 'other_bytes', message: expect.stringContaining('"out/report.txt"') }),
    ])
    expect(await pathsOf()).toContain('out/report.txt')
    const ofPack = await put('clash', storedZip({ 'site/index.html': 'other' }))
    expect([ofPack.status, await ofPack.json()]).toEqual([
      409,
      expect.objectContaining({ message: expect.stringContaining('"site/index.html"') }),
    ])
    const loose = await app.ask(`${own}/artifacts/site/index.html`, {
      method: 'PUT',
      token: world.secrets.member,
      body: 'other',
      headers: { 'Content-Length': '5' },
    })
    expect(loose.status).toBe(409)
    expect((await put('clash', zip, '?overwrite=true')).status).toBe(201)
    expect(await (await download('out/report.txt')).text()).toBe('other')
    expect((await pathsOf()).filter((path) => path === 'out/report.txt')).toHaveLength(1)
  })

  it('can be had as it was sent', async () => {
    const zip = smallZip()
    await put('whole', zip)
    const redirect = await get(`${own}/packs/whole`)
    const { pathname } = new URL(redirect.headers.get('Location') ?? '')
    expect(new Uint8Array(await (await app.ask(pathname)).arrayBuffer())).toEqual(zip)
    const { items } = await (await get(`${own}/packs`)).json<{ items: { name: string; files: number }[] }>()
    expect(items.map(({ name, files }) => [name, files])).toContainEqual(['whole', 2])
  })
})

it('a file that is put over one of a pack is there at once', async () => {
  await begin()
  expect((await put('over', storedZip({ 'a.txt': 'packed' }))).status).toBe(201)
  expect(await (await download('a.txt')).text()).toBe('packed')
  const loose = await app.ask(`${own}/artifacts/a.txt?overwrite=true`, {
    method: 'PUT',
    token: world.secrets.member,
    body: 'loose',
    headers: { 'Content-Length': '5' },
  })
  expect(loose.status).toBe(201)
  expect(await (await download('a.txt')).text()).toBe('loose')
})

it.each(['with its digest', 'without it'])(
  'a pack that is sent again %s counts before what came after it, where that is said, and else does not',
  async (how) => {
    await begin()
    const zip = storedZip({ 'a.txt': 'first', 'b.txt': 'first' })
    const again = async (query: string) => {
      const hash = await crypto.subtle.digest('SHA-256', zip)
      const digest = `sha-256=:${btoa(String.fromCharCode(...new Uint8Array(hash)))}:`
      const headers = {
        'Content-Length': String(zip.length),
        ...(how === 'without it' ? {} : { 'Repr-Digest': digest }),
      }
      const { status } = await app.ask(`${own}/packs/first${query}`, {
        ...{ method: 'PUT', token: world.secrets.member, body: zip, headers },
      })
      return status
    }
    const texts = async () => [await (await download('a.txt')).text(), await (await download('b.txt')).text()]
    expect(await again('')).toBe(201)
    expect((await put('second', storedZip({ 'a.txt': 'second' }), '?overwrite=true')).status).toBe(201)
    const loose = { body: 'loose', headers: { 'Content-Length': '5' } }
    await app.ask(`${own}/artifacts/b.txt?overwrite=true`, { method: 'PUT', token: world.secrets.member, ...loose })
    expect(await again('')).toBe(200)
    expect(await texts()).toEqual(['second', 'loose'])
    expect(await again('?overwrite=true')).toBe(200)
    expect(await texts()).toEqual(['first', 'first'])
    expect(await pathsOf()).toEqual(['a.txt', 'b.txt', 'out/report.txt'])
  },
)

it('a pack of 50,000 files with long names is taken, and another over it where that is said', async () => {
  await begin()
  const files = Object.fromEntries(
    Array.from({ length: 50_000 }, (_, i) => [`${'folder/'.repeat(12)}${String(i).padStart(6, '0')}.json`, '']),
  )
  const zip = storedZip(files)
  expect((await put('many', zip)).status).toBe(201)
  expect((await put('others', storedZip(Object.fromEntries(Object.entries(files).slice(-9))))).status).toBe(409)
  const page = await get(`/api/v2/project/${world.slug}/1/artifacts`)
  expect((await page.json<{ items: unknown[] }>()).items).toHaveLength(1_000)
})

describe('all artifacts as one zip', () => {
  beforeAll(async () => {
    await begin()
    await put(
      'dist',
      zipOf([
        { name: 'b.js', text: 'b'.repeat(70_000), isDeflated: true },
        { name: 'a/c.txt', text: 'c' },
      ]),
    )
  })

  it('does not wait for others, which nobody reads or which broke off', async () => {
    for (let i = 0; i < 20; i++) await get(`${own}/artifacts.zip`)
    await (await get(`${own}/artifacts.zip`)).body?.cancel()
    const [one, other] = [await get(`${own}/artifacts.zip`), await get(`${own}/artifacts.zip`)]
    const size = (await other.arrayBuffer()).byteLength
    expect(size).toBeGreaterThan(300)
    expect((await one.arrayBuffer()).byteLength).toBe(size)
  })

  it('of a pattern has what matches it', async () => {
    const namesOf = async (glob: string) => {
      const zip = await get(`${own}/artifacts.zip?path=${encodeURIComponent(glob)}`)
      const text = zip.status === 200 ? await zip.text() : ''
      return ['a/c.txt', 'b.js', 'out/report.txt'].filter((name) => text.includes(name))
    }
    expect(await namesOf('**')).toEqual(['a/c.txt', 'b.js', 'out/report.txt'])
    expect(await namesOf('**/*.txt')).toEqual(['a/c.txt', 'out/report.txt'])
    expect(await namesOf('*')).toEqual(['b.js'])
    expect(await namesOf('a/?.txt')).toEqual(['a/c.txt'])
    expect((await get(`${own}/artifacts.zip?path=none`)).status).toBe(404)
  })

  it('is a zip that a pack can be made of again, with the digest of each file', async () => {
    const response = await get(`${own}/artifacts.zip`)
    expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'application/zip'])
    const zip = new Uint8Array(await response.arrayBuffer())
    await begin()
    await seedArtifact(app.stores, world.project, world.build, { path: 'x', text: 'x' })
    await app.ask(`${own}/packs/back?overwrite=true`, {
      method: 'PUT',
      token: world.secrets.member,
      body: zip,
      headers: { 'Content-Length': String(zip.length) },
    })
    expect(await pathsOf()).toEqual(['SHA256SUMS', 'a/c.txt', 'b.js', 'out/report.txt', 'x'])
    expect(await (await download('b.js')).text()).toBe('b'.repeat(70_000))
    const sums = await (await download('SHA256SUMS')).text()
    expect(sums.trimEnd().split('\n')).toEqual([
      '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824  out/report.txt',
      expect.stringMatching(/^[0-9a-f]{64} {2}b\.js$/),
      '2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6  a/c.txt',
    ])
  })
})
