import { expect, it } from 'vitest'
import { listBuildFiles } from '../../../src/storage/builds/build-contents.ts'
import { listReports } from '../../../src/storage/builds/build-reports.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { reportBuild } from '../../support/worker/as-instance.ts'
import { queryPlanOf, scansOf } from '../../support/worker/query-plan.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { reportOf, seedArtifact, seedPack } from '../../support/worker/world.ts'

it('reports of a build are found by an index of their own, and known by the files beside them', async () => {
  const stores = await openTestStores()
  const { db } = stores
  const project = await seedProject(db)
  const reported = await reportBuild(stores, project.id, reportOf())
  if (!('build' in reported)) throw new Error(reported.kind)
  const { build } = reported
  const place = { projectId: project.id, num: build.num }
  expect(await listReports(db, place, null)).toEqual([])
  for (const [path, nodeIndex] of [
    ['cov/index.html', 0],
    ['cov/prettify.js', 0],
    ['cov/src/index.html', 0],
    ['index.htm', 0],
    ['myindex.html', 0],
    ['x/INDEX.html', 0],
    ['plain/index.html', 2],
    ['cov/index.html', 2],
  ] as const)
    await seedArtifact(stores, project, build, { path, nodeIndex, text: path })
  stores.recorded.length = 0
  expect(await listReports(db, place, null)).toEqual([
    { nodeIndex: 0, path: 'cov/index.html', folder: 'cov/', kind: 'coverage' },
    { nodeIndex: 2, path: 'cov/index.html', folder: 'cov/', kind: null },
    { nodeIndex: 2, path: 'plain/index.html', folder: 'plain/', kind: null },
  ])
  const [indexes, marks] = stores.recorded
  expect(stores.recorded).toHaveLength(2)
  if (!indexes || !marks) throw new Error('two statements')
  expect(await queryPlanOf(db, indexes)).toContain('artifacts_reports (build_id=?)')
  // In the order of the index: no more rows are read than are wanted.
  expect(await queryPlanOf(db, indexes)).not.toContain('TEMP B-TREE')
  for (const statement of [indexes, marks]) expect(await scansOf(db, statement)).toEqual([])
})

it('the reports in packs of a build are found among its files', async () => {
  const stores = await openTestStores()
  const { db } = stores
  const project = await seedProject(db)
  const reported = await reportBuild(stores, project.id, reportOf())
  if (!('build' in reported)) throw new Error(reported.kind)
  const { build } = reported
  await seedPack(stores, project, build, {
    'cov/index.html': '',
    'cov/prettify.js': '',
    'cov/src/index.html': '',
    'a.txt': '',
  })
  const place = { projectId: project.id, num: build.num }
  const { all } = await listBuildFiles(stores, project.id, build.num)
  expect(await listReports(db, place, all)).toEqual([
    { nodeIndex: 0, path: 'cov/index.html', folder: 'cov/', kind: 'coverage' },
  ])
})
