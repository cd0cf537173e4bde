import { env } from 'cloudflare:workers'
import { eq } from 'drizzle-orm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ArtifactPlace } from '../../../src/domain/artifacts/artifact.ts'
import { comparePaths } from '../../../src/domain/artifacts/pack.ts'
import {
  findLatestArtifact,
  listArtifactPage,
  listArtifacts,
  selectNewestPacks,
} from '../../../src/storage/artifacts/artifacts.ts'
import { selectPacks } from '../../../src/storage/artifacts/packed-artifacts.ts'
import { builds } from '../../../src/storage/schema/schema.ts'
import { seedReport } from '../../support/seed/builds.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { scansOf } from '../../support/worker/query-plan.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { seedArtifact, seedPack } from '../../support/worker/world.ts'

async function openBuild() {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  const build = await seedReport(stores, project, 'test')
  return { stores, project, build }
}

const placeOf = ({ nodeIndex, path }: ArtifactPlace) => `${nodeIndex} ${path}`

describe('the artifacts of a build with packs', () => {
  it('page by page are all of them once, in the order of D1, each page by one look-up', async () => {
    const { stores, project, build } = await openBuild()
    const odd = ['é', 'ｚ', '😀', '\ue000', 'a-b', 'a/b', 'a', 'B', '~']
    const paths = Array.from({ length: 1_300 }, (_, i) => `${odd[i % odd.length]}/${String(i).padStart(5, '0')}.txt`)
    const isLoose = (_: unknown, i: number) => i % 40 === 0
    const packed = paths.filter((path, i) => !isLoose(path, i))
    await seedPack(stores, project, build, Object.fromEntries(packed.map((path) => [path, path])))
    for (const path of paths.filter(isLoose)) await seedArtifact(stores, project, build, { path, text: 'loose' })
    for (const path of ['0', 'ｚ/last']) await seedArtifact(stores, project, build, { path, text: 'x', nodeIndex: 1 })

    const whole = (await listArtifacts(stores, project.id, build.num)) ?? []
    const ordered = env.DB.prepare('select value from json_each(?) order by value').bind(JSON.stringify(paths))
    const inOrder = (await ordered.all<{ value: string }>()).results.map(({ value }) => value)
    expect(whole.map(({ path }) => path)).toEqual([...inOrder, '0', 'ｚ/last'])
    for (const limit of [100, 499, 1_000]) {
      const seen: string[] = []
      let after: ArtifactPlace | null = null
      do {
        stores.resetCounts()
        const build_ = { projectId: project.id, num: build.num }
        const page: readonly ArtifactPlace[] = (await listArtifactPage(stores, build_, { after, limit })) ?? []
        expect(stores.counts.d1).toBe(1)
        seen.push(...page.map(placeOf))
        after = page.length < limit ? null : (page.at(-1) ?? null)
      } while (after)
      expect(seen).toEqual(whole.map(placeOf))
    }
  })

  it('at a path are those of the newest build that has it, loose or packed', async () => {
    const { stores, project } = await openBuild()
    const which = { branch: null, filter: 'none' } as const
    const newest = async (path: string) =>
      (await findLatestArtifact(stores, project.id, which, { nodeIndex: 0, path }))?.buildNum ?? null
    const first = await seedReport(stores, project, 'first')
    const second = await seedReport(stores, project, 'second')
    const third = await seedReport(stores, project, 'third')
    await seedPack(stores, project, first, { 'a.txt': '1', 'b.txt': '1' })
    await seedArtifact(stores, project, second, { path: 'a.txt', text: '2' })
    await seedPack(stores, project, third, { 'b.txt': '3' })
    expect([await newest('a.txt'), await newest('b.txt'), await newest('c.txt')]).toEqual([second.num, third.num, null])
  })

  it('are found by indexes', async () => {
    const { stores, project, build } = await openBuild()
    const { db } = stores
    expect(await scansOf(db, selectPacks(db, eq(builds.id, build.id)))).toEqual([])
    for (const branch of [null, 'main'])
      for (const filter of ['none', 'successful'] as const)
        expect(await scansOf(db, selectNewestPacks(db, project.id, { branch, filter, nodeIndex: 0 }))).toEqual([])
  })
})

it('paths have the order of their UTF-8 bytes', () => {
  const bytesOf = (text: string) => [...new TextEncoder().encode(text)]
  const compareBytes = (a: number[], b: number[]) => {
    const at = a.findIndex((byte, i) => byte !== b[i])
    return at < 0 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1)
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(comparePaths(a, b))).toBe(Math.sign(compareBytes(bytesOf(a), bytesOf(b))))
    }),
  )
})
