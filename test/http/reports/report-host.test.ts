import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { toBase64Url } from '../../../src/domain/formats/encoding.ts'
import { seedSession, seedToken } from '../../support/seed/seed.ts'
import { openTestApp, type TestApp } from '../../support/worker/app.ts'
import { requestInitOf } from '../../support/worker/client.ts'
import { askHost, cookiesOf, enterReport, WINDOW } from '../../support/worker/reports.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { seedArtifact, seedWorld, type World } from '../../support/worker/world.ts'

const vars = { REPORTS_ORIGIN: 'https://*.reports.test' }
const LABEL = /^https:\/\/[a-z2-7]{26}\.reports\.test$/

let stores: TestStores
let world: World
let other: World
beforeAll(async () => {
  stores = await openTestStores()
  world = await seedWorld(stores, 'private')
  other = await seedWorld(stores, 'private')
  for (const [path, text] of Object.entries({
    'coverage/index.html': '<h1>Coverage</h1><script src="a.js"></script>',
    'coverage/a.js': 'document.title = 1',
    'coverage/src/index.html': 'src',
    'coverage/cold.txt': 'asked for once',
    'coverage/sub folder/100%.txt': 'odd',
    'notes.md': '# Notes',
    'unknown.bin2': 'x',
  }))
    await seedArtifact(stores, world.project, world.build, { path, text })
  await seedArtifact(stores, other.project, other.build, { path: 'coverage/index.html', text: 'other' })
})

let app: TestApp
beforeEach(async () => {
  app = await openTestApp({ stores, vars })
})

const wayTo = (path: string, { build }: World = world, node = 0) => `/output/job/${build.id}/report/${node}/${path}`
const open = (path = 'coverage/', who: World = world) => enterReport(app, wayTo(path, who), who.secrets.all)

describe('the way in', () => {
  it('leads through a ticket and a cookie to a clean address', async () => {
    const { led, entry, origin, entered, path } = await open()
    expect([led.status, led.headers.get('Cache-Control'), led.headers.get('Referrer-Policy')]).toEqual([
      303,
      'no-store',
      'no-referrer',
    ])
    expect(origin).toMatch(LABEL)
    expect(new URL(entry).pathname).toMatch(/^\/\.buildpass\/enter\/[\w-]+\.[\w-]{43}$/)
    expect([
      entered.status,
      path,
      entered.headers.get('Cache-Control'),
      entered.headers.get('Referrer-Policy'),
    ]).toEqual([303, '/coverage/index.html', 'no-store', 'no-referrer'])
    const [right, way] = entered.headers.getSetCookie()
    expect(right).toMatch(/^__Host-report=[\w-]+\.[\w-]{43}; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    expect(way).toMatch(
      /^__Host-report-way=[\w-]+\.[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    for (const text of [entry, right ?? '', way ?? ''])
      expect(
        atob(
          text
            .replace(/^.*[=/]([\w-]+)\..*$/, '$1')
            .replace(/-/g, '+')
            .replace(/_/g, '/'),
        ),
      ).not.toContain('bpp_')
  })

  it.each([
    ['coverage/index.html', '/coverage/index.html'],
    ['coverage/', '/coverage/index.html'],
    ['coverage', '/coverage/index.html'],
    ['coverage/src', '/coverage/src/index.html'],
    ['notes.md', '/notes.md'],
    ['coverage/sub%20folder/100%25.txt', '/coverage/sub%20folder/100%25.txt'],
    ['coverage/?trace=https%3A%2F%2Fx&circle-token=bpp_x&a', '/coverage/index.html?trace=https%3A%2F%2Fx&a'],
  ])('to %s leads to %s', async (asked, path) => {
    expect((await open(asked)).path).toBe(path)
  })

  it.each([
    ['an absent file', wayAt('absent.html'), 404],
    ['a folder without index.html', wayAt('out/'), 404],
    ['another node', wayAt('coverage/', 1), 404],
    ['a path out of the build', wayAt('..%2F..%2Fx'), 400],
    ['a host for a path', wayAt('/evil.example/'), 400],
    ['an encoded host', wayAt('%2F%2Fevil.example'), 400],
  ])('to %s is refused', async (_, path, status) => {
    const response = await app.ask(path(), { token: world.secrets.all })
    expect([response.status, response.headers.get('Location')]).toEqual([status, null])
  })

  it('is the same answer for a foreign build and an absent one', async () => {
    const foreign = await app.ask(wayTo('coverage/', other), { token: world.secrets.all })
    const absent = await app.ask(`/output/job/${crypto.randomUUID()}/report/0/coverage/`, { token: world.secrets.all })
    expect([foreign.status, await foreign.text()]).toEqual([absent.status, await absent.text()])
    expect(foreign.status).toBe(404)
  })

  it('is open to a session by its page, and by no other cookie', async () => {
    const { cookie } = await seedSession(stores, world.users.member)
    const page = `/${world.slug}/1/report/0/coverage`
    const led = await app.ask(page, { headers: { Cookie: cookie } })
    expect(led.headers.get('Location')).toMatch(/^https:\/\/[a-z2-7]{26}\.reports\.test\/\.buildpass\/enter\//)
    expect((await app.ask(wayTo('coverage/'), { headers: { Cookie: cookie } })).status).toBe(404)
    expect((await app.ask(page)).headers.get('Location')).toBe(`/sign-in?next=${encodeURIComponent(page)}`)
  })

  it('gives each build and node a host of its own, always the same', async () => {
    await seedArtifact(stores, world.project, world.build, { path: 'index.html', text: 'second', nodeIndex: 1 })
    const first = await open()
    const node = await enterReport(app, wayTo('index.html', world, 1), world.secrets.all)
    const build = await open('coverage/', other)
    expect(new Set([first.origin, node.origin, build.origin]).size).toBe(3)
    expect((await open('notes.md')).origin).toBe(first.origin)
  })
})

function wayAt(path: string, node = 0) {
  return () => wayTo(path, world, node)
}

describe('a ticket', () => {
  it('is taken once', async () => {
    const { entry } = await open()
    const again = await askHost(app, entry, WINDOW)
    expect([again.status, again.headers.getSetCookie()]).toEqual([403, []])
    expect(await again.text()).toContain(`href="https://builds.test/${world.slug}/1/report/0/coverage/index.html"`)
  })

  it('is taken once by two at the same time', async () => {
    const led = await app.ask(wayTo('coverage/'), { token: world.secrets.all })
    const entry = led.headers.get('Location') ?? ''
    const answers = await Promise.all([1, 2, 3].map(() => askHost(app, entry, WINDOW)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 403, 403])
  })

  it('is not used up by a look at its head', async () => {
    const led = await app.ask(wayTo('coverage/'), { token: world.secrets.all })
    const entry = led.headers.get('Location') ?? ''
    expect((await askHost(app, entry, WINDOW, 'HEAD')).status).toBe(405)
    expect((await askHost(app, entry, WINDOW)).status).toBe(303)
  })

  it('lives for a minute', async () => {
    const led = await app.ask(wayTo('coverage/'), { token: world.secrets.all })
    stores.clock.advance(60_000)
    expect((await askHost(app, led.headers.get('Location') ?? '', WINDOW)).status).toBe(403)
  })

  it('opens no other host, and no right in its place', async () => {
    const foreign = await open('coverage/', other)
    const led = await app.ask(wayTo('coverage/'), { token: world.secrets.all })
    const { pathname } = new URL(led.headers.get('Location') ?? '')
    expect((await askHost(app, foreign.origin + pathname, WINDOW)).status).toBe(403)
    const { origin } = await open()
    const ticket = pathname.split('/').at(-1)
    expect((await askHost(app, `${origin}/notes.md`, { Cookie: `__Host-report=${ticket}` })).status).toBe(403)
  })

  it('ends with the token that asked', async () => {
    const token = await seedToken(stores, { kind: 'project', project: world.project, scope: 'all' })
    const led = await app.ask(wayTo('coverage/'), { token: token.secret })
    await run('delete from tokens where id = ?', token.id)
    stores.clock.advance(10_000)
    const response = await askHost(app, led.headers.get('Location') ?? '', WINDOW)
    expect([response.status, response.headers.getSetCookie()]).toEqual([403, []])
  })

  it('is not taken into a frame', async () => {
    const led = await app.ask(wayTo('coverage/'), { token: world.secrets.all })
    const entry = led.headers.get('Location') ?? ''
    expect((await askHost(app, entry, { ...WINDOW, 'Sec-Fetch-Dest': 'iframe' })).status).toBe(403)
    expect((await askHost(app, entry, WINDOW)).status).toBe(303)
  })
})

describe('the host of a report', () => {
  it('shows a file by its extension, to nobody else’s page', async () => {
    const { origin, cookie } = await open()
    const response = await askHost(app, `${origin}/coverage/index.html`, { Cookie: cookie })
    expect([response.status, await response.text()]).toEqual([200, '<h1>Coverage</h1><script src="a.js"></script>'])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "frame-ancestors 'self'",
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'origin-agent-cluster': '?1',
      'cache-control': 'private, no-cache',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex',
      'accept-ranges': 'bytes',
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
      'last-modified': expect.stringContaining('GMT'),
    })
    expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull()
  })

  it.each([
    ['coverage/', 200, 'text/html; charset=utf-8'],
    ['coverage/a.js', 200, 'text/javascript; charset=utf-8'],
    ['notes.md', 200, 'text/plain; charset=utf-8'],
    ['unknown.bin2', 200, 'text/plain'],
    ['coverage', 303, '/coverage/'],
    ['coverage?a=b', 303, '/coverage/?a=b'],
    ['coverage/sub%20folder/100%25.txt', 200, 'text/plain; charset=utf-8'],
    ['coverage%2Fa.js', 404, 'text/html; charset=utf-8'],
    ['coverage%5Ca.js', 404, 'text/html; charset=utf-8'],
    ['/coverage/a.js', 404, 'text/html; charset=utf-8'],
    ['/evil.example/', 404, 'text/html; charset=utf-8'],
    ['%2e%2e/notes.md', 200, 'text/plain; charset=utf-8'],
    ['', 404, 'text/html; charset=utf-8'],
    ['.buildpass/', 404, 'text/html; charset=utf-8'],
    ['.buildpass/healthz', 404, 'text/html; charset=utf-8'],
    ['api/v1.1/me', 404, 'text/html; charset=utf-8'],
    ['healthz', 404, 'text/html; charset=utf-8'],
    ['assets/app.js', 404, 'text/html; charset=utf-8'],
  ])('answers /%s with %i and %s', async (path, status, said) => {
    const { origin, cookie } = await open()
    const response = await askHost(app, `${origin}/${path}`, { Cookie: cookie })
    expect([response.status, response.headers.get(status === 303 ? 'Location' : 'Content-Type')]).toEqual([
      status,
      said,
    ])
  })

  it('gives a part, the head, and nothing to who has it', async () => {
    const { origin, cookie } = await open()
    const at = (headers: Record<string, string>, method = 'GET') =>
      askHost(app, `${origin}/coverage/index.html`, { Cookie: cookie, ...headers }, method)
    const part = await at({ Range: 'bytes=1-2' })
    expect([part.status, part.headers.get('Content-Range'), await part.text()]).toEqual([206, 'bytes 1-2/45', 'h1'])
    const head = await at({}, 'HEAD')
    expect([head.status, head.headers.get('Content-Length'), await head.text()]).toEqual([200, '45', ''])
    const known = await at({ 'If-None-Match': head.headers.get('ETag') ?? '' })
    expect([known.status, await known.text()]).toEqual([304, ''])
    expect((await at({ Range: 'bytes=99-' })).status).toBe(416)
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('does nothing by %s', async (method) => {
    const { origin, cookie } = await open()
    const response = await askHost(app, `${origin}/coverage/index.html`, { Cookie: cookie }, method)
    expect([response.status, response.headers.get('Allow')]).toEqual([405, 'GET, HEAD'])
  })

  it('answers no route of ours, to no credential', async () => {
    const { cookie: session } = await seedSession(stores, world.users.admin)
    const { origin } = await open()
    for (const path of [
      '/',
      '/api/v1.1/me',
      `/${world.slug}.svg`,
      `/${world.slug}`,
      '/healthz',
      '/readyz',
      '/mcp',
      '/sign-in',
      wayTo('coverage/'),
    ]) {
      const response = await app.askUrl(
        origin + path,
        requestInitOf({ token: world.secrets.all, headers: { Cookie: session } }),
      )
      expect([path, response.status, await response.text()]).toEqual([
        path,
        403,
        expect.not.stringContaining('coverage'),
      ])
      expect(response.headers.get('Clear-Site-Data')).toBe('"storage"')
    }
  })

  it('answers its own service worker, which passes on a window that another page opened', async () => {
    const { origin, cookie } = await open()
    const passedOn = { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'empty' }
    expect((await askHost(app, `${origin}/coverage/`, { Cookie: cookie, ...passedOn })).status).toBe(200)
    const fetched = { ...passedOn, 'Sec-Fetch-Mode': 'no-cors' }
    expect((await askHost(app, `${origin}/coverage/`, { Cookie: cookie, ...fetched })).status).toBe(403)
  })

  it('keeps its storage, whatever another page asks of it', async () => {
    const { origin } = await open()
    for (const site of ['same-site', 'cross-site'])
      for (const dest of ['image', 'iframe', 'empty', 'script']) {
        const response = await askHost(app, `${origin}/x.png`, { 'Sec-Fetch-Site': site, 'Sec-Fetch-Dest': dest })
        expect([response.status, response.headers.get('Clear-Site-Data')]).toEqual([403, null])
      }
    const led = await askHost(app, `${origin}/.buildpass/enter/x`, { ...WINDOW, 'Sec-Fetch-Site': 'cross-site' })
    expect([led.status, led.headers.get('Clear-Site-Data')]).toEqual([403, null])
    const own = await askHost(app, `${origin}/x.png`, { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Dest': 'image' })
    expect([own.status, own.headers.get('Clear-Site-Data')]).toEqual([403, '"storage"'])
  })

  it('costs one read of R2 and none of D1 when it is warm', async () => {
    const { origin, cookie } = await open()
    await (await askHost(app, `${origin}/coverage/a.js`, { Cookie: cookie })).text()
    let gets = 0
    const { artifacts } = stores
    const get = (...args: Parameters<R2Bucket['get']>) => {
      gets += 1
      return artifacts.get(...args)
    }
    Object.assign(stores, { artifacts: { get } })
    stores.resetCounts()
    await (await askHost(app, `${origin}/coverage/a.js`, { Cookie: cookie })).text()
    expect(stores.counts).toMatchObject({ d1: 0, kvGets: 0, kvPuts: 0, cacheMatches: 0, cachePuts: 0 })
    expect(gets).toBe(1)
    await (await askHost(app, `${origin}/coverage/cold.txt`, { Cookie: cookie })).text()
    expect(gets).toBe(2)
    Object.assign(stores, { artifacts })
    expect(stores.counts).toMatchObject({ d1: 1, kvGets: 0, kvPuts: 0, cacheMatches: 0, cachePuts: 0 })
  })
})

describe('a right on the host of a report', () => {
  it.each([
    ['the token', 'delete from tokens where id = ?1', 'token'],
    ['the session', 'delete from sessions where id = ?2', 'session'],
    ['the person’s membership', 'delete from members where user_id = ?3', 'session'],
    ['the person', 'delete from users where id = ?3', 'session'],
    ['the project’s being public', "update projects set visibility = 'private' where id = ?4", 'nobody'],
    ['the project', 'delete from projects where id = ?4', 'nobody'],
    ['the build', 'delete from builds where project_id = ?4', 'nobody'],
  ])('ends within ten seconds of the end of %s', async (what, sql, by) => {
    const own = await seedWorld(stores, by === 'nobody' ? 'public' : 'private')
    await seedArtifact(stores, own.project, own.build, { path: 'a/index.html', text: 'secret' })
    const token = await seedToken(stores, { kind: 'project', project: own.project, scope: 'view-builds' })
    const session = await seedSession(stores, own.users.member)
    const headers: Record<string, string> = by === 'session' ? { Cookie: session.cookie } : {}
    const led = await app.ask(by === 'session' ? `/${own.slug}/1/report/0/a/` : wayTo('a/', own), {
      token: by === 'token' ? token.secret : null,
      headers,
    })
    const entered = await askHost(app, led.headers.get('Location') ?? '', WINDOW)
    const { origin } = new URL(led.headers.get('Location') ?? '')
    const click = () => askHost(app, `${origin}/a/`, { Cookie: cookiesOf(entered), ...WINDOW })
    expect((await click()).status).toBe(200)
    const ids = [token.id, session.id, own.users.member.id, own.project.id]
    await run(sql.replace(/\?(\d)/, (_, n) => `'${ids[Number(n) - 1]}'`))
    stores.clock.advance(10_000)
    const response = await click()
    expect([response.status, response.headers.get('Clear-Site-Data')]).toEqual(
      what === 'the build' ? [404, null] : [403, '"storage"'],
    )
    expect(await response.text()).not.toContain('secret')
  })

  it('ends no later than the token', async () => {
    const expiresAt = stores.now() + 90_000
    const token = await seedToken(stores, { kind: 'project', project: world.project, scope: 'all', expiresAt })
    const { entered } = await enterReport(app, wayTo('coverage/'), token.secret)
    expect(entered.headers.getSetCookie()[0]).toContain('; Max-Age=90;')
  })

  it('asks again by itself once it has expired, where a window asks, and only there', async () => {
    const { origin, cookie } = await open()
    stores.clock.advance(3_600_000)
    const at = (headers: Record<string, string>) => askHost(app, `${origin}/coverage/src/?x=1`, headers)
    const way = `https://builds.test/${world.slug}/1/report/0/coverage/src/?x=1`
    const again = await at({ Cookie: cookie, ...WINDOW })
    expect([again.status, again.headers.get('Location')]).toEqual([303, way])
    // A browser has dropped the first cookie by then.
    const [, left = ''] = cookie.split('; ')
    expect((await at({ Cookie: left, ...WINDOW })).status).toBe(303)
    expect((await at({ Cookie: cookie, 'Sec-Fetch-Dest': 'script', 'Sec-Fetch-Site': 'same-origin' })).status).toBe(403)
    expect((await at(WINDOW)).status).toBe(403)
  })

  it('is none on the host of another build, written however', async () => {
    const { cookie } = await open()
    const foreign = await open('coverage/', other)
    for (const name of ['__Host-report', '__Host-report-way', 'report']) {
      const value = cookie.split('; ')[0]?.split('=')[1]
      const response = await askHost(app, `${foreign.origin}/coverage/`, { Cookie: `${name}=${value}`, ...WINDOW })
      expect([response.status, await response.text()]).toEqual([403, expect.not.stringContaining('other')])
    }
  })

  it('is none to a page of another origin, but for its window', async () => {
    const { origin, cookie } = await open()
    const at = (site: string, destination: string) =>
      askHost(app, `${origin}/coverage/a.js`, { Cookie: cookie, 'Sec-Fetch-Site': site, 'Sec-Fetch-Dest': destination })
    for (const site of ['cross-site', 'same-site'])
      for (const destination of ['script', 'empty', 'iframe', 'image', 'serviceworker', 'embed'])
        expect([site, destination, (await at(site, destination)).status]).toEqual([site, destination, 403])
    expect((await at('same-site', 'document')).status).toBe(200)
    expect((await at('same-origin', 'iframe')).status).toBe(200)
  })

  it('is not taken from what is signed for something else, or by somebody else', async () => {
    const { origin, cookie } = await open()
    const [right = '', way = ''] = cookie.split('; ').map((pair) => pair.split('=')[1] ?? '')
    const download = await app.ask(`/output/job/${world.build.id}/artifacts/0/notes.md`, { token: world.secrets.all })
    const [, , signed = ''] = new URL(download.headers.get('Location') ?? '').pathname.split('/')
    const forged = toBase64Url(new TextEncoder().encode(atob(right.split('.')[0] ?? '')))
    for (const text of [
      way,
      signed,
      `${forged}.${right.split('.')[1]?.replace(/^./, (sign) => (sign === 'A' ? 'B' : 'A'))}`,
      'a.b',
      '',
    ])
      expect((await askHost(app, `${origin}/notes.md`, { Cookie: `__Host-report=${text}` })).status).toBe(403)
    for (const text of [right, way]) {
      expect((await app.ask(`/download/${text}/notes.md`)).status).toBe(403)
      expect((await app.ask(`/view/${text}/notes.md`)).status).toBe(403)
      expect((await app.ask(`/output/log/${text}`)).status).toBe(403)
      expect((await askHost(app, `${origin}/.buildpass/enter/${text}`, WINDOW)).status).toBe(403)
    }
  })
})

describe('the setting of that domain', () => {
  it.each([
    [
      'REPORTS_ORIGIN',
      { REPORTS_ORIGIN: 'https://reports.test' },
      'REPORTS_ORIGIN must be like https://*.reports.example.com',
    ],
    [
      'REPORTS_ORIGIN',
      { REPORTS_ORIGIN: 'http://*.reports.test' },
      'REPORTS_ORIGIN must be like https://*.reports.example.com',
    ],
    ['PUBLIC_ORIGIN', { ...vars, PUBLIC_ORIGIN: 'https://builds.reports.test' }, 'PUBLIC_ORIGIN is below it'],
    ['DOWNLOAD_ORIGIN', { ...vars, DOWNLOAD_ORIGIN: 'https://a.b.reports.test' }, 'DOWNLOAD_ORIGIN is below it'],
  ])('names %s, and what is wrong', async (_, wrong, said) => {
    await expect(openTestApp({ stores, vars: wrong })).rejects.toThrow(said)
  })
})

describe('the domain of reports', () => {
  it.each([
    ['another label', (origin: string) => origin.replace(/\/\/./, '//a').replace(/\/\/a./, '//ab'), 403],
    ['two labels', (origin: string) => origin.replace('//', '//x.'), 404],
    ['a port', (origin: string) => `${origin}:8443`, 404],
    ['no TLS', (origin: string) => origin.replace('https', 'http'), 404],
    ['a dot at its end', (origin: string) => `${origin}.`, 404],
    ['another case', (origin: string) => origin.toUpperCase().replace('HTTPS', 'https'), 200],
    ['a short label', () => 'https://www.reports.test', 404],
    ['an address', () => 'https://127.0.0.1.reports.test', 404],
  ])('is not answered as ours with %s', async (_, hostOf, status) => {
    const { origin, cookie } = await open()
    for (const path of ['/coverage/', '/healthz', `/${world.slug}.svg`, '/assets/app.js', '/api/v1.1/me']) {
      const response = await app.askUrl(
        hostOf(origin) + path,
        requestInitOf({ token: world.secrets.all, headers: { Cookie: cookie } }),
      )
      expect([path, response.status]).toEqual([path, status === 200 && path !== '/coverage/' ? 404 : status])
    }
  })

  it('has its paths to itself: our own host has none of them', async () => {
    const led = await app.ask(wayTo('coverage/'), { token: world.secrets.all })
    const { pathname } = new URL(led.headers.get('Location') ?? '')
    for (const path of [pathname, '/.buildpass/', '/.buildpass'])
      expect((await app.ask(path, { headers: WINDOW })).status).toBe(404)
  })

  it('on this machine, without TLS, sets plain cookies that curl and every browser take', async () => {
    const local = await openTestApp({
      stores,
      vars: { REPORTS_ORIGIN: 'http://*.localhost', PUBLIC_ORIGIN: '' },
      origin: 'http://127.0.0.1:8787',
    })
    const { origin, cookie, entered } = await enterReport(local, wayTo('coverage/'), world.secrets.all)
    expect(origin).toMatch(/^http:\/\/[a-z2-7]{26}\.localhost:8787$/)
    expect(entered.headers.getSetCookie()[0]).toMatch(/^report=[^;]+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax$/)
    expect((await askHost(local, `${origin}/coverage/`, { Cookie: cookie })).status).toBe(200)
    const ended = await askHost(local, `${origin}/coverage/`, { Cookie: cookie.split('; ')[1] ?? '' })
    expect(await ended.text()).toContain(`href="http://127.0.0.1:8787/${world.slug}/1/report/0/coverage/"`)
    expect(cookiesOf(ended)).toBe('')
    expect((await askHost(local, 'http://x.localhost:8787/healthz')).status).toBe(404)
    expect((await askHost(local, `${origin.replace(':8787', '.:8787')}/coverage/`)).status).toBe(404)
    expect((await askHost(local, 'http://localhost:8787/healthz')).status).toBe(200)
  })
})

function run(sql: string, ...values: unknown[]): Promise<unknown> {
  return env.DB.prepare(sql)
    .bind(...values)
    .run()
}

it('keeps no ticket or right in the database', async () => {
  const { entry, cookie } = await open()
  const { results } = await env.DB.prepare('select * from used_report_tickets').all()
  expect(JSON.stringify(results)).not.toMatch(/bpp_|eyJ/)
  expect(results.length).toBeGreaterThan(0)
  expect(entry + cookie).not.toContain(String(results[0]?.id))
})
