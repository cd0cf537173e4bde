import { describe, expect, it } from 'vitest'
import { isOver, type ReportedStatus } from '../../../src/domain/builds/build.ts'
import type { Slug } from '../../../src/domain/project.ts'
import { readBuildkite } from '../../../src/domain/reporting/webhook-buildkite.ts'
import { readCircleci } from '../../../src/domain/reporting/webhook-circleci.ts'
import { readGithub } from '../../../src/domain/reporting/webhook-github.ts'
import { readGitlab } from '../../../src/domain/reporting/webhook-gitlab.ts'
import { readJenkins } from '../../../src/domain/reporting/webhook-jenkins.ts'
import type { WebhookEvent, WebhookReading } from '../../../src/domain/reporting/webhook-reading.ts'
import {
  buildkiteBuild,
  buildkiteJob,
  CIRCLECI_WORKFLOW_URL,
  circleciGithubAppJob,
  circleciGitlabJob,
  circleciJob,
  circleciWorkflow,
  gitlabJob,
  gitlabPipeline,
  jenkinsRun,
  SHA,
} from '../../support/seed/ci-payloads.ts'

const gh: Slug = { vcs: 'gh', org: 'acme', repo: 'web' }
const gl: Slug = { ...gh, vcs: 'gl' }

const gitlab = (payload: unknown, slug = gl) => readGitlab({ slug, event: 'Job Hook', payload })
const circleci = (payload: unknown, slug = gh) => readCircleci({ slug, event: 'job-completed', payload })
const buildkite = (payload: { event: string }, slug = gh) => readBuildkite({ slug, event: payload.event, payload })
const jenkins = (payload: unknown, slug = gh) => readJenkins({ slug, event: 'STARTED', payload })

function read(reading: WebhookReading) {
  if (reading.kind !== 'reports') throw new Error(`read as ${JSON.stringify(reading)}`)
  return { run: reading.runs[0], build: reading.builds[0], builds: reading.builds }
}

describe('GitLab', () => {
  it('tells a whole pipeline with its jobs', () => {
    const payload = gitlabPipeline({}, [
      {
        id: 1,
        name: 'lint',
        status: 'success',
        started_at: '2026-11-24 15:24:00 UTC',
        finished_at: '2026-11-24 15:25:00 UTC',
      },
      { id: 2, name: 'deploy', status: 'manual', when: 'manual', manual: true, allow_failure: true },
    ])
    const { run, builds } = read(gitlab(payload))
    expect(run).toMatchObject({
      workflow: { externalId: 'gitlab:pipeline:2366', name: 'Merge checks' },
      pipeline: {
        externalId: 'gitlab:pipeline:2366',
        branch: 'main',
        tag: null,
        revision: SHA,
        subject: 'Sort the list',
        body: 'It was not.',
        author: { name: 'Ada Lovelace', email: 'ada@example.com' },
        actor: { login: 'ada', name: 'Ada Lovelace' },
      },
    })
    expect(builds).toMatchObject([
      {
        externalId: 'gitlab:job:1',
        status: 'success',
        startedAt: Date.UTC(2026, 10, 24, 15, 24),
        stoppedAt: Date.UTC(2026, 10, 24, 15, 25),
        buildUrl: 'https://gitlab.com/acme/web/-/jobs/1',
      },
      // A job that nobody need start does not hold up the pipeline.
      { externalId: 'gitlab:job:2', status: 'not_run' },
    ])
  })

  it('tells the same run by both of its hooks', () => {
    const { builds, run } = read(gitlab(gitlabPipeline({}, [{}])))
    const { build } = read(gitlab(gitlabJob()))
    expect(build).toEqual(builds[0])
    expect(build?.pipeline).toEqual(run?.pipeline)
  })

  it.each([
    ['created', {}, 'queued'],
    ['waiting_for_resource', {}, 'queued'],
    ['preparing', {}, 'queued'],
    ['pending', {}, 'queued'],
    ['scheduled', {}, 'not_running'],
    ['manual', {}, 'not_running'],
    ['manual', { build_allow_failure: true }, 'not_run'],
    ['running', {}, 'running'],
    ['canceling', {}, 'running'],
    ['success', {}, 'success'],
    ['failed', { build_failure_reason: 'script_failure' }, 'failed'],
    ['failed', { build_failure_reason: 'job_execution_timeout' }, 'timedout'],
    ['failed', { build_failure_reason: 'runner_system_failure' }, 'infrastructure_fail'],
    ['failed', { build_failure_reason: 'script_failure', build_allow_failure: true }, 'success'],
    ['canceled', {}, 'canceled'],
    ['skipped', {}, 'not_run'],
  ])('job that is %s %o reads as %s', (build_status, over, status) => {
    expect(read(gitlab(gitlabJob({ build_status, ...over }))).build?.status).toBe(status)
  })

  it.each<[object, ReportedStatus | undefined]>([
    [{ status: 'failed', finished_at: '2026-11-24 15:30:00 UTC' }, 'failed'],
    [{ status: 'canceled', finished_at: '2026-11-24 15:30:00 UTC' }, 'canceled'],
    [{ status: 'success', finished_at: '2026-11-24 15:30:00 UTC' }, 'success'],
    [{ status: 'success' }, undefined],
    [{ status: 'skipped', finished_at: '2026-11-24 15:30:00 UTC' }, undefined],
    [{ status: 'running', finished_at: '2026-11-24 15:30:00 UTC' }, 'running'],
    [{ status: 'pending' }, 'queued'],
    [{ status: 'created' }, 'queued'],
    [{ status: 'manual' }, 'not_running'],
    [{}, undefined],
  ])('a job’s event whose pipeline is %o tells of it as %s', (commit, status) => {
    const { run, build } = read(gitlab(gitlabJob({ build_status: 'success', commit })))
    expect(run?.runStatus?.status).toBe(status)
    if (status && isOver(status)) expect(run?.runStatus?.at).toBe(Date.UTC(2026, 10, 24, 15, 30))
    if (run) expect(run.workflow).toEqual(build?.workflow)
  })

  it('a retried job is another build', () => {
    const [first, retry] = [gitlabJob(), gitlabJob({ build_id: 1980, retries_count: 1 })].map(
      (job) => read(gitlab(job)).build,
    )
    expect(retry?.externalId).not.toBe(first?.externalId)
    expect(retry?.pipeline).toEqual(first?.pipeline)
  })

  it('a tag is no branch, and a merge request stays off the branch that a fork may name as ours', () => {
    expect(read(gitlab(gitlabJob({ ref: 'v1.0', tag: true }))).build?.pipeline).toMatchObject({
      branch: null,
      tag: 'v1.0',
    })
    const merge_request = { iid: 12, url: 'https://gitlab.com/acme/web/-/merge_requests/12', source_branch: 'main' }
    const pipeline = gitlabPipeline({ source: 'merge_request_event' }, [], { merge_request })
    expect(read(gitlab(pipeline)).run?.pipeline).toMatchObject({
      branch: 'refs/merge-requests/12/head',
      pullRequests: [{ url: merge_request.url }],
    })
    expect(read(gitlab(gitlabJob({ ref: 'refs/merge-requests/12/merge' }))).build?.pipeline.branch).toBe(
      'refs/merge-requests/12/head',
    )
  })

  it('a project in a subgroup is known by its first and last name', () => {
    const job = gitlabJob()
    const nested = { ...job, project: { ...job.project, path_with_namespace: 'acme/tools/web' } }
    expect(gitlab(nested).kind).toBe('reports')
    expect(gitlab({ ...job, project: { ...job.project, path_with_namespace: 'acme/tools/site' } }).kind).toBe(
      'other_repository',
    )
  })
})

describe('CircleCI', () => {
  it('tells a job, and of which workflow and pipeline it is', () => {
    expect(read(circleci(circleciJob())).build).toMatchObject({
      externalId: 'circleci:job:8b91f9a8-7975-4e60-916c-f0152ccbc937',
      jobName: 'test',
      status: 'success',
      startedAt: Date.parse('2026-11-24T22:49:28.841Z'),
      stoppedAt: Date.parse('2026-11-24T22:49:34.170Z'),
      buildUrl: `${CIRCLECI_WORKFLOW_URL}/jobs/136`,
      workflow: { externalId: 'circleci:workflow:fda08377-fe7e-46b1-8992-3a7aaecac9c3', name: 'build-test-deploy' },
      pipeline: {
        externalId: 'circleci:pipeline:1285fe1d-d3a6-44fc-8886-8979558254c4',
        branch: 'main',
        revision: SHA,
        subject: 'Sort the list',
        body: 'It was not.',
        author: { name: 'Ada Lovelace' },
      },
    })
  })

  it('tells of a workflow without making a build of it', () => {
    expect(read(circleci(circleciWorkflow()))).toMatchObject({
      build: undefined,
      run: { workflow: { name: 'build-test-deploy' } },
    })
  })

  it('tells projects of other hosts by trigger parameters', () => {
    expect(read(circleci(circleciGitlabJob(), gl)).build?.pipeline).toMatchObject({
      branch: 'main',
      tag: null,
      revision: SHA,
      subject: 'Sort the list',
      body: 'It was not.',
      author: { name: 'Ada Lovelace', email: 'ada@example.com' },
      actor: { login: 'ada' },
    })
    expect(circleci(circleciGitlabJob(), { ...gl, repo: 'site' }).kind).toBe('other_repository')
  })

  it('tells projects on the GitHub App, with the whole message', () => {
    expect(read(circleci(circleciGithubAppJob())).build?.pipeline).toMatchObject({
      branch: 'main',
      tag: null,
      revision: SHA,
      subject: 'Sort the list',
      body: 'It was not.',
      author: { name: 'Ada Lovelace', email: 'ada@example.com' },
      actor: { login: 'ada' },
    })
    expect(circleci(circleciGithubAppJob(), { ...gh, repo: 'site' }).kind).toBe('other_repository')
  })

  it('takes a job that names no workflow, as the example of its documents has it, for one of its pipeline', () => {
    const { workflow: _, ...payload } = { ...circleciJob(), type: 'workflow-completed' }
    expect(read(circleci(payload)).build).toMatchObject({
      jobName: 'test',
      workflow: { externalId: `circleci:workflow:${payload.pipeline.id}`, name: '-' },
    })
    const { job: __, ...nothing } = payload
    expect(circleci(nothing).kind).toBe('unreadable')
  })

  it.each([
    ['success', 'success'],
    ['failed', 'failed'],
    ['error', 'infrastructure_fail'],
    ['canceled', 'canceled'],
    ['unauthorized', 'failed'],
    ['timedout', 'timedout'],
  ])('job that is %s reads as %s', (word, status) => {
    expect(read(circleci(circleciJob({ status: word }))).build?.status).toBe(status)
  })
})

describe('Buildkite', () => {
  it('tells a job', () => {
    const job = {
      state: 'passed',
      started_at: '2026-11-24T12:27:00Z',
      finished_at: '2026-11-24T12:28:00Z',
      exit_status: 0,
    }
    expect(read(buildkite(buildkiteJob('job.finished', job))).build).toMatchObject({
      externalId: 'buildkite:job:b63254c0-3271-4a98-8270-7cfbd6c2f14e',
      jobName: 'Test',
      status: 'success',
      queuedAt: Date.parse('2026-11-24T12:26:46Z'),
      startedAt: Date.parse('2026-11-24T12:27:00Z'),
      stoppedAt: Date.parse('2026-11-24T12:28:00Z'),
      workflow: { name: 'Web' },
      pipeline: { branch: 'main', revision: SHA, subject: 'Sort the list', author: { name: 'Ada Lovelace' } },
    })
  })

  it('tells of a build as a pipeline', () => {
    expect(read(buildkite(buildkiteBuild()))).toMatchObject({ build: undefined, run: { pipeline: { branch: 'main' } } })
  })

  it.each([
    ['scheduled', {}, 'queued'],
    ['running', {}, 'running'],
    ['passed', {}, 'success'],
    ['finished', { exit_status: 0 }, 'success'],
    ['finished', { exit_status: 1 }, 'failed'],
    ['failed', {}, 'failed'],
    ['failed', { soft_failed: true }, 'success'],
    ['canceled', {}, 'canceled'],
    ['timed_out', {}, 'timedout'],
    ['expired', {}, 'infrastructure_fail'],
    ['skipped', {}, 'not_run'],
    ['broken', {}, 'not_run'],
  ])('job that is %s %o reads as %s', (state, over, status) => {
    expect(read(buildkite(buildkiteJob('job.finished', { state, ...over }))).build?.status).toBe(status)
  })

  it.each([
    [{ state: 'failed', finished_at: '2026-11-24T12:30:00Z' }, 'failed', Date.UTC(2026, 10, 24, 12, 30)],
    [{ state: 'failed' }, 'failed', Date.UTC(2026, 10, 24, 12, 28)],
    // Its other jobs began later, and go on.
    [{ state: 'failing' }, 'failed', Date.UTC(2026, 10, 24, 12, 26, 45, 309)],
    [{ state: 'canceled', finished_at: '2026-11-24T12:30:00Z' }, 'canceled', Date.UTC(2026, 10, 24, 12, 30)],
    [{ state: 'passed', finished_at: '2026-11-24T12:30:00Z' }, 'success', Date.UTC(2026, 10, 24, 12, 30)],
    // It may wait behind a block step.
    [{ state: 'passed' }, undefined, undefined],
    [{ state: 'scheduled' }, 'queued', Date.UTC(2026, 10, 24, 12, 26, 45, 309)],
    [{ state: 'running' }, 'running', Date.UTC(2026, 10, 24, 12, 27)],
    [{ state: 'blocked' }, 'not_running', Date.UTC(2026, 10, 24, 12, 26, 45, 309)],
  ])('job’s event whose build is %o tells of it as %s', (build, status, at) => {
    const job = { state: 'passed', finished_at: '2026-11-24T12:28:00Z' }
    const { run } = read(buildkite(buildkiteJob('job.finished', job, build)))
    expect([run?.runStatus?.status, run?.runStatus?.at]).toEqual([status, at])
  })

  it('names the jobs of a parallel step apart, and ignores what runs no command', () => {
    const parallel = buildkiteJob('job.started', { parallel_group_index: 0, parallel_group_total: 2, state: 'running' })
    expect(read(buildkite(parallel)).build?.jobName).toBe('Test (1/2)')
    expect(buildkite(buildkiteJob('job.activated', { type: 'manual' })).kind).toBe('ignored')
    expect(buildkite({ ...buildkiteBuild(), event: 'agent.connected' }).kind).toBe('ignored')
  })

  it("keeps a fork's branch apart, and knows no commit before an agent looked", () => {
    const pull_request = { id: '12', base: 'main', repository: 'git://github.com/mallory/web.git' }
    expect(read(buildkite(buildkiteBuild({ pull_request, commit: 'HEAD' }))).run?.pipeline).toMatchObject({
      branch: 'mallory:main',
      revision: 'HEAD',
      pullRequests: [{ url: 'https://github.com/acme/web/pull/12' }],
    })
  })
})

describe('Jenkins', () => {
  it('tells a run that starts', () => {
    expect(read(jenkins(jenkinsRun())).build).toMatchObject({
      externalId: 'jenkins:https://jenkins.example.com/job/folder/job/web/18/',
      jobName: 'folder/web',
      status: 'running',
      startedAt: Date.parse('2026-11-24T15:00:00.1Z'),
      stoppedAt: null,
      buildUrl: 'https://jenkins.example.com/job/folder/job/web/18/',
      // Before the checkout its commit is told as that of the run before.
      pipeline: { branch: 'main', revision: 'HEAD' },
    })
  })

  it('tells of its commit once it is over, and which attempt it is at its job', () => {
    const { build } = read(jenkins(jenkinsRun({ phase: 'COMPLETED', status: 'SUCCESS', queue_id: 77 })))
    expect(build).toMatchObject({
      attempt: 77,
      workflow: { attemptOf: 'jenkins:https://jenkins.example.com/job/folder/job/web/', attempt: 18 },
      pipeline: { branch: 'main', revision: SHA },
    })
  })

  it.each([
    ['QUEUED', undefined, 'queued'],
    // What stands there is the result of the run before.
    ['STARTED', 'FAILURE', 'running'],
    ['COMPLETED', 'SUCCESS', 'success'],
    ['FINALIZED', 'SUCCESS', 'success'],
    ['FINALIZED', 'UNSTABLE', 'failed'],
    ['FINALIZED', 'FAILURE', 'failed'],
    ['FINALIZED', 'ABORTED', 'canceled'],
    ['FINALIZED', 'NOT_BUILT', 'not_run'],
  ])('run in phase %s with result %s reads as %s', (phase, result, status) => {
    expect(read(jenkins(jenkinsRun({ phase, status: result }))).build?.status).toBe(status)
  })

  it('is believed where it names no repository, as before the checkout', () => {
    expect(jenkins(jenkinsRun({}, { url: undefined, branch: undefined, commit: undefined }))).toMatchObject({
      builds: [{ pipeline: { branch: null, revision: 'HEAD' } }],
    })
  })
})

describe('every system', () => {
  const readers: Record<string, (event: WebhookEvent) => WebhookReading> = {
    readGithub,
    readGitlab,
    readCircleci,
    readBuildkite,
    readJenkins,
  }
  const events = ['workflow_job', 'workflow_run', 'check_run', 'status', 'Job Hook', 'job-completed', 'job.finished']

  it('refuses a payload about another repository', () => {
    const other: Slug = { vcs: 'gh', org: 'acme', repo: 'site' }
    expect(gitlab(gitlabJob(), { ...other, vcs: 'gl' })).toEqual({ kind: 'other_repository', repository: 'acme/web' })
    expect(circleci(circleciJob(), other).kind).toBe('other_repository')
    expect(buildkite(buildkiteJob('job.finished'), other).kind).toBe('other_repository')
    expect(jenkins(jenkinsRun(), other).kind).toBe('other_repository')
    // The same name on another host.
    expect(jenkins(jenkinsRun(), gl).kind).toBe('other_repository')
  })

  it.each(Object.keys(readers))('%s never throws, whatever it is given', (name) => {
    const nonsense: unknown[] = [
      null,
      1,
      'text',
      [],
      {},
      [[]],
      { object_kind: 'build', build: 3, type: 'job-completed', job: [] },
    ]
    const hostile = {
      __proto__: null,
      repository: { full_name: 'acme/web' },
      workflow_job: { id: {}, steps: [null, 3] },
    }
    for (const payload of [...nonsense, hostile])
      for (const event of events) expect(readers[name]?.({ slug: gh, event, payload }).kind).not.toBe('reports')
  })
})
