import { eq } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { countingBucket, nothingSpent, type Spent } from '../../../bench/counting-d1.ts'
import { MOST_QUERIES } from '../../../bench/free-plan.ts'
import { doDeferred } from '../../../src/actions/do-deferred.ts'
import { takeDelivery } from '../../../src/actions/take-delivery.ts'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import { mintSecret, type Secret } from '../../../src/domain/access/secret.ts'
import { parseSlug } from '../../../src/domain/project.ts'
import type { TestResult } from '../../../src/domain/tests/test-result.ts'
import { ACCESS, PAGES } from '../../../src/http/frame/access.ts'
import { builds } from '../../../src/storage/schema/schema.ts'
import { PAGE_ROUTES, pathsIn, ROUTES } from '../../support/api/route-paths.ts'
import { gitlabPipeline } from '../../support/seed/ci-payloads.ts'
import { type Furnished, furnish } from '../../support/seed/furnished.ts'
import { seedMember, seedProject, seedToken, seedUser } from '../../support/seed/seed.ts'
import { seedBuild } from '../../support/seed/seed-builds.ts'
import { storedZip } from '../../support/seed/zips.ts'
import { openTestApp } from '../../support/worker/app.ts'
import { replaceTestResults, reportBuilds } from '../../support/worker/as-instance.ts'
import { countQueries, FREE_QUERIES } from '../../support/worker/free-plan.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { reportOf } from '../../support/worker/world.ts'

// What each route that writes asks of D1 is counted where all of them are walked: lasting-effects.test.ts, here and of the pages.
// The messages that send something are counted in test/support/worker/play-queue.ts, what is about all of an instance in
// test/prove/free-plan.test.ts.

let world: Furnished

beforeAll(async () => {
  world = await furnish(await openTestStores())
})

type Cold = TestStores & { readonly spent: Spent }

/** An isolate that knows nothing, in a data centre that knows nothing, without KV: it asks D1 for all. */
async function openCold(): Promise<Cold> {
  const stores = await openTestStores({ maxQueries: FREE_QUERIES })
  stores.faults.kvGet = async () => null
  const spent = nothingSpent()
  return { ...stores, artifacts: countingBucket(stores.artifacts, spent), spent }
}

const FREE_SUBREQUESTS = 50

function subrequestsOf({ spent, counts }: Cold): number {
  return spent.bucketCalls + counts.kvGets + counts.kvPuts + counts.cacheMatches + counts.cachePuts
}

const isRead = (name: string) => name.startsWith('GET ')

describe('on the free plan, the most that D1 may be asked in an invocation is enough for', () => {
  it.each(ROUTES.filter(isRead))('%s', async (name) => {
    for (const path of pathsIn(world, name).paths) {
      const stores = await openCold()
      const app = await openTestApp({ stores })
      const queries = countQueries(stores)
      const token = ACCESS[name] === 'owner' ? world.secrets.owner : world.secrets.admin
      await (await app.ask(path, { token })).arrayBuffer()
      expect(await queries()).toBeLessThanOrEqual(MOST_QUERIES.read)
      expect(subrequestsOf(stores)).toBeLessThanOrEqual(FREE_SUBREQUESTS)
    }
  })

  it.each(PAGE_ROUTES.filter(isRead))('the page %s', async (name) => {
    for (const path of pathsIn(world, name).paths) {
      const stores = await openCold()
      const app = await openTestApp({ stores })
      const queries = countQueries(stores)
      const { cookie } = world.sessions[PAGES[name] === 'owner' ? 'owner' : 'admin']
      await (await app.ask(path, { headers: { Cookie: cookie, Accept: 'text/html' } })).arrayBuffer()
      expect(await queries()).toBeLessThanOrEqual(MOST_QUERIES.read)
      expect(subrequestsOf(stores)).toBeLessThanOrEqual(FREE_SUBREQUESTS)
    }
  })

  it.each([1, 3, 4, 20])(
    'a delivery of GitLab with %d jobs, of which the queue stores those that are too many',
    async (jobs) => {
      const stores = await openCold()
      const project = await seedProject(stores.db)
      const told = Array.from({ length: jobs }, (_, i) => ({ id: 1_000 + i, name: `job ${i}`, status: 'success' }))
      const slug = parseSlug('gl/acme/web')
      if (!slug) throw new Error('it is a slug')
      const repositoryUrl = 'https://gitlab.com/acme/web'
      const sender = { projectId: project.id, repositoryUrl, slug, source: 'gitlab', webhookId: '' } as const
      const delivery = { event: 'Pipeline Hook', payload: gitlabPipeline({}, told), at: stores.now() }
      const queries = countQueries(stores)
      const taken = await takeDelivery(stores, sender, delivery, INSTANCE)
      // Before it the receiver asks who signs.
      expect(await queries()).toBeLessThanOrEqual(FREE_QUERIES - 5)
      expect(taken).toEqual({ kind: 'stored', builds: [1, 2, 3].slice(0, jobs) })
      for (const work of stores.deferred.splice(0)) {
        const ofWork = countQueries(stores)
        await doDeferred(stores, work)
        expect(await ofWork()).toBeLessThanOrEqual(FREE_QUERIES)
      }
      expect(await stores.db.$count(builds, eq(builds.projectId, project.id))).toBe(jobs)
    },
  )

  it('a report of a hundred leaked secrets, of which the queue ends those tokens that are too many', async () => {
    const stores = await openCold()
    const project = await seedProject(stores.db)
    await seedMember(stores.db, project, await seedUser(stores.db), 'admin')
    const found: Secret[] = []
    for (let i = 0; i < 8; i++) found.push((await seedToken(stores, { kind: 'project', project, scope: 'all' })).secret)
    const secrets = [...found, ...Array.from({ length: 92 }, () => mintSecret('project'))]
    const app = await openTestApp({ stores })
    const queries = countQueries(stores)
    const response = await app.ask('/api/buildpass/v1/leaks', { method: 'POST', json: { secrets } })
    expect(response.status).toBe(202)
    expect(await queries()).toBeLessThanOrEqual(FREE_QUERIES)
    expect(stores.deferred.length).toBeGreaterThan(0)
    expect(JSON.stringify(stores.deferred)).not.toContain(found[7]?.slice(4))
    for (const work of stores.deferred.splice(0)) {
      const ofWork = countQueries(stores)
      await doDeferred(stores, work)
      expect(await ofWork()).toBeLessThanOrEqual(FREE_QUERIES)
    }
    for (const token of found) expect((await app.ask('/api/buildpass/v1/token', { token })).status).toBe(401)
  })

  it('the rerun of a workflow of six jobs, which is one transaction', async () => {
    const stores = await openCold()
    const workflow = { externalId: crypto.randomUUID(), name: 'six' }
    const [first] = await reportBuilds(
      stores,
      world.project.id,
      Array.from({ length: 6 }, (_, i) => reportOf({ externalId: crypto.randomUUID(), jobName: `job ${i}`, workflow })),
    )
    const id = first && 'build' in first ? first.build.workflow.id : ''
    const app = await openTestApp({ stores: await openCold() })
    const queries = countQueries(app.stores)
    const response = await app.ask(`/api/v2/workflow/${id}/rerun`, {
      ...{ method: 'POST', token: world.secrets.admin, json: {} },
    })
    expect(response.status).toBe(202)
    expect(await queries()).toBeLessThanOrEqual(FREE_QUERIES)
  })

  it('a report of 50,000 tests, 5,000 of them red', async () => {
    const stores = await openCold()
    const build = await seedBuild(stores, await seedProject(stores.db), { status: 'failed' })
    const tests = Array.from({ length: 50_000 }, (_, i): Omit<TestResult, 'isFlaky' | 'attempts' | 'attachments'> => {
      const [result, message] = i < 5_000 ? (['failure', 'boom '.repeat(20)] as const) : (['success', ''] as const)
      const name = `does the thing number ${i} ${'x'.repeat(60)}`
      return { classname: `suite ${i % 50}`, name, file: null, source: '', runTimeSeconds: 1, result, message }
    })
    const queries = countQueries(stores)
    await replaceTestResults(stores, build.id, 'unit', tests)
    // The request has been let in before, and packs the report afterwards.
    expect(await queries()).toBeLessThanOrEqual(FREE_QUERIES - 20)
  })

  it('a pack of 2,000 files', async () => {
    const stores = await openCold()
    const app = await openTestApp({ stores })
    const files = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`dist/${i}.js`, String(i)]))
    const zip = storedZip(files)
    const queries = countQueries(stores)
    const path = `/api/buildpass/v1/projects/${world.slug}/builds/${world.running.num}/packs/dist`
    const headers = { 'Content-Length': String(zip.length) }
    const response = await app.ask(path, { method: 'PUT', token: world.secrets.admin, body: zip, headers })
    expect(response.status).toBe(201)
    expect(await queries()).toBeLessThanOrEqual(FREE_QUERIES)
  })
})
