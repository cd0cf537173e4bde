import type { Stores } from '../stores.ts'
import { askBucket } from './objects.ts'

/** Some bytes of an object. */
export type Stretch = { readonly objectKey: string; readonly start: number; readonly length: number }

/**
 * A slow reader must not make us, or whatever keeps the bytes, hold many of them: R2 is asked for so much at a time.
 * The object stays as it is meanwhile, since no key is written twice.
 */
export const WINDOW_BYTES = 64 * 1024 ** 2

/** Streams a stretch of an object; null when there is no such object. What fails later cuts the stream off. */
export async function readStretch(
  stores: Pick<Stores, 'artifacts' | 'warn'>,
  stretch: Stretch,
): Promise<ReadableStream | null> {
  const first = await askBucket(stores, readWindow(stores.artifacts, stretch, 0))
  if (!first) return null
  // A fixed length, so that the answer has a Content-Length and a cut-off is seen as one.
  const { readable, writable } = new FixedLengthStream(stretch.length)
  pour(stores.artifacts, stretch, first, writable).catch((error) => stores.warn('download_cut_off', error))
  return readable
}

function readWindow(
  bucket: R2Bucket,
  { objectKey, start, length }: Stretch,
  from: number,
): Promise<R2ObjectBody | null> {
  // An empty object has no range.
  if (length === 0) return bucket.get(objectKey)
  return bucket.get(objectKey, { range: { offset: start + from, length: Math.min(WINDOW_BYTES, length - from) } })
}

async function pour(bucket: R2Bucket, stretch: Stretch, first: R2ObjectBody, writable: WritableStream): Promise<void> {
  let object: R2ObjectBody | null = first
  for (let from = WINDOW_BYTES; object; from += WINDOW_BYTES) {
    const isLast = from >= stretch.length
    await object.body.pipeTo(writable, { preventClose: !isLast })
    if (isLast) return
    object = await readWindow(bucket, stretch, from)
  }
  await writable.abort(new Error('the object is gone'))
}
