import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { deleteShare } from '../../../src/storage/shares/shares.ts'
import { seedShare } from '../../support/seed/seed-share.ts'
import { openTestApp, type TestApp } from '../../support/worker/app.ts'
import { actsAs } from '../../support/worker/as-instance.ts'
import { askHost, cookiesOf, enterReport, WINDOW } from '../../support/worker/reports.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { seedArtifact, seedPack, seedWorld, type World } from '../../support/worker/world.ts'

let stores: TestStores
let world: World
beforeAll(async () => {
  stores = await openTestStores()
  world = await seedWorld(stores, 'private')
  for (const path of [
    'coverage/index.html',
    'coverage/a.js',
    'coverage/src/index.html',
    'coverage2/index.html',
    'a.html',
  ])
    await seedArtifact(stores, world.project, world.build, { path, text: `this is ${path}` })
  await seedPack(stores, world.project, world.build, {
    'site/index.html': 'this is site/index.html',
    'site/b.js': 'this is site/b.js',
    'other.txt': 'this is other.txt',
  })
})

const shareReport = (path: string, more: object = {}) =>
  seedShare(stores, world, { thing: { kind: 'report', nodeIndex: 0, path }, ...more })

const WAYS = [
  ['a host of its own', { REPORTS_ORIGIN: 'https://*.reports.test' }],
  ['the sandbox', {}],
] as const

describe.each(WAYS)('a shared report, on %s', (_, vars) => {
  let app: TestApp
  beforeEach(async () => {
    app = await openTestApp({ stores, vars })
  })

  /** Presses the button of a link: gives how each path beside what it opens is answered. */
  async function open(link: { readonly path: string }) {
    const pressed = await app.ask(link.path, { method: 'POST' })
    expect([pressed.status, pressed.headers.get('Referrer-Policy')]).toEqual([303, 'no-referrer'])
    const to = new URL(pressed.headers.get('Location') ?? '')
    if (!to.pathname.startsWith('/.buildpass/enter/')) {
      const base = to.pathname.split('/').slice(0, 3).join('/')
      const ask = (path: string) => app.ask(`${base}/${path}`, { headers: WINDOW })
      return { host: base, first: to.pathname.slice(base.length), ask, cookie: '' }
    }
    const entered = await askHost(app, to.href, WINDOW)
    const cookie = cookiesOf(entered)
    const ask = (path: string) => askHost(app, `${to.origin}/${path}`, { Cookie: cookie, ...WINDOW })
    return { host: to.origin, first: entered.headers.get('Location'), ask, cookie }
  }

  const THERE = ['coverage/index.html', 'coverage/', 'coverage/a.js', 'coverage/src/', 'coverage/src/index.html']
  const ELSEWHERE = [
    'a.html',
    'coverage2/',
    'coverage2/index.html',
    'site/',
    'site/b.js',
    'other.txt',
    'out/report.txt',
  ]

  it.each([
    ['coverage', 'coverage/index.html', 'coverage/'],
    ['coverage/src', 'coverage/src/index.html', 'coverage/src/'],
    ['a.html', 'a.html', 'a.html'],
    ['coverage/a.js', 'coverage/a.js', 'coverage/a.js'],
    ['site/index.html', 'site/index.html', 'site/'],
  ])('of %s opens %s and what begins with %s, and nothing else of its build', async (path, first, only) => {
    const report = await open(await shareReport(path))
    expect(report.first).toBe(`/${first}`)
    for (const asked of [...THERE, ...ELSEWHERE]) {
      const response = await report.ask(asked)
      expect([asked, response.status]).toEqual([asked, asked.startsWith(only) ? 200 : 404])
      if (response.status === 200) expect(await response.text()).toMatch(/^this is /)
    }
    for (const trick of [
      `${only}/../other.txt`,
      `${only}%2e%2e/other.txt`,
      `${only}..%2fother.txt`,
      '../other.txt',
      '.buildpass/x',
      `${only}%00`,
    ])
      expect([trick, (await report.ask(trick)).status]).toEqual([trick, expect.toBeOneOf([400, 403, 404])])
  })

  it('of a root opens all that its node made, and nothing of another node or build', async () => {
    const { project } = world
    const fresh = await seedWorld(stores, 'private')
    await seedArtifact(stores, fresh.project, fresh.build, { path: 'index.html', text: 'root' })
    await seedArtifact(stores, fresh.project, fresh.build, { path: 'x/y.txt', text: 'y' })
    await seedArtifact(stores, fresh.project, fresh.build, { path: 'z.txt', text: 'z', nodeIndex: 1 })
    expect(fresh.project.id).not.toBe(project.id)
    const report = await open(
      await seedShare(stores, fresh, { thing: { kind: 'report', nodeIndex: 0, path: 'index.html' } }),
    )
    expect(
      await Promise.all(['', 'x/y.txt', 'z.txt', 'coverage/'].map(async (path) => (await report.ask(path)).status)),
    ).toEqual([200, 200, 404, 404])
  })

  it('counts each opening, and its page none', async () => {
    const link = await shareReport('coverage', { maxUses: 1 })
    const page = await app.ask(link.path)
    const text = await page.text()
    expect([page.status, text.includes('coverage')]).toEqual([200, false])
    expect(text).toContain('A report was shared with you')
    const to = vars === WAYS[0][1] ? 'https://*.reports.test' : 'https://builds.test'
    expect(page.headers.get('Content-Security-Policy')).toContain(`form-action 'self' ${to}`)
    const report = await open(link)
    expect((await report.ask('coverage/a.js')).status).toBe(200)
    expect((await app.ask(link.path, { method: 'POST' })).status).toBe(404)
  })

  it('is named by its folder where its maker said so', async () => {
    const text = await (await app.ask((await shareReport('coverage', { showsName: true })).path)).text()
    expect(text).toContain('<title>coverage · Buildpass</title>')
  })

  it('ends with its link', async () => {
    const link = await shareReport('coverage')
    const report = await open(link)
    expect((await report.ask('coverage/a.js')).status).toBe(200)
    expect(await deleteShare(stores, world.project.id, link.id, actsAs(world.users.member.id))).toBe(true)
    stores.clock.now += 10_000
    const refused = await report.ask('coverage/a.js')
    expect([refused.status, (await refused.text()).includes('bps_')]).toEqual([403, false])
  })

  it('leads nowhere when its right has expired, but says that it has', async () => {
    const link = await shareReport('coverage', { expiresAt: stores.now() + 120_000 })
    const report = await open(link)
    stores.clock.now += 121_000
    const response = await report.ask('coverage/')
    expect([response.status, response.headers.get('Location')]).toEqual([403, null])
  })

  it('of the newest build is that of the build that is newest when it is opened', async () => {
    const fresh = await seedWorld(stores, 'private')
    await seedArtifact(stores, fresh.project, fresh.build, { path: 'c/index.html', text: 'first' })
    const latest = { kind: 'latest', branch: null } as const
    const link = await seedShare(stores, fresh, { of: latest, thing: { kind: 'report', nodeIndex: 0, path: 'c' } })
    expect(await (await (await open(link)).ask('c/')).text()).toBe('first')
  })
})

describe('on hosts, a shared report', () => {
  it('has an origin that is no member’s and no other link’s, and its cookie opens none of theirs', async () => {
    const app = await openTestApp({ stores, vars: WAYS[0][1] })
    const way = `/output/job/${world.build.id}/report/0/coverage/`
    const member = await enterReport(app, way, world.secrets.all)
    const entries = await Promise.all(
      ['coverage', 'coverage'].map(async (path) => {
        const link = await shareReport(path)
        const { headers } = await app.ask(link.path, { method: 'POST' })
        const to = new URL(headers.get('Location') ?? '')
        return { origin: to.origin, cookie: cookiesOf(await askHost(app, to.href, WINDOW)) }
      }),
    )
    const all = [{ origin: member.origin, cookie: member.cookie }, ...entries]
    expect(new Set(all.map(({ origin }) => origin)).size).toBe(3)
    for (const { origin } of all)
      for (const { cookie, origin: own } of all) {
        const { status } = await askHost(app, `${origin}/coverage/a.js`, { Cookie: cookie, ...WINDOW })
        expect(status === 200, `${own} on ${origin}`).toBe(origin === own)
      }
    // The way back of a member is a page of ours; a link has none, since its address is its secret.
    expect(entries[0]?.cookie).not.toContain('report-way')
  })
})
