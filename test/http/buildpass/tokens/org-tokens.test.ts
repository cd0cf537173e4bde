import { eq } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../../src/domain/access/actor.ts'
import { deleteUser } from '../../../../src/storage/people/instance-users.ts'
import { putCreator } from '../../../../src/storage/projects/project-settings.ts'
import { members } from '../../../../src/storage/schema/schema.ts'
import { seedMember, seedProject, seedToken, seedUser } from '../../../support/seed/seed.ts'
import { reportBuild } from '../../../support/worker/as-instance.ts'
import { type Ask, ask, askJson } from '../../../support/worker/client.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'
import { reportOf } from '../../../support/worker/world.ts'

let stores: TestStores
type Seeded = Awaited<ReturnType<typeof seedProject>>
/** Of one organization: one that the maker administers, one where they are a mere member, one without them. */
let own: Seeded
let member: Seeded
let foreign: Seeded
/** Of another organization, and theirs. */
let elsewhere: Seeded
let maker: { readonly id: string; readonly login: string }
let personal: string
let path: string

beforeAll(async () => {
  stores = await openTestStores()
  const { db } = stores
  maker = await seedUser(db)
  own = await seedProject(db)
  const { org } = own
  member = await seedProject(db, { slug: `gh/${org}/member` })
  foreign = await seedProject(db, { slug: `gh/${org}/foreign` })
  elsewhere = await seedProject(db)
  await seedMember(db, own, maker, 'admin')
  await seedMember(db, member, maker, 'member')
  await seedMember(db, elsewhere, maker, 'admin')
  for (const project of [own, member, foreign, elsewhere])
    await reportBuild(stores, project.id, reportOf({ jobName: `job-of-${project.repo}` }))
  await putCreator(stores, { vcs: 'gh', org }, maker, INSTANCE)
  personal = (await seedToken(stores, { kind: 'personal', user: maker })).secret
  path = `/api/buildpass/v1/orgs/gh/${org}/tokens`
})

const make = (json: object, over: Ask = {}) =>
  ask(path, { method: 'POST', token: personal, json: { label: 'dashboard', scope: 'all', ...json }, ...over })
async function made(json: object = {}): Promise<{ id: string; token: string; limits: object | null }> {
  const response = await make(json)
  expect(response.status).toBe(201)
  return response.json()
}
const slugOf = ({ org, repo }: Seeded) => `gh/${org}/${repo}`
const statusOf = async (token: string, project: Seeded, rest = '') =>
  (await ask(`/api/v1.1/project/${slugOf(project)}${rest}`, { token })).status

describe('a token for an organization', () => {
  it('is made by whoever may make projects there, named in the list and the audit log, and shown once', async () => {
    const { id, token } = await made({ scope: 'status', limits: { branches: ['main'] } })
    expect(token).toMatch(/^bpp_/)
    const list = await askJson(path, { token: personal })
    expect(list).toContainEqual(
      expect.objectContaining({ id, label: 'dashboard', scope: 'status', limits: { branches: ['main'] } }),
    )
    expect(JSON.stringify(list)).not.toContain(token)
    expect(await askJson('/api/buildpass/v1/token', { token })).toMatchObject({
      ...{ kind: 'organization', organization: `gh/${own.org}`, project: null, scope: 'status' },
    })
    const { items } = await askJson('/api/buildpass/v1/audit', { token: personal })
    expect(items.find(({ subject }: { subject: string }) => subject === id)).toMatchObject({
      ...{ action: 'token.created', detail: { kind: 'organization', organization: `gh/${own.org}` } },
    })
    const { headers } = await ask(`/api/v1.1/project/${slugOf(own)}`, { token })
    expect(headers.get('X-CircleCI-Scopes')).toBe('status, branches')
  })

  it('is not made by anybody else, nor by a token that is limited to projects', async () => {
    const stranger = await seedUser(stores.db)
    const other = (await seedToken(stores, { kind: 'personal', user: stranger })).secret
    const limits = { projects: [own.id] }
    const limited = (await seedToken(stores, { kind: 'personal', user: maker, limits })).secret
    for (const token of [other, limited]) expect((await make({}, { token })).status).toBe(403)
    expect(await askJson(path, { token: limited })).toEqual([])
    const owner = await seedUser(stores.db, { instanceRole: 'owner' })
    const owners = (await seedToken(stores, { kind: 'personal', user: owner })).secret
    expect((await make({}, { token: owners })).status).toBe(201)
    // Those of others are not in one's own list.
    expect(JSON.stringify(await askJson(path, { token: other }))).toBe('[]')
  })

  it.each([
    [{ scope: 'most' }, 'scope: must be one of'],
    [{ limits: { access: 'read' } }, 'limits.access'],
    [{ limits: { only: 'badges' } }, 'limits: only needs the scope status'],
    [{ label: '' }, 'label'],
  ])('is refused with %j, which is named', async (json, said) => {
    const response = await make(json)
    expect([response.status, (await response.json<{ message: string }>()).message]).toEqual([
      400,
      expect.stringContaining(said),
    ])
  })

  it('opens the projects of it that its maker administers now, and is a stranger elsewhere', async () => {
    const { token } = await made()
    expect(await statusOf(token, own)).toBe(200)
    for (const project of [member, foreign, elsewhere]) expect(await statusOf(token, project)).toBe(404)
    await stores.db.update(members).set({ role: 'admin' }).where(eq(members.projectId, member.id))
    expect(await statusOf(token, member)).toBe(200)
    await stores.db.update(members).set({ role: 'member' }).where(eq(members.projectId, member.id))
    await stores.settled()
    const { token: other } = await made()
    expect(await statusOf(other, member)).toBe(404)
  })

  it('only reads, by its scope', async () => {
    const { token } = await made({ scope: 'view-builds' })
    expect([await statusOf(token, own), await statusOf(token, own, '/1/artifacts')]).toEqual([403, 200])
    const { token: all } = await made()
    const build = await ask(`/api/buildpass/v1/projects/${slugOf(own)}/builds/1`, {
      ...{ method: 'PATCH', token: all, json: { status: 'failed' } },
    })
    expect(build.status).toBe(403)
    for (const [method, rest] of [
      ['GET', ''],
      ['DELETE', '/x'],
    ])
      expect((await ask(`/api/v1.1/user/token${rest}`, { method, token: all })).status).toBe(401)
    expect((await ask('/api/buildpass/v1/token', { method: 'DELETE', token: all })).status).toBe(403)
  })

  it('is shown its projects by cc.xml, v3 and an agent’s list, and no others', async () => {
    const { token } = await made()
    const orgs = await askJson('/api/v3/orgs', { token })
    expect(orgs.data).toMatchObject([{ attributes: { name: own.org } }])
    const [{ id }] = orgs.data
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list_projects', arguments: {} } }
    for (const [where, over] of [
      ['/cc.xml', {}],
      [`/api/v3/projects?filter%5Borg_id%5D=${id}`, {}],
      ['/mcp', { method: 'POST', json: call }],
    ] as const) {
      const nameOf = ({ id, org, repo }: Seeded) => (where.includes('v3') ? id : `${org}/${repo}`)
      const response = await ask(where, { token, ...over })
      const said = await response.text()
      expect([response.status, said]).toEqual([200, expect.stringContaining(nameOf(own))])
      for (const other of [member, foreign, elsewhere]) expect(said).not.toContain(nameOf(other))
    }
    const search = async (project: Seeded) =>
      (await ask('/api/v3/runs/search', { method: 'POST', token, json: { scope: { project_ids: [project.id] } } }))
        .status
    expect([await search(own), await search(foreign)]).toEqual([200, 404])
  })

  it('opens cc.xml for badges alone, and none of it where the default branch is not open', async () => {
    const rows = async (limits: object, scope = 'status') => {
      const { token } = await made({ scope, limits })
      const response = await ask('/cc.xml', { token })
      return [response.status, (await response.text()).match(/<Project /g)?.length ?? 0]
    }
    expect(await rows({ only: 'badges' })).toEqual([200, 1])
    expect(await rows({ branches: ['release/*', 'main'] })).toEqual([200, 1])
    expect(await rows({ branches: ['release/*'] })).toEqual([200, 0])
    expect(await rows({ paths: ['a'] }, 'view-builds')).toEqual([403, 0])
  })

  it('is rotated with its organization and limits, and ended; by its maker alone', async () => {
    const { id } = await made({ limits: { paths: ['dist/**'] } })
    const rotated = await ask(`${path}/${id}/rotate`, { method: 'POST', token: personal, json: { overlap_seconds: 0 } })
    const successor = await rotated.json<{ id: string; token: string; limits: object }>()
    expect([rotated.status, successor.limits]).toEqual([201, { paths: ['dist/**'] }])
    expect(await statusOf(successor.token, own)).toBe(200)
    const other = (await seedToken(stores, { kind: 'personal', user: await seedUser(stores.db) })).secret
    expect((await ask(`${path}/${successor.id}`, { method: 'DELETE', token: other })).status).toBe(404)
    const elsewhereUnder = `/api/buildpass/v1/orgs/gh/${elsewhere.org}/tokens/${successor.id}`
    expect((await ask(elsewhereUnder, { method: 'DELETE', token: personal })).status).toBe(404)
    expect((await ask(`${path}/${successor.id}`, { method: 'DELETE', token: personal })).status).toBe(200)
    expect(await statusOf(successor.token, own)).toBe(401)
  })

  it('ends with the person who made it', async () => {
    const { db } = stores
    const leaver = await seedUser(db)
    await seedMember(db, own, leaver, 'admin')
    const { secret } = await seedToken(stores, { kind: 'organization', user: leaver, organization: own, scope: 'all' })
    const owner = await seedUser(db, { instanceRole: 'owner' })
    await seedMember(db, own, owner, 'admin')
    const { id: tokenId } = await seedToken(stores, { kind: 'personal', user: owner })
    const actor = { userId: owner.id, tokenId, sessionId: null, from: null, right: { kind: 'owner' } } as const
    expect(await deleteUser(stores, leaver, { endMade: false }, actor)).toBe(true)
    expect(await statusOf(secret, own)).toBe(401)
  })
})
