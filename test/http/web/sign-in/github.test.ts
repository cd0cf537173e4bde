import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { GithubSettings } from '../../../../src/outside/github.ts'
import { identities } from '../../../../src/storage/schema/schema-web.ts'
import { seedSession, seedUser } from '../../../support/seed/seed.ts'
import { freshAddress } from '../../../support/sign/addresses.ts'
import { createFakeGithub, FAKE_CLIENT, type FakeAccount } from '../../../support/sign/fake-github.ts'
import { configuredApp } from '../../../support/worker/configured.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'

const ORIGIN = 'https://builds.test'
const GITHUB = 'https://github.test'
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin' }

const github = createFakeGithub({ id: 0, login: 'nobody' })
beforeEach(() => {
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => github.handle(new Request(input, init)))
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe('signing in with GitHub', () => {
  it('makes a person the first time, and finds the same one later, whatever the login has become', async () => {
    const id = freshId()
    const first = await signIn({ id, login: `ada-${id}`, name: 'Ada' }, { logins: [`ada-${id}`] })
    expect(first.location).toBe('/sign-in/done?next=%2Fgh%2Facme%2Fweb')
    expect(await loginOf(first.cookie)).toBe(`ada-${id}`)
    const renamed = await signIn({ id, login: `countess-${id}` }, { logins: [`countess-${id}`] })
    expect(await loginOf(renamed.cookie)).toBe(`ada-${id}`)
    // Somebody else takes the name that was given up.
    const other = await signIn({ id: freshId(), login: `ada-${id}` }, { logins: [`ada-${id}`] })
    expect(await loginOf(other.cookie)).toBe(`ada-${id}-2`)
  })

  it('lets nobody in by default', async () => {
    const answer = await signIn({ id: freshId(), login: 'somebody', orgs: { acme: 'active' } }, {})
    expect([answer.status, answer.html]).toEqual([403, expect.stringContaining('somebody is not on the list')])
    expect(answer.cookie).toBeNull()
  })

  it.each([
    ['an active member', { acme: 'active' }, 303],
    ['who was only invited', { acme: 'pending' }, 403],
    ['a member of another organization', { other: 'active' }, 403],
  ] as const)('by organization: %s', async (_, orgs, status) => {
    const id = freshId()
    expect((await signIn({ id, login: `u${id}`, orgs }, { orgs: ['acme'] })).status).toBe(status)
  })

  it('refuses an answer that this browser did not ask for', async () => {
    const id = freshId()
    const settings = settingsOf({ logins: [`u${id}`] })
    github.account = { id, login: `u${id}` }
    const begun = await begin(settings)
    const mine = await callbackOf(begun.location)
    const withoutCookie = await get(settings, mine, {})
    const withOtherCookie = await get(settings, mine, { Cookie: (await begin(settings)).cookie })
    const withOtherState = await get(settings, mine.replace(/state=[^&]+/, 'state=forged'), { Cookie: begun.cookie })
    for (const response of [withoutCookie, withOtherCookie, withOtherState]) {
      expect(response.status).toBe(403)
      expect(response.headers.getSetCookie().join()).not.toContain('__Host-session=')
    }
  })

  it('uses a code once, and only with the verifier of the browser that began', async () => {
    const id = freshId()
    const settings = settingsOf({ logins: [`u${id}`] })
    github.account = { id, login: `u${id}` }
    const begun = await begin(settings)
    const path = await callbackOf(begun.location)
    const kept = JSON.parse(atob(begun.cookie.slice('__Host-github='.length).replace(/-/g, '+').replace(/_/g, '/')))
    const swapped = btoa(JSON.stringify({ ...kept, verifier: 'x'.repeat(64) })).replace(/=+$/, '')
    expect((await get(settings, path, { Cookie: `__Host-github=${swapped}` })).status).toBe(403)
    // That try used the code up.
    expect((await get(settings, path, { Cookie: begun.cookie })).status).toBe(403)
  })

  it('leads nowhere but to this site', async () => {
    const id = freshId()
    const answer = await signIn({ id, login: `u${id}` }, { logins: [`u${id}`] }, '//evil.test')
    expect(answer.location).toBe('/sign-in/done?next=%2F')
  })

  it('says so when GitHub cannot be asked', async () => {
    const settings = settingsOf({ logins: ['x'] })
    const begun = await begin(settings)
    const path = await callbackOf(begun.location)
    vi.mocked(globalThis.fetch).mockRejectedValue(new Error('unreachable'))
    const response = await get(settings, path, { Cookie: begun.cookie })
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('could not be asked')])
  })
})

describe('linking a GitHub account', () => {
  it('needs both at once, and then signs in the same person', async () => {
    const stores = await openTestStores()
    const user = await seedUser(stores.db)
    const id = freshId()
    const settings = settingsOf({ logins: [`u${id}`] })
    github.account = { id, login: `u${id}` }
    const session = await seedSession(stores, user)
    const begun = await begin(settings, { session })
    const path = await callbackOf(begun.location)
    const signedOut = await get(settings, path, { Cookie: begun.cookie })
    expect(signedOut.status).toBe(403)
    const again = await begin(settings, { session })
    const linked = await get(settings, await callbackOf(again.location), {
      Cookie: `${again.cookie}; ${session.cookie}`,
    })
    expect([linked.status, linked.headers.get('Location')]).toEqual([303, '/account'])
    expect(await stores.db.select().from(identities)).toContainEqual(
      expect.objectContaining({ provider: 'github', subject: String(id), userId: user.id }),
    )
    const later = await signIn({ id, login: `u${id}` }, { logins: [`u${id}`] })
    expect(await loginOf(later.cookie)).toBe(user.login)
  })

  it('never takes an account from another person', async () => {
    const stores = await openTestStores()
    const id = freshId()
    const owner = await signIn({ id, login: `u${id}` }, { logins: [`u${id}`] })
    const session = await seedSession(stores, await seedUser(stores.db))
    const settings = settingsOf({ logins: [`u${id}`] })
    const begun = await begin(settings, { session })
    const answer = await get(settings, await callbackOf(begun.location), {
      Cookie: `${begun.cookie}; ${session.cookie}`,
    })
    expect(answer.headers.getSetCookie().join()).toContain('identity-taken')
    expect(await loginOf((await signIn({ id, login: `u${id}` }, { logins: [`u${id}`] })).cookie)).toBe(
      await loginOf(owner.cookie),
    )
  })

  it('ends with unlinking, and so do the other sessions that it began', async () => {
    const stores = await openTestStores()
    const id = freshId()
    const begun = await signIn({ id, login: `u${id}` }, { logins: [`u${id}`] })
    const login = await loginOf(begun.cookie)
    const [identity] = (await stores.db.select().from(identities)).filter(({ subject }) => subject === String(id))
    const session = await seedSession(stores, { id: identity?.userId ?? '' })
    const response = await send(settingsOf({}), `/account/identities/github/${id}/unlink`, session)
    expect(response.status).toBe(303)
    expect(await loginOf(begun.cookie)).toBeNull()
    const fresh = await signIn({ id, login: `u${id}` }, { logins: [`u${id}`] })
    expect(await loginOf(fresh.cookie)).not.toBe(login)
  })
})

describe('a sign-in under way', () => {
  const endings: Record<string, (userId: string, id: number) => Promise<unknown>> = {
    'that account is unlinked': unlinkElsewhere,
    'that account goes to another person': async (userId, id) => {
      await unlinkElsewhere(userId, id)
      const other = await seedUser((await openTestStores()).db)
      await env.DB.prepare("insert into identities values ('github', ?, ?, 'x', 1, 1)").bind(`${id}`, other.id).run()
    },
    'its person is removed': (userId) => env.DB.prepare('delete from users where id = ?').bind(userId).run(),
  }

  it.each(Object.keys(endings))('comes to nothing when %s meanwhile', async (ending) => {
    const id = freshId()
    const allowed = { logins: [`u${id}`] }
    await signIn({ id, login: `u${id}` }, allowed)
    const stores = await openTestStores()
    const { userId } = (await identitiesOf(stores, id))[0] ?? { userId: '' }
    const begun = await begin(settingsOf(allowed))
    const path = await callbackOf(begun.location)
    let wasEnded = false
    stores.faults.beforeD1 = async (sqls) => {
      if (wasEnded || !sqls.some((sql) => sql.startsWith('insert into "sessions"'))) return
      wasEnded = true
      await endings[ending]?.(userId, id)
    }
    const answer = await get(settingsOf(allowed), path, { Cookie: begun.cookie }, stores)
    expect(wasEnded).toBe(true)
    expect([answer.status, cookieIn(answer, '__Host-session')]).toEqual([403, null])
    expect(await answer.text()).toContain('a moment ago')
    expect(await methodsOf(userId)).not.toContain('github')
  })

  it('by which another account is being linked leaves none when its own is unlinked', async () => {
    const stores = await openTestStores()
    const user = await seedUser(stores.db)
    const session = await seedSession(stores, user)
    const id = freshId()
    const settings = settingsOf({ logins: [`u${id}`] })
    github.account = { id, login: `u${id}` }
    const linking = await begin(settings, { session })
    await get(settings, await callbackOf(linking.location), { Cookie: `${linking.cookie}; ${session.cookie}` })
    // Who has the account comes in by it, and begins to link another one; then it is unlinked.
    const other = freshId()
    const thief = await signIn({ id, login: `u${id}` }, { logins: [`u${id}`] })
    const account = await (await get(settings, '/account', { Cookie: thief.cookie ?? '' })).text()
    const formToken = /name="form_token" value="([^"]+)"/.exec(account)?.[1] ?? ''
    const allowed = settingsOf({ logins: [`u${other}`] })
    github.account = { id: other, login: `u${other}` }
    const second = await begin(allowed, { session: { cookie: thief.cookie ?? '', formToken } })
    const path = await callbackOf(second.location)
    let wasEnded = false
    stores.faults.beforeD1 = async (sqls) => {
      if (wasEnded || !sqls.some((sql) => sql.startsWith('insert into "identities"'))) return
      wasEnded = true
      await unlinkElsewhere(user.id, id)
    }
    await get(allowed, path, { Cookie: `${second.cookie}; ${thief.cookie}` }, stores)
    expect(wasEnded).toBe(true)
    expect([await identitiesOf(stores, id), await identitiesOf(stores, other)]).toEqual([[], []])
  })
})

/** What a person does in another browser, which came in by a link. */
async function unlinkElsewhere(userId: string, id: number): Promise<void> {
  const session = await seedSession(await openTestStores(), { id: userId })
  const response = await send(settingsOf({}), `/account/identities/github/${id}/unlink`, session)
  expect(response.status).toBe(303)
}

async function identitiesOf({ db }: TestStores, id: number) {
  return (await db.select().from(identities)).filter(({ subject }) => subject === String(id))
}

/** How the sessions of a person began. */
async function methodsOf(userId: string): Promise<readonly string[]> {
  const { results } = await env.DB.prepare('select method from sessions where user_id = ?')
    .bind(userId)
    .all<{ method: string }>()
  return results.map(({ method }) => method)
}

function freshId(): number {
  return Math.floor(Math.random() * 1_000_000_000)
}

type Allowed = { readonly orgs?: readonly string[]; readonly logins?: readonly string[] }

function settingsOf({ orgs = [], logins = [] }: Allowed): GithubSettings {
  return { clientId: FAKE_CLIENT.id, clientSecret: FAKE_CLIENT.secret, orgs, logins, url: GITHUB, apiUrl: GITHUB }
}

type Session = { readonly cookie: string; readonly formToken: string }

async function begin(
  settings: GithubSettings,
  { session, next = '/gh/acme/web' }: { session?: Session; next?: string } = {},
) {
  const response = session
    ? await send(settings, '/account/identities/github', session)
    : await configuredApp({ github: settings })(
        new Request(`${ORIGIN}/sign-in/github`, {
          method: 'POST',
          headers: { ...FORM, 'CF-Connecting-IP': freshAddress() },
          body: new URLSearchParams({ next }).toString(),
        }),
      )
  return { location: response.headers.get('Location') ?? '', cookie: cookieIn(response, '__Host-github') ?? '' }
}

function send(settings: GithubSettings, path: string, { cookie, formToken }: Session): Promise<Response> {
  return configuredApp({ github: settings })(
    new Request(ORIGIN + path, {
      method: 'POST',
      headers: { ...FORM, Cookie: cookie },
      body: new URLSearchParams({ form_token: formToken }).toString(),
    }),
  )
}

/** Where GitHub leads back to. */
async function callbackOf(authorizeUrl: string): Promise<string> {
  const response = await github.handle(new Request(authorizeUrl))
  return (response.headers.get('Location') ?? '').slice(ORIGIN.length)
}

function get(
  settings: GithubSettings,
  path: string,
  headers: Record<string, string>,
  stores?: TestStores,
): Promise<Response> {
  return configuredApp(
    { github: settings },
    stores,
  )(new Request(ORIGIN + path, { headers: { 'CF-Connecting-IP': freshAddress(), ...headers } }))
}

async function signIn(account: FakeAccount, allowed: Allowed, next?: string) {
  github.account = account
  const settings = settingsOf(allowed)
  const begun = await begin(settings, next === undefined ? {} : { next })
  const response = await get(settings, await callbackOf(begun.location), { Cookie: begun.cookie })
  return {
    status: response.status,
    location: response.headers.get('Location'),
    cookie: cookieIn(response, '__Host-session'),
    html: await response.text(),
  }
}

function cookieIn(response: Response, name: string): string | null {
  const cookie = response.headers
    .getSetCookie()
    .find((text) => text.startsWith(`${name}=`) && !text.startsWith(`${name}=;`))
  return cookie?.split(';', 1)[0] ?? null
}

async function loginOf(cookie: string | null): Promise<string | null> {
  const response = await get(settingsOf({}), '/account', { Cookie: cookie ?? '' })
  return /Account menu of ([^"]+)"/.exec(await response.text())?.[1] ?? null
}
