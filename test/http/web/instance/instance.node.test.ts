import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describePages, expectAccessible, inspect, type Pages } from '../../../support/server/browser.ts'

const MAX_PAGE_BYTES = 50_000

/** With script and without: the pages must not need it. */
const MODES = [true, false] as const

describePages('a new owner', (pages) => {
  it.each(MODES)('is led from an empty dashboard to the first build (script: %s)', async (javaScriptEnabled) => {
    const login = `owner-${unique()}`
    const page = await newOwner(pages(), login, javaScriptEnabled)
    await page.goto('/')
    await page.getByRole('link', { name: 'Add project' }).click()
    if (javaScriptEnabled) await expectAccessible(page)
    await page.getByLabel('Organization or user').fill(login)
    await page.getByLabel('Repository').fill('not a name')
    await page.getByRole('button', { name: 'Add project' }).click()
    await expect.poll(() => page.textContent('#repo-error')).toContain('letters')
    expect(await page.getByLabel('Organization or user').inputValue()).toBe(login)
    await page.getByLabel('Repository').fill('web')
    await page.getByRole('button', { name: 'Add project' }).click()
    await page.waitForURL(`**/gh/${login}/web`)
    expect(await page.textContent('[role=status]')).toContain('created')

    await page.getByRole('link', { name: 'Personal API Tokens' }).click()
    await page.getByLabel('Token name').fill('First')
    await page.getByRole('button', { name: 'Add API Token' }).click()
    await page.waitForSelector('#secret')
    const secret = (await page.textContent('#secret')) ?? ''
    await page.goto(`/gh/${login}/web`)
    runInCheckout((await page.textContent('#report-build')) ?? '', secret)
    await page.reload()
    expect(await page.locator('#pipelines').textContent()).toContain('Passed')
  })
})

describePages('the users of the instance', (pages) => {
  it.each(MODES)('are added, made owners and removed by an owner (script: %s)', async (javaScriptEnabled) => {
    const login = `ada-${unique()}`
    const page = await pages().openAs('demo', { javaScriptEnabled })
    await page.goto('/')
    await page.getByLabel('Account menu of demo').click()
    await page.getByRole('link', { name: 'Instance' }).click()
    await page.getByLabel('Login').fill(login)
    await page.getByRole('button', { name: 'Add person' }).click()
    await page.waitForSelector('#secret')
    if (javaScriptEnabled) await expectAccessible(page)
    const link = (await page.textContent('#secret')) ?? ''
    const ada = await pages().open({ javaScriptEnabled })
    await ada.goto(link)
    await ada.getByRole('button', { name: `Sign in as ${login}` }).click()
    await ada.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
    await page.getByRole('link', { name: 'Done' }).click()
    await page.goBack().catch((error) => expect(String(error)).toContain('ERR_CACHE_MISS'))
    // Chromium may still be opening the page that says why it could not go back.
    const isThere = () => page.goto('/instance/users').then(Boolean, () => false)
    await expect.poll(isThere).toBe(true)
    expect(await page.content()).not.toContain(link)

    await page.getByRole('link', { name: `Manage ${login}` }).click()
    await page.getByLabel('Organization or user').fill('ada-org')
    await page.getByRole('button', { name: 'Allow' }).click()
    await expect.poll(() => page.textContent('main')).toContain('gh/ada-org')
    await page.getByLabel('Role on this instance').selectOption({ value: 'owner' })
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForSelector('[role=status]:has-text("is an owner of this instance now")')
    await ada.goto('/instance/users')
    expect(await ada.textContent('h1')).toBe('Users')

    await page.getByRole('link', { name: 'Remove', exact: true }).click()
    if (javaScriptEnabled) await expectAccessible(page)
    await page.getByRole('button', { name: 'Remove person' }).click()
    await page.waitForSelector('[role=status]:has-text("removed")')
    await ada.goto('/instance/users')
    expect(new URL(ada.url()).pathname).toBe('/sign-in')
  })

  it('are no business of others', async () => {
    const page = await pages().openAs('newcomer')
    await page.goto('/')
    await page.getByLabel('Account menu of newcomer').click()
    expect(await page.getByRole('link', { name: 'Instance' }).count()).toBe(0)
    await page.goto('/instance/users')
    expect(await page.textContent('h1')).toBe('Not found')
  })
})

describePages('the pages of the instance', (pages) => {
  it('look right', async () => {
    const login = `owner-${unique()}`
    const empty = await newOwner(pages(), login, true)
    await inspect(empty, 'dashboard-owner', '/')
    await inspect(empty, 'project-new', '/projects/new')
    await inspect(await pages().openAs('newcomer'), 'project-new-not-allowed', '/projects/new')
    const slug = await addProject(empty, login)
    await inspect(empty, 'project-first-steps', `/${slug}`)
    const page = await pages().openAs('demo')
    await inspect(page, 'instance-users', '/instance/users')
    await inspect(page, 'instance-user', '/instance/users/newcomer')
    await inspect(page, 'instance-user-self', '/instance/users/demo')
    await inspect(page, 'instance-user-remove', `/instance/users/${login}/remove`)
    await inspect(page, 'instance-tokens', '/instance/tokens')
    await inspect(page, 'instance-policy', '/instance/policy')
    await inspect(page, 'instance-traffic', '/instance/traffic')
  })

  it('are small, and draw the traffic with a text that says the same', async () => {
    const page = await pages().openAs('demo')
    for (const path of [
      '/instance/users',
      '/instance/tokens',
      '/instance/policy',
      '/instance/traffic',
      '/projects/new',
    ]) {
      const response = await page.goto(path)
      expect((await response?.body())?.length, path).toBeLessThan(MAX_PAGE_BYTES)
    }
    await page.goto('/instance/traffic')
    const plot = page.getByRole('img', { name: /^Requests a minute: at most \d+, at .* UTC; \d+ failed$/ })
    expect(await plot.locator('rect').count()).toBeGreaterThan(0)
  })
})

function unique(): string {
  return Date.now().toString(36)
}

/** Somebody whom the demo's owner makes an owner too, signed in. */
async function newOwner(pages: Pages, login: string, javaScriptEnabled: boolean) {
  const page = await pages.openAs(login, { javaScriptEnabled })
  const demo = await pages.openAs('demo')
  await demo.goto(`/instance/users/${login}`)
  await demo.getByLabel('Role on this instance').selectOption({ value: 'owner' })
  await demo.getByRole('button', { name: 'Save' }).click()
  await demo.waitForSelector('[role=status]:has-text("is an owner of this instance now")')
  return page
}

async function addProject(page: Awaited<ReturnType<typeof newOwner>>, org: string): Promise<string> {
  await page.goto('/projects/new')
  await page.getByLabel('Organization or user').fill(org)
  await page.getByLabel('Repository').fill('app')
  await page.getByRole('button', { name: 'Add project' }).click()
  await page.waitForURL(`**/gh/${org}/app`)
  return `gh/${org}/app`
}

/** Runs the page's own command, as its reader would. */
function runInCheckout(command: string, token: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'buildpass-checkout-'))
  const git = ['git', '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
  try {
    const script = ['git init -q -b main', `${git.join(' ')} commit -q --allow-empty -m First`, `${command} --fail -s`]
    execFileSync('sh', ['-ec', script.join('\n')], {
      cwd: folder,
      env: { ...process.env, BUILDPASS_TOKEN: token },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
