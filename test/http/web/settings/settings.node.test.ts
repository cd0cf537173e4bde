import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { describePages, expectAccessible, inspect, type Pages } from '../../../support/server/browser.ts'

const SETTINGS = '/gh/acme/web/settings'

describePages('project settings', (pages) => {
  it('Status Badges: preview, code in eight formats, and a token for a private project', async () => {
    const page = await pages().openAs('demo')
    await page.goto(`${SETTINGS}/badges`)
    await page.getByLabel('Branch').fill('develop')
    await page.getByLabel('Style').selectOption('Flat square')
    await page.waitForURL(/style=flat-square/)
    const widthOfPreview = 'document.querySelector(\'img[alt="Build status of develop"]\').naturalWidth'
    await expect.poll(() => page.evaluate<number>(widthOfPreview)).toBeGreaterThan(50)
    const formats = ['Image URL', 'Markdown', 'Textile', 'RDoc', 'AsciiDoc', 'reStructuredText', 'pod', 'HTML']
    expect(await page.getByRole('heading', { level: 3 }).allTextContents()).toEqual(formats)
    expect(await page.textContent('#code-markdown')).toContain('circle-token=YOUR_STATUS_TOKEN')

    await page.getByRole('button', { name: 'Create a Status token and put it in the code' }).click()
    await expect.poll(() => page.textContent('main')).toContain('you will not be able to view the token again')
    await expectAccessible(page)
    const url = (await page.textContent('#code-image')) ?? ''
    expect(url).toMatch(/tree\/develop\.svg\?style=flat-square&circle-token=bpp_/)
    const badge = await fetch(url)
    expect([badge.status, badge.headers.get('Content-Type')]).toEqual([200, 'image/svg+xml; charset=utf-8'])
    const secret = new URL(url).searchParams.get('circle-token') ?? ''
    const builds = `${new URL(url).origin}/api/v1.1/project/gh/acme/web`
    expect((await fetch(builds, { headers: { 'Circle-Token': secret } })).status).toBe(403)
    await page.reload()
    expect(await page.content()).not.toContain(secret)
    await page.goto(`${SETTINGS}/api`)
    expect(await page.getByRole('row', { name: /Status badge \(develop\)/ }).textContent()).toContain('Status')
  })

  it('Status Badges: a public project needs no token', async () => {
    const page = await pages().openAs('demo')
    await page.goto('/gh/acme/docs/settings/badges')
    const url = (await page.textContent('#code-image')) ?? ''
    expect(url).not.toContain('circle-token')
    expect((await fetch(url)).status).toBe(200)
    expect(await page.getByRole('button', { name: /Create a Status token/ }).count()).toBe(0)
  })

  it('Members: added, promoted, removed with the tokens they made', async () => {
    const slug = await newProject(pages(), 'members')
    const noor = await pages().openAs('noor')
    const page = await pages().openAs('demo')
    await page.goto(`/${slug}/settings/members`)
    await page.getByLabel('Login').fill('nobody-here')
    await page.getByRole('button', { name: 'Add member' }).click()
    await expect.poll(() => page.textContent('#login-error')).toContain('Nobody of that login')
    await page.getByLabel('Login').fill('noor')
    await page.getByRole('button', { name: 'Add member' }).click()
    await page.waitForSelector('[role=status]:has-text("noor is added as a member")')
    await noor.goto(`/${slug}/settings`)
    expect(await noor.textContent('h1')).toBe('Not allowed')

    await page.getByLabel('Role of noor').selectOption('Admin')
    await page.getByRole('button', { name: 'Save role of noor' }).click()
    await page.waitForSelector('[role=status]:has-text("noor is an admin now")')
    await noor.goto(`/${slug}/settings/api/new`)
    await noor.getByLabel('Token Label').fill('Made by Noor')
    await noor.getByRole('button', { name: 'Add Token' }).click()
    const secret = (await noor.textContent('#secret')) ?? ''

    await page.goto(`/${slug}/settings/members`)
    await page.getByRole('link', { name: 'Remove noor' }).click()
    expect(await page.textContent('.callout')).toContain('Made by Noor')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Remove member' }).click()
    await page.waitForURL('**/members')
    const asked = await fetch(`${pages().origin}/api/v1.1/project/${slug}`, { headers: { 'Circle-Token': secret } })
    expect(asked.status).toBe(401)
    await noor.goto(`/${slug}`)
    expect(await noor.textContent('h1')).toBe('Not found')

    await page.getByRole('link', { name: 'Remove demo' }).click()
    await page.getByRole('button', { name: 'Remove member' }).click()
    await expect.poll(() => page.textContent('[role=alert]')).toContain('at least one admin')
  })

  it('General and Danger zone: the default branch, public and back, and gone', async () => {
    const slug = await newProject(pages(), 'danger')
    const page = await pages().openAs('demo')
    await page.goto(`/${slug}/settings`)
    await page.getByLabel('Default branch').fill('trunk')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForSelector('[role=status]:has-text("The default branch is saved")')
    expect(await page.getByLabel('Default branch').inputValue()).toBe('trunk')

    await page.getByRole('link', { name: 'Danger zone' }).click()
    const nobody = await pages().open()
    await nobody.goto(`/${slug}`)
    expect(new URL(nobody.url()).pathname).toBe('/sign-in')
    await page.getByLabel('I want everybody to be able to read it').check()
    await page.getByRole('button', { name: 'Make public' }).click()
    await page.waitForSelector('[role=status]:has-text("public")')
    await nobody.goto(`/${slug}`)
    expect(await nobody.textContent('h1')).toContain('danger')
    await page.getByRole('button', { name: 'Make private' }).click()
    await page.waitForSelector('[role=status]:has-text("private")')

    await page.getByLabel(`Type ${slug} to confirm`).fill('gh/acme/web')
    await page.getByRole('button', { name: 'Delete project' }).click()
    await expect.poll(() => page.textContent('#confirm-error')).toContain(slug)
    await page.getByLabel(`Type ${slug} to confirm`).fill(slug)
    await page.getByRole('button', { name: 'Delete project' }).click()
    await page.waitForURL('/')
    await page.goto(`/${slug}`)
    expect(await page.textContent('h1')).toBe('Not found')
  })

  it('Audit log: says who did what, page by page', async () => {
    const slug = await newProject(pages(), 'audited')
    const { origin, demo } = pages()
    for (let i = 0; i < 55; i++)
      await fetch(`${origin}/api/buildpass/v1/projects/${slug}`, {
        method: 'PATCH',
        headers: { 'Circle-Token': demo.tokens.personal, 'Content-Type': 'application/json' },
        body: JSON.stringify({ default_branch: `branch-${i}` }),
      })
    const page = await pages().openAs('demo')
    await page.goto(`/${slug}/settings/audit`)
    expect(await page.getByRole('row').nth(1).textContent()).toContain('default branch: branch-54')
    await page.getByRole('link', { name: 'Older' }).click()
    await expect.poll(() => page.getByRole('row').last().textContent()).toContain(`Created the project ${slug}`)
    await page.getByRole('link', { name: 'Newer' }).click()
    await expect.poll(() => page.getByRole('row').count()).toBe(51)
  })
})

describePages('the settings pages', (pages) => {
  it.each([
    ['account', '/account'],
    ['account-activity', '/account/activity'],
    ['personal-tokens', '/account/api'],
    ['personal-token-new', '/account/api/new'],
    ['project-general', SETTINGS],
    ['project-tokens', `${SETTINGS}/api`],
    ['project-token-new', `${SETTINGS}/api/new`],
    ['badges', `${SETTINGS}/badges?branch=develop&style=flat-square`],
    ['members', `${SETTINGS}/members`],
    ['webhooks', `${SETTINGS}/webhooks`],
    ['webhook-new', `${SETTINGS}/webhooks/new`],
    ['publishers', `${SETTINGS}/publishers`],
    ['publisher-new', `${SETTINGS}/publishers/new?kind=circleci`],
    ['retention', `${SETTINGS}/retention`],
    ['audit', `${SETTINGS}/audit`],
    ['danger', `${SETTINGS}/danger`],
    ['not-found', '/gh/no/such'],
  ])('%s looks right', async (name, path) => {
    const page = await pages().openAs('demo')
    await inspect(page, name, path)
  })

  it('to delete and to rotate a token look right', async () => {
    const page = await pages().openAs('demo')
    await page.goto(`${SETTINGS}/api`)
    for (const act of ['Delete', 'Rotate']) {
      const path = await page.getByRole('link', { name: `${act} Dashboard` }).getAttribute('href')
      await inspect(page, `project-token-${act.toLowerCase()}`, path ?? '')
      await page.goto(`${SETTINGS}/api`)
    }
  })

  it('on which a webhook’s secret stands looks right', async () => {
    const slug = await newProject(pages(), 'secret')
    const page = await pages().openAs('demo')
    const make = async () => {
      await page.goto(`/${slug}/settings/webhooks/new`)
      await page.getByRole('button', { name: 'Add webhook' }).click()
      if ((await page.locator('#secret').count()) > 0) return
      await page.goto(`/${slug}/settings/webhooks`)
      await page.getByRole('link', { name: /^Rotate/ }).click()
      await page.getByRole('button', { name: 'Rotate secret' }).click()
      await page.locator('#secret').waitFor()
    }
    await inspect(page, 'webhook-made', `/${slug}/settings/webhooks/new`, make)
  })

  it('of webhooks and publishers look right with long names too', async () => {
    const { origin, demo } = pages()
    const slug = await newProject(pages(), 'a-repository-whose-name-goes-on-and-on')
    const make = async (what: string, body: object) => {
      const response = await fetch(`${origin}/api/buildpass/v1/projects/${slug}/${what}`, {
        method: 'POST',
        headers: { 'Circle-Token': demo.tokens.personal, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      })
      expect(response.status).toBe(201)
      return (await response.json()) as { id: string; secret: string }
    }
    const github = await make('webhooks', { source: 'github' })
    await make('webhooks', { source: 'buildkite' })
    const workflow = `acme/web/.github/workflows/${'long-'.repeat(20)}.yml@refs/heads/main`
    await make('publishers', { kind: 'github', claims: { repository_id: '42', workflow_ref: workflow } })
    const [org, project] = [crypto.randomUUID(), crypto.randomUUID()]
    const claims = { 'oidc.circleci.com/org-id': org, 'oidc.circleci.com/project-id': project }
    const circleci = await make('publishers', { kind: 'circleci', claims })
    const body = JSON.stringify({ zen: 'Keep it logically awesome.' })
    const signature = createHmac('sha256', github.secret).update(body).digest('hex')
    await fetch(`${origin}/webhooks/${slug}/github`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'X-GitHub-Event': 'ping',
        'X-GitHub-Delivery': crypto.randomUUID(),
        'X-Hub-Signature-256': `sha256=${signature}`,
      },
      body,
    })
    const page = await pages().openAs('demo')
    const settings = `/${slug}/settings`
    await inspect(page, 'webhooks-full', `${settings}/webhooks`)
    await inspect(page, 'webhook-rotate', `${settings}/webhooks/${github.id}/rotate`)
    await inspect(page, 'webhook-delete', `${settings}/webhooks/${github.id}/delete`)
    await inspect(page, 'publishers-full', `${settings}/publishers`)
    await inspect(page, 'publisher-delete', `${settings}/publishers/${circleci.id}/delete`)
    await inspect(page, 'audit-full', `${settings}/audit`)
    const audit = await page.textContent('main')
    expect(audit).toContain('Created the webhook github')
    expect(audit).not.toContain(github.id)
  })

  it('of somebody new have something to say', async () => {
    const page = await pages().openAs('newcomer')
    await inspect(page, 'personal-tokens-empty', '/account/api')
    const slug = await newProject(pages(), 'empty')
    await inspect(await pages().openAs('demo'), 'project-tokens-empty', `/${slug}/settings/api`)
  })
})

/** A private project of the demo's owner, for one test alone. */
async function newProject({ origin, demo }: Pages, name: string): Promise<string> {
  const slug = `gh/acme/${name}-${Date.now().toString(36)}`
  const response = await fetch(`${origin}/api/buildpass/v1/projects`, {
    method: 'POST',
    headers: { 'Circle-Token': demo.tokens.personal, 'Content-Type': 'application/json' },
    body: JSON.stringify({ slug }),
  })
  expect(response.status).toBe(201)
  return slug
}
