import { eq } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { wholeReach } from '../../../src/domain/access/limits/reach.ts'
import type { Project } from '../../../src/domain/project.ts'
import { findLatestArtifact } from '../../../src/storage/artifacts/artifacts.ts'
import { findBranchStatus } from '../../../src/storage/builds/branches/branch-status.ts'
import { listRecentBuilds, type Page } from '../../../src/storage/builds/builds.ts'
import { findNewest, hasBuild, type LatestOf } from '../../../src/storage/builds/latest.ts'
import { builds } from '../../../src/storage/schema/schema.ts'
import { seedMember, seedProject, seedUser } from '../../support/seed/seed.ts'
import { reportBuild } from '../../support/worker/as-instance.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { reportOf, seedArtifact } from '../../support/worker/world.ts'

const ANY: LatestOf = { branch: null, filter: 'none', job: null, workflow: null }

describe('the latest of a project', () => {
  let stores: TestStores
  let project: Project

  // Builds 1 … 5: what each is stands in its job, branch, workflow and status.
  beforeAll(async () => {
    stores = await openTestStores()
    project = await seedProject(stores.db)
    await report({ job: 'test', branch: 'main', kept: true })
    await report({ job: 'test', branch: 'release', kept: true })
    await report({ job: 'test', branch: 'main', workflow: 'nightly', status: 'failed', kept: true })
    await report({ job: 'lint', branch: 'main' })
    await report({ job: 'test', branch: 'topic', status: 'running' })
  })

  type Reported = {
    job: string
    branch: string
    workflow?: string
    status?: 'success' | 'failed' | 'running'
    kept?: boolean
  }

  async function report({ job, branch, workflow = 'ci', status = 'success', kept = false }: Reported) {
    const pipeline = { externalId: `${branch} ${workflow}`, branch }
    const told = reportOf({ jobName: job, status, pipeline, workflow: { externalId: workflow, name: workflow } })
    const reported = await reportBuild(stores, project.id, told)
    if (!('build' in reported)) throw new Error(`the build was not stored: ${reported.kind}`)
    if (kept)
      await seedArtifact(stores, project, reported.build, {
        path: 'report.txt',
        text: `of build ${reported.build.num}`,
      })
  }

  it.each([
    [{}, 5],
    [{ branch: 'main' }, 4],
    [{ branch: 'main', job: 'test' }, 3],
    [{ branch: 'main', job: 'test', filter: 'successful' }, 1],
    [{ job: 'lint' }, 4],
    [{ workflow: 'nightly' }, 3],
    [{ workflow: 'nightly', filter: 'successful' }, null],
    [{ filter: 'running' }, 5],
    [{ filter: 'completed' }, 4],
    [{ filter: 'failed', job: 'lint' }, null],
    [{ branch: 'absent' }, null],
  ] satisfies [Partial<LatestOf>, number | null][])('build with %j is %s', async (which, num) => {
    expect(await findNewest(stores.db, project.id, { ...ANY, ...which }, { others: null })).toBe(num)
    expect(await hasBuild(stores.db, project.id, { ...ANY, ...which })).toBe(num !== null)
  })

  it.each([
    [{ branch: null, filter: 'none' }, 3],
    [{ branch: null, filter: 'successful' }, 2],
    [{ branch: 'main', filter: 'successful' }, 1],
    [{ branch: 'release', filter: 'none' }, 2],
    [{ branch: 'topic', filter: 'none' }, null],
  ] as const)('artifact with %j is of build %s', async (which, num) => {
    expect(
      (await findLatestArtifact(stores, project.id, which, { nodeIndex: 0, path: 'report.txt' }))?.buildNum ?? null,
    ).toBe(num)
  })
})

describe('the status of a branch', () => {
  it('is that of its newest pipeline when none of the newest hundred ever ended', async () => {
    const stores = await openTestStores()
    const project = await seedProject(stores.db)
    await reportBuild(stores, project.id, reportOf({ status: 'failed', pipeline: { externalId: 'first' } }))
    const running = (name: string) =>
      reportBuild(stores, project.id, reportOf({ status: 'running', pipeline: { externalId: name } }))
    for (let i = 0; i < 99; i++) await running(`p${i}`)
    expect(await findBranchStatus(stores, project.id, 'main')).toBe('failed')
    await running('the hundredth')
    expect(await findBranchStatus(stores, project.id, 'main')).toBe('running')
  })
})

describe('the recent builds of a person', () => {
  it('are each once over all pages, though builds of several projects came at one moment', async () => {
    const stores = await openTestStores()
    const user = await seedUser(stores.db)
    for (let i = 0; i < 4; i++) {
      const one = await seedProject(stores.db)
      await seedMember(stores.db, one, user, 'member')
      for (let num = 0; num < i; num++) await reportBuild(stores, one.id, reportOf())
    }
    const idsOf = async (page: Page) =>
      (await listRecentBuilds(stores.db, wholeReach(user.id), page)).map(({ id }) => id)
    for (const left of [6, 5]) {
      const all = await idsOf({ limit: 30, offset: 0 })
      expect(new Set(all).size).toBe(left)
      const paged: string[] = []
      for (let offset = 0; offset < left; offset++) paged.push(...(await idsOf({ limit: 1, offset })))
      expect(paged).toEqual(all)
      // Of the project that has most, the last one goes.
      await stores.db.delete(builds).where(eq(builds.id, all[0] ?? ''))
    }
  })
})

describe('an artifact', () => {
  it('goes with its build when the branch is told later than the file was sent', async () => {
    const stores = await openTestStores()
    const project = await seedProject(stores.db)
    const first = await reportBuild(stores, project.id, reportOf({ externalId: 'b', pipeline: { branch: null } }))
    if (!('build' in first)) throw new Error(`the build was not stored: ${first.kind}`)
    await seedArtifact(stores, project, first.build, { path: 'report.txt', text: 'hello' })
    const main = { branch: 'main', filter: 'none' } as const
    expect(await findLatestArtifact(stores, project.id, main, { nodeIndex: 0, path: 'report.txt' })).toBeNull()
    await reportBuild(stores, project.id, reportOf({ externalId: 'b', pipeline: { branch: 'main' } }))
    expect((await findLatestArtifact(stores, project.id, main, { nodeIndex: 0, path: 'report.txt' }))?.buildNum).toBe(1)
  })
})
