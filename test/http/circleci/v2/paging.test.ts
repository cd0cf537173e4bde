import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { slugText } from '../../../../src/domain/project.ts'
import { listArtifactPage } from '../../../../src/storage/artifacts/artifacts.ts'
import { listPipelines } from '../../../../src/storage/builds/pipelines.ts'
import { listJobs, listWorkflows } from '../../../../src/storage/builds/workflows.ts'
import { artifacts } from '../../../../src/storage/schema/schema.ts'
import { listTestPage } from '../../../../src/storage/tests/test-results.ts'
import { seedProject } from '../../../support/seed/seed.ts'
import { seedBuild } from '../../../support/seed/seed-builds.ts'
import { replaceTestResults } from '../../../support/worker/as-instance.ts'
import { callJson, seedProjectToken } from '../../../support/worker/call.ts'
import { openTestStores } from '../../../support/worker/stores.ts'

/** All pages of a list, each read after `between` did its worst. */
async function pagesOf<T, K>(
  read: (after: K | null, limit: number) => Promise<readonly T[] | null>,
  keyOf: (item: T) => K,
  size: number,
  between: () => Promise<unknown> = async () => {},
): Promise<T[]> {
  const all: T[] = []
  for (let after: K | null = null; ; ) {
    const rows: readonly T[] = (await read(after, size + 1)) ?? []
    all.push(...rows.slice(0, size))
    const last = all.at(-1)
    if (rows.length <= size || !last) return all
    after = keyOf(last)
    await between()
  }
}

const sizes = fc.record({ count: fc.integer({ min: 1, max: 9 }), size: fc.integer({ min: 1, max: 4 }) })
const few = { numRuns: 8 }

describe('all pages together are the list', () => {
  it('of pipelines, also when others are pushed meanwhile', async () => {
    const stores = await openTestStores()
    await fc.assert(
      fc.asyncProperty(sizes, async ({ count, size }) => {
        const project = await seedProject(stores.db)
        for (let i = 0; i < count; i++) await seedBuild(stores, project)
        const read = (before: number | null, limit: number) =>
          listPipelines(stores.db, project.id, { branch: null, login: null }, { before, limit })
        const paged = await pagesOf(
          read,
          (one) => one.number,
          size,
          () => seedBuild(stores, project),
        )
        expect(paged.map((one) => one.number)).toEqual(Array.from({ length: count }, (_, i) => count - i))
      }),
      few,
    )
  })

  it('of workflows, also when others start in the same millisecond', async () => {
    const stores = await openTestStores()
    await fc.assert(
      fc.asyncProperty(sizes, async ({ count, size }) => {
        const project = await seedProject(stores.db)
        const add = () => seedBuild(stores, project, { pipeline: 'p', workflowRun: crypto.randomUUID() })
        const before = []
        for (let i = 0; i < count; i++) before.push((await add()).workflow.id)
        const { pipeline } = await add()
        const all = await listWorkflows(stores.db, pipeline.id, null, 100)
        const read = (after: { createdAt: number; id: string } | null, limit: number) =>
          listWorkflows(stores.db, pipeline.id, after, limit)
        const paged = await pagesOf(
          read,
          ({ createdAt, id }) => ({ createdAt, id }),
          size,
          async () => {
            stores.clock.advance(1)
            await add()
          },
        )
        expect(paged.map((one) => one.id)).toEqual(all.map((one) => one.id))
      }),
      few,
    )
  })

  it('of jobs, with those that start meanwhile at the end', async () => {
    const stores = await openTestStores()
    await fc.assert(
      fc.asyncProperty(sizes, async ({ count, size }) => {
        const project = await seedProject(stores.db)
        const add = () => seedBuild(stores, project, { pipeline: 'p', job: crypto.randomUUID() })
        let last = await add()
        for (let i = 1; i < count; i++) last = await add()
        const read = (after: number | null, limit: number) => listJobs(stores.db, last.workflow.id, after, limit)
        let added = 0
        const paged = await pagesOf(
          read,
          (one) => one.num,
          size,
          async () => added++ < 2 && add(),
        )
        expect(paged.map((one) => one.num)).toEqual(Array.from({ length: paged.length }, (_, i) => i + 1))
        expect(paged.length).toBeGreaterThanOrEqual(count)
      }),
      few,
    )
  })

  it('of artifacts and test results, whatever their names', async () => {
    const stores = await openTestStores()
    const names = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), {
      minLength: 1,
      maxLength: 9,
      selector: (name) => name.normalize(),
    })
    await fc.assert(
      fc.asyncProperty(names, fc.integer({ min: 1, max: 4 }), async (paths, size) => {
        const project = await seedProject(stores.db)
        const build = await seedBuild(stores, project)
        await stores.db.insert(artifacts).values(
          paths.map((path, i) => ({
            id: crypto.randomUUID(),
            projectId: project.id,
            buildId: build.id,
            buildNum: build.num,
            nodeIndex: i % 2,
            path,
            sizeBytes: 1,
            digest: { kind: 'sha256', hex: '00'.repeat(32) } as const,
            contentType: 'text/plain',
            objectKey: crypto.randomUUID(),
            createdAt: 0,
          })),
        )
        const readArtifacts = (after: { nodeIndex: number; path: string } | null, limit: number) =>
          listArtifactPage(stores, { projectId: project.id, num: build.num }, { after, limit })
        const files = await pagesOf(readArtifacts, ({ nodeIndex, path }) => ({ nodeIndex, path }), size)
        expect(files.map((one) => one.path).sort()).toEqual([...paths].sort())

        for (const report of ['', 'b'])
          await replaceTestResults(
            stores,
            build.id,
            report,
            paths.map((name) => {
              return {
                classname: report,
                name,
                result: 'success',
                runTimeSeconds: 0,
                message: '',
                file: null,
                source: '',
              }
            }),
          )
        const readTests = (after: { report: string; position: number } | null, limit: number) =>
          listTestPage(stores, { projectId: project.id, num: build.num }, after, limit)
        const tests = await pagesOf(readTests, ({ report, position }) => ({ report, position }), size)
        expect(tests.map((one) => one.name)).toEqual([...paths, ...paths])
      }),
      few,
    )
  })
})

describe('next_page_token', () => {
  it('leads through all pipelines, twenty at a time', async () => {
    const stores = await openTestStores()
    const project = await seedProject(stores.db)
    for (let i = 0; i < 45; i++) await seedBuild(stores, project)
    const { secret: token } = await seedProjectToken(stores, project, 'status')
    const path = `/api/v2/project/${slugText(project)}/pipeline`
    const numbers: number[] = []
    const lengths: number[] = []
    for (let query = '', pages = 0; pages < 5; pages++) {
      const { body } = await callJson(path + query, { token })
      numbers.push(...body.items.map((one: { number: number }) => one.number))
      lengths.push(body.items.length)
      if (body.next_page_token === null) break
      query = `?page-token=${body.next_page_token}`
    }
    expect(lengths).toEqual([20, 20, 5])
    expect(numbers).toEqual(Array.from({ length: 45 }, (_, i) => 45 - i))
  })

  it.each(['x', '!', 'WyJqb2IiLDFd', 'e30', '%00'])('that is garbage (%s) is 400 and names itself', async (garbage) => {
    const stores = await openTestStores()
    const project = await seedProject(stores.db, { visibility: 'public' })
    const { status, body } = await callJson(`/api/v2/project/${slugText(project)}/pipeline?page-token=${garbage}`)
    expect([status, body.errors[0].path]).toEqual([400, 'page-token'])
  })
})
