import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { toBase64Url } from '../../../src/domain/formats/encoding.ts'
import { seedProject, seedToken } from '../../support/seed/seed.ts'
import { openTestApp, type TestApp } from '../../support/worker/app.ts'
import { reportBuild } from '../../support/worker/as-instance.ts'
import { type Ask, ask, askJson } from '../../support/worker/client.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { reportOf, seedArtifact, seedWorld, type World } from '../../support/worker/world.ts'

let stores: TestStores
let world: World
beforeAll(async () => {
  stores = await openTestStores()
  world = await seedWorld(stores, 'private')
})

const FILE = '/output/job'
const fileOf = ({ build }: World, path = 'out/report.txt') => `${FILE}/${build.id}/artifacts/0/${path}`
const local = (response: Response) => (response.headers.get('Location') ?? '').replace('https://builds.test', '')
/** The signed URL of the world's artifact, for a token. */
async function signedFor(token: string | null, path = fileOf(world), via: typeof ask = ask): Promise<string> {
  const response = await via(path, { token })
  expect(response.status).toBe(302)
  return local(response)
}

describe('the listed URL of an artifact', () => {
  it('leads with 302 to a signed one without a token in it, which nobody keeps', async () => {
    const response = await ask(`${fileOf(world)}?circle-token=${world.secrets['view-builds']}`)
    expect([response.status, response.headers.get('Cache-Control')]).toEqual([302, 'no-store'])
    expect(response.headers.get('Referrer-Policy')).toBe('no-referrer')
    expect(local(response)).toMatch(/^\/download\/[\w-]+\.[\w-]{43}\/report\.txt$/)
    expect(decodedTicket(local(response))).not.toContain(world.secrets['view-builds'])
  })

  it('leads to the configured host for downloads', async () => {
    const app = await openTestApp({ vars: { DOWNLOAD_ORIGIN: 'https://files.example' } })
    const response = await app.ask(fileOf(world), { token: world.secrets.all })
    expect(response.headers.get('Location')).toMatch(/^https:\/\/files\.example\/download\//)
  })

  it('stands on PUBLIC_ORIGIN in lists', async () => {
    const app = await openTestApp({ vars: { PUBLIC_ORIGIN: 'https://ci.example.com' } })
    const response = await app.ask(`/api/v1.1/project/${world.slug}/1/artifacts`, { token: world.secrets.all })
    expect(await response.json()).toEqual([
      {
        path: 'out/report.txt',
        pretty_path: 'out/report.txt',
        node_index: 0,
        url: `https://ci.example.com/output/job/${world.build.id}/artifacts/0/out/report.txt`,
      },
    ])
  })

  it.each([
    ['another path', () => fileOf(world, 'absent.txt'), 404, 'Artifact not found'],
    ['another node', () => fileOf(world).replace('/0/', '/1/'), 404, 'Artifact not found'],
    ['a node written otherwise', () => fileOf(world).replace('/0/', '/00/'), 404, 'Artifact not found'],
    ['a node that is none', () => fileOf(world).replace('/0/', '/x/'), 404, 'Artifact not found'],
    ['another job', () => fileOf(world).replace(world.build.id, crypto.randomUUID()), 404, 'Project not found'],
    ['a path out of the build', () => fileOf(world, '..%2F..%2Fx'), 400, 'path: must not have a "." or ".." segment'],
  ])('with %s is refused', async (_, path, status, message) => {
    const response = await ask(path(), { token: world.secrets.all })
    expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({ message })])
  })
})

function replace(app: TestApp, { slug, secrets }: World): Promise<Response> {
  return app.ask(`/api/buildpass/v1/projects/${slug}/builds/1/artifacts/out/report.txt?overwrite=true`, {
    method: 'PUT',
    token: secrets.admin,
    body: 'other',
    headers: { 'Content-Length': '5' },
  })
}

describe('the listed URL of an artifact, asked for again', () => {
  it('costs no storage operation within five seconds', async () => {
    const app = await openTestApp()
    const own = await seedWorld(app.stores, 'private')
    // The first of all brings the feed, too, and is signed before it is there.
    await app.ask(fileOf(own), { token: own.secrets.all })
    const first = await app.ask(fileOf(own), { token: own.secrets.all })
    await app.stores.settled()
    app.stores.resetCounts()
    const again = await app.ask(fileOf(own), { token: own.secrets.all })
    expect([again.status, again.headers.get('Location')]).toEqual([302, first.headers.get('Location')])
    expect(app.stores.counts).toEqual({ d1: 0, kvGets: 0, kvPuts: 0, cacheMatches: 0, cachePuts: 0 })
  })

  it('is signed anew once something ended', async () => {
    const app = await openTestApp()
    const own = await seedWorld(app.stores, 'private')
    const locate = async () => (await app.ask(fileOf(own), { token: own.secrets.all })).headers.get('Location')
    await locate()
    const before = await locate()
    const ended = await app.ask('/api/buildpass/v1/token', { method: 'DELETE', token: own.secrets.member })
    expect([ended.status, await locate()]).toEqual([200, expect.not.stringMatching(before ?? '')])
  })

  it('leads to bytes that were replaced elsewhere five seconds later at most', async () => {
    const app = await openTestApp()
    const other = await openTestApp({ stores: await openTestStores({ beside: app.stores }) })
    const own = await seedWorld(app.stores, 'private')
    const read = async () => (await app.ask(local(await app.ask(fileOf(own), { token: own.secrets.all })))).text()
    expect(await read()).toBe('hello')
    expect((await replace(other, own)).status).toBe(200)
    app.stores.clock.advance(5_000)
    expect(await read()).toBe('other')
  })

  it('leads each asker to a signature of its own', async () => {
    const app = await openTestApp()
    const own = await seedWorld(app.stores, 'private')
    const locations = new Set<string | null>()
    for (const asker of ['all', 'view-builds', 'admin'] as const)
      locations.add((await app.ask(fileOf(own), { token: own.secrets[asker] })).headers.get('Location'))
    expect(locations.size).toBe(3)
  })

  it('is refused to a status token and to a stranger, although others were just let through', async () => {
    const app = await openTestApp()
    const own = await seedWorld(app.stores, 'private')
    expect((await app.ask(fileOf(own), { token: own.secrets.all })).status).toBe(302)
    expect((await app.ask(fileOf(own), { token: own.secrets.status })).status).toBe(403)
    expect((await app.ask(fileOf(own), { token: null })).status).toBe(404)
  })

  it('leads to the new bytes at once when they were replaced here', async () => {
    const app = await openTestApp()
    const own = await seedWorld(app.stores, 'private')
    const read = async () => {
      const response = await app.ask(fileOf(own), { token: own.secrets.all })
      return (await app.ask(local(response))).text()
    }
    expect(await read()).toBe('hello')
    expect([(await replace(app, own)).status, await read()]).toEqual([200, 'other'])
  })

  it('is not opened by a token of the project that took over the name', async () => {
    const app = await openTestApp()
    const { stores } = app
    const own = await seedWorld(stores, 'private')
    expect((await app.ask(fileOf(own), { token: own.secrets.all })).status).toBe(302)
    const gone = await app.ask(`/api/buildpass/v1/projects/${own.slug}`, { method: 'DELETE', token: own.secrets.admin })
    expect(gone.status).toBe(200)
    const heir = await seedProject(stores.db, { slug: own.slug })
    const { secret } = await seedToken(stores, { kind: 'project', project: heir, scope: 'all' })
    expect((await app.ask(fileOf(own), { token: secret })).status).toBe(404)
  })
})

describe('the time of a file', () => {
  const SECOND = 1_800_000_000_000

  async function uploaded() {
    const app = await openTestApp()
    app.stores.clock.now = SECOND + 100
    const own = await seedWorld(app.stores, 'private')
    /** As curl and wget ask: both of the addresses are sent the same headers. */
    const read = async (path = fileOf(own), headers: Record<string, string> = {}) => {
      const response = await app.ask(path, { token: own.secrets.all, headers })
      expect(response.status).toBe(302)
      return app.ask(local(response), { headers })
    }
    const dateOf = async (path?: string) => (await read(path)).headers.get('Last-Modified') ?? ''
    return { app, own, read, dateOf }
  }

  it('is when it was uploaded', async () => {
    const { app, read, dateOf } = await uploaded()
    expect(await dateOf()).toBe(new Date(SECOND).toUTCString())
    app.stores.clock.advance(7_000)
    expect(await dateOf()).toBe(new Date(SECOND).toUTCString())
    expect((await read(undefined, { 'If-Modified-Since': await dateOf() })).status).toBe(304)
  })

  it('is another one when other bytes took its place, even within the second', async () => {
    const { app, own, read, dateOf } = await uploaded()
    const before = await dateOf()
    expect((await replace(app, own)).status).toBe(200)
    const since = { 'If-Modified-Since': before }
    const modified = async () => [(await read(undefined, since)).status, await (await read(undefined, since)).text()]
    expect(await modified()).toEqual([200, 'other'])
    // Not in the future, and never the time of other bytes once it is there.
    expect(await dateOf()).toBe(before)
    app.stores.clock.advance(60_000)
    expect(await modified()).toEqual([200, 'other'])
    const after = await dateOf()
    expect(after).toBe(new Date(SECOND + 1_000).toUTCString())
    expect((await read(undefined, { 'If-Modified-Since': after })).status).toBe(304)
    expect((await read(undefined, { 'If-Range': before, Range: 'bytes=0-0' })).status).toBe(200)
  })

  it('is now at the address of the latest, where an older file may take its place', async () => {
    const { app, own, read, dateOf } = await uploaded()
    const latest = `/api/v1.1/project/${own.slug}/latest/artifacts/0/out/report.txt?filter=successful`
    app.stores.clock.advance(9_000)
    expect(await dateOf(latest)).toBe(new Date(SECOND + 9_000).toUTCString())
    expect((await read(latest, { 'If-Modified-Since': await dateOf(latest) })).status).toBe(200)
    const etag = (await read(latest)).headers.get('ETag') ?? ''
    expect((await read(latest, { 'If-None-Match': etag })).status).toBe(304)
  })
})

describe('the signed URL', () => {
  const get = async (headers: Record<string, string> = {}, more: Ask = {}) =>
    ask(await signedFor(world.secrets.all), { headers, ...more })

  it('gives the bytes as an attachment that runs nothing', async () => {
    const response = await get()
    expect([response.status, await response.text()]).toEqual([200, 'hello'])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/plain',
      'content-length': '5',
      'content-disposition': `attachment; filename="report.txt"; filename*=UTF-8''report.txt`,
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-cache',
      'content-security-policy': 'sandbox',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
  })

  it('ignores any credential, a bad one too', async () => {
    const bad: Record<string, string>[] = [
      { 'Circle-Token': 'nonsense' },
      { Authorization: 'Bearer nonsense' },
      { Authorization: 'Basic x' },
    ]
    for (const headers of bad) expect((await get(headers)).status).toBe(200)
  })

  it.each([
    ['bytes=0-1', 206, 'he', 'bytes 0-1/5'],
    ['bytes=2-', 206, 'llo', 'bytes 2-4/5'],
    ['bytes=-2', 206, 'lo', 'bytes 3-4/5'],
    ['bytes=3-99', 206, 'lo', 'bytes 3-4/5'],
    ['bytes=0-0,2-3', 200, 'hello', null],
    ['lines=1-2', 200, 'hello', null],
  ])('with Range: %s answers %i', async (range, status, text, contentRange) => {
    const response = await get({ Range: range })
    expect([response.status, await response.text()]).toEqual([status, text])
    expect(response.headers.get('Content-Range')).toBe(contentRange)
    expect(response.headers.get('Content-Length')).toBe(String(text.length))
  })

  it('with a Range beyond the end is 416 and tells the size', async () => {
    const response = await get({ Range: 'bytes=5-' })
    expect([response.status, response.headers.get('Content-Range')]).toEqual([416, 'bytes */5'])
  })

  it('with If-Range gives the part only of the very same bytes', async () => {
    const etag = (await get()).headers.get('ETag') ?? ''
    const range = { Range: 'bytes=0-1' }
    expect((await get({ ...range, 'If-Range': etag })).status).toBe(206)
    for (const other of ['"other"', `W/${etag}`, 'Wed, 21 Oct 2026 07:28:00 GMT'])
      expect((await get({ ...range, 'If-Range': other })).status, other).toBe(200)
  })

  it('with If-None-Match is 304 without a body', async () => {
    const etag = (await get()).headers.get('ETag') ?? ''
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const response = await get({ 'If-None-Match': known, Range: 'bytes=0-1' })
      expect([response.status, await response.text(), response.headers.get('ETag')], known).toEqual([304, '', etag])
      expect(response.headers.get('Cache-Control')).toBe('private, no-cache')
    }
    expect((await get({ 'If-None-Match': '"other"' })).status).toBe(200)
  })

  it.each<[Record<string, string>, number]>([
    [{ 'If-Match': '"old"' }, 412],
    [{ 'If-Match': '"old"', Range: 'bytes=0-1' }, 412],
    [{ 'If-Match': '"old"', Range: 'bytes=99-' }, 412],
    [{ 'If-Unmodified-Since': 'Sun, 06 Nov 1994 08:49:37 GMT' }, 412],
    [{ 'If-Unmodified-Since': 'Sun, 06 Nov 1994 08:49:37 GMT', Range: 'bytes=0-1' }, 412],
    [{ 'If-Unmodified-Since': 'Sun, 06 Nov 2094 08:49:37 GMT' }, 200],
    [{ 'If-Modified-Since': 'Sun, 06 Nov 1994 08:49:37 GMT' }, 200],
    [{ 'If-Modified-Since': 'Sun, 06 Nov 1994 08:49:37 GMT', Range: 'bytes=0-1' }, 206],
    [{ 'If-None-Match': '"other"', 'If-Modified-Since': 'Sun, 06 Nov 2094 08:49:37 GMT' }, 200],
  ])('with %j is %i', async (headers, status) => {
    const response = await get(headers)
    expect(response.status).toBe(status)
    if (status === 412)
      expect(await response.json()).toEqual({
        message: 'This is not the version that was asked for.',
        code: 'precondition_failed',
      })
  })

  it('with the tag or the date that it told goes on', async () => {
    const { headers } = await get()
    const [etag, date] = [headers.get('ETag') ?? '', headers.get('Last-Modified') ?? '']
    const range = { Range: 'bytes=0-1' }
    expect((await get({ 'If-Match': `"x", ${etag}`, ...range })).status).toBe(206)
    expect((await get({ 'If-Unmodified-Since': date, ...range })).status).toBe(206)
    expect((await get({ 'If-Range': date, ...range })).status).toBe(206)
    expect((await get({ 'If-Modified-Since': date })).status).toBe(304)
    expect((await get({ 'If-Modified-Since': date }, { method: 'HEAD' })).status).toBe(304)
  })

  it('answers HEAD with the headers alone', async () => {
    const response = await get({}, { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(response.headers.get('Content-Length')).toBe('5')
    expect(response.headers.get('Content-Type')).toBe('text/plain')
  })

  it.each(['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/plain'])(
    'shows %s inline only where downloads are another site',
    async (contentType) => {
      await env.DB.prepare('update artifacts set content_type = ? where build_id = ?')
        .bind(contentType, world.build.id)
        .run()
      const disposition = async (origin: string) => {
        const app = await openTestApp({ vars: { DOWNLOAD_ORIGIN: origin, PUBLIC_ORIGIN: 'https://builds.test' } })
        const { headers } = await app.ask(fileOf(world), { token: world.secrets.all })
        const url = (headers.get('Location') ?? '').replace(origin || 'https://builds.test', '')
        return (await app.ask(url)).headers.get('Content-Disposition')?.split(';')[0]
      }
      expect(await disposition('')).toBe('attachment')
      expect(await disposition('https://files.builds.test')).toBe('attachment')
      expect(await disposition('https://files.example')).toBe('inline')
      await env.DB.prepare("update artifacts set content_type = 'text/plain' where build_id = ?")
        .bind(world.build.id)
        .run()
    },
  )

  it('whose object is gone is 404, and whose bucket fails is 503 with Retry-After', async () => {
    const app = await openTestApp()
    const path = await signedFor(world.secrets.all, fileOf(world), app.ask)
    const bucket = app.stores.artifacts
    const answering = (answer: () => Promise<null>) =>
      Object.assign(app.stores, { artifacts: { ...bucket, get: answer, head: answer } })
    answering(async () => null)
    for (const method of ['GET', 'HEAD']) expect((await app.ask(path, { method })).status).toBe(404)
    answering(async () => {
      throw new Error('get: internal error (10001)')
    })
    for (const method of ['GET', 'HEAD']) {
      const response = await app.ask(path, { method })
      expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5'])
    }
    expect((await app.ask(path, { headers: { Range: 'bytes=0-1' } })).status).toBe(503)
  })

  it('is 404 under any name but the file’s own', async () => {
    const { project, build } = world
    await seedArtifact(stores, project, build, { path: 'out/a b%2.txt', text: 'hello' })
    const path = await signedFor(world.secrets.all, fileOf(world, 'out/a%20b%252.txt'))
    const ticket = path.slice(0, path.lastIndexOf('/'))
    expect(await (await ask(path)).text()).toBe('hello')
    for (const name of [
      'other-name',
      'report.txt',
      'a%20b%252.TXT',
      'a%20b%2525.txt',
      'a+b%252.txt',
      'a%20b%252.txt.html',
    ])
      for (const method of ['GET', 'HEAD'])
        expect([name, (await ask(`${ticket}/${name}`, { method })).status]).toEqual([name, 404])
    expect((await ask(`${ticket}/`)).status).toBe(404)
    expect((await ask(`${path}/more`)).status).toBe(404)
  })

  it('with another ticket is 403 with words', async () => {
    const path = await signedFor(world.secrets.all)
    const [, , ticket = '', name] = path.split('/')
    const [body = '', mac = ''] = ticket.split('.')
    const forged = toBase64Url(
      new TextEncoder().encode(JSON.stringify({ ...JSON.parse(decodedTicket(path)), fileName: 'evil.html' })),
    )
    for (const other of [`${forged}.${mac}`, `${body}.${'A'.repeat(43)}`, body, `${body}.`, 'x.y', `${ticket}x`]) {
      const response = await ask(`/download/${other}/${name}`)
      expect([response.status, await response.text()], other).toEqual([
        403,
        expect.stringContaining('not valid (any more)'),
      ])
    }
  })

  it('begins for 60 s, and no longer than the token that asked', async () => {
    const app = await openTestApp()
    const path = await signedFor(world.secrets.all, fileOf(world), app.ask)
    app.stores.clock.advance(59_999)
    expect((await app.ask(path)).status).toBe(200)
    app.stores.clock.advance(1)
    expect((await app.ask(path)).status).toBe(403)
    const made = await (
      await app.ask(`/api/v1.1/project/${world.slug}/token`, {
        method: 'POST',
        token: world.secrets.admin,
        json: { label: 'x', scope: 'all', expires_at: new Date(app.stores.now() + 20_000).toISOString() },
      })
    ).json<{ token: string }>()
    const short = await signedFor(made.token, fileOf(world), app.ask)
    app.stores.clock.advance(19_999)
    expect((await app.ask(short)).status).toBe(200)
    app.stores.clock.advance(1)
    expect((await app.ask(short)).status).toBe(403)
  })
})

describe('what was opened by somebody', () => {
  const asks: readonly [string, (w: World) => string | null, (w: World) => Promise<Response>][] = [
    [
      'a token that is deleted',
      (w) => w.secrets.all,
      (w) => ask(`/api/v1.1/project/${w.slug}/token/${w.secrets.all}`, { method: 'DELETE', token: w.secrets.admin }),
    ],
    [
      'a member who is removed',
      (w) => w.secrets.member,
      (w) =>
        ask(`/api/buildpass/v1/projects/${w.slug}/members/${w.users.member.login}`, {
          method: 'DELETE',
          token: w.secrets.admin,
        }),
    ],
    [
      'a token of a project that is deleted',
      (w) => w.secrets.all,
      (w) => ask(`/api/buildpass/v1/projects/${w.slug}`, { method: 'DELETE', token: w.secrets.admin }),
    ],
    [
      'nobody, of a project that turns private',
      () => null,
      (w) =>
        ask(`/api/buildpass/v1/projects/${w.slug}`, {
          method: 'PATCH',
          token: w.secrets.admin,
          json: { visibility: 'private' },
        }),
    ],
    [
      'a stranger, of a project that turns private',
      (w) => w.secrets.stranger,
      (w) =>
        ask(`/api/buildpass/v1/projects/${w.slug}`, {
          method: 'PATCH',
          token: w.secrets.admin,
          json: { visibility: 'private' },
        }),
    ],
  ]

  it.each(asks)('%s: the signed URL ends at once where that was done', async (name, token, end) => {
    const w = await seedWorld(stores, name.includes('private') ? 'public' : 'private')
    const path = await signedFor(token(w), fileOf(w))
    expect((await ask(path)).status).toBe(200)
    expect((await end(w)).status).toBe(200)
    const response = await ask(path)
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('not valid')])
  })

  it.each(asks)('%s: the signed URL ends within 10 s elsewhere', async (name, token, end) => {
    const w = await seedWorld(stores, name.includes('private') ? 'public' : 'private')
    const elsewhere = await openTestApp()
    const path = await signedFor(token(w), fileOf(w), elsewhere.ask)
    expect((await elsewhere.ask(path)).status).toBe(200)
    await end(w)
    elsewhere.stores.clock.advance(10_000)
    expect((await elsewhere.ask(path)).status).toBe(403)
  })

  it('a user who is deleted in the database: the signed URL ends within 10 s', async () => {
    const w = await seedWorld(stores, 'private')
    const app = await openTestApp()
    const path = await signedFor(w.secrets.member, fileOf(w), app.ask)
    await env.DB.prepare('delete from users where id = ?').bind(w.users.member.id).run()
    app.stores.clock.advance(10_000)
    expect((await app.ask(path)).status).toBe(403)
  })

  it('somebody whose database is away for longer than the bound: 503, not 403', async () => {
    const app = await openTestApp({ vars: { OUTAGE_GRACE_SECONDS: '0' }, stores: await openTestStores({ graceMs: 0 }) })
    const path = await signedFor(world.secrets.all, fileOf(world), app.ask)
    app.stores.clock.advance(11_000)
    app.stores.faults.beforeD1 = async () => {
      throw new Error('D1_ERROR: Network connection lost.')
    }
    const response = await app.ask(path)
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5'])
  })

  it('another member’s change does not end it', async () => {
    const w = await seedWorld(stores, 'private')
    const path = await signedFor(w.secrets.all, fileOf(w))
    await ask(`/api/buildpass/v1/projects/${w.slug}/members/${w.users.member.login}`, {
      method: 'DELETE',
      token: w.secrets.admin,
    })
    expect((await ask(path)).status).toBe(200)
  })
})

describe('the stable links', () => {
  let w: World
  const builds: { num: number }[] = []
  beforeAll(async () => {
    w = await seedWorld(stores, 'private')
    const rows = [
      { branch: 'main', status: 'success', path: 'app.zip', job: 'build', workflow: 'ci' },
      { branch: 'main', status: 'failed', path: 'app.zip', job: 'build', workflow: 'ci' },
      { branch: 'dev/x', status: 'success', path: 'app.zip', job: 'build', workflow: 'nightly' },
      { branch: 'main', status: 'success', path: null, job: 'deploy', workflow: 'ci' },
    ] as const
    for (const [i, { branch, status, path, job, workflow }] of rows.entries()) {
      const report = reportOf({
        status,
        jobName: job,
        workflow: { externalId: 'w', name: workflow },
        pipeline: { externalId: `p${i + 10}`, branch },
      })
      const reported = await reportBuild(stores, w.project.id, report)
      if (!('build' in reported)) throw new Error(reported.kind)
      builds.push(reported.build)
      if (path) await seedArtifact(stores, w.project, reported.build, { path, text: `${branch} ${status}` })
    }
  })
  const v1 = (rest: string) => `/api/v1.1/project/${w.slug}${rest}`
  const at = async (rest: string) => {
    const response = await ask(v1(rest), { token: w.secrets.all })
    return response.status === 302 ? (await ask(local(response))).text() : response.status
  }

  it.each([
    ['/2/artifacts/0/app.zip', 'main success'],
    ['/3/artifacts/0/app.zip', 'main failed'],
    ['/5/artifacts/0/app.zip', 404],
    ['/99/artifacts/0/app.zip', 404],
    ['/latest/artifacts/0/app.zip', 'dev/x success'],
    ['/latest/artifacts/0/app.zip?branch=', 'dev/x success'],
    ['/latest/artifacts/0/app.zip?branch=main', 'main failed'],
    ['/latest/artifacts/0/app.zip?branch=main&filter=successful', 'main success'],
    ['/latest/artifacts/0/app.zip?branch=main&filter=None', 'main failed'],
    ['/latest/artifacts/0/app.zip?branch=dev%2Fx', 'dev/x success'],
    ['/latest/artifacts/0/app.zip?branch=absent', 404],
    ['/latest/artifacts/1/app.zip', 404],
  ])('%s gives %s', async (rest, expected) => expect(await at(rest)).toBe(expected))

  it.each<[string, readonly string[] | number, string?]>([
    // The newest build of main has none, and the newest that has is not the newest that passed.
    ['/latest/artifacts', ['app.zip'], 'dev/x success'],
    ['/latest/artifacts?branch=&filter=&job=&workflow=', ['app.zip'], 'dev/x success'],
    ['/latest/artifacts?branch=main', ['app.zip'], 'main failed'],
    ['/latest/artifacts?branch=main&filter=successful', ['app.zip'], 'main success'],
    ['/latest/artifacts?branch=main&job=build&filter=successful', ['app.zip'], 'main success'],
    ['/latest/artifacts?job=deploy', []],
    ['/latest/artifacts?branch=main&job=build', ['app.zip']],
    ['/latest/artifacts?workflow=nightly', ['app.zip']],
    ['/latest/artifacts?branch=main&filter=failed', ['app.zip']],
    ['/latest/artifacts?branch=absent', 404],
    ['/latest/artifacts?job=absent', 404],
  ])('%s lists %j', async (rest, paths, text) => {
    const response = await ask(v1(rest), { token: w.secrets.all })
    if (typeof paths === 'number') {
      expect([response.status, await response.text()]).toEqual([
        paths,
        '{"message":"Build not found","code":"build_not_found"}',
      ])
      return
    }
    const listed = await response.json<{ path: string; url: string }[]>()
    expect(listed.map(({ path }) => path)).toEqual(paths)
    if (text === undefined) return
    const { pathname } = new URL(listed[0]?.url ?? '')
    expect(await (await ask(local(await ask(pathname, { token: w.secrets.all })))).text()).toBe(text)
  })

  it('answer under /api/v1 too, where no vcs means GitHub', async () => {
    const path = `/api/v1/project/${w.project.org}/${w.project.repo}/latest/artifacts/0/app.zip?branch=main`
    expect((await ask(path, { token: w.secrets.all })).status).toBe(302)
    const listed = await askJson(path.replace('/0/app.zip', ''), { token: w.secrets.all })
    expect(listed).toMatchObject([{ path: 'app.zip' }])
  })

  it('may be asked by HEAD', async () => {
    const response = await ask(v1('/latest/artifacts/0/app.zip'), { method: 'HEAD', token: w.secrets.all })
    expect([response.status, await response.text()]).toEqual([302, ''])
    expect(local(response)).toMatch(/^\/download\//)
  })
})

function decodedTicket(path: string): string {
  const body = path.split('/')[2]?.split('.')[0] ?? ''
  return atob(body.replace(/-/g, '+').replace(/_/g, '/'))
}
