import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { makeSignInLink } from '../../../../src/actions/make-sign-in-link.ts'
import { mintSecret } from '../../../../src/domain/access/secret.ts'
import { mintSessionSecret, SESSION_IDLE_MS } from '../../../../src/domain/people/session.ts'
import { mintLinkSecret } from '../../../../src/domain/people/sign-in-link.ts'
import { isStale, selectSessions, selectViewer } from '../../../../src/storage/people/sessions.ts'
import { consumeLink, selectLink } from '../../../../src/storage/people/sign-in-links.ts'
import { sessions, signInLinks } from '../../../../src/storage/schema/schema-web.ts'
import { seedProject, seedSession, seedUser } from '../../../support/seed/seed.ts'
import { browse } from '../../../support/server/browse.ts'
import { openTestApp } from '../../../support/worker/app.ts'
import { askUrl, ORIGIN } from '../../../support/worker/client.ts'
import { scansOf } from '../../../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'
import { passedUntilLimited } from '../../../support/worker/until-limited.ts'

const HOUR_MS = 3_600_000

describe('a sign-in link', () => {
  it('is not used up by looking at it', async () => {
    const { stores, path, login } = await link()
    for (let look = 0; look < 3; look++) {
      const response = await browse(path)
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining(`Sign in as ${login}`)])
      expect(response.headers.get('Set-Cookie')).toBeNull()
      expect(response.headers.get('Referrer-Policy')).toBe('no-referrer')
      expect(response.headers.get('Cache-Control')).toBe('no-store')
    }
    expect(await consumeLink(stores.db, secretIn(path), stores.now())).not.toBeNull()
  })

  it('signs in once, also when two try at the same time', async () => {
    const { path } = await link()
    const tries = await Promise.all([1, 2, 3].map(() => browse('/sign-in/link', { form: { secret: secretIn(path) } })))
    expect(tries.map((response) => response.status).sort()).toEqual([303, 404, 404])
    const cookies = tries.map((response) => response.headers.get('Set-Cookie')).filter((cookie) => cookie !== null)
    expect(cookies).toEqual([
      expect.stringMatching(
        /^__Host-session=[0-9A-Za-z]{43}; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ])
    expect((await browse(path)).status).toBe(404)
  })

  it('is dead after 15 minutes', async () => {
    const stores = await openTestStores()
    const { login } = await seedUser(stores.db)
    const { path } = await makeSignInLink(stores.db, login, Date.now() - 15 * 60_000 - 1)
    expect((await browse(path)).status).toBe(404)
    expect((await browse('/sign-in/link', { form: { secret: secretIn(path) } })).status).toBe(404)
  })

  it('is stored as a hash only, makes whom it names, and keeps the logins of those who are there', async () => {
    const stores = await openTestStores()
    const login = `new-${crypto.randomUUID().slice(0, 8)}`
    const first = await makeSignInLink(stores.db, login, Date.now())
    expect(first.made).toBe((await stores.db.select().from(signInLinks)).length === 1 ? first.made : 'user')
    const again = await makeSignInLink(stores.db, login.toUpperCase(), Date.now())
    expect([again.made, again.login]).toEqual([null, login])
    const rows = await stores.db.select().from(signInLinks)
    expect(JSON.stringify(rows)).not.toContain(secretIn(first.path))
  })

  it('is asked for at most 20 times a minute from one address', async () => {
    const headers = { 'CF-Connecting-IP': '2001:db8:1::7' }
    const signIn = () => browse('/sign-in/link', { form: { secret: mintLinkSecret() }, headers })
    expect((await signIn()).status).toBe(404)
    expect(await passedUntilLimited(20, signIn)).toBeGreaterThanOrEqual(19)
  })
})

describe('a session', () => {
  it('is stored as a hash of its secret, which tells neither that nor the form token', async () => {
    const stores = await openTestStores()
    const session = await seedSession(stores, await seedUser(stores.db))
    const row = (await stores.db.select().from(sessions)).find(({ id }) => id === session.id)
    expect(row?.hash).toMatch(/^[\w-]{43}$/)
    expect(JSON.stringify(row)).not.toContain(session.cookie.split('=')[1])
    expect(JSON.stringify(row)).not.toContain(session.formToken)
    expect(session.formToken).not.toBe(session.cookie.split('=')[1])
  })

  it('is a new one at each sign-in, and the one before it ends: nobody can plant one', async () => {
    const stores = await openTestStores()
    const attacker = await seedUser(stores.db)
    const planted = await seedSession(stores, attacker)
    const { login } = await seedUser(stores.db)
    const { path } = await makeSignInLink(stores.db, login, Date.now())
    const response = await browse('/sign-in/link', { session: planted, form: { secret: secretIn(path) } })
    const cookie = (response.headers.get('Set-Cookie') ?? '').split(';', 1)[0] ?? ''
    expect(cookie).toMatch(/^__Host-session=/)
    expect(cookie).not.toBe(planted.cookie)
    const page = await (await browse('/account', { session: { cookie, formToken: '' } })).text()
    expect(page).toContain(login)
    expect((await browse('/account', { session: planted })).status).toBe(303)
  })

  it('is never taken from a cookie that we did not set', async () => {
    const cookie = `__Host-session=${mintSessionSecret()}`
    const response = await browse('/account', { session: { cookie, formToken: '' } })
    expect([response.status, response.headers.get('Location')]).toEqual([303, '/sign-in?next=%2Faccount'])
  })

  it('cannot be an API token, nor a token a session', async () => {
    const stores = await openTestStores()
    const { cookie } = await seedSession(stores, await seedUser(stores.db))
    const secret = cookie.slice('__Host-session='.length)
    const asToken = await browse('/api/v1.1/me', { token: secret })
    expect(asToken.status).toBe(401)
    const asSession = await browse('/account', {
      session: { cookie: `__Host-session=${mintSecret('personal')}`, formToken: '' },
    })
    expect(asSession.status).toBe(303)
  })

  it('ends on signing out, for every copy of the cookie', async () => {
    const stores = await openTestStores()
    const session = await seedSession(stores, await seedUser(stores.db))
    const response = await browse('/sign-out', { session, form: {} })
    expect(response.headers.getSetCookie().join()).toContain('__Host-session=; Max-Age=0')
    expect((await browse('/account', { session })).status).toBe(303)
  })

  it('can be ended from another browser of the same person, and of nobody else', async () => {
    const stores = await openTestStores()
    const user = await seedUser(stores.db)
    const [here, there, others] = [
      await seedSession(stores, user),
      await seedSession(stores, user),
      await seedSession(stores, await seedUser(stores.db)),
    ]
    await browse(`/account/sessions/${others.id}/end`, { session: here, form: {} })
    expect((await browse('/account', { session: others })).status).toBe(200)
    await browse(`/account/sessions/${there.id}/end`, { session: here, form: {} })
    expect((await browse('/account', { session: there })).status).toBe(303)
    expect((await browse('/account', { session: here })).status).toBe(200)
  })

  it('ends after 30 idle days, and begins them anew while it is used', async () => {
    const stores = await openTestStores()
    const session = await seedSession(stores, await seedUser(stores.db))
    const start = Date.now()
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      vi.setSystemTime(start + SESSION_IDLE_MS - HOUR_MS)
      const used = await browse('/account', { session })
      expect([used.status, used.headers.getSetCookie().join()]).toEqual([
        200,
        expect.stringContaining('Max-Age=2592000'),
      ])
      const seenAt = async () =>
        (await stores.db.select().from(sessions)).find(({ id }) => id === session.id)?.lastSeenAt
      await expect.poll(seenAt).toBe(start + SESSION_IDLE_MS - HOUR_MS)
      vi.setSystemTime(start + 2 * SESSION_IDLE_MS - 2 * HOUR_MS)
      expect((await browse('/account', { session })).status).toBe(200)
      vi.setSystemTime(start + 4 * SESSION_IDLE_MS)
      expect((await browse('/account', { session })).status).toBe(303)
    } finally {
      vi.useRealTimers()
    }
  })

  it('is noted as used once in ten minutes', async () => {
    const session = { id: 'x', method: 'link', userAgent: null, from: null, createdAt: 0, lastSeenAt: 0 } as const
    expect([600_000 - 1, 600_000].map((now) => isStale(session, now))).toEqual([false, true])
  })

  it('is listed with the others of its person, the one used last first, and can end all of those', async () => {
    const stores = await openTestStores()
    const [user, someone] = [await seedUser(stores.db), await seedUser(stores.db)]
    const used = (msAgo: number, whose = user) => seedSession({ ...stores, now: () => stores.clock.now - msAgo }, whose)
    const older = await used(2 * HOUR_MS)
    const here = await used(0)
    const old = await used(HOUR_MS)
    await used(SESSION_IDLE_MS + HOUR_MS)
    const others = await used(0, someone)
    const page = await (await browse('/account', { session: here })).text()
    const listed = [...page.matchAll(/\/account\/sessions\/([\da-f-]{36})\/end/g)].map(([, id]) => id)
    expect(listed).toEqual([here.id, old.id, older.id])
    await browse('/account/sessions/end-others', { session: here, form: {} })
    const statuses = []
    for (const session of [here, old, older, others]) statuses.push((await browse('/account', { session })).status)
    expect(statuses).toEqual([200, 303, 303, 200])
  })

  it.each([
    ['403 for somebody who is removed at that moment', 403, 'removed'],
    ['503 where the database fails at that moment', 503, 'lost'],
  ] as const)('is not begun, and it is %s', async (_, status, what) => {
    const { stores, ask } = await openTestApp()
    const user = await seedUser(stores.db)
    const { path } = await makeSignInLink(stores.db, user.login, stores.now())
    stores.faults.beforeD1 = async (sqls) => {
      if (!sqls.some((sql) => sql.startsWith('insert into "sessions"'))) return
      if (what === 'lost') throw new Error('D1_ERROR: Network connection lost.')
      await env.DB.prepare('delete from users where id = ?').bind(user.id).run()
    }
    const response = await ask('/sign-in/link', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: ORIGIN, 'Sec-Fetch-Site': 'same-origin' },
      body: new URLSearchParams({ secret: secretIn(path) }).toString(),
    })
    expect([response.status, response.headers.get('Set-Cookie')]).toEqual([status, null])
  })

  it('is 503, and not signed out, where the database cannot be read', async () => {
    const { stores, ask } = await openTestApp()
    const { cookie } = await seedSession(stores, await seedUser(stores.db))
    stores.faults.beforeD1 = async () => {
      throw new Error('D1_ERROR: Network connection lost.')
    }
    const response = await ask('/account', { headers: { Cookie: cookie } })
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5'])
    expect(response.headers.get('Set-Cookie')).toBeNull()
    expect(await response.text()).toContain('The database cannot be reached at the moment')
  })

  it('is found by an index', async () => {
    const { db } = await openTestStores()
    expect(await scansOf(db, selectViewer(db, 'hash', 0))).toEqual([])
    expect(await scansOf(db, selectSessions(db, 'user', 0))).toEqual([])
    expect(await scansOf(db, selectLink(db, 'hash', 0))).toEqual([])
  })
})

describe('a form', () => {
  const rejected = async (asking: Parameters<typeof browse>[1]) => {
    const stores = await openTestStores()
    const user = await seedUser(stores.db)
    const session = await seedSession(stores, user)
    const response = await browse('/sign-out', { session, form: {}, ...asking })
    return { status: response.status, alive: (await browse('/account', { session })).status === 200 }
  }

  it.each([
    ['of another site', { headers: { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.test' } }],
    ['of a sibling host', { headers: { 'Sec-Fetch-Site': 'same-site', Origin: 'https://other.builds.test' } }],
    ['of a bookmark or the address bar', { headers: { 'Sec-Fetch-Site': 'none' } }],
    ['without the session’s form token', { form: { form_token: '' } }],
    ['with a form token of its own making', { form: { form_token: 'x'.repeat(43) } }],
  ] as const)('%s changes nothing', async (_, asking) => {
    expect(await rejected(asking)).toEqual({ status: 403, alive: true })
  })

  it('with the form token of another session of the same person changes nothing', async () => {
    const stores = await openTestStores()
    const user = await seedUser(stores.db)
    const [session, other] = [await seedSession(stores, user), await seedSession(stores, user)]
    const form = { form_token: other.formToken }
    expect((await browse('/sign-out', { session, form })).status).toBe(403)
    expect((await browse('/account', { session })).status).toBe(200)
  })

  it('of an older browser goes by its origin alone', async () => {
    const stores = await openTestStores()
    const send = async (origin: string | null) => {
      const session = await seedSession(stores, await seedUser(stores.db))
      const { cookie, formToken } = session
      const response = await fetchForm('/sign-out', cookie, formToken, origin)
      return response.status
    }
    expect(await send('https://builds.test')).toBe(303)
    expect(await send('https://evil.test')).toBe(403)
    expect(await send('https://builds.test.evil.test')).toBe(403)
    expect(await send('http://builds.test')).toBe(403)
    expect(await send('null')).toBe(403)
    expect(await send(null)).toBe(403)
  })

  it('is nothing but what a form can be', async () => {
    const stores = await openTestStores()
    const session = await seedSession(stores, await seedUser(stores.db))
    const json = { headers: { 'Content-Type': 'application/json' } }
    expect((await browse('/sign-out', { session, form: {}, ...json })).status).toBe(415)
    expect((await browse('/sign-out', { session, form: { much: 'x'.repeat(70_000) } })).status).toBe(413)
  })

  it('of somebody whose session ended leads to the sign-in page, and from there back', async () => {
    const response = await browse('/account/api', {
      form: { label: 'x' },
      headers: { Referer: 'https://builds.test/account/api/new?x=1' },
    })
    expect(response.headers.get('Location')).toBe('/sign-in?next=%2Faccount%2Fapi%2Fnew%3Fx%3D1')
    expect(response.headers.getSetCookie().join()).toContain('__Host-flash=signed-out-meanwhile')
  })
})

describe('a page', () => {
  it('allows no script, style or frame but its own, and names no other site', async () => {
    const stores = await openTestStores()
    const user = await seedUser(stores.db)
    const session = await seedSession(stores, user)
    for (const path of ['/', '/sign-in', '/account', '/account/api/new', '/no/such/page']) {
      const response = await browse(path, path === '/sign-in' ? {} : { session })
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-security-policy':
          "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' https: data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        vary: 'Cookie',
      })
      const html = await response.text()
      expect(html).not.toMatch(/<style|style="|<script(?! src="\/assets\/)|\son[a-z]+="|javascript:/)
    }
  })

  it('shows what people typed as text', async () => {
    const stores = await openTestStores()
    const session = await seedSession(stores, await seedUser(stores.db))
    const response = await browse('/account/api', {
      session,
      form: { label: '"><img src=x onerror=alert(1)>'.repeat(9), expiry: 'never' },
    })
    const html = await response.text()
    expect(html).toContain('&quot;&gt;&lt;img')
    expect(html).not.toContain('<img src=x')
  })

  it('of a private project is the same 404 as one that is not there', async () => {
    const stores = await openTestStores()
    const session = await seedSession(stores, await seedUser(stores.db))
    const { vcs, org, repo } = await seedProject(stores.db)
    const bodies = await Promise.all(
      [`/${vcs}/${org}/${repo}`, `/${vcs}/${org}/absent`].map(async (path) => {
        const response = await browse(path, { session })
        return [response.status, await response.text()]
      }),
    )
    expect(bodies[0]?.[0]).toBe(404)
    expect(bodies[0]).toEqual(bodies[1])
  })
})

async function link(): Promise<{ stores: TestStores; path: string; login: string }> {
  const stores = await openTestStores()
  const { login } = await seedUser(stores.db)
  const { path } = await makeSignInLink(stores.db, login, Date.now())
  return { stores, path, login }
}

function secretIn(path: string) {
  return path.slice(path.lastIndexOf('/') + 1) as ReturnType<typeof mintLinkSecret>
}

async function fetchForm(path: string, cookie: string, formToken: string, origin: string | null): Promise<Response> {
  return askUrl(`https://builds.test${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      Cookie: cookie,
      'Content-Type': 'application/x-www-form-urlencoded',
      ...(origin === null ? {} : { Origin: origin }),
    },
    body: `form_token=${formToken}`,
  })
}
