import { describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../../src/domain/access/actor.ts'
import { DEFAULT_RETENTION } from '../../../../src/domain/builds/retention.ts'
import { listProjectAudit } from '../../../../src/storage/projects/audit.ts'
import { insertDelivery } from '../../../../src/storage/reporting/deliveries.ts'
import { listWebhooks } from '../../../../src/storage/reporting/webhooks.ts'
import { listPublishers } from '../../../../src/storage/tokens/publishers.ts'
import { findRetention } from '../../../../src/storage/upkeep/retention.ts'
import { seedMember, seedProject, seedSession, seedUser } from '../../../support/seed/seed.ts'
import { browse } from '../../../support/server/browse.ts'
import { openTestStores } from '../../../support/worker/stores.ts'

const HOSTILE = '"><script>alert(1)</script>'
const SECRET = /<code id="secret">([0-9A-Za-z]{40})<\/code>/
const onceOf = (letter: string) => letter.repeat(22)

describe('Webhooks', () => {
  it('makes one, however often the form is sent, and shows its secret and endpoint once', async () => {
    const { db, project, slug, post, get } = await asAdmin()
    const form = { source: 'github', once: onceOf('a') }
    const first = await post('/webhooks', form)
    expect([first.status, first.headers.get('Cache-Control')]).toEqual([200, 'no-store'])
    const text = await first.text()
    const secret = SECRET.exec(text)?.[1] ?? ''
    expect(secret).not.toBe('')
    expect(text).toContain(`/webhooks/${slug}/github</code>`)

    const again = await post('/webhooks', form)
    expect([again.status, await again.text()]).toEqual([409, expect.not.stringMatching(SECRET)])
    expect(await listWebhooks(db, project.id, Date.now())).toHaveLength(1)
    for (const path of ['/webhooks', '/audit']) expect(await (await get(path)).text()).not.toContain(secret)
    expect(await (await get('/webhooks')).text()).toContain(`/webhooks/${slug}/github</code>`)
    expect((await auditOf(db, project.id)).filter((action) => action === 'webhook.created')).toHaveLength(1)

    const second = await post('/webhooks', { source: 'github', once: onceOf('b') })
    expect([second.status, await second.text()]).toEqual([422, expect.stringContaining('rotate that one')])
  })

  it('takes the secret of a CI that insists on its own, and says what is wrong with it', async () => {
    const { post } = await asAdmin()
    const own = crypto.randomUUID()
    const short = await post('/webhooks', { source: 'buildkite', secret: HOSTILE.slice(0, 9), once: onceOf('a') })
    expect([short.status, await short.text()]).toEqual([422, expect.stringContaining('id="secret-error"')])
    const made = await post('/webhooks', { source: 'buildkite', secret: own, once: onceOf('a') })
    expect([made.status, await made.text()]).toEqual([200, expect.stringContaining(own)])
  })

  it('rotates once with an overlap, and deletes what is confirmed', async () => {
    const { db, project, post, get } = await asAdmin()
    await post('/webhooks', { source: 'gitlab', once: onceOf('a') })
    const [old] = await listWebhooks(db, project.id, Date.now())
    expect((await get(`/webhooks/${old?.id}/rotate`)).status).toBe(200)
    const form = { overlap: '3600', once: onceOf('b') }
    const rotated = await post(`/webhooks/${old?.id}/rotate`, form)
    expect([rotated.status, await rotated.text()]).toEqual([200, expect.stringMatching(SECRET)])
    expect((await post(`/webhooks/${old?.id}/rotate`, form)).status).toBe(409)
    expect((await post(`/webhooks/${old?.id}/rotate`, { ...form, once: onceOf('c') })).status).toBe(303)
    const both = await listWebhooks(db, project.id, Date.now())
    expect(both.map(({ expiresAt }) => expiresAt !== null)).toEqual([false, true])
    expect(await (await get('/webhooks')).text()).toContain('old secret, stops')

    const path = `/webhooks/${both[0]?.id}/delete`
    expect((await post(path, {})).status).toBe(422)
    expect((await post(path, { confirm: 'DELETE' })).status).toBe(303)
    expect((await listWebhooks(db, project.id, Date.now())).map(({ id }) => id)).toEqual([old?.id])
    // The form of what is gone makes nothing either.
    expect((await post(`/webhooks/${old?.id}/rotate`, form)).status).toBe(409)
  })

  it('lists deliveries, whatever they say', async () => {
    const { project, get } = await asAdmin()
    const at = Date.now()
    const delivery = { source: 'github', event: 'ping', result: 'ignored', detail: HOSTILE, at } as const
    await insertDelivery(await openTestStores(), project.id, delivery, INSTANCE)
    const text = await (await get('/webhooks')).text()
    expect(text).toContain('ping')
    expect(text).toContain('ignored')
    expect(text).toContain('&lt;script&gt;')
    expect(text).not.toContain('<script>alert')
  })

  it('knows nothing of another project’s', async () => {
    const [mine, other] = [await asAdmin(), await asAdmin()]
    await other.post('/webhooks', { source: 'github', once: onceOf('a') })
    const [{ id } = { id: '' }] = await listWebhooks(other.db, other.project.id, Date.now())
    expect((await mine.get(`/webhooks/${id}/rotate`)).status).toBe(404)
    expect((await mine.post(`/webhooks/${id}/rotate`, { overlap: '0', once: onceOf('b') })).status).toBe(404)
    expect((await mine.post(`/webhooks/${id}/delete`, { confirm: 'DELETE' })).status).toBe(404)
    expect(await listWebhooks(other.db, other.project.id, Date.now())).toHaveLength(1)
  })
})

describe('Trusted publishers', () => {
  it('adds one by its claims, and deletes it when that is confirmed', async () => {
    const { db, project, post, get } = await asAdmin()
    expect(await (await get('/publishers/new?kind=gitlab')).text()).toContain('name="claim:project_id"')
    const added = await post('/publishers', { kind: 'github', 'claim:repository_id': '42', 'claim:ref': HOSTILE })
    expect([added.status, added.headers.get('Location')]).toEqual([303, expect.stringMatching(/\/publishers$/)])
    const [publisher] = await listPublishers(db, project.id)
    expect(publisher).toMatchObject({
      kind: 'github',
      issuer: 'https://token.actions.githubusercontent.com',
      claims: { repository_id: '42', ref: HOSTILE },
    })
    for (const path of ['/publishers', `/publishers/${publisher?.id}/delete`, '/audit']) {
      const text = await (await get(path)).text()
      expect(text).toContain('&lt;script&gt;')
      expect(text).not.toContain('<script>alert')
    }
    expect((await post(`/publishers/${publisher?.id}/delete`, { confirm: 'yes' })).status).toBe(422)
    expect((await post(`/publishers/${publisher?.id}/delete`, { confirm: 'DELETE' })).status).toBe(303)
    expect(await listPublishers(db, project.id)).toEqual([])
  })

  it.each([
    [{ kind: 'github' }, 'This claim is required.'],
    [{ kind: 'github', 'claim:repository_id': HOSTILE }, 'must be a number, not a name'],
    [{ kind: 'github', 'claim:repository_id': '42', 'claim:ref': 'refs/heads/*' }, 'without wildcards'],
    [{ kind: 'gitlab', 'claim:project_id': '7', issuer: 'https://evil.example' }, 'not trusted here'],
    [{ kind: HOSTILE }, 'Choose a CI system.'],
  ])('says beside the field what is wrong with %j', async (form, words) => {
    const { db, project, post } = await asAdmin()
    const refused = await post('/publishers', form as Record<string, string>)
    const text = await refused.text()
    expect([refused.status, text]).toEqual([422, expect.stringContaining(words)])
    expect(text).not.toContain('<script>alert')
    expect(await listPublishers(db, project.id)).toEqual([])
  })
})

describe('Retention', () => {
  it('shows the defaults, and keeps what is saved', async () => {
    const { db, project, post, get } = await asAdmin()
    expect(await (await get('/retention')).text()).toContain(`value="${DEFAULT_RETENTION.artifactDays}"`)
    const saved = await post('/retention', { artifact_days: '14', build_days: '90', keep_per_branch: '0' })
    expect(saved.status).toBe(303)
    expect(await findRetention(db, project.id)).toEqual({ artifactDays: 14, buildDays: 90, keepPerBranch: 0 })
    expect(await (await get('/retention')).text()).toContain('value="14"')
  })

  it.each([
    [{ artifact_days: '0' }, 'artifact_days', 'from 1 to 3650'],
    [{ build_days: '3651' }, 'build_days', 'from 1 to 3650'],
    [{ keep_per_branch: '1.5' }, 'keep_per_branch', 'from 0 to 100'],
    [{ keep_per_branch: HOSTILE }, 'keep_per_branch', 'from 0 to 100'],
    [{ artifact_days: '91' }, 'artifact_days', 'longer than their builds'],
  ])('says beside the field what is wrong with %j', async (wrong, field, words) => {
    const { db, project, post } = await asAdmin()
    const refused = await post('/retention', { artifact_days: '14', build_days: '90', keep_per_branch: '3', ...wrong })
    const text = await refused.text()
    expect(refused.status).toBe(422)
    expect(new RegExp(`id="${field}-error">([^<]*)`).exec(text)?.[1]).toContain(words)
    expect(text).not.toContain('<script>alert')
    expect(await findRetention(db, project.id)).toEqual(DEFAULT_RETENTION)
  })
})

describe('whoever is no admin', () => {
  it.each([
    ['/webhooks', { source: 'github', once: onceOf('a') }],
    ['/publishers', { kind: 'github', 'claim:repository_id': '42' }],
    ['/retention', { artifact_days: '1', build_days: '1', keep_per_branch: '0' }],
  ])('changes nothing at %s', async (path, form) => {
    const { stores, db, project, slug, post } = await asAdmin()
    const member = await seedUser(db)
    await seedMember(db, project, member, 'member')
    const session = await seedSession(stores, member)
    const filled = form as Record<string, string>
    expect((await browse(`/${slug}/settings${path}`, { session, form: filled })).status).toBe(403)
    expect((await post(path, { ...filled, form_token: 'another' })).status).toBe(403)
    expect(await auditOf(db, project.id)).toEqual([])
  })
})

async function asAdmin() {
  const stores = await openTestStores()
  const { db } = stores
  const [user, project] = [await seedUser(db), await seedProject(db)]
  await seedMember(db, project, user, 'admin')
  const session = await seedSession(stores, user)
  const slug = `gh/${project.org}/${project.repo}`
  return {
    stores,
    db,
    project,
    slug,
    get: (path: string) => browse(`/${slug}/settings${path}`, { session }),
    post: (path: string, form: Record<string, string>) => browse(`/${slug}/settings${path}`, { session, form }),
  }
}

async function auditOf(db: Awaited<ReturnType<typeof openTestStores>>['db'], projectId: string): Promise<string[]> {
  const records = await listProjectAudit(db, projectId, 100, null)
  return records.map(({ action }) => action)
}
