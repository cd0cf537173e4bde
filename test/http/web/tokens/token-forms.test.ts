import { describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../../src/domain/access/actor.ts'
import { loginFor } from '../../../../src/domain/people/identity.ts'
import { parseLogin } from '../../../../src/domain/people/user.ts'
import { browserName } from '../../../../src/http/web/frame/browser-name.ts'
import { agoText } from '../../../../src/http/web/parts/time-text.ts'
import { parseExpiry } from '../../../../src/http/web/tokens/expiry.tsx'
import { selectIdentity } from '../../../../src/storage/people/identities.ts'
import { putCreator } from '../../../../src/storage/projects/project-settings.ts'
import { listTokens } from '../../../../src/storage/tokens/tokens.ts'
import { seedMember, seedProject, seedSession, seedToken, seedUser } from '../../../support/seed/seed.ts'
import { browse } from '../../../support/server/browse.ts'
import { scansOf } from '../../../support/worker/query-plan.ts'
import { openTestStores } from '../../../support/worker/stores.ts'

const FORM_ID = 'a'.repeat(22)

describe('a form that makes a token', () => {
  it('makes one, however often it is sent, and shows its secret once', async () => {
    const { stores, user, session } = await signedIn()
    const form = { label: 'Laptop', expiry: '365', once: FORM_ID }
    const first = await browse('/account/api', { session, form })
    expect([first.status, first.headers.get('Cache-Control')]).toEqual([200, 'no-store'])
    expect(await first.text()).toMatch(/bpu_[0-9A-Za-z]{42}/)
    const again = await browse('/account/api', { session, form })
    expect([again.status, await again.text()]).toEqual([409, expect.not.stringMatching(/bpu_[0-9A-Za-z]{42}/)])
    const [token, ...others] = await listTokens(stores.db, { kind: 'personal', userId: user.id })
    expect(others).toEqual([])
    // Also when the token is gone again.
    await browse(`/account/api/${token?.id}/delete`, { session, form: {} })
    expect((await browse('/account/api', { session, form })).status).toBe(409)
    expect(await listTokens(stores.db, { kind: 'personal', userId: user.id })).toEqual([])
  })

  it('is not the same form in the hands of another person', async () => {
    const [one, two] = [await signedIn(), await signedIn()]
    for (const { session } of [one, two])
      expect(
        (await browse('/account/api', { session, form: { label: 'x', expiry: 'never', once: FORM_ID } })).status,
      ).toBe(200)
  })

  it('rotates once too', async () => {
    const { stores, user, session } = await signedIn()
    const { id } = await seedToken(stores, { kind: 'personal', user })
    const form = { overlap: '86400', once: FORM_ID }
    const statuses = [
      (await browse(`/account/api/${id}/rotate`, { session, form })).status,
      (await browse(`/account/api/${id}/rotate`, { session, form })).status,
    ]
    expect(statuses).toEqual([200, 409])
    expect(await listTokens(stores.db, { kind: 'personal', userId: user.id })).toHaveLength(2)
  })

  it('shows the secret of a project token nowhere but in its answer', async () => {
    const { stores, user, session } = await signedIn()
    const project = await seedProject(stores.db)
    await seedMember(stores.db, project, user, 'admin')
    const settings = `/gh/${project.org}/${project.repo}/settings`
    const answer = await browse(`${settings}/api`, {
      session,
      form: { label: 'CI', scope: 'all', expiry: 'never', once: FORM_ID },
    })
    const secret = /bpp_[0-9A-Za-z]{42}/.exec(await answer.text())?.[0] ?? ''
    expect(secret).not.toBe('')
    for (const path of ['/api', '/audit', '/badges', '/members', ''])
      expect(await (await browse(settings + path, { session })).text()).not.toContain(secret)
  })

  it('makes one with limits, which the list names', async () => {
    const { stores, user, session } = await signedIn()
    const form = {
      label: 'Laptop',
      expiry: '365',
      access: 'read',
      cidrs: '10.1.2.3/8\r\n2001:db8::/32',
      not_before: '2020-01-31',
    }
    expect((await browse('/account/api', { session, form: { ...form, once: FORM_ID } })).status).toBe(200)
    const [token] = await listTokens(stores.db, { kind: 'personal', userId: user.id })
    expect(token).toMatchObject({
      limits: { access: 'read', cidrs: ['10.0.0.0/8', '2001:db8::/32'], notBefore: Date.UTC(2020, 0, 31) },
    })
    const list = await (await browse('/account/api', { session })).text()
    for (const words of ['>read<', '10.0.0.0/8, 2001:db8::/32', 'from 2 networks', 'not before 2020-01-31'])
      expect(list).toContain(words)
  })

  it('makes one for some branches and paths, which the list names', async () => {
    const { stores, user, session } = await signedIn()
    const project = await seedProject(stores.db)
    await seedMember(stores.db, project, user, 'admin')
    const settings = `/gh/${project.org}/${project.repo}/settings/api`
    const limits = { branches: 'main\r\n release/* \r\n', paths: 'a b/**' }
    const form = { label: 'CD', scope: 'all', expiry: 'never', once: FORM_ID, ...limits }
    expect((await browse(settings, { session, form })).status).toBe(200)
    expect(await listTokens(stores.db, { kind: 'project', projectId: project.id })).toMatchObject([
      { limits: { branches: ['main', 'release/*'], paths: ['a b/**'] } },
    ])
    const list = await (await browse(settings, { session })).text()
    for (const words of ['2 branch patterns', 'main, release/*', 'path a b/**']) expect(list).toContain(words)
  })

  it('makes one for an organization where an owner lets its person create, and nowhere else', async () => {
    const { stores, user, session } = await signedIn()
    const send = (over: Record<string, string> = {}) =>
      browse('/account/organizations', {
        session,
        form: { organization: 'gh/Acme', label: 'Dashboard', scope: 'status', expiry: '365', once: FORM_ID, ...over },
      })
    for (const [over, said] of [
      [{}, 'An owner has not let you create there.'],
      [{ organization: 'acme' }, 'Write an organization like gh/acme.'],
      [{ organization: 'gh/acme/web' }, 'Write an organization like gh/acme.'],
      [{ scope: '' }, 'Choose what the token opens.'],
      [{ paths: 'a' }, 'A Status token opens no artifacts'],
    ] as const) {
      const refused = await send(over)
      expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining(said)])
    }
    expect(await (await browse('/account/organizations', { session })).text()).toContain('ask one')
    await putCreator(stores, { vcs: 'gh', org: 'acme' }, user, INSTANCE)
    const form = await (await browse('/account/organizations/new', { session })).text()
    expect(form).toContain('value="gh/acme"')
    const made = await send({ branches: 'main' })
    expect([made.status, await made.text()]).toEqual([200, expect.stringMatching(/bpp_[0-9A-Za-z]{42}/)])
    const list = await (await browse('/account/organizations', { session })).text()
    for (const words of ['>Dashboard<', '>gh/Acme<', '>Status<', 'branch main']) expect(list).toContain(words)
    expect(await (await browse('/account/api', { session })).text()).not.toContain('>Dashboard<')
    const [token] = await listTokens(stores.db, { kind: 'organization', userId: user.id, organization: null })
    const rotated = await browse(`/account/organizations/${token?.id}/rotate`, {
      session,
      form: { overlap: '0', once: 'b'.repeat(22) },
    })
    expect(await rotated.text()).toMatch(/bpp_[0-9A-Za-z]{42}/)
    await browse(`/account/organizations/${token?.id}/delete`, { session, form: {} })
    expect(await listTokens(stores.db, { kind: 'organization', userId: user.id, organization: null })).toMatchObject([
      { organization: { vcs: 'gh', org: 'Acme' }, limits: { branches: ['main'] } },
    ])
  })

  it('makes one for some projects, of those that its person reaches', async () => {
    const { stores, user, session } = await signedIn()
    const [own, other] = [await seedProject(stores.db), await seedProject(stores.db)]
    await seedMember(stores.db, own, user, 'member')
    const slugOf = ({ org, repo }: typeof own) => `gh/${org}/${repo}`
    const send = (projects: string) =>
      browse('/account/api', { session, form: { label: 'x', expiry: '365', projects, once: FORM_ID } })
    for (const [filled, said] of [
      [`${slugOf(own)}\n${slugOf(other)}`, `“${slugOf(other)}” is no project that you reach.`],
      ['web', '“web” is no project'],
    ] as const) {
      const refused = await send(filled)
      expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining(said)])
    }
    expect((await send(slugOf(own))).status).toBe(200)
    expect(await listTokens(stores.db, { kind: 'personal', userId: user.id })).toMatchObject([
      { limits: { projects: [own.id] } },
    ])
    expect(await (await browse('/account/api', { session })).text()).toContain(`>${slugOf(own)}<`)
  })

  it('reads of limits its own kind’s alone, and no word that is none', async () => {
    const { stores, user, session } = await signedIn()
    const project = await seedProject(stores.db)
    await seedMember(stores.db, project, user, 'admin')
    const bad = await browse('/account/api', {
      session,
      form: { label: 'x', expiry: '365', access: 'READ', once: FORM_ID },
    })
    expect([bad.status, await bad.text()]).toEqual([422, expect.stringContaining('Choose what the token opens.')])
    const foreign = { access: 'read', projects: `gh/${project.org}/${project.repo}` }
    const form = { label: 'x', expiry: 'never', scope: 'status', once: FORM_ID, ...foreign }
    await browse(`/gh/${project.org}/${project.repo}/settings/api`, { session, form })
    expect(await listTokens(stores.db, { kind: 'project', projectId: project.id })).toMatchObject([{ limits: null }])
    expect(await listTokens(stores.db, { kind: 'personal', userId: user.id })).toEqual([])
  })

  it('has no limits where none are filled in', async () => {
    const { stores, user, session } = await signedIn()
    const form = { label: 'Laptop', expiry: '365', access: 'admin', cidrs: ' \r\n', not_before: '', once: FORM_ID }
    expect((await browse('/account/api', { session, form })).status).toBe(200)
    expect(await listTokens(stores.db, { kind: 'personal', userId: user.id })).toMatchObject([{ limits: null }])
  })

  it.each([
    [{ only: 'badges', scope: 'all' }, 'Only a Status token can be for badges alone.'],
    [{ branches: 'main\na?' }, '“a?” must not contain'],
    [{ branches: Array(11).fill('main').join('\n') }, 'at most 10 patterns'],
    [{ scope: 'all', paths: 'a/**/b' }, '“a/**/b” must have one'],
    [{ paths: 'dist/**' }, 'A Status token opens no artifacts'],
    [{ cidrs: '10.0.0.0/8 home' }, '“home” is no network'],
    [{ cidrs: Array(21).fill('10.0.0.0/8').join('\n') }, 'at most 20 networks'],
    [{ not_before: '2999-01-01', expiry: '7' }, 'Choose a day before the token expires.'],
    [{ not_before: 'soon' }, 'Choose the first day on which the token works.'],
    [{ only: 'on' }, 'Only a Status token can be for badges alone.'],
  ])('says beside the field what is wrong with the limits %j, and makes none', async (filled, said) => {
    const { stores, user, session } = await signedIn()
    const project = await seedProject(stores.db)
    await seedMember(stores.db, project, user, 'admin')
    const settings = `/gh/${project.org}/${project.repo}/settings`
    const form = { label: 'CI', scope: 'status', expiry: 'never', once: FORM_ID, ...filled }
    const answer = await browse(`${settings}/api`, { session, form })
    const text = await answer.text()
    expect([answer.status, text.includes(said), /<details class="more limits" open/.test(text)]).toEqual([
      422,
      true,
      true,
    ])
    expect(await listTokens(stores.db, { kind: 'project', projectId: project.id })).toEqual([])
  })

  it('refuses the token of another project or person as if it were not there', async () => {
    const { stores, session } = await signedIn()
    const { id } = await seedToken(stores, { kind: 'personal', user: await seedUser(stores.db) })
    expect((await browse(`/account/api/${id}/delete`, { session })).status).toBe(404)
    expect((await browse(`/account/api/${id}/delete`, { session, form: {} })).status).toBe(404)
    expect((await browse(`/account/api/${id}/rotate`, { session, form: { overlap: '0', once: FORM_ID } })).status).toBe(
      404,
    )
  })
})

describe('the end of a token, as chosen', () => {
  const now = Date.parse('2026-11-24T12:00:00Z')
  const chosen = (fields: Record<string, string>) => parseExpiry(new URLSearchParams(fields), now)

  it.each([
    [{ expiry: '365' }, now + 365 * 86_400_000],
    [{ expiry: 'never' }, null],
    [{ expiry: 'date', expiry_date: '2026-11-24' }, Date.parse('2026-11-24T23:59:59.999Z')],
  ])('%j', (fields, expiresAt) => {
    expect(chosen(fields)).toEqual({ ok: true, expiresAt })
  })

  it.each([
    [{}],
    [{ expiry: 'toString' }],
    [{ expiry: '9999' }],
    [{ expiry: 'date' }],
    [{ expiry: 'date', expiry_date: '2026-11-23' }],
    [{ expiry: 'date', expiry_date: '2026-13-41' }],
    [{ expiry: 'date', expiry_date: '2027-02-31' }],
    [{ expiry: 'date', expiry_date: '2027-04-31' }],
    [{ expiry: 'date', expiry_date: 'tomorrow' }],
  ])('%j is none', (fields) => {
    expect(chosen(fields as Record<string, string>)).toEqual({ ok: false, rule: expect.any(String) })
  })
})

describe('words', () => {
  it.each([
    ['ada', 0, 'ada'],
    ['ada', 1, 'ada-2'],
    ['ada_acme', 0, 'ada-acme'],
    ['ada.lovelace@example.com', 0, 'ada-lovelace'],
    ['--', 0, 'person'],
    ['数据', 2, 'person-3'],
    ['x'.repeat(60), 3, `${'x'.repeat(37)}-4`],
  ])('the login after %s, try %i', (name, attempt, login) => {
    expect(loginFor(name, attempt)).toBe(login)
    expect(parseLogin(login)).toBe(login)
  })

  it.each([
    [-10, 'just now'],
    [10, 'in a moment'],
    [-60, '1 minute ago'],
    [-3_580, '1 hour ago'],
    [-86_400 * 3, '3 days ago'],
    [86_400 * 60, 'in 2 months'],
    [-86_400 * 200, '7 months ago'],
    [-50, '1 minute ago'],
    [86_400 * 365, 'in 1 year'],
    [-86_400 * 800, '2 years ago'],
  ])('%i seconds from now: %s', (seconds, text) => {
    const now = Date.now()
    expect(agoText(now + seconds * 1000, now)).toBe(text)
  })

  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36 Edg/147.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1',
      'Safari on iOS',
    ],
    ['curl/8.0', 'A browser'],
    [null, 'A browser'],
  ])('%s is %s', (userAgent, name) => {
    expect(browserName(userAgent)).toBe(name)
  })
})

it('an identity is found by an index', async () => {
  const { db } = await openTestStores()
  expect(await scansOf(db, selectIdentity(db, { provider: 'github', subject: '1' }))).toEqual([])
})

async function signedIn() {
  const stores = await openTestStores()
  const user = await seedUser(stores.db)
  return { stores, user, session: await seedSession(stores, user) }
}
