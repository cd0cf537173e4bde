import { beforeAll, describe, expect, it } from 'vitest'
import { DAY_MS } from '../../../../src/domain/day.ts'
import { detailQueries, findTokenDetail } from '../../../../src/storage/tokens/token-detail.ts'
import { noteUse } from '../../../../src/storage/tokens/uses/uses.ts'
import { pruneTokenDays } from '../../../../src/storage/upkeep/prune.ts'
import { seedMember, seedProject, seedSession, seedToken, seedUser } from '../../../support/seed/seed.ts'
import { browse } from '../../../support/server/browse.ts'
import { ask } from '../../../support/worker/client.ts'
import { queryPlanOf, scansOf } from '../../../support/worker/query-plan.ts'
import { createClock, openTestStores, type TestStores } from '../../../support/worker/stores.ts'

let stores: TestStores
let admin: { readonly id: string; readonly login: string }
let session: Awaited<ReturnType<typeof seedSession>>
let project: Awaited<ReturnType<typeof seedProject>>
let slug: string

beforeAll(async () => {
  stores = await openTestStores()
  admin = await seedUser(stores.db)
  project = await seedProject(stores.db)
  slug = `gh/${project.org}/${project.repo}`
  await seedMember(stores.db, project, admin, 'admin')
  session = await seedSession(stores, admin)
})

const pageOf = async (id: string) => (await browse(`/${slug}/settings/api/${id}`, { session })).text()

describe('the page of a token', () => {
  it('says what it opens, who made it with which token, and how it is used', async () => {
    const by = await seedToken(stores, { kind: 'personal', user: admin, label: 'the maker’s' })
    const json = { label: 'release', scope: 'status', limits: { branches: ['main', 'release/*'] } }
    const made = await ask(`/api/v1.1/project/${slug}/token`, { method: 'POST', token: by.secret, json })
    const { id, token } = await made.json<{ id: string; token: string }>()
    const unused = await pageOf(id)
    for (const words of [admin.login, '“the maker’s”', 'Status:', 'main, release/*', 'Not used in 30 days'])
      expect(unused).toContain(words)
    for (const words of ['It was not refused anywhere', `/settings/api/${id}/rotate`, `/settings/api/${id}/delete`])
      expect(unused).toContain(words)
    expect(unused).not.toContain(token)
    expect((await ask(`/api/v1.1/project/${slug}`, { token })).status).toBe(200)
    await expect.poll(() => pageOf(id)).toContain('Used on 1 of 30 days, at most 10 minutes of a day')
    const list = await (await browse(`/${slug}/settings/api`, { session })).text()
    expect(list).toContain(`/settings/api/${id}"`)
  })

  it('says where it was refused, and why', async () => {
    const of = (over: object) => seedToken(stores, { kind: 'project', project, scope: 'status', ...over })
    const narrow = await of({})
    expect((await ask(`/api/v1.1/project/${slug}/latest/artifacts`, { token: narrow.secret })).status).toBe(403)
    await expect.poll(() => pageOf(narrow.id)).toContain('It does not open that')
    expect(await pageOf(narrow.id)).toContain('(artifacts:read)')
    const expired = await of({ expiresAt: Date.now() - DAY_MS })
    expect((await ask(`/api/v1.1/project/${slug}`, { token: expired.secret })).status).toBe(401)
    await expect.poll(() => pageOf(expired.id)).toContain('It had expired')
    // It has no successor any more.
    expect(await pageOf(expired.id)).not.toContain(`${expired.id}/rotate`)
    const home = await of({ limits: { cidrs: ['192.0.2.0/24'] } })
    const headers = { 'CF-Connecting-IP': '203.0.113.7' }
    expect((await ask(`/api/v1.1/project/${slug}`, { token: home.secret, headers })).status).toBe(401)
    await expect.poll(() => pageOf(home.id)).toContain('From outside of its networks')
    expect(await pageOf(home.id)).toContain('203.0.113')
  })

  it('is of a token of its own list, and there for people, organizations and owners too', async () => {
    const { db } = stores
    const personal = await seedToken(stores, { kind: 'personal', user: admin, label: 'my laptop' })
    const org = await seedToken(stores, { kind: 'organization', user: admin, organization: project, scope: 'all' })
    const statusOf = async (path: string, who = session) => (await browse(path, { session: who })).status
    expect(await statusOf(`/account/api/${personal.id}`)).toBe(200)
    expect(await statusOf(`/account/organizations/${org.id}`)).toBe(200)
    expect(await statusOf(`/account/api/${org.id}`)).toBe(404)
    expect(await statusOf(`/${slug}/settings/api/${personal.id}`)).toBe(404)
    const stranger = await seedSession(stores, await seedUser(db))
    expect(await statusOf(`/account/api/${personal.id}`, stranger)).toBe(404)
    const owner = await seedSession(stores, await seedUser(db, { instanceRole: 'owner' }))
    const page = await (await browse(`/instance/tokens/${personal.id}`, { session: owner })).text()
    expect(page).toContain('my laptop')
    // Nobody makes the successor of somebody else's token.
    expect(page).not.toContain('/rotate')
  })
})

describe('the use of a token', () => {
  it('counts each ten minutes once, whoever saw them, by day and with five places at most', async () => {
    const { id } = await seedToken(stores, { kind: 'project', project, scope: 'status' })
    const start = Date.UTC(2031, 4, 5, 23, 0)
    const at = async (minutes: number, place: string | null) => {
      // Each an isolate of its own.
      const other = await openTestStores({ clock: { ...createClock(), now: start + minutes * 60_000 } })
      noteUse(other, { tokenId: id, isUncached: false }, () => place)
      await other.settled()
    }
    for (const [minutes, place] of [
      [0, 'A'],
      [3, 'A'],
      [12, 'B'],
      [5, 'C'],
      [61, 'A'],
      [75, null],
    ] as const)
      await at(minutes, place)
    const now = start + 2 * 3_600_000
    const detail = await findTokenDetail(stores.db, id, now)
    expect(detail.uses.map(({ slots }) => slots)).toEqual([2, 2])
    expect(detail.places).toEqual(['A', 'B', 'C'])
    for (const place of ['D', 'E', 'F', 'G']) await at(20, place)
    expect((await findTokenDetail(stores.db, id, now)).places).toEqual(['A', 'B', 'C', 'D', 'E'])
    // Thirty days later nothing of it is shown, and a day after that nothing kept.
    expect((await findTokenDetail(stores.db, id, now + 30 * DAY_MS)).uses).toEqual([])
    await pruneTokenDays(stores.db, now + 40 * DAY_MS)
    expect((await findTokenDetail(stores.db, id, now)).uses).toEqual([])
  })

  it('is read by its indexes', async () => {
    const { db } = stores
    const [made, days, refused] = detailQueries(db, 'x', Date.now())
    for (const query of [made, days, refused]) expect(await scansOf(db, query)).toEqual([])
    expect(await queryPlanOf(db, refused)).toContain('audit_refused')
  })
})
