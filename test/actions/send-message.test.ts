import { env } from 'cloudflare:workers'
import { eq } from 'drizzle-orm'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  cancelRunning,
  type Rerun,
  type Rerunning,
  rerunWorkflow,
  retryBuild,
  triggerPipeline,
} from '../../src/actions/dispatch-builds.ts'
import { keepTests } from '../../src/actions/keep-tests.ts'
import { sendMessage } from '../../src/actions/send-message.ts'
import { INSTANCE } from '../../src/domain/access/actor.ts'
import type { Build, ReportedStatus } from '../../src/domain/builds/build.ts'
import type { DispatchTarget, Listener } from '../../src/domain/notices/dispatch-target.ts'
import { webhookHeadersFor } from '../../src/domain/notices/standard-webhook.ts'
import { type Project, slugText } from '../../src/domain/project.ts'
import type { RunReport } from '../../src/domain/reporting/webhook-reading.ts'
import { findBuild, listBuildsOfWorkflow } from '../../src/storage/builds/builds.ts'
import { deleteListener, insertListener, listListeners } from '../../src/storage/notices/listeners.ts'
import { listOutbox, outboxQuery } from '../../src/storage/notices/outbox.ts'
import { deleteDispatchTarget, putDispatchTarget } from '../../src/storage/projects/dispatch-targets.ts'
import { putEnvVar } from '../../src/storage/projects/env-vars.ts'
import { dispatchTargets, envVars, listeners, outbox } from '../../src/storage/schema/schema-outbox.ts'
import { type Furnished, furnish } from '../support/seed/furnished.ts'
import { seedProject } from '../support/seed/seed.ts'
import { seedBuild } from '../support/seed/seed-builds.ts'
import { openTestApp, type TestApp } from '../support/worker/app.ts'
import { reportBuild, reportRun } from '../support/worker/as-instance.ts'
import { openOutside } from '../support/worker/outside.ts'
import { queryPlanOf, scansOf } from '../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../support/worker/stores.ts'
import { runUpkeepOf } from '../support/worker/upkeep.ts'

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
  await putDispatchTarget(stores, project.id, { target, secret, keys: outside.dataKeys }, NOBODY)
  const work = async () => {
    const ends = []
    // One after the other: what is asserted is in the order in which it was asked for.
    for (const id of stores.queued.splice(0)) ends.push(await sendMessage(stores, outside, id))
    return ends
  }
  const newest = async () => (await listOutbox(stores.db, project.id))[0]
  return { stores, project, outside, work, newest }
}

async function startedBy(asked: Promise<Rerunning>): Promise<Build> {
  const outcome = await asked
  if (outcome.kind !== 'started') throw new Error(`nothing was started: ${outcome.kind}`)
  return outcome.build
}

describe('a webhook target', () => {
  it('is told what to run, signed, under the ids that the reporting API takes', async () => {
    const { stores, project, outside, work, newest } = await seedTarget(WEBHOOK)
    const build = await startedBy(triggerPipeline(stores, project, TRIGGER, NOBODY))
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
    const build = await startedBy(triggerPipeline(stores, project, TRIGGER, NOBODY))
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
    await putEnvVar(stores, project.id, { name: 'TOKEN', value: 'very-secret-1234', keys: outside.dataKeys }, NOBODY)
    await triggerPipeline(stores, project, TRIGGER, NOBODY)
    await work()
    expect(outside.sent[0]?.json.data.environment).toEqual({ TOKEN: 'very-secret-1234' })
  })

  it('is told of a retry, of a rerun and of a cancel', async () => {
    const { stores, project, outside, work } = await seedTarget(WEBHOOK)
    const failed = await seedBuild(stores, project, { pipeline: 'p', job: 'unit', status: 'failed' })
    await seedBuild(stores, project, { pipeline: 'p', job: 'lint', status: 'success' })
    const again = await startedBy(retryBuild(stores, project, failed, NOBODY))
    expect(again).toMatchObject({ num: 3, jobName: 'unit', retryOf: 1, status: 'queued', workflow: failed.workflow })
    const all = { workflowId: failed.workflow.id, onlyFailed: false, jobIds: [] }
    const rerun = await startedBy(rerunWorkflow(stores, project, all, NOBODY))
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
      { builds: await listBuildsOfWorkflow(stores.db, rerun.workflow.id), event: 'workflow.cancel' },
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
    const build = await startedBy(triggerPipeline(stores, project, TRIGGER, NOBODY))
    await cancelRunning(stores, project, { builds: [build], event: 'build.cancel' }, NOBODY)
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
    const workflowId = lint.workflow.id
    const rerun = (wanted: Omit<Rerun, 'workflowId'>) =>
      rerunWorkflow(stores, project, { workflowId, ...wanted }, NOBODY)
    const jobsOf = async (wanted: Omit<Rerun, 'workflowId'>) => {
      const { workflow } = await startedBy(rerun(wanted))
      return (await listBuildsOfWorkflow(stores.db, workflow.id)).map((build) => build.jobName)
    }
    expect(await jobsOf({ onlyFailed: true, jobIds: [] })).toEqual(['unit'])
    expect(await jobsOf({ onlyFailed: false, jobIds: [lint.id] })).toEqual(['lint'])
    const jobId = crypto.randomUUID()
    expect(await rerun({ onlyFailed: false, jobIds: [lint.id, jobId] })).toEqual({ kind: 'unknown_job', jobId })
  })
})

describe('a GitHub workflow', () => {
  it('is dispatched on the branch with its inputs, and canceled by the run that GitHub named', async () => {
    const answers = [Response.json({ workflow_run_id: 77 }), new Response(null, { status: 202 })]
    const { stores, project, outside, work, newest } = await seedTarget(GITHUB, 'ghp_x', answers)
    const build = await startedBy(triggerPipeline(stores, project, TRIGGER, NOBODY))
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
    await cancelRunning(stores, project, { builds: [build], event: 'build.cancel' }, NOBODY)
    await work()
    expect(outside.sent[1]?.url).toBe('https://api.github.com/repos/acme/web/actions/runs/77/cancel')
  })

  it('that did not name its run cannot be canceled from here', async () => {
    const { stores, project, work } = await seedTarget(GITHUB, 'ghp_x')
    const build = await startedBy(triggerPipeline(stores, project, TRIGGER, NOBODY))
    await work()
    const canceled = await cancelRunning(stores, project, { builds: [build], event: 'build.cancel' }, NOBODY)
    expect(canceled).toMatchObject({ kind: 'cannot_cancel', build: { id: build.id } })
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
  await putEnvVar(stores, project.id, { name: 'TOKEN', value: 'very-secret-1234', keys: outside.dataKeys }, NOBODY)
  const build = await startedBy(triggerPipeline(stores, project, { ...TRIGGER, ref: { tag: 'v1' } }, NOBODY))
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
    ['403 with Retry-After', () => new Response(null, { status: 403, headers: { 'Retry-After': '60' } }), 60],
    ['no connection', () => new TypeError('connection refused'), 5],
  ])('with %s is made again after a while', async (_, answer, afterSeconds) => {
    const { stores, project, outside, work, newest } = await seedTarget(WEBHOOK, SECRET, [answer()])
    await triggerPipeline(stores, project, TRIGGER, NOBODY)
    const [id = ''] = stores.queued
    expect(await work()).toEqual([{ kind: 'again', afterSeconds }])
    expect(await newest()).toMatchObject({ state: 'pending', attempts: 1, problem: expect.stringMatching(/^It /) })
    expect(await sendMessage(stores, outside, id)).toEqual({ kind: 'done' })
    expect(await newest()).toMatchObject({ state: 'delivered', attempts: 2, problem: null })
    expect(new Set(outside.sent.map(({ headers }) => headers.get('webhook-id')))).toEqual(new Set([id]))
    // The queue may bring a message twice.
    await sendMessage(stores, outside, id)
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
    for (let attempt = 1; attempt <= 8; attempt++) waits.push(await sendMessage(stores, outside, id))
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
    await insertListener(stores, project.id, { listener: hook, secret: SECRET, keys: outside.dataKeys }, NOBODY)
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

  it('is told nothing any more when it is removed while that is made ready', async () => {
    const { stores, project, outside, work } = await seedTarget(WEBHOOK)
    const hook = { kind: 'webhook', url: 'https://chat.example.com/in' } as const
    const listener = await insertListener(
      stores,
      project.id,
      { listener: hook, secret: SECRET, keys: outside.dataKeys },
      NOBODY,
    )
    await seedBuild(stores, project, { status: 'failed', stoppedAt: 2_000 })
    stores.faults.beforeD1 = async (sqls) => {
      if (!sqls.some((sql) => /^select .* from "listeners"/.test(sql))) return
      stores.faults.beforeD1 = undefined
      await deleteListener(stores, project.id, listener.kind === 'created' ? listener.listener.id : '', NOBODY)
    }
    expect(await work()).toEqual([{ kind: 'done' }])
    expect([outside.sent, await listListeners(stores.db, project.id)]).toEqual([[], []])
  })

  it('on GitHub gets a commit status', async () => {
    const { stores, project, outside, work } = await seedTarget(WEBHOOK)
    const status = {
      kind: 'github-status',
      apiUrl: 'https://api.github.com',
      repository: 'acme/web',
      context: 'ours',
    } as const
    await insertListener(stores, project.id, { listener: status, secret: 'ghp_x', keys: outside.dataKeys }, NOBODY)
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

  it.each(['before', 'after'])('hears in one line what failed, where the tests come %s the end', async (order) => {
    const { stores, project, outside, work } = await seedTarget(WEBHOOK)
    const repository = 'acme/web'
    const status = { kind: 'github-status', apiUrl: 'https://api.github.com', repository, context: 'ours' } as const
    const hook = { kind: 'webhook', url: 'https://chat.example.com/in' } as const
    const keep = async (build: Build, result: 'success' | 'failure') => {
      const said = { classname: 'C', result, runTimeSeconds: 1, message: '', file: null, source: '', isFlaky: false }
      const tests = [{ ...said, name: 'a', attempts: [], attachments: [] }]
      return keepTests(stores, { buildId: build.id, name: '' }, { tests, warnings: [] }, NOBODY)
    }
    await keep(await seedBuild(stores, project, { job: 'unit', beganAt: 1_000 }), 'success')
    for (const listener of [status, hook])
      await insertListener(stores, project.id, { keys: outside.dataKeys, listener, secret: SECRET }, NOBODY)
    const red = { externalId: 'red', pipeline: 'p', branch: 'x', revision: 'abc', job: 'unit' }
    const running = await seedBuild(stores, project, { ...red, status: 'running' })
    const end = async () => {
      await seedBuild(stores, project, { ...red, status: 'failed', stoppedAt: 2_000 })
      await work()
    }
    if (order === 'after') await end()
    await keep(running, 'failure')
    await work()
    if (order === 'before') await end()
    // The same again is nothing new.
    await keep(running, 'failure')
    await end()
    const before = outside.sent.splice(0)
    // What takes the place of it says that nothing failed, and so do the listeners.
    await keep(running, 'success')
    await work()
    const corrected = outside.sent.splice(0)
    expect(corrected.map(({ json }) => json.description ?? json.data.failed_tests ?? null).sort()).toEqual(
      [null, 'unit: failed'].sort(),
    )
    const told = before.map(({ json }) => json.description ?? json.data.failed_tests ?? json.data.builds[0].status)
    expect(told.sort()).toEqual(
      [
        ...(order === 'after' ? ['failed', 'unit: failed'] : ['unit: pending']),
        ...['1 new failure', 'unit: failed: 1 new failure'],
      ].sort(),
    )
  })

  it('on GitHub is told so that people see what hides in a name', async () => {
    const { stores, project, outside, work } = await seedTarget(WEBHOOK)
    const github = { apiUrl: 'https://api.github.com', repository: 'acme/web', context: 'ours' }
    await insertListener(
      stores,
      project.id,
      { listener: { kind: 'github-status', ...github }, secret: 'ghp_x', keys: outside.dataKeys },
      NOBODY,
    )
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
    await insertListener(
      seeded.stores,
      seeded.project.id,
      { listener: STATUS, secret: 'ghp_x', keys: seeded.outside.dataKeys },
      NOBODY,
    )
    const statuses = () => seeded.outside.sent.map(({ json }) => [json.context, json.state])
    return { ...seeded, statuses }
  }

  it('is not told that all is well by a job that shares its name with one that failed', async () => {
    const { stores, project, work, statuses } = await seedListener()
    await seedBuild(stores, project, { pipeline: 'p', job: 'unit', status: 'failed' })
    await work()
    await seedBuild(stores, project, { pipeline: 'p', job: 'unit', status: 'success' })
    await work()
    expect(statuses()).toEqual([['ours/ci/unit', 'failure']])
  })

  it('is told how the job stands when an earlier attempt comes in late', async () => {
    const { stores, project, work, statuses } = await seedListener()
    await seedBuild(stores, project, { pipeline: 'p', job: 'unit', attempt: 2, status: 'success' })
    await work()
    await seedBuild(stores, project, { pipeline: 'p', job: 'unit', attempt: 1, status: 'failed' })
    await work()
    expect(statuses()).toEqual([['ours/ci/unit', 'success']])
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
    await insertListener(stores, project.id, { listener: hook, secret: SECRET, keys: outside.dataKeys }, NOBODY)
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
    runStatus: { status, at: attempt * 1_000, beganAt: 0 },
  }
}

describe('a listener of what ends again and again', () => {
  const RED_GREEN_RED = ['failed', 'success', 'failed'] as const
  const GITHUB_STATUS = {
    kind: 'github-status',
    apiUrl: 'https://api.github.com',
    repository: 'acme/web',
    context: 'ours',
  } as const
  const CHAT = { kind: 'webhook', url: 'https://chat.example.com/in' } as const
  type Tell = (stores: TestStores, project: Project, status: ReportedStatus, at: number) => Promise<unknown>
  const build: Tell = (stores, project, status, at) =>
    seedBuild(stores, project, { externalId: 'b1', pipeline: 'p', job: 'unit', status, stoppedAt: at * 1_000 })
  const run: Tell = (stores, project, status, at) =>
    reportRun(stores, project.id, { ...runOf(1, status), runStatus: { status, at: at * 1_000, beganAt: 0 } })

  async function seedListener(listener: Listener, answers: (Response | Error)[] = []) {
    const seeded = await seedTarget(WEBHOOK, SECRET, answers)
    await insertListener(
      seeded.stores,
      seeded.project.id,
      { listener, secret: SECRET, keys: seeded.outside.dataKeys },
      NOBODY,
    )
    const states = () =>
      seeded.outside.sent.map(({ json }) => json.state ?? json.data.workflow.status ?? json.data.builds[0].status)
    return { ...seeded, states }
  }

  it.each<[string, Listener, Tell, string[]]>([
    ['a build, on GitHub', GITHUB_STATUS, build, ['failure', 'success', 'failure']],
    ['a run, on GitHub', GITHUB_STATUS, run, ['failure', 'success', 'failure']],
    ['a build, by webhook', CHAT, build, ['failed', 'success', 'failed']],
    ['a run, by webhook', CHAT, run, ['failed', 'success', 'failed']],
  ])('is told each time, once: of %s', async (_, listener, tell, told) => {
    const { stores, project, work, states } = await seedListener(listener)
    for (const [i, status] of RED_GREEN_RED.entries()) {
      await tell(stores, project, status, i + 1)
      // Sent again by the CI, be it twice at once.
      await Promise.all([tell(stores, project, status, i + 1), tell(stores, project, status, i + 1)])
      await work()
    }
    expect(states()).toEqual(told)
    // And what comes late, of before.
    await tell(stores, project, 'success', 2)
    await work()
    expect(states()).toEqual(told)
  })

  it.each<[string, Listener, Tell]>([
    ['a build, on GitHub', GITHUB_STATUS, build],
    ['a run, on GitHub', GITHUB_STATUS, run],
    ['a build, by webhook', CHAT, build],
    ['a run, by webhook', CHAT, run],
  ])('hears the last state last, whichever attempts failed and in any order: of %s', async (_, listener, tell) => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const busy = [new Response(null, { status: 503 })]
      const { stores, project, outside, states } = await seedListener(listener, busy)
      await tell(stores, project, 'success', 1)
      await tell(stores, project, 'failed', 2)
      await tell(stores, project, 'success', 3)
      await tell(stores, project, 'failed', 4)
      const ids = stores.queued.splice(0)
      await sendMessage(stores, outside, ids[order[0] ?? 0] ?? '')
      for (const place of [...order, 3, ...order, 3]) await sendMessage(stores, outside, ids[place] ?? '')
      expect(states().at(-1)).toBe(listener === CHAT ? 'failed' : 'failure')
      expect((await listOutbox(stores.db, project.id)).filter(({ state }) => state === 'pending')).toEqual([])
    }
  })

  it.each<[string, Listener, Tell]>([
    ['a build, on GitHub', GITHUB_STATUS, build],
    ['a run, on GitHub', GITHUB_STATUS, run],
    ['a build, by webhook', CHAT, build],
    ['a run, by webhook', CHAT, run],
  ])('is not told again of what went wrong before, once a newer state was sent: of %s', async (_, listener, tell) => {
    const { stores, project, outside, states } = await seedListener(listener, [new Response(null, { status: 503 })])
    await tell(stores, project, 'failed', 1)
    const [first = ''] = stores.queued.splice(0)
    expect((await sendMessage(stores, outside, first)).kind).toBe('again')
    await tell(stores, project, 'success', 2)
    for (const id of stores.queued.splice(0)) await sendMessage(stores, outside, id)
    expect(await sendMessage(stores, outside, first)).toEqual({ kind: 'done' })
    expect(states()).toEqual(listener === CHAT ? ['failed', 'success'] : ['failure', 'success'])
  })

  it('is not told an older state while a newer one is on its way', async () => {
    const { stores, project, outside, states } = await seedListener(GITHUB_STATUS)
    await build(stores, project, 'failed', 1)
    const [first = ''] = stores.queued.splice(0)
    const other = await openTestStores({ beside: stores })
    // The older one is about to be sent when the build passes, and that is sent at once.
    const waits = Promise.withResolvers<void>()
    let asked = 0
    stores.faults.beforeD1 = async (sqls) => {
      if (sqls.some((one) => one.startsWith('update "outbox"')) && asked++ === 0) await waits.promise
    }
    const late = sendMessage(stores, outside, first)
    await build(other, project, 'success', 2)
    for (const id of other.queued.splice(0)) await sendMessage(other, outside, id)
    waits.resolve()
    expect(await late).toEqual({ kind: 'done' })
    expect(states()).toEqual(['success'])
  })
})

describe('a message that the queue brings twice at once', () => {
  it('is sent once, and the other looks again later', async () => {
    const { stores, project, outside } = await seedTarget(GITHUB, 'ghp_x')
    await triggerPipeline(stores, project, TRIGGER, NOBODY)
    const [id = ''] = stores.queued.splice(0)
    const other = await openTestStores({ beside: stores })
    const both = await Promise.all([sendMessage(stores, outside, id), sendMessage(other, outside, id)])
    expect(outside.sent).toHaveLength(1)
    expect(both.map(({ kind }) => kind).toSorted()).not.toEqual(['again', 'again'])
    expect(await sendMessage(other, outside, id)).toEqual({ kind: 'done' })
    expect(outside.sent).toHaveLength(1)
  })

  it('is not lost where its sender broke off', async () => {
    const { stores, project, outside, newest } = await seedTarget(GITHUB, 'ghp_x')
    await triggerPipeline(stores, project, TRIGGER, NOBODY)
    const [id = ''] = stores.queued.splice(0)
    let asked = 0
    stores.faults.afterD1 = async () => {
      const [row] = await env.DB.prepare('select claimed_until from outbox where id = ?')
        .bind(id)
        .all<{ claimed_until: number | null }>()
        .then(({ results }) => results)
      if (row?.claimed_until && asked++ === 0) throw new Error('the invocation ended')
    }
    await expect(sendMessage(stores, outside, id)).rejects.toThrow('the invocation ended')
    stores.faults.afterD1 = undefined
    expect(outside.sent).toHaveLength(0)
    expect(await sendMessage(stores, outside, id)).toEqual({ kind: 'again', afterSeconds: 30 })
    stores.clock.advance(30_000)
    expect(await sendMessage(stores, outside, id)).toEqual({ kind: 'done' })
    expect([outside.sent.length, (await newest())?.state]).toEqual([1, 'delivered'])
  })
})

describe('what somebody asked for', () => {
  type Asked = Furnished & {
    readonly app: TestApp
    readonly settings: Awaited<ReturnType<typeof openOutside>>
    readonly id: string
  }
  /** A member has a pipeline started, with secrets, while the target is down. */
  async function asked(): Promise<Asked> {
    const stores = await openTestStores()
    const world = await furnish(stores)
    const target = { ...WEBHOOK, url: 'https://ci.example.com/hook', sendEnvVars: true } as const
    await putDispatchTarget(stores, world.project.id, { target, secret: SECRET, keys: world.dataKeys }, NOBODY)
    const app = await openTestApp({ stores })
    const path = `/api/v2/project/${world.slug}/pipeline`
    const trigger = await app.ask(path, { method: 'POST', token: world.secrets.member, json: { branch: 'main' } })
    expect(trigger.status).toBe(201)
    const [id = ''] = stores.queued.splice(0)
    const settings = await openOutside([new Response(null, { status: 503 })])
    expect((await sendMessage(stores, settings, id)).kind).toBe('again')
    stores.clock.advance(3_600_000)
    return { ...world, app, settings, id }
  }
  const stateOf = async ({ stores, project, id }: Asked) =>
    (await listOutbox(stores.db, project.id)).find((entry) => entry.id === id)

  it('is sent, with its secrets, as long as they may', async () => {
    const world = await asked()
    await sendMessage(world.stores, world.settings, world.id)
    expect(world.settings.sent[1]?.json).toMatchObject({ data: { environment: { A: 'secret' } } })
    expect((await stateOf(world))?.state).toBe('delivered')
  })

  const own = (world: Asked) => `/api/buildpass/v1/projects/${world.slug}`
  const put = { kind: 'webhook', url: 'https://other.example.com/start', send_env_vars: true }
  // By what it ends, and whether that ends what is queued at once, too.
  it.each<[string, boolean, (world: Asked) => Promise<unknown>]>([
    [
      'they are removed from the project',
      true,
      (world) =>
        world.app.ask(`${own(world)}/members/${world.users.member.login}`, {
          method: 'DELETE',
          token: world.secrets.admin,
        }),
    ],
    [
      'they are removed with all that they made',
      true,
      (world) =>
        world.app.ask(`${own(world)}/members/${world.users.member.login}?end_made=true`, {
          method: 'DELETE',
          token: world.secrets.admin,
        }),
    ],
    [
      'they are taken off the instance',
      true,
      (world) => env.DB.prepare('delete from users where id = ?').bind(world.users.member.id).run(),
    ],
    [
      'their token ends',
      true,
      (world) => world.app.ask('/api/buildpass/v1/token', { method: 'DELETE', token: world.secrets.member }),
    ],
    [
      'their token is reported as found in public',
      true,
      (world) =>
        world.app.ask('/api/buildpass/v1/leaks', { method: 'POST', json: { secrets: [world.secrets.member] } }),
    ],
    [
      'their token expires',
      false,
      (world) =>
        env.DB.prepare('update tokens set expires_at = ? where user_id = ?')
          .bind(world.stores.now() - 1, world.users.member.id)
          .run(),
    ],
    [
      'the target is moved',
      false,
      (world) =>
        world.app.ask(`${own(world)}/dispatch-target`, { method: 'PUT', token: world.secrets.admin, json: put }),
    ],
  ])('is not sent once %s', async (_, isAtOnce, lose) => {
    const world = await asked()
    await lose(world)
    if (isAtOnce) expect((await stateOf(world))?.state).toBe('refused')
    expect(await sendMessage(world.stores, world.settings, world.id)).toEqual({ kind: 'done' })
    expect(world.settings.sent).toHaveLength(1)
    expect(await stateOf(world)).toMatchObject({ state: 'refused', problem: expect.stringMatching(/asked/) })
    const statuses = await env.DB.prepare('select status from builds where project_id = ? and stage = 0')
      .bind(world.project.id)
      .all()
    expect(statuses.results).toEqual([])
    const { items } = await (
      await world.app.ask(`/api/v2/project/${world.slug}/pipeline`, { token: world.secrets.admin })
    ).json<{ items: { state: string }[] }>()
    expect(items[0]?.state).toBe('errored')
  })

  it('is sent without environment variables once the target is given none', async () => {
    const world = await asked()
    const target = { kind: 'webhook', url: 'https://ci.example.com/hook', send_env_vars: false }
    await world.app.ask(`${own(world)}/dispatch-target`, { method: 'PUT', token: world.secrets.admin, json: target })
    await sendMessage(world.stores, world.settings, world.id)
    expect(world.settings.sent[1]?.json.data.environment).toBeUndefined()
  })

  it('by somebody who was removed while it was lost does not wait for ever', async () => {
    const world = await asked()
    await world.app.ask(`${own(world)}/members/${world.users.member.login}`, {
      method: 'DELETE',
      token: world.secrets.admin,
    })
    world.stores.clock.advance(25 * 3_600_000)
    await runUpkeepOf(world.stores, [{ task: 'forgotten messages' }])
    expect(world.stores.queued).toContain(world.id)
    await sendMessage(world.stores, world.settings, world.id)
    world.stores.queued.length = 0
    await runUpkeepOf(world.stores, [{ task: 'forgotten messages' }])
    expect(world.stores.queued).not.toContain(world.id)
  })
})

describe('what is stored', () => {
  it('holds no secret in the clear', async () => {
    const { stores, project, outside, work } = await seedTarget({ ...WEBHOOK, sendEnvVars: true })
    await putEnvVar(stores, project.id, { name: 'TOKEN', value: 'very-secret-1234', keys: outside.dataKeys }, NOBODY)
    await insertListener(
      stores,
      project.id,
      { listener: { kind: 'webhook', url: 'https://x.example/' }, secret: SECRET, keys: outside.dataKeys },
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
    await runUpkeepOf(stores, [{ task: 'forgotten messages' }])
    expect(stores.queued).not.toContain(id)
    stores.clock.advance(25 * 3_600_000)
    await runUpkeepOf(stores, [{ task: 'forgotten messages' }])
    expect(stores.queued).toContain(id)
    stores.clock.advance(31 * 24 * 3_600_000)
    await runUpkeepOf(stores, [{ task: 'outbox' }])
    expect(await listOutbox(stores.db, project.id)).toEqual([])
  })

  it('is found by index', async () => {
    const { db } = await openTestStores()
    expect(await scansOf(db, outboxQuery(db, 'p'))).toEqual([])
    // As the triggers of migration 0005 look for what a person or a token asked for.
    for (const key of ['userId', 'tokenId']) {
      const sql = `update outbox set state = 'refused' where state = 'pending' and asker ->> '$.${key}' = ?`
      expect(await queryPlanOf(db, { sql, params: ['x'] })).toContain(`USING INDEX outbox_asker_${key.slice(0, -2)}`)
    }
  })
})
