import { expect, it } from 'vitest'
import { describePages, expectAccessible, inspect } from '../../../support/server/browser.ts'

describePages('signing in', (pages) => {
  it('with a one-time link shows whom it signs in, signs in on the button, and works once', async () => {
    const page = await pages().open()
    const link = await pages().linkFor('demo')
    await page.goto(link)
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Sign in as demo' }).click()
    await page.waitForURL('/')
    const cookies = await page.context().cookies()
    expect(cookies).toEqual([
      expect.objectContaining({ name: '__Host-session', httpOnly: true, secure: true, sameSite: 'Lax', path: '/' }),
    ])
    await page.goto(link)
    await expect.poll(() => page.textContent('h1')).toBe('This link does not work any more')
  })

  it('leads back to the page that asked for it, and out again', async () => {
    const page = await pages().open()
    await page.goto('/gh/acme/web/settings/api')
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(
      '/sign-in?next=%2Fgh%2Facme%2Fweb%2Fsettings%2Fapi',
    )
    await page.getByRole('button', { name: 'Continue with GitHub' }).click()
    await page.waitForURL('**/gh/acme/web/settings/api')
    // Octo-Ada is no member: the page is there for nobody else.
    expect(await page.textContent('h1')).toBe('Not found')
    await page.getByLabel('Account menu of octo-ada').click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('/sign-in')
    expect(await page.textContent('[role=status]')).toContain('You are signed out.')
    await page.goto('/account')
    expect(new URL(page.url()).pathname).toBe('/sign-in')
  })

  it('does not link a GitHub account that is another person’s', async () => {
    const page = await pages().openAs('linker')
    await page.goto('/account')
    await page.getByRole('button', { name: 'Link GitHub' }).click()
    await page.waitForURL('/account')
    // In this run the account belongs to the person who signed in by it above.
    expect(await page.textContent('[role=alert]')).toContain('belongs to another person')
  })

  it('shows each browser among the sessions, and ends it from another one', async () => {
    const [one, two] = [await pages().open(), await pages().open()]
    for (const page of [one, two]) {
      await page.goto(await pages().linkFor('two-browsers'))
      await page.getByRole('button', { name: /^Sign in as/ }).click()
      await page.waitForURL('/')
    }
    await one.goto('/account')
    expect(await one.getByRole('button', { name: /^End Chrom/ }).count()).toBe(1)
    await one.getByRole('button', { name: /^End Chrom/ }).click()
    await one.waitForSelector('[role=status]:has-text("ended")')
    await two.goto('/account')
    expect(new URL(two.url()).pathname).toBe('/sign-in')
  })

  it('looks right', async () => {
    const page = await pages().open()
    await inspect(page, 'sign-in', '/sign-in')
    await inspect(page, 'sign-in-link', await pages().linkFor('demo'))
  })
})
