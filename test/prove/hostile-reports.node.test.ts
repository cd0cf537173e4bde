import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askSignInLink } from '../../scripts/start/local-control.ts'
import { mediaTypeOf } from '../../src/domain/artifacts/media-type.ts'
import { launchChromium } from '../support/server/chromium.ts'
import { makeDemoState } from '../support/server/local-server.ts'
import { serveWorker } from '../support/server/served.ts'
import { hostilePage, type Known } from './reports/hostile-pages.ts'

/** In three settings: some 10,000. HOSTILE_PAGES=100 is a look. */
const PAGES = Number(process.env.HOSTILE_PAGES ?? 3_400)
const AT_ONCE = 4
const PAGE_MS = 4_000

/** Where reports are, and where we are: apart, of one site (where a cookie of the domain reaches both), or in one place. */
const SETTINGS = [
  {
    name: 'on hosts of another site',
    host: '127.0.0.1',
    reports: 'http://*.localhost',
    domains: ['localhost', '127.0.0.1'],
  },
  {
    name: 'on hosts of our own site',
    host: 'builds.ci.localhost',
    reports: 'http://*.reports.ci.localhost',
    domains: ['ci.localhost', 'builds.ci.localhost', 'reports.ci.localhost'],
  },
  { name: 'in a sandbox', host: '127.0.0.1', reports: '', domains: ['127.0.0.1', 'localhost'] },
] as const

const browser: Browser | null = await launchChromium()
afterAll(() => browser?.close())

describe.skipIf(!browser).each(SETTINGS)('hostile reports $name', ({ host, reports, domains }) => {
  /** In all that the other project has. */
  const mark = `MARK${crypto.randomUUID()}`
  let own: string
  let context: BrowserContext
  let known: Known
  let hostile: string
  let tokens: Record<string, string>

  beforeAll(async () => {
    const stateDir = makeDemoState()
    const controlKey = crypto.randomUUID()
    const { origin } = await serveWorker({
      stateDir,
      entry: 'src/index.ts',
      variables: { REPORTS_ORIGIN: reports, LOCAL_CONTROL_KEY: controlKey },
    })
    own = origin.replace('127.0.0.1', host)
    tokens = JSON.parse(readFileSync(join(stateDir, '.local/demo.json'), 'utf8')).tokens
    const by = { origin, token: tokens.personal ?? '' }
    const secretFiles = {
      'secret/index.html': `<p>${mark}</p>`,
      'secret/data.js': `var DATA = '${mark}'`,
      'secret/data.css': `body { --secret: ${mark} }`,
    }
    const secret = await uploadBuild({ ...by, slug: 'gh/acme/secret', subject: mark, files: secretFiles })
    const hostileFiles = {
      'hostile/index.html': 'never shown',
      'hostile/sw.js': "self.addEventListener('fetch', (e) => e.respondWith(fetch(e.request)))",
    }
    const attack = await uploadBuild({ ...by, slug: 'gh/acme/web', subject: 'attack', files: hostileFiles })
    // A page whose answer the test gave counts as one from far away, which may reach nothing on this machine by itself.
    context = await (browser as Browser).newContext({ permissions: ['local-network-access'] })
    const page = await context.newPage()
    // The link is the first that is asked for under this name.
    await page.goto(own + (await askSignInLink(origin, controlKey, 'demo')).path)
    await page.getByRole('button', { name: /^Sign in as/ }).click()
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
    // The reader has the right to both, in the same browser.
    await page.goto(`${own}/${secret.path}/report/0/secret/`)
    expect(await page.locator('body').innerText()).toBe(mark)
    const shown = page.url().replace(/\/secret\/index\.html$/, '')
    await page.goto(`${own}/${attack.path}/report/0/hostile/`)
    hostile = page.url()
    known = {
      own,
      build: secret.path,
      job: secret.id,
      shown: reports === '' ? shown.replace(/.$/, 'x') : shown,
      domains,
    }
    await page.close()
  })

  it(
    'read nothing of another project, and set nothing on our origin',
    async () => {
      const told: { readonly seed: number; readonly text: string }[] = []
      const withSession: string[] = []
      let ended = new Map<Page, () => void>()
      await context.exposeBinding('told', ({ page }, text: string) => told.push({ seed: seedOf(page), text }))
      await context.exposeBinding('ended', ({ page }) => ended.get(page)?.())
      const { host: ownHost } = new URL(own)
      context.on('request', async (request) => {
        if (new URL(request.url()).host !== ownHost || request.isNavigationRequest()) return
        const { cookie = '' } = await request.allHeaders().catch(() => ({ cookie: '' }))
        if (cookie.includes('__Host-session')) withSession.push(`${request.method()} ${request.url()}`)
      })
      const before = await standing(context, own, tokens.personal ?? '')
      const secrets = [mark, ...Object.values(tokens), ...before.cookies.map(({ value }) => value)]
      let next = 0
      const visit = async () => {
        for (let seed = next++; seed < PAGES; seed = next++) {
          const page = await context.newPage()
          // A page may keep its own process busy for ever: then it is left behind.
          await Promise.race([look(page, seed), pause(3 * PAGE_MS)])
          ended.delete(page)
          page.close().catch(() => {})
        }
      }
      const look = async (page: Page, seed: number) => {
        const one = hostilePage(seed, known)
        const done = new Promise<void>((resolve) => ended.set(page, resolve))
        await answerWith(page, one.html)
        await page.goto(`${hostile}?seed=${seed}`, { waitUntil: 'commit', timeout: PAGE_MS }).catch(() => {})
        if (one.isClicked) await page.mouse.click(20, 20).catch(() => {})
        await Promise.race([done, pause(PAGE_MS)])
      }
      await Promise.all(Array.from({ length: AT_ONCE }, visit))
      ended = new Map()
      await Promise.race([Promise.all(context.pages().map((page) => page.close())), pause(PAGE_MS)])
      expect(told.length).toBeGreaterThan(PAGES / 10)
      const read = told.filter(({ text }) => secrets.some((secret) => text.includes(secret)))
      expect(
        read.map(({ seed, text }) => `${seed} (${hostilePage(seed, known).names}): ${text.slice(0, 300)}`),
      ).toEqual([])
      expect(host === 'builds.ci.localhost' ? [] : withSession).toEqual([])
      expect(
        context.serviceWorkers().filter((worker) => new URL(worker.url()).origin !== new URL(hostile).origin),
      ).toEqual([])
      const after = await standing(context, own, tokens.personal ?? '')
      // A host of the same site can set cookies of their common domain, which we read none of.
      const isToHost = ({ domain }: { domain: string }) => !domain.startsWith('.')
      expect({ ...after, cookies: after.cookies.filter(isToHost) }).toEqual(before)
    },
    60_000 + PAGES * 1_000,
  )

  function seedOf(page: Page): number {
    return Number(
      new URL(page.url().startsWith('http') ? page.url() : 'http://x?seed=-1').searchParams.get('seed') ?? -1,
    )
  }
})

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** The page gets the server's own answer, with this for its body. */
async function answerWith(page: Page, html: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const body = Buffer.from(html).toString('base64')
  session.on('Fetch.requestPaused', ({ requestId, responseStatusCode, responseHeaders = [] }) => {
    const headers = responseHeaders.filter(({ name }) => !/^(?:content-(?:length|encoding)|etag)$/i.test(name))
    const answer = { requestId, responseCode: responseStatusCode ?? 500, responseHeaders: headers, body }
    session.send('Fetch.fulfillRequest', answer).catch(() => {}) // The page may be gone.
  })
  await session.send('Fetch.enable', { patterns: [{ urlPattern: '*?seed=*', requestStage: 'Response' }] })
}

/** All that a hostile page could have changed for its reader. */
async function standing(context: BrowserContext, own: string, token: string) {
  const page = await context.newPage()
  await page.goto(own)
  const isSignedIn = await page.locator('summary[aria-label="Account menu of demo"]').count()
  const stored = await page.evaluate<string>('JSON.stringify({ ...localStorage, ...sessionStorage })')
  const workers = await page.evaluate<number>('navigator.serviceWorker.getRegistrations().then((all) => all.length)')
  await page.close()
  const lists = await Promise.all(
    ['/api/v1.1/user/token', '/api/v1.1/projects', '/api/buildpass/v1/projects/gh/acme/secret/members'].map(
      async (path) => {
        const response = await fetch(own.replace('builds.ci.localhost', '127.0.0.1') + path, {
          headers: { 'Circle-Token': token },
        })
        return (await response.json()) as readonly Record<string, unknown>[]
      },
    ),
  )
  const cookies = (await context.cookies(own)).map(({ name, value, domain, path }) => ({ name, value, domain, path }))
  return {
    isSignedIn,
    stored,
    workers,
    counts: lists.map((list) => JSON.stringify(list).replace(/"last_used[^,}]*/g, '').length),
    cookies,
  }
}

type Upload = {
  readonly origin: string
  readonly token: string
  readonly slug: string
  readonly subject: string
  readonly files: Readonly<Record<string, string>>
}

async function uploadBuild({
  origin,
  token,
  slug,
  subject,
  files,
}: Upload): Promise<{ readonly path: string; readonly id: string }> {
  const send = async (method: string, path: string, body: string, type: string) => {
    const headers = { 'Circle-Token': token, 'Content-Type': type }
    const response = await fetch(`${origin}/api/buildpass/v1/projects/${slug}/builds${path}`, { method, headers, body })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }
  const report = {
    external_id: subject,
    pipeline: { external_id: subject, branch: 'hostile', revision: 'f00d', subject },
    workflow: { external_id: 'w', name: 'ci' },
    job: { name: 'job' },
    status: 'success',
  }
  const { build_num: num } = (await send('POST', '', JSON.stringify(report), 'application/json')) as {
    build_num: number
  }
  for (const [path, text] of Object.entries(files))
    await send('PUT', `/${num}/artifacts/${path}`, text, mediaTypeOf(path) ?? 'text/plain')
  const headers = { 'Circle-Token': token }
  const listed = await fetch(`${origin}/api/v1.1/project/${slug}/${num}/artifacts`, { headers })
  const [{ url }] = (await listed.json()) as [{ url: string }]
  return { path: `${slug}/${num}`, id: url.split('/')[5] ?? '' }
}
