import { describe, expect, it } from 'vitest'
import type { FolderPlace } from '../../../src/domain/artifacts/folder.ts'
import type { TestOutcome } from '../../../src/domain/tests/test-result.ts'
import {
  listBuildFiles,
  listFilesAt,
  listFolder,
  selectFolder,
  selectNodes,
} from '../../../src/storage/builds/build-contents.ts'
import { findBuildId } from '../../../src/storage/builds/builds.ts'
import { listTestsOfBuild } from '../../../src/storage/tests/test-results.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { seedRun } from '../../support/seed/seed-runs.ts'
import { type PlainTestResult, replaceTestResults } from '../../support/worker/as-instance.ts'
import { queryPlanOf, scansOf } from '../../support/worker/query-plan.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { seedArtifact, seedPack } from '../../support/worker/world.ts'

async function openBuild() {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  const num = await seedRun(stores, project)
  const id = (await findBuildId(stores.db, project.id, num)) ?? ''
  return { stores, db: stores.db, project, num, build: { id, num } }
}

function result(name: string, outcome: TestOutcome, message = ''): PlainTestResult {
  return { classname: '', name, result: outcome, runTimeSeconds: 0.5, message, file: null, source: 'unit' }
}

describe('the files of a build', () => {
  it('come by node and path, with the sum of all', async () => {
    const { stores, project, build, num } = await openBuild()
    await seedArtifact(stores, project, build, { path: 'b.txt', text: 'hello', nodeIndex: 1 })
    await seedArtifact(stores, project, build, { path: 'z/a.txt', text: 'hi' })
    await seedArtifact(stores, project, build, { path: 'b.txt', text: 'hey' })
    expect(await listBuildFiles(stores, project.id, num)).toEqual({
      count: 3,
      sizeBytes: 10,
      firstNode: 0,
      lastNode: 1,
      files: [
        { path: 'b.txt', nodeIndex: 0, sizeBytes: 3 },
        { path: 'z/a.txt', nodeIndex: 0, sizeBytes: 2 },
        { path: 'b.txt', nodeIndex: 1, sizeBytes: 5 },
      ],
      all: null,
    })
    expect(await listBuildFiles(stores, project.id, num + 1)).toEqual({
      count: 0,
      sizeBytes: 0,
      firstNode: 0,
      lastNode: 0,
      files: [],
      all: null,
    })
  })

  it.each(['loose', 'in packs'])('%s come folder by folder: folders first, each with what is below it', async (how) => {
    const { stores, db, project, build, num } = await openBuild()
    const paths = ['z.txt', 'a/b/1.txt', 'a/b/c/2.txt', 'é/x/y.txt', 'é/x/ỹ.txt', 'a-b.txt', 'Z/1', 'a0/1']
    if (how === 'loose') for (const path of paths) await seedArtifact(stores, project, build, { path, text: 'hello' })
    else await seedPack(stores, project, build, Object.fromEntries(paths.map((path) => [path, 'hello'])))
    await seedArtifact(stores, project, build, { path: 'a/other-node.txt', text: 'hi', nodeIndex: 3 })
    const { all } = await listBuildFiles(stores, project.id, num)
    const list = (place: FolderPlace | null) => listFolder(db, { projectId: project.id, num }, { place, page: 1, all })
    const root = await list({ nodeIndex: 0, path: '' })
    expect(root.entries.map(({ kind, path, count, sizeBytes }) => [kind, path, count, sizeBytes])).toEqual([
      ['folder', 'Z/', 1, 5],
      ['folder', 'a/b/', 2, 10],
      ['folder', 'a0/', 1, 5],
      ['folder', 'é/x/', 2, 10],
      ['file', 'a-b.txt', 1, 5],
      ['file', 'z.txt', 1, 5],
    ])
    const inner = await list({ nodeIndex: 0, path: 'a/b/' })
    expect(inner.entries.map(({ path }) => path)).toEqual(['a/b/c/', 'a/b/1.txt'])
    const nodes = await list(null)
    expect(nodes.entries.map(({ nodeIndex, count }) => [nodeIndex, count])).toEqual([
      [0, 8],
      [3, 1],
    ])
  })

  it('of a folder and of the nodes are found by an index', async () => {
    const { db, project, num } = await openBuild()
    expect(
      await scansOf(db, selectFolder(db, { projectId: project.id, num }, { nodeIndex: 0, path: 'a/' }, 2)),
    ).toEqual([])
    expect(
      await queryPlanOf(db, selectFolder(db, { projectId: project.id, num }, { nodeIndex: 0, path: 'a/' }, 2)),
    ).toMatch(/artifacts_path \(build_id=\? AND node_index=\? AND path>\? AND path<\?\)/)
    expect(await scansOf(db, selectNodes(db, { projectId: project.id, num }, 2))).toEqual([])
  })
})

describe('the tests of a build', () => {
  it('come page by page, failures first, long messages cut', async () => {
    const { stores, project, build, num } = await openBuild()
    const passed = Array.from({ length: 60 }, (_, i) => result(`ok ${i}`, 'success'))
    await replaceTestResults(stores, build.id, 'a', [...passed, result('slow', 'error', 'x'.repeat(2_001))])
    await replaceTestResults(stores, build.id, 'b', [result('later', 'skipped'), result('wrong', 'failure', 'because')])
    const first = await listTestsOfBuild(stores, project.id, num, 1)
    expect(first).toMatchObject({
      counts: { success: 60, failure: 1, error: 1, skipped: 1 },
      runTimeSeconds: 31.5,
      page: 1,
      pages: 2,
    })
    expect(first.results.slice(0, 4).map(({ name, isCut }) => [name, isCut])).toEqual([
      ['slow', true],
      ['wrong', false],
      ['later', false],
      ['ok 0', false],
    ])
    expect(first.results[0]?.message).toHaveLength(2_000)
    const second = await listTestsOfBuild(stores, project.id, num, 2)
    const names = [...first.results, ...second.results].map(({ name }) => name)
    expect(new Set(names).size).toBe(63)
    expect((await listTestsOfBuild(stores, project.id, num, 3)).results).toEqual([])
  })

  it('are none where none were reported', async () => {
    const { stores, project, num } = await openBuild()
    expect(await listTestsOfBuild(stores, project.id, num, 1)).toEqual({
      reports: 0,
      counts: { success: 0, failure: 0, error: 0, skipped: 0 },
      flaky: 0,
      runTimeSeconds: 0,
      warnings: [],
      results: [],
      page: 1,
      pages: 0,
    })
  })
})

it('both are found by indexes', async () => {
  const { stores, db, project, num } = await openBuild()
  stores.recorded.length = 0
  await listBuildFiles(stores, project.id, num)
  await listTestsOfBuild(stores, project.id, num, 1)
  await listFilesAt(db, { projectId: project.id, num }, { firstNode: 0, lastNode: 3, all: null }, ['a/b.txt'])
  const ran = stores.recorded.filter(({ sql }) => sql.startsWith('select'))
  expect(ran).toHaveLength(6)
  for (const statement of ran) expect(await scansOf(db, statement), statement.sql).toEqual([])
})
