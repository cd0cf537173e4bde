import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { encodePath } from '../../../../src/domain/artifacts/artifact.ts'
import { describePages, inspect } from '../../../support/server/browser.ts'
import { startLocalServer } from '../../../support/server/local-server.ts'

const FIXTURES = resolve(import.meta.dirname, '../../../fixtures/reports')
const DEMO = resolve(import.meta.dirname, '../../../../scripts/start/reports')

/** What a person does in each report, and what they then read. */
const VISITS: Record<string, { readonly at: string; readonly visit: (page: Page) => Promise<string> }> = {
  coverage: {
    at: DEMO,
    visit: async (page) => {
      await page.getByRole('link', { name: 'src', exact: true }).first().click()
      await page.getByRole('link', { name: 'price.js' }).click()
      await page.waitForURL(/price\.js\.html$/)
      // The script that colours it ran.
      await page.locator('.kwd').first().waitFor()
      return page.locator('h1').innerText()
    },
  },
  'playwright-report': {
    at: DEMO,
    visit: async (page) => {
      await page.getByText('pays by card').first().click()
      await page.waitForFunction('document.images[0]?.naturalWidth > 0')
      return `${await page.evaluate('document.images[0].naturalWidth')} px`
    },
  },
  lighthouse: {
    at: FIXTURES,
    visit: async (page) => {
      await page.getByText('Document does not have a main landmark.').first().click()
      return page.locator('details[open]').first().innerText()
    },
  },
  pytest: {
    at: FIXTURES,
    visit: async (page) => {
      const shown = await page.locator('#results-table').innerText()
      await page.getByText('test_rounds_each_line').first().click()
      await page.locator('.log').first().waitFor({ state: 'hidden' })
      return shown
    },
  },
  typedoc: {
    at: FIXTURES,
    visit: async (page) => {
      await page.getByRole('link', { name: 'total' }).first().click()
      await page.waitForURL(/total\.html$/)
      await page.locator('#tsd-search-trigger').click()
      await page.locator('#tsd-search-input').fill('Line')
      await page.locator('#tsd-search-results a').first().waitFor()
      return page.locator('#tsd-search-results').innerText()
    },
  },
}

const EXPECTED: Record<string, string> = {
  coverage: 'price.js',
  'playwright-report': '1280 px',
  lighthouse: 'Document does not have a main landmark',
  pytest: 'assert 12.3 == 12.31',
  typedoc: 'Line',
}

/** They read the storage of their origin before they show anything. */
const NEEDS_ORIGIN = ['playwright-report', 'pytest']

/** Uploads all reports to a new build of the private project; gives its page's path. */
async function uploadReports(origin: string, token: string): Promise<string> {
  const send = async (method: string, path: string, body: string | Uint8Array<ArrayBuffer>, type: string) => {
    const headers = { 'Circle-Token': token, 'Content-Type': type }
    const response = await fetch(`${origin}/api/buildpass/v1/projects/gh/acme/web/builds${path}`, {
      method,
      headers,
      body,
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }
  const report = {
    external_id: 'reports',
    pipeline: { external_id: 'reports', branch: 'reports', revision: 'f00d' },
    workflow: { external_id: 'w', name: 'ci' },
    job: { name: 'reports' },
    status: 'success',
  }
  const made = await send('POST', '', JSON.stringify(report), 'application/json')
  const { build_num: num } = (await made.json()) as { build_num: number }
  for (const [folder, { at }] of Object.entries(VISITS))
    for (const entry of readdirSync(join(at, folder), { recursive: true, withFileTypes: true }))
      if (entry.isFile()) {
        const file = join(entry.parentPath, entry.name)
        const path = encodePath(file.slice(at.length + 1))
        await send('PUT', `/${num}/artifacts/${path}`, new Uint8Array(readFileSync(file)), 'application/octet-stream')
      }
  return `/gh/acme/web/${num}`
}

describePages('reports, each on the host of its build', (pages) => {
  let path: string
  beforeAll(async () => {
    path = await uploadReports(pages().origin, pages().demo.tokens.personal)
  })

  it.each(Object.keys(VISITS))('%s opens from the page of a private build, and does what it is for', async (folder) => {
    const page = await pages().openAs('demo')
    await page.goto(path)
    await page.getByRole('list', { name: 'Reports' }).locator('a.button', { hasText: folder }).click()
    await page.waitForURL(/^http:\/\/[a-z2-7]{26}\.localhost:\d+\//)
    expect(await VISITS[folder]?.visit(page)).toContain(EXPECTED[folder])
    expect(page.url()).not.toContain('.buildpass')
  })

  it('are listed above the files, which open one by one', async () => {
    const page = await pages().openAs('demo')
    await inspect(page, 'reports', path)
    const names = await page.getByRole('list', { name: 'Reports' }).locator('a.button').allInnerTexts()
    expect(names.map((name) => name.replace(/\s+/g, ' ').trim())).toEqual([
      'coverage Coverage',
      'lighthouse',
      'playwright-report Playwright',
      'pytest',
      'typedoc TypeDoc',
    ])
    await page.goto('/gh/acme/web?pipeline=15')
    await page.getByRole('link', { name: /deploy/ }).click()
    await page.getByRole('link', { name: 'Open deploy.log' }).click()
    expect(await page.locator('body').innerText()).toContain('health check … 200')
  })

  it('have storage and a service worker of their own', async () => {
    const { origin, demo } = pages()
    const files = {
      'worker/index.html': '<script>navigator.serviceWorker.register("sw.js")</script>',
      'worker/sw.js': `addEventListener('activate', (event) => event.waitUntil(clients.claim()))
        addEventListener('fetch', (event) => event.request.url.endsWith('/made') && event.respondWith(new Response('by the worker')))`,
    }
    for (const [name, body] of Object.entries(files)) {
      const headers = { 'Circle-Token': demo.tokens.personal }
      const builds = `${origin}/api/buildpass/v1/projects${path.replace(/(?=\/\d+$)/, '/builds')}`
      expect((await fetch(`${builds}/artifacts/${name}`, { method: 'PUT', headers, body })).status).toBe(201)
    }
    const page = await pages().openAs('demo')
    await page.goto(`${path}/report/0/worker/`)
    await page.waitForFunction('navigator.serviceWorker.controller')
    expect(await page.evaluate("fetch('made').then((response) => response.text())")).toBe('by the worker')
    expect(await page.evaluate("localStorage.setItem('a', 'b'), localStorage.getItem('a')")).toBe('b')
    expect(await page.evaluate('document.cookie')).toBe('')
    await page.goto('/')
    expect(await page.evaluate('navigator.serviceWorker.getRegistrations().then((all) => all.length)')).toBe(0)
  })

  it('give nothing to whoever is not signed in, nor to another browser with their address', async () => {
    const page = await pages().openAs('demo')
    await page.goto(`${path}/report/0/coverage/`)
    const address = page.url()
    const stranger = await pages().open()
    const response = await stranger.goto(address)
    expect([response?.status(), await stranger.locator('body').innerText()]).toEqual([
      403,
      expect.not.stringContaining('All files'),
    ])
    await stranger.goto(`${path}/report/0/coverage/`)
    expect(stranger.url()).toContain('/sign-in?next=')
  })

  it('end with the session: the next click within ten seconds says so', async () => {
    const page = await pages().open()
    await page.goto(await pages().linkFor('demo'))
    await page.getByRole('button', { name: /^Sign in as/ }).click()
    await page.goto(`${path}/report/0/coverage/`)
    const report = page.url()
    const other = await page.context().newPage()
    await other.goto(pages().origin)
    await other.locator('summary[aria-label^="Account menu"]').click()
    await other.getByRole('button', { name: 'Sign out' }).click()
    await other.getByText('You are signed out.').waitFor()
    const endedAt = Date.now()
    let lastOpenAt = endedAt
    const opened = async () => {
      const askedAt = Date.now()
      const status = (await page.goto(`${report.replace(/[^/]*$/, '')}src/index.html`))?.status()
      if (status === 200) lastOpenAt = askedAt
      return status
    }
    await expect.poll(opened, { interval: 500 }).toBe(403)
    expect(lastOpenAt - endedAt).toBeLessThan(10_000)
    await page.getByRole('link', { name: 'Ask again' }).click()
    await page.waitForURL(/\/sign-in\?next=/)
  })
})

describePages('reports in a sandbox', (pages) => {
  it('show those that need no storage, and run as nobody', async () => {
    const server = await startLocalServer({ env: { REPORTS_ORIGIN: '' } })
    try {
      const path = await uploadReports(server.origin, server.demo.tokens.personal)
      const page = await pages().open()
      const { controlKey } = JSON.parse(readFileSync(join(server.stateDir, '.local/server.json'), 'utf8'))
      const made = await fetch(`${server.origin}/local/sign-in-links`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Local-Control': controlKey },
        body: JSON.stringify({ login: 'demo' }),
      })
      await page.goto(server.origin + ((await made.json()) as { path: string }).path)
      await page.getByRole('button', { name: /^Sign in as/ }).click()
      for (const [folder, { visit }] of Object.entries(VISITS)) {
        if (NEEDS_ORIGIN.includes(folder)) continue
        await page.goto(`${server.origin}${path}/report/0/${folder}/`)
        expect(page.url()).toContain('/view/')
        expect(await page.evaluate('origin')).toBe('null')
        expect(await visit(page)).toContain(EXPECTED[folder])
      }
    } finally {
      await server.stop()
    }
  })
})
