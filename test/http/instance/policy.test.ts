import { eq } from 'drizzle-orm'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import { NO_POLICY } from '../../../src/domain/access/policy.ts'
import { mintSecret } from '../../../src/domain/access/secret.ts'
import { DAY_MS } from '../../../src/domain/day.ts'
import { warnOfUnused } from '../../../src/storage/notices/token-notices.ts'
import { tokens } from '../../../src/storage/schema/schema.ts'
import { everyTokenQuery } from '../../../src/storage/tokens/every-token.ts'
import { policyQuery, putPolicy } from '../../../src/storage/tokens/policy/policy.ts'
import { endUnused, unusedIds } from '../../../src/storage/tokens/policy/unused.ts'
import { insertToken, listTokens } from '../../../src/storage/tokens/tokens.ts'
import { seedMember, seedProject, seedSession, seedToken, seedUser } from '../../support/seed/seed.ts'
import { browse } from '../../support/server/browse.ts'
import { ask, askJson } from '../../support/worker/client.ts'
import { scansOf } from '../../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

const POLICY = '/api/buildpass/v1/instance/policy'
const NOTHING = { personal_days: null, project_days: null, unused_days: null, project_makers: 'admins', cidrs: null }

let stores: TestStores

/** The daily warnings, and what ends so many days after them. */
async function endWarned(days: number): Promise<void> {
  while (await warnOfUnused(stores, 90, stores.now()));
  await endUnused(stores, stores.now() + days * DAY_MS)
}
let owner: { readonly id: string; readonly token: string; readonly session: Awaited<ReturnType<typeof seedSession>> }
let admin: typeof owner
let project: Awaited<ReturnType<typeof seedProject>>

beforeAll(async () => {
  stores = await openTestStores()
  const { db } = stores
  project = await seedProject(db)
  const person = async (seed: object) => {
    const user = await seedUser(db, seed)
    await seedMember(db, project, user, 'admin')
    const { secret } = await seedToken(stores, { kind: 'personal', user })
    return { id: user.id, token: secret, session: await seedSession(stores, user) }
  }
  owner = await person({ instanceRole: 'owner' })
  admin = await person({})
})
afterEach(() => putPolicy(stores, NO_POLICY, INSTANCE))

const put = (policy: object) => ask(POLICY, { method: 'PUT', token: owner.token, json: policy })
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString()
const makePersonal = (json: object = {}, token = admin.token) =>
  ask('/api/v1.1/user/token', { method: 'POST', token, json: { label: 'made', ...json } })
const ofProject = () => `/api/v1.1/project/gh/${project.org}/${project.repo}/token`
const makeForProject = (json: object = {}, token = admin.token) =>
  ask(ofProject(), { method: 'POST', token, json: { label: 'made', scope: 'status', ...json } })
const saidBy = async (response: Response) => [response.status, (await response.json<{ message: string }>()).message]

describe('the policy', () => {
  it('demands nothing at first, is changed by an owner, whole, and named in the audit log', async () => {
    expect(await askJson(POLICY, { token: owner.token })).toEqual(NOTHING)
    const wanted = {
      ...{ personal_days: 365, project_days: 30, unused_days: 90, project_makers: 'owners' },
      cidrs: ['10.0.0.0/8'],
    }
    expect(await (await put({ ...wanted, cidrs: ['10.1.2.3/8'] })).json()).toEqual(wanted)
    expect(await askJson(POLICY, { token: owner.token })).toEqual(wanted)
    const { items } = await askJson('/api/buildpass/v1/audit', { token: owner.token })
    expect(items[0]).toMatchObject({
      action: 'policy.updated',
      detail: { personal_days: 365, cidrs: '["10.0.0.0/8"]' },
    })
    expect(await (await put({})).json()).toEqual(NOTHING)
  })

  it.each([
    [{ personal_days: 0 }, 'personal_days: must be'],
    [{ project_days: 3_651 }, 'project_days: must be'],
    [{ unused_days: 29 }, 'unused_days: must be'],
    [{ project_makers: 'everybody' }, 'project_makers: must be one of admins, owners'],
    [{ cidrs: [] }, 'cidrs: must be a list of 1 to 20 networks'],
    [{ cidrs: ['home'] }, 'cidrs.0: must be a network'],
    [{ other: 1 }, 'other'],
  ])('is not %j', async (policy, said) => {
    expect(await saidBy(await put(policy))).toEqual([400, expect.stringContaining(said)])
    expect(await askJson(POLICY, { token: owner.token })).toEqual(NOTHING)
  })
})

describe('a token that is made against the policy', () => {
  it('is refused for living too long, by the name of the field, in the API and in the form', async () => {
    await put({ personal_days: 30, project_days: 7 })
    const rule = 'expires_at: must be within 30 days, by the policy of this server'
    expect(await saidBy(await makePersonal())).toEqual([400, rule])
    expect(await saidBy(await makePersonal({ expires_at: inDays(31) }))).toEqual([400, rule])
    expect((await makePersonal({ expires_at: inDays(29) })).status).toBe(201)
    expect((await saidBy(await makeForProject()))[1]).toContain('within 7 days')
    const form = { label: 'Laptop', expiry: '365', once: 'a'.repeat(22) }
    const page = await browse('/account/api', { session: admin.session, form })
    expect([page.status, await page.text()]).toEqual([422, expect.stringContaining('It must be within 30 days')])
    expect((await browse('/account/api', { session: admin.session, form: { ...form, expiry: '7' } })).status).toBe(200)
  })

  it('is refused for working from elsewhere', async () => {
    await put({ cidrs: ['10.0.0.0/8'] })
    const rule = 'limits.cidrs: must be networks within 10.0.0.0/8, by the policy of this server'
    for (const limits of [undefined, { cidrs: ['11.0.0.0/8'] }])
      expect(await saidBy(await makePersonal({ limits }))).toEqual([400, rule])
    expect((await makePersonal({ limits: { cidrs: ['10.9.0.0/16'] } })).status).toBe(201)
    const form = { label: 'Laptop', expiry: 'never', cidrs: '11.0.0.0/8', once: 'c'.repeat(22) }
    const page = await browse('/account/api', { session: admin.session, form })
    expect([page.status, await page.text()]).toEqual([422, expect.stringContaining('It must be networks within')])
  })

  it('of a project is an owner’s to make, where they say so; a personal one stays everybody’s', async () => {
    await put({ project_makers: 'owners' })
    const refused = await saidBy(await makeForProject())
    expect(refused).toEqual([403, expect.stringContaining('its owners alone')])
    expect((await makeForProject({}, owner.token)).status).toBe(201)
    expect((await makePersonal()).status).toBe(201)
    const [{ id }] = await askJson(ofProject(), { token: admin.token })
    const rotated = await ask(`${ofProject()}/${id}/rotate`, { method: 'POST', token: admin.token, json: {} })
    expect(rotated.status).toBe(403)
  })

  it('is made by the badge page as long as it may live, and not where a badge could not be looked at', async () => {
    const path = `/gh/${project.org}/${project.repo}/settings/badges/token`
    const send = (once: string) =>
      browse(path, { session: admin.session, form: { branch: 'main', style: 'shield', once: once.repeat(22) } })
    await put({ project_days: 30 })
    const made = await send('e')
    expect([made.status, await made.text()]).toEqual([200, expect.stringMatching(/bpp_[0-9A-Za-z]{42}/)])
    const tokens = await listTokens(stores.db, { kind: 'project', projectId: project.id })
    const { expiresAt, createdAt } = tokens.findLast(({ label }) => label.startsWith('Status badge')) ?? {
      expiresAt: null,
      createdAt: 0,
    }
    // The two are read from the clock one after the other.
    const lives = (expiresAt ?? 0) - createdAt
    expect([lives <= 30 * DAY_MS, lives > 30 * DAY_MS - 10_000]).toEqual([true, true])
    await put({ cidrs: ['10.0.0.0/8'] })
    const refused = await send('f')
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining('make a token under API Permissions'),
    ])
  })

  it('while the policy changes is told to try again, whoever makes it', async () => {
    const racing = await openTestStores()
    const user = await seedUser(racing.db)
    const { id: tokenId } = await seedToken(racing, { kind: 'personal', user })
    const actor = { userId: user.id, tokenId, sessionId: null, from: null, right: { kind: 'credential' } } as const
    const wanted = { kind: 'personal', userId: user.id, label: 'x', expiresAt: null } as const
    const { batch } = racing.db
    vi.spyOn(racing.db, 'batch').mockImplementationOnce(async (statements) => {
      await putPolicy(stores, { ...NO_POLICY, unusedDays: 365 }, INSTANCE)
      return batch.call(racing.db, statements) as never
    })
    expect(await insertToken(racing, mintSecret('personal'), wanted, actor)).toEqual({ kind: 'policy_changed' })
    expect(await insertToken(racing, mintSecret('personal'), wanted, actor)).toMatchObject({ kind: 'created' })
  })

  it('is not what rotation makes: a successor lives as long as the policy lets it', async () => {
    const { id } = await (await makePersonal()).json<{ id: string }>()
    await put({ personal_days: 30 })
    const rotate = () => ask(`/api/v1.1/user/token/${id}/rotate`, { method: 'POST', token: admin.token, json: {} })
    const successor = await (await rotate()).json<{ expires_at: string }>()
    expect(Date.parse(successor.expires_at) - Date.now()).toBeLessThanOrEqual(30 * DAY_MS)
    await put({ cidrs: ['10.0.0.0/8'] })
    expect((await saidBy(await rotate()))[0]).toBe(400)
  })
})

describe('tokens of before the policy', () => {
  it('stay, are listed with why, and end by one button', async () => {
    const user = await seedUser(stores.db)
    const { id, secret } = await seedToken(stores, { kind: 'personal', user, label: 'Forever' })
    const kept = await seedToken(stores, { kind: 'personal', user, expiresAt: Date.now() + DAY_MS, label: 'Short' })
    await put({ personal_days: 30 })
    expect((await ask('/api/v1.1/me', { token: secret })).status).toBe(200)
    const { items } = await askJson(`${POLICY}/breaking`, { token: owner.token })
    expect(items).toContainEqual(expect.objectContaining({ id, kind: 'personal', label: 'Forever', breaks: ['life'] }))
    expect(JSON.stringify(items)).not.toContain(kept.id)
    const page = await (await browse('/instance/policy', { session: owner.session })).text()
    for (const words of ['>Forever<', 'lives too long', 'End these tokens']) expect(page).toContain(words)
    const unsure = await browse('/instance/policy/end', { session: owner.session, form: { confirm: 'end' } })
    expect([unsure.status, await unsure.text()]).toEqual([422, expect.stringContaining('Type END, in capital letters')])
    const ended = await ask(`${POLICY}/breaking/end`, { method: 'POST', token: owner.token })
    expect(await ended.json()).toMatchObject({ ended: expect.any(Number), is_all: true })
    await stores.settled()
    expect(await listTokens(stores.db, { kind: 'personal', userId: user.id })).toMatchObject([{ id: kept.id }])
    // Whoever asks goes on.
    expect((await ask('/api/v1.1/me', { token: owner.token })).status).toBe(200)
    const again = await ask(`${POLICY}/breaking/end`, { method: 'POST', token: owner.token })
    expect(await again.json()).toEqual({ ended: 0, is_all: true })
  })

  it('that could not be used yet are not unused', async () => {
    const user = await seedUser(stores.db)
    const createdAt = Date.now() - 91 * DAY_MS
    const early = await seedToken(stores, {
      ...{ kind: 'personal', user, createdAt, limits: { notBefore: Date.now() - DAY_MS } },
    })
    await put({ unused_days: 90 })
    await endWarned(8)
    expect(await listTokens(stores.db, { kind: 'personal', userId: user.id })).toMatchObject([{ id: early.id }])
  })

  it('end no sooner than that after their true last use, of which only the first of ten minutes is noted', async () => {
    const { db } = stores
    const user = await seedUser(db)
    const usedAt = Date.now() - 84 * DAY_MS
    const { id } = await seedToken(stores, { kind: 'personal', user, createdAt: usedAt - DAY_MS })
    await db.update(tokens).set({ lastUsedAt: usedAt }).where(eq(tokens.id, id))
    await put({ unused_days: 91 })
    while (await warnOfUnused(stores, 90, stores.now()));
    const isThere = async () => (await listTokens(db, { kind: 'personal', userId: user.id })).length === 1
    await endUnused(stores, usedAt + 91 * DAY_MS + 9 * 60_000)
    expect(await isThere()).toBe(true)
    await endUnused(stores, usedAt + 91 * DAY_MS + 11 * 60_000)
    expect(await isThere()).toBe(false)
  })

  it('that nobody used for as long as it says end by the daily task, and in the audit log', async () => {
    const { db } = stores
    const user = await seedUser(db)
    const old = Date.now() - 91 * DAY_MS
    const unused = await seedToken(stores, { kind: 'personal', user, createdAt: old })
    const young = await seedToken(stores, { kind: 'personal', user, createdAt: old + 12 * DAY_MS })
    const job = await seedToken(stores, { kind: 'reporting', project, createdAt: old })
    expect(await endUnused(stores, stores.now())).toBe(false)
    const idsOf = async () => (await listTokens(db, { kind: 'personal', userId: user.id })).map(({ id }) => id)
    expect(await idsOf()).toEqual([unused.id, young.id])
    await put({ unused_days: 90 })
    // Nobody was warned yet.
    expect(await endUnused(stores, stores.now())).toBe(false)
    expect(await idsOf()).toEqual([unused.id, young.id])
    await endWarned(6)
    expect(await idsOf()).toEqual([unused.id, young.id])
    await endWarned(8)
    expect(await idsOf()).toEqual([young.id])
    expect((await ask('/api/buildpass/v1/token', { token: job.secret })).status).toBe(200)
    expect((await ask('/api/v1.1/me', { token: unused.secret })).status).toBe(401)
  })
})

it('the page takes what is filled in, says beside a field what is wrong, and is an owner’s alone', async () => {
  const { session } = owner
  const form = { personal_days: '90', project_days: '', unused_days: '', project_makers: 'owners', cidrs: '10.1.0.0/8' }
  for (const [over, said] of [
    [{ personal_days: '0' }, 'Enter a whole number from 1 to 3650'],
    [{ unused_days: '29' }, 'Enter a whole number from 30 to 3650'],
    [{ project_makers: 'x' }, 'Choose who may make them'],
    [{ cidrs: 'home' }, '“home” is no network'],
  ] as const) {
    const refused = await browse('/instance/policy', { session, form: { ...form, ...over } })
    expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining(said)])
  }
  expect((await browse('/instance/policy', { session, form })).status).toBe(303)
  const page = await (await browse('/instance/policy', { session })).text()
  for (const words of ['value="90"', '10.0.0.0/8', 'go against it']) expect(page).toContain(words)
  expect((await browse('/instance/policy', { session: admin.session })).status).toBe(404)
})

it('is read by its key, and tokens by theirs', async () => {
  const { db } = stores
  for (const query of [policyQuery(db), everyTokenQuery(db, null, 10), db.all(unusedIds(1, 1)).getQuery()])
    expect(await scansOf(db, query)).toEqual([])
})
