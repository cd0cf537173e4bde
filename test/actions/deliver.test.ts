import { eq } from 'drizzle-orm'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { deliver } from '../../src/actions/deliver.ts'
import { cancelRunning, rerunWorkflow, retryBuild, triggerPipeline } from '../../src/actions/dispatch-builds.ts'
import { INSTANCE } from '../../src/domain/actor.ts'
import type { ReportedStatus } from '../../src/domain/build.ts'
import type { DispatchTarget } from '../../src/domain/dispatch-target.ts'
import { slugText } from '../../src/domain/project.ts'
import { webhookHeadersFor } from '../../src/domain/standard-webhook.ts'
import type { RunReport } from '../../src/domain/webhook-reading.ts'
import { findBuild, listBuildsOfWorkflow } from '../../src/storage/builds.ts'
import { deleteDispatchTarget, putDispatchTarget } from '../../src/storage/dispatch-targets.ts'
import { putEnvVar } from '../../src/storage/env-vars.ts'
import { insertListener } from '../../src/storage/listeners.ts'
import { listOutbox, outboxQuery } from '../../src/storage/outbox.ts'
import { dispatchTargets, envVars, listeners, outbox } from '../../src/storage/schema-outbox.ts'
import { reportBuild, reportRun } from '../support/as-instance.ts'
import { openOutside } from '../support/outside.ts'
import { scansOf } from '../support/query-plan.ts'
import { seedProject } from '../support/seed.ts'
import { seedBuild } from '../support/seed-builds.ts'
import { openTestStores } from '../support/stores.ts'
import { runUpkeepOf } from '../support/upkeep.ts'

const NOBODY = INSTANCE
const NAMES = { workflowName: 'workflow', jobName: 'build' }
const WEBHOOK: DispatchTarget = { ...NAMES, kind: 'webhook', url: 'https://ci.example.com/start', sendEnvVars: false }
const GITHUB: DispatchTarget = {
  ...NAMES,
  kind: 'github-workflow',
  apiUrl: 'https://api.github.com',
  repository: 'acme/web',
  workflow: 'ci.yml',
  passIds: true,
}
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const TRIGGER = { ref: { branch: 'main' }, revision: null, jobName: null, parameters: { DEPLOY: true }, actor: null }

afterEach(() => {
  vi.restoreAllMocks()
})

async function seedTarget(target: DispatchTarget, secret = SECRET, answers: (Response | Error)[] = []) {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  const outside = await openOutside(answers)
  await putDispatchTarget(stores, outside.dataKeys, project.id, target, secret, NOBODY)
  const work = async () => {
    const ids = stores.queued.splice(0)
    return Promise.all(ids.map((id) => deliver(stores, outside, id)))
  }
  const newest = async () => (await listOutbox(stores.db, project.id))[0]
  return { stores, project, outside, work, newest }
}

describe('a webhook target', () => {
  it('is told what to run, signed, under the ids that the reporting API takes', async () => {
    const { stores, project, outside, work, newest } = await seedTarget(WEBHOOK)
    const build = await triggerPipeline(stores, project, TRIGGER, NOBODY)
    expect(await work()).toEqual([{ kind: 'done' }])
    const [request] = outside.sent
    const entry = await newest()
    expect(request?.url).toBe('https://ci.example.com/start')
    const signature = await webhookHeadersFor(SECRET, entry?.id ?? '', stores.now(), request?.text ?? '')
    expect(Object.fromEntries(request?.headers ?? [])).toMatchObject(signature)
    expect(request?.json).toEqual({
      type: 'pipeline.trigger',
      timestamp: new Date(stores.now()).toISOString(),
      data: {
        project: { slug: slugText(project), vcs_url: `https://github.com/${project.org}/web` },
        pipeline: {
          id: build.pipeline.id,
          number: 1,
          external_id: build.pipeline.externalId,
          branch: 'main',
          tag: null,
          revision: 'HEAD',
          actor: null,
        },
        workflow: { id: build.workflow.id, external_id: build.workflow.externalId, name: 'workflow' },
        builds: [
          {
            build_num: 1,
            external_id: build.externalId,
            job: 'build',
            status: 'queued',
            retry_of: null,
            duration_ms: null,
            url: `https://builds.example.com/${slugText(project)}/1`,
          },
        ],
        parameters: { DEPLOY: true },
        report_url: `https://builds.example.com/api/buildpass/v1/projects/${slugText(project)}/builds`,
      },
    })
    expect(entry).toMatchObject({
      event: 'pipeline.trigger',
      receiver: 'dispatch-target',
      state: 'delivered',
      attempts: 1,
    })
  })

  it('that reports under those ids brings the queued build on, with its real revision', async () => {
    const { stores, project, work } = await seedTarget(WEBHOOK)
    const build = await triggerPipeline(stores, project, TRIGGER, NOBODY)
    await work()
    const { pipeline, workflow, externalId, jobName } = build
    await reportBuild(stores, project.id, {
      externalId,
      jobName,
      status: 'success',
      queuedAt: null,
      startedAt: null,
      stoppedAt: null,
      buildUrl: null,
      steps: null,
      workflow: { externalId: workflow.externalId, name: workflow.name },
      pipeline: { ...pipeline, revision: 'abc123' },
    })
    const detail = await findBuild(stores.db, project.id, 1)
    expect(detail?.build).toMatchObject({ num: 1, status: 'success', pipeline: { number: 1, revision: 'abc123' } })
  })

  it('is given the environment variables only when it is set to', async () => {
    const { stores, project, outside, work } = await seedTarget({ ...WEBHOOK, sendEnvVars: true })
    await putEnvVar(stores, outside.dataKeys, project.id, { name: 'TOKEN', value: 'very-secret-1234' }, NOBODY)
    await triggerPipeline(stores, project, TRIGGER, NOBODY)
    await work()
    expect(outside.sent[0]?.json.data.environment).toEqual({ TOKEN: 'very-secret-1234' })
  })

  it('is told of a retry, of a rerun and of a cancel', async () => {
    const { stores, project, outside, work } = await seedTarget(WEBHOOK)
    const failed = await seedBuild(stores, project, { pipeline: 'p', job: 'unit', status: 'failed' })
    await seedBuild(stores, project, { pipeline: 'p', job: 'lint', status: 'success' })
    const again = await retryBuild(stores, project, failed, NOBODY)
    expect(again).toMatchObject({ num: 3, jobName: 'unit', retryOf: 1, status: 'queued', workflow: failed.workflow })
    const rerun = await rerunWorkflow(stores, project, failed.workflow.id, { onlyFailed: false, jobIds: [] }, NOBODY)
    expect(rerun.workflow.id).not.toBe(failed.workflow.id)
    await work()
    expect(
      outside.sent.map(({ json }) => [json.type, json.data.builds.map((one: { job: string }) => one.job)]),
    ).toEqual([
      ['build.retry', ['unit']],
      ['workflow.rerun', ['lint', 'unit']],
    ])
    await cancelRunning(
      stores,
      project,
      await listBuildsOfWorkflow(stores.db, rerun.workflow.id),
      'workflow.cancel',
      NOBODY,
    )
    await work()
    expect(outside.sent[2]?.json).toMatchObject({
      type: 'workflow.cancel',
      data: { workflow: { id: rerun.workflow.id } },
    })
    const after = await listBuildsOfWorkflow(stores.db, rerun.workflow.id)
    expect(after.map((build) => build.status)).toEqual(['canceled', 'canceled'])
  })

  it('is not told of what was canceled before it was sent, nor of its cancel', async () => {
    const { stores, project, outside, work, newest } = await seedTarget(WEBHOOK)
    const build = await triggerPipeline(stores, project, TRIGGER, NOBODY)
    await cancelRunning(stores, project, [build], 'build.cancel', NOBODY)
    await work()
    expect(outside.sent).toEqual([])
    expect((await newest())?.state).toBe('dropped')
  })
})

describe('a rerun', () => {
  it('takes the failed jobs, or those that are named', async () => {
    const { stores, project } = await seedTarget(WEBHOOK)
    const lint = await seedBuild(stores, project, { pipeline: 'p', job: 'lint', status: 'success' })
    await seedBuild(stores, project, { pipeline: 'p', job: 'unit', status: 'failed' })
    const jobsOf = async (wanted: { onlyFailed: boolean; jobIds: string[] }) => {
      const { workflow } = await rerunWorkflow(stores, project, lint.workflow.id, wanted, NOBODY)
      return (await listBuildsOfWorkflow(stores.db, workflow.id)).map((build) => build.jobName)
    }
    expect(await jobsOf({ onlyFailed: true, jobIds: [] })).toEqual(['unit'])
    expect(await jobsOf({ onlyFailed: false, jobIds: [lint.id] })).toEqual(['lint'])
    await expect(jobsOf({ onlyFailed: false, jobIds: [crypto.randomUUID()] })).rejects.toThrow('is not a job')
  })
})

describe('a GitHub workflow', () => {
  it('is dispatched on the branch with its inputs, and canceled by the run that GitHub named', async () => {
    const answers = [Response.json({ workflow_run_id: 77 }), new Response(null, { status: 202 })]
    const { stores, project, outside, work, newest } = await seedTarget(GITHUB, 'ghp_x', answers)
    const build = await triggerPipeline(stores, project, TRIGGER, NOBODY)
    await work()
    expect(outside.sent[0]).toMatchObject({
      url: 'https://api.github.com/repos/acme/web/actions/workflows/ci.yml/dispatches',
      json: {
        ref: 'main',
        inputs: {
          DEPLOY: 'true',
          buildpass_pipeline: build.pipeline.externalId,
          buildpass_workflow: build.workflow.externalId,
          buildpass_build: build.externalId,
        },
        return_run_details: true,
      },
    })
    expect(outside.sent[0]?.headers.get('Authorization')).toBe('Bearer ghp_x')
    expect((await newest())?.remoteId).toBe('77')
    await cancelRunning(stores, project, [build], 'build.cancel', NOBODY)
    await work()
    expect(outside.sent[1]?.url).toBe('https://api.github.com/repos/acme/web/actions/runs/77/cancel')
  })

  it('that did not name its run cannot be canceled from here', async () => {
    const { stores, project, work } = await seedTarget(GITHUB, 'ghp_x')
    const build = await triggerPipeline(stores, project, TRIGGER, NOBODY)
    await work()
    await expect(cancelRunning(stores, project, [build], 'build.cancel', NOBODY)).rejects.toThrow(
      'cannot be told to stop',
    )
  })
})

it('a GitHub repository gets an event with what to run', async () => {
  const target = {
    ...NAMES,
    kind: 'github-repository',
    apiUrl: 'https://api.github.com',
    repository: 'acme/web',
  } as const
  const { stores, project, outside, work } = await seedTarget({ ...target, eventType: 'go' }, 'ghp_x')
  await triggerPipeline(stores, project, TRIGGER, NOBODY)
  await work()
  expect(outside.sent[0]).toMatchObject({
    url: 'https://api.github.com/repos/acme/web/dispatches',
    json: { event_type: 'go', client_payload: { event: 'pipeline.trigger', parameters: { DEPLOY: true } } },
  })
  expect(Object.keys(outside.sent[0]?.json.client_payload).length).toBeLessThanOrEqual(10)
})

it('GitLab gets its trigger token, the ref and variables', async () => {
  const target = {
    ...NAMES,
    kind: 'gitlab',
    url: 'https://gitlab.com',
    repository: 'acme/group/web',
    sendEnvVars: true,
  } as const
  const { stores, project, outside, work, newest } = await seedTarget(target, 'glptt-x', [Response.json({ id: 5 })])
  await putEnvVar(stores, outside.dataKeys, project.id, { name: 'TOKEN', value: 'very-secret-1234' }, NOBODY)
  const build = await triggerPipeline(stores, project, { ...TRIGGER, ref: { tag: 'v1' } }, NOBODY)
  await work()
  expect(outside.sent[0]?.url).toBe('https://gitlab.com/api/v4/projects/acme%2Fgroup%2Fweb/trigger/pipeline')
  expect(Object.fromEntries(new URLSearchParams(outside.sent[0]?.text))).toEqual({
    token: 'glptt-x',
    ref: 'v1',
    'variables[DEPLOY]': 'true',
    'variables[TOKEN]': 'very-secret-1234',
    'variables[BUILDPASS_PIPELINE]': build.pipeline.externalId,
    'variables[BUILDPASS_WORKFLOW]': build.workflow.externalId,
    'variables[BUILDPASS_BUILD]': build.externalId,
  })
  expect((await newest())?.remoteId).toBe('5')
})

describe('an attempt that fails', () => {
  it.each([
    ['503', () => new Response(null, { status: 503 }), 5],
    ['429 with Retry-After', () => new Response(null, { status: 429, headers: { 'Retry-After': '90' } }), 90],
    ['no connection', () => new TypeError('connection refused'), 5],
  ])('with %s is made again after a while', async (_, answer, afterSeconds) => {
    const { stores, project, outside, work, newest } = await seedTarget(WEBHOOK, SECRET, [answer()])
    await triggerPipeline(stores, project, TRIGGER, NOBODY)
    const [id = ''] = stores.queued
    expect(await work()).toEqual([{ kind: 'again', afterSeconds }])
    expect(await newest()).toMatchObject({ state: 'pending', attempts: 1, problem: expect.stringMatching(/^It /) })
    expect(await deliver(stores, outside, id)).toEqual({ kind: 'done' })
    expect(await newest()).toMatchObject({ state: 'delivered', attempts: 2, problem: null })
    expect(new Set(outside.sent.map(({ headers }) => headers.get('webhook-id')))).toEqual(new Set([id]))
    // The queue may bring a message twice.
    await deliver(stores, outside, id)
    expect(outside.sent.length).toBe(2)
  })

  it.each([401, 404, 422, 301])('with %i is the last, and the build does not wait for ever', async (status) => {
    const { stores, project, work, newest } = await seedTarget(WEBHOOK, SECRET, [new Response(null, { status })])
    await triggerPipeline(stores, project, TRIGGER, NOBODY)
    expect(await work()).toEqual([{ kind: 'done' }])
    expect(await newest()).toMatchObject({ state: 'failed', responseStatus: status })
    expect((await findBuild(stores.db, project.id, 1))?.build.status).toBe('infrastructure_fail')
  })

  it('is given up after the eighth', async () => {
    const refusals = Array.from({ length: 8 }, () => new Response(null, { status: 500 }))
    const { stores, project, outside, newest } = await seedTarget(WEBHOOK, SECRET, refusals)
    await triggerPipeline(stores, project, TRIGGER, NOBODY)
    const [id = ''] = stores.queued
    const waits = []
    for (let attempt = 1; attempt <= 8; attempt++) waits.push(await deliver(stores, outside, id))
    expect(waits.map((one) => (one.kind === 'again' ? one.afterSeconds : one.kind))).toEqual([
      5,
      30,
      300,
      1_800,
      7_200,
      21_600,
      43_200,
      'done',
    ])
    expect(await newest()).toMatchObject({ state: 'failed', attempts: 8 })
  })

  it('because a name from before leads elsewhere on the server reaches nothing', async () => {
    const { stores, project, outside, work, newest } = await seedTarget({ ...GITHUB, workflow: '..' }, 'github-token')
    await triggerPipeline(stores, project, TRIGGER, NOBODY)
    await work()
    expect(outside.sent).toEqual([])
    expect(await newest()).toMatchObject({ state: 'failed', problem: 'The URL must not have a "." or ".." segment.' })
  })

  it('because the address is no longer allowed reaches nothing', async () => {
    const { stores, project, outside, work, newest } = await seedTarget({ ...WEBHOOK, url: 'https://10.0.0.1/' })
    await triggerPipeline(stores, project, TRIGGER, NOBODY)
    await work()
    expect(outside.sent).toEqual([])
    expect(await newest()).toMatchObject({ state: 'failed', problem: 'The URL must be on a public host.' })
  })
})

it('a target that was deleted meanwhile leaves no build waiting', async () => {
  const { stores, project, work, newest } = await seedTarget(WEBHOOK)
  await triggerPipeline(stores, project, TRIGGER, NOBODY)
  await deleteDispatchTarget(stores, project.id, NOBODY)
  await work()
  expect(await newest()).toMatchObject({ state: 'dropped', problem: 'The dispatch target was deleted.' })
  expect((await findBuild(stores.db, project.id, 1))?.build.status).toBe('infrastructure_fail')
})

describe('a listener', () => {
  it('is told once when a build ends, and again only of another end', async () => {
    const { stores, project, outside, work } = await seedTarget(WEBHOOK)
    const hook = { kind: 'webhook', url: 'https://chat.example.com/in' } as const
    await insertListener(stores, outside.dataKeys, project.id, hook, SECRET, NOBODY)
    const end = { externalId: 'b1', pipeline: 'p', job: 'unit' }
    await seedBuild(stores, project, { ...end, status: 'running' })
    expect(stores.queued).toEqual([])
    await seedBuild(stores, project, { ...end, status: 'failed', stoppedAt: 2_000 })
    await seedBuild(stores, project, { ...end, status: 'failed', stoppedAt: 2_000 })
    expect(stores.queued.length).toBe(1)
    await work()
    expect(outside.sent[0]?.json).toMatchObject({
      type: 'build.finished',
      data: { builds: [{ build_num: 1, job: 'unit', status: 'failed' }] },
    })
    await seedBuild(stores, project, { ...end, status: 'success', stoppedAt: 3_000 })
    await work()
    expect(outside.sent.map(({ json }) => json.data.builds[0].status)).toEqual(['failed', 'success'])
  })

  it('on GitHub gets a commit status', async () => {
    const { stores, project, outside, work } = await seedTarget(WEBHOOK)
    const status = {
      kind: 'github-status',
      apiUrl: 'https://api.github.com',
      repository: 'acme/web',
      context: 'ours',
    } as const
    await insertListener(stores, outside.dataKeys, project.id, status, 'ghp_x', NOBODY)
    await seedBuild(stores, project, { revision: 'abc', job: 'unit', status: 'timedout' })
    await work()
    expect(outside.sent[0]).toMatchObject({
      url: 'https://api.github.com/repos/acme/web/statuses/abc',
      json: {
        state: 'failure',
        context: 'ours/ci/unit',
        description: 'unit: timedout',
        target_url: `https://builds.example.com/${slugText(project)}/1`,
      },
    })
  })

  it('on GitHub is told so that people see what hides in a name', async () => {
    const { stores, project, outside, work } = await seedTarget(WEBHOOK)
    const github = { apiUrl: 'https://api.github.com', repository: 'acme/web', context: 'ours' }
    await insertListener(stores, outside.dataKeys, project.id, { kind: 'github-status', ...github }, 'ghp_x', NOBODY)
    await seedBuild(stores, project, { job: `\u202etinu${'🚀'.repeat(80)}`, status: 'success' })
    await work()
    const { context, description } = outside.sent[0]?.json ?? {}
    expect([context, description]).toEqual([
      expect.stringMatching(/^ours\/ci\/␣U\+202Etinu🚀/),
      expect.stringMatching(/^␣U\+202Etinu🚀/),
    ])
    expect([description.length <= 140, description.isWellFormed()]).toEqual([true, true])
  })
})

describe('a listener on GitHub, where a commit has one status a name', () => {
  const STATUS = {
    kind: 'github-status',
    apiUrl: 'https://api.github.com',
    repository: 'acme/web',
    context: 'ours',
  } as const

  async function seedListener() {
    const seeded = await seedTarget(WEBHOOK)
    await insertListener(seeded.stores, seeded.outside.dataKeys, seeded.project.id, STATUS, 'ghp_x', NOBODY)
    const statuses = () => seeded.outside.sent.map(({ json }) => [json.context, json.state])
    return { ...seeded, statuses }
  }

  it('is not told that all is well by a job that shares its name with one that failed', async () => {
    const { stores, project, work, statuses } = await seedListener()
    await seedBuild(stores, project, { pipeline: 'p', job: 'unit', status: 'failed' })
    await work()
    await seedBuild(stores, project, { pipeline: 'p', job: 'unit', status: 'success' })
    await work()
    expect(statuses()).toEqual([
      ['ours/ci/unit', 'failure'],
      ['ours/ci/unit', 'failure'],
    ])
  })

  it('is told how the job stands when an earlier attempt comes in late', async () => {
    const { stores, project, work, statuses } = await seedListener()
    await seedBuild(stores, project, { pipeline: 'p', job: 'unit', attempt: 2, status: 'success' })
    await work()
    await seedBuild(stores, project, { pipeline: 'p', job: 'unit', attempt: 1, status: 'failed' })
    await work()
    expect(statuses()).toEqual([
      ['ours/ci/unit', 'success'],
      ['ours/ci/unit', 'success'],
    ])
  })

  it('hears of a run that failed without a job, and of the attempt at it that passed', async () => {
    const { stores, project, outside, work, statuses } = await seedListener()
    await reportRun(stores, project.id, runOf(1, 'failed'))
    await reportRun(stores, project.id, runOf(1, 'failed'))
    await work()
    await reportRun(stores, project.id, runOf(2, 'running'))
    await work()
    await reportRun(stores, project.id, runOf(2, 'success'))
    await work()
    expect(statuses()).toEqual([
      ['ours/ci', 'failure'],
      ['ours/ci', 'success'],
    ])
    expect(outside.sent[0]?.json).toMatchObject({
      description: 'ci: failed',
      target_url: `https://builds.example.com/${slugText(project)}?pipeline=1`,
    })
  })
})

describe('a listener by webhook', () => {
  it('hears of a run that the CI ended as failed, once, and not of one that passed', async () => {
    const { stores, project, outside, work } = await seedTarget(WEBHOOK)
    const hook = { kind: 'webhook', url: 'https://chat.example.com/in' } as const
    await insertListener(stores, outside.dataKeys, project.id, hook, SECRET, NOBODY)
    await reportRun(stores, project.id, { ...runOf(1, 'success'), workflow: { externalId: 'other', name: 'other' } })
    await reportRun(stores, project.id, runOf(1, 'failed'))
    await reportRun(stores, project.id, runOf(1, 'failed'))
    await work()
    expect(outside.sent.map(({ json }) => json)).toMatchObject([
      {
        type: 'workflow.finished',
        data: { pipeline: { number: 1, branch: 'main' }, workflow: { name: 'ci', status: 'failed' }, builds: [] },
      },
    ])
    expect(await listOutbox(stores.db, project.id)).toMatchObject([{ event: 'workflow.finished', buildNum: null }])
  })
})

function runOf(attempt: number, status: ReportedStatus): RunReport {
  const untold = { tag: null, subject: null, body: null, author: null, committer: null, actor: null, pullRequests: [] }
  return {
    workflow: { externalId: `run:1.${attempt}`, name: 'ci', attemptOf: 'run:1', attempt },
    pipeline: { externalId: 'p', branch: 'main', revision: 'abc', ...untold },
    told: { status, at: attempt * 1_000, beganAt: 0 },
  }
}

describe('what is stored', () => {
  it('holds no secret in the clear', async () => {
    const { stores, project, outside, work } = await seedTarget({ ...WEBHOOK, sendEnvVars: true })
    await putEnvVar(stores, outside.dataKeys, project.id, { name: 'TOKEN', value: 'very-secret-1234' }, NOBODY)
    await insertListener(
      stores,
      outside.dataKeys,
      project.id,
      { kind: 'webhook', url: 'https://x.example/' },
      SECRET,
      NOBODY,
    )
    await triggerPipeline(stores, project, TRIGGER, NOBODY)
    await work()
    const tables = [dispatchTargets, envVars, listeners, outbox]
    const rows = await Promise.all(
      tables.map((table) => stores.db.select().from(table).where(eq(table.projectId, project.id))),
    )
    expect(rows.every((of) => of.length === 1)).toBe(true)
    expect(JSON.stringify(rows)).not.toMatch(/very-secret|MfKQ9r8G/)
  })

  it('is queued again by the daily task when the queue lost it, and dropped after a month', async () => {
    const { stores, project } = await seedTarget(WEBHOOK)
    await triggerPipeline(stores, project, TRIGGER, NOBODY)
    const [id] = stores.queued.splice(0)
    await runUpkeepOf(stores)
    expect(stores.queued).not.toContain(id)
    stores.clock.advance(25 * 3_600_000)
    await runUpkeepOf(stores)
    expect(stores.queued).toContain(id)
    stores.clock.advance(31 * 24 * 3_600_000)
    await runUpkeepOf(stores)
    expect(await listOutbox(stores.db, project.id)).toEqual([])
  })

  it('is found by index', async () => {
    const { db } = await openTestStores()
    expect(await scansOf(db, outboxQuery(db, 'p'))).toEqual([])
  })
})
