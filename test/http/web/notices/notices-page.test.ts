import { and, eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { wholeReach } from '../../../../src/domain/access/limits/reach.ts'
import type { NoticeFacts } from '../../../../src/domain/notices/notice.ts'
import { findInInbox, listInbox } from '../../../../src/storage/notices/notices.ts'
import { members } from '../../../../src/storage/schema/schema.ts'
import { seedMember, seedProject, seedSession, seedUser } from '../../../support/seed/seed.ts'
import { seedNotice } from '../../../support/seed/seed-notice.ts'
import { browse } from '../../../support/server/browse.ts'
import { openTestApp } from '../../../support/worker/app.ts'
import { scansOf } from '../../../support/worker/query-plan.ts'
import { openTestStores } from '../../../support/worker/stores.ts'

const FIXED = { kind: 'branch.fixed', branch: 'main', pipeline: 7, by: null } as const satisfies NoticeFacts
const PAUSED = {
  kind: 'receiver.paused',
  receiver: { id: 'r', kind: 'slack', name: '#builds' },
  problem: 'It answered 404.',
} as const satisfies NoticeFacts
const HOSTILE = '"><script>alert(1)</script>\u202e'

it('counts under the bell what is unread, on every page, without an operation of its own', async () => {
  const { stores, person, project, session } = await withPerson()
  const bell = async () => /aria-label="(Notices[^"]*)"/.exec(await (await browse('/account', { session })).text())?.[1]
  expect(await bell()).toBe('Notices')
  for (const at of [1, 2, 3]) await seedNotice(stores, { facts: FIXED, project, people: [person], at })
  expect(await bell()).toBe('Notices, 3 unread')
  for (let at = 4; at <= 51; at++) await seedNotice(stores, { facts: FIXED, project, people: [person], at })
  expect(await bell()).toBe('Notices, 50+ unread')
  const { ask } = await openTestApp({ stores })
  stores.recorded.length = 0
  await ask('/account', { headers: { Cookie: session.cookie } })
  const counting = stores.recorded.filter(({ sql }) => sql.includes('notice_inbox'))
  expect(counting.map(({ sql }) => sql.includes('from "sessions"'))).toEqual([true])
  const nobody = await (await browse('/')).text()
  expect(nobody).not.toContain('href="/notices"')
})

it('lists them newest first, each with its project and reason, whatever they say; to look marks none as read', async () => {
  const { stores, person, project, slug, session, unread } = await withPerson()
  await seedNotice(stores, { facts: FIXED, project, people: [person], at: 1 })
  const facts = {
    kind: 'branch.broken',
    ...{ branch: HOSTILE, pipeline: 8, failed: [{ num: 5, job: HOSTILE }] },
    ...{ tests: '2 new failures', by: HOSTILE },
  } as const
  await seedNotice(stores, { facts, project, people: [person], at: 2 })
  const text = await (await browse('/notices', { session })).text()
  expect(text.indexOf('broke')).toBeLessThan(text.indexOf('is fixed'))
  for (const shown of ['2 new failures', slug, '␣U+202E', 'Unread: ']) expect(text).toContain(shown)
  expect(text).not.toMatch(/<script>alert|\u202e/)
  expect(await unread()).toBe(2)
})

it('opens one by a form, which marks it as read and leads where the notice says, not the form', async () => {
  const { stores, person, project, slug, session, unread } = await withPerson()
  const id = await seedNotice(stores, { facts: FIXED, project, people: [person] })
  await seedNotice(stores, { facts: FIXED, project, people: [person] })
  const form = { id, open: 'yes', path: 'https://evil.example/', next: '//evil.example' }
  const opened = await browse('/notices/read', { session, form })
  expect([opened.status, opened.headers.get('Location')]).toEqual([303, `/${slug}?pipeline=7`])
  expect(await unread()).toBe(1)
  const text = await (await browse('/notices', { session })).text()
  expect(text).toContain(`<a href="/${slug}?pipeline=7">`)
})

it('marks one, or all, as read', async () => {
  const { stores, person, project, session, unread } = await withPerson()
  const id = await seedNotice(stores, { facts: FIXED, project, people: [person] })
  for (const at of [1, 2]) await seedNotice(stores, { facts: FIXED, project, people: [person], at })
  const one = await browse('/notices/read', { session, form: { id } })
  expect([one.status, one.headers.get('Location'), await unread()]).toEqual([303, `/notices#notice-${id}`, 2])
  await browse('/notices/read', { session, form: {} })
  expect(await unread()).toBe(2)
  const all = await browse('/notices/read', { session, form: { which: 'all' } })
  expect([all.status, all.headers.get('Location'), await unread()]).toEqual([303, '/notices', 0])
})

it('knows nothing of another person’s', async () => {
  const [mine, other] = [await withPerson(), await withPerson()]
  const { stores, person, project } = other
  const id = await seedNotice(stores, { facts: FIXED, project, people: [person] })
  const text = await (await browse('/notices', { session: mine.session })).text()
  expect(text).toContain('There is nothing to tell you')
  const opened = await browse('/notices/read', { session: mine.session, form: { id, open: 'yes' } })
  expect([opened.status, opened.headers.get('Location')]).toEqual([303, '/notices'])
  await browse('/notices/read', { session: mine.session, form: { which: 'all' } })
  expect(await other.unread()).toBe(1)
  await browse('/notices/read', { session: other.session, form: { id, form_token: mine.session.formToken } })
  expect(await other.unread()).toBe(1)
})

it('shows a removed member nothing any more, and whoever is no admin nothing that is for admins', async () => {
  const { stores, person, project, session } = await withPerson()
  const id = await seedNotice(stores, { facts: FIXED, project, people: [person] })
  await seedNotice(stores, { facts: PAUSED, project, people: [person] })
  const page = async () => (await browse('/notices', { session })).text()
  expect(await page()).toContain('#builds')
  const theirs = and(eq(members.projectId, project.id), eq(members.userId, person.id))
  await stores.db.update(members).set({ role: 'member' }).where(theirs)
  expect(await page()).not.toContain('#builds')
  expect(await page()).toContain('is fixed')
  await stores.db.delete(members).where(theirs)
  const text = await page()
  expect(text).toContain('There is nothing to tell you')
  expect(text).toContain('aria-label="Notices"')
  const opened = await browse('/notices/read', { session, form: { id, open: 'yes' } })
  expect(opened.headers.get('Location')).toBe('/notices')
})

it('finds one by an index', async () => {
  const { stores, person } = await withPerson()
  await findInInbox(stores.db, wholeReach(person.id), 'x')
  const asked = stores.recorded.at(-1)
  expect(asked && (await scansOf(stores.db, asked))).toEqual([])
})

async function withPerson() {
  const stores = await openTestStores()
  const { db } = stores
  const [person, project] = [await seedUser(db), await seedProject(db)]
  await seedMember(db, project, person, 'admin')
  const session = await seedSession(stores, person)
  const unread = async () => (await listInbox(db, wholeReach(person.id))).filter(({ readAt }) => readAt === null).length
  return { stores, person, project, slug: `gh/${project.org}/${project.repo}`, session, unread }
}
