import { env } from 'cloudflare:workers'
import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { findBranchStatus } from '../../../src/storage/builds/branches/branch-status.ts'
import { pipelines } from '../../../src/storage/schema/schema.ts'
import { check, job, other, run, type Told, tell } from '../../support/seed/branch-events.ts'
import { githubStatus } from '../../support/seed/github-runs.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { openTestStores } from '../../support/worker/stores.ts'

it('what was stored before stands as its reports say: those of checks and jobs alone in the order of their times', async () => {
  const stores = await openTestStores()
  const migration = env.TEST_MIGRATIONS.find(({ name }) => name.includes('placed-pipelines'))
  const updates = migration?.queries.filter((query) => /^\s*(?:--[^\n]*\n)*\s*UPDATE/.test(query)) ?? []
  expect(updates).toHaveLength(1)
  const upgraded = async (before: readonly Told[], since: readonly Told[]) => {
    const project = await seedProject(stores.db)
    await tell(stores, project.id, before)
    await stores.db.update(pipelines).set({ isHeadKnown: true }).where(eq(pipelines.projectId, project.id))
    for (const query of updates) await env.DB.prepare(query).run()
    await tell(stores, project.id, since)
    return findBranchStatus(stores, project.id, 'main')
  }
  expect(await upgraded([check('a', 10, 'failure')], [check('b', 11, 'success')])).toBe('success')
  expect(await upgraded([job('a', 10, 'failure')], [job('b', 11, 'success')])).toBe('success')
  for (const begun of [
    run('a', 10, 'failure'),
    [other('a', 10, 'failed')],
    [githubStatus({ sha: 'a', hour: 10, state: 'failure' })],
  ])
    expect(await upgraded(begun, [check('b', 11, 'success')])).toBe('failed')
})
