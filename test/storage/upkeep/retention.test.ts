import { env } from 'cloudflare:workers'
import { asc, eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import type { ReportedStatus } from '../../../src/domain/builds/build.ts'
import { DAY_MS } from '../../../src/domain/day.ts'
import type { Project } from '../../../src/domain/project.ts'
import { sweepOrphans } from '../../../src/storage/artifacts/objects.ts'
import { findBranchStatus } from '../../../src/storage/builds/branches/branch-status.ts'
import { messagesOf } from '../../../src/storage/constraint.ts'
import { artifacts, builds, pipelines } from '../../../src/storage/schema/schema.ts'
import { retention } from '../../../src/storage/schema/schema-reporting.ts'
import { testReports } from '../../../src/storage/schema/schema-tests.ts'
import { sweepProject } from '../../../src/storage/upkeep/retention-sweep.ts'
import { runsOf, shareOf } from '../../prove/share.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { replaceTestResults, reportBuild, reportBuilds, reportRun } from '../../support/worker/as-instance.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { runUpkeepOf } from '../../support/worker/upkeep.ts'
import { reportOf, seedArtifact, seedPack } from '../../support/worker/world.ts'

const PLENTY = 1_000
/** Orders of events that a branch goes through, for each number of pipelines that are kept. */
const ORDERS = shareOf(20)
/** How far apart the steps are at which the sweeps are broken off: each of them in `npm run prove`. */
const STRIDE = 4 / runsOf(4)

/** A pipeline of one build with artifacts, made `daysAgo`. */
async function seedBuild(
  stores: TestStores,
  project: Project,
  daysAgo: number,
  { branch = 'main', files = 1 }: { branch?: string; files?: number } = {},
) {
  const today = stores.clock.now
  stores.clock.now = today - daysAgo * DAY_MS
  const reported = await reportBuild(
    stores,
    project.id,
    reportOf({ pipeline: { externalId: crypto.randomUUID(), branch } }),
  )
  if (!('build' in reported)) throw new Error(reported.kind)
  const { build } = reported
  for (let i = 0; i < files; i++) await seedArtifact(stores, project, build, { path: `file ${i}`, text: `${i}` })
  await replaceTestResults(stores, build.id, '', [
    { classname: 'a', name: 'b', result: 'success', runTimeSeconds: 1, message: '', file: null, source: '' },
  ])
  stores.clock.now = today
  return build
}

/** A project whose settings let nothing be kept for its branch. */
async function seedForgetful(stores: TestStores, { artifactDays = 30, buildDays = 365, keepPerBranch = 0 } = {}) {
  const project = await seedProject(stores.db)
  await stores.db.insert(retention).values({ projectId: project.id, artifactDays, buildDays, keepPerBranch })
  return project
}

async function leftOf({ db }: TestStores, { id }: Project) {
  const rows = await db
    .select({ num: builds.num, id: builds.id })
    .from(builds)
    .where(eq(builds.projectId, id))
    .orderBy(asc(builds.num))
  const kept = await db
    .select({ num: artifacts.buildNum, key: artifacts.objectKey })
    .from(artifacts)
    .where(eq(artifacts.projectId, id))
    .orderBy(asc(artifacts.buildNum))
  const listed = await env.ARTIFACTS.list({ prefix: `artifacts/${id}/` })
  const reports = await db.select({ key: testReports.objectKey }).from(testReports).where(eq(testReports.projectId, id))
  const tests = await env.ARTIFACTS.list({ prefix: `tests/${id}/` })
  return {
    builds: rows.map(({ num }) => num),
    artifacts: kept.map(({ num }) => num),
    keys: kept.map(({ key }) => key).sort(),
    objects: listed.objects.map(({ key }) => key).sort(),
    testKeys: reports.map(({ key }) => key).sort(),
    testObjects: tests.objects.map(({ key }) => key).sort(),
    pipelines: await db.$count(pipelines, eq(pipelines.projectId, id)),
  }
}

const sweep = (stores: TestStores) => runUpkeepOf(stores, [{ task: 'retention' }])

describe('retention', () => {
  it('deletes artifacts after their days and keeps the build, deletes builds after theirs with all that is theirs', async () => {
    const stores = await openTestStores()
    const project = await seedForgetful(stores)
    const old = await seedBuild(stores, project, 366)
    await seedBuild(stores, project, 364)
    await seedBuild(stores, project, 31)
    await seedBuild(stores, project, 29)
    await sweep(stores)
    const left = await leftOf(stores, project)
    expect(left).toMatchObject({ builds: [2, 3, 4], artifacts: [4], pipelines: 3 })
    expect(left.objects).toEqual(left.keys)
    expect(left.testKeys).toHaveLength(3)
    expect(left.testObjects).toEqual(left.testKeys)
    expect(await stores.db.$count(testReports, eq(testReports.buildId, old.id))).toBe(0)
    const next = await reportBuild(stores, project.id, reportOf({ pipeline: { externalId: 'next' } }))
    expect(next).toMatchObject({ build: { num: 5, pipeline: { number: 5 } } })
  })

  it('keeps the newest pipelines of each branch however old, three where the project says nothing', async () => {
    const stores = await openTestStores()
    const [usual, two] = [await seedProject(stores.db), await seedForgetful(stores, { keepPerBranch: 2 })]
    for (const project of [usual, two]) {
      for (let i = 0; i < 5; i++) await seedBuild(stores, project, 500 - i)
      await seedBuild(stores, project, 400, { branch: 'release' })
    }
    await sweep(stores)
    expect(await leftOf(stores, usual)).toMatchObject({ builds: [3, 4, 5, 6], artifacts: [3, 4, 5, 6], pipelines: 4 })
    expect(await leftOf(stores, two)).toMatchObject({ builds: [4, 5, 6], artifacts: [4, 5, 6], pipelines: 3 })
  })

  it('takes a pipeline as a whole, once all of it is old', async () => {
    const stores = await openTestStores()
    const project = await seedForgetful(stores, { buildDays: 30 })
    const status = async () => findBranchStatus(await openTestStores({ clock: stores.clock }), project.id, 'main')
    await reportBuild(stores, project.id, reportOf({ jobName: 'test', status: 'failed' }))
    stores.clock.advance(20 * DAY_MS)
    await reportBuild(stores, project.id, reportOf({ jobName: 'deploy', status: 'success' }))
    stores.clock.advance(11 * DAY_MS)
    await sweep(stores)
    expect([await status(), (await leftOf(stores, project)).builds]).toEqual(['failed', [1, 2]])
    stores.clock.advance(20 * DAY_MS)
    await sweep(stores)
    expect([await status(), (await leftOf(stores, project)).pipelines]).toEqual(['no_builds', 0])
  })

  it('takes a pipeline of more builds than go at once as a whole, too', async () => {
    const stores = await openTestStores()
    const project = await seedForgetful(stores)
    for (let from = 0; from < 300; from += 10)
      await reportBuilds(
        stores,
        project.id,
        Array.from({ length: 10 }, (_, i) => reportOf({ jobName: `j${from + i}` })),
      )
    stores.clock.advance(366 * DAY_MS)
    const counted: number[] = []
    const other = await openTestStores()
    stores.faults.afterD1 = async () => {
      counted.push((await leftOf(other, project)).builds.length)
    }
    await sweepProject(stores, project.id, stores.now(), PLENTY)
    stores.faults.afterD1 = undefined
    expect([...new Set(counted)].filter((left) => left !== 300)).toEqual([0])
  })

  it.each([0, 1, 2])(
    'with %i kept a branch ends on what it showed last, and never shows an older result',
    async (keepPerBranch) => {
      let random = 7 + keepPerBranch
      const pick = (n: number) => {
        random = (random * 48_271) % 2_147_483_647
        return random % n
      }
      for (let round = 0; round < ORDERS; round++) {
        const stores = await openTestStores()
        const project = await seedForgetful(stores, { buildDays: 30, keepPerBranch })
        const start = stores.clock.now
        const told: { beganAt: number; status: ReportedStatus }[] = []
        // What began at one time is heard of at any later one; each has a status of its own, by which it is known.
        for (const status of ['failed', 'success', 'canceled', 'timedout', 'running', 'not_run'] as const) {
          const beganAt = start + pick(20) * DAY_MS
          told.push({ beganAt, status })
          stores.clock.now = Math.max(stores.clock.now, beganAt) + pick(5) * DAY_MS
          const externalId = `${status} ${round}`
          const workflow = { externalId, name: 'ci' }
          await reportBuild(
            stores,
            project.id,
            reportOf({ externalId, status, workflow, pipeline: { externalId, beganAt } }),
          )
        }
        const shown: string[] = []
        for (let day = 0; day < 80; day += 3) {
          shown.push(await findBranchStatus(await openTestStores({ clock: stores.clock }), project.id, 'main'))
          await sweep(stores)
          stores.clock.advance(3 * DAY_MS)
        }
        const [first, ...others] = [...new Set(shown)]
        // Where all may go there is nothing in the end; what never ended may be left before that.
        expect(
          others.filter((status) => status !== 'no_builds' && status !== 'running' && status !== 'not_run'),
          `${first} → ${others}, of ${JSON.stringify(told)}`,
        ).toEqual([])
        if (keepPerBranch === 0) expect(shown.at(-1)).toBe('no_builds')
      }
    },
  )

  it('deletes pipelines that never had a build, once they are old', async () => {
    const stores = await openTestStores()
    const project = await seedForgetful(stores)
    await reportRun(stores, project.id, reportOf({ pipeline: { externalId: 'told' } }))
    await sweep(stores)
    expect((await leftOf(stores, project)).pipelines).toBe(1)
    stores.clock.advance(366 * DAY_MS)
    await sweep(stores)
    expect((await leftOf(stores, project)).pipelines).toBe(0)
  })

  it('and the orphan sweep, broken off before or after any of their steps, leave no row without its object and in the end no object without its row', async () => {
    const stores = await openTestStores()
    await sweep(stores)
    let brokenOff = 0
    // Before every fourth step, and between two of these after one.
    for (const [when, first] of [
      ['before', 0],
      ['after', STRIDE >> 1],
    ] as const) {
      for (let step = first; step < 200; step += STRIDE) {
        const project = await seedForgetful(stores)
        await seedBuild(stores, project, 400, { files: 2 })
        await seedBuild(stores, project, 40, { files: 2 })
        await seedBuild(stores, project, 2)
        await env.ARTIFACTS.put(`artifacts/${project.id}/b/orphan`, 'of an upload that failed')
        const isDone = await runUntil(stores, step, when)
        const { keys, objects, testKeys, testObjects } = await leftOf(stores, project)
        for (const key of keys) expect(objects, `${when} step ${step}`).toContain(key)
        for (const key of testKeys) expect(testObjects, `${when} step ${step}`).toContain(key)
        if (isDone) break
        brokenOff += 1
        // The next day nothing breaks.
        await sweep(stores)
        for (const kind of ['artifacts', 'tests'] as const)
          await sweepOrphans(stores, Date.now() + 1_000, PLENTY, { of: kind })
        const left = await leftOf(stores, project)
        expect(left, `${when} step ${step}`).toMatchObject({ builds: [2, 3], artifacts: [3] })
        expect(left.objects, `${when} step ${step}`).toEqual(left.keys)
        expect(left.testObjects, `${when} step ${step}`).toEqual(left.testKeys)
      }
    }
    expect(brokenOff).toBeGreaterThan(20 / STRIDE)
    expect(stores.warnings).toEqual([])
  })

  it('run twice at once does what one run does', async () => {
    const stores = await openTestStores()
    const project = await seedForgetful(stores)
    for (const days of [400, 40, 2]) await seedBuild(stores, project, days, { files: 3 })
    await Promise.all([sweep(stores), sweep(stores), sweep(await openTestStores())])
    const left = await leftOf(stores, project)
    expect(left).toMatchObject({ builds: [2, 3], artifacts: [3, 3, 3] })
    expect(left.objects).toEqual(left.keys)
  })
})

describe('the orphan sweep', () => {
  it('leaves the zip and the index of a pack until its rows are gone', async () => {
    const stores = await openTestStores()
    const project = await seedProject(stores.db)
    const build = await seedBuild(stores, project, 2, { files: 0 })
    await seedPack(stores, project, build, { 'kept.txt': 'kept' })
    const prefix = `artifacts/${project.id}/`
    const count = async () => (await env.ARTIFACTS.list({ prefix })).objects.length
    const sweepAll = async () => {
      while (!(await sweepOrphans(stores, Date.now() + 1_000, PLENTY)).isDone);
    }
    await sweepAll()
    expect(await count()).toBe(2)
    await env.DB.prepare('delete from builds where id = ?').bind(build.id).run()
    await sweepAll()
    expect(await count()).toBe(0)
  })

  it('tells of a row whose object is not there, and leaves it', async () => {
    const stores = await openTestStores()
    const project = await seedForgetful(stores)
    await seedBuild(stores, project, 2, { files: 3 })
    const [key] = (await leftOf(stores, project)).keys
    await env.ARTIFACTS.delete(key ?? '')
    let missing = 0
    for (let i = 0; i < 5; i++)
      missing = Math.max(missing, (await sweepOrphans(stores, Date.now() - DAY_MS, PLENTY, { pageSize: 2 })).missing)
    expect(missing).toBe(1)
    expect(stores.warnings).toContain('artifact_object_missing')
    expect((await leftOf(stores, project)).keys).toHaveLength(3)
    await env.ARTIFACTS.put(key ?? '', 'back')
  })
})

/** Runs both sweeps with a fault at the `step`th thing that they ask of D1 or R2; true when they came through without. */
async function runUntil(stores: TestStores, step: number, when: 'before' | 'after'): Promise<boolean> {
  let asked = 0
  const breakOff = () => {
    if (asked++ === step) throw new Error('the invocation ended')
  }
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    if (when === 'before') breakOff()
    const result = await work()
    if (when === 'after') breakOff()
    return result
  }
  if (when === 'before') stores.faults.beforeD1 = async () => breakOff()
  else stores.faults.afterD1 = async () => breakOff()
  const bucket = {
    list: (options: R2ListOptions) => guarded(() => env.ARTIFACTS.list(options)),
    delete: (keys: string[]) => guarded(() => env.ARTIFACTS.delete(keys)),
  } as unknown as R2Bucket
  try {
    const broken = {
      ...stores,
      artifacts: bucket,
      warn: (_: string, error: unknown) => {
        throw error
      },
    }
    await runUpkeepOf(broken, [{ task: 'retention' }])
    for (const kind of ['artifacts', 'tests'] as const)
      await sweepOrphans({ ...stores, artifacts: bucket }, Date.now() + 1_000, PLENTY, { of: kind })
    return true
  } catch (error) {
    if (!messagesOf(error).includes('invocation ended')) throw error
    return false
  } finally {
    stores.faults.beforeD1 = undefined
    stores.faults.afterD1 = undefined
  }
}
