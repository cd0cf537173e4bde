import { inArray } from 'drizzle-orm'
import { AppError } from '../domain/error.ts'
import { artifacts } from './schema.ts'
import type { Db, Stores } from './stores.ts'
import { readSweep, writeSweep } from './sweeps.ts'

export type StoredObject =
  | { readonly kind: 'stored'; readonly sha256: string }
  | { readonly kind: 'digest_mismatch' }
  | { readonly kind: 'wrong_length' }

/**
 * Streams bytes into R2, never holding them whole. With a named digest R2 itself checks it and keeps nothing on a
 * mismatch; without one the digest is taken while the bytes pass.
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
  const source = hasher ? body.pipeThrough(hashing(hasher)) : body
  // A bucket that fails reads no further, and the bytes would wait for it for ever.
  const failing = new AbortController()
  const [piped, put] = await Promise.allSettled([
    source.pipeTo(writable, { signal: failing.signal }),
    bucket.put(key, readable, sha256 === null ? { httpMetadata } : { httpMetadata, sha256 }).catch((error) => {
      failing.abort(error)
      throw error
    }),
  ])
  if (put.status === 'rejected' || piped.status === 'rejected') {
    const reason = put.status === 'rejected' ? put.reason : (piped as PromiseRejectedResult).reason
    // Usually there is nothing, and what there may be is swept.
    await bucket.delete(key).catch(() => undefined)
    if (/digest|checksum|sha-?256/i.test(String(reason))) return { kind: 'digest_mismatch' }
    if (/FixedLengthStream|length/i.test(String(piped.status === 'rejected' ? piped.reason : reason)))
      return { kind: 'wrong_length' }
    throw new Error('R2 did not take the object', { cause: reason })
  }
  return { kind: 'stored', sha256: sha256 ?? hex(await (hasher as DigestStream).digest) }
}

/** What the bucket answers; throws `unavailable`, and tells the log why, when it cannot be asked. */
export async function askBucket<T>({ warn }: Pick<Stores, 'warn'>, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    warn('artifacts_unreachable', error)
    throw new AppError('unavailable', 'The artifact store cannot be reached at the moment: try again.')
  }
}

/** Removes objects that no row names and that are older than `before`, in bounded steps that go on where they stopped. */
export async function sweepOrphans(db: Db, bucket: R2Bucket, before: number, maxPages: number): Promise<number> {
  let removed = 0
  let cursor = await readSweep(db, 'orphans')
  for (let page = 0; page < maxPages; page++) {
    const listed = await bucket.list({ prefix: 'artifacts/', limit: 90, ...(cursor ? { cursor } : {}) })
    const old = listed.objects.filter((object) => object.uploaded.getTime() < before).map((object) => object.key)
    const rows =
      old.length > 0
        ? await db.select({ key: artifacts.objectKey }).from(artifacts).where(inArray(artifacts.objectKey, old))
        : []
    const named = new Set(rows.map((row) => row.key))
    const orphans = old.filter((key) => !named.has(key))
    if (orphans.length > 0) await bucket.delete(orphans)
    removed += orphans.length
    cursor = listed.truncated ? listed.cursor : null
    await writeSweep(db, 'orphans', cursor)
    if (cursor === null) break
  }
  return removed
}

function hashing(hasher: DigestStream): TransformStream<Uint8Array, Uint8Array> {
  const writer = hasher.getWriter()
  return new TransformStream({
    async transform(chunk, controller) {
      await writer.write(chunk)
      controller.enqueue(chunk)
    },
    flush: () => writer.close(),
  })
}

function hex(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
