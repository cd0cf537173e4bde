import { beforeAll, describe, expect, it } from 'vitest'
import { seedMember, seedProject, seedToken, seedUser } from '../../support/seed/seed.ts'
import { reportBuild } from '../../support/worker/as-instance.ts'
import { type Ask, ask, askJson } from '../../support/worker/client.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { reportOf } from '../../support/worker/world.ts'

let stores: TestStores
/** The project that the token is limited to, and the other one of its person. */
let near: { id: string; org: string; repo: string }
let far: typeof near
let colleague: { id: string; login: string }
let whole: string
let limited: string

beforeAll(async () => {
  stores = await openTestStores()
  const { db } = stores
  const user = await seedUser(db)
  colleague = await seedUser(db)
  near = await seedProject(db)
  far = await seedProject(db)
  for (const project of [near, far]) {
    await seedMember(db, project, user, 'admin')
    const actor = { login: user.login, name: null, email: null, avatarUrl: null }
    await reportBuild(stores, project.id, reportOf({ jobName: `job-of-${project.org}`, pipeline: { actor } as never }))
  }
  await seedMember(db, far, colleague, 'member')
  whole = (await seedToken(stores, { kind: 'personal', user })).secret
  limited = (await seedToken(stores, { kind: 'personal', user, limits: { projects: [near.id] } })).secret
  // An act in each, for the audit log.
  for (const { org, repo } of [near, far]) {
    const path = `/api/v1.1/project/gh/${org}/${repo}/envvar`
    const set = await ask(path, { method: 'POST', token: whole, json: { name: `OF_${org.slice(5)}`, value: 'x' } })
    expect(set.status).toBe(201)
  }
})

const tool = (name: string, args: object = {}): Ask => ({
  method: 'POST',
  json: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } },
})

/** Every list over the projects of a person, and what in it names a project. */
const LISTS: readonly (readonly [path: string, named: (project: typeof near) => string, ask: Ask])[] = [
  ['/api/v1.1/me', ({ org }) => org, {}],
  ['/api/v1.1/projects', ({ org }) => org, {}],
  ['/api/v1.1/recent-builds', ({ org }) => org, {}],
  ['/api/v2/me/collaborations', ({ org }) => org, {}],
  ['/api/private/me/followed-projects', ({ org }) => org, {}],
  ['/api/v3/orgs', ({ org }) => org, {}],
  ['/api/v3/projects?filter%5Bfollowing%5D=true', ({ org }) => org, {}],
  ['/api/v3/runs?filter%5Buser_id%5D=me', ({ id }) => id, {}],
  ['/api/buildpass/v1/audit', ({ org }) => `OF_${org.slice(5)}`, {}],
  ['/cc.xml', ({ org }) => org, {}],
  ['/mcp', ({ org }) => org, tool('list_projects')],
]

describe('a token that is limited to some projects', () => {
  it.each(LISTS)('is shown these alone by %s', async (path, named, over) => {
    const textFor = async (token: string) => (await ask(path, { token, ...over })).text()
    const all = await textFor(whole)
    expect([all.includes(named(near)), all.includes(named(far))], all).toEqual([true, true])
    const some = await textFor(limited)
    expect([some.includes(named(near)), some.includes(named(far))], some).toEqual([true, false])
  })

  it('knows of no colleague but theirs', async () => {
    const statusFor = async (token: string) => (await ask(`/api/v2/user/${colleague.id}`, { token })).status
    expect([await statusFor(whole), await statusFor(limited)]).toEqual([200, 404])
  })

  it('is told of no organization but theirs', async () => {
    const orgs = await askJson('/api/v3/orgs', { token: whole })
    const other = orgs.data.find((org: object) => JSON.stringify(org).includes(far.org))
    const path = `/api/v3/projects?filter%5Borg_id%5D=${other.id}`
    expect([(await ask(path, { token: whole })).status, (await ask(path, { token: limited })).status]).toEqual([
      200, 404,
    ])
  })

  it('is the only project that an agent need not name', async () => {
    const textFor = async (token: string) => (await ask('/mcp', { token, ...tool('list_runs') })).text()
    expect(await textFor(whole)).toContain('this token opens several')
    expect(await textFor(limited)).not.toContain('this token opens several')
  })

  it('finds the others absent, as a stranger does', async () => {
    const path = `/api/v1.1/project/gh/${far.org}/${far.repo}`
    const stranger = (await seedToken(stores, { kind: 'personal', user: await seedUser(stores.db) })).secret
    const [mine, theirs] = [await ask(path, { token: limited }), await ask(path, { token: stranger })]
    expect([mine.status, await mine.text()]).toEqual([404, await theirs.text()])
  })

  it('makes tokens for these alone', async () => {
    const make = async (limits?: object) =>
      ask('/api/v1.1/user/token', { method: 'POST', token: limited, json: { label: 'made', limits } })
    const slugOf = ({ org, repo }: typeof near) => `gh/${org}/${repo}`
    const made = await make({ projects: [slugOf(near).toUpperCase().replace('GH', 'gh')], access: 'read' })
    expect([made.status, (await made.json<{ limits: object }>()).limits]).toEqual([
      201,
      { access: 'read', projects: [slugOf(near)] },
    ])
    for (const [limits, said] of [
      [undefined, 'limits.projects: must not be wider'],
      [{ projects: [slugOf(near), slugOf(far)] }, 'limits.projects.1: is no project that you reach'],
      [{ projects: ['gh/nobody/knows'] }, 'limits.projects.0: is no project that you reach'],
      [{ projects: ['web'] }, 'limits.projects.0: must be a project like gh/acme/web'],
      [{ projects: [] }, 'limits.projects: must be a list of 1 to 50 projects'],
    ] as const) {
      const refused = await make(limits)
      expect([refused.status, (await refused.json<{ message: string }>()).message]).toEqual([
        400,
        expect.stringContaining(said),
      ])
    }
  })

  it('is shown of the tokens of its person those that reach no further', async () => {
    const slugOf = ({ org, repo }: typeof near) => `gh/${org}/${repo}`
    const make = async (label: string, limits: object | null) =>
      askJson('/api/v1.1/user/token', { method: 'POST', token: whole, json: { label, limits } })
    await make('for both', { projects: [slugOf(near), slugOf(far)] })
    await make('for the other', { projects: [slugOf(far)] })
    await make('for all', null)
    await make('for this', { projects: [slugOf(near)] })
    const labelsFor = async (token: string) =>
      (await askJson('/api/v1.1/user/token', { token })).map(({ label }: { label: string }) => label)
    expect(await labelsFor(whole)).toEqual(expect.arrayContaining(['for both', 'for the other', 'for all', 'for this']))
    const shown = await labelsFor(limited)
    expect(shown).toContain('for this')
    expect(shown.filter((label: string) => /both|other|all/.test(label))).toEqual([])
  })

  it('neither rotates nor ends a token that opens more', async () => {
    const { id } = await askJson('/api/v1.1/user/token', { method: 'POST', token: whole, json: { label: 'wide' } })
    const path = `/api/v1.1/user/token/${id}`
    expect((await ask(path, { method: 'DELETE', token: limited })).status).toBe(403)
    expect((await ask(`${path}/rotate`, { method: 'POST', token: limited, json: {} })).status).toBe(403)
    expect((await ask(path, { method: 'DELETE', token: whole })).status).toBe(200)
  })

  it('opens nothing any more when its last project is gone, and names none', async () => {
    const { db } = stores
    const user = await seedUser(db)
    const project = await seedProject(db)
    await seedMember(db, project, user, 'admin')
    const { secret } = await seedToken(stores, { kind: 'personal', user, limits: { projects: [project.id] } })
    const slug = `gh/${project.org}/${project.repo}`
    expect((await ask(`/api/buildpass/v1/projects/${slug}`, { method: 'DELETE', token: secret })).status).toBe(200)
    expect(await askJson('/api/buildpass/v1/token', { token: secret })).toMatchObject({ limits: { projects: [] } })
    expect(await askJson('/api/v1.1/projects', { token: secret })).toEqual([])
  })
})
