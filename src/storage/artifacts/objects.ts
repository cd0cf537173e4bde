import { and, gt, lte } from 'drizzle-orm'
import { toHex } from '../../domain/formats/encoding.ts'
import { LOGS_PREFIX } from '../logs/log-prefix.ts'
import { artifacts } from '../schema/schema.ts'
import { logParts } from '../schema/schema-logs.ts'
import { packIndexes, packs } from '../schema/schema-packs.ts'
import { testPacks, testReports } from '../schema/schema-tests.ts'
import type { Db, Stores } from '../stores.ts'
import { TESTS_PREFIX } from '../tests/tests-key.ts'
import { readSweep, writeSweep } from '../upkeep/sweeps.ts'

export type StoredObject =
  | { readonly kind: 'stored'; readonly sha256: string }
  | { readonly kind: 'digest_mismatch' }
  | { readonly kind: 'wrong_length' }
  /** The client broke the upload off. */
  | { readonly kind: 'client_gone' }

/**
 * Streams bytes into R2, without holding all of them. R2 itself checks a digest that the client named, and keeps nothing if
 * it differs; without one the digest is computed while the bytes pass.
 */
export async function putObject(
  bucket: R2Bucket,
  key: string,
  body: ReadableStream<Uint8Array>,
  {
    sizeBytes,
    sha256,
    contentType,
  }: { readonly sizeBytes: number; readonly sha256: string | null; readonly contentType: string },
): Promise<StoredObject> {
  const { readable, writable } = new FixedLengthStream(sizeBytes)
  const httpMetadata = { contentType }
  const hasher = sha256 === null ? new crypto.DigestStream('SHA-256') : null
  const source = hasher ? body.pipeThrough(hashing(hasher), { preventCancel: true }) : body
  // A bucket that fails stops reading, and the bytes would wait for ever.
  const failing = new AbortController()
  const [piped, put] = await Promise.allSettled([
    source.pipeTo(writable, { signal: failing.signal, preventCancel: true }),
    bucket.put(key, readable, sha256 === null ? { httpMetadata } : { httpMetadata, sha256 }).catch((error) => {
      failing.abort(error)
      throw error
    }),
  ])
  if (put.status === 'rejected' || piped.status === 'rejected') {
    const reason = put.status === 'rejected' ? put.reason : (piped as PromiseRejectedResult).reason
    // Usually there is no object; the daily upkeep deletes one that stays.
    await bucket.delete(key).catch(() => undefined)
    if (await isBrokenOff(body)) return { kind: 'client_gone' }
    if (/digest|checksum|sha-?256/i.test(String(reason))) return { kind: 'digest_mismatch' }
    if (/FixedLengthStream|length/i.test(String(piped.status === 'rejected' ? piped.reason : reason)))
      return { kind: 'wrong_length' }
    throw new Error('R2 did not take the object', { cause: reason })
  }
  return { kind: 'stored', sha256: sha256 ?? toHex(await (hasher as DigestStream).digest) }
}

/** Whether the client broke the body off, and not the reader. */
async function isBrokenOff(body: ReadableStream<Uint8Array>): Promise<boolean> {
  // A reader still waits for more.
  if (body.locked) return false
  const reader = body.getReader()
  const broken = reader.closed.then(
    () => false,
    () => true,
  )
  const still = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 0))
  try {
    return await Promise.race([broken, still])
  } finally {
    reader.releaseLock()
  }
}

/** Thrown where the bucket does not answer. */
export class BucketUnreachable extends Error {}

/** What the bucket answers; logs the reason and throws BucketUnreachable where it does not. */
export async function askBucket<T>({ warn }: Pick<Stores, 'warn'>, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    warn('artifacts_unreachable', error)
    throw new BucketUnreachable('the artifact store cannot be reached', { cause: error })
  }
}

/** Objects that rows name, by the beginning of their keys. */
type ObjectKind = {
  /** Of the sweep, where it stopped. */
  readonly sweep: string
  readonly prefix: string
  readonly tables: readonly (
    | typeof artifacts
    | typeof packs
    | typeof packIndexes
    | typeof testReports
    | typeof testPacks
    | typeof logParts
  )[]
}

const OBJECT_KINDS = {
  artifacts: { sweep: 'orphans', prefix: 'artifacts/', tables: [artifacts, packs, packIndexes] },
  tests: { sweep: 'orphan tests', prefix: TESTS_PREFIX, tables: [testReports, testPacks] },
  logs: { sweep: 'orphan logs', prefix: LOGS_PREFIX, tables: [logParts] },
} satisfies Record<string, ObjectKind>

export type OrphansSwept = {
  readonly removed: number
  /** Objects that a row names and that do not exist: Buildpass never causes that, so the log has it. */
  readonly missing: number
  /** One for each page whose objects the bucket did not delete. */
  readonly failures: readonly unknown[]
  /** Whether the end of the list was reached: the next sweep starts from the beginning. */
  readonly isDone: boolean
}

const MAX_OBJECTS_A_PAGE = 1_000

/**
 * Removes objects older than `before` that no row names, and counts rows whose object does not exist, in at most `maxPages`
 * bounded steps; the next call goes on where this one stopped. An upload writes its object before its row, and a deletion
 * removes the row before the object: so an old object without a row is left over.
 */
export async function sweepOrphans(
  { db, artifacts: bucket, warn }: Pick<Stores, 'db' | 'artifacts' | 'warn'>,
  before: number,
  maxPages: number,
  { of = 'artifacts', pageSize = MAX_OBJECTS_A_PAGE }: { of?: keyof typeof OBJECT_KINDS; pageSize?: number } = {},
): Promise<OrphansSwept> {
  const { sweep, prefix, tables }: ObjectKind = OBJECT_KINDS[of]
  let removed = 0
  let missing = 0
  const failures: unknown[] = []
  let after = await readSweep(db, sweep)
  for (let page = 0; page < maxPages; page++) {
    const listed = await bucket.list({
      prefix,
      limit: pageSize,
      // A key, and not R2's cursor, which does not last for a day.
      ...(after === null ? {} : { startAfter: after }),
    })
    const last = listed.truncated ? (listed.objects.at(-1)?.key ?? null) : null
    const rows = await selectNamed(db, tables, after ?? prefix, last ?? endOf(prefix))
    const named = new Set(rows.map((row) => row.key))
    const orphans = listed.objects.filter(({ key, uploaded }) => uploaded.getTime() < before && !named.has(key))
    try {
      if (orphans.length > 0) await bucket.delete(orphans.map(({ key }) => key))
      removed += orphans.length
    } catch (error) {
      // The next round comes to this page again; the pages behind it need not wait for that.
      failures.push(error)
    }

    const present = new Set(listed.objects.map(({ key }) => key))
    for (const { key, createdAt } of rows) {
      if (createdAt >= before || present.has(key)) continue
      missing += 1
      warn('artifact_object_missing', new Error(`a row names ${key}, which is not in the bucket`))
    }
    after = last
    await writeSweep(db, sweep, after)
    if (after === null) break
  }
  return { removed, missing, failures, isDone: after === null }
}

/** '0' is the character after the slash: greater than every key, which R2 lists in the order of its bytes, as SQLite compares. */
function endOf(prefix: string): string {
  return `${prefix.slice(0, -1)}0`
}

async function selectNamed(db: Db, tables: ObjectKind['tables'], after: string, upTo: string) {
  const [first, ...others] = tables.map((table) =>
    db
      .select({ key: table.objectKey, createdAt: table.createdAt })
      .from(table)
      .where(and(gt(table.objectKey, after), lte(table.objectKey, upTo))),
  )
  return first ? (await db.batch([first, ...others])).flat() : []
}

/** Passes bytes on, and gives them to the digest. */
export function hashing(hasher: DigestStream): TransformStream<Uint8Array, Uint8Array> {
  const writer = hasher.getWriter()
  return new TransformStream({
    async transform(chunk, controller) {
      await writer.write(chunk)
      controller.enqueue(chunk)
    },
    flush: () => writer.close(),
  })
}
