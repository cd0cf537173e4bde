import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { randomBase62 } from '../../../src/domain/access/secret.ts'
import type { StatusClass } from '../../../src/domain/builds/build.ts'
import { pipelineStatusFor } from '../../../src/domain/builds/pipeline-status.ts'
import {
  findPipelineOverview,
  listPipelineOverviews,
  listRecentBranches,
  listRunParts,
  type PipelineFilter,
  type Place,
} from '../../../src/storage/builds/pipeline-overviews.ts'
import { builds } from '../../../src/storage/schema/schema.ts'
import type { Db } from '../../../src/storage/stores.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { seedRun } from '../../support/seed/seed-runs.ts'
import { reportRun } from '../../support/worker/as-instance.ts'
import { rowsReadBy, scansOf } from '../../support/worker/query-plan.ts'
import { openTestStores } from '../../support/worker/stores.ts'

const EVERY: PipelineFilter = { branch: null, class: null }

async function openProject() {
  const stores = await openTestStores()
  return { stores, db: stores.db, project: await seedProject(stores.db) }
}

/** The numbers of all pages, one list a page. */
async function allPages(db: Db, projectId: string, filter: PipelineFilter): Promise<number[][]> {
  const pages: number[][] = []
  let olderThan: Place | null = null
  do {
    const page = await listPipelineOverviews(db, projectId, filter, olderThan)
    pages.push(page.pipelines.map(({ number }) => number))
    olderThan = page.olderThan
  } while (olderThan !== null)
  return pages
}

describe('the pipelines of a project', () => {
  it('come newest first, with their builds in the order reported', async () => {
    const { stores, db, project } = await openProject()
    await seedRun(stores, project, { push: 'a', job: 'lint', subject: 'First' })
    await seedRun(stores, project, { push: 'b', workflow: 'nightly', job: 'audit', tag: 'v1' })
    await seedRun(stores, project, { push: 'a', job: 'test', status: 'failed' })
    const { pipelines, olderThan } = await listPipelineOverviews(db, project.id, EVERY, null)
    expect(olderThan).toBeNull()
    expect(pipelines).toMatchObject([
      { number: 2, branch: null, tag: 'v1', workflows: [{ name: 'nightly' }], builds: [{ num: 2, jobName: 'audit' }] },
      {
        number: 1,
        branch: 'main',
        subject: 'First',
        author: { name: 'Ada' },
        workflows: [{ name: 'ci' }],
        builds: [
          { num: 1, jobName: 'lint', status: 'success' },
          { num: 3, jobName: 'test', status: 'failed' },
        ],
      },
    ])
    expect(await findPipelineOverview(db, project.id, 1)).toEqual(pipelines[1])
    expect(await findPipelineOverview(db, project.id, 3)).toBeNull()
  })

  it('are those of the project asked for and of no other', async () => {
    const { stores, db, project } = await openProject()
    const other = await seedProject(db)
    await seedRun(stores, other, { subject: 'Secret', branch: 'theirs' })
    await seedRun(stores, project, { subject: 'Mine' })
    expect((await listPipelineOverviews(db, project.id, EVERY, null)).pipelines.map(({ subject }) => subject)).toEqual([
      'Mine',
    ])
    expect((await findPipelineOverview(db, project.id, 1))?.subject).toBe('Mine')
    expect(await listRecentBranches(db, project.id)).toEqual(['main'])
    expect((await listRunParts(db, project.id, null, 10)).builds).toHaveLength(1)
    expect((await listPipelineOverviews(db, project.id, { branch: 'theirs', class: null }, null)).pipelines).toEqual([])
  })

  it.each<[string, PipelineFilter]>([
    ['all', EVERY],
    ['of a branch', { branch: 'main', class: null }],
    ['with a red build', { branch: null, class: 'red' }],
    ['of a branch with a red build', { branch: 'main', class: 'red' }],
    ['with a running build', { branch: null, class: 'blue' }],
  ])('%s show each once over all pages, also while new ones come', async (_, filter) => {
    const { stores, db, project } = await openProject()
    const expected: number[] = []
    const classOf = ['green', 'red', 'blue'] as const satisfies StatusClass[]
    for (let i = 1; i <= 66; i++) {
      const branch = i % 3 === 0 ? 'develop' : 'main'
      const status = (['success', 'failed', 'running'] as const)[i % 2 === 0 ? 1 : i % 5 === 0 ? 2 : 0]
      await seedRun(stores, project, { push: `${i}`, branch, job: 'lint' })
      await seedRun(stores, project, { push: `${i}`, branch, job: 'test', status })
      const group = classOf[['success', 'failed', 'running'].indexOf(status)]
      const passes = filter.class === null || group === filter.class

      if (passes && (filter.branch === null || filter.branch === branch)) expected.unshift(i)
    }
    const first = await listPipelineOverviews(db, project.id, filter, null)
    await seedRun(stores, project, { push: 'new', status: 'failed' })
    await seedRun(stores, project, { push: 'new too', status: 'running' })
    const rest: number[] = []
    for (let { olderThan } = first; olderThan !== null; ) {
      const page = await listPipelineOverviews(db, project.id, filter, olderThan)
      rest.push(...page.pipelines.map(({ number }) => number))
      olderThan = page.olderThan
    }
    expect([...first.pipelines.map(({ number }) => number), ...rest]).toEqual(expected)
  })

  it('with several builds of the class stand once, where the newest of these does', async () => {
    const { stores, db, project } = await openProject()
    for (const push of ['a', 'b', 'a', 'b', 'a'])
      await seedRun(stores, project, { push, job: randomBase62(6), status: 'failed' })
    expect(await allPages(db, project.id, { branch: null, class: 'red' })).toEqual([[1, 2]])
  })

  it('with more builds than a page holds are red when one of them is, and leave the rest to the next page', async () => {
    const { stores, db, project } = await openProject()
    await seedRun(stores, project, { push: 'older', status: 'failed' })
    await seedRun(stores, project, { push: 'huge' })
    await seedRun(stores, project, { push: 'huge', job: 'last', status: 'failed' })
    await db.run(sql`insert into ${builds} (id, project_id, pipeline_id, workflow_id, build_num, external_id, job_name, branch,
        status, class, stage, event_at, rank, created_at)
      with recursive n(i) as (select 4 union all select i + 1 from n where i < 2100)
      select ${project.id} || i, b.project_id, b.pipeline_id, b.workflow_id, i, ${project.id} || i, 'job ' || i, b.branch,
        'success', 'green', 2, 0, 7, 0 from n join ${builds} as b on b.project_id = ${project.id} and b.build_num = 2`)
    const first = await listPipelineOverviews(db, project.id, EVERY, null)
    expect(first.pipelines.map((one) => [one.number, pipelineStatusFor(one)])).toEqual([[2, 'failed']])
    const second = await listPipelineOverviews(db, project.id, EVERY, first.olderThan)
    expect(second.pipelines.map((one) => [one.number, pipelineStatusFor(one)])).toEqual([[1, 'failed']])
    expect(second.olderThan).toBeNull()
  })

  it('that the CI ended without a build stand among those with one, once and on one page', async () => {
    const { stores, db, project } = await openProject()
    const expected: number[] = []
    for (let i = 1; i <= 60; i++) {
      if (i % 3 === 0) await seedRun(stores, project, { push: `${i}`, status: 'failed' })
      else {
        const untold = { tag: null, subject: null, body: null, author: null, committer: null, actor: null }
        await reportRun(stores, project.id, {
          workflow: { externalId: `${i}`, name: 'ci' },
          pipeline: { externalId: `${i}`, branch: 'main', revision: 'c0ffee', pullRequests: [], ...untold },
          runStatus: { status: i % 3 === 1 ? 'failed' : 'success', at: i, beganAt: i },
        })
      }
      if (i % 3 !== 2) expected.unshift(i)
    }
    const pages = await allPages(db, project.id, { branch: 'main', class: 'red' })
    expect(pages.flat()).toEqual(expected)
    expect(pages.map((page) => page.length)).toEqual([20, 20])
  })

  it('are found by indexes', async () => {
    const { stores, db, project } = await openProject()
    for (let i = 0; i < 30; i++) await seedRun(stores, project, { status: i % 2 ? 'failed' : 'success' })
    const before = { number: 29, pipeline: 0 }
    stores.recorded.length = 0
    await listPipelineOverviews(db, project.id, EVERY, before)
    await listPipelineOverviews(db, project.id, { branch: 'main', class: null }, before)
    await listPipelineOverviews(db, project.id, { branch: null, class: 'red' }, before)
    await listPipelineOverviews(db, project.id, { branch: 'main', class: 'red' }, before)
    await findPipelineOverview(db, project.id, 3)
    await listRecentBranches(db, project.id)
    await listRunParts(db, project.id, null, 50)
    await listRunParts(db, project.id, 'main', 50)
    const ran = stores.recorded.filter(({ sql }) => sql.startsWith('select'))
    expect(ran).toHaveLength(22)
    for (const statement of ran) expect(await scansOf(db, statement), statement.sql).toEqual([])
  })
})

it('a page costs the same rows however old the project is', async () => {
  const { stores, db, project } = await openProject()
  const costOf = async (filter: PipelineFilter) => {
    stores.recorded.length = 0
    await listPipelineOverviews(db, project.id, filter, null)
    await listRunParts(db, project.id, filter.branch, 20)
    return rowsReadBy(db, [...stores.recorded])
  }
  const grow = async (builds: number) => {
    for (let i = 0; i < builds; i++) await seedRun(stores, project, { status: i % 2 ? 'failed' : 'success' })
  }
  const filters: PipelineFilter[] = [
    EVERY,
    { branch: 'main', class: null },
    { branch: null, class: 'red' },
    { branch: 'main', class: 'red' },
  ]
  const costs = async () => {
    const rows: number[] = []
    for (const filter of filters) rows.push(await costOf(filter))
    return rows
  }
  await grow(50)
  const young = await costs()
  await grow(100)
  // Ids are random, and where they fall in the index moves a few rows.
  for (const [i, cost] of (await costs()).entries()) expect(Math.abs(cost - (young[i] ?? 0))).toBeLessThan(10)
  expect(Math.max(...young)).toBeLessThan(1_000)
})

describe('the branches to choose from', () => {
  it('are named once, the one that ran last first, tags left out', async () => {
    const { stores, db, project } = await openProject()
    for (const branch of ['main', 'develop', 'topic/a', 'main']) await seedRun(stores, project, { branch })
    await seedRun(stores, project, { tag: 'v1' })
    expect(await listRecentBranches(db, project.id)).toEqual(['main', 'topic/a', 'develop'])
  })
})

describe('the builds for trends', () => {
  it('are those of so many newest pipelines of the branch', async () => {
    const { stores, db, project } = await openProject()
    for (const branch of ['main', 'main', 'develop', 'main']) await seedRun(stores, project, { branch })
    const numbersOf = async (branch: string | null) =>
      (await listRunParts(db, project.id, branch, 2)).workflows.map((workflow) => workflow.pipelineNumber)
    expect(await numbersOf('main')).toEqual([4, 2])
    expect(await numbersOf(null)).toEqual([4, 3])
  })
})
