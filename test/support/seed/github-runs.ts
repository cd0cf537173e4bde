import { READ } from '../../../src/domain/reporting/webhook-readers.ts'
import { reportBuilds, reportRun } from '../worker/as-instance.ts'
import type { TestStores } from '../worker/stores.ts'

/** A run of GitHub on main of acme/web, and what its jobs ended as; one without a conclusion goes on. */
export type GithubRun = {
  readonly run: number
  readonly hour: number
  /** When it ran first, of a run that runs again. */
  readonly firstHour?: number
  readonly conclusion: string | null
  readonly sha?: string
  readonly attempt?: number
  readonly event?: string
  /** When its commit was made. */
  readonly commitHour?: number
}

export type GithubEvent = { readonly event: string; readonly payload: object }

const repository = { id: 1, full_name: 'acme/web', html_url: 'https://github.com/acme/web' }

const statusFor = (conclusion: string | null) => (conclusion === null ? 'in_progress' : 'completed')

const stateOf = ({ hour, conclusion, sha = 'b', attempt = 1 }: GithubRun) => ({
  head_branch: 'main',
  head_sha: sha.repeat(40),
  run_attempt: attempt,
  status: statusFor(conclusion),
  conclusion,
  created_at: `2026-11-24T${hour}:00:00Z`,
})

/** The event of the run as a whole; of another repository than ours where a head is given. */
export function githubRun(told: GithubRun, head: object | null = repository): GithubEvent {
  const state = stateOf(told)
  const workflow_run = {
    ...state,
    id: told.run,
    name: 'ci',
    workflow_id: 7,
    event: told.event ?? 'push',
    created_at: `2026-11-24T${told.firstHour ?? told.hour}:00:00Z`,
    run_started_at: state.created_at,
    updated_at: `2026-11-24T${told.hour}:09:00Z`,
    head_repository: head,
    head_commit: told.commitHour === undefined ? null : { timestamp: `2026-11-24T${told.commitHour}:00:00Z` },
  }
  return { event: 'workflow_run', payload: { workflow_run } }
}

export function githubJob(told: GithubRun, id = told.run * 10 + (told.attempt ?? 1)): GithubEvent {
  const workflow_job = {
    ...stateOf(told),
    id,
    run_id: told.run,
    workflow_name: 'ci',
    name: 'test',
    started_at: `2026-11-24T${told.hour}:01:00Z`,
    completed_at: `2026-11-24T${told.hour}:02:00Z`,
    steps: [],
  }
  return { event: 'workflow_job', payload: { workflow_job } }
}

/** A check of another app than GitHub Actions; one without a conclusion goes on. */
export function githubCheck(check: {
  sha: string
  hour: number
  conclusion: string | null
  app?: string
}): GithubEvent {
  const { sha, hour, conclusion, app = 'codecov' } = check
  const at = (second: number) => `2026-11-24T${hour}:00:0${second}Z`
  const suite = Number.parseInt(sha, 36) * 1_000 + app.charCodeAt(0)
  const check_run = {
    // Of one app a later one is greater.
    id: suite * 100 + hour,
    name: `${app}/patch`,
    head_sha: sha.repeat(40),
    status: statusFor(conclusion),
    conclusion,
    started_at: at(1),
    completed_at: conclusion === null ? null : at(2),
    app: { slug: app, name: app },
    check_suite: { id: suite, head_branch: 'main' },
    pull_requests: [],
  }
  return { event: 'check_run', payload: { check_run } }
}

/** A commit status on the head of main. */
export function githubStatus(status: { sha: string; hour: number; state: string }): GithubEvent {
  const sha = status.sha.repeat(40)
  const branches = [{ name: 'main', commit: { sha } }]
  const created_at = `2026-11-24T${status.hour}:00:00Z`
  return {
    event: 'status',
    payload: { id: status.hour, sha, context: 'ci/other', state: status.state, branches, created_at },
  }
}

export async function tellGithub(stores: TestStores, projectId: string, events: readonly GithubEvent[]) {
  for (const { event, payload } of events) {
    const slug = { vcs: 'gh', org: 'acme', repo: 'web' } as const
    const reading = READ.github({ slug, event, payload: { ...payload, repository } })
    if (reading.kind !== 'reports') throw new Error(`read as ${JSON.stringify(reading)}`)
    for (const run of reading.runs) await reportRun(stores, projectId, run)
    await reportBuilds(stores, projectId, reading.builds)
  }
}
