import type { Build, BuildReport, ReportedStatus } from '../../../src/domain/builds/build.ts'
import type { Stores } from '../../../src/storage/stores.ts'
import { reportBuild } from '../worker/as-instance.ts'

export type BuildSeed = {
  pipeline?: string
  branch?: string | null
  tag?: string | null
  workflow?: string
  workflowRun?: string
  job?: string
  attempt?: number
  status?: ReportedStatus
  externalId?: string
  revision?: string
  login?: string | null
  startedAt?: number | null
  stoppedAt?: number | null
  beganAt?: number
}

/** A build as a CI reports it; each call without an `externalId` is another build. */
export async function seedBuild(stores: Stores, project: { id: string }, seed: BuildSeed = {}): Promise<Build> {
  const reported = await reportBuild(stores, project.id, reportFor(seed))
  if (!('build' in reported)) throw new Error(`a seeded build was not stored: ${reported.kind}`)
  return reported.build
}

/** A report as a CI makes it. */
export function reportFor(seed: BuildSeed): BuildReport {
  const { pipeline = crypto.randomUUID(), tag = null, branch = tag === null ? 'main' : null, workflow = 'ci' } = seed
  const { login = 'ada', revision = 'a'.repeat(40) } = seed
  const person = login === null ? null : { login, name: 'Ada', email: 'ada@example.com' }
  return {
    externalId: seed.externalId ?? crypto.randomUUID(),
    jobName: seed.job ?? 'test',
    attempt: seed.attempt ?? 1,
    status: seed.status ?? 'success',
    queuedAt: null,
    startedAt: seed.startedAt ?? null,
    stoppedAt: seed.stoppedAt ?? null,
    buildUrl: null,
    steps: null,
    workflow: { externalId: seed.workflowRun ?? `${pipeline}-${workflow}`, name: workflow },
    pipeline: {
      externalId: pipeline,
      branch,
      tag,
      revision,
      subject: 'Say it shorter',
      body: null,
      author: person,
      committer: person,
      actor: person,
      pullRequests: [],
      ...(seed.beganAt === undefined ? {} : { beganAt: seed.beganAt }),
    },
  }
}
