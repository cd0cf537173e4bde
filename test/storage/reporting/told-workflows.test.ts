import { env } from 'cloudflare:workers'
import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import type { BuildReport, ReportedStatus } from '../../../src/domain/builds/build.ts'
import { findBranchStatus } from '../../../src/storage/builds/branches/branch-status.ts'
import { builds, workflows } from '../../../src/storage/schema/schema.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { reportBuild } from '../../support/worker/as-instance.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { reportOf } from '../../support/worker/world.ts'

type Row = { workflow: string; name?: string; job?: string; build?: string; status: ReportedStatus }

const of = (pipeline: string, { workflow, name = 'ci', job = 'test', build, status }: Row): BuildReport =>
  reportOf({
    externalId: build ?? crypto.randomUUID(),
    jobName: job,
    status,
    workflow: { externalId: workflow, name },
    pipeline: { externalId: pipeline },
  })

/** As the rows of a project were before builds had attempts, and then migrated. */
async function migrated(stores: TestStores, rows: readonly Row[]) {
  const project = await seedProject(stores.db)
  for (const row of rows) await reportBuild(stores, project.id, of('p', row))
  await stores.db.update(workflows).set({ attemptOf: '', attempt: 1 }).where(eq(workflows.projectId, project.id))
  await stores.db.update(builds).set({ attempt: 1 }).where(eq(builds.projectId, project.id))
  const migration = env.TEST_MIGRATIONS.find(({ name }) => name.includes('told-workflows'))
  const updates = migration?.queries.filter((query) => /^\s*(?:--[^\n]*\n)*\s*UPDATE/.test(query)) ?? []
  expect(updates).toHaveLength(4)
  for (const query of updates) await env.DB.prepare(query).run()
  const isolate = await openTestStores()
  return {
    project,
    status: () => findBranchStatus(isolate, project.id, 'main'),
    async report(row: Row) {
      // The reading of a webhook tells the attempt; these are what it would tell.
      await reportBuild(isolate, project.id, { ...of('p', row), ...attemptOf(row) })
      isolate.clock.advance(10_000)
    },
  }
}

function attemptOf({ workflow, name = 'ci', build }: Row) {
  const [, run, attempt] = /^github:run:(\d+)\.(\d+)$/.exec(workflow) ?? []
  const number = Number(run) * 1_000 + Number(attempt)
  if (run)
    return {
      attempt: number,
      workflow: { externalId: workflow, name, attemptOf: `github:run:${run}`, attempt: number },
    }
  const id = /^gitlab:job:(\d+)$/.exec(build ?? '')?.[1]
  return id ? { attempt: Number(id) } : {}
}

// As older versions showed them: of a name in workflows of one name, the newest build counted.
it.each<[string, ReportedStatus, readonly Row[]]>([
  [
    'a job that ran again',
    'success',
    [
      { workflow: 'w', status: 'failed' },
      { workflow: 'w', status: 'success' },
    ],
  ],
  [
    'a job that failed when it ran again',
    'failed',
    [
      { workflow: 'w', status: 'success' },
      { workflow: 'w', status: 'failed' },
    ],
  ],
  [
    'two jobs',
    'failed',
    [
      { workflow: 'w', status: 'failed' },
      { workflow: 'w', job: 'lint', status: 'success' },
    ],
  ],
  [
    'two workflows',
    'failed',
    [
      { workflow: 'w', status: 'failed' },
      { workflow: 'n', name: 'nightly', status: 'success' },
    ],
  ],
  [
    'two runs of a workflow',
    'success',
    [
      { workflow: 'github:run:5.1', status: 'failed' },
      { workflow: 'github:run:9.1', status: 'success' },
    ],
  ],
  [
    'two attempts at a run',
    'success',
    [
      { workflow: 'github:run:5.1', status: 'failed' },
      { workflow: 'github:run:5.2', status: 'success' },
    ],
  ],
  [
    'a re-run of CircleCI',
    'success',
    [
      { workflow: 'circleci:workflow:a', status: 'failed' },
      { workflow: 'circleci:workflow:b', status: 'success' },
    ],
  ],
  [
    'a retry of GitLab',
    'success',
    [
      { workflow: 'gitlab:pipeline:1', build: 'gitlab:job:7', status: 'failed' },
      { workflow: 'gitlab:pipeline:1', build: 'gitlab:job:8', status: 'success' },
    ],
  ],
  [
    'a job that hung',
    'success',
    [
      { workflow: 'w', status: 'running' },
      { workflow: 'w', status: 'success' },
    ],
  ],
])('%s shows as it did: %s', async (_, status, rows) => {
  const stores = await openTestStores()
  expect(await (await migrated(stores, rows)).status()).toBe(status)
})

it.each<[string, readonly Row[], Row, ReportedStatus]>([
  [
    'a run of GitHub',
    [{ workflow: 'github:run:5.1', status: 'failed' }],
    { workflow: 'github:run:5.2', status: 'success' },
    'success',
  ],
  [
    'a job of GitLab',
    [{ workflow: 'gitlab:pipeline:1', build: 'gitlab:job:71', status: 'failed' }],
    { workflow: 'gitlab:pipeline:1', build: 'gitlab:job:80', status: 'success' },
    'success',
  ],
  [
    'another job of that name',
    [{ workflow: 'github:run:6.1', status: 'success' }],
    { workflow: 'github:run:6.1', status: 'failed' },
    'failed',
  ],
])('what is told after it of %s joins what was there', async (_, rows, next, status) => {
  const stores = await openTestStores()
  const { status: shown, report } = await migrated(stores, rows)
  await report(next)
  expect(await shown()).toBe(status)
})
