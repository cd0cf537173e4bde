import { env } from 'cloudflare:workers'
import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { openMultipart } from '../../src/storage/artifacts/multipart.ts'
import { sweepOrphans } from '../../src/storage/artifacts/objects.ts'
import { artifacts, audit, builds, tokens } from '../../src/storage/schema/schema.ts'
import { deliveries, usedIdentities, webhooks } from '../../src/storage/schema/schema-reporting.ts'
import { usedReportTickets } from '../../src/storage/schema/schema-reports.ts'
import { shares } from '../../src/storage/schema/schema-shares.ts'
import { uploads } from '../../src/storage/schema/schema-uploads.ts'
import { upkeepQuery } from '../../src/storage/upkeep/upkeep-log.ts'
import { seedToken } from '../support/seed/seed.ts'
import { seedShare } from '../support/seed/seed-share.ts'
import { openTestApp } from '../support/worker/app.ts'
import { openTestStores, type TestStores } from '../support/worker/stores.ts'
import { runUpkeepOf } from '../support/worker/upkeep.ts'
import { seedArtifact, seedWorld } from '../support/worker/world.ts'

const HOUR_MS = 3_600_000
const orphan = (key: string) => env.ARTIFACTS.put(`artifacts/${key}`, 'left behind')
const exists = async (key: string) => (await env.ARTIFACTS.head(key)) !== null
const runIn = (stores: TestStores, ms: number) => runUpkeepOf({ ...stores, now: () => Date.now() + ms })

describe('the daily tasks', () => {
  it('done twice at once, and again, change nothing the second time', async () => {
    const stores = await openTestStores()
    const { slug, secrets } = await seedWorld(stores, 'private')
    await Promise.all([runUpkeepOf(stores), runUpkeepOf(stores)])
    const rowsOf = () => Promise.all([tokens, builds, artifacts, audit].map((table) => stores.db.$count(table)))
    const before = await rowsOf()
    await runUpkeepOf(stores)
    expect(await rowsOf()).toEqual(before)
    expect(stores.warnings).toEqual([])
    const app = await openTestApp({ stores })
    expect((await app.ask(`/${slug}.svg`, { token: secrets.status })).status).toBe(200)
  })

  it('remove objects that no row names once they are a day old, and no others', async () => {
    const stores = await openTestStores()
    const { project, build } = await seedWorld(stores, 'private')
    const kept = await seedArtifact(stores, project, build, { path: 'kept.txt', text: 'kept' })
    await orphan('p/b/orphan')
    await env.ARTIFACTS.put('something/else', 'not ours')
    await runIn(stores, 23 * HOUR_MS)
    expect(await exists('artifacts/p/b/orphan')).toBe(true)
    await runIn(stores, 25 * HOUR_MS)
    expect(await exists('artifacts/p/b/orphan')).toBe(false)
    expect([await exists(kept.objectKey), await exists('something/else')]).toEqual([true, true])
    expect(stores.warnings).toEqual([])
  })

  it('remove the bytes of a deleted project', async () => {
    const stores = await openTestStores()
    const { project, build } = await seedWorld(stores, 'private')
    const { objectKey } = await seedArtifact(stores, project, build, { path: 'doomed.txt', text: 'doomed' })
    await env.DB.prepare('delete from projects where id = ?').bind(project.id).run()
    await runIn(stores, 25 * HOUR_MS)
    expect(await exists(objectKey)).toBe(false)
  })

  it('go on where they stopped, in bounded steps', async () => {
    const stores = await openTestStores()
    await Promise.all(Array.from({ length: 200 }, (_, i) => orphan(`many/${String(i).padStart(3, '0')}`)))
    const later = Date.now() + 25 * HOUR_MS
    const removed: number[] = []
    for (let i = 0; i < 6; i++) removed.push((await sweepOrphans(stores, later, 1, { pageSize: 90 })).removed)
    expect(removed.reduce((sum, n) => sum + n, 0)).toBeGreaterThanOrEqual(200)
    expect(Math.max(...removed)).toBeLessThanOrEqual(90)
    expect((await env.ARTIFACTS.list({ prefix: 'artifacts/many/' })).objects).toEqual([])
  })

  it('delete reporting tokens a day after their end, and no other tokens', async () => {
    const stores = await openTestStores()
    const { project } = await seedWorld(stores, 'private')
    const expiresAt = Date.now() - 1
    const reporting = await seedToken(stores, { kind: 'reporting', project, expiresAt })
    const other = await seedToken(stores, { kind: 'project', project, scope: 'all', expiresAt })
    const left = async () => {
      const { results } = await env.DB.prepare('select id from tokens where id in (?, ?)')
        .bind(reporting.id, other.id)
        .all()
      return results.map(({ id }) => id)
    }
    await runIn(stores, 23 * HOUR_MS)
    expect(await left()).toHaveLength(2)
    await runIn(stores, 25 * HOUR_MS)
    expect(await left()).toEqual([other.id])
  })

  it('tell the feed of no token that expired hours ago: its end is known wherever it is cached', async () => {
    const stores = await openTestStores()
    const { project } = await seedWorld(stores, 'private')
    const long = await seedToken(stores, { kind: 'reporting', project, expiresAt: Date.now() - 3 * HOUR_MS })
    const lately = await seedToken(stores, { kind: 'reporting', project, expiresAt: Date.now() - HOUR_MS })
    await runIn(stores, 25 * HOUR_MS)
    const told = async ({ id }: { id: string }) =>
      (await env.DB.prepare('select seq from revocations where subject = ?').bind(`token:${id}`).all()).results.length
    expect([await told(long), await told(lately)]).toEqual([0, 1])
  })

  it('forget deliveries after a month, rotated webhook secrets a day after their end, identities once they expired', async () => {
    const stores = await openTestStores()
    const { project } = await seedWorld(stores, 'private')
    const at = Date.now()
    const delivery = {
      projectId: project.id,
      source: 'github',
      event: 'ping',
      result: 'ignored',
      detail: '',
      at,
    } as const
    const webhook = { projectId: project.id, source: 'github', sealedSecret: '', createdAt: at } as const
    await stores.db.batch([
      stores.db.insert(deliveries).values(delivery),
      stores.db.insert(webhooks).values([
        { ...webhook, id: `${project.id} old`, expiresAt: at },
        { ...webhook, id: `${project.id} current` },
      ]),
      stores.db.insert(usedIdentities).values({ id: project.id, expiresAt: at }),
      stores.db.insert(usedReportTickets).values({ id: project.id, expiresAt: at }),
    ])
    const left = async () => [
      await stores.db.$count(deliveries, eq(deliveries.projectId, project.id)),
      await stores.db.$count(webhooks, eq(webhooks.projectId, project.id)),
      await stores.db.$count(usedIdentities, eq(usedIdentities.id, project.id)),
      await stores.db.$count(usedReportTickets, eq(usedReportTickets.id, project.id)),
    ]
    await runIn(stores, 23 * HOUR_MS)
    expect(await left()).toEqual([1, 2, 0, 0])
    await runIn(stores, 25 * HOUR_MS)
    expect(await left()).toEqual([1, 1, 0, 0])
    await runIn(stores, 31 * 24 * HOUR_MS)
    expect(await left()).toEqual([0, 1, 0, 0])
  })

  it('forget share links a month after they expired', async () => {
    const stores = await openTestStores()
    const world = await seedWorld(stores, 'private')
    const { id } = await seedShare(stores, world, { expiresAt: Date.now() + HOUR_MS })
    const left = () => stores.db.$count(shares, eq(shares.id, id))
    await runIn(stores, 30 * 24 * HOUR_MS)
    expect(await left()).toBe(1)
    await runIn(stores, 31 * 24 * HOUR_MS)
    expect(await left()).toBe(0)
  })

  it('may run twice at once, and one that fails does not keep the others', async () => {
    const stores = await openTestStores()
    await orphan('p/b/twice')
    await Promise.all([runIn(stores, 25 * HOUR_MS), runIn(stores, 25 * HOUR_MS)])
    expect(await exists('artifacts/p/b/twice')).toBe(false)
    await orphan('p/b/failing')
    const refuse = () => Promise.reject(new Error('list: internal error (10001)'))
    const failing = new Proxy(stores.artifacts, {
      get(target, name) {
        const value = name === 'list' ? refuse : Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const { project } = await seedWorld(stores, 'private')
    const { id } = await seedToken(stores, { kind: 'reporting', project, expiresAt: 0 })
    await runIn({ ...stores, artifacts: failing }, 25 * HOUR_MS)
    expect(await env.DB.prepare('select id from tokens where id = ?').bind(id).first()).toBeNull()
    // Those that list the bucket.
    expect(stores.warnings).toEqual(Array(3).fill('daily_task_failed'))
  })

  describe('what R2 refuses to give up', () => {
    const recordOf = async (stores: TestStores, name: string) =>
      (await upkeepQuery(stores.db)).find(({ task }) => task === name)
    /** A bucket that refuses whatever is about a key with "stuck" in it. */
    const stubborn = (bucket: R2Bucket): R2Bucket => {
      const refuse = () => Promise.reject(new Error('abort: internal error (10001)'))
      return new Proxy(bucket, {
        get(target, name) {
          if (name === 'resumeMultipartUpload')
            return (key: string, id: string) =>
              key.includes('stuck') ? { abort: refuse } : target.resumeMultipartUpload(key, id)
          if (name === 'delete')
            return (keys: string[]) => (keys.some((key) => key.includes('stuck')) ? refuse() : target.delete(keys))
          const value = Reflect.get(target, name)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    }

    it('an abandoned upload stays, and the others go; the task says that it failed until that goes too', async () => {
      const stores = await openTestStores()
      const { project, build } = await seedWorld(stores, 'private')
      const seeded = Array.from({ length: 40 }, (_, n) => `artifacts/idle/${n}${n === 2 ? '/stuck' : ''}`)
      for (const objectKey of seeded) {
        const r2UploadId = await openMultipart(env.ARTIFACTS, objectKey, 'a/b')
        await stores.db.insert(uploads).values({
          ...{ id: objectKey, projectId: project.id, buildId: build.id, buildNum: build.num, nodeIndex: 0 },
          ...{ path: 'a', sizeBytes: 1, partSizeBytes: 1, contentType: 'a/b', overwrite: false, objectKey },
          ...{ r2UploadId, digest: null, createdAt: 0, touchedAt: Date.now() },
        })
      }
      const left = async () => (await stores.db.select({ id: uploads.id }).from(uploads)).map(({ id }) => id)
      await runIn({ ...stores, artifacts: stubborn(env.ARTIFACTS) }, 25 * HOUR_MS)
      expect(await left()).toEqual(['artifacts/idle/2/stuck'])
      expect(stores.warnings).toEqual(['daily_task_failed'])
      const failed = await recordOf(stores, 'idle uploads')
      expect(failed?.failedAt).toBeGreaterThanOrEqual(failed?.doneAt ?? 0)
      await runIn(stores, 26 * HOUR_MS)
      expect(await left()).toEqual([])
      const done = await recordOf(stores, 'idle uploads')
      expect(done?.doneAt).toBeGreaterThan(done?.failedAt ?? 0)
    })

    it('orphans stay, and those of the next pages go', async () => {
      const stores = await openTestStores()
      for (const n of [0, 1, 2, 3, 4, 5]) await orphan(`0-refused/${n}${n === 1 ? '-stuck' : ''}`)
      const later = Date.now() + 25 * HOUR_MS
      const swept = await sweepOrphans({ ...stores, artifacts: stubborn(env.ARTIFACTS) }, later, 50, { pageSize: 2 })
      expect(swept).toMatchObject({ isDone: true, failures: [expect.any(Error)] })
      const { objects } = await env.ARTIFACTS.list({ prefix: 'artifacts/0-refused/' })
      expect(objects.map(({ key }) => key)).toEqual(['artifacts/0-refused/0', 'artifacts/0-refused/1-stuck'])
      await runIn({ ...stores, artifacts: stubborn(env.ARTIFACTS) }, 27 * HOUR_MS)
      expect(stores.warnings).toEqual(['daily_task_failed'])
      const failed = await recordOf(stores, 'orphans')
      expect(failed?.failedAt).toBeGreaterThanOrEqual(failed?.doneAt ?? 0)
    })
  })
})
