// In plain Node, because workerd need not load the 4 MB of examples.
import examples from '@octokit/webhooks-examples'
import { describe, expect, it } from 'vitest'
import { parseSlugParts, type Slug } from '../../../src/domain/project.ts'
import { readGithub } from '../../../src/domain/reporting/webhook-github.ts'
import type { WebhookReading } from '../../../src/domain/reporting/webhook-reading.ts'

type Payload = Record<string, unknown> & { repository?: { full_name: string } }

const all = examples.flatMap(({ name, examples }) =>
  examples.map((payload) => ({ event: name as string, payload: payload as Payload })),
)
const of = (event: string) => all.filter((example) => example.event === event).map(({ payload }) => payload)

function slugOf(payload: Payload): Slug {
  const [org = '', repo = ''] = (payload.repository?.full_name ?? 'acme/web').split('/')
  const slug = parseSlugParts('gh', org, repo)
  if (!slug) throw new Error(`${org}/${repo} is no slug`)
  return slug
}

const read = (event: string, payload: Payload, slug = slugOf(payload)) => readGithub({ slug, event, payload })

function buildsIn(reading: WebhookReading) {
  if (reading.kind !== 'reports') throw new Error(`read as ${JSON.stringify(reading)}`)
  return reading.builds
}

describe("each of GitHub's example payloads", () => {
  it.each(['workflow_run', 'workflow_job', 'status', 'check_run'])('of %s is read', (event) => {
    const payloads = of(event)
    expect(payloads.length).toBeGreaterThan(3)
    for (const payload of payloads) expect(read(event, payload).kind).toMatch(/reports|ignored/)
  })

  it('of another event is ignored', () => {
    const others = all.filter(({ event }) => !['workflow_run', 'workflow_job', 'status', 'check_run'].includes(event))
    expect(others.length).toBeGreaterThan(150)
    for (const { event, payload } of others) expect(read(event, payload), event).toMatchObject({ kind: 'ignored' })
  })

  it('is refused where the project is another repository', () => {
    for (const { event, payload } of all) {
      if (!payload.repository) continue
      const slug = { vcs: 'gh', org: 'somebody', repo: 'else' } as const
      expect(read(event, payload, slug), event).toMatchObject({ kind: 'other_repository' })
    }
  })
})

describe('a workflow_job', () => {
  const [failed, green] = of('workflow_job').filter((payload) => payload.action === 'completed')
  const [, , running] = of('workflow_job').filter((payload) => payload.action === 'in_progress')
  const waiting = of('workflow_job').find((payload) => payload.action === 'waiting')

  it('that failed is a red build with its steps', () => {
    const [build] = buildsIn(read('workflow_job', failed as Payload))
    expect(build).toMatchObject({
      externalId: 'github:job:289782451',
      jobName: 'linters',
      status: 'failed',
      queuedAt: Date.parse('2021-08-05T10:33:58Z'),
      startedAt: Date.parse('2021-08-05T10:34:58Z'),
      stoppedAt: Date.parse('2021-08-05T10:38:16Z'),
      buildUrl: 'https://github.com/octo-org/octo-repo/runs/1291536064',
      workflow: { externalId: 'github:run:2202229078.1' },
      pipeline: { externalId: 'github:main@3484a3fb816e0859fd6e1cea078d76385ff50625', branch: 'main' },
    })
    expect(build?.steps?.[1]).toMatchObject({
      name: 'Run actions/checkout@v2',
      actions: [{ status: 'success', step: 1, start_time: '2021-08-05T10:26:11.000Z', run_time_millis: 1_000 }],
    })
    expect(build?.steps?.map(({ actions: [action] }) => action?.status)).toContain('failed')
  })

  it('that succeeded, runs, or waits for an approval has the status of that', () => {
    const statuses = [green, running, waiting].map(
      (payload) => buildsIn(read('workflow_job', payload as Payload))[0]?.status,
    )
    expect(statuses).toEqual(['success', 'running', 'not_running'])
  })

  it('that is not over has neither begun nor ended before it did', () => {
    const [build] = buildsIn(read('workflow_job', waiting as Payload))
    expect(build).toMatchObject({ queuedAt: Date.parse('2023-04-19T21:12:12Z'), startedAt: null, stoppedAt: null })
  })

  it.each([
    ['success', 'success'],
    ['neutral', 'success'],
    ['failure', 'failed'],
    ['timed_out', 'timedout'],
    ['cancelled', 'canceled'],
    ['skipped', 'not_run'],
    ['action_required', 'failed'],
    ['stale', 'canceled'],
    ['startup_failure', 'infrastructure_fail'],
  ])('concluded as %s is %s', (conclusion, status) => {
    const payload = { ...failed, workflow_job: { ...(failed?.workflow_job as object), conclusion } }
    expect(buildsIn(read('workflow_job', payload as Payload))[0]?.status).toBe(status)
  })

  it.each([
    ['skipped', 'not_run'],
    ['cancelled', 'canceled'],
    ['failure', 'failed'],
  ])('has a step that was %s as %s', (conclusion, status) => {
    const step = { name: 'one', status: 'completed', conclusion }
    const payload = { ...failed, workflow_job: { ...(failed?.workflow_job as object), steps: [step] } }
    expect(buildsIn(read('workflow_job', payload as Payload))[0]?.steps?.[0]?.actions[0]?.status).toBe(status)
  })

  it('of a re-run is another build, in another workflow of the same pipeline', () => {
    const again = { ...failed, workflow_job: { ...(failed?.workflow_job as object), id: 5, run_attempt: 2 } }
    const [first, second] = [failed, again].map((payload) => buildsIn(read('workflow_job', payload as Payload))[0])
    expect(second?.externalId).not.toBe(first?.externalId)
    expect(second?.workflow.externalId).toBe('github:run:2202229078.2')
    expect(second?.pipeline.externalId).toBe(first?.pipeline.externalId)
  })

  it('without what names it is told to be unreadable', () => {
    const payload = { ...failed, workflow_job: { status: 'completed' } }
    expect(read('workflow_job', payload as Payload)).toMatchObject({ kind: 'unreadable' })
  })
})

describe('a workflow_run', () => {
  const run = of('workflow_run').find((payload) => payload.action === 'requested')

  it('tells of the pipeline whose jobs come by themselves', () => {
    const reading = read('workflow_run', run as Payload)
    expect(reading).toMatchObject({ kind: 'reports', builds: [] })
    if (reading.kind !== 'reports') return
    expect(reading.runs[0]).toMatchObject({
      workflow: { externalId: 'github:run:289782451.1' },
      pipeline: {
        externalId: 'github:master@3484a3fb816e0859fd6e1cea078d76385ff50625',
        branch: 'master',
        subject: 'build(test): check workflow run event payload',
        author: { name: 'Matthias Fax' },
        committer: { name: 'GitHub', email: 'noreply@github.com' },
      },
    })
  })

  it("of a fork is a pipeline of its own, and not of the project's branch of that name", () => {
    const head_repository = { id: 99, full_name: 'mallory/octo-repo', owner: { login: 'mallory' } }
    const payload = { ...run, workflow_run: { ...(run?.workflow_run as object), head_repository } }
    const reading = read('workflow_run', payload as Payload)
    expect(reading).toMatchObject({
      runs: [
        {
          pipeline: {
            externalId: 'github:mallory:master@3484a3fb816e0859fd6e1cea078d76385ff50625',
            branch: 'mallory:master',
          },
        },
      ],
    })
  })
})

describe('a check_run', () => {
  it('of GitHub Actions is left to workflow_job', () => {
    const [check] = of('check_run')
    const payload = { ...check, check_run: { ...(check?.check_run as object), app: { slug: 'github-actions' } } }
    expect(read('check_run', payload as Payload)).toMatchObject({ kind: 'ignored' })
  })

  it('of another app is a build', () => {
    const done = of('check_run').find((payload) => payload.action === 'completed')
    const check = done?.check_run as Record<string, unknown>
    const payload = {
      ...done,
      check_run: {
        ...check,
        app: { slug: 'octocoders-linter', name: 'Octocoders linter' },
        check_suite: { id: 7, head_branch: 'main' },
      },
    }
    expect(buildsIn(read('check_run', payload as Payload))[0]).toMatchObject({
      externalId: `github:check:${check.id}`,
      workflow: { name: 'Octocoders linter' },
      pipeline: { branch: 'main' },
    })
  })
})

describe('a status', () => {
  const [status] = of('status')

  it('is a build on each branch whose head the commit is', () => {
    const payload = {
      ...status,
      sha: 'abc',
      context: 'ci/circleci: test',
      state: 'failure',
      branches: [
        { name: 'main', commit: { sha: 'abc' } },
        { name: 'release', commit: { sha: 'abc' } },
        { name: 'ahead', commit: { sha: 'def' } },
      ],
    }
    const builds = buildsIn(read('status', payload as Payload))
    expect(builds.map(({ pipeline, status, jobName }) => [pipeline.branch, status, jobName])).toEqual([
      ['main', 'failed', 'ci/circleci: test'],
      ['release', 'failed', 'ci/circleci: test'],
    ])
    expect(new Set(builds.map(({ externalId }) => externalId)).size).toBe(2)
  })

  it('of a commit that heads no branch is ignored', () => {
    expect(read('status', { ...status, branches: [] } as Payload)).toMatchObject({ kind: 'ignored' })
  })
})
