import { configure, ZipWriter } from '@zip.js/zip.js/lib/zip-core-custom.js'
import type { Artifact } from '../../domain/artifacts/artifact.ts'
import type { PackedAt } from '../../domain/artifacts/packed-at.ts'
import { byteStreamOf } from '../../domain/formats/byte-stream.ts'
import { toHex } from '../../domain/formats/encoding.ts'
import type { Stores } from '../stores.ts'
import { readStretch } from './object-reads.ts'
import { hashing } from './objects.ts'
import { asGzip, type ByteReader, openBytes, takeHeader } from './packed-bytes.ts'

type BucketStores = Pick<Stores, 'artifacts' | 'warn'>

/** An artifact under its name in the zip. */
export type NamedArtifact = { readonly name: string; readonly artifact: Artifact }
type PackedNamed = NamedArtifact & { readonly artifact: Artifact & { readonly packed: PackedAt } }

/** So many bytes that nobody asked for are read over, where the next file of a pack is behind them. */
const MAX_GAP_BYTES = 1024 ** 2

/**
 * A zip of the artifacts, made while it is read: nothing of it is held. Files of packs pass as they are compressed, all
 * others are stored. At its end stands a list of digests in the format of `sha256sum`, of what was read to make it; a file
 * that is not what it should be is named there as bad, and where it can be told before, it is left out.
 */
export function zipArtifacts(stores: BucketStores, artifacts: readonly NamedArtifact[]): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  writeZip(stores, artifacts, writable).catch((error) => {
    stores.warn('download_cut_off', error)
    // The reader sees a zip that is cut off.
    return writable.abort(error).catch(() => undefined)
  })
  return readable
}

async function writeZip(
  stores: BucketStores,
  artifacts: readonly NamedArtifact[],
  writable: WritableStream<Uint8Array>,
): Promise<void> {
  // Its pool is one for all requests: one that waits for a slow reader, or is gone, must not keep another from going on.
  configure({ useWebWorkers: false, maxWorkers: Number.MAX_SAFE_INTEGER })
  const zip = new ZipWriter(writable, { level: 0, keepOrder: true, extendedTimestamp: false })
  const digests: string[] = []
  for (const one of artifacts) if (!one.artifact.packed) digests.push(await addLoose(stores, zip, one))
  for (const run of runsOf(artifacts)) digests.push(...(await addRun(stores, zip, run)))
  const name = freeName(new Set(artifacts.map((one) => one.name)))
  await zip.add(name, new Blob([digests.join('')]).stream(), {})
  await zip.close()
}

const DIGESTS = 'SHA256SUMS'

function freeName(taken: ReadonlySet<string>): string {
  let name = DIGESTS
  while (taken.has(name)) name += '_'
  return name
}

type Zip = ZipWriter<unknown>

async function addLoose(stores: BucketStores, zip: Zip, { name, artifact }: NamedArtifact): Promise<string> {
  const { objectKey, sizeBytes, createdAt } = artifact
  const bytes = await readStretch(stores, { objectKey, start: 0, length: sizeBytes })
  if (!bytes) return `# missing: ${name}\n`
  const digest = new crypto.DigestStream('SHA-256')
  const seen = bytes.pipeThrough(hashing(digest))
  await zip.add(name, seen, { lastModDate: new Date(createdAt), uncompressedSize: sizeBytes })
  return lineOf(name, await digest.digest)
}

/** Files of one pack that lie near each other, in their order there. */
function runsOf(artifacts: readonly NamedArtifact[]): readonly (readonly PackedNamed[])[] {
  const packed = artifacts.filter((one): one is PackedNamed => one.artifact.packed !== undefined)
  const inOrder = packed.toSorted(
    ({ artifact: a }, { artifact: b }) =>
      Number(a.objectKey > b.objectKey) - Number(a.objectKey < b.objectKey) || a.packed.start - b.packed.start,
  )
  const runs: PackedNamed[][] = []
  for (const one of inOrder) {
    const last = runs.at(-1)?.at(-1)?.artifact
    const isNear = last?.objectKey === one.artifact.objectKey && one.artifact.packed.start - endOf(last) < MAX_GAP_BYTES
    if (isNear) runs.at(-1)?.push(one)
    else runs.push([one])
  }
  return runs
}

function endOf({ packed }: PackedNamed['artifact']): number {
  return packed.start + packed.spanBytes
}

/** Adds files by reading their pack from the first to the last. */
async function addRun(stores: BucketStores, zip: Zip, run: readonly PackedNamed[]): Promise<string[]> {
  const [first, last] = [run[0]?.artifact, run.at(-1)?.artifact]
  if (!first || !last) return []
  const start = first.packed.start
  const stretch = await readStretch(stores, { objectKey: first.objectKey, start, length: endOf(last) - start })
  if (!stretch) return run.map(({ name }) => `# missing: ${name}\n`)
  const bytes = openBytes(stretch)
  const digests: string[] = []
  let at = start
  try {
    for (const { name, artifact } of run) {
      const { packed, sizeBytes, createdAt } = artifact
      await bytes.skip(packed.start - at)
      const { length, isOfFile } = await takeHeader(bytes, artifact)
      at = packed.start + length
      if (!isOfFile) {
        digests.push(`# bad: ${name}\n`)
        continue
      }
      at += packed.packedBytes
      const check = openCheck(artifact)
      await zip.add(
        name,
        byteStreamOf(check.passing(bytes), (piece) => piece),
        {
          passThrough: true,
          compressionMethod: packed.method === 'stored' ? 0 : 8,
          uncompressedSize: sizeBytes,
          crc32: packed.crc32,
          lastModDate: new Date(createdAt),
        },
      )
      const sha256 = await check.end()
      digests.push(sha256 ? lineOf(name, sha256) : `# bad: ${name}\n`)
    }
  } finally {
    await bytes.cancel()
  }
  return digests
}

/** Unpacks a file beside its way into another zip, for its digest. */
function openCheck(object: PackedNamed['artifact']) {
  const digest = new crypto.DigestStream('SHA-256')
  const gzip = new TransformStream<Uint8Array, Uint8Array>()
  const checked = gzip.readable
    .pipeThrough(new DecompressionStream('gzip'))
    .pipeTo(digest)
    .then(
      () => digest.digest,
      () => null,
    )
  const out = gzip.writable.getWriter()
  return {
    /** The packed bytes as they stand in the zip. */
    async *passing(bytes: ByteReader): AsyncGenerator<Uint8Array> {
      for await (const { piece, isOfFile } of asGzip(bytes, object)) {
        // Bytes that are not what they should be end the check, and pass as they are.
        await out.write(piece).catch(() => undefined)
        if (isOfFile) yield piece
      }
      await out.close().catch(() => undefined)
    },
    /** The SHA-256, or null where size or CRC-32 are not as the zip says. */
    end: () => checked,
  }
}

/** As `sha256sum` writes it: a backslash in a name is doubled, and told before the line. */
function lineOf(name: string, digest: ArrayBuffer): string {
  const escaped = name.replaceAll('\\', '\\\\')
  return `${escaped === name ? '' : '\\'}${toHex(digest)}  ${escaped}\n`
}
