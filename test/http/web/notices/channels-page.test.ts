import { env } from 'cloudflare:workers'
import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { INSTANCE } from '../../../../src/domain/access/actor.ts'
import { importDataKeys } from '../../../../src/domain/formats/sealed-text.ts'
import {
  insertListener,
  listListeners,
  MAX_LISTENERS,
  openListener,
} from '../../../../src/storage/notices/listeners.ts'
import { listOutbox } from '../../../../src/storage/notices/outbox.ts'
import { listProjectAudit } from '../../../../src/storage/projects/audit.ts'
import { listeners } from '../../../../src/storage/schema/schema-outbox.ts'
import { seedMember, seedProject, seedSession, seedUser } from '../../../support/seed/seed.ts'
import { browse } from '../../../support/server/browse.ts'
import { openTestStores } from '../../../support/worker/stores.ts'

const SLACK = 'https://hooks.slack.example/services/T0/B0/secret-part'
const HOSTILE = '"><script>alert(1)</script>'
const onceOf = (letter: string) => letter.repeat(22)
const CHANNEL = { kind: 'slack', url: SLACK, name: HOSTILE, notices: 'branch.broken' }

it('adds a channel, however often the form is sent, whose address is shown nowhere again', async () => {
  const { stores, project, get, post } = await asAdmin()
  for (const _ of [1, 2]) {
    const added = await post('', { ...CHANNEL, once: onceOf('a') })
    expect([added.status, added.headers.get('Location')]).toEqual([303, expect.stringMatching(/\/settings\/notices$/)])
  }
  const [stored, ...others] = await listListeners(stores.db, project.id)
  expect([stored?.listener, others]).toEqual([
    { kind: 'slack', host: 'hooks.slack.example', name: HOSTILE, notices: ['branch.broken'] },
    [],
  ])
  const keys = await importDataKeys(env.DATA_KEY)
  expect((await openListener(stores.db, keys, stored?.id ?? ''))?.secret).toBe(SLACK)
  for (const path of ['', '/new', `/${stored?.id}/delete`, '/../audit']) {
    const text = await (await get(path)).text()
    expect([path, text]).not.toEqual([path, expect.stringMatching(/secret-part|<script>alert/)])
  }
  expect(await (await get('')).text()).toContain('hooks.slack.example')
  const made = (await listProjectAudit(stores.db, project.id, 9, null)).filter(
    (one) => one.action === 'listener.created',
  )
  expect(made).toHaveLength(1)
})

it('shows the secret of a webhook once, in a page that nothing keeps', async () => {
  const { stores, project, get, post } = await asAdmin()
  const form = { kind: 'webhook', url: 'https://receiver.example.com/in', notices: 'branch.fixed', once: onceOf('a') }
  const made = await post('', form)
  const secret = /<code id="secret">(whsec_[^<]+)<\/code>/.exec(await made.text())?.[1] ?? ''
  expect([made.status, made.headers.get('Cache-Control'), secret]).toEqual([
    200,
    'no-store',
    expect.stringMatching(/^whsec_/),
  ])
  const again = await post('', form)
  expect([again.status, await again.text()]).toEqual([409, expect.not.stringContaining('whsec_')])
  expect(await (await get('')).text()).not.toContain('whsec_')
  expect(await listListeners(stores.db, project.id)).toMatchObject([
    { listener: { kind: 'webhook', url: form.url, notices: ['branch.fixed'] } },
  ])
})

it.each([
  ['url', 'must be on a public host', { url: 'https://10.0.0.1/secret-part' }],
  ['url', 'must be an https URL', { url: 'http://hooks.slack.example/secret-part' }],
  ['url', 'must not hold a user name or password', { url: 'https://ada:pw@hooks.slack.example/secret-part' }],
  ['url', 'at most 2048', { url: `https://hooks.slack.example/secret-part${'x'.repeat(2_048)}` }],
  ['url', 'is missing', { url: '' }],
  ['kind', 'Choose what kind', { kind: HOSTILE }],
  ['name', 'at most 100', { name: 'x'.repeat(101) }],
  ['name', 'control characters', { name: 'a\nb' }],
  ['notices', 'Choose at least one.', { notices: 'pipeline.ended' }],
])('says beside the field %s “%s”, keeps what was typed, and gives no address back', async (field, words, wrong) => {
  const { stores, project, post } = await asAdmin()
  const refused = await post('', { ...CHANNEL, name: 'kept', ...wrong })
  const text = await refused.text()
  const said = new RegExp(`id="${field}-error">([^<]*)`).exec(text)?.[1]
  expect([refused.status, said]).toEqual([422, expect.stringContaining(words)])
  expect(text).not.toMatch(/secret-part|<script>alert/)
  if (field !== 'name') expect(text).toContain('value="kept"')
  if (field === 'url') expect(text).toMatch(/value="branch.broken" checked/)
  expect(await listListeners(stores.db, project.id)).toEqual([])
})

it('tells when there are as many as there may be', async () => {
  const { stores, project, get, post } = await asAdmin()
  const keys = await importDataKeys(env.DATA_KEY)
  const listener = { kind: 'webhook', url: 'https://ci.example.com/hook' } as const
  for (let made = 0; made < MAX_LISTENERS; made++)
    await insertListener(stores, project.id, { listener, secret: 'whsec_', keys }, INSTANCE)
  expect(await (await get('')).text()).toContain('at most 10: delete one to add another')
  const refused = await post('', CHANNEL)
  expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('delete one first')])
  expect(await listListeners(stores.db, project.id)).toHaveLength(MAX_LISTENERS)
})

it('tries one, says how it does, resumes it, and deletes it when that is confirmed', async () => {
  const { stores, project, get, post } = await asAdmin()
  await post('', CHANNEL)
  const [{ id } = { id: '' }] = await listListeners(stores.db, project.id)
  expect(await (await get('')).text()).toContain('>no failures</span>')
  const tried = await post(`/${id}/try`, {})
  expect(tried.headers.get('Set-Cookie')).toContain('flash=channel-tried')
  expect(await listOutbox(stores.db, project.id)).toMatchObject([{ event: 'notice', receiver: 'slack' }])
  expect(await (await get('')).text()).toContain('Slack or alike')

  const problem = `It answered 404: ${HOSTILE}`
  const set = (values: Partial<typeof listeners.$inferInsert>) =>
    stores.db.update(listeners).set(values).where(eq(listeners.id, id))
  await set({ failingSince: 1, problem })
  const failing = await (await get('')).text()
  for (const shown of ['failing since', 'It answered 404', `Try<span`]) expect(failing).toContain(shown)
  expect(failing).not.toContain('<script>alert')
  await set({ pausedAt: 2 })
  const paused = await (await get('')).text()
  expect([paused.includes('paused'), paused.includes('/try"'), paused.includes('/resume"')]).toEqual([
    true,
    false,
    true,
  ])
  expect((await post(`/${id}/try`, {})).headers.get('Set-Cookie')).toContain('flash=channel-not-tried')
  expect((await post(`/${id}/resume`, {})).status).toBe(303)
  expect(await listListeners(stores.db, project.id)).toMatchObject([
    { pausedAt: null, failingSince: null, problem: null },
  ])

  expect((await post(`/${id}/delete`, {})).status).toBe(422)
  expect((await post(`/${id}/delete`, { confirm: 'DELETE' })).status).toBe(303)
  expect(await listListeners(stores.db, project.id)).toEqual([])
})

it('knows nothing of another project’s, and lets no mere member in', async () => {
  const [mine, other] = [await asAdmin(), await asAdmin()]
  await other.post('', CHANNEL)
  const [{ id } = { id: '' }] = await listListeners(other.stores.db, other.project.id)
  expect((await mine.get(`/${id}/delete`)).status).toBe(404)
  expect((await mine.post(`/${id}/delete`, { confirm: 'DELETE' })).status).toBe(404)
  expect((await mine.post(`/${id}/resume`, {})).status).toBe(404)
  expect((await mine.post(`/${id}/try`, {})).headers.get('Set-Cookie')).toContain('flash=channel-not-tried')
  const member = await seedUser(other.stores.db)
  await seedMember(other.stores.db, other.project, member, 'member')
  const session = await seedSession(other.stores, member)
  expect((await browse(other.path, { session })).status).toBe(403)
  expect((await browse(other.path, { session, form: CHANNEL })).status).toBe(403)
  expect(await listListeners(other.stores.db, other.project.id)).toHaveLength(1)
  expect(await listOutbox(other.stores.db, other.project.id)).toEqual([])
})

async function asAdmin() {
  const stores = await openTestStores()
  const { db } = stores
  const [user, project] = [await seedUser(db), await seedProject(db)]
  await seedMember(db, project, user, 'admin')
  const session = await seedSession(stores, user)
  const path = `/gh/${project.org}/${project.repo}/settings/notices`
  return {
    stores,
    project,
    path,
    get: (rest: string) => browse(new URL(path + rest, 'https://x.test').pathname, { session }),
    post: (rest: string, form: Record<string, string>) => browse(path + rest, { session, form }),
  }
}
