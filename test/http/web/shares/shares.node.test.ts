import { text } from 'node:stream/consumers'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describePages, expectAccessible, inspect } from '../../../support/server/browser.ts'

/** With script and without: the pages must not need it. */
const MODES = [true, false] as const
const FILE = 'naïve – 数据.csv'

async function openBuild(page: Page): Promise<void> {
  await page.goto('/gh/acme/web?pipeline=15')
  await page.getByRole('link', { name: /deploy/ }).click()
  await page.waitForURL(/\/gh\/acme\/web\/\d+$/)
}

async function shareFile(page: Page, fill: () => Promise<unknown> = async () => {}): Promise<string> {
  await openBuild(page)
  await page.getByRole('link', { name: /^Share .*naïve/ }).click()
  await fill()
  await page.getByRole('button', { name: 'Make the link' }).click()
  const link = (await page.getByLabel('Link', { exact: true }).textContent())?.trim() ?? ''
  expect(link).toMatch(/\/s\/bps_[0-9A-Za-z]{42}$/)
  return link
}

describePages('a share link, step by step', (pages) => {
  it.each(MODES)('gives one file to somebody without an account, and ends (script: %s)', async (javaScriptEnabled) => {
    const page = await pages().openAs('demo', { javaScriptEnabled })
    const label = `For Jo ${javaScriptEnabled}`
    const link = await shareFile(page, async () => {
      await page.getByLabel('Uses at most').fill('2')
      await page.getByLabel('Label').fill(label)
    })
    if (javaScriptEnabled) await expectAccessible(page)

    const guest = await pages().open({ javaScriptEnabled, acceptDownloads: true })
    await guest.goto(link)
    expect(await guest.textContent('main')).not.toContain('naïve')
    expect(await guest.getByRole('link', { name: 'Sign in' }).count()).toBe(0)
    const [download] = await Promise.all([
      guest.waitForEvent('download'),
      guest.getByRole('button', { name: 'Download' }).click(),
    ])
    expect(download.suggestedFilename()).toBe(FILE)
    expect(await text(await download.createReadStream())).toContain('Île-de-France')

    await page.goto('/gh/acme/web/shares')
    expect(await page.content()).not.toContain(link)
    const row = page.getByRole('row', { name: new RegExp(label) })
    expect(await row.textContent()).toContain('1 of 2')
    await row.getByRole('button', { name: /^End/ }).click()
    expect(await page.textContent('[role=status]')).toContain('The share link is ended.')
    expect(await page.getByRole('row', { name: new RegExp(label) }).count()).toBe(0)
    await guest.goto(link)
    expect(await guest.textContent('main')).toContain('This link opens nothing')
  })

  it('is shown once: not on Back, and the button copies it', async () => {
    const page = await pages().openAs('demo', { permissions: ['clipboard-read', 'clipboard-write'] })
    const link = await shareFile(page)
    await page.getByRole('button', { name: /^Copy/ }).click()
    await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe(link)
    await page.getByRole('link', { name: 'All share links' }).click()
    await page.waitForURL(/\/shares$/)
    await page.goBack()
    await expect.poll(() => page.content()).not.toContain(link)
  })

  it('opens a report for somebody without an account, and no other file of its build', async () => {
    const page = await pages().openAs('demo')
    await page.goto('/gh/acme/web?pipeline=15')
    await page
      .getByRole('link', { name: /\btest\b/ })
      .first()
      .click()
    await page.waitForURL(/\/gh\/acme\/web\/\d+$/)
    await page
      .getByRole('link', { name: /^Share .*coverage\/index\.html/ })
      .first()
      .click()
    expect(await page.getByLabel(/opens it in the browser/).isChecked()).toBe(true)
    await page.getByRole('button', { name: 'Make the link' }).click()
    const link = (await page.getByLabel('Link', { exact: true }).textContent())?.trim() ?? ''
    const guest = await pages().open()
    await guest.goto(link)
    await guest.getByRole('button', { name: 'Open' }).click()
    await guest.waitForURL(/\/coverage\/index\.html$/)
    expect(await guest.title()).toContain('overage')
    await guest.getByRole('link').first().click()
    expect((await guest.goto(new URL('../out/report.txt', guest.url()).href))?.status()).toBe(404)
  })

  it('looks right: the form, the link, its page, and the list', async () => {
    const page = await pages().openAs('demo')
    const link = await shareFile(page, async () => {
      await page.getByLabel('Show the name').check()
      await page.getByLabel('Label').fill('For the auditors')
    })
    await shareFile(page)
    await inspect(page, 'shares', '/gh/acme/web/shares')
    await openBuild(page)
    const build = new URL(page.url()).pathname
    await inspect(page, 'build-with-share', build)
    const form = await page.getByRole('link', { name: /^Share .*naïve/ }).getAttribute('href')
    await inspect(page, 'share-form', form ?? '')
    await inspect(page, 'share-made', form ?? '', async () => {
      await page.getByRole('button', { name: 'Make the link' }).click()
      await page.getByLabel('Link', { exact: true }).waitFor()
    })
    await inspect(page, 'share-link', new URL(link).pathname)
    await inspect(page, 'share-link-dead', `/s/bps_${'0'.repeat(42)}`)
  })
})
