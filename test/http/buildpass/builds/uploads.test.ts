import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { encodePath } from '../../../../src/domain/artifacts/artifact.ts'
import { openTestApp } from '../../../support/worker/app.ts'
import { type Ask, ask, askJson } from '../../../support/worker/client.ts'
import { openTestStores } from '../../../support/worker/stores.ts'
import { seedWorld, type World } from '../../../support/worker/world.ts'

let world: World
let uploads: string
beforeAll(async () => {
  world = await seedWorld(await openTestStores(), 'private')
  uploads = `/api/buildpass/v1/projects/${world.slug}/builds/1/artifacts`
})

const bytesOf = (body: string | Uint8Array) => (typeof body === 'string' ? new TextEncoder().encode(body) : body)
async function sha256(body: string | Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(body) as BufferSource))
}
const hexOf = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const withAndWithoutDigest = async (body: string | Uint8Array): Promise<Record<string, string>[]> => [
  {},
  { 'Repr-Digest': await digestOf(body) },
]
const digestOf = async (body: string | Uint8Array) => `sha-256=:${btoa(String.fromCharCode(...(await sha256(body))))}:`

const put = (path: string, body: BodyInit, { query = '', headers = {}, ...more }: Ask & { query?: string } = {}) =>
  ask(`${uploads}/${path}${query}`, {
    method: 'PUT',
    token: world.secrets.member,
    body,
    headers: { 'Content-Type': 'text/plain', ...headers },
    ...more,
  })
const message = async (response: Response) => [response.status, (await response.json<{ message: string }>()).message]

/** The bytes behind a listed URL, as a client that follows redirects gets them. */
async function download(url: string, headers: Record<string, string> = {}): Promise<Response> {
  const path = url.replace('https://builds.test', '')
  const redirect = await ask(path, { token: world.secrets.all })
  expect(redirect.status).toBe(302)
  return ask((redirect.headers.get('Location') ?? '').replace('https://builds.test', ''), { headers })
}
const list = () => askJson(`/api/v1.1/project/${world.slug}/1/artifacts`, { token: world.secrets.all })
const objects = async () => (await env.ARTIFACTS.list({ prefix: `artifacts/${world.project.id}/` })).objects.length

describe('an upload', () => {
  it('with a digest is stored, answered with what is stored, and downloads byte for byte', async () => {
    const body = crypto.getRandomValues(new Uint8Array(60_000))
    const response = await put('bin/app', body, {
      headers: { 'Content-Type': 'application/octet-stream', 'Repr-Digest': await digestOf(body) },
    })
    expect(response.status).toBe(201)
    const stored = await response.json<Record<string, string>>()
    expect(stored).toEqual({
      path: 'bin/app',
      node_index: 0,
      size: 60_000,
      digest: `sha256:${hexOf(await sha256(body))}`,
      sha256: hexOf(await sha256(body)),
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      content_type: 'application/octet-stream',
      pack: null,
      url: `https://builds.test/output/job/${world.build.id}/artifacts/0/bin/app`,
    })
    const bytes = new Uint8Array(await (await download(stored.url ?? '')).arrayBuffer())
    expect(hexOf(bytes)).toBe(hexOf(body))
  })

  it.each(['Repr-Digest', 'Content-Digest'])(
    'with a %s of other bytes is 400 and keeps neither row nor object',
    async (name) => {
      const before = [await list(), await objects()]
      const response = await put('bad.txt', 'hello', { headers: { [name]: await digestOf('other') } })
      expect(await message(response)).toEqual([400, 'Repr-Digest: does not match the bytes that were sent'])
      expect([await list(), await objects()]).toEqual(before)
    },
  )

  it('with a digest of another algorithm only is taken; with a malformed one it is 400', async () => {
    expect((await put('md5.txt', 'x', { headers: { 'Repr-Digest': 'md5=:AAAA:' } })).status).toBe(201)
    const both = `md5=:AAAA:, ${await digestOf('other')}`
    expect((await put('both.txt', 'x', { headers: { 'Repr-Digest': both } })).status).toBe(400)
    for (const header of ['sha-256=nonsense', 'sha-256=:AAAA:', '', 'sha-256'])
      expect(await message(await put('bad.txt', 'x', { headers: { 'Repr-Digest': header } }))).toEqual([
        400,
        'Repr-Digest: must be like sha-256=:<base64>:',
      ])
  })

  it('without a Content-Length is 411', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('hello'))
        controller.close()
      },
    })
    expect(await message(await put('chunked.txt', body))).toEqual([411, 'Content-Length is required.'])
  })

  it('said to be larger than 5 GiB is 413', async () => {
    const { ask } = await openTestApp()
    const response = await ask(`${uploads}/huge`, {
      method: 'PUT',
      token: world.secrets.member,
      body: 'x',
      headers: { 'Content-Length': String(5 * 1024 ** 3 + 1) },
    })
    expect(await message(response)).toEqual([413, expect.stringContaining('5368709120')])
  })

  it.each([3, 7])('of 5 bytes said to be %i is 400 and keeps nothing', async (length) => {
    const { ask } = await openTestApp()
    const before = [await list(), await objects()]
    for (const digest of await withAndWithoutDigest('hello')) {
      const headers = { 'Content-Length': String(length), ...digest }
      const response = await ask(`${uploads}/short`, {
        method: 'PUT',
        token: world.secrets.member,
        body: 'hello',
        headers,
      })
      expect(await message(response)).toEqual([400, 'Content-Length: does not match the bytes that were sent'])
    }
    expect([await list(), await objects()]).toEqual(before)
  })

  it('of an empty file is stored and downloads empty', async () => {
    for (const headers of await withAndWithoutDigest('')) {
      const response = await put('empty', new Uint8Array(), { headers, query: '?overwrite=true' })
      expect([201, 200]).toContain(response.status)
      const { url, size } = await response.json<{ url: string; size: number }>()
      const empty = await download(url)
      expect([size, empty.status, await empty.text(), empty.headers.get('Content-Length')]).toEqual([0, 200, '', '0'])
      expect((await download(url, { Range: 'bytes=0-' })).status).toBe(416)
    }
  })

  it('of the same bytes again is 200 with the first one, with and without a digest', async () => {
    const first = await (await put('same.txt', 'same')).json()
    const before = await objects()
    for (const headers of await withAndWithoutDigest('same')) {
      const again = await put('same.txt', 'same', { headers })
      expect([again.status, await again.json()]).toEqual([200, first])
    }
    expect(await objects()).toBe(before)
  })

  it('of other bytes is 409 and harms nothing, and with ?overwrite=true takes the place', async () => {
    const { url } = await (await put('over.txt', 'old')).json<{ url: string }>()
    const before = await objects()
    for (const headers of await withAndWithoutDigest('new')) {
      const refused = await put('over.txt', 'new', { headers })
      expect(await message(refused)).toEqual([409, expect.stringContaining('?overwrite=true')])
    }
    expect(await objects()).toBe(before)
    expect(await (await download(url)).text()).toBe('old')
    const replaced = await put('over.txt', 'new', { query: '?overwrite=true' })
    expect([replaced.status, await replaced.json()]).toEqual([200, expect.objectContaining({ url, size: 3 })])
    expect(await (await download(url)).text()).toBe('new')
  })

  it('that fails while it overwrites leaves the old bytes', async () => {
    const { url } = await (await put('keep.txt', 'old')).json<{ url: string }>()
    const failed = await put('keep.txt', 'new', {
      query: '?overwrite=true',
      headers: { 'Repr-Digest': await digestOf('xxx') },
    })
    expect(failed.status).toBe(400)
    expect(await (await download(url)).text()).toBe('old')
  })

  it('twice at once keeps one, says so to both, and leaves no object behind', async () => {
    const before = await objects()
    for (const [other, statuses] of [
      ['one', [200, 201]],
      ['two', [201, 409]],
    ] as const) {
      const path = `race-${other}.txt`
      const answers = await Promise.all([put(path, 'one'), put(path, other)])
      expect(answers.map(({ status }) => status).sort()).toEqual(statuses)
    }
    expect(await objects()).toBe(before + 2)
  })

  it('of one path from two nodes is two artifacts', async () => {
    await put('log.txt', 'zero', { query: '?node_index=0' })
    const { url } = await (await put('log.txt', 'one', { query: '?node_index=1' })).json<{ url: string }>()
    expect(url).toContain('/artifacts/1/log.txt')
    const nodes = (await list()).filter(({ path }: { path: string }) => path === 'log.txt')
    expect(nodes.map(({ node_index }: { node_index: number }) => node_index)).toEqual([0, 1])
  })

  it.each(['node_index=-1', 'node_index=10000', 'node_index=x', 'overwrite=1'])('with ?%s is 400', async (query) => {
    const response = await put('x.txt', 'x', { query: `?${query}` })
    expect(await message(response)).toEqual([400, expect.stringContaining(`${query.split('=')[0]}: must be`)])
  })

  it.each(['text', 'text/', 'text/plain; charset', 'a/b\tc', `a/${'b'.repeat(300)}`, 'text/html, text/plain'])(
    'of the content type %j is 400',
    async (type) => {
      const response = await put('x.txt', 'x', { headers: { 'Content-Type': type } })
      expect(await message(response)).toEqual([400, expect.stringContaining('Content-Type: must be a media type')])
    },
  )

  it('without a content type is application/octet-stream', async () => {
    const response = await ask(`${uploads}/typeless`, {
      method: 'PUT',
      token: world.secrets.member,
      body: new Uint8Array([1, 2]),
    })
    expect(await response.json()).toMatchObject({ content_type: 'application/octet-stream' })
  })

  it('to a build that is not there is 404', async () => {
    for (const num of ['9', 'x', '0'])
      expect(
        await message(
          await ask(uploads.replace('/1/', `/${num}/`).concat('/x'), {
            method: 'PUT',
            token: world.secrets.member,
            body: 'x',
          }),
        ),
      ).toEqual([404, 'Build not found'])
  })

  it('to a bucket that fails is 503 at once, and leaves no row', async () => {
    const app = await openTestApp()
    const failing: R2Bucket = new Proxy(env.ARTIFACTS, {
      get: (target, name) => {
        if (name === 'put') return () => Promise.reject(new Error('put: internal error (10001)'))
        const member = Reflect.get(target, name)
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
    Object.assign(app.stores, { artifacts: failing })
    const body = new Uint8Array(500_000)
    for (const headers of await withAndWithoutDigest(body)) {
      const response = await app.ask(`${uploads}/lost.bin`, {
        method: 'PUT',
        token: world.secrets.member,
        body,
        headers: { 'Content-Length': String(body.length), ...headers },
      })
      expect(response.status).toBe(503)
    }
    expect((await list()).some(({ path }: { path: string }) => path === 'lost.bin')).toBe(false)
  })
})

describe('the name of an artifact', () => {
  const names = [
    'with spaces.txt',
    'naïve – 数据 🚀.csv',
    '100% done+really #1?.txt',
    'quotes \' " ` and (brackets) *!.txt',
    'semi;colon,comma=equals&ampersand.txt',
    'back\\slash.txt',
    '%41%2F.txt',
    'a/b/../c'.replace('..', '...'),
    '.hidden',
    '~tilde@at:colon|pipe<less>.txt',
    'e\u0301 decomposed and é composed',
    'x'.repeat(1_024),
    `${'数'.repeat(341)}`,
    '"'.repeat(1_024),
    ' leading and trailing ',
  ]
  it.each(names)('may be %j', async (name) => {
    const response = await put(encodePath(name), `bytes of ${name}`)
    expect(response.status).toBe(201)
    const { url, path } = await response.json<{ url: string; path: string }>()
    expect(path).toBe(name)
    expect(new URL(url).href).toBe(url)
    const listed = (await list()).find((artifact: { path: string }) => artifact.path === name)
    expect(listed).toEqual({ path: name, pretty_path: name, node_index: 0, url })
    const file = await download(url)
    expect([file.status, await file.text()]).toEqual([200, `bytes of ${name}`])
    expect(savedName(file)).toBe(name.slice(name.lastIndexOf('/') + 1))
    const stable = `/api/v1.1/project/${world.slug}/1/artifacts/0/${encodePath(name)}`
    expect((await ask(stable, { token: world.secrets.all })).status).toBe(302)
  })

  it('composed and decomposed are two names', async () => {
    await put(encodePath('caf\u00e9'), 'composed')
    await put(encodePath('cafe\u0301'), 'decomposed')
    const names = (await list()).map(({ path }: { path: string }) => path)
    expect(names).toEqual(expect.arrayContaining(['caf\u00e9', 'cafe\u0301']))
  })

  it.each([
    ['..%2Fup', '".."'],
    ['a%2F..%2F..%2Fetc%2Fpasswd', '".."'],
    ['a/%2e%2e%2fb', '".."'],
    ['.%2Fx', '"."'],
    ['a%2F%2Fb', 'empty segment'],
    ['a//b', 'empty segment'],
    ['%2Fabsolute', 'empty segment'],
    ['trailing/', 'empty segment'],
    ['nul%00', 'control characters'],
    ['line%0Abreak', 'control characters'],
    ['x'.repeat(1_025), '1024 bytes'],
    ['%E6%95%B0'.repeat(342), '1024 bytes'],
    ['bad%FF', 'percent-encoding'],
    ['bad%', 'percent-encoding'],
  ])('may not be %s', async (path, rule) => {
    const before = [await list(), await objects()]
    expect(await message(await put(path, 'x'))).toEqual([400, expect.stringContaining(rule)])
    expect([await list(), await objects()]).toEqual(before)
  })

  it.each(['../../../../../me', 'a/%2e%2e/%2e%2e/x', '..', '%2e%2e'])(
    'that the URL itself resolves (%s) reaches nothing',
    async (path) => {
      const before = [await list(), await objects()]
      expect((await put(path, 'x')).status).toBeGreaterThanOrEqual(400)
      expect([await list(), await objects()]).toEqual(before)
    },
  )
})

/** The file name that a browser takes from Content-Disposition (RFC 6266 §4.3: the extended form goes first). */
function savedName(response: Response): string {
  const header = response.headers.get('Content-Disposition') ?? ''
  expect(header).toMatch(/^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[\w.~%-]+$/)
  return decodeURIComponent(/filename\*=UTF-8''(.*)$/.exec(header)?.[1] ?? '')
}
