import { asc, eq, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { askBucket } from '../artifacts/objects.ts'
import { builds } from '../schema/schema.ts'
import { testPacks, testReports } from '../schema/schema-tests.ts'
import { rawStatement, type Stores, type WriteStores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'
import { joined, type ObjectIndex, readByteRange, sizeOf } from './report-object.ts'
import { testsKeyFor } from './tests-key.ts'

/** Reports that are longer together are read one by one. */
const MAX_PACK_BYTES = 16 * 1024 ** 2
/** So many are added at once; others go into the next pack. */
const MAX_NEW_OBJECTS = 10

type PackStores = WriteStores & Pick<Stores, 'artifacts' | 'warn'>

/**
 * Puts the objects of a build's reports into one, in the order in which lists have them. Of two that do so at once one
 * wins: what its pack has not, lists read from the report's own object.
 */
export async function packReports(stores: PackStores, buildId: string, actor: Actor): Promise<void> {
  try {
    await pack(stores, buildId, actor)
  } catch (error) {
    stores.warn('tests_not_packed', error)
  }
}

async function pack(stores: PackStores, buildId: string, actor: Actor): Promise<void> {
  const { db, artifacts, now } = stores
  const { objectKey, objectIndex, projectId } = testReports
  const [rows, [old]] = await db.batch([
    db
      .select({ objectKey, objectIndex, projectId })
      .from(testReports)
      .where(eq(testReports.buildId, buildId))
      .orderBy(asc(testReports.report)),
    db
      .select({ objectKey: testPacks.objectKey, offsets: testPacks.offsets })
      .from(testPacks)
      .where(eq(testPacks.buildId, buildId)),
  ])
  const known = old?.offsets ?? {}
  // Only `insertionOf` writes the index.
  const all = rows.map((row) => ({ key: row.objectKey, length: sizeOf(JSON.parse(row.objectIndex) as ObjectIndex) }))
  const fresh = all.filter(({ key }) => known[key] === undefined).slice(0, MAX_NEW_OBJECTS)
  const packed = all.filter(({ key }) => known[key] !== undefined)
  const parts = all.filter((part) => packed.includes(part) || fresh.includes(part))
  const total = parts.reduce((sum, { length }) => sum + length, 0)
  const [first] = rows
  if (!first || fresh.length === 0 || total > MAX_PACK_BYTES) return

  const end = Math.max(0, ...packed.map(({ key, length }) => (known[key] ?? 0) + length))
  const [whole, ...others] = await Promise.all([
    old && packed.length > 0 ? readByteRange(stores, old.objectKey, { start: 0, end }) : new Uint8Array(),
    ...fresh.map(({ key, length }) => readByteRange(stores, key, { start: 0, end: length })),
  ])
  const bytesOf = new Map(fresh.map(({ key }, i) => [key, others[i] ?? new Uint8Array()]))
  const pieces = parts.map(
    ({ key, length }) => bytesOf.get(key) ?? whole.subarray(known[key], (known[key] ?? 0) + length),
  )
  const offsets: Record<string, number> = {}
  let offset = 0
  for (const { key, length } of parts) {
    offsets[key] = offset
    offset += length
  }
  const key = testsKeyFor(first.projectId, buildId)
  await askBucket(stores, artifacts.put(key, joined(pieces)))
  const [stored] = await commit(stores, actor, [
    rawStatement(
      db,
      sql`insert into ${testPacks} (build_id, object_key, offsets, created_at)
        select id, ${key}, ${JSON.stringify(offsets)}, ${now()} from ${builds} where id = ${buildId}
        on conflict (build_id) do update set object_key = excluded.object_key, offsets = excluded.offsets,
          created_at = excluded.created_at where ${testPacks.objectKey} = ${old?.objectKey ?? ''} returning build_id`,
    ),
  ])
  if (stored.results.length === 0) await artifacts.delete(key)
}
