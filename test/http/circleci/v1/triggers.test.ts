import { describe, expect, it, vi } from 'vitest'
import { slugText } from '../../../../src/domain/project.ts'
import { seedProject } from '../../../support/seed/seed.ts'
import { seedBuild } from '../../../support/seed/seed-builds.ts'
import { callJson, seedPerson, seedProjectToken } from '../../../support/worker/call.ts'
import { ask, askUrl } from '../../../support/worker/client.ts'
import { openTestStores } from '../../../support/worker/stores.ts'

const TARGET = { kind: 'webhook', url: 'https://ci.example.com/start' }

// What the queue has the Worker send meanwhile goes nowhere: that it is right is tested elsewhere.
vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(null, { status: 204 }))

async function seedTriggers({ hasTarget = true } = {}) {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  const admin = await seedPerson(stores, project, 'admin')
  const { user, token } = await seedPerson(stores, project, 'member')
  const slug = slugText(project)
  const settings = `/api/buildpass/v1/projects/${slug}`
  if (hasTarget) await ask(`${settings}/dispatch-target`, { token: admin.token, method: 'PUT', json: TARGET })
  return {
    stores,
    project,
    user,
    token,
    admin,
    settings,
    v1: `/api/v1.1/project/${slug}`,
    v2: `/api/v2/project/${slug}`,
  }
}

describe('starting a build', () => {
  it('answers 201 with a queued build of the default branch, of a branch, or of a tag', async () => {
    const { token, user, v1 } = await seedTriggers()
    const first = await callJson(v1, { token, method: 'POST' })
    expect(first.status).toBe(201)
    expect(first.body).toMatchObject({
      build_num: 1,
      branch: 'main',
      vcs_tag: null,
      status: 'queued',
      lifecycle: 'queued',
    })
    expect(first.body.user.login).toBe(user.login)
    const branch = await callJson(`${v1}/tree/feature%2Fx`, {
      token,
      json: { build_parameters: { CIRCLE_JOB: 'deploy' } },
    })
    expect(branch.body).toMatchObject({ branch: 'feature/x', workflows: { job_name: 'deploy' } })
    const tag = await callJson(v1, { token, json: { tag: 'v1', revision: null, parallel: null } })
    expect(tag.body).toMatchObject({ branch: null, vcs_tag: 'v1' })
    const revision = await callJson(v1, { token, json: { branch: 'dev', revision: 'abc' } })
    expect(revision.body).toMatchObject({ branch: 'dev', vcs_revision: 'abc' })
    const words = await callJson(`${v1}/build`, { token, json: { branch: 'dev' } })
    expect(words).toEqual({ status: 201, body: { status: 201, body: 'Build created', build_num: 5 } })
  })

  it.each([
    ['dispatch-target', { kind: 'github-workflow', workflow: 'ci.yml', token: 't', repository: 'a/..' }],
    ['dispatch-target', { kind: 'github-workflow', workflow: '..', token: 't', repository: 'a/b' }],
    ['dispatch-target', { kind: 'github-workflow', workflow: '../../x', token: 't', repository: 'a/b' }],
    ['dispatch-target', { kind: 'github-repository', token: 't', repository: '../..' }],
    ['dispatch-target', { kind: 'gitlab', token: 't', repository: '..' }],
    ['dispatch-target', { kind: 'gitlab', token: 't', repository: 'a/b/../../c' }],
    ['dispatch-target', { kind: 'gitlab', token: 't', repository: 'a//b' }],
    ['listeners', { kind: 'github-status', token: 't', repository: '../..' }],
    ['listeners', { kind: 'github-status', token: 't', repository: './b' }],
    ['listeners', { kind: 'gitlab-status', token: 't', repository: 'a/../b' }],
    ['listeners', { kind: 'gitlab-status', token: 't', repository: 'a//b' }],
  ])('is not to lead elsewhere on the server that is asked: %s %j', async (what, json) => {
    const { admin, settings } = await seedTriggers()
    const method = what === 'listeners' ? 'POST' : 'PUT'
    const { status, body } = await callJson(`${settings}/${what}`, { token: admin.token, method, json })
    expect([status, body.errors[0].path]).toEqual([
      400,
      JSON.stringify(json).includes('"workflow":"..') ? 'workflow' : 'repository',
    ])
  })

  it.each(['__proto__', 'constructor', 'prototype'])(
    'is refused with a parameter %s, which no CI could be sent',
    async (name) => {
      const { token, v1, v2 } = await seedTriggers()
      const json = JSON.parse(`{"build_parameters": {"${name}": "1"}, "parameters": {"${name}": "1"}}`)
      expect(await callJson(v1, { token, json })).toMatchObject({
        status: 400,
        body: { errors: [{ path: `build_parameters.${name}` }] },
      })
      expect(await callJson(`${v2}/pipeline`, { token, json })).toMatchObject({
        status: 400,
        body: { errors: [{ path: `parameters.${name}` }] },
      })
    },
  )

  it('takes the form that curl sends', async () => {
    const { token, v1 } = await seedTriggers()
    const body = 'build_parameters[CIRCLE_JOB]=deploy&revision=abc'
    const headers = { 'Circle-Token': token, 'Content-Type': 'application/x-www-form-urlencoded' }
    const response = await askUrl(`https://builds.test${v1}/tree/main`, { method: 'POST', headers, body })
    expect(response.status).toBe(201)
    expect(await response.json()).toMatchObject({ vcs_revision: 'abc', workflows: { job_name: 'deploy' } })
  })

  it('under v2 answers 201 with the pipeline, which then shows how it was started', async () => {
    const { token, user, v2 } = await seedTriggers()
    const { status, body } = await callJson(`${v2}/pipeline`, {
      token,
      json: { branch: 'dev', parameters: { deploy: true } },
    })
    expect([status, body]).toEqual([
      201,
      { id: expect.any(String), number: 1, state: 'pending', created_at: expect.any(String) },
    ])
    const pipeline = (await callJson(`/api/v2/pipeline/${body.id}`, { token })).body
    expect(pipeline).toMatchObject({
      number: 1,
      trigger: { type: 'api', actor: { login: user.login } },
      vcs: { branch: 'dev' },
    })
    const workflows = (await callJson(`/api/v2/pipeline/${body.id}/workflow`, { token })).body.items
    expect(workflows).toMatchObject([{ name: 'workflow', pipeline_number: 1 }])
  })

  it.each([
    [{ branch: 'a', tag: 'b' }, 'tag'],
    [{ branch: 7 }, 'branch'],
    [{ parameters: { x: {} } }, 'parameters.x'],
    [{ parameters: 'x' }, 'parameters'],
  ])('of %j is 400 and names the field', async (json, path) => {
    const { token, v2 } = await seedTriggers()
    const { status, body } = await callJson(`${v2}/pipeline`, { token, json })
    expect([status, body.errors[0].path]).toEqual([400, path])
  })

  it('without a target is 409 and says what to set', async () => {
    const { stores, project, token, v1, v2 } = await seedTriggers({ hasTarget: false })
    const build = await seedBuild(stores, project, { status: 'running' })
    const workflow = `/api/v2/workflow/${build.workflow.id}`
    const paths = [v1, `${v1}/tree/main`, `${v1}/build`, `${v1}/1/retry`, `${v1}/1/cancel`, `${v2}/pipeline`]
    for (const path of [...paths, `${v2}/job/1/cancel`, `${workflow}/cancel`, `${workflow}/rerun`]) {
      const { status, body } = await callJson(path, { token, method: 'POST' })
      expect([path, status, body.code]).toEqual([path, 409, 'no_dispatch_target'])
      expect(body.message).toContain('/dispatch-target')
    }
  })

  it('is not for those who only read', async () => {
    const { stores, project, v1 } = await seedTriggers()
    const { secret: token } = await seedProjectToken(stores, project, 'all')
    expect((await callJson(v1, { token, method: 'POST' })).status).toBe(403)
    expect((await callJson(v1, { method: 'POST' })).status).toBe(404)
  })
})

describe('repeating and stopping', () => {
  it('answer 201 with the new build, and 202', async () => {
    const { stores, project, token, v1, v2 } = await seedTriggers()
    const failed = await seedBuild(stores, project, { status: 'failed' })
    const again = await callJson(`${v1}/1/retry`, { token, method: 'POST' })
    expect([again.status, again.body.build_num, again.body.retry_of]).toEqual([201, 2, 1])
    expect((await callJson(`${v1}/2`, { token })).body.retry_of).toBe(1)
    const canceled = await callJson(`${v1}/2/cancel`, { token, method: 'POST' })
    expect([canceled.status, canceled.body.status, canceled.body.canceled]).toEqual([202, 'canceled', true])

    const rerun = await callJson(`/api/v2/workflow/${failed.workflow.id}/rerun`, { token, json: { from_failed: true } })
    expect(rerun).toEqual({ status: 202, body: { workflow_id: expect.any(String) } })
    const stopped = await callJson(`/api/v2/workflow/${rerun.body.workflow_id}/cancel`, { token, method: 'POST' })
    expect(stopped).toEqual({ status: 202, body: { message: 'Accepted.' } })
    expect((await callJson(`/api/v2/workflow/${rerun.body.workflow_id}`, { token })).body.status).toBe('canceled')
    expect((await callJson(`${v2}/job/3/cancel`, { token, method: 'POST' })).status).toBe(202)
  })

  it('of what is not there, or not theirs to know of, are 404', async () => {
    const { stores, token, v1, v2 } = await seedTriggers()
    const build = await seedBuild(stores, await seedProject(stores.db))
    for (const path of [
      `${v1}/9/retry`,
      `${v1}/9/cancel`,
      `${v2}/job/9/cancel`,
      `/api/v2/workflow/${build.workflow.id}/cancel`,
      `/api/v2/workflow/${crypto.randomUUID()}/rerun`,
    ])
      expect([path, (await callJson(path, { token, method: 'POST' })).status]).toEqual([path, 404])
  })
})

it('what is not kept here is said so that old clients understand', async () => {
  const { token, admin, v1, v2 } = await seedTriggers({ hasTarget: false })
  expect(await callJson(`${v1}/checkout-key`, { token: admin.token })).toEqual({ status: 200, body: [] })
  expect((await callJson(`${v2}/checkout-key`, { token: admin.token })).body).toEqual({
    items: [],
    next_page_token: null,
  })
  expect((await callJson(`${v1}/build-cache`, { token, method: 'DELETE' })).status).toBe(200)
})

describe('the dispatch target', () => {
  it('is set, shown without its secret, and removed', async () => {
    const { admin, settings } = await seedTriggers({ hasTarget: false })
    const path = `${settings}/dispatch-target`
    const options = { token: admin.token }
    expect((await callJson(path, options)).status).toBe(404)
    const json = { kind: 'github-workflow', workflow: 'ci.yml', token: 'ghp_secret' }
    const put = await callJson(path, { ...options, method: 'PUT', json })
    expect(put.status).toBe(200)
    const shown = await callJson(path, options)
    expect(shown.body).toMatchObject({ kind: 'github-workflow', workflow: 'ci.yml', api_url: 'https://api.github.com' })
    expect(JSON.stringify([put.body, shown.body])).not.toContain('ghp_secret')
    expect((await callJson(path, { ...options, method: 'DELETE' })).status).toBe(200)
    expect((await callJson(path, { ...options, method: 'DELETE' })).status).toBe(404)
  })

  it('that is a webhook without a secret is given one, shown this once', async () => {
    const { admin, settings } = await seedTriggers({ hasTarget: false })
    const path = `${settings}/dispatch-target`
    const put = await callJson(path, { token: admin.token, method: 'PUT', json: TARGET })
    expect(put.body.secret).toMatch(/^whsec_/)
    expect((await callJson(path, { token: admin.token })).body.secret).toBeUndefined()
  })

  it.each([
    [{ kind: 'webhook', url: 'http://ci.example.com/' }, 'url'],
    [{ kind: 'webhook', url: 'https://169.254.169.254/' }, 'url'],
    [{ kind: 'gitlab', token: 'x', url: 'https://localhost' }, 'url'],
    [{ kind: 'github-workflow', token: 'x', workflow: 'ci.yml', api_url: 'https://10.0.0.1' }, 'api_url'],
    [{ kind: 'github-workflow', token: 'x' }, 'workflow'],
    [{ kind: 'webhook', url: 'https://ci.example.com/', secret: 'short' }, 'secret'],
    [{ kind: 'jenkins' }, 'kind'],
    [{ kind: 'webhook', url: 'https://ci.example.com/', more: 1 }, 'more'],
  ])('%j is 400 and names the field', async (json, path) => {
    const { admin, settings } = await seedTriggers({ hasTarget: false })
    const { status, body } = await callJson(`${settings}/dispatch-target`, { token: admin.token, method: 'PUT', json })
    expect([status, body.errors?.[0]?.path]).toEqual([400, path])
  })

  it('is an admin’s alone', async () => {
    const { token, settings } = await seedTriggers()
    for (const path of ['dispatch-target', 'listeners', 'deliveries/outbound'])
      expect((await callJson(`${settings}/${path}`, { token })).status).toBe(403)
  })
})

describe('listeners', () => {
  it('are added, shown without their secret, and removed', async () => {
    const { admin, settings } = await seedTriggers()
    const options = { token: admin.token }
    const json = { kind: 'webhook', url: 'https://chat.example.com/in' }
    const added = await callJson(`${settings}/listeners`, { ...options, json })
    expect(added).toMatchObject({ status: 201, body: { kind: 'webhook', secret: expect.stringMatching(/^whsec_/) } })
    const status = { kind: 'github-status', token: 'ghp_secret' }
    expect((await callJson(`${settings}/listeners`, { ...options, json: status })).status).toBe(201)
    const { items } = (await callJson(`${settings}/listeners`, options)).body
    expect(items).toMatchObject([json, { kind: 'github-status', context: 'buildpass' }])
    expect(JSON.stringify(items)).not.toMatch(/whsec_|ghp_secret/)
    const removed = await callJson(`${settings}/listeners/${added.body.id}`, { ...options, method: 'DELETE' })
    expect(removed.status).toBe(200)
    expect((await callJson(`${settings}/listeners`, options)).body.items.length).toBe(1)
    const refused = await callJson(`${settings}/listeners`, {
      ...options,
      json: { ...json, url: 'https://localhost/' },
    })
    expect([refused.status, refused.body.errors[0].path]).toEqual([400, 'url'])
  })

  it('with commit statuses on GitLab are of the project’s own path there, or of another, on any allowed host', async () => {
    const { admin, settings } = await seedTriggers()
    const add = (more: object) =>
      callJson(`${settings}/listeners`, {
        token: admin.token,
        json: { kind: 'gitlab-status', token: 'glpat-x', ...more },
      })
    const well = { failing_since: null, problem: null, paused_at: null }
    const shared = { id: expect.any(String), kind: 'gitlab-status', created_at: expect.any(String), ...well }
    expect(await add({})).toEqual({
      status: 201,
      body: {
        ...shared,
        repository: settings.split('/').slice(-2).join('/'),
        url: 'https://gitlab.com',
        context: 'buildpass',
      },
    })
    const url = 'https://git.example.com/gitlab/'
    expect((await add({ repository: 'acme/group/web', url, context: 'ours' })).body).toEqual({
      ...shared,
      ...{ repository: 'acme/group/web', url: 'https://git.example.com/gitlab', context: 'ours' },
    })
    for (const [json, path] of [
      [{ url: 'https://localhost/' }, 'url'],
      [{ token: '' }, 'token'],
      [{ api_url: url }, 'api_url'],
    ] as const) {
      const { status, body } = await add(json)
      expect([status, body.errors[0].path]).toEqual([400, path])
    }
  })

  it('are ten a project at most, whatever others have: one more is refused, and is not in the audit log', async () => {
    const json = { kind: 'webhook', url: 'https://chat.example.com/in' }
    const [one, two] = [await seedTriggers({ hasTarget: false }), await seedTriggers({ hasTarget: false })]
    const add = async ({ settings, admin }: typeof one) =>
      (await callJson(`${settings}/listeners`, { token: admin.token, json })).status
    const statuses: number[] = []
    for (let i = 0; i < 11; i++) statuses.push(await add(one))
    expect([statuses, await add(two)]).toEqual([[...Array(10).fill(201), 409], 201])
    const told = (await callJson(`${one.settings}/audit`, { token: one.admin.token })).body.items
    expect(told.map(({ action }: { action: string }) => action)).toEqual(Array(10).fill('listener.created'))
  })

  it('and targets show what was sent to them among the deliveries', async () => {
    const { admin, token, settings, v1 } = await seedTriggers()
    await callJson(v1, { token, method: 'POST' })
    const { items } = (await callJson(`${settings}/deliveries/outbound`, { token: admin.token })).body
    expect(items).toMatchObject([{ event: 'pipeline.trigger', receiver: 'dispatch-target', build_num: 1 }])
  })
})
