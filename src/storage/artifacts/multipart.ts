import type { MultipartUpload, UploadPart } from '../../domain/artifacts/upload.ts'
import { toHex } from '../../domain/formats/encoding.ts'

type InR2 = Pick<MultipartUpload, 'objectKey' | 'r2UploadId'>

/** Begins a multipart upload, and gives R2's id of it. R2 drops it after a week, should its row never be written. */
export async function openMultipart(bucket: R2Bucket, objectKey: string, contentType: string): Promise<string> {
  const { uploadId } = await bucket.createMultipartUpload(objectKey, { httpMetadata: { contentType } })
  return uploadId
}

export type StoredPart =
  | { readonly kind: 'stored'; readonly part: UploadPart }
  | { readonly kind: 'digest_mismatch' | 'wrong_length' | 'no_upload' | 'client_gone' }
  /** `confirm` threw this. */
  | { readonly kind: 'not_confirmed'; readonly cause: unknown }

/**
 * Streams a part into R2, which takes no digest for parts: so the SHA-256 is computed on the way, and the last chunk is held
 * back until it equals the digest that the client named, and `confirm` did not throw. A part with wrong bytes, or whose
 * sender lost the right meanwhile, therefore replaces no good one.
 */
export async function putPartIntoBucket(
  bucket: R2Bucket,
  { objectKey, r2UploadId }: InR2,
  {
    number,
    sizeBytes,
    sha256,
    confirm,
  }: {
    readonly number: number
    readonly sizeBytes: number
    readonly sha256: string | null
    readonly confirm: () => Promise<unknown>
  },
  body: ReadableStream<Uint8Array>,
): Promise<StoredPart> {
  const { readable, writable } = new FixedLengthStream(sizeBytes)
  const out = writable.getWriter()
  const [passed, put] = await Promise.allSettled([
    passThrough(body, out, { sizeBytes, sha256, confirm }),
    bucket
      .resumeMultipartUpload(objectKey, r2UploadId)
      .uploadPart(number, readable)
      .catch(async (error) => {
        // A bucket that fails stops reading, and the bytes would wait for ever.
        await out.abort(error).catch(() => undefined)
        throw error
      }),
  ])
  if (passed.status === 'fulfilled' && put.status === 'fulfilled')
    return { kind: 'stored', part: { number, sizeBytes, sha256: passed.value, etag: put.value.etag } }
  if (put.status === 'rejected' && isNoSuchUpload(put.reason)) return { kind: 'no_upload' }
  if (passed.status === 'rejected' && passed.reason instanceof BadPart)
    return { kind: passed.reason.kind, cause: passed.reason.cause }
  const cause = put.status === 'rejected' ? put.reason : (passed as PromiseRejectedResult).reason
  throw new Error('R2 did not take the part', { cause })
}

/** Thrown into the stream to R2, which then keeps nothing. */
class BadPart extends Error {
  readonly kind: 'digest_mismatch' | 'wrong_length' | 'client_gone' | 'not_confirmed'

  constructor(kind: BadPart['kind'], cause?: unknown) {
    super(kind, { cause })
    this.kind = kind
  }
}

async function passThrough(
  body: ReadableStream<Uint8Array>,
  out: WritableStreamDefaultWriter<Uint8Array>,
  {
    sizeBytes,
    sha256,
    confirm,
  }: { readonly sizeBytes: number; readonly sha256: string | null; readonly confirm: () => Promise<unknown> },
): Promise<string> {
  const hasher = new crypto.DigestStream('SHA-256')
  const hashed = hasher.getWriter()
  const reader = body.getReader()
  let held: Uint8Array | null = null
  let length = 0
  try {
    for (;;) {
      const { done, value: chunk } = await reader.read().catch((cause) => {
        throw new BadPart('client_gone', cause)
      })
      if (done) break
      length += chunk.byteLength
      if (length > sizeBytes) throw new BadPart('wrong_length')
      if (held) await out.write(held)
      await hashed.write(chunk)
      held = chunk
    }
    await hashed.close()
    if (length < sizeBytes) throw new BadPart('wrong_length')
    const found = toHex(await hasher.digest)
    if (sha256 !== null && sha256 !== found) throw new BadPart('digest_mismatch')
    await confirm().catch((cause) => {
      throw new BadPart('not_confirmed', cause)
    })
    if (held) await out.write(held)
    await out.close()
    return found
  } catch (error) {
    // `put` reports what R2 makes of the abort; the other results are not needed.
    await Promise.allSettled([out.abort(error), hashed.abort(error), out.closed, hashed.closed, hasher.digest])
    throw error
  } finally {
    reader.releaseLock()
  }
}

/** Makes one object of the parts. `other_parts`: R2 has another attempt of a part than the rows say. */
export async function completeMultipart(
  bucket: R2Bucket,
  { objectKey, r2UploadId, sizeBytes }: InR2 & { readonly sizeBytes: number },
  parts: readonly UploadPart[],
): Promise<'completed' | 'no_upload' | 'other_parts'> {
  try {
    const named = parts.map(({ number, etag }) => ({ partNumber: number, etag }))
    await bucket.resumeMultipartUpload(objectKey, r2UploadId).complete(named)
    return 'completed'
  } catch (error) {
    // An earlier attempt may have completed the object and broken off before the row was written.
    if ((await bucket.head(objectKey))?.size === sizeBytes) return 'completed'
    if (isNoSuchUpload(error)) return 'no_upload'
    if (isInvalidPart(error)) return 'other_parts'
    throw error
  }
}

/** Drops the parts that R2 has of an upload; does nothing where they are gone or complete. */
export async function abortMultipart(bucket: R2Bucket, { objectKey, r2UploadId }: InR2): Promise<void> {
  try {
    await bucket.resumeMultipartUpload(objectKey, r2UploadId).abort()
  } catch (error) {
    if (!isNoSuchUpload(error)) throw error
  }
}

// R2's errors differ by a number at the end of the message.
function isNoSuchUpload(error: unknown): boolean {
  return String(error).includes('(10024)')
}

function isInvalidPart(error: unknown): boolean {
  return String(error).includes('(10025)')
}
