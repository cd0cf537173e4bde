import type { PackedAt } from '../../domain/artifacts/packed-at.ts'
import { byteStreamOf } from '../../domain/formats/byte-stream.ts'
import type { Stores } from '../stores.ts'
import { readStretch } from './object-reads.ts'
import { askBucket } from './objects.ts'

type BucketStores = Pick<Stores, 'artifacts' | 'warn'>

/** A file in a zip. */
export type PackedObject = { readonly objectKey: string; readonly sizeBytes: number; readonly packed: PackedAt }

/** What stands before each file of a zip (APPNOTE 4.3.7). */
const HEADER_BYTES = 30
const HEADER_SIGNATURE = 0x04034b50

/**
 * The bytes of a file in a zip, unpacked, by one ranged read. Null where the zip is gone, `broken` where it has something
 * else there than its directory says. Where they do not have the size and CRC-32 of the directory the stream breaks off.
 */
export async function readPacked(
  stores: BucketStores,
  object: PackedObject,
): Promise<ReadableStream<Uint8Array> | 'broken' | null> {
  const { objectKey, sizeBytes, packed } = object
  const stretch = await readStretch(stores, { objectKey, start: packed.start, length: packed.spanBytes })
  if (!stretch) return null
  const bytes = openBytes(stretch)
  if (!(await takeHeader(bytes, object)).isOfFile) {
    await bytes.cancel()
    return 'broken'
  }
  const { readable, writable } = new FixedLengthStream(sizeBytes)
  byteStreamOf(asGzip(bytes, object), ({ piece }) => piece)
    .pipeThrough(new DecompressionStream('gzip'))
    .pipeTo(writable)
    .catch((error) => stores.warn('download_cut_off', error))
    .finally(() => bytes.cancel())
  return readable
}

/** Where in its zip the bytes of a stored file begin: one small read. Null as above. */
export async function findStored(stores: BucketStores, file: PackedObject): Promise<number | 'broken' | null> {
  const { objectKey, packed } = file
  const range = { offset: packed.start, length: Math.min(packed.spanBytes, STORED_HEADER_BYTES) }
  const object = await askBucket(stores, stores.artifacts.get(objectKey, { range }))
  if (!object) return null
  const bytes = new Uint8Array(await object.arrayBuffer())
  const behind = behindHeader(bytes.subarray(0, HEADER_BYTES), packed)
  const isFound = behind !== null && isOfFile(bytes, bytes.subarray(HEADER_BYTES, HEADER_BYTES + behind), file)
  return isFound ? packed.start + HEADER_BYTES + behind : 'broken'
}

/** Enough for the header of a file with its name and its extra fields, but for those that are there to align it. */
const STORED_HEADER_BYTES = 4_096

const METHOD = { stored: 0, deflated: 8 } as const

/** Reads over what stands before the bytes of a file: how many bytes that were, and whether it is what the directory says. */
export async function takeHeader(
  bytes: ByteReader,
  file: Omit<PackedObject, 'objectKey'>,
): Promise<{ readonly length: number; readonly isOfFile: boolean }> {
  const header = await bytes.take(HEADER_BYTES)
  const behind = behindHeader(header, file.packed)
  if (behind === null) return { length: header.byteLength, isOfFile: false }
  return { length: HEADER_BYTES + behind, isOfFile: isOfFile(header, await bytes.take(behind), file) }
}

/** How many bytes of name and extra field stand between header and bytes; null where it is not the header of that file. */
function behindHeader(header: Uint8Array, { method, packedBytes, spanBytes }: PackedAt): number | null {
  if (header.byteLength < HEADER_BYTES) return null
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  const isEncrypted = (view.getUint16(6, true) & 1) === 1
  if (view.getUint32(0, true) !== HEADER_SIGNATURE || isEncrypted) return null
  if (view.getUint16(8, true) !== METHOD[method]) return null
  const behind = view.getUint16(26, true) + view.getUint16(28, true)
  return HEADER_BYTES + behind + packedBytes <= spanBytes ? behind : null
}

const SIZE_IS_BEHIND = 1 << 3
const IN_ZIP64 = 0xffffffff
const ZIP64_FIELD = 1

/**
 * Whether the header of a file, and what stands behind it, has the sizes and the CRC-32 that its directory says: tools read
 * by the one or the other. Where the header leaves them to what comes behind the bytes there is nothing to compare.
 */
function isOfFile(
  header: Uint8Array,
  behind: Uint8Array,
  { sizeBytes, packed }: Omit<PackedObject, 'objectKey'>,
): boolean {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  if ((view.getUint16(6, true) & SIZE_IS_BEHIND) !== 0) return true
  const [crc32, packedBytes, plainBytes] = [14, 18, 22].map((at) => view.getUint32(at, true))
  const extra = behind.subarray(view.getUint16(26, true))
  const large = packedBytes === IN_ZIP64 || plainBytes === IN_ZIP64 ? zip64Numbers(extra) : []
  // The field has those that are too large for the header, that of the plain bytes first.
  const plain = plainBytes === IN_ZIP64 ? large[0] : plainBytes
  const inZip = packedBytes === IN_ZIP64 ? large[plainBytes === IN_ZIP64 ? 1 : 0] : packedBytes
  return crc32 === packed.crc32 && inZip === packed.packedBytes && plain === sizeBytes
}

/** The first numbers in the ZIP64 field of a local header (APPNOTE 4.5.3). */
function zip64Numbers(extra: Uint8Array): readonly number[] {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength)
  for (let at = 0; at + 4 <= view.byteLength; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== ZIP64_FIELD) continue
    const places = [at + 4, at + 12].filter((place) => place + 8 <= view.byteLength)
    return places.map((place) => Number(view.getBigUint64(place, true)))
  }
  return []
}

const GZIP_HEADER = new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])
const MAX_STORED_BLOCK = 65_535

type GzipPiece = { readonly piece: Uint8Array; readonly isOfFile: boolean }

/** A file's packed bytes framed as gzip, so that whoever unpacks it checks size and CRC-32. */
export async function* asGzip(
  bytes: ByteReader,
  { sizeBytes, packed: { packedBytes, method, crc32 } }: PackedObject,
): AsyncGenerator<GzipPiece> {
  const frame = (piece: Uint8Array) => ({ piece, isOfFile: false })
  // Some tools call an empty file deflated, and write nothing.
  const isStored = method === 'stored' || packedBytes === 0
  yield frame(GZIP_HEADER)
  for (let left = packedBytes; left > 0; ) {
    const piece = await bytes.next(isStored ? Math.min(left, MAX_STORED_BLOCK) : left)
    left -= piece.byteLength
    if (isStored) yield frame(blockOf(piece.byteLength, false))
    yield { piece, isOfFile: true }
  }
  if (isStored) yield frame(blockOf(0, true))
  const end = new DataView(new ArrayBuffer(8))
  end.setUint32(0, crc32, true)
  end.setUint32(4, sizeBytes % 2 ** 32, true)
  yield frame(new Uint8Array(end.buffer))
}

/** What stands before the bytes of a block that is not compressed (RFC 1951 §3.2.4). */
function blockOf(length: number, isLast: boolean): Uint8Array {
  const block = new DataView(new ArrayBuffer(5))
  block.setUint8(0, isLast ? 1 : 0)
  block.setUint16(1, length, true)
  block.setUint16(3, length ^ 0xffff, true)
  return new Uint8Array(block.buffer)
}

export type ByteReader = {
  /** The next bytes, at least one and at most so many; throws at the end. */
  next(most: number): Promise<Uint8Array>
  /** So many bytes, or all that are left. */
  take(count: number): Promise<Uint8Array>
  /** Reads over so many bytes; throws at the end. */
  skip(count: number): Promise<void>
  cancel(): Promise<void>
}

export function openBytes(stream: ReadableStream<Uint8Array>): ByteReader {
  const reader = stream.getReader()
  let rest = new Uint8Array(0)
  async function next(most: number): Promise<Uint8Array> {
    while (rest.byteLength === 0) {
      const { done, value } = await reader.read()
      if (done) throw new Error('the object ended early')
      rest = value as Uint8Array<ArrayBuffer>
    }
    const piece = rest.subarray(0, most)
    rest = rest.subarray(piece.byteLength)
    return piece
  }
  return {
    next,
    async take(count) {
      const taken = new Uint8Array(count)
      let length = 0
      while (length < count) {
        const piece = await next(count - length).catch(() => null)
        if (!piece) break
        taken.set(piece, length)
        length += piece.byteLength
      }
      return taken.subarray(0, length)
    },
    async skip(count) {
      for (let left = count; left > 0; ) left -= (await next(left)).byteLength
    },
    cancel: () => reader.cancel(),
  }
}
