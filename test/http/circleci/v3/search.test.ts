import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { wholeReach } from '../../../../src/domain/access/limits/reach.ts'
import { runQueries, runsOfPersonQuery, searchQuery } from '../../../../src/storage/builds/runs.ts'
import { projectsOfQuery } from '../../../../src/storage/people/memberships.ts'
import { pipelines } from '../../../../src/storage/schema/schema.ts'
import { seedMember, seedProject, seedToken, seedUser } from '../../../support/seed/seed.ts'
import { type BuildSeed, seedBuild } from '../../../support/seed/seed-builds.ts'
import { openTestApp } from '../../../support/worker/app.ts'
import { callJson, seedPerson, seedProjectToken } from '../../../support/worker/call.ts'
import { queryPlanOf } from '../../../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'

const ABSENT = '00000000-0000-4000-8000-000000000000'

async function open() {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  const { user, token } = await seedPerson(stores, project)
  return { stores, project, user, token }
}

type Answer = { data: { id: string; attributes: { number: number } }[]; page: { next: string | null } }

async function search(
  token: string | null,
  body: object,
): Promise<{ status: number; body: Answer & { message: string } }> {
  return callJson('/api/v3/runs/search', { token, json: body })
}

/** The runs of all pages. */
async function all(token: string, body: { page?: object }): Promise<string[]> {
  const found: string[] = []
  for (let cursor = ''; ; ) {
    const { data, page } = (await search(token, { ...body, page: { ...body.page, cursor } })).body
    found.push(...data.map(({ id }) => id))
    if (page.next === null) return found
    // Clients take an empty page for the end.
    expect(data.length).toBeGreaterThan(0)
    cursor = page.next
  }
}

const idsOf = async (answer: ReturnType<typeof search>) => (await answer).body.data.map(({ id }) => id)

/** So many pipelines as rows alone, each a millisecond after the one before. */
async function seedRows(
  stores: TestStores,
  projectId: string,
  count: number,
  over: { branch?: string; at?: number } = {},
) {
  const { branch = 'main', at = 1_700_000_000_000 } = over
  const rows = Array.from({ length: count }, (_, i) => ({
    id: crypto.randomUUID(),
    projectId,
    number: 1_000 + i,
    externalId: crypto.randomUUID(),
    branch,
    revision: 'f00d',
    createdAt: at + i,
    beganAt: at + i,
  }))
  const [first, ...others] = rows.map((row) => stores.db.insert(pipelines).values(row))
  if (first) await stores.db.batch([first, ...others])
  return rows.map(({ id }) => id).reverse()
}

describe('a search for runs', () => {
  it('gives them newest first, of a branch, a revision or a status', async () => {
    const { stores, project, token } = await open()
    const seeds: BuildSeed[] = [
      { branch: 'main', status: 'success' },
      { branch: 'a "b"', status: 'failed' },
      { branch: 'main', status: 'failed', revision: 'f00d' },
      { branch: 'main', status: 'running' },
      { branch: 'main', status: 'queued' },
    ]
    const ids: string[] = []
    for (const seed of seeds) ids.push((await seedBuild(stores, project, seed)).pipeline.id)
    const found = async (filter: string) => {
      const runs = await idsOf(search(token, { scope: { project_ids: [project.id] }, filter }))
      return runs.map((id) => ids.indexOf(id))
    }
    expect(await found('')).toEqual([4, 3, 2, 1, 0])
    expect(await found('pipeline.git.branch == "main"')).toEqual([4, 3, 2, 0])
    expect(await found('pipeline.git.branch == "a \\"b\\""')).toEqual([1])
    expect(await found('pipeline.git.revision == "f00d"')).toEqual([2])
    expect(await found('pipeline.git.branch == "main" and pipeline.status == "failed"')).toEqual([2])
    expect(await found('pipeline.status == "running"')).toEqual([4, 3])
    expect(await found('pipeline.status == "success"')).toEqual([0])
    for (const status of ['on_hold', 'unauthorized', 'queued'])
      expect(await found(`pipeline.status == "${status}"`)).toEqual([])
  })

  it('of several projects merges them by time, and all its pages are the list', async () => {
    const { stores, project, user, token } = await open()
    const other = await seedProject(stores.db)
    await seedMember(stores.db, other, user, 'member')
    const ids = [project, other].map(({ id }) => id)
    const one = await seedRows(stores, project.id, 30, { at: 1_700_000_000_000 })
    const two = await seedRows(stores, other.id, 30, { at: 1_700_000_000_010 })
    // The first ten are alone, then they alternate.
    const expected = [...one, ...two]
      .map((id) => ({ id, at: one.includes(id) ? 29 - one.indexOf(id) : 39 - two.indexOf(id) }))
      .sort((a, b) => b.at - a.at)
    const found = await all(token, { scope: { project_ids: ids }, page: { limit: 7 } } as object)
    expect([new Set(found).size, found.length]).toEqual([60, 60])
    const at = new Map(expected.map((run) => [run.id, run.at]))
    expect(found.map((id) => at.get(id))).toEqual(expected.map((run) => run.at))
  })

  it('keeps to its times, from the first report of a run on', async () => {
    const { stores, project, token } = await open()
    const at = Date.parse('2026-11-01T00:00:00Z')
    const runs = await seedRows(stores, project.id, 5, { at })
    const found = (from: number | null, to: number | null) =>
      idsOf(
        search(token, {
          scope: {
            project_ids: [project.id],
            ...(from === null ? {} : { from: new Date(at + from).toISOString() }),
            ...(to === null ? {} : { to: new Date(at + to).toISOString() }),
          },
        }),
      )
    expect(await found(1, 3)).toEqual(runs.slice(1, 4))
    expect(await found(3, null)).toEqual(runs.slice(0, 2))
    expect(await found(null, 0)).toEqual(runs.slice(4))
    expect(await found(9, null)).toEqual([])
    expect(await found(null, -1)).toEqual([])
  })

  it('for few among many ends a page before it is full, and never in silence', async () => {
    const { stores, project, token } = await open()
    const first = (await seedBuild(stores, project, { status: 'failed' })).pipeline.id
    await seedRows(stores, project.id, 250)
    const scope = { project_ids: [project.id] }
    const filter = 'pipeline.status == "failed"'
    expect(await idsOf(search(token, { scope, filter }))).toEqual([first])
    // The newest one is found at once: 200 more are looked at, and the rest is said to be left.
    await stores.db.update(pipelines).set({ number: 2_000 }).where(eqId(first))
    const answer = (await search(token, { scope, filter })).body
    expect([answer.data.map(({ id }) => id), answer.page.next]).toEqual([[first], expect.any(String)])
  })

  it('of more than it looks at says that there is more, though it found none', async () => {
    const { stores, project, token } = await open()
    await seedRows(stores, project.id, 1_050)
    const body = { scope: { project_ids: [project.id] }, filter: 'pipeline.status == "failed"' }
    const first = (await search(token, body)).body
    expect([first.data, first.page.next]).toEqual([[], expect.any(String)])
    const rest = (await search(token, { ...body, page: { cursor: first.page.next } })).body
    expect([rest.data, rest.page.next]).toEqual([[], null])
  })

  it.each([
    [{}, 'scope: is required'],
    [{ scope: { project_ids: [] } }, 'scope.project_ids: must be 1 to 20 ids of projects'],
    [{ scope: { project_ids: ['web'] } }, 'scope.project_ids.0: must be 1 to 20 ids of projects'],
    [{ scope: { project_ids: [ABSENT], branch: 'x' } }, 'scope.branch: is not a known field'],
    [{ scope: { project_ids: [ABSENT] }, sort: 'x' }, 'sort: is not a known field'],
    [
      { scope: { project_ids: [ABSENT], from: 'x' } },
      'scope.from: must be a time like 2026-01-31T12:00:00Z (RFC 3339)',
    ],
    [
      { scope: { project_ids: [ABSENT], from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' } },
      'scope.to: must not be before scope.from',
    ],
    [
      { scope: { project_ids: [ABSENT] }, order_by: 'number' },
      'order_by: must be created_at desc or -created_at: runs are given newest first',
    ],
    [{ scope: { project_ids: [ABSENT] }, page: { limit: 21 } }, 'page.limit: must be a whole number from 1 to 20'],
    [{ scope: { project_ids: [ABSENT] }, page: { limit: 0 } }, 'page.limit: must be a whole number from 1 to 20'],
    [
      { scope: { project_ids: [ABSENT] }, page: { cursor: 'x' } },
      'page.cursor: must be the next of a page of this list',
    ],
  ])('with %j is refused: %s', async (body, message) => {
    const { token } = await open()
    const { status, body: said } = await search(token, body)
    expect([status, said.message]).toEqual([400, message])
  })

  it('names the field of a body as a JSON pointer', async () => {
    const { token } = await open()
    const { body } = await callJson('/api/v3/runs/search', { token, json: { scope: { project_ids: [] } } })
    expect(body.error).toMatchObject({ type: 'validation_error', source: { pointer: '/scope/project_ids' } })
  })

  it('takes the one order that there is', async () => {
    const { project, token } = await open()
    for (const order_by of ['', 'created_at desc', '-created_at', null])
      expect((await search(token, { scope: { project_ids: [project.id] }, order_by })).status).toBe(200)
  })

  it('with one project that is not for the asker is as if that were not there', async () => {
    const { stores, project, token } = await open()
    const other = await seedProject(stores.db)
    const answers = await Promise.all(
      [other.id, ABSENT].map((id) => search(token, { scope: { project_ids: [project.id, id] } })),
    )
    expect(answers.map(({ status, body }) => [status, body.message])).toEqual([
      [404, 'Project not found'],
      [404, 'Project not found'],
    ])
  })

  it('shows a token no more than its scope opens, and does not let it search for the rest', async () => {
    const { stores, project } = await open()
    const { pipeline } = await seedBuild(stores, project, { status: 'failed' })
    const { secret } = await seedProjectToken(stores, project, 'view-builds')
    const scope = { project_ids: [project.id] }
    const shown = { id: pipeline.id, attributes: { number: 1 }, references: { project: { id: project.id } } }
    expect((await search(secret, { scope })).body.data).toEqual([shown])
    expect(await idsOf(search(secret, { scope, filter: 'pipeline.git.branch == "main"' }))).toEqual([pipeline.id])
    const refused = await search(secret, { scope, filter: 'pipeline.status == "failed"' })
    expect(refused.status).toBe(403)
  })

  it('of a public project is open to anybody', async () => {
    const { stores } = await open()
    const project = await seedProject(stores.db, { visibility: 'public' })
    const { pipeline } = await seedBuild(stores, project, { status: 'failed' })
    const scope = { project_ids: [project.id] }
    expect(await idsOf(search(null, { scope, filter: 'pipeline.status == "failed"' }))).toEqual([pipeline.id])
  })

  it('takes three round trips once it knows the asker', async () => {
    const { stores, project, token } = await open()
    await seedRows(stores, project.id, 50)
    const app = await openTestApp({ stores })
    const json = { scope: { project_ids: [project.id] } }
    await app.ask('/api/v3/runs/search', { method: 'POST', token, json })
    stores.resetCounts()
    await app.ask('/api/v3/runs/search', { method: 'POST', token, json })
    expect(stores.counts.d1).toBe(3)
  })
})

describe('own runs', () => {
  it('are those of a person in projects of theirs, newest first, in pages', async () => {
    const { stores, project, user, token } = await open()
    const [second, foreign] = [await seedProject(stores.db), await seedProject(stores.db)]
    await seedMember(stores.db, second, user, 'member')
    const ids: string[] = []
    for (const one of [project, second, project, second, project])
      ids.unshift((await seedBuild(stores, one, { login: user.login.toUpperCase() })).pipeline.id)
    await seedBuild(stores, project, { login: 'somebody-else' })
    await seedBuild(stores, foreign, { login: user.login })
    const get = (query = '') => callJson(`/api/v3/runs?filter[user_id]=me${query}`, { token })
    const found: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { data, page }: Answer = (await get(`&page[limit]=2&page[cursor]=${cursor}`)).body
      found.push(...data.map(({ id }) => id))
      cursor = page.next
    }
    const rows = await stores.db.select({ id: pipelines.id, at: pipelines.createdAt }).from(pipelines)
    const at = new Map(rows.map((row) => [row.id, row.at]))
    // Of two that came in one millisecond either may be first.
    expect(found.map((id) => at.get(id))).toEqual(ids.map((id) => at.get(id)))
    expect(found.toSorted()).toEqual(ids.toSorted())
    expect((await get('&page[limit]=21')).body.message).toBe('page[limit]: must be a whole number from 1 to 20')
  })

  it('are narrowed by how far they came, and by time', async () => {
    const { stores, project, user, token } = await open()
    const failed = (await seedBuild(stores, project, { login: user.login, status: 'failed' })).pipeline.id
    const running = (await seedBuild(stores, project, { login: user.login, status: 'running' })).pipeline.id
    const found = async (query: string) =>
      idsOf(callJson(`/api/v3/runs?filter[user_id]=me&${query}`, { token }) as ReturnType<typeof search>)
    expect(await found('filter[phase]=ended&filter[current_outcome]=failed')).toEqual([failed])
    expect(await found('filter[phase]=started')).toEqual([running])
    expect(await found('filter[phase]=&filter[from]=')).toHaveLength(2)
    expect(await found('filter[from]=2999-01-01T00:00:00Z')).toEqual([])
    expect(await found('filter[to]=1999-01-01T00:00:00%2B01:00')).toEqual([])
    for (const [query, message] of [
      ['filter[phase]=over', 'filter[phase]: must be one of created, queued, started, ended'],
      ['filter[from]=yesterday', 'filter[from]: must be a time like 2026-01-31T12:00:00Z (RFC 3339)'],
      ['filter[branch]=main', expect.stringContaining('filter[branch]: is none of')],
    ])
      expect((await callJson(`/api/v3/runs?filter[user_id]=me&${query}`, { token })).body.message).toEqual(message)
  })

  it('of somebody whose login others use elsewhere are found all the same', async () => {
    const { stores, user, project, token } = await open()
    const foreign = await seedProject(stores.db)
    const own = (await seedBuild(stores, project, { login: user.login })).pipeline.id
    const actor = { login: user.login }
    const rows = await seedRows(stores, foreign.id, 60, { at: Date.now() + 60_000 })
    for (const id of rows) await stores.db.update(pipelines).set({ actor }).where(eqId(id))
    const { data, page } = (await callJson('/api/v3/runs?filter[user_id]=me', { token })).body
    expect([data.map(({ id }: { id: string }) => id), page.next]).toEqual([[own], null])
  })

  it('are for people alone', async () => {
    const { stores, project } = await open()
    const { secret } = await seedProjectToken(stores, project, 'all')
    const { secret: stranger } = await seedToken(stores, { kind: 'personal', user: await seedUser(stores.db) })
    expect((await callJson('/api/v3/runs?filter[user_id]=me', { token: secret })).status).toBe(401)
    expect((await callJson('/api/v3/runs?filter[user_id]=me', { token: stranger })).body.data).toEqual([])
  })
})

describe('each list of v3', () => {
  it('reads its rows by an index, and sorts no more than it gives', async () => {
    const { db } = await openTestStores()
    const any = { branch: null, revision: null, from: null, to: null }
    const page = { below: 9, limit: 9 }
    const person = { reach: wholeReach('u'), login: 'ada' }
    const after = { createdAt: 9, id: 'x' }
    const searches = [
      any,
      { ...any, branch: 'main' },
      { ...any, from: 1, to: 2 },
      { ...any, branch: 'main', from: 1, to: 2 },
    ]
    for (const which of searches) {
      const plan = await queryPlanOf(db, searchQuery(db, 'p', which, page))
      expect(plan).toMatch(
        which.branch === null
          ? /^SEARCH pipelines USING (?:COVERING )?INDEX pipelines_number \(project_id=\? AND number/
          : /^SEARCH pipelines USING (?:COVERING )?INDEX pipelines_branch \(project_id=\? AND branch=\? AND number/,
      )
      expect(plan).not.toMatch(/SCAN|TEMP B-TREE FOR ORDER BY/)
      expect(plan).not.toContain('at USING INDEX pipelines_number')
    }
    // One revision has few runs.
    for (const times of [{}, { branch: 'main', from: 1, to: 2 }])
      expect(await queryPlanOf(db, searchQuery(db, 'p', { ...any, ...times, revision: 'f00d' }, page))).toMatch(
        /^SEARCH pipelines USING INDEX pipelines_revision \(project_id=\? AND revision=\?\)/,
      )
    for (const times of [
      { from: null, to: null },
      { from: 1, to: 2 },
    ]) {
      const plan = await queryPlanOf(db, runsOfPersonQuery(db, person, times, { after, limit: 9 }))
      expect(plan).toMatch(/^SEARCH pipelines USING INDEX pipelines_actor_age \(<expr>=\? AND \(?created_at/)
      expect(plan).not.toMatch(/SCAN|TEMP B-TREE/)
    }
    for (const query of runQueries(db, ['a', 'b']))
      expect(await queryPlanOf(db, query)).not.toMatch(/SCAN (?!row VIRTUAL)/)
    const org = { vcs: 'gh', org: 'acme' } as const
    for (const of of ['followed', org] as const)
      expect(
        await queryPlanOf(db, projectsOfQuery(db, wholeReach('u'), { of, name: 'web' }, { after: '', limit: 9 })),
      ).not.toMatch(/SCAN/)
  })
})

function eqId(id: string) {
  return eq(pipelines.id, id)
}
