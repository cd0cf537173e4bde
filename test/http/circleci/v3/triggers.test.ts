import { describe, expect, it, vi } from 'vitest'
import { slugText } from '../../../../src/domain/project.ts'
import { seedProject } from '../../../support/seed/seed.ts'
import { seedBuild } from '../../../support/seed/seed-builds.ts'
import { callJson, seedPerson, seedProjectToken } from '../../../support/worker/call.ts'
import { ask } from '../../../support/worker/client.ts'
import { openTestStores } from '../../../support/worker/stores.ts'

const ABSENT = '00000000-0000-4000-8000-000000000000'

// What the queue has the Worker send meanwhile goes nowhere: that it is right is tested elsewhere.
vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(null, { status: 204 }))

async function open({ hasTarget = true, kind = 'webhook' } = {}) {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  const { token } = await seedPerson(stores, project, 'admin')
  const target =
    kind === 'webhook'
      ? { kind, url: 'https://ci.example.com/start' }
      : { kind, token: 't', repository: 'acme/web', event_type: 'go' }
  const path = `/api/buildpass/v1/projects/${slugText(project)}/dispatch-target`
  if (hasTarget) expect((await ask(path, { token, method: 'PUT', json: target })).status).toBe(200)
  const post = (rest: string, json?: unknown) =>
    callJson(`/api/v3/${rest}`, { token, method: 'POST', ...(json === undefined ? {} : { json }) })
  const get = async (rest: string) => (await callJson(`/api/v3/${rest}`, { token })).body.data
  const start = (attributes?: object, id = project.id) =>
    post('runs', { data: { ...(attributes ? { attributes } : {}), references: { pipeline: { id } } } })
  return { stores, project, token, post, get, start }
}

describe('starting a run', () => {
  it('gives the id of a run of the default branch, of a branch or of a tag', async () => {
    const { get, start } = await open()
    const vcsOf = async (id: string) => (await get(`runs/${id}`)).references.event.attributes
    const first = await start()
    expect([first.status, Object.keys(first.body.data)]).toEqual([201, ['id']])
    expect(await vcsOf(first.body.data.id)).toMatchObject({ type: 'api', vcs: { branch: 'main', revision: 'HEAD' } })
    const branch = await start({
      checkout: { branch: 'feature/x' },
      config: { branch: 'feature/x' },
      parameters: { a: 1 },
    })
    expect(await vcsOf(branch.body.data.id)).toMatchObject({ vcs: { branch: 'feature/x' } })
    const tag = await start({ checkout: { tag: 'v1' }, config: {} })
    expect(await vcsOf(tag.body.data.id)).toMatchObject({ vcs: { tag: 'v1' } })
    const run = await get(`runs/${first.body.data.id}`)
    expect([run.attributes.phase, run.references.trigger.attributes.event_source.type]).toEqual(['started', 'api'])
    expect(run.references.event.attributes.vcs).not.toHaveProperty('commit')
  })

  it.each([
    [{ data: {} }, 'data.references: is required'],
    [{ data: { references: { pipeline: { id: 'web' } } } }, 'data.references.pipeline.id: must be an id'],
    [{ data: { references: { pipeline: { id: ABSENT } }, type: 'run' } }, 'data.type: is not a known field'],
  ])('by %j is refused: %s', async (body, message) => {
    const { post } = await open()
    const answer = await post('runs', body)
    expect([answer.status, answer.body.message]).toEqual([400, message])
  })

  it('is refused where the configuration is not that of what is checked out', async () => {
    const { start } = await open()
    const answer = await start({ checkout: { branch: 'main' }, config: { branch: 'other' } })
    expect([answer.status, answer.body.message]).toEqual([
      400,
      'data.attributes.config.branch: must be that of checkout',
    ])
    expect((await start({ checkout: { branch: 'a', tag: 'b' } })).status).toBe(400)
  })

  it('in a project that is not there, or not for the asker, is the same 404', async () => {
    const { stores, start } = await open()
    const other = await seedProject(stores.db)
    for (const id of [ABSENT, other.id]) {
      const { status, body } = await start({}, id)
      expect([status, body.code]).toEqual([404, 'project_not_found'])
    }
  })
})

describe('a workflow', () => {
  it('runs again, as a whole or what failed of it', async () => {
    const { stores, project, post, get } = await open()
    const build = await seedBuild(stores, project, { pipeline: 'p1', status: 'success' })
    await seedBuild(stores, project, { pipeline: 'p1', job: 'lint', status: 'failed' })
    const jobsOf = async (id: string) =>
      (await get(`jobs?filter[workflow_id]=${id}`)).map((job: { attributes: { name: string } }) => job.attributes.name)
    const failed = await post(`workflows/${build.workflow.id}/rerun`, { is_from_failed: true })
    expect([failed.status, await jobsOf(failed.body.data.id)]).toEqual([202, ['lint']])
    const whole = await post(`workflows/${build.workflow.id}/rerun`)
    expect(await jobsOf(whole.body.data.id)).toEqual(['test', 'lint'])
    expect(whole.body.data.id).not.toBe(build.workflow.id)
    expect((await post(`workflows/${build.workflow.id}/rerun`, { from_failed: true })).body.message).toBe(
      'from_failed: is not a known field',
    )
  })

  it('is canceled, and says which', async () => {
    const { stores, project, post, get } = await open()
    const build = await seedBuild(stores, project, { status: 'running' })
    const { id } = build.workflow
    expect(await post(`workflows/${id}/cancel`)).toEqual({ status: 202, body: { data: { id } } })
    expect((await get(`workflows/${id}`)).attributes).toMatchObject({ phase: 'ended', outcome: 'canceled' })
    expect((await post(`workflows/${ABSENT}/cancel`)).body.code).toBe('workflow_not_found')
  })

  it('that the target cannot stop is left as it is, and the answer says where it can be', async () => {
    const { stores, project, post } = await open({ kind: 'github-repository' })
    const build = await seedBuild(stores, project, { status: 'running' })
    const { status, body } = await post(`workflows/${build.workflow.id}/cancel`)
    expect([status, body.code, body.error.type]).toEqual([409, 'cannot_cancel', 'conflict'])
  })

  it('is not for a project’s own token', async () => {
    const { stores, project } = await open()
    const build = await seedBuild(stores, project)
    const { secret } = await seedProjectToken(stores, project, 'all')
    for (const what of ['cancel', 'rerun'])
      expect(
        (await callJson(`/api/v3/workflows/${build.workflow.id}/${what}`, { token: secret, method: 'POST' })).status,
      ).toBe(403)
  })
})

describe('without a dispatch target', () => {
  it('each of these is a 501, which clients do not send again', async () => {
    const { stores, project, token } = await open({ hasTarget: false })
    const build = await seedBuild(stores, project, { status: 'running' })
    const start = { data: { references: { pipeline: { id: project.id } } } }
    for (const [path, json] of [
      ['runs', start],
      [`workflows/${build.workflow.id}/rerun`, {}],
      [`workflows/${build.workflow.id}/cancel`, undefined],
    ] as const) {
      const response = await ask(`/api/v3/${path}`, { method: 'POST', token, ...(json ? { json } : {}) })
      const message = expect.stringContaining('This project has no dispatch target')
      expect([response.status, await response.json()]).toEqual([
        501,
        {
          error: {
            type: 'not_implemented',
            id: expect.any(String),
            title: 'This server cannot do that',
            detail: message,
          },
          message,
          code: 'not_implemented',
        },
      ])
    }
  })
})
