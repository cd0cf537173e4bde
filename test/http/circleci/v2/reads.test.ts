import { and, eq } from 'drizzle-orm'
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core'
import { describe, expect, it } from 'vitest'
import { slugText } from '../../../../src/domain/project.ts'
import type { TestOutcome } from '../../../../src/domain/tests/test-result.ts'
import { pipelinesQuery } from '../../../../src/storage/builds/pipelines.ts'
import { jobsOfWorkflowsQuery, jobsQuery, workflowsQuery } from '../../../../src/storage/builds/workflows.ts'
import { workflows } from '../../../../src/storage/schema/schema.ts'
import { daySumsQuery, oldFailuresQuery, toldFailuresQuery } from '../../../../src/storage/tests/answers/flaky-tests.ts'
import { seedProject } from '../../../support/seed/seed.ts'
import { seedBuild } from '../../../support/seed/seed-builds.ts'
import { openTestApp } from '../../../support/worker/app.ts'
import { replaceTestResults } from '../../../support/worker/as-instance.ts'
import { callJson, seedPerson, seedProjectToken } from '../../../support/worker/call.ts'
import { scansOf } from '../../../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

async function seedOne() {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  const build = await seedBuild(stores, project, {
    pipeline: 'p1',
    branch: 'feature/x',
    status: 'failed',
    startedAt: 1_700_000_000_000,
    stoppedAt: 1_700_000_090_000,
  })
  const { secret: token } = await seedProjectToken(stores, project, 'all')
  return { stores, project, build, token, base: `/api/v2/project/${slugText(project)}` }
}

describe('a project', () => {
  it('is shown under its raw and its escaped slug, long and short host names, and its id', async () => {
    const { project, token } = await seedOne()
    const slug = slugText(project)
    const expected = {
      id: project.id,
      slug,
      name: 'web',
      organization_id: expect.stringMatching(UUID),
      organization_name: project.org,
      organization_slug: `gh/${project.org}`,
      vcs_info: { vcs_url: `https://github.com/${project.org}/web`, provider: 'GitHub', default_branch: 'main' },
    }
    const longSlug = slug.replace('gh/', 'github/')
    for (const path of [slug, longSlug, encodeURIComponent(slug), encodeURIComponent(longSlug), project.id])
      expect(await callJson(`/api/v2/project/${path}`, { token })).toEqual({ status: 200, body: expected })
  })
})

describe('a pipeline', () => {
  it('has the fields that strict clients decode', async () => {
    const { project, build, token, base } = await seedOne()
    const expected = {
      id: build.pipeline.id,
      number: 1,
      project_slug: slugText(project),
      state: 'created',
      created_at: TIME,
      updated_at: TIME,
      errors: [],
      warnings: [],
      trigger: { type: 'webhook', received_at: TIME, actor: { login: 'ada', avatar_url: null } },
      vcs: {
        provider_name: 'GitHub',
        origin_repository_url: `https://github.com/${project.org}/web`,
        target_repository_url: `https://github.com/${project.org}/web`,
        revision: 'a'.repeat(40),
        branch: 'feature/x',
        commit: { subject: 'Say it shorter', body: '' },
      },
    }
    const list = { items: [expected], next_page_token: null }
    expect((await callJson(`${base}/pipeline`, { token })).body).toEqual(list)
    expect((await callJson(`${base}/pipeline?branch=feature/x`, { token })).body).toEqual(list)
    expect((await callJson(`${base}/pipeline?branch=main`, { token })).body.items).toEqual([])
    expect((await callJson(`${base}/pipeline/1`, { token })).body).toEqual(expected)
    expect((await callJson(`/api/v2/pipeline/${build.pipeline.id}`, { token })).body).toEqual(expected)
  })

  it('is "mine" when the person of that login pushed it', async () => {
    const { stores, project, base } = await seedOne()
    const { user, token } = await seedPerson(stores, project)
    await seedBuild(stores, project, { pipeline: 'p2', login: user.login.toUpperCase() })
    const { body } = await callJson(`${base}/pipeline/mine`, { token })
    expect(body.items.map((pipeline: { number: number }) => pipeline.number)).toEqual([2])
  })

  it('is nobody’s without a person', async () => {
    const { token, base } = await seedOne()
    expect((await callJson(`${base}/pipeline/mine`, { token })).status).toBe(401)
  })
})

describe('a workflow and its jobs', () => {
  it('have the fields that strict clients decode', async () => {
    const { project, build, token } = await seedOne()
    const expected = {
      id: build.workflow.id,
      name: 'ci',
      status: 'failed',
      created_at: TIME,
      stopped_at: '2023-11-14T22:14:50.000Z',
      pipeline_id: build.pipeline.id,
      pipeline_number: 1,
      project_slug: slugText(project),
      started_by: expect.stringMatching(UUID),
    }
    const list = await callJson(`/api/v2/pipeline/${build.pipeline.id}/workflow`, { token })
    expect(list.body).toEqual({ items: [expected], next_page_token: null })
    expect((await callJson(`/api/v2/workflow/${build.workflow.id}`, { token })).body).toEqual(expected)
    expect((await callJson(`/api/v2/workflow/${build.workflow.id}/job`, { token })).body).toEqual({
      items: [
        {
          id: build.id,
          job_number: 1,
          name: 'test',
          status: 'failed',
          type: 'build',
          project_slug: slugText(project),
          dependencies: [],
          started_at: '2023-11-14T22:13:20.000Z',
          stopped_at: '2023-11-14T22:14:50.000Z',
        },
      ],
      next_page_token: null,
    })
  })

  it('have the last attempt at a job that ran again, and its result', async () => {
    const { stores, project, build, token } = await seedOne()
    await seedBuild(stores, project, { pipeline: 'p1', branch: 'feature/x', attempt: 2, status: 'success' })
    const jobs = await callJson(`/api/v2/workflow/${build.workflow.id}/job`, { token })
    expect(jobs.body.items.map((job: { job_number: number }) => job.job_number)).toEqual([2])
    expect((await callJson(`/api/v2/workflow/${build.workflow.id}`, { token })).body.status).toBe('success')
  })

  it('that were reported after the fact began when they did', async () => {
    const { build, token, base } = await seedOne()
    const began = '2023-11-14T22:13:20.000Z'
    const workflow = await callJson(`/api/v2/workflow/${build.workflow.id}`, { token })
    expect([workflow.body.created_at, workflow.body.stopped_at]).toEqual([began, '2023-11-14T22:14:50.000Z'])
    const pipeline = await callJson(`/api/v2/pipeline/${build.pipeline.id}`, { token })
    expect([pipeline.body.created_at, pipeline.body.updated_at]).toEqual([began, '2023-11-14T22:14:50.000Z'])
    expect((await callJson(`${base}/job/1`, { token })).body).toMatchObject({ created_at: began, queued_at: began })
  })

  it('of a tag do not call it the kind of workflow, which is what CircleCI means by `tag`', async () => {
    const { stores, project, token } = await seedOne()
    const { workflow, pipeline } = await seedBuild(stores, project, { tag: 'v1.4.0' })
    expect((await callJson(`/api/v2/workflow/${workflow.id}`, { token })).body).not.toHaveProperty('tag')
    expect((await callJson(`/api/v2/pipeline/${pipeline.id}`, { token })).body.vcs.tag).toBe('v1.4.0')
  })

  it('that have not started say when they were queued, for there is no null', async () => {
    const { stores, project, token, base } = await seedOne()
    const { num, workflow } = await seedBuild(stores, project, { status: 'queued' })
    const { body } = await callJson(`${base}/job/${num}`, { token })
    expect(body.started_at).toBe(body.queued_at)
    const [job] = (await callJson(`/api/v2/workflow/${workflow.id}/job`, { token })).body.items
    expect(job.started_at).toBe(body.queued_at)
  })

  it('that are open have no end', async () => {
    const { stores, project, token } = await seedOne()
    const open = await seedBuild(stores, project, { status: 'running' })
    const { body } = await callJson(`/api/v2/workflow/${open.workflow.id}`, { token })
    expect([body.status, body.stopped_at]).toEqual(['running', null])
  })
})

describe('a job', () => {
  it('has the fields that strict clients decode', async () => {
    const { project, build, token, base } = await seedOne()
    expect((await callJson(`${base}/job/1`, { token })).body).toEqual({
      id: build.id,
      number: 1,
      name: 'test',
      status: 'failed',
      web_url: `https://builds.test/${slugText(project)}/1`,
      project: {
        id: project.id,
        slug: slugText(project),
        name: 'web',
        external_url: `https://github.com/${project.org}/web`,
      },
      organization: { name: project.org },
      pipeline: { id: build.pipeline.id },
      latest_workflow: { id: build.workflow.id, name: 'ci' },
      created_at: TIME,
      queued_at: TIME,
      started_at: TIME,
      stopped_at: TIME,
      duration: 90_000,
      parallelism: 1,
      parallel_runs: [{ index: 0, status: 'failed' }],
      executor: { type: 'external', resource_class: 'external' },
      contexts: [],
      messages: [],
    })
  })

  it('has its test results, with a message and a file always, empty where there is none', async () => {
    const { stores, build, token, base } = await seedOne()
    const test = { classname: 'C', runTimeSeconds: 0.5, message: '', source: 'junit' }
    await replaceTestResults(stores, build.id, '', [
      { ...test, name: 'one', result: 'success', file: 'a.test.ts' },
      { ...test, name: 'two', result: 'failure', message: 'no', file: null },
    ])
    const shown = { classname: 'C', run_time: 0.5, source: 'junit' }
    expect((await callJson(`${base}/1/tests`, { token })).body).toEqual({
      items: [
        { ...shown, name: 'one', result: 'success', message: '', file: 'a.test.ts' },
        { ...shown, name: 'two', result: 'failure', message: 'no', file: '' },
      ],
      next_page_token: null,
    })
  })
})

describe('what is not there', () => {
  it.each([
    ['/pipeline/9', 'Pipeline not found', 'pipeline_not_found'],
    ['/pipeline/x', 'Pipeline not found', 'pipeline_not_found'],
    ['/job/9', 'Job not found', 'job_not_found'],
    ['/9/artifacts', 'Job not found', 'job_not_found'],
    ['/9/tests', 'Job not found', 'job_not_found'],
  ])('%s of a project is 404 "%s"', async (path, message, code) => {
    const { token, base } = await seedOne()
    expect(await callJson(base + path, { token })).toEqual({ status: 404, body: { message, code } })
  })

  it('and what another project’s token must not see are one and the same 404', async () => {
    const { stores, build } = await seedOne()
    const { secret: token } = await seedProjectToken(stores, await seedProject(stores.db), 'all')
    const none = crypto.randomUUID()
    for (const [path, message, code] of [
      [`pipeline/${build.pipeline.id}`, 'Pipeline not found', 'pipeline_not_found'],
      [`pipeline/${none}`, 'Pipeline not found', 'pipeline_not_found'],
      [`pipeline/${build.pipeline.id}/workflow`, 'Pipeline not found', 'pipeline_not_found'],
      [`workflow/${build.workflow.id}`, 'Workflow not found', 'workflow_not_found'],
      [`workflow/${none}`, 'Workflow not found', 'workflow_not_found'],
      [`workflow/${none}/job`, 'Workflow not found', 'workflow_not_found'],
    ])
      expect(await callJson(`/api/v2/${path}`, { token })).toEqual({ status: 404, body: { message, code } })
  })
})

describe('a project token', () => {
  it.each([
    ['status', 200, 403],
    ['view-builds', 403, 200],
    ['all', 200, 200],
  ] as const)('of scope %s: statuses %i, artifacts %i', async (scope, statuses, artifacts) => {
    const { stores, project, build, base } = await seedOne()
    const { secret: token } = await seedProjectToken(stores, project, scope)
    for (const path of [
      `${base}/pipeline`,
      `${base}/job/1`,
      `/api/v2/pipeline/${build.pipeline.id}`,
      `${base}/1/tests`,
    ])
      expect((await callJson(path, { token })).status, path).toBe(statuses)
    expect((await callJson(`${base}/1/artifacts`, { token })).status).toBe(artifacts)
    expect((await callJson('/api/v2/me', { token })).status).toBe(401)
  })
})

describe('a person', () => {
  it('reads who they are and what they follow', async () => {
    const { stores, project } = await seedOne()
    const { user, token } = await seedPerson(stores, project)
    expect((await callJson('/api/v2/me', { token })).body).toEqual({
      id: user.id,
      login: user.login,
      name: user.login,
      avatar_url: null,
    })
    expect((await callJson('/api/private/me/followed-projects', { token })).body).toEqual({
      items: [{ name: 'web', slug: slugText(project), vcs_type: 'github' }],
      next_page_token: null,
    })
    const [org] = (await callJson('/api/v2/me/collaborations', { token })).body
    expect(org).toMatchObject({ slug: `gh/${project.org}`, name: project.org, vcs_type: 'github' })
  })
})

describe('another person', () => {
  it('is seen by themselves and by those who share a project with them, and by nobody else', async () => {
    const { stores, project } = await seedOne()
    const [ada, bo] = [await seedPerson(stores, project), await seedPerson(stores, project)]
    const elsewhere = await seedPerson(stores, await seedProject(stores.db, { visibility: 'public' }))
    const path = `/api/v2/user/${ada.user.id}`
    const shown = { status: 200, body: { id: ada.user.id, login: ada.user.login, name: ada.user.login } }
    for (const { token } of [ada, bo]) expect(await callJson(path, { token })).toEqual(shown)
    const unknown = { status: 404, body: { message: 'User not found', code: 'user_not_found' } }
    expect(await callJson(path, { token: elsewhere.token })).toEqual(unknown)
    for (const id of [crypto.randomUUID(), 'ada'])
      expect(await callJson(`/api/v2/user/${id}`, { token: ada.token })).toEqual(unknown)
  })

  it('who left the last project that was shared is not seen any more', async () => {
    const { stores, project } = await seedOne()
    const [ada, bo] = [await seedPerson(stores, project, 'admin'), await seedPerson(stores, project)]
    const gone = `/api/buildpass/v1/projects/${slugText(project)}/members/${bo.user.login}`
    expect((await callJson(gone, { method: 'DELETE', token: ada.token })).status).toBe(200)
    expect((await callJson(`/api/v2/user/${bo.user.id}`, { token: ada.token })).status).toBe(404)
    expect((await callJson(`/api/v2/user/${ada.user.id}`, { token: bo.token })).status).toBe(404)
  })
})

describe('insights', () => {
  it('count the workflow runs of the default branch', async () => {
    const { stores, project, token } = await seedOne()
    await seedBuild(stores, project, { status: 'success', startedAt: 1_000, stoppedAt: 31_000 })
    await seedBuild(stores, project, { status: 'failed', startedAt: 1_000, stoppedAt: 11_000 })
    const { body } = await callJson(`/api/v2/insights/${slugText(project)}/workflows`, { token })
    expect(body.items).toEqual([
      expect.objectContaining({
        name: 'ci',
        project_id: project.id,
        metrics: expect.objectContaining({ total_runs: 2, successful_runs: 1, failed_runs: 1, success_rate: 0.5 }),
      }),
    ])
    expect(body.items[0].metrics.duration_metrics).toMatchObject({ min: 10, max: 30 })
    const runs = await callJson(`/api/v2/insights/${slugText(project)}/workflows/ci?branch=feature/x`, { token })
    expect(runs.body.items).toEqual([expect.objectContaining({ status: 'failed', duration: 90, branch: 'feature/x' })])
  })

  it('are of runs that came to a result, and name no branch for those of a tag', async () => {
    const { stores, project, token } = await seedOne()
    const app = await openTestApp({ stores })
    const runs = async () => {
      stores.clock.advance(1)
      const path = `/api/v2/insights/${slugText(project)}/workflows/ci?all-branches=true`
      return (await (await app.ask(path, { token })).json<{ items: { branch: string }[] }>()).items
    }
    const before = (await runs()).length
    for (const status of ['not_run', 'running', 'queued'] as const) await seedBuild(stores, project, { status })
    expect(await runs()).toHaveLength(before)
    await seedBuild(stores, project, { tag: 'v1.4.0' })
    expect((await runs()).map(({ branch }) => branch)).toContain('')
  })

  it('call a test flaky that passed and failed in one job on one revision, and no other', async () => {
    const { stores, project, token } = await seedOne()
    const report = (revision: string, job: string, outcomes: Record<string, TestOutcome>) =>
      seedRun(stores, project, { revision, job, outcomes })
    await report('r1', 'unit', { flaky: 'failure', broken: 'failure', stable: 'success' })
    await report('r1', 'unit', { flaky: 'success', broken: 'failure', stable: 'success' })
    await report('r1', 'other job', { broken: 'success' })
    await report('r2', 'unit', { broken: 'success', stable: 'failure' })
    const { body } = await callJson(`/api/v2/insights/${slugText(project)}/flaky-tests`, { token })
    expect(body).toEqual({
      flaky_tests: [
        {
          test_name: 'flaky',
          classname: 'C',
          source: 'junit',
          file: null,
          job_name: 'unit',
          job_number: 2,
          pipeline_number: 2,
          workflow_id: expect.stringMatching(UUID),
          workflow_name: 'ci',
          workflow_created_at: TIME,
          times_flaked: 1,
          time_wasted: 2,
        },
      ],
      total_flaky_tests: 1,
    })
  })
})

it('reads no whole table', async () => {
  const { db } = await openTestStores()
  const dialect = new SQLiteAsyncDialect()
  const ofProject = and(eq(workflows.projectId, 'p'), eq(workflows.name, 'ci'))
  const queries = [
    pipelinesQuery(db, 'p', { branch: null, login: null }, { before: 7, limit: 20 }),
    pipelinesQuery(db, 'p', { branch: 'main', login: null }, { before: 7, limit: 20 }),
    pipelinesQuery(db, 'p', { branch: null, login: 'ada' }, { before: 7, limit: 20 }),
    jobsQuery(db, 'w'),
    workflowsQuery(db, ofProject, 20),
    jobsOfWorkflowsQuery(db, ofProject, 20),
    daySumsQuery(db, 'p', [0]),
    dialect.sqlToQuery(oldFailuresQuery('p', 0)),
    dialect.sqlToQuery(toldFailuresQuery('p', [0])),
  ]
  // `f` is the materialized list of failures.
  for (const query of queries) expect((await scansOf(db, query)).filter((step) => step !== 'SCAN f')).toEqual([])
})

async function seedRun(
  stores: TestStores,
  project: { id: string },
  { revision, job, outcomes }: { revision: string; job: string; outcomes: Record<string, TestOutcome> },
) {
  const build = await seedBuild(stores, project, { revision, job })
  const results = Object.entries(outcomes).map(([name, result]) => {
    return { classname: 'C', name, result, runTimeSeconds: 2, message: '', file: null, source: 'junit' }
  })
  await replaceTestResults(stores, build.id, '', results)
}
