import { reportBuild } from '../worker/as-instance.ts'
import type { TestStores } from '../worker/stores.ts'
import { type GithubEvent, type GithubRun, githubCheck, githubJob, githubRun, tellGithub } from './github-runs.ts'

// What is told of commits of main, by the hour.

export const run = (sha: string, hour: number, conclusion: string, id = hour) =>
  [githubRun({ run: id, hour, conclusion, sha }), githubJob({ run: id, hour, conclusion, sha })] as const
export const check = (sha: string, hour: number, conclusion: string | null, app?: string) =>
  githubCheck({ sha, hour, conclusion, ...(app ? { app } : {}) })
/** A build that reports itself, or is told by another CI: as what it names began. */
export const other = (sha: string, hour: number, status: 'success' | 'failed'): OtherBuild => {
  const beganAt = Date.UTC(2026, 10, 24, hour)
  const untold = { subject: null, body: null, author: null, committer: null, actor: null, pullRequests: [] }
  return {
    externalId: `other-${sha}`,
    jobName: 'make',
    status,
    queuedAt: null,
    startedAt: beganAt,
    stoppedAt: beganAt + 60_000,
    buildUrl: null,
    steps: null,
    workflow: { externalId: `other-${sha}`, name: 'other' },
    pipeline: { externalId: `other-${sha}`, branch: 'main', tag: null, revision: sha.repeat(40), beganAt, ...untold },
  }
}
type OtherBuild = Parameters<typeof reportBuild>[2]
export type Told = GithubEvent | OtherBuild

/** Reports these things in this order. */
export async function tell(stores: TestStores, projectId: string, all: readonly Told[]): Promise<void> {
  for (const one of all) {
    if ('payload' in one) await tellGithub(stores, projectId, [one])
    else await reportBuild(stores, projectId, one)
  }
}
export const job = (sha: string, hour: number, conclusion: string): GithubEvent =>
  githubJob({ run: 500 + hour, hour, conclusion, sha } satisfies GithubRun)
