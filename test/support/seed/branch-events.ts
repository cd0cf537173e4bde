import type { BuildReport } from '../../../src/domain/builds/build.ts'
import { reportBuild } from '../worker/as-instance.ts'
import type { TestStores } from '../worker/stores.ts'
import { type GithubEvent, type GithubRun, githubCheck, githubJob, githubRun, tellGithub } from './github-runs.ts'
import { reportFor } from './seed-builds.ts'

// What is told of commits of main, by the hour.

export const run = (sha: string, hour: number, conclusion: string, id = hour) =>
  [githubRun({ run: id, hour, conclusion, sha }), githubJob({ run: id, hour, conclusion, sha })] as const
export const check = (sha: string, hour: number, conclusion: string | null, app?: string) =>
  githubCheck({ sha, hour, conclusion, ...(app ? { app } : {}) })
/** A build that reports itself, or is told by another CI: as what it names began. */
export const other = (sha: string, hour: number, status: 'success' | 'failed'): BuildReport => {
  const beganAt = Date.UTC(2026, 10, 24, hour)
  const id = `other-${sha}`
  const times = { beganAt, startedAt: beganAt, stoppedAt: beganAt + 60_000 }
  return reportFor({ pipeline: id, externalId: id, revision: sha.repeat(40), status, ...times })
}
export type Told = GithubEvent | BuildReport

/** Reports these things in this order. */
export async function tell(stores: TestStores, projectId: string, all: readonly Told[]): Promise<void> {
  for (const one of all) {
    if ('payload' in one) await tellGithub(stores, projectId, [one])
    else await reportBuild(stores, projectId, one)
  }
}
export const job = (sha: string, hour: number, conclusion: string): GithubEvent =>
  githubJob({ run: 500 + hour, hour, conclusion, sha } satisfies GithubRun)
