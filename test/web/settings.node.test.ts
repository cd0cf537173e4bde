import { it } from 'vitest'
import { describePages, inspect } from '../support/browser.ts'

const SETTINGS = '/gh/acme/web/settings'

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
    ['audit', `${SETTINGS}/audit`],
    ['danger', `${SETTINGS}/danger`],
    ['not-found', '/gh/no/such'],
  ])('%s looks right', async (name, path) => {
    const page = await pages().openAs('demo')
    await inspect(page, name, path)
  })
})
