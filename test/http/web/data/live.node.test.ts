import type { BrowserContextOptions, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describePages, expectAccessible, inspect, type Pages } from '../../../support/server/browser.ts'

/** How often a page asks, and how often here, but where a test is about that. */
const [EVERY, HERE] = ['const LIVE_MS = 5000\n', 'const LIVE_MS = 250\n']

describePages('a page with something that runs', (pages) => {
  it('changes around what has the focus, and keeps focus, folds and scrolling', async () => {
    const slug = await newProject(pages(), 'focus')
    await report(pages(), slug, 'older', { status: 'success' })
    await report(pages(), slug, 'watched', { status: 'running' })
    const page = await openQuick(pages(), 'demo', { viewport: { width: 1000, height: 300 } })
    await page.goto(`/${slug}`)
    const chip = page.getByRole('link', { name: /older/ })
    await chip.focus()
    const before = await topOf(page)
    await report(pages(), slug, 'newer', { status: 'running' })
    await report(pages(), slug, 'watched', { status: 'failed' })
    await expect.poll(() => page.locator('#pipelines').textContent()).toMatch(/Failed.*watched/)
    expect(await focused(page)).toContain('older')
    expect(Math.abs((await topOf(page)) - before), 'what is looked at stays where it is').toBeLessThan(3)
    await expect.poll(() => page.locator('#said').textContent()).toMatch(/Failed: pipeline #2/)

    await page.goto(`/${slug}/3`)
    const step = page.locator('summary', { hasText: 'Wait' })
    await step.click()
    expect(await page.title()).toContain('Running: newer #3')
    await report(pages(), slug, 'newer', { status: 'failed' })
    await expect.poll(() => page.title()).toContain('Failed: newer #3')
    expect(await page.locator('#said').textContent()).toBe('Failed: newer #3')
    expect(await focused(page)).toContain('Wait')
    expect(await page.locator('[data-live]').count()).toBe(0)
  })

  it('lets what the reader folded stay folded, and gives the focus of what is gone to what it stood in', async () => {
    const slug = await newProject(pages(), 'folded')
    await report(pages(), slug, 'one', { status: 'running', step: 'failed' })
    const page = await pages().openAs('demo')
    await page.goto(`/${slug}/1`)
    const step = page.locator('summary', { hasText: 'Wait' })
    expect(await page.getByText('sleep 1').isVisible()).toBe(true)
    await step.press('Enter')
    expect(await page.getByText('sleep 1').isVisible()).toBe(false)
    await page.getByRole('link', { name: 'Reload' }).focus()
    await report(pages(), slug, 'one', { status: 'failed', step: 'failed' })
    // At the pace that people have.
    await expect.poll(() => page.title()).toContain('Failed')
    expect(await page.getByText('sleep 1').isVisible()).toBe(false)
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('build')
  })

  it('of a deleted project says that it no longer updates, and why', async () => {
    const slug = await newProject(pages(), 'deleted')
    await report(pages(), slug, 'one', { status: 'running' })
    const page = await openQuick(pages(), 'demo')
    const list = await openQuick(pages(), 'demo')
    await page.goto(`/${slug}/1`)
    await list.goto(`/${slug}`)
    await api(pages(), 'DELETE', slug)
    for (const open of [page, list]) {
      await open.bringToFront()
      await expect
        .poll(() => open.locator('.live-note').textContent())
        .toBe('This page no longer updates: this is gone, or is no longer open to you. Go to the start page')
      expect(await open.locator('#said').textContent()).toContain('no longer updates')
      await expectAccessible(open)
    }
  })

  it('says so where the session ended, and where the role did', async () => {
    const slug = await newProject(pages(), 'ended')
    await report(pages(), slug, 'one', { status: 'running' })
    await addMember(pages(), slug, 'noor')
    const noor = await openQuick(pages(), 'noor')
    await noor.goto(`/${slug}/1`)
    await api(pages(), 'DELETE', `${slug}/members/noor`)
    await expect.poll(() => noor.locator('.live-note').textContent()).toContain('no longer open to you')

    await addMember(pages(), slug, 'leaver')
    const leaver = await openQuick(pages(), 'leaver')
    const dashboard = await leaver.context().newPage()
    await leaver.goto(`/${slug}/1`)
    await dashboard.goto('/')
    const settings = await leaver.context().newPage()
    await settings.goto('/account')
    await settings
      .getByRole('button', { name: /^Sign out/ })
      .last()
      .click()
    await settings.waitForURL('**/sign-in')
    for (const open of [leaver, dashboard]) {
      await open.bringToFront()
      await expect.poll(() => open.locator('.live-note').textContent()).toContain('you are signed out. Sign in')
    }
    await dashboard.getByRole('link', { name: 'Sign in' }).click()
    await dashboard.waitForURL('**/sign-in**')
  })

  it('says since when it hears nothing, and goes on when the server is back', async () => {
    const slug = await newProject(pages(), 'offline')
    await report(pages(), slug, 'one', { status: 'running' })
    const page = await openQuick(pages(), 'demo')
    await page.goto(`/${slug}/1`)
    await page.context().setOffline(true)
    const note = page.locator('.live-note')
    await expect
      .poll(() => note.textContent())
      .toMatch(/^Not updating since \d{1,2}:\d\d.*: the server cannot be reached\. Trying again\.$/)
    await page.context().setOffline(false)
    await expect.poll(() => note.textContent()).toContain('updates by itself')
    await page.context().route('**/live/**', (route) => route.fulfill({ status: 503, body: 'no' }))
    await expect.poll(() => note.textContent()).toContain('the server could not answer')
    await page.context().unroute('**/live/**')
    await report(pages(), slug, 'one', { status: 'success' })
    await expect.poll(() => page.title()).toMatch(/^Passed/)
  })

  it('looks right while it hears nothing', async () => {
    const slug = await newProject(pages(), 'stale')
    await report(pages(), slug, 'one', { status: 'running' })
    const page = await openQuick(pages(), 'demo')
    await page.context().route('**/live/**', (route) => route.fulfill({ status: 503, body: 'no' }))
    for (const [name, path] of [
      ['live-build-stale', `/${slug}/1`],
      ['live-list-stale', `/${slug}`],
    ] as const)
      await inspect(page, name, path, async () => {
        // As who comes back to the page: it asks at once, and not after its five seconds.
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await page.locator('.live-note.stale').waitFor()
      })
  })
})

/** A page of that person whose live parts ask at a test's pace. */
async function openQuick({ openAs }: Pages, login: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await openAs(login, options)
  await page.context().route('**/assets/app.js*', async (route) => {
    const response = await route.fetch()
    const script = await response.text()
    expect(script).toContain(EVERY)
    await route.fulfill({ response, body: script.replace(EVERY, HERE) })
  })
  return page
}

async function report(
  { origin, demo }: Pages,
  slug: string,
  job: string,
  { status, step = status }: { status: string; step?: string },
) {
  const body = {
    external_id: job,
    job: { name: job },
    workflow: { external_id: job, name: 'ci' },
    pipeline: { external_id: job, branch: 'main', revision: 'f00d', subject: `Push of ${job}` },
    status,
    steps: [{ name: 'Wait', actions: [{ name: 'Wait', status: step, bash_command: 'sleep 1', exit_code: null }] }],
  }
  const response = await fetch(`${origin}/api/buildpass/v1/projects/${slug}/builds`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${demo.tokens.personal}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.ok).toBe(true)
}

async function newProject(pages: Pages, name: string): Promise<string> {
  const slug = `gh/acme/live-${name}-${Date.now().toString(36)}`
  await api(pages, 'POST', '', { slug })
  return slug
}

/** Somebody has to have been here to be a member. */
async function addMember(pages: Pages, slug: string, login: string): Promise<void> {
  await pages.openAs(login)
  await api(pages, 'PUT', `${slug}/members/${login}`, { role: 'member' })
}

/** Acts on projects as demo does. */
async function api({ origin, demo }: Pages, method: string, path: string, body?: object) {
  const response = await fetch(`${origin}/api/buildpass/v1/projects${path && `/${path}`}`, {
    method,
    headers: { Authorization: `Bearer ${demo.tokens.personal}`, 'Content-Type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  expect([path, response.ok]).toEqual([path, true])
}

function focused(page: Page): Promise<string> {
  return page.evaluate<string>('document.activeElement.textContent')
}

function topOf(page: Page): Promise<number> {
  return page.evaluate<number>('document.activeElement.getBoundingClientRect().top')
}
