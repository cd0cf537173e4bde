import { text } from 'node:stream/consumers'
import type { Download, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describePages, expectAccessible, expectNoSidewaysScroll, inspect } from '../../../support/server/browser.ts'

const MAX_PAGE_BYTES = 50_000

describePages('the data pages', (pages) => {
  it('lead from the dashboard over a failed build to its log file, without script as with it', async () => {
    for (const javaScriptEnabled of [true, false]) {
      const page = await pages().openAs('demo', { javaScriptEnabled, acceptDownloads: true })
      await page.goto('/')
      await page.getByRole('link', { name: 'acme/web', exact: true }).click()
      await page.getByLabel('Branch', { exact: true }).selectOption('develop')
      await page.getByLabel('Status', { exact: true }).selectOption('failed')
      await page.getByRole('button', { name: 'Filter' }).click()
      await expect.poll(() => page.getByRole('heading', { level: 3 }).allTextContents()).toHaveLength(1)
      await page.getByRole('link', { name: /Failed\s*test/ }).click()
      await page.waitForURL(/\/gh\/acme\/web\/\d+$/)
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toMatch(/^test #\d+$/)
      // The first failure is unfolded, and it is on top.
      expect(await page.getByText('AssertionError: expected 12.30 to be 12.31').isVisible()).toBe(true)
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'test.log' }).first().click(),
      ])
      expect(await textOf(download)).toBe('node 0: 118 tests in 41 files\n')
    }
  })

  it('download a name that needs care', async () => {
    const page = await pages().openAs('demo', { acceptDownloads: true })
    await page.goto('/gh/acme/web?pipeline=15')
    await page.getByRole('link', { name: /deploy/ }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'naïve – 数据.csv', exact: true }).click(),
    ])
    expect(download.suggestedFilename()).toBe('naïve – 数据.csv')
    expect(await textOf(download)).toContain('Île-de-France')
  })

  it('follow a running build by themselves, keep what is unfolded, and stop when it is over', async () => {
    const { demo, origin } = pages()
    const report = async (status: string) => {
      const body = {
        external_id: 'followed',
        job: { name: 'followed' },
        workflow: { external_id: 'followed', name: 'follow' },
        pipeline: { external_id: 'followed', branch: 'follow', revision: 'f00d', subject: 'Follow me' },
        status,
        steps: [
          {
            name: 'Wait',
            actions: [{ name: 'Wait', status, bash_command: 'sleep 1', exit_code: status === 'running' ? null : 0 }],
          },
        ],
      }
      const response = await fetch(`${origin}/api/buildpass/v1/projects/gh/acme/web/builds`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${demo.tokens.personal}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      })
      expect(response.ok).toBe(true)
    }
    await report('running')
    const list = await pages().openAs('demo')
    await list.goto('/gh/acme/web?branch=follow')
    const build = await pages().openAs('demo')
    await build.goto('/gh/acme/web?branch=follow')
    await build.getByRole('link', { name: /followed/ }).click()
    await build.getByText('Wait', { exact: true }).click()
    await build.getByRole('heading', { level: 1 }).click()
    // A browser refreshes only the page that is in front.
    await report('success')
    await expect.poll(() => build.locator('#build').textContent()).toMatch(/Passed|Fixed/)
    expect(await build.getByText('sleep 1').isVisible()).toBe(true)
    expect(await build.locator('[data-live]').count()).toBe(0)
    await list.bringToFront()
    await expect.poll(() => list.locator('#pipelines').textContent()).toMatch(/Passed|Fixed/)
    expect(await list.locator('[data-live]').count()).toBe(0)
    await expectAccessible(list)
  })

  it('show a public project to whoever comes, and lead others to the sign-in page', async () => {
    const page = await pages().open()
    await page.goto('/gh/acme/docs')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('acme/docs')
    expect(await page.getByRole('link', { name: /Project settings/ }).count()).toBe(0)
    await page.goto('/gh/acme/web')
    expect(new URL(page.url()).pathname).toBe('/sign-in')
    await page.goto('/gh/acme/never-made')
    expect(new URL(page.url()).pathname).toBe('/sign-in')
  })

  it('can be used by keyboard alone', async () => {
    const page = await pages().openAs('demo')
    await page.goto('/gh/acme/web?status=failed')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Skip to content')
    await page.goto('/gh/acme/web')
    await page.getByLabel('Status', { exact: true }).focus()
    await page.keyboard.type('With a f')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL(/status=failed/)
    await page
      .getByRole('link', { name: /Failed\s*test/ })
      .first()
      .focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/gh\/acme\/web\/\d+$/)
    const fold = page.locator('summary', { hasText: 'rounds each line' })
    await fold.focus()
    await page.keyboard.press('Enter')
    expect(await page.getByText('AssertionError: expected').isVisible()).toBe(false)
  })

  it('are small, ask for one stylesheet and one script, and do not shift', async () => {
    const page = await pages().openAs('demo')
    for (const path of ['/', '/gh/acme/web', '/gh/acme/web/29']) {
      const asked: string[] = []
      const note = (request: { url(): string }) => void asked.push(new URL(request.url()).pathname)
      page.on('request', note)
      const response = await page.goto(path)
      expect((await response?.body())?.length, path).toBeLessThan(MAX_PAGE_BYTES)
      page.off('request', note)
      expect(asked.filter((url) => url.startsWith('/assets/') && !url.endsWith('icon.svg')).sort()).toEqual([
        '/assets/app.css',
        '/assets/app.js',
      ])
      expect(await shiftOf(page), path).toBe(0)
    }
  })

  it('look right, with nothing wrong for axe and no sideways scrolling', async () => {
    const page = await pages().openAs('demo')
    await inspect(page, 'dashboard', '/')
    await inspect(page, 'project', '/gh/acme/web')
    await inspect(page, 'project-nothing', '/gh/acme/web?branch=develop&status=running')
    await inspect(page, 'build', '/gh/acme/web/29')
    await inspect(await pages().open(), 'landing', '/')
    await inspect(await pages().openAs('newcomer'), 'dashboard-empty', '/')
  })

  it('fit a phone with names that have no end', async () => {
    const { demo, origin } = pages()
    const long = 'x'.repeat(180)
    const response = await fetch(`${origin}/api/buildpass/v1/projects/gh/acme/secret/builds`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${demo.tokens.personal}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({
        external_id: 'long',
        job: { name: long },
        workflow: { external_id: 'long', name: long },
        pipeline: { external_id: 'long', branch: `main-${long}`, revision: long, subject: long },
        status: 'failed',
        steps: [{ name: long, actions: [{ name: long, status: 'failed', bash_command: long }] }],
      }),
    })
    const { build_num: num } = (await response.json()) as { build_num: number }
    const page = await pages().openAs('demo', { viewport: { width: 360, height: 800 } })
    for (const path of ['/', '/gh/acme/secret', `/gh/acme/secret/${num}`]) {
      await page.goto(path)
      await expectNoSidewaysScroll(page)
    }
  })
})

async function textOf(download: Download): Promise<string> {
  return text(await download.createReadStream())
}

async function focused(page: Page): Promise<string> {
  return page.evaluate<string>('document.activeElement.textContent.trim()')
}

/** The cumulative layout shift since the page began. */
function shiftOf(page: Page): Promise<number> {
  return page.evaluate<number>(`new Promise((resolve) => {
    let sum = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) sum += entry.value
    }).observe({ type: 'layout-shift', buffered: true })
    setTimeout(() => resolve(sum), 300)
  })`)
}
