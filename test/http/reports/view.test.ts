import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { seedSession, seedToken } from '../../support/seed/seed.ts'
import { openTestApp, type TestApp } from '../../support/worker/app.ts'
import { WINDOW } from '../../support/worker/reports.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { seedArtifact, seedWorld, type World } from '../../support/worker/world.ts'

let stores: TestStores
let world: World
beforeAll(async () => {
  stores = await openTestStores()
  world = await seedWorld(stores, 'private')
  for (const path of ['coverage/index.html', 'coverage/a b.js', 'index.html', 'guide.pdf'])
    await seedArtifact(stores, world.project, world.build, { path, text: path })
})

let app: TestApp
beforeEach(async () => {
  app = await openTestApp({ stores })
})

const ORIGIN = 'https://builds.test'
const wayTo = (path: string, { build }: World = world) => `/output/job/${build.id}/report/0/${path}`
/** The address, without its origin, that the way in leads to. */
async function viewOf(path: string, token: string | null = world.secrets.all, via: TestApp = app): Promise<string> {
  const led = await via.ask(wayTo(path), { token })
  expect([led.status, led.headers.get('Cache-Control')]).toEqual([303, 'no-store'])
  return (led.headers.get('Location') ?? '').replace(/^https:\/\/[^/]+/, '')
}

describe('a report in a sandbox', () => {
  it('has an address that is signed, and is as nobody', async () => {
    const address = await viewOf('coverage/?a=b')
    expect(address).toMatch(/^\/view\/[\w-]+\.[\w-]{43}\/coverage\/index\.html\?a=b$/)
    const { cookie } = await seedSession(stores, world.users.admin)
    const response = await app.ask(address, { headers: { Cookie: cookie } })
    expect([response.status, await response.text()]).toEqual([200, 'coverage/index.html'])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-security-policy': 'sandbox allow-scripts allow-popups allow-forms allow-downloads',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'referrer-policy': 'no-referrer',
      'cache-control': 'private, no-cache',
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex',
    })
    expect(response.headers.get('Set-Cookie')).toBeNull()
    expect(response.headers.get('Access-Control-Allow-Credentials')).toBeNull()
  })

  it('reaches the other files of its build by relative links', async () => {
    const address = await viewOf('coverage/')
    const beside = (path: string) => app.ask(new URL(path, ORIGIN + address).pathname)
    expect(await (await beside('a%20b.js')).text()).toBe('coverage/a b.js')
    expect(await (await beside('../index.html')).text()).toBe('index.html')
    expect(await (await beside('../coverage/')).text()).toBe('coverage/index.html')
    const folder = await beside('../coverage')
    expect([folder.status, folder.headers.get('Location')]).toEqual([303, `${address.replace('/index.html', '')}/`])
    expect((await beside('..%2Findex.html')).status).toBe(404)
    expect((await beside('absent.js')).status).toBe(404)
  })

  it('is under DOWNLOAD_ORIGIN where there is one', async () => {
    const apart = await openTestApp({ stores, vars: { DOWNLOAD_ORIGIN: 'https://files.example' } })
    const led = await apart.ask(wayTo('coverage/'), { token: world.secrets.all })
    expect(led.headers.get('Location')).toMatch(/^https:\/\/files\.example\/view\//)
  })

  it('gives a PDF to be saved', async () => {
    const response = await app.ask(await viewOf('guide.pdf'))
    expect([response.headers.get('Content-Type'), response.headers.get('Content-Disposition')]).toEqual([
      'application/pdf',
      'attachment; filename="guide.pdf"; filename*=UTF-8\'\'guide.pdf',
    ])
  })

  it('lives for a quarter of an hour, and is asked for anew where a window asks', async () => {
    const address = await viewOf('coverage/')
    stores.clock.advance(15 * 60_000)
    const again = await app.ask(address, { headers: WINDOW })
    expect([again.status, again.headers.get('Location')]).toEqual([
      303,
      `${ORIGIN}/${world.slug}/1/report/0/coverage/index.html`,
    ])
    expect((await app.ask(address, { headers: { 'Sec-Fetch-Dest': 'script' } })).status).toBe(403)
    expect((await app.ask(address)).status).toBe(403)
  })

  it('ends within ten seconds of the token, and no later than it', async () => {
    const expiresAt = stores.now() + 60_000
    const short = await seedToken(stores, { kind: 'project', project: world.project, scope: 'all', expiresAt })
    const address = await viewOf('coverage/', short.secret)
    stores.clock.advance(60_000)
    expect((await app.ask(address)).status).toBe(403)
    const token = await seedToken(stores, { kind: 'project', project: world.project, scope: 'all' })
    const ended = await viewOf('coverage/', token.secret)
    expect((await app.ask(ended)).status).toBe(200)
    await stores.db.$client.prepare('delete from tokens where id = ?').bind(token.id).run()
    stores.clock.advance(10_000)
    expect((await app.ask(ended, { headers: WINDOW })).status).toBe(403)
  })

  it('opens by nothing that is signed for something else, nor opens anything else', async () => {
    const [, , statement] = (await viewOf('coverage/')).split('/')
    expect((await app.ask(`/download/${statement}/index.html`)).status).toBe(403)
    const hosts = await openTestApp({ stores, vars: { REPORTS_ORIGIN: 'https://*.reports.test' } })
    const [, , , ticket] = new URL(
      (await hosts.ask(wayTo('coverage/'), { token: world.secrets.all })).headers.get('Location') ?? '',
    ).pathname.split('/')
    expect(ticket).toMatch(/^[\w-]+\.[\w-]{43}$/)
    expect((await app.ask(`/view/${ticket}/coverage/index.html`)).status).toBe(403)
  })
})
