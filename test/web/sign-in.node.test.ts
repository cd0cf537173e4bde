import { expect, it } from 'vitest'
import { describePages, expectAccessible, inspect } from '../support/browser.ts'

describePages('signing in with a one-time link', (pages) => {
  it('shows whom it signs in, signs in on the button, and works once', async () => {
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

  it('looks right', async () => {
    const page = await pages().open()
    await inspect(page, 'sign-in', '/sign-in')
    await inspect(page, 'sign-in-link', await pages().linkFor('demo'))
  })
})
