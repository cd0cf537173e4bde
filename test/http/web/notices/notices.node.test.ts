import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { Viewer } from '../../../../src/domain/people/session.ts'
import { MailSection } from '../../../../src/http/web/notices/mail-section.tsx'
import { describePages, expectAccessible, inspect, type Pages } from '../../../support/server/browser.ts'

/** With script and without: the pages must not need it. */
const MODES = [true, false] as const
const SLACK = 'https://hooks.slack.example/services/T0/B0/secret-part'
const WIDE = 'w'.repeat(90)
const HOSTILE = `<b>"&\u202eniam\u200b`

describePages('notices, by keyboard', (pages) => {
  it.each(MODES)('lead from the bell to the reason, and are read then (script: %s)', async (javaScriptEnabled) => {
    const { slug, login, report } = await newProject(pages(), 'told')
    const page = await pages().openAs(login, { javaScriptEnabled })
    const bell = page.getByRole('link', { name: /^Notices/ }).first()
    const bellSays = async () => {
      await page.goto('/account')
      return bell.getAttribute('aria-label')
    }
    await report({ run: 1, status: 'success' })
    await expect.poll(bellSays).toBe('Notices, 1 unread')
    // Who is told that it broke the branch is not told of its end as well.
    await report({ run: 2, status: 'failed' })
    await expect.poll(bellSays).toBe('Notices, 2 unread')
    await report({ run: 3, status: 'failed' })
    await expect.poll(bellSays).toBe('Notices, 3 unread')

    await press(page, bell)
    await page.waitForURL('**/notices')
    if (javaScriptEnabled) await expectAccessible(page)
    const broke = page.getByRole('button', { name: `Unread: main of ${slug} broke`, exact: true })
    await press(page, broke)
    await page.waitForURL(`**/${slug}/2`)
    expect(await bell.getAttribute('aria-label')).toBe('Notices, 2 unread')

    await press(page, bell)
    await press(page, page.getByRole('link', { name: `main of ${slug} broke` }))
    await page.waitForURL(`**/${slug}/2`)
    await press(page, bell)
    await press(page, page.getByRole('button', { name: /^Mark as read Your pipeline 3/ }))
    expect(await page.textContent('[role=status]')).toContain('The notice is marked as read.')
    await press(page, page.getByRole('button', { name: 'Mark all as read' }))
    expect(await page.textContent('[role=status]')).toContain('All notices are marked as read.')
    expect(await bell.getAttribute('aria-label')).toBe('Notices')
    expect(await page.getByRole('button', { name: /Mark|Unread/ }).count()).toBe(0)
  })

  it.each(MODES)('are chosen, for all and for one project (script: %s)', async (javaScriptEnabled) => {
    const { slug, login } = await newProject(pages(), 'chosen')
    const page = await pages().openAs(login, { javaScriptEnabled })
    await page.goto('/notices')
    await press(page, page.getByRole('link', { name: 'Choose what you are told of' }))
    await page.waitForURL('**/account/notices')
    const of = (place: string) => page.getByRole('radio', { name: `The default branch broke: ${place}`, exact: true })
    await tabTo(page, of('As usual (bell)'))
    await page.keyboard.press('ArrowRight')
    expect(await of('Off').isChecked()).toBe(true)
    await press(page, page.getByRole('button', { name: 'Save' }))
    expect(await page.textContent('[role=status]')).toContain('What you are told of is saved.')
    expect(await of('Off').isChecked()).toBe(true)

    await page.getByLabel('For', { exact: true }).selectOption(slug)
    if (!javaScriptEnabled) await press(page, page.getByRole('button', { name: 'Show' }))
    await page.waitForURL(`**/account/notices?project=${encodeURIComponent(slug)}`)
    const row = page.getByRole('row', { name: /The default branch broke/ })
    expect(await row.textContent()).toContain('off')
    expect(await of('As for all (off)').isChecked()).toBe(true)
    await tabTo(page, of('As for all (off)'))
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await press(page, page.getByRole('button', { name: 'Save' }))
    await page.locator('[role=status]:has-text("saved")').waitFor()
    expect(await of('Bell').isChecked()).toBe(true)
    await page.goto('/account/notices')
    expect(await of('Off').isChecked()).toBe(true)
  })

  it.each(MODES)('go to channels, which are tried and deleted (script: %s)', async (javaScriptEnabled) => {
    const { slug } = await newProject(pages(), 'channels')
    const list = `/${slug}/settings/notices`
    const page = await pages().openAs('demo', { javaScriptEnabled })
    await page.goto(`/${slug}/settings`)
    await press(page, page.getByRole('link', { name: 'Notices', exact: true }).last())
    await page.waitForURL(`**${list}`)
    await press(page, page.getByRole('link', { name: 'Add channel' }))
    await page.getByLabel('Address').fill('https://192.168.0.1/hook')
    await page.getByLabel('Name (optional)').fill('#builds')
    await page.getByLabel('A test is flaky').check()
    await press(page, page.getByRole('button', { name: 'Add channel' }))
    expect(await page.textContent('#url-error')).toContain('must be on a public host')
    expect([
      await page.getByLabel('Address').inputValue(),
      await page.getByLabel('Name (optional)').inputValue(),
    ]).toEqual(['', '#builds'])
    expect(await page.getByLabel('A test is flaky').isChecked()).toBe(true)
    await page.getByLabel('Address').fill(SLACK)
    await page.getByLabel('Address').press('Enter')
    await page.waitForURL(`**${list}`)
    expect(await page.textContent('main')).toContain('hooks.slack.example')
    expect(await page.content()).not.toContain('secret-part')

    await press(page, page.getByRole('button', { name: 'Try #builds' }))
    expect(await page.textContent('[role=status]')).toContain('A try is on its way')
    expect(await page.getByRole('row', { name: /A try #builds/ }).count()).toBe(1)
    await press(page, page.getByRole('link', { name: 'Delete #builds' }))
    await page.getByLabel('Type DELETE to confirm').fill('DELETE')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**${list}`)
    expect(await page.textContent('main')).toContain('No channel is told of this project')
  })

  it('show the secret of a webhook once', async () => {
    const { slug } = await newProject(pages(), 'signed')
    const page = await pages().openAs('demo')
    await page.goto(`/${slug}/settings/notices/new`)
    await page.getByLabel('Kind').selectOption('Signed webhook')
    await page.getByLabel('Address').fill('https://receiver.example.com/in')
    await page.getByRole('button', { name: 'Add channel' }).click()
    const secret = (await page.textContent('#secret')) ?? ''
    expect(secret).toMatch(/^whsec_/)
    await page.getByRole('link', { name: 'Done' }).click()
    await page.waitForURL(/settings\/notices$/)
    expect(await page.textContent('main')).toContain('https://receiver.example.com/in')
    await page.goBack()
    await expect.poll(() => page.content()).not.toContain(secret)
  })
})

describePages('the pages of notices look right', (pages) => {
  it('with nothing, with a little, and with much that is hostile', async () => {
    const { login, report } = await newProject(pages(), WIDE)
    const page = await pages().openAs(login)
    await inspect(page, 'notices-empty', '/notices')
    const unread = async () => {
      await page.goto('/notices')
      return page.getByRole('button', { name: /^Unread/ }).count()
    }
    await report({ run: 0, status: 'success' })
    await expect.poll(unread).toBe(1)
    await report({ run: 1, status: 'failed', job: WIDE })
    await expect.poll(unread).toBe(2)
    await page.getByRole('button', { name: /^Mark as read Your pipeline 1/ }).click()
    await inspect(page, 'notices', '/notices')
    const runs = Array.from({ length: 51 }, (_, index) => index + 2)
    await Promise.all(runs.map((run) => report({ run, status: 'failed', branch: `${HOSTILE}${run}`, job: WIDE })))
    await expect.poll(() => unread().then(() => page.textContent('.bell'))).toBe('50+')
    expect(await unread()).toBe(50)
    await inspect(page, 'notices-full', '/notices')
  })

  it('where it is chosen what one is told of', async () => {
    const { slug, login } = await newProject(pages(), WIDE)
    const page = await pages().openAs(login)
    await inspect(page, 'notice-choices', '/account/notices')
    await inspect(page, 'notice-choices-project', `/account/notices?project=${slug}`)
  })

  // npm start sends no mail.
  it.each([
    ['none', null, {}],
    [
      'typed',
      { address: `${'w'.repeat(60)}@${'w'.repeat(60)}.example.com`, isConfirmed: false },
      { code: 'That is not the code.' },
    ],
    ['confirmed', { address: 'ada@example.com', isConfirmed: true }, { address: 'Type one address.' }],
  ] as const)('where mail is sent, with the address: %s', async (name, address, errors) => {
    const page = await pages().openAs('newcomer')
    const section = String(
      MailSection({ viewer: { formToken: 'x' } as Viewer, sendsMail: true, address, errors, typed: 'ada' }),
    )
    await page.route('**/account/notices', async (route) => {
      const response = await route.fetch()
      const html = await response.text()
      expect(html).toMatch(SECTION)
      await route.fulfill({ response, body: html.replace(SECTION, () => section) })
    })
    await inspect(page, `notice-mail-${name}`, '/account/notices', async () => {
      for (const summary of await page.locator('#mail summary').all()) await summary.click()
    })
  })

  it('of a project: without channels, with some, and the form', async () => {
    const { slug, ask } = await newProject(pages(), WIDE)
    const page = await pages().openAs('demo')
    const list = `/${slug}/settings/notices`
    await inspect(page, 'channels-empty', list)
    await inspect(page, 'channel-new', `${list}/new`)
    await inspect(page, 'channel-wrong', `${list}/new`, async () => {
      await page.getByLabel('Address').fill('https://10.0.0.1/')
      await page.getByRole('button', { name: 'Add channel' }).click()
      await page.locator('#url-error').waitFor()
    })
    const listeners = `/api/buildpass/v1/projects/${slug}/listeners`
    await ask('POST', listeners, {
      kind: 'slack',
      url: SLACK,
      name: '#builds',
      notices: ['branch.broken', 'token.leaked'],
    })
    await ask('POST', listeners, {
      kind: 'teams',
      url: 'https://prod-1.logic.example/workflows/w',
      name: `${HOSTILE}${'w'.repeat(70)}`,
    })
    await ask('POST', listeners, { kind: 'webhook', url: `https://receiver.example.com/${'w'.repeat(200)}` })
    await ask('POST', listeners, { kind: 'github-status', token: 'ghp_x', repository: `acme/${'w'.repeat(90)}` })
    await page.goto(list)
    await page.getByRole('button', { name: 'Try #builds' }).click()
    await page.locator('.flash').waitFor()
    await expect
      .poll(async () => {
        await page.goto(list)
        return page
          .getByRole('row', { name: /#builds/ })
          .first()
          .textContent()
      })
      .toContain('failing since')
    await inspect(page, 'channels', list)
    const path = await page.getByRole('link', { name: 'Delete #builds' }).getAttribute('href')
    await inspect(page, 'channel-delete', path ?? '')
    await inspect(page, 'channel-made', `${list}/new`, async () => {
      await page.goto(`${list}/new`)
      await page.getByLabel('Kind').selectOption('Signed webhook')
      await page.getByLabel('Address').fill('https://receiver.example.com/in')
      await page.getByRole('button', { name: 'Add channel' }).click()
      await page.locator('#secret').waitFor()
    })
  })
})

const SECTION = /<section class="section" id="mail">.*?<\/section>/s

/** Goes on by Tab to what is meant; fails where Tab never comes there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor({ state: 'attached' })
  const handle = await target.elementHandle()
  for (let steps = 0; steps < 120; steps++) {
    if (
      await page.evaluate(
        (one) => one === (globalThis as { document?: { activeElement?: unknown } }).document?.activeElement,
        handle,
      )
    )
      return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${page.url()} has no way by Tab to ${target}`)
}

async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target)
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
}

type Reported = {
  readonly run: number
  readonly status: 'success' | 'failed'
  readonly branch?: string
  readonly job?: string
}

/** A private project of the demo's owner for one test, and a member whose pipelines run there. */
async function newProject({ origin, demo, linkFor }: Pages, name: string) {
  const stamp = Date.now().toString(36)
  const slug = `gh/acme/${name.slice(0, 80)}-${stamp}`
  const login = `told-${stamp}`
  const ask = async (method: string, path: string, body: unknown) => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: { Authorization: `Bearer ${demo.tokens.personal}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect([path, response.status, response.ok ? '' : await response.text()]).toEqual([path, response.status, ''])
  }
  const project = `/api/buildpass/v1/projects/${slug}`
  await ask('POST', '/api/buildpass/v1/projects', { slug })
  await linkFor(login)
  await ask('PUT', `${project}/members/${login}`, { role: 'member' })
  const report = ({ run, status, branch = 'main', job = 'test' }: Reported) => {
    const people = { name: 'Ada', email: 'ada@example.com', login }
    return ask('POST', `${project}/builds`, {
      external_id: `build-${run}`,
      job: { name: job },
      workflow: { external_id: `workflow-${run}`, name: 'build-and-test' },
      pipeline: {
        ...{ external_id: `pipeline-${run}`, branch, revision: 'f00d', subject: 'A change', body: '' },
        ...{ author: people, committer: people, actor: people },
      },
      status,
      start_time: new Date(Date.now() - 60_000).toISOString(),
      stop_time: new Date().toISOString(),
    })
  }
  return { slug, login, ask, report }
}
