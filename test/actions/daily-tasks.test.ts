import { env } from 'cloudflare:workers'
import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { sweepOrphans } from '../../src/storage/artifacts/objects.ts'
import { deliveries, usedIdentities, webhooks } from '../../src/storage/schema/schema-reporting.ts'
import { seedToken } from '../support/seed/seed.ts'
import { openTestStores, type TestStores } from '../support/worker/stores.ts'
import { runUpkeepOf } from '../support/worker/upkeep.ts'
import { seedArtifact, seedWorld } from '../support/worker/world.ts'

const HOUR_MS = 3_600_000
const orphan = (key: string) => env.ARTIFACTS.put(`artifacts/${key}`, 'left behind')
const exists = async (key: string) => (await env.ARTIFACTS.head(key)) !== null
const runIn = (stores: TestStores, ms: number) => runUpkeepOf({ ...stores, now: () => Date.now() + ms })

describe('the daily tasks', () => {
  it('remove objects that no row names once they are a day old, and no others', async () => {
    const stores = await openTestStores()
    const { project, build } = await seedWorld(stores, 'private')
    const kept = await seedArtifact(stores, project, build, 'kept.txt', 'kept')
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
    const { objectKey } = await seedArtifact(stores, project, build, 'doomed.txt', 'doomed')
    await env.DB.prepare('delete from projects where id = ?').bind(project.id).run()
    await runIn(stores, 25 * HOUR_MS)
    expect(await exists(objectKey)).toBe(false)
  })

  it('go on where they stopped, in bounded steps', async () => {
    const stores = await openTestStores()
    await Promise.all(Array.from({ length: 200 }, (_, i) => orphan(`many/${String(i).padStart(3, '0')}`)))
    const later = Date.now() + 25 * HOUR_MS
    const removed: number[] = []
    for (let i = 0; i < 6; i++) removed.push((await sweepOrphans(stores, later, 1, 'artifacts', 90)).removed)
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
    ])
    const left = async () => [
      await stores.db.$count(deliveries, eq(deliveries.projectId, project.id)),
      await stores.db.$count(webhooks, eq(webhooks.projectId, project.id)),
      await stores.db.$count(usedIdentities, eq(usedIdentities.id, project.id)),
    ]
    await runIn(stores, 23 * HOUR_MS)
    expect(await left()).toEqual([1, 2, 0])
    await runIn(stores, 25 * HOUR_MS)
    expect(await left()).toEqual([1, 1, 0])
    await runIn(stores, 31 * 24 * HOUR_MS)
    expect(await left()).toEqual([0, 1, 0])
  })

  it('may run twice at once, and one that fails does not keep the others', async () => {
    const stores = await openTestStores()
    await orphan('p/b/twice')
    await Promise.all([runIn(stores, 25 * HOUR_MS), runIn(stores, 25 * HOUR_MS)])
    expect(await exists('artifacts/p/b/twice')).toBe(false)
    await orphan('p/b/failing')
    const failing = { ...stores.artifacts, list: () => Promise.reject(new Error('list: internal error (10001)')) }
    const { project } = await seedWorld(stores, 'private')
    const { id } = await seedToken(stores, { kind: 'reporting', project, expiresAt: 0 })
    await runIn({ ...stores, artifacts: failing as unknown as R2Bucket }, 25 * HOUR_MS)
    expect(await env.DB.prepare('select id from tokens where id = ?').bind(id).first()).toBeNull()
    // Those that list the bucket.
    expect(stores.warnings).toEqual(['daily_task_failed', 'daily_task_failed'])
  })
})
