import { describe, expect, it } from 'vitest'
import { BUILD_STATUS, type ReportedStatus } from '../../../../src/domain/builds/build.ts'
import { organizationIdOf } from '../../../../src/domain/organization.ts'
import { slugText } from '../../../../src/domain/project.ts'
import { seedMember, seedProject } from '../../../support/seed/seed.ts'
import { type BuildSeed, seedBuild } from '../../../support/seed/seed-builds.ts'
import { openTestApp } from '../../../support/worker/app.ts'
import { replaceTestResults, reportBuild } from '../../../support/worker/as-instance.ts'
import { callJson, seedPerson, seedProjectToken } from '../../../support/worker/call.ts'
import { ask } from '../../../support/worker/client.ts'
import { openTestStores } from '../../../support/worker/stores.ts'
import { reportOf, seedArtifact, seedWorld } from '../../../support/worker/world.ts'

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const UUID = expect.stringMatching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
const ABSENT = '00000000-0000-4000-8000-000000000000'

async function seedOne(seed: BuildSeed = {}) {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  const build = await seedBuild(stores, project, { status: 'failed', ...seed })
  const { secret: token } = await seedProjectToken(stores, project, 'all')
  const get = (path: string, who: string | null = token) => callJson(`/api/v3/${path}`, { token: who })
  return { stores, project, build, token, get }
}

describe('users', () => {
  it('is a list of whoever asks, and of nobody else', async () => {
    const { stores, project, get } = await seedOne()
    const { user, token } = await seedPerson(stores, project)
    expect(await get('users?filter[user_id]=me', token)).toEqual({
      status: 200,
      body: {
        data: [{ id: user.id, attributes: { name: user.login, login: user.login, avatar_url: null }, references: {} }],
        page: { next: null, prev: null },
      },
    })
    expect((await get('users', token)).body.message).toBe('filter[user_id]: is required')
    expect((await get(`users?filter[user_id]=${user.id}`, token)).body.message).toBe('filter[user_id]: must be me')
    expect((await get('users?filter[user_id]=me')).status).toBe(401)
  })
})

describe('organizations', () => {
  it('are those of one’s projects, or the one that is named', async () => {
    const { stores, project, get } = await seedOne()
    const { user, token } = await seedPerson(stores, project)
    const other = await seedProject(stores.db)
    await seedMember(stores.db, other, user, 'member')
    const orgOf = async (one: typeof project) => ({
      id: await organizationIdOf(one),
      attributes: { name: one.org },
      references: {},
    })
    const all = (await get('orgs', token)).body.data
    expect(all).toHaveLength(2)
    expect(all).toEqual(expect.arrayContaining([await orgOf(project), await orgOf(other)]))
    expect((await get(`orgs?filter[slug]=github/${other.org.toUpperCase()}`, token)).body.data).toEqual([
      await orgOf(other),
    ])
    for (const slug of ['gh/nobody', 'svn/acme', slugText(project)])
      expect((await get(`orgs?filter[slug]=${slug}`, token)).body.data).toEqual([])
    const first = (await get('orgs?page[limit]=1', token)).body
    const rest = (await get(`orgs?page[limit]=1&page[cursor]=${first.page.next}`, token)).body
    expect([...first.data, ...rest.data, rest.page.next]).toEqual([...all, null])
    // A project's token knows its own.
    expect((await get('orgs')).body.data).toEqual([await orgOf(project)])
    expect((await get(`orgs?filter[slug]=gh/${other.org}`)).body.data).toEqual([])
  })
})

describe('projects', () => {
  it('are found by slug, and a list without the one that is not for the asker', async () => {
    const { stores, project, get } = await seedOne()
    const expected = {
      id: project.id,
      attributes: { name: 'web' },
      references: { org: { id: await organizationIdOf(project), attributes: { name: project.org } } },
    }
    const slug = slugText(project)
    for (const form of [
      slug,
      slug.replace('gh/', 'github/'),
      encodeURIComponent(slug),
      slug.toUpperCase().replace('GH/', 'gh/'),
    ])
      expect((await get(`projects?filter[slug]=${form}`)).body.data).toEqual([expected])
    expect((await get(`projects/${project.id}`)).body).toEqual({ data: expected })
    const other = await seedProject(stores.db)
    const open = await seedProject(stores.db, { visibility: 'public' })
    const names = async (one: typeof project, who?: string | null) =>
      (await get(`projects?filter[slug]=${slugText(one)}`, who)).body.data.map(({ id }: { id: string }) => id)
    expect([await names(other), await names(open), await names(open, null), await names(project, null)]).toEqual([
      [],
      [open.id],
      [open.id],
      [],
    ])
    for (const id of [other.id, ABSENT, 'x']) expect((await get(`projects/${id}`)).status).toBe(404)
  })

  it('are listed by who follows them, by organization and by a part of their name', async () => {
    const { stores, project, get } = await seedOne()
    const { user, token } = await seedPerson(stores, project)
    for (const repo of ['api', 'Web-Old'])
      await seedMember(stores.db, await seedProject(stores.db, { slug: `gh/${project.org}/${repo}` }), user, 'member')
    await seedMember(stores.db, await seedProject(stores.db), user, 'member')
    const org = await organizationIdOf(project)
    const namesOf = async (query: string, who?: string) =>
      (await get(`projects?${query}`, who)).body.data.map(
        (one: { attributes: { name: string } }) => one.attributes.name,
      )
    expect(await namesOf('filter[following]=true', token)).toHaveLength(4)
    expect(await namesOf(`filter[org_id]=${org}`, token)).toEqual(['api', 'web', 'Web-Old'])
    expect(await namesOf(`filter[org_id]=${org}&filter[name]=WEB`, token)).toEqual(['web', 'Web-Old'])
    expect(await namesOf('filter[following]=true&filter[name]=api', token)).toEqual(['api'])
    // A project's token belongs to one project, and follows none.
    expect(await namesOf(`filter[org_id]=${org}`)).toEqual(['web'])
    expect(await namesOf(`filter[org_id]=${org}&filter[name]=api`)).toEqual([])
    expect((await get('projects?filter[following]=true')).status).toBe(401)
    expect((await get(`projects?filter[org_id]=${ABSENT}`, token)).status).toBe(404)
    const first = (await get(`projects?filter[org_id]=${org}&page[limit]=2`, token)).body
    expect(await namesOf(`filter[org_id]=${org}&page[limit]=2&page[cursor]=${first.page.next}`, token)).toEqual([
      'Web-Old',
    ])
  })

  it.each([
    ['', 'filter: one of filter[following], filter[org_id], filter[slug] is wanted, and no more'],
    ['filter[following]=yes', 'filter[following]: must be true'],
    [
      `filter[org_id]=${ABSENT}&filter[slug]=gh/a/b`,
      'filter[slug]: one of filter[following], filter[org_id], filter[slug] is wanted, and no more',
    ],
    ['filter[slug]=gh/a/b&filter[name]=x', 'filter[name]: must not stand beside filter[slug]'],
    [
      'filter[slug]=gh/a/b&filter[color]=x',
      'filter[color]: is none of filter[following], filter[org_id], filter[slug], filter[name], page[limit], page[cursor]',
    ],
    [
      'filter[slug]=gh/a/b&page[size]=2',
      'page[size]: is none of filter[following], filter[org_id], filter[slug], filter[name], page[limit], page[cursor]',
    ],
    ['filter[following]=true&page[limit]=51', 'page[limit]: must be a whole number from 1 to 50'],
    ['filter[following]=true&page[limit]=0', 'page[limit]: must be a whole number from 1 to 50'],
    ['filter[following]=true&page[cursor]=x', 'page[cursor]: must be the next of a page of this list'],
  ])('?%s is refused: %s', async (query, message) => {
    const { stores, project, get } = await seedOne()
    const { token } = await seedPerson(stores, project)
    const { status, body } = await get(`projects?${query}`, token)
    expect([status, body.message, body.error.type]).toEqual([400, message, 'validation_error'])
  })

  it('have one definition of what runs, with their id', async () => {
    const { project, get } = await seedOne()
    const source = { type: 'github', vcs: { provider: 'github', repo_full_name: `${project.org}/web` } }
    expect((await get(`pipelines?filter[project_id]=${project.id}`)).body.data).toEqual([
      {
        id: project.id,
        attributes: { name: 'web', description: expect.any(String), config: source, checkout: source },
        references: { project: { id: project.id } },
      },
    ])
    expect((await get('pipelines')).body.message).toBe('filter[project_id]: is required')
    expect((await get(`pipelines?filter[project_id]=${ABSENT}`)).status).toBe(404)
  })
})

describe('a run', () => {
  it('has what clients decode strictly', async () => {
    const { project, build, get } = await seedOne({ branch: 'feature/x' })
    expect((await get(`runs/${build.pipeline.id}`)).body.data).toEqual({
      id: build.pipeline.id,
      attributes: { number: 1, phase: 'ended', current_outcome: 'failed', created_at: TIME, errors: [] },
      references: {
        project: { id: project.id },
        event: {
          attributes: {
            type: 'push',
            vcs: {
              provider_name: 'GitHub',
              origin_repository_url: `https://github.com/${project.org}/web`,
              branch: 'feature/x',
              revision: 'a'.repeat(40),
              commit: {
                subject: 'Say it shorter',
                url: `https://github.com/${project.org}/web/commit/${'a'.repeat(40)}`,
                author: { name: 'Ada', login: 'ada' },
              },
            },
          },
        },
        trigger: { attributes: { event_source: { type: 'webhook' } } },
        user: { id: UUID, attributes: { login: 'ada' } },
      },
    })
  })

  const OF_RUN: Record<ReportedStatus, [string, string | undefined]> = {
    queued: ['started', undefined],
    not_running: ['started', undefined],
    running: ['started', undefined],
    success: ['ended', 'succeeded'],
    failed: ['ended', 'failed'],
    no_tests: ['ended', 'failed'],
    timedout: ['ended', 'failed'],
    infrastructure_fail: ['ended', 'errored'],
    canceled: ['ended', 'canceled'],
    not_run: ['ended', 'not_run'],
    retried: ['ended', 'not_run'],
  }
  const OF_JOB: Record<ReportedStatus, [string, string | undefined]> = {
    queued: ['queued', undefined],
    not_running: ['created', undefined],
    running: ['started', undefined],
    success: ['ended', 'succeeded'],
    failed: ['ended', 'failed'],
    no_tests: ['ended', 'failed'],
    timedout: ['ended', 'timedout'],
    infrastructure_fail: ['ended', 'infrastructure_fail'],
    canceled: ['ended', 'canceled'],
    not_run: ['ended', 'not_run'],
    retried: ['ended', 'canceled'],
  }

  it.each(Object.keys(BUILD_STATUS).filter((status) => status !== 'fixed') as ReportedStatus[])(
    'of one %s build, its workflow and its job are as far as CircleCI would say',
    async (status) => {
      const { build, get } = await seedOne({ status, startedAt: 1_700_000_000_000, stoppedAt: 1_700_000_061_000 })
      const run = (await get(`runs/${build.pipeline.id}`)).body.data.attributes
      const workflow = (await get(`workflows/${build.workflow.id}`)).body.data.attributes
      const job = (await get(`jobs/${build.id}`)).body.data.attributes
      const [phase, outcome] = OF_RUN[status]
      expect([run.phase, run.current_outcome, run.outcome]).toEqual([phase, outcome, undefined])
      expect([workflow.phase, workflow.outcome, workflow.ended_at]).toEqual([
        phase,
        outcome,
        phase === 'ended' ? '2023-11-14T22:14:21.000Z' : undefined,
      ])
      expect([job.phase, job.outcome]).toEqual(OF_JOB[status])
    },
  )

  it('that fails before its end says so already', async () => {
    const { stores, project, build, get } = await seedOne({ pipeline: 'p1', status: 'failed' })
    await seedBuild(stores, project, { pipeline: 'p1', job: 'other', status: 'running' })
    const { phase, current_outcome } = (await get(`runs/${build.pipeline.id}`)).body.data.attributes
    expect([phase, current_outcome]).toEqual(['started', 'failed'])
    const [workflow] = (await get(`workflows?filter[run_id]=${build.pipeline.id}`)).body.data
    expect(workflow.attributes).toEqual({ name: 'ci', phase: 'started', current_outcome: 'failed', created_at: TIME })
  })

  it('that is not there, and one that is not for the asker, are the same', async () => {
    const { stores, get } = await seedOne()
    const other = await seedBuild(stores, await seedProject(stores.db))
    const body = {
      error: { type: 'not_found', id: expect.any(String), title: 'Run not found' },
      message: 'Run not found',
      code: 'run_not_found',
    }
    for (const id of [other.pipeline.id, ABSENT, 'x'])
      for (const path of [`runs/${id}`, `workflows?filter[run_id]=${id}`])
        expect(await get(path)).toEqual({ status: 404, body })
  })
})

describe('the jobs of a run', () => {
  it('lead from the run to its steps', async () => {
    const stores = await openTestStores()
    const { project, secrets } = await seedWorld(stores, 'private')
    const action = { name: 'npm test', type: 'test', index: 0, run_time_millis: null }
    const steps = [
      {
        name: 'checkout',
        actions: [
          {
            ...action,
            name: 'checkout',
            type: 'checkout',
            step: 0,
            status: 'success',
            start_time: '2026-11-29T09:00:00.000Z',
            end_time: '2026-11-29T09:00:01.000Z',
            bash_command: null,
            exit_code: null,
          },
        ],
      },
      {
        name: 'npm test',
        actions: [
          {
            ...action,
            step: 101,
            status: 'failed',
            start_time: null,
            end_time: null,
            bash_command: 'npm test',
            exit_code: 1,
          },
        ],
      },
    ]
    const reported = await reportBuild(
      stores,
      project.id,
      reportOf({
        status: 'failed',
        steps,
        startedAt: 1_700_000_000_000,
        stoppedAt: 1_700_000_061_000,
        pipeline: { externalId: 'p2' },
      }),
    )
    if (!('build' in reported)) throw new Error('no build')
    const { build } = reported
    const get = async (path: string) => (await callJson(`/api/v3/${path}`, { token: secrets.all })).body
    const [workflow] = (await get(`workflows?filter[run_id]=${build.pipeline.id}`)).data
    const { data, page } = await get(`jobs?filter[workflow_id]=${workflow.id}`)
    const attributes = {
      number: build.num,
      name: 'test',
      type: 'build',
      phase: 'ended',
      outcome: 'failed',
      started_at: '2023-11-14T22:13:20.000Z',
      ended_at: '2023-11-14T22:14:21.000Z',
    }
    expect([data, page]).toEqual([
      [{ id: build.id, attributes, references: { workflow: { id: workflow.id }, project: { id: project.id } } }],
      { next: null, prev: null },
    ])
    expect((await get(`jobs/${build.id}`)).data).toEqual({
      id: build.id,
      attributes: {
        ...attributes,
        parallel_executions: [
          {
            steps: [
              {
                num: 0,
                name: 'checkout',
                type: 'checkout',
                phase: 'ended',
                outcome: 'succeeded',
                started_at: '2026-11-29T09:00:00.000Z',
                ended_at: '2026-11-29T09:00:01.000Z',
                stdout_bytes: 0,
                stderr_bytes: 0,
              },
              {
                num: 101,
                name: 'npm test',
                type: 'test',
                phase: 'ended',
                outcome: 'failed',
                exit_code: 1,
                command: 'npm test',
                stdout_bytes: 0,
                stderr_bytes: 0,
              },
            ],
          },
        ],
      },
      references: {
        project: { id: project.id },
        pipeline: { id: build.pipeline.id },
        run: { id: build.pipeline.id },
        workflow: { id: workflow.id },
      },
    })
  })

  it('come in one page, and in pages where that is asked for', async () => {
    const { stores, project, build, get } = await seedOne({ pipeline: 'p1' })
    for (let i = 0; i < 120; i++) await seedBuild(stores, project, { pipeline: 'p1', job: `job-${i}` })
    const list = `jobs?filter[workflow_id]=${build.workflow.id}`
    const all = (await get(list)).body
    expect([all.data.length, all.page.next]).toEqual([121, null])
    const first = (await get(`${list}&page[limit]=100`)).body
    const rest = (await get(`${list}&page[limit]=100&page[cursor]=${first.page.next}`)).body
    expect([...first.data, ...rest.data]).toEqual(all.data)
    expect((await get(`${list}&page[limit]=501`)).body.message).toBe(
      'page[limit]: must be a whole number from 1 to 500',
    )
  })

  it('have artifacts under their stable links, in pages', async () => {
    const { stores, project, build, get } = await seedOne()
    const artifact = await seedArtifact(stores, project, build, { path: 'out/a b.txt', text: 'x', nodeIndex: 1 })
    await seedArtifact(stores, project, build, { path: 'a.txt', text: 'x' })
    const { data } = (await get(`jobs/${build.id}/artifacts`)).body
    expect(data.map((one: { attributes: object }) => one.attributes)).toEqual([
      { path: 'a.txt', url: `https://builds.test/output/job/${build.id}/artifacts/0/a.txt`, execution: 0 },
      {
        path: 'out/a b.txt',
        url: `https://builds.test/output/job/${build.id}/artifacts/1/out/a%20b.txt`,
        execution: 1,
      },
    ])
    const first = (await get(`jobs/${build.id}/artifacts?page[limit]=1`)).body
    const rest = (await get(`jobs/${build.id}/artifacts?page[limit]=1&page[cursor]=${first.page.next}`)).body
    expect(rest.data.map(({ id }: { id: string }) => id)).toEqual([artifact.id])
  })

  it('have tests as JSON Lines, an error as a failure, none as nothing', async () => {
    const { stores, build, token } = await seedOne()
    const path = `/api/v3/jobs/${build.id}/tests`
    const read = async (options = {}) => {
      const response = await ask(path, { token, ...options })
      return [response.status, response.headers.get('Content-Type'), await response.text()]
    }
    expect(await read()).toEqual([200, 'application/x-ndjson', ''])
    const test = { classname: 'cart', runTimeSeconds: 0.25, message: '', file: null, source: '' } as const
    await replaceTestResults(stores, build.id, '', [
      ...Array.from({ length: 1_200 }, (_, i) => ({ ...test, name: `t${i}`, result: 'success' as const })),
      { ...test, name: 'breaks', result: 'error', message: 'a\nb', file: 'a.test.js' },
      { ...test, name: 'skips', result: 'skipped' },
    ])
    const [status, , text] = await read({ headers: { Accept: 'application/json' } })
    const lines = String(text)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect([status, lines.length]).toEqual([200, 1_202])
    expect(lines[0]).toEqual({
      classname: 'cart',
      name: 't0',
      result: 'success',
      run_time: 0.25,
      message: '',
      file: '',
    })
    expect(lines.slice(-2).map(({ name, result, message, file }) => [name, result, message, file])).toEqual([
      ['breaks', 'failure', 'a\nb', 'a.test.js'],
      ['skips', 'skipped', '', ''],
    ])
    expect(await read({ method: 'HEAD' })).toEqual([200, 'application/x-ndjson', ''])
  })
})

describe('what a token opens', () => {
  it('of scope view-builds is which runs, workflows and jobs there are, and not how they went', async () => {
    const stores = await openTestStores()
    const { project, build, secrets } = await seedWorld(stores, 'private')
    const get = async (path: string) => (await callJson(`/api/v3/${path}`, { token: secrets['view-builds'] })).body
    expect((await get(`runs/${build.pipeline.id}`)).data).toEqual({
      id: build.pipeline.id,
      attributes: { number: 1 },
      references: { project: { id: project.id } },
    })
    const [workflow] = (await get(`workflows?filter[run_id]=${build.pipeline.id}`)).data
    const shown = {
      id: build.workflow.id,
      attributes: { name: 'build-and-test' },
      references: { run: { id: build.pipeline.id }, project: { id: project.id } },
    }
    expect([workflow, (await get(`workflows/${workflow.id}`)).data]).toEqual([shown, shown])
    const [job] = (await get(`jobs?filter[workflow_id]=${workflow.id}`)).data
    expect(job.attributes).toEqual({ number: 1, name: 'test', type: 'build' })
    const { attributes, references } = (await get(`jobs/${job.id}`)).data
    expect(attributes).toEqual({
      ...job.attributes,
      parallel_executions: [{ steps: [{ num: 0, name: 'npm test', type: 'test' }] }],
    })
    expect(Object.keys(references)).not.toContain('user')
    expect((await get(`jobs/${job.id}/artifacts`)).data).toHaveLength(1)
  })

  it('of scope status is how much was printed least of all', async () => {
    const { build, secrets } = await seedWorld(await openTestStores(), 'private')
    const { body } = await callJson(`/api/v3/jobs/${build.id}`, { token: secrets.status })
    const [{ steps }] = body.data.attributes.parallel_executions
    expect(steps[0]).not.toHaveProperty('stdout_bytes')
    for (const part of [
      'artifacts',
      'stdout?filter[step_num]=0',
      'stderr?filter[step_num]=0',
      'stdout/condensed?filter[step_num]=0',
    ]) {
      const refused = await callJson(`/api/v3/jobs/${build.id}/${part}`, { token: secrets.status })
      expect([refused.status, refused.body.error.type]).toEqual([403, 'forbidden'])
    }
  })
})

describe('v3', () => {
  it('passes over no filter and no page that it does not know', async () => {
    const { stores, project, build, get } = await seedOne()
    const { token } = await seedPerson(stores, project)
    for (const path of [
      `projects/${project.id}`,
      `runs/${build.pipeline.id}`,
      `workflows/${build.workflow.id}`,
      `jobs/${build.id}`,
      `jobs/${build.id}/tests`,
    ])
      expect((await get(`${path}?filter[x]=1`, token)).body.message).toBe('filter[x]: is not known here')
    const twice = `pipelines?filter[project_id]=${project.id}&filter[project_id]=${project.id}`
    expect((await get(twice, token)).body.message).toBe('filter[project_id]: is given more than once')
    for (const list of [
      'users?filter[user_id]=me',
      'orgs?filter[slug]=gh/a',
      `pipelines?filter[project_id]=${project.id}`,
    ])
      for (const [query, message] of [
        ['page[limit]=101', 'page[limit]: must be a whole number from 1 to 100'],
        ['page[cursor]=x', 'page[cursor]: must be the next of a page of this list'],
        ['page[size]=1', expect.stringContaining('page[size]: is none of ')],
      ])
        expect((await get(`${list}&${query}`, token)).body.message).toEqual(message)
    // What is no filter and no page is ignored.
    expect((await get(`runs/${build.pipeline.id}?include=workflows`, token)).status).toBe(200)
  })

  it('says so where the bucket with the tests cannot be reached', async () => {
    const stores = await openTestStores()
    const { secrets, build } = await seedWorld(stores, 'private')
    const artifacts = { get: () => Promise.reject(new Error('get: Internal error (10001)')) }
    const app = await openTestApp({ stores: { ...stores, artifacts } as unknown as typeof stores })
    const response = await app.ask(`/api/v3/jobs/${build.id}/tests`, { token: secrets.all })
    expect([response.status, (await response.json<{ code: string }>()).code]).toEqual([503, 'unavailable'])
  })
  it('refuses a token in the URL, and takes it in any of our headers', async () => {
    const { build, token } = await seedOne()
    const path = `/api/v3/runs/${build.pipeline.id}`
    const refused = await callJson(`${path}?circle-token=${token}`)
    expect([refused.status, refused.body.message]).toEqual([
      401,
      'This API takes no token in the URL: use the Authorization header.',
    ])
    for (const headers of [
      { Authorization: `Bearer ${token}` },
      { 'Circle-Token': token },
      { Authorization: `Basic ${btoa(`${token}:`)}` },
    ] as Record<string, string>[])
      expect((await ask(path, { headers })).status).toBe(200)
  })

  it('answers what it does not have in its own shape', async () => {
    const { token, build, get } = await seedOne()
    const said = (type: string, message: string, code: string) => ({
      error: { type, id: expect.any(String), title: message },
      message,
      code,
    })
    expect(await get('deploy/components')).toEqual({
      status: 404,
      body: said('not_found', 'Not found', 'route_not_found'),
    })
    expect(await callJson(`/api/v3/runs/${build.pipeline.id}`, { method: 'DELETE', token })).toEqual({
      status: 405,
      body: said('method_not_allowed', 'Method not allowed', 'method_not_allowed'),
    })
    const usage = await get(`jobs/${build.id}/resource-usage`)
    expect([usage.status, usage.body.code]).toEqual([404, 'usage_not_found'])
  })

  it('asks the database once for a thing once it knows the asker and whose the id is, twice for a log, and not at all again', async () => {
    const stores = await openTestStores()
    const { secrets, build } = await seedWorld(stores, 'private')
    const app = await openTestApp({ stores })
    stores.clock.advance(1)
    const read = async (path: string) => {
      stores.resetCounts()
      const response = await app.ask(`/api/v3/${path}`, { token: secrets.all })
      expect([path, response.status]).toEqual([path, 200])
      await response.text()
      return stores.counts.d1
    }
    await read(`runs/${build.pipeline.id}`)
    for (const [path, trips] of [
      [`runs/${build.pipeline.id}`, 0],
      [`workflows?filter[run_id]=${build.pipeline.id}`, 1],
      // The first of its id.
      [`workflows/${build.workflow.id}`, 2],
      [`jobs?filter[workflow_id]=${build.workflow.id}`, 1],
      [`jobs/${build.id}`, 2],
      [`jobs/${build.id}/artifacts`, 1],
      [`jobs/${build.id}/tests`, 1],
      [`jobs/${build.id}/stdout?filter[step_num]=0`, 2],
      [`jobs/${build.id}/stderr?filter[step_num]=0`, 1],
      [`jobs/${build.id}/stdout/condensed?filter[step_num]=0`, 2],
      [`jobs/${build.id}`, 0],
    ] as const)
      expect([path, await read(path)]).toEqual([path, trips])
  })
})
