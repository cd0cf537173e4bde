import type { BuildReport, ReportedStatus, Step } from '../../../src/domain/builds/build.ts'
import type { Stores } from '../../../src/storage/stores.ts'
import { reportBuild } from '../worker/as-instance.ts'

export type RunSeed = {
  /** Tells pipelines apart; builds of one pipeline share it. */
  readonly push?: string
  readonly branch?: string | null
  readonly tag?: string | null
  readonly subject?: string | null
  readonly author?: string
  readonly revision?: string
  readonly pullRequest?: string
  readonly workflow?: string
  readonly job?: string
  readonly status?: ReportedStatus
  readonly startedAt?: number | null
  readonly durationMs?: number
  readonly steps?: readonly Step[]
  readonly buildUrl?: string | null
}

const SHA = 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3'

/** Reports a build as a CI would; gives its number. */
export async function seedRun(stores: Stores, project: { id: string }, seed: RunSeed = {}): Promise<number> {
  const { push = crypto.randomUUID(), branch = seed.tag ? null : 'main', tag = null, workflow = 'ci' } = seed
  const { status = 'success', startedAt = stores.now() - 60_000, durationMs = 60_000 } = seed
  const hasStopped = startedAt !== null && status !== 'running' && status !== 'queued' && status !== 'not_running'
  const report: BuildReport = {
    externalId: crypto.randomUUID(),
    jobName: seed.job ?? 'test',
    workflow: { externalId: workflow, name: workflow },
    pipeline: {
      externalId: push,
      branch,
      tag,
      revision: seed.revision ?? SHA,
      subject: seed.subject ?? null,
      body: null,
      author: { name: seed.author ?? 'Ada' },
      committer: null,
      actor: null,
      pullRequests: seed.pullRequest ? [{ head_sha: null, url: seed.pullRequest }] : [],
    },
    status,
    queuedAt: startedAt,
    startedAt,
    stoppedAt: hasStopped ? startedAt + durationMs : null,
    buildUrl: seed.buildUrl ?? null,
    steps: seed.steps ?? null,
  }
  const reported = await reportBuild(stores, project.id, report)
  if (!('build' in reported)) throw new Error(`the seeded build was not stored: ${reported.kind}`)
  return reported.build.num
}
