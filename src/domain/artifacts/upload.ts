import type { ArtifactDigest } from './artifact-digest.ts'

/** A file on its way in, part by part. Sizes are bytes, times epoch milliseconds. */
export type MultipartUpload = {
  readonly id: string
  readonly projectId: string
  readonly buildId: string
  readonly buildNum: number
  readonly nodeIndex: number
  readonly path: string
  readonly sizeBytes: number
  readonly partSizeBytes: number
  readonly contentType: string
  readonly overwrite: boolean
  /** Whether it becomes a pack of that name, and not an artifact at that path. */
  readonly isPack: boolean
  readonly objectKey: string
  /** R2's own name for it. */
  readonly r2UploadId: string
  /** Null until all parts have become one artifact. */
  readonly digest: ArtifactDigest | null
  readonly createdAt: number
  /** When the last part came: an upload that nothing comes for is aborted. */
  readonly touchedAt: number
}

export type UploadPart = {
  /** From 1. */
  readonly number: number
  readonly sizeBytes: number
  readonly sha256: string
  readonly etag: string
}

/**
 * 8 MiB. R2 wants equal parts of 5 MiB or more, and at most 10,000; a lost connection costs no more than one; and the
 * SHA-256 of one stays near the 10 ms of CPU that a free Worker has.
 */
export const PART_SIZE_BYTES = 8 * 1024 ** 2

type Sized = Pick<MultipartUpload, 'sizeBytes' | 'partSizeBytes'>

export function partCountOf({ sizeBytes, partSizeBytes }: Sized): number {
  return Math.ceil(sizeBytes / partSizeBytes)
}

/** The size that a part has to have: all are equal but the last one. Null for a number that no part has. */
export function sizeOfPart(upload: Sized, number: number): number | null {
  const count = partCountOf(upload)
  if (!Number.isInteger(number) || number < 1 || number > count) return null
  return number < count ? upload.partSizeBytes : upload.sizeBytes - (count - 1) * upload.partSizeBytes
}

/** The numbers of the parts that have not come. */
export function missingParts(upload: Sized, parts: readonly Pick<UploadPart, 'number'>[]): readonly number[] {
  const here = new Set(parts.map((part) => part.number))
  return Array.from({ length: partCountOf(upload) }, (_, i) => i + 1).filter((number) => !here.has(number))
}
