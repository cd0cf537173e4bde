import { beforeAll, describe, expect, it } from 'vitest'
import { DAY_MS } from '../../../src/domain/day.ts'
import { everyTokenQuery, fittingTokensQuery, lastLookedAtQuery } from '../../../src/storage/tokens/every-token.ts'
import { isAsked } from '../../../src/storage/tokens/uses/asked-tokens.ts'
import { seedMember, seedProject, seedSession, seedToken, seedUser } from '../../support/seed/seed.ts'
import { browse } from '../../support/server/browse.ts'
import { ask, askJson } from '../../support/worker/client.ts'
import { queryPlanOf, scansOf } from '../../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

const LIST = '/api/buildpass/v1/instance/tokens'

let stores: TestStores
let owner: string
let session: Awaited<ReturnType<typeof seedSession>>
let person: { readonly id: string; readonly login: string }
let project: Awaited<ReturnType<typeof seedProject>>
let ids: Readonly<Record<'expiring' | 'unused' | 'expired' | 'org' | 'project' | 'job', string>>

beforeAll(async () => {
  stores = await openTestStores()
  const { db } = stores
  const user = await seedUser(db, { instanceRole: 'owner' })
  person = await seedUser(db)
  project = await seedProject(db)
  await seedMember(db, project, person, 'admin')
  owner = (await seedToken(stores, { kind: 'personal', user })).secret
  session = await seedSession(stores, user)
  const now = Date.now()
  const of = async (seed: Parameters<typeof seedToken>[1]) => (await seedToken(stores, seed)).id
  ids = {
    expiring: await of({ kind: 'personal', user: person, label: 'soon', expiresAt: now + 29 * DAY_MS }),
    unused: await of({ kind: 'personal', user: person, label: 'dusty', createdAt: now - 91 * DAY_MS }),
    expired: await of({ kind: 'personal', user: person, label: 'over', expiresAt: now - 1_000 }),
    org: await of({ kind: 'organization', user: person, organization: project, scope: 'status', label: 'dashboard' }),
    project: await of({ kind: 'project', project, scope: 'all', label: 'release', limits: { branches: ['main'] } }),
    job: await of({ kind: 'reporting', project, label: 'a job' }),
  }
})

/** The ids of all pages. */
async function listed(query = ''): Promise<string[]> {
  const all: string[] = []
  for (let after: string | null = null; ; ) {
    const page = await askJson(`${LIST}?limit=100${query}${after === null ? '' : `&after=${after}`}`, { token: owner })
    all.push(...page.items.map(({ id }: { id: string }) => id))
    after = page.next_after
    if (after === null) return all
  }
}

describe('the tokens of the instance', () => {
  it('are all there, with whose they are, page by page, but those of CI jobs and the secrets', async () => {
    const all = await listed()
    const { job, ...others } = ids
    for (const id of Object.values(others)) expect(all.filter((one) => one === id)).toEqual([id])
    expect(all).not.toContain(job)
    const { items } = await askJson(`${LIST}?limit=100`, { token: owner })
    const rowOf = (id: string) => items.find((row: { id: string }) => row.id === id)
    expect(rowOf(ids.project)).toMatchObject({
      ...{ kind: 'project', project: `gh/${project.org}/${project.repo}`, person: null, scope: 'all' },
      limits: { branches: ['main'] },
    })
    expect(rowOf(ids.org)).toMatchObject({
      ...{ kind: 'organization', organization: `gh/${project.org}`, person: person.login, created_by: person.login },
    })
    expect(JSON.stringify(items)).not.toContain(owner)
  })

  it.each([
    ['expiring', ['expiring']],
    ['unused', ['unused']],
    ['expired', ['expired']],
  ] as const)('are found that are %s', async (show, names) => {
    const found = await listed(`&show=${show}`)
    const own = Object.values(ids).filter((id) => found.includes(id))
    expect(own).toEqual(names.map((name) => ids[name]))
  })

  it.each(['mine', 'bogus', 'constructor'])('are not found by “%s”', async (show) => {
    expect((await ask(`${LIST}?show=${show}`, { token: owner })).status).toBe(400)
  })

  it('are shown on a page, by what is in their names, and end there after DELETE was typed', async () => {
    const { id } = await seedToken(stores, { kind: 'personal', user: person, label: 'unwanted thing' })
    const textOf = async (query: string) => (await browse(`/instance/tokens${query}`, { session })).text()
    const found = await textOf('?text=UNWANTED')
    for (const words of ['>unwanted thing<', person.login, `/instance/tokens/${id}/delete`])
      expect(found).toContain(words)
    expect(found).not.toContain('>dusty<')
    expect(await textOf('?show=unused')).toContain('>dusty<')
    expect(await textOf('?text=no-such-token-anywhere')).toContain('No such tokens')
    const path = `/instance/tokens/${id}/delete`
    expect((await browse(path, { session, form: {} })).status).toBe(422)
    const ended = await browse(path, { session, form: { confirm: 'DELETE' } })
    expect([ended.status, ended.headers.get('Location')]).toEqual([303, '/instance/tokens'])
    expect(await textOf('?text=UNWANTED')).not.toContain('>unwanted thing<')
  })

  it('end by the API, but for those of CI jobs', async () => {
    const { id, secret } = await seedToken(stores, { kind: 'personal', user: person })
    const end = (which: string) => ask(`${LIST}/${which}`, { method: 'DELETE', token: owner })
    expect((await end(ids.job)).status).toBe(404)
    expect(await (await end(id)).json()).toEqual({ message: 'ok', deleted: [id] })
    expect((await ask('/api/v1.1/me', { token: secret })).status).toBe(401)
  })

  it('are read by an index that jobs’ tokens are not in', async () => {
    for (const after of [null, '5.x']) {
      const which = { fits: isAsked({ filter: 'unused', now: 1, userId: '' }), text: 'a' }
      for (const query of [
        everyTokenQuery(stores.db, after, 10),
        fittingTokensQuery(stores.db, which, after, 10),
        lastLookedAtQuery(stores.db, after),
      ]) {
        expect(await queryPlanOf(stores.db, query)).toContain('tokens_listed')
        expect(await scansOf(stores.db, query)).toEqual([])
      }
    }
  })
})

describe('a list of a project’s tokens', () => {
  it('shows those that are asked for, in the order that is asked for', async () => {
    const { db } = stores
    const other = await seedProject(db)
    const admin = await seedUser(db)
    await seedMember(db, other, admin, 'admin')
    const settings = `/gh/${other.org}/${other.repo}/settings/api`
    const viewer = await seedSession(stores, admin)
    const now = Date.now()
    const token = (label: string, over: object) =>
      seedToken(stores, { kind: 'project', project: other, scope: 'all', label, ...over })
    await token('first-made', { createdAt: now - 100 * DAY_MS })
    await token('ends-soon', { createdAt: now - 50 * DAY_MS, expiresAt: now + 5 * DAY_MS })
    await token('ends-later', { createdAt: now - 40 * DAY_MS, expiresAt: now + 500 * DAY_MS })
    const form = { label: 'made-by-me', scope: 'status', expiry: 'never', once: 'd'.repeat(22) }
    expect((await browse(settings, { session: viewer, form })).status).toBe(200)
    const labels = async (query: string) => {
      const text = await (await browse(settings + query, { session: viewer })).text()
      return [...text.matchAll(/<strong>([a-z-]+)<\/strong>/g)].map(([, label]) => label)
    }
    expect(await labels('')).toEqual(['first-made', 'ends-soon', 'ends-later', 'made-by-me'])
    expect(await labels('?show=expiring')).toEqual(['ends-soon'])
    expect(await labels('?show=unused')).toEqual(['first-made'])
    expect(await labels('?show=mine')).toEqual(['made-by-me'])
    expect(await labels('?sort=expires')).toEqual(['ends-soon', 'ends-later', 'first-made', 'made-by-me'])
    expect(await labels('?show=expired')).toEqual([])
    expect(await labels('?show=constructor&sort=bogus')).toHaveLength(4)
  })
})
