import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Slug } from '../../../src/domain/project.ts'
import { readBuildkite } from '../../../src/domain/reporting/webhook-buildkite.ts'
import { readCircleci } from '../../../src/domain/reporting/webhook-circleci.ts'
import { readGithub } from '../../../src/domain/reporting/webhook-github.ts'
import { readGitlab } from '../../../src/domain/reporting/webhook-gitlab.ts'
import { readJenkins } from '../../../src/domain/reporting/webhook-jenkins.ts'
import type { WebhookReading } from '../../../src/domain/reporting/webhook-reading.ts'
import { runsOf } from '../../prove/share.ts'
import {
  buildkiteBuild,
  buildkiteJob,
  circleciJob,
  circleciWorkflow,
  gitlabJob,
  gitlabPipeline,
  jenkinsRun,
  SHA,
} from '../../support/seed/ci-payloads.ts'
import { reportedRows } from '../../support/seed/reported-rows.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { reportBuilds, reportRun } from '../../support/worker/as-instance.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

const slug: Slug = { vcs: 'gh', org: 'acme', repo: 'web' }
const second = (n: number) => new Date(Date.UTC(2026, 10, 24, 12, 0, n)).toISOString().replace('.000', '')
const repository = { id: 1, full_name: 'acme/web', html_url: 'https://github.com/acme/web' }

function githubJob(id: number, state: 'queued' | 'in_progress' | 'completed', attempt = 1): WebhookReading {
  const isOver = state === 'completed'
  const step = { name: 'make', number: 1, status: isOver ? 'completed' : state, conclusion: isOver ? 'success' : null }
  const workflow_job = {
    id,
    run_id: 11,
    run_attempt: attempt,
    workflow_name: 'CI',
    head_branch: 'main',
    head_sha: SHA,
    name: 'test',
    status: state,
    conclusion: isOver ? (attempt === 1 ? 'failure' : 'success') : null,
    created_at: second(attempt * 10),
    started_at: second(attempt * 10 + (state === 'queued' ? 0 : 1)),
    completed_at: isOver ? second(attempt * 10 + 2) : null,
    html_url: `https://github.com/acme/web/actions/runs/11/job/${id}`,
    steps: state === 'queued' ? [] : [{ ...step, started_at: second(1), completed_at: isOver ? second(2) : null }],
  }
  return readGithub({ slug, event: 'workflow_job', payload: { action: state, workflow_job, repository } })
}

function githubRun(attempt: number): WebhookReading {
  const workflow_run = {
    id: 11,
    run_attempt: attempt,
    name: 'CI',
    head_branch: 'main',
    head_sha: SHA,
    head_repository: { id: 9, full_name: 'mallory/web', owner: { login: 'mallory' } },
    head_commit: { message: 'Sort the list\n\nIt was not.', author: { name: 'Ada' }, committer: { name: 'GitHub' } },
    actor: { login: 'mallory', avatar_url: 'https://avatars.example.com/1' },
    pull_requests: attempt === 1 ? [{ number: 3, head: { sha: SHA } }] : [],
  }
  return readGithub({ slug, event: 'workflow_run', payload: { workflow_run, repository } })
}

const gitlab = (payload: unknown) => readGitlab({ slug: { ...slug, vcs: 'gl' }, event: '', payload })
const gitlabRunning = { build_status: 'running', build_started_at_iso: '2026-11-24T15:24:00Z' }
const gitlabDone = { ...gitlabRunning, build_status: 'success', build_finished_at_iso: '2026-11-24T15:25:00Z' }
const buildkite = (payload: { event: string }) => readBuildkite({ slug, event: payload.event, payload })
const buildkiteStarted = { state: 'running', started_at: second(5) }
const buildkiteDone = { ...buildkiteStarted, state: 'failed', finished_at: second(9), exit_status: 1 }
const jenkins = (build: object, scm: object = {}) =>
  readJenkins({ slug, event: '', payload: jenkinsRun({ ...build }, { ...scm }) })
const beforeCheckout = { url: undefined, branch: undefined, commit: undefined }

/** All events of one run, as each system would send them. */
const RUNS: Record<string, readonly WebhookReading[]> = {
  GitHub: [
    githubRun(1),
    ...(['queued', 'in_progress', 'completed'] as const).map((state) => githubJob(101, state)),
    githubRun(2),
    ...(['queued', 'in_progress', 'completed'] as const).map((state) => githubJob(102, state, 2)),
  ],
  GitLab: [
    gitlab(gitlabPipeline({ status: 'pending' }, [{ status: 'created' }])),
    ...[{}, { build_status: 'pending' }, gitlabRunning, gitlabDone].map((over) => gitlab(gitlabJob(over))),
    gitlab(
      gitlabPipeline({ status: 'success' }, [
        { status: 'success', started_at: '2026-11-24 15:24:00 UTC', finished_at: '2026-11-24 15:25:00 UTC' },
      ]),
    ),
  ],
  CircleCI: [
    readCircleci({ slug, event: '', payload: circleciJob() }),
    readCircleci({ slug, event: '', payload: circleciJob({ id: 'rerun', status: 'failed' }) }),
    readCircleci({ slug, event: '', payload: circleciWorkflow() }),
  ],
  Buildkite: [
    buildkite({ ...buildkiteBuild({ commit: 'HEAD', state: 'scheduled' }), event: 'build.scheduled' }),
    buildkite(buildkiteJob('job.scheduled', {}, { commit: 'HEAD' })),
    buildkite(buildkiteJob('job.started', buildkiteStarted)),
    buildkite(buildkiteJob('job.finished', buildkiteDone)),
    buildkite({ ...buildkiteBuild({ state: 'failed' }), event: 'build.finished' }),
  ],
  Jenkins: [
    jenkins({ phase: 'QUEUED', timestamp: second(1) }, beforeCheckout),
    jenkins({ phase: 'STARTED', timestamp: second(2) }, beforeCheckout),
    jenkins({ phase: 'COMPLETED', status: 'SUCCESS', timestamp: second(8), duration: 6_000 }),
    jenkins({ phase: 'FINALIZED', status: 'SUCCESS', timestamp: second(9), duration: 6_000 }),
  ],
}

async function store(stores: TestStores, projectId: string, readings: readonly WebhookReading[]) {
  for (const reading of readings) {
    if (reading.kind !== 'reports') throw new Error(`read as ${JSON.stringify(reading)}`)
    for (const run of reading.runs) await reportRun(stores, projectId, run)
    await reportBuilds(stores, projectId, reading.builds)
  }
}

describe("a run's events", () => {
  it.each(Object.entries(RUNS))('of %s end in the same rows in any order and however often sent', async (_, events) => {
    const stores = await openTestStores()
    const known = await seedProject(stores.db)
    await store(stores, known.id, events)
    const expected = await reportedRows(stores.db, known.id)
    const twice = [...events, ...events]
    const orders = fc.shuffledSubarray(twice, { minLength: twice.length, maxLength: twice.length })
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        const project = await seedProject(stores.db)
        await store(stores, project.id, order)
        expect(await reportedRows(stores.db, project.id)).toEqual(expected)
      }),
      { numRuns: runsOf(15) },
    )
  })

  it('of a fork do not touch the branch that is called the same', async () => {
    const stores = await openTestStores()
    const { id } = await seedProject(stores.db)
    await store(stores, id, RUNS.GitHub ?? [])
    const { builds } = await reportedRows(stores.db, id)
    expect(builds.map(({ branch, status }) => [branch, status])).toEqual([
      ['mallory:main', 'failed'],
      ['mallory:main', 'success'],
    ])
  })
})
