import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import {
  describePages,
  expectAccessible,
  expectNoSidewaysScroll,
  inspect,
  type Pages,
} from '../../../support/server/browser.ts'

const FORM_ID = 'You will not be able to view the token again.'

/** With script and without: the pages must not need it. */
const MODES = [true, false] as const

/** What the page holds once it has arrived: while it navigates, Chromium gives nothing to read. */
async function settledContentOf(page: Page): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      return await page.content()
    } catch (error) {
      if (tries === 100 || !String(error).includes('the page is navigating')) throw error
      await page.waitForTimeout(100)
    }
  }
}

describePages('personal API tokens, step by step', (pages) => {
  it.each(MODES)('are created, used, rotated and deleted (script: %s)', async (javaScriptEnabled) => {
    const page = await pages().openAs('demo', { javaScriptEnabled })
    await page.goto('/')
    await page.getByLabel('Account menu of demo').click()
    await page.getByRole('link', { name: 'User settings' }).click()
    await page.getByRole('link', { name: 'Personal API Tokens' }).click()
    await page.getByRole('link', { name: 'Create New Token' }).click()
    const name = `Laptop ${javaScriptEnabled}`
    await page.getByLabel('Token name').fill(name)
    await page.getByRole('button', { name: 'Add API Token' }).click()
    expect(await page.textContent('main')).toContain(FORM_ID)
    if (javaScriptEnabled) await expectAccessible(page)
    const secret = await shownSecret(page)
    expect(secret).toMatch(/^bpu_[0-9A-Za-z]{42}$/)
    expect(await statusOf(pages(), secret, '/api/v1.1/me')).toBe(200)

    await page.getByRole('link', { name: 'Done' }).click()
    const row = page.getByRole('row', { name: new RegExp(name) })
    expect(await row.textContent()).toContain(`${secret.slice(0, 8)}…${secret.slice(-4)}`)
    expect(await page.content()).not.toContain(secret)
    const inAYear = new Date(Date.now() + 365 * 86_400_000).getUTCFullYear()
    expect(await row.textContent()).toContain(String(inAYear))

    await row.getByRole('link', { name: /Rotate/ }).click()
    await page.getByLabel('The old token stops').selectOption('At once')
    await page.getByRole('button', { name: 'Rotate token' }).click()
    const successor = await shownSecret(page)
    expect(await statusOf(pages(), secret, '/api/v1.1/me')).toBe(401)
    expect(await statusOf(pages(), successor, '/api/v1.1/me')).toBe(200)

    await page.getByRole('link', { name: 'Done' }).click()
    await page
      .getByRole('row', { name: new RegExp(`${successor.slice(-4)}`) })
      .getByRole('link', { name: /Delete/ })
      .click()
    if (javaScriptEnabled) await expectAccessible(page)
    await page.getByRole('button', { name: 'Delete token' }).click()
    expect(await page.textContent('[role=status]')).toContain('deleted')
    expect(await statusOf(pages(), successor, '/api/v1.1/me')).toBe(401)
  })

  it('never show a secret again: not on reload, not on Back, and no second token is made', async () => {
    for (const javaScriptEnabled of MODES) {
      const page = await pages().openAs('demo', { javaScriptEnabled })
      const label = `Reloaded ${javaScriptEnabled}`
      await page.goto('/account/api/new')
      await page.getByLabel('Token name').fill(label)
      await page.getByRole('button', { name: 'Add API Token' }).click()
      const secret = await shownSecret(page)
      await page.reload()
      expect(await settledContentOf(page)).not.toContain(secret)
      await page.goto('/account')
      // Without script the browser asks whether to send the form again, which shows here as a cache miss.
      await page.goBack().catch((error) => expect(String(error)).toContain('ERR_CACHE_MISS'))
      expect(await settledContentOf(page)).not.toContain(secret)
      await page.goto('/account/api')
      expect(await page.getByRole('row', { name: new RegExp(label) }).count()).toBe(1)
    }
  })

  it('say beside the field what is wrong, and keep what was filled in', async () => {
    const page = await pages().openAs('demo')
    await page.goto('/account/api/new')
    await page.getByLabel('Token name').fill('   ')
    await page.getByLabel('Expires').selectOption('On another day')
    await page.getByLabel('Last day').fill('2020-01-01')
    await page.getByRole('button', { name: 'Add API Token' }).click()
    // The browser itself refuses the past day; what gets by it is refused by the page.
    await page.evaluate("document.querySelector('#expiry_date').removeAttribute('min')")
    await page.getByRole('button', { name: 'Add API Token' }).click()
    await expect.poll(() => page.textContent('#label-error')).toContain('1 to 100 characters')
    expect(await page.textContent('#expiry_date-error')).toContain('still to come')
    expect(await page.getByLabel('Last day').inputValue()).toBe('2020-01-01')
    await expectAccessible(page)
  })
})

describePages('project API tokens, step by step', (pages) => {
  it.each(MODES)('are created with a scope, and deleted by typing DELETE (script: %s)', async (javaScriptEnabled) => {
    const page = await pages().openAs('demo', { javaScriptEnabled })
    await page.goto('/')
    await page.getByRole('link', { name: 'Project settings of acme/web' }).click()
    await page.getByRole('link', { name: 'API Permissions' }).click()
    expect(await page.textContent('main')).toContain('everywhere at most 10 seconds later')
    await page.getByRole('link', { name: 'Create Token' }).click()
    // The page may still be on its way: this list of texts waits for nothing.
    await expect
      .poll(() => page.getByLabel('Scope').locator('option').allTextContents())
      .toEqual(['Status', 'Build Artifacts', 'All'])
    await page.getByLabel('Scope').selectOption('Build Artifacts')
    const label = `Release ${javaScriptEnabled}`
    await page.getByLabel('Token Label').fill(label)
    await page.getByRole('button', { name: 'Add Token' }).click()
    expect(await page.textContent('main')).toContain(FORM_ID)
    const secret = await shownSecret(page)
    const artifacts = '/api/v1.1/project/gh/acme/web/latest/artifacts'
    expect(await statusOf(pages(), secret, artifacts)).toBe(200)
    expect(await statusOf(pages(), secret, '/api/v1.1/project/gh/acme/web')).toBe(403)

    await page.getByRole('link', { name: 'Done' }).click()
    await page
      .getByRole('row', { name: new RegExp(label) })
      .getByRole('link', { name: /Delete/ })
      .click()
    await page.getByLabel('Type DELETE to confirm').fill('delete')
    await page.getByRole('button', { name: 'Delete token' }).click()
    await expect.poll(() => page.textContent('#confirm-error')).toContain('DELETE')
    expect(await statusOf(pages(), secret, artifacts)).toBe(200)
    await page.getByLabel('Type DELETE to confirm').fill('DELETE')
    await page.getByRole('button', { name: 'Delete token' }).click()
    await page.waitForURL('**/settings/api')
    expect(await page.getByRole('row', { name: new RegExp(label) }).count()).toBe(0)
    expect(await statusOf(pages(), secret, artifacts)).toBe(401)
  })

  it('can be created and deleted with the keyboard alone, at 360 px', async () => {
    const page = await pages().openAs('demo', { viewport: { width: 360, height: 740 } })
    await page.goto('/gh/acme/web/settings/api')
    await tabTo(page, 'Create Token')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/api/new')
    await tabTo(page, 'scope')
    await page.keyboard.type('All')
    await tabTo(page, 'label')
    await page.keyboard.type('Keyboard')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#secret')
    await expectNoSidewaysScroll(page)
    await tabTo(page, 'Done')
    await page.keyboard.press('Enter')
    await page.waitForSelector('table')
    await tabTo(page, 'Delete Keyboard')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/delete')
    await tabTo(page, 'confirm')
    await page.keyboard.type('DELETE')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/settings/api')
    expect(await page.textContent('main')).not.toContain('Keyboard')
  })

  it('name what a token minted before it goes, and can keep it', async () => {
    const { origin, demo } = pages()
    const headers = { 'Circle-Token': demo.tokens.personal, 'Content-Type': 'application/json' }
    const tokensUrl = `${origin}/api/v1.1/user/token`
    const parent = await made(await fetch(tokensUrl, { method: 'POST', headers, body: '{"label":"Parent"}' }))
    const child = await made(
      await fetch(tokensUrl, {
        method: 'POST',
        headers: { ...headers, 'Circle-Token': parent.token },
        body: '{"label":"Child of parent"}',
      }),
    )
    const page = await pages().openAs('demo')
    await page.goto(`/account/api/${parent.id}/delete`)
    expect(await page.textContent('.callout')).toContain('Child of parent')
    await expectAccessible(page)
    await page.getByLabel('Keep it').check()
    await page.getByRole('button', { name: 'Delete token' }).click()
    expect(await statusOf(pages(), parent.token, '/api/v1.1/me')).toBe(401)
    expect(await statusOf(pages(), child.token, '/api/v1.1/me')).toBe(200)
  })
})

describePages('the limits of a new token', (pages) => {
  it('are folded away, look right, and keep what was filled in', async () => {
    const page = await pages().openAs('demo')
    await page.goto('/gh/acme/web/settings/api/new')
    expect(await page.getByLabel('Networks').isVisible()).toBe(false)
    await inspect(page, 'token-limits', '/gh/acme/web/settings/api/new', async () => {
      await page.getByText('Limits', { exact: true }).click()
      await page.getByLabel('Token Label').fill('Wall display')
      await page.getByLabel('Only badges').check()
      await page.getByLabel('Networks').fill('10.0.0.0/8 home')
      await page.getByRole('button', { name: 'Add Token' }).click()
      await page.locator('#cidrs-error').waitFor()
    })
    expect(await page.getByLabel('Only badges').isChecked()).toBe(true)
    await page.getByLabel('Networks').fill('10.0.0.0/8\n2001:db8:1111:2222:3333:4444:5555:6666')
    await page.getByRole('button', { name: 'Add Token' }).click()
    await page.locator('#secret').waitFor()
    await page.goto('/gh/acme/web/settings/api')
    expect(await page.getByRole('row', { name: /Wall display/ }).textContent()).toMatch(/only badges.*from 2 networks/)
  })
})

describePages('the page that shows a secret', (pages) => {
  it('looks right', async () => {
    const page = await pages().openAs('demo')
    await inspect(page, 'token-created', '/gh/acme/web/settings/api/new', async () => {
      await page.getByLabel('Token Label').fill('Pictured')
      await page.getByRole('button', { name: 'Add Token' }).click()
      await page.waitForSelector('#secret')
    })
  })
})

describePages('the copy button', (pages) => {
  it('takes the token to the clipboard and says so', async () => {
    const page = await pages().openAs('demo', { permissions: ['clipboard-read', 'clipboard-write'] })
    await page.goto('/account/api/new')
    await page.getByLabel('Token name').fill('Copied')
    await page.getByRole('button', { name: 'Add API Token' }).click()
    const secret = await shownSecret(page)
    await page.getByRole('button', { name: 'Copy Token', exact: true }).click()
    await expect.poll(() => page.textContent('.secret .copy-label')).toBe('Copied')
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(secret)
  })
})

async function shownSecret(page: Page): Promise<string> {
  await page.waitForSelector('#secret')
  return (await page.textContent('#secret')) ?? ''
}

async function statusOf({ origin }: Pages, secret: string, path: string): Promise<number> {
  return (await fetch(origin + path, { headers: { 'Circle-Token': secret } })).status
}

async function made(response: Response): Promise<{ id: string; token: string }> {
  return (await response.json()) as { id: string; token: string }
}

/** Presses Tab until the control of that id, or of that text, has the focus. */
async function tabTo(page: Page, idOrText: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    const [id, text] = await page.evaluate<[string, string]>(
      "[document.activeElement.id, document.activeElement.textContent.trim().replace(/\\s+/g, ' ')]",
    )
    if (id === idOrText || text === idOrText) return
  }
  throw new Error(`Tab never reached "${idOrText}"`)
}
