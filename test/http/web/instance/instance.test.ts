import { eq } from 'drizzle-orm'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { renewInvitation } from '../../../../src/actions/make-sign-in-link.ts'
import { parseLinkSecret } from '../../../../src/domain/people/sign-in-link.ts'
import { newFormId } from '../../../../src/http/web/frame/form-id.ts'
import { selectSoleAdmin, selectUsers } from '../../../../src/storage/people/instance-users.ts'
import { listMembers } from '../../../../src/storage/people/members.ts'
import { consumeLink, findLink, selectInvitation } from '../../../../src/storage/people/sign-in-links.ts'
import { findUserByLogin } from '../../../../src/storage/people/users.ts'
import { listProjectAudit } from '../../../../src/storage/projects/audit.ts'
import { listCreatorOrgs, selectCreatorOrgs } from '../../../../src/storage/projects/project-settings.ts'
import { listWebhooks } from '../../../../src/storage/reporting/webhooks.ts'
import { audit as auditTable } from '../../../../src/storage/schema/schema.ts'
import { signInLinks } from '../../../../src/storage/schema/schema-web.ts'
import { seedMember, seedProject, seedSession, seedToken, seedUser } from '../../../support/seed/seed.ts'
import { browse } from '../../../support/server/browse.ts'
import { openTestApp } from '../../../support/worker/app.ts'
import { actsAs } from '../../../support/worker/as-instance.ts'
import { ask } from '../../../support/worker/client.ts'
import { scansOf } from '../../../support/worker/query-plan.ts'
import { openTestStores } from '../../../support/worker/stores.ts'
import { runUpkeepOf } from '../../../support/worker/upkeep.ts'
import { textOf } from '../../../support/worker/visit.ts'

const HOSTILE = '"><script>alert(1)</script>'
const LINK = /<code id="secret">([^<]+)<\/code>/

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the users of an instance', () => {
  it('are listed by login for an owner, page by page', async () => {
    const { stores, owner, get } = await asOwner()
    const prefix = `p${Date.now().toString(36)}`
    for (let i = 10; i < 65; i++) await seedUser(stores.db, { login: `${prefix}-${i}` })
    const first = await (await get(`/instance/users?after=${prefix}`)).text()
    expect(first).toContain(`${prefix}-59`)
    expect(first).not.toContain(`${prefix}-60`)
    expect(first).toContain(`href="/instance/users?after=${prefix}-59"`)
    const second = await (await get(`/instance/users?after=${prefix}-59`)).text()
    expect(second).toContain(`${prefix}-64`)
    const mine = await (await get(`/instance/users?after=${owner.login.slice(0, -1)}`)).text()
    expect(mine).toMatch(new RegExp(`${owner.login}<span class="tag">owner</span><span class="tag">you</span>`))
  })

  it('are read by indexes', async () => {
    const { db } = await openTestStores()
    // The list itself walks the index of logins, fifty at a time.
    expect(await scansOf(db, selectUsers(db, 'a'))).toEqual([])
    expect(await scansOf(db, selectSoleAdmin(db, 'u'))).toEqual([])
    expect(await scansOf(db, selectCreatorOrgs(db, 'u'))).toEqual([])
  })

  it('are added with a link that is shown once, and signs in only who was added', async () => {
    const { post, get } = await asOwner()
    const login = `new-${Date.now().toString(36)}`
    const added = await post('/instance/users', { login, once: newFormId() })
    expect([added.status, added.headers.get('Cache-Control')]).toEqual([200, 'no-store'])
    const link = LINK.exec(await added.text())?.[1] ?? ''
    const path = new URL(link).pathname
    expect(path).toMatch(/^\/sign-in\/link\/[0-9A-Za-z]{43}$/)
    expect(await (await get('/instance/users')).text()).not.toContain(path)
    const signedIn = await browse('/sign-in/link', { form: { secret: path.split('/').at(-1) ?? '' } })
    const cookie = /__Host-session=[^;]+/.exec(signedIn.headers.get('Set-Cookie') ?? '')?.[0] ?? ''
    const session = { cookie, formToken: '' }
    expect(await (await browse('/account', { session })).text()).toContain(`<h2>${login}</h2>`)
    expect((await browse('/instance/users', { session })).status).toBe(404)
  })

  it('get no link of somebody who is here, nor a strange login', async () => {
    const { stores, owner, post } = await asOwner()
    const other = await seedUser(stores.db)
    for (const login of [other.login.toUpperCase(), owner.login]) {
      const taken = await post('/instance/users', { login, once: newFormId() })
      expect([taken.status, await taken.text()]).toEqual([409, expect.stringContaining('already')])
    }
    const wrong = await post('/instance/users', { login: HOSTILE })
    const text = await wrong.text()
    expect([wrong.status, text]).toEqual([422, expect.stringContaining('id="login-error"')])
    expect(text).not.toContain('<script>alert')
    expect(text).not.toMatch(LINK)
  })

  it('are invited for 72 hours, and again by who may invite: the link before is dead at once', async () => {
    const { stores, owner, post, get } = await asOwner()
    const login = `late-${Date.now().toString(36)}`
    const once = newFormId()
    const opens = async (link: string, now = Date.now()) => {
      const secret = parseLinkSecret(link.split('/').at(-1) ?? '')
      return secret !== null && (await findLink(stores.db, secret, now)) !== null
    }
    const linkIn = async (response: Response) => LINK.exec(await response.text())?.[1] ?? ''
    const first = await linkIn(await post('/instance/users', { login, once }))
    const hours = (count: number) => Date.now() + count * 3_600_000
    expect([await opens(first, hours(71.9)), await opens(first, hours(72.1))]).toEqual([true, false])
    expect(textOf(await (await get(`/instance/users?after=${login.slice(0, -1)}`)).text())).toContain('Invited')

    // The button pressed twice: the link that is shown last is the one that works.
    const second = await linkIn(await post('/instance/users', { login, once }))
    expect([await opens(first), await opens(second)]).toEqual([false, true])

    const taken = await post('/instance/users', { login, once: newFormId() })
    const said = await taken.text()
    expect([taken.status, said]).toEqual([409, expect.stringContaining('invited already and has not come yet')])
    expect(said).toContain(`href="/instance/users/${login}"`)

    await stores.db
      .update(signInLinks)
      .set({ expiresAt: Date.now() - 1 })
      .where(eq(signInLinks.isInvitation, true))
    await runUpkeepOf(stores)
    expect(await opens(second)).toBe(false)
    const page = `/instance/users/${login}`
    expect(textOf(await (await get(page)).text())).toContain('The invitation has expired')
    const renewed = await post(`${page}/invitation`, {})
    expect([renewed.status, renewed.headers.get('Cache-Control')]).toEqual([200, 'no-store'])
    const third = await linkIn(renewed)
    expect(await opens(third)).toBe(true)
    const audit = await stores.db.select().from(auditTable).where(eq(auditTable.subject, login))
    expect(audit.map(({ action, userId }) => [action, userId])).toEqual([
      ['user.created', owner.id],
      ['user.invited', owner.id],
      ['user.invited', owner.id],
    ])

    const signedIn = await browse('/sign-in/link', { form: { secret: third.split('/').at(-1) ?? '' } })
    expect(signedIn.headers.get('Set-Cookie')).toContain('__Host-session=')
    const again = await post(`${page}/invitation`, {})
    expect([again.status, await again.text()]).toEqual([409, expect.not.stringMatching(LINK)])
    expect(await (await get(page)).text()).not.toContain('Renew invitation')
    expect((await post('/instance/users', { login, once })).status).toBe(409)
  })

  it('once they came are signed in by no invitation, though it was renewed as they came', async () => {
    const { stores, owner, post } = await asOwner()
    const login = `race-${Date.now().toString(36)}`
    await post('/instance/users', { login, once: newFormId() })
    const person = await findUserByLogin(stores.db, login)
    if (!person) throw new Error('nobody was invited')
    const renewed = await renewInvitation(stores, person, actsAs(owner.id))
    await seedSession(stores, person)
    const secret = parseLinkSecret(renewed?.path.split('/').at(-1) ?? '')
    expect(secret && (await findLink(stores.db, secret, Date.now()))).toBeNull()
    expect(secret && (await consumeLink(stores.db, secret, Date.now()))).toBeNull()
    expect(await scansOf(stores.db, selectInvitation(stores.db, person.id))).toEqual([])
  })

  it('become owners, and stop being some, at once', async () => {
    const { stores, post } = await asOwner()
    const other = await seedUser(stores.db)
    const session = await seedSession(stores, other)
    const { secret } = await seedToken(stores, { kind: 'personal', user: other })
    const traffic = async () =>
      (await ask('/api/buildpass/v1/instance/traffic', { headers: { 'Circle-Token': secret } })).status
    expect(await traffic()).toBe(403)
    expect((await post(`/instance/users/${other.login}/role`, { role: 'owner' })).status).toBe(303)
    expect([(await browse('/instance/users', { session })).status, await traffic()]).toEqual([200, 200])
    expect((await post(`/instance/users/${other.login}/role`, { role: 'user' })).status).toBe(303)
    expect([(await browse('/instance/users', { session })).status, await traffic()]).toEqual([404, 403])
  })

  it('do not end themselves, nor does one owner end another who ends them', async () => {
    const { stores, owner, post } = await asOwner()
    expect((await post(`/instance/users/${owner.login}/role`, { role: 'user' })).status).toBe(409)
    expect((await post(`/instance/users/${owner.login}/remove`, {})).status).toBe(409)
    const other = await seedUser(stores.db, { instanceRole: 'owner' })
    const session = await seedSession(stores, other)
    const answers = await Promise.all([
      post(`/instance/users/${other.login}/role`, { role: 'user' }),
      browse(`/instance/users/${owner.login}/role`, { session, form: { role: 'user' } }),
    ])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 404])
  })

  it('may be let create projects, organization by organization', async () => {
    const { stores, post, get } = await asOwner()
    const other = await seedUser(stores.db)
    const path = `/instance/users/${other.login}`
    const session = await seedSession(stores, other)
    const form = { vcs: 'gl', org: 'Their-Org', repo: 'web', default_branch: 'main', visibility: 'private' }
    const before = await browse('/projects', { session, form })
    expect([before.status, await before.text()]).toEqual([403, expect.stringContaining('id="org-error"')])
    expect((await post(`${path}/creator`, { vcs: 'gl', org: 'Their-Org' })).status).toBe(303)
    expect(await (await get(path)).text()).toContain('gl/their-org')
    expect(await (await browse('/', { session })).text()).toContain('href="/projects/new"')
    const made = await browse('/projects', { session, form })
    expect([made.status, made.headers.get('Location')]).toEqual([303, '/gl/Their-Org/web'])
    expect((await post(`${path}/creator/end`, { vcs: 'gl', org: 'their-org' })).status).toBe(303)
    expect(await listCreatorOrgs(stores.db, other.id)).toEqual([])
    expect((await browse('/projects', { session, form: { ...form, repo: 'two' } })).status).toBe(403)
    expect((await post(`${path}/creator`, { vcs: 'gl', org: HOSTILE })).status).toBe(422)
  })

  it('are removed with their sessions and tokens; a project without an admin gets the owner', async () => {
    const { stores, owner, post, get } = await asOwner()
    const { db } = stores
    const other = await seedUser(db)
    const [alone, together] = [await seedProject(db), await seedProject(db)]
    await seedMember(db, alone, other, 'admin')
    await seedMember(db, alone, owner, 'member')
    await seedMember(db, together, other, 'admin')
    const colleague = await seedUser(db)
    await seedMember(db, together, colleague, 'admin')
    const session = await seedSession(stores, other)
    const own = await seedToken(stores, { kind: 'personal', user: other })
    const made = await madeOn(alone, session)
    const headers = { 'Circle-Token': own.secret, 'Content-Type': 'application/json' }
    const webhooks = `/api/buildpass/v1/projects/gh/${together.org}/web/webhooks`
    expect((await ask(webhooks, { method: 'POST', headers, body: '{"source":"github"}' })).status).toBe(201)
    expect(await listWebhooks(db, together.id, Date.now())).toHaveLength(1)
    const me = async (secret: string) => (await ask('/api/v1.1/me', { headers: { 'Circle-Token': secret } })).status
    const reads = async () =>
      (await ask(`/api/v1.1/project/gh/${alone.org}/web`, { headers: { 'Circle-Token': made } })).status
    expect([await me(own.secret), await reads()]).toEqual([200, 200])

    const asked = await (await get(`/instance/users/${other.login}/remove`)).text()
    const orphans = asked.slice(asked.indexOf('You become admin of'), asked.indexOf(`What ${other.login} made`))
    expect(orphans).toContain(`gh/${alone.org}/web`)
    expect(orphans).not.toContain(`gh/${together.org}/web`)
    expect(textOf(asked)).toContain(`Webhook github of gh/${together.org}/web`)
    expect(textOf(asked)).toContain(`Token Made of gh/${alone.org}/web`)
    expect((await post(`/instance/users/${other.login}/remove`, { end_made: 'yes' })).status).toBe(303)

    expect([await me(own.secret), await reads()]).toEqual([401, 401])
    expect((await browse('/account', { session })).headers.get('Location')).toMatch(/^\/sign-in/)
    expect(await findUserByLogin(db, other.login)).toBeNull()
    expect(await listWebhooks(db, together.id, Date.now())).toEqual([])
    expect((await listMembers(db, alone.id)).map(({ login, role }) => [login, role])).toEqual([[owner.login, 'admin']])
    expect((await listMembers(db, together.id)).map(({ login }) => login)).toEqual([colleague.login])
    expect((await listProjectAudit(db, alone.id, 9, null)).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['member.set', 'token.deleted']),
    )
    expect((await post(`/instance/users/${other.login}/remove`, {})).status).toBe(404)
  })

  it('leave the tokens of projects behind where that is wished', async () => {
    const { stores, post } = await asOwner()
    const other = await seedUser(stores.db)
    const project = await seedProject(stores.db)
    await seedMember(stores.db, project, other, 'admin')
    const secret = await madeOn(project, await seedSession(stores, other))
    await post(`/instance/users/${other.login}/remove`, {})
    const path = `/api/v1.1/project/gh/${project.org}/web`
    expect((await ask(path, { headers: { 'Circle-Token': secret } })).status).toBe(200)
  })

  it('are nobody’s to change without the form of the owner’s own page', async () => {
    const { stores, session } = await asOwner()
    const other = await seedUser(stores.db)
    const path = `/instance/users/${other.login}/remove`
    const foreign = await browse(path, {
      session,
      form: {},
      headers: { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' },
    })
    expect(foreign.status).toBe(403)
    expect((await browse(path, { session, form: { form_token: 'another' } })).status).toBe(403)
    expect(await findUserByLogin(stores.db, other.login)).not.toBeNull()
  })
})

describe('an owner’s page for somebody else', () => {
  it('looks like one that is not there', async () => {
    const stores = await openTestStores()
    const session = await seedSession(stores, await seedUser(stores.db))
    const [withheld, absent] = await Promise.all(
      ['/instance/traffic', '/instance/nothing'].map(async (path) => {
        const response = await browse(path, { session })
        return [response.status, response.headers.get('Cache-Control'), await response.text()]
      }),
    )
    expect(withheld).toEqual(absent)
  })
})

describe('making a project', () => {
  it('makes it with its maker as admin, and leads to how a build is reported', async () => {
    const { stores, owner, post, get } = await asOwner()
    expect(await (await get('/')).text()).toContain('href="/projects/new"')
    const org = `made-${Date.now().toString(36)}`
    const form = { vcs: 'bb', org, repo: 'app', default_branch: 'trunk', visibility: 'public' }
    const made = await post('/projects', form)
    expect([made.status, made.headers.get('Location')]).toEqual([303, `/bb/${org}/app`])
    const text = await (await get(`/bb/${org}/app`)).text()
    expect(text).toContain('BUILDPASS_TOKEN')
    expect(text).toContain(`/api/buildpass/v1/projects/bb/${org}/app/builds`)
    const read = await browse(`/bb/${org}/app`)
    expect([read.status, await read.text()]).toEqual([200, expect.not.stringContaining('BUILDPASS_TOKEN')])
    const again = await post('/projects', { ...form, repo: 'APP' })
    expect([again.status, await again.text()]).toEqual([409, expect.stringContaining('id="repo-error"')])
    const person = await findUserByLogin(stores.db, owner.login)
    expect(person?.id).toBe(owner.id)
  })

  it.each([
    [{ org: '' }, 'org'],
    [{ org: 'a/b' }, 'org'],
    [{ repo: HOSTILE }, 'repo'],
    [{ repo: '..' }, 'repo'],
    [{ vcs: 'svn' }, 'vcs'],
    [{ vcs: '__proto__' }, 'vcs'],
    [{ default_branch: '' }, 'default_branch'],
    [{ default_branch: 'a\u0007' }, 'default_branch'],
    [{ visibility: 'internal' }, 'visibility'],
  ])('says beside the field what is wrong with %j', async (wrong, field) => {
    const { post } = await asOwner()
    const form = { vcs: 'gh', org: 'acme', repo: 'x', default_branch: 'main', visibility: 'private', ...wrong }
    const refused = await post('/projects', form)
    const text = await refused.text()
    expect([refused.status, text]).toEqual([422, expect.stringContaining(`id="${field}-error"`)])
    expect(text).not.toContain('<script>alert')
  })

  it('does not tell whether a project exists to whom may not make it', async () => {
    const stores = await openTestStores()
    const session = await seedSession(stores, await seedUser(stores.db))
    const { org } = await seedProject(stores.db)
    const form = { vcs: 'gh', org, repo: 'web', default_branch: 'main', visibility: 'private' }
    const texts = await Promise.all(
      ['web', 'absent'].map(async (repo) => {
        const response = await browse('/projects', { session, form: { ...form, repo } })
        return [
          response.status,
          (await response.text()).replace(`value="${repo}"`, '').replace(/name="once" value="\w+"/, ''),
        ]
      }),
    )
    expect(texts[0]).toEqual(texts[1])
    expect(texts[0]?.[0]).toBe(403)
    expect(await (await browse('/', { session })).text()).not.toContain('href="/projects/new"')
    expect(await (await browse('/projects/new', { session })).text()).toContain('You may not create projects yet')
  })
})

describe('the traffic page', () => {
  it('shows what this isolate counted, and says how to see all of it', async () => {
    const { get } = await asOwner()
    await get('/')
    const text = await (await get('/instance/traffic')).text()
    expect(text).toContain('ANALYTICS_API_TOKEN')
    expect(text).toMatch(/<svg class="plot full"[^>]* role="img" aria-label="Requests a minute: at most/)
    expect(text).toContain('GET /instance/')
  })

  it('shows all requests where Analytics Engine tells them', async () => {
    const { stores, owner } = await asOwner()
    const { id } = await seedToken(stores, { kind: 'personal', user: owner, label: HOSTILE })
    const session = await seedSession(stores, owner)
    const vars = { ANALYTICS_ACCOUNT_ID: 'a'.repeat(32), ANALYTICS_API_TOKEN: crypto.randomUUID() }
    const app = await openTestApp({ stores, vars })
    const rows = { at: Math.floor(stores.now() / 1000) - 3_600, route: 'GET /x', status: '200', tier: 'kv', id }
    vi.spyOn(globalThis, 'fetch').mockImplementation(async () =>
      Response.json({ data: [{ ...rows, requests: 1_234, errors: 2 }] }),
    )
    const headers = { Cookie: session.cookie, Accept: 'text/html' }
    const text = await (await app.ask('/instance/traffic?hours=168', { headers })).text()
    expect(text).toContain('Requests in 2 h 48 min: at most 1,234')
    expect(text).toContain('&lt;script&gt;')
    expect(text).not.toContain('<script>alert')
    expect(text).not.toContain('ANALYTICS_API_TOKEN')
    expect(text).toContain('aria-current="page">Week')

    vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response('no', { status: 500 }))
    const failed = await (await app.ask('/instance/traffic', { headers })).text()
    expect(failed).toContain('Analytics Engine did not answer')
    expect(failed).not.toContain(vars.ANALYTICS_API_TOKEN)
  })
})

async function asOwner() {
  const stores = await openTestStores()
  const owner = await seedUser(stores.db, { instanceRole: 'owner' })
  const session = await seedSession(stores, owner)
  return {
    stores,
    owner,
    session,
    get: (path: string) => browse(path, { session }),
    post: (path: string, form: Record<string, string>) => browse(path, { session, form }),
  }
}

/** A project token as its maker sees it, by the page. */
async function madeOn({ org }: { org: string }, session: { cookie: string; formToken: string }): Promise<string> {
  const form = {
    label: 'Made',
    scope: 'all',
    expiry: 'never',
    once: crypto.randomUUID().replaceAll('-', '').slice(0, 22),
  }
  const response = await browse(`/gh/${org}/web/settings/api`, { session, form })
  return LINK.exec(await response.text())?.[1] ?? ''
}
