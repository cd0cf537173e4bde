import { beforeAll, describe, expect, it } from 'vitest'
import { slugText } from '../../../src/domain/project.ts'
import { type Furnished, furnish } from '../../support/seed/furnished.ts'
import { browse } from '../../support/server/browse.ts'
import { ask } from '../../support/worker/client.ts'
import { EMPTY, putBack, snapshot } from '../../support/worker/snapshot.ts'
import { openTestStores } from '../../support/worker/stores.ts'

let ours: Furnished
let theirs: Furnished
beforeAll(async () => {
  await putBack(EMPTY)
  ours = await furnish(await openTestStores())
  theirs = await furnish(await openTestStores())
})

type Ids = { readonly [K in keyof typeof IDS]: string }
const IDS = {
  token: (world: Furnished) => world.token.id,
  personal: (world: Furnished) => world.adminsOther.id,
  orgToken: (world: Furnished) => world.orgToken.id,
  webhook: (world: Furnished) => world.webhook.id,
  publisher: (world: Furnished) => world.publisherId,
  listener: (world: Furnished) => world.listenerId,
  share: (world: Furnished) => world.shareId,
  session: (world: Furnished) => world.others.admin.id,
  test: (world: Furnished) => String(world.testId),
}

const API = (kind: 'v1.1' | 'buildpass/v1', rest: (ids: Ids) => string) => (ids: Ids) =>
  `${kind === 'v1.1' ? '/api/v1.1/project' : '/api/buildpass/v1/projects'}/${ours.slug}${rest(ids)}`

/** Every route that changes or ends a thing by an id in its path, asked of our project with an id of theirs. */
const BY_API: Record<string, (ids: Ids) => string> = {
  'DELETE a project token': API('v1.1', ({ token }) => `/token/${token}`),
  'POST a rotation of a project token': API('v1.1', ({ token }) => `/token/${token}/rotate`),
  'DELETE a personal token as a project token': API('v1.1', ({ personal }) => `/token/${personal}`),
  'DELETE a personal token': ({ personal }) => `/api/v1.1/user/token/${personal}`,
  'POST a rotation of a personal token': ({ personal }) => `/api/v1.1/user/token/${personal}/rotate`,
  'DELETE a project token as a personal one': ({ token }) => `/api/v1.1/user/token/${token}`,
  'DELETE a webhook': API('buildpass/v1', ({ webhook }) => `/webhooks/${webhook}`),
  'POST a rotation of a webhook': API('buildpass/v1', ({ webhook }) => `/webhooks/${webhook}/rotate`),
  'DELETE a publisher': API('buildpass/v1', ({ publisher }) => `/publishers/${publisher}`),
  'DELETE a mute': API('buildpass/v1', ({ test }) => `/tests/${test}/mute`),
  'DELETE a share link': API('buildpass/v1', ({ share }) => `/shares/${share}`),
  'DELETE a listener': API('buildpass/v1', ({ listener }) => `/listeners/${listener}`),
}

const form = (rest: (ids: Ids) => string) => (ids: Ids) => `/${slugText(ours.project)}/settings${rest(ids)}`
const FORMS: Record<string, (ids: Ids) => string> = {
  'a project token is deleted': form(({ token }) => `/api/${token}/delete`),
  'a project token is rotated': form(({ token }) => `/api/${token}/rotate`),
  'a personal token is deleted': ({ personal }) => `/account/api/${personal}/delete`,
  'an organization’s token is deleted': ({ orgToken }) => `/account/organizations/${orgToken}/delete`,
  'an organization’s token is rotated': ({ orgToken }) => `/account/organizations/${orgToken}/rotate`,
  'a personal token is rotated': ({ personal }) => `/account/api/${personal}/rotate`,
  'a webhook is deleted': form(({ webhook }) => `/webhooks/${webhook}/delete`),
  'a webhook is rotated': form(({ webhook }) => `/webhooks/${webhook}/rotate`),
  'a publisher is deleted': form(({ publisher }) => `/publishers/${publisher}/delete`),
  'a share link is ended': ({ share }) => `/${slugText(ours.project)}/shares/${share}/end`,
  'a session is ended': ({ session }) => `/account/sessions/${session}/end`,
}

function idsOf(world: Furnished): Ids {
  return Object.fromEntries(Object.entries(IDS).map(([name, of]) => [name, of(world)])) as Ids
}

/** What could be hit, whatever an answer says: last uses of whoever asks do not count. */
async function things() {
  const { tokens, webhooks, publishers, listeners, shares, sessions, identities, audit } = await snapshot()
  const rows = (tokens ?? []).map((row) => ({ ...JSON.parse(row), last_used_at: null, last_used_from: null }))
  return { rows, webhooks, publishers, listeners, shares, sessions, identities, audit }
}

describe('an id of another project or person', () => {
  it.each(Object.keys(BY_API))('%s: is not there, and stays as it is', async (name) => {
    const before = await things()
    const response = await ask(BY_API[name]?.(idsOf(theirs)) ?? '', {
      method: name.split(' ')[0] ?? '',
      token: ours.secrets.admin,
    })
    expect([response.status, await things()]).toEqual([404, before])
  })

  it.each(Object.keys(FORMS))('%s: is not there, and stays as it is', async (name) => {
    const form = { once: 'abcdefghijklmnopqrstuv', overlap: '0', confirm: 'DELETE' }
    const before = await things()
    const response = await browse(FORMS[name]?.(idsOf(theirs)) ?? '', { session: ours.sessions.admin, form })
    // What is gone already, or was never there, is no failure of a form that ends it.
    expect([[303, 404, 409].includes(response.status), await things()]).toEqual([true, before])
  })

  // These end with one button, in the list.
  const PAGES = Object.keys(FORMS).filter((name) => !['a session is ended', 'a share link is ended'].includes(name))
  it.each(PAGES)('%s: there is no page that asks whether', async (name) => {
    const path = (world: Furnished) => FORMS[name]?.(idsOf(world)) ?? ''
    const statuses = []
    for (const world of [ours, theirs])
      statuses.push((await browse(path(world), { session: ours.sessions.admin })).status)
    expect(statuses).toEqual([200, 404])
  })

  it('an account elsewhere is not unlinked from somebody else', async () => {
    const before = await things()
    const response = await browse('/account/identities/github/1/unlink', { session: ours.sessions.owner, form: {} })
    expect([response.status, await things()]).toEqual([404, before])
  })
})
