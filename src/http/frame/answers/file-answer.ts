import type { Artifact } from '../../../domain/artifacts/artifact.ts'
import { etagFor, reprDigestFor } from '../../../domain/artifacts/artifact-digest.ts'
import { AppError } from '../../../domain/error.ts'
import { parseRange } from '../../../domain/formats/byte-range.ts'
import { httpDate, isRangeCurrent, type Validators } from '../../../domain/formats/precondition.ts'
import { readStretch, type Stretch } from '../../../storage/artifacts/object-reads.ts'
import { askBucket } from '../../../storage/artifacts/objects.ts'
import { findStored, type PackedObject, readPacked } from '../../../storage/artifacts/packed-bytes.ts'
import type { Stores } from '../../../storage/stores.ts'
import type { Asked } from '../open-request.ts'
import { isKnown } from './answers.ts'

/** The bytes of an artifact, and what they are known by. */
export type FileBytes = Pick<Artifact, 'objectKey' | 'sizeBytes' | 'digest' | 'packed'>

const CACHE_CONTROL = 'private, no-cache'

/** A stored file: whole, in part, its head alone, or that the client has it (RFC 9110 §13 and §14). */
export async function answerFile(
  { env, req }: Asked,
  file: FileBytes,
  validators: Validators,
  more: Readonly<Record<string, string>>,
): Promise<Response> {
  const { stores } = env
  const headers = { ...more, ...headersOf(file, validators, stores.now()) }
  if (isKnown(req.raw, validators)) {
    const { ETag, 'Cache-Control': cacheControl } = headers
    return new Response(null, { status: 304, headers: { ETag, 'Cache-Control': cacheControl } })
  }
  if (req.raw.method === 'HEAD') {
    if (!(await askBucket(stores, stores.artifacts.head(file.objectKey)))) throw new AppError('artifact_not_found')
    return new Response(null, { headers: { ...headers, 'Content-Length': String(file.sizeBytes) } })
  }
  return bytesOf(
    stores,
    file,
    headers,
    isRangeCurrent(req.raw.headers, validators) ? req.raw.headers.get('Range') : null,
  )
}

/** What tells a file from all others that are or were at its place. */
export function fileTagFor(file: Pick<Artifact, 'id' | 'digest' | 'packed'>): string {
  // A CRC-32 does not tell two files apart; a place in a zip that stays as it is does.
  return file.packed ? `"${file.id}"` : etagFor(file.digest)
}

function headersOf({ digest, packed }: FileBytes, { etag, modifiedAt }: Validators, now: number) {
  const reprDigest = reprDigestFor(digest)
  return {
    ETag: etag,
    // Never a time to come (RFC 9110 §8.8.2.1).
    'Last-Modified': httpDate(Math.min(modifiedAt ?? now, now)),
    ...(reprDigest ? { 'Repr-Digest': reprDigest } : {}),
    // What is deflated has no middle that can be read.
    'Accept-Ranges': packed?.method === 'deflated' ? 'none' : 'bytes',
    'Cache-Control': CACHE_CONTROL,
    'X-Content-Type-Options': 'nosniff',
  }
}

/** The time of a file that took another's place is a whole second that has none before it: see `keepArtifact`. */
export function wholeSecond(at: number): number {
  return Math.floor(at / 1000) * 1000
}

async function bytesOf(
  stores: Stores,
  { objectKey, sizeBytes, packed }: FileBytes,
  headers: Record<string, string>,
  asked: string | null,
): Promise<Response> {
  const range = parseRange(packed?.method === 'deflated' ? null : asked, sizeBytes)
  switch (range.kind) {
    case 'unsatisfiable':
      throw new AppError('range_not_satisfiable', undefined, { headers: { 'Content-Range': `bytes */${sizeBytes}` } })
    case 'whole':
      if (packed) return unpacked(stores, { objectKey, sizeBytes, packed }, headers)
      return streamed(stores, { objectKey, start: 0, length: sizeBytes }, 200, headers)
    case 'part': {
      const { start, end } = range
      const before = packed ? wholeOf(await findStored(stores, { objectKey, sizeBytes, packed })) : 0
      const stretch = { objectKey, start: before + start, length: end - start + 1 }
      const contentRange = `bytes ${start}-${end}/${sizeBytes}`
      return streamed(stores, stretch, 206, { ...headers, 'Content-Range': contentRange })
    }
  }
}

/** A file in a zip. */
async function unpacked(stores: Stores, object: PackedObject, headers: Record<string, string>): Promise<Response> {
  const bytes = wholeOf(await readPacked(stores, object))
  return new Response(bytes, { headers: { ...headers, 'Content-Length': String(object.sizeBytes) } })
}

function wholeOf<T>(found: T | 'broken' | null): T {
  if (found === 'broken') throw new AppError('pack_broken')
  if (found === null) throw new AppError('artifact_not_found')
  return found
}

async function streamed(
  stores: Stores,
  stretch: Stretch,
  status: 200 | 206,
  headers: Record<string, string>,
): Promise<Response> {
  const bytes = await readStretch(stores, stretch)
  if (!bytes) throw new AppError('artifact_not_found')
  return new Response(bytes, { status, headers: { ...headers, 'Content-Length': String(stretch.length) } })
}
