import type { Artifact } from './artifact.ts'
import { type ArtifactDigest, digestText } from './artifact-digest.ts'
import type { PackedAt } from './packed-at.ts'

/** A zip whose files are artifacts of a build, each at its own path. Sizes are bytes, times epoch milliseconds. */
export type Pack = {
  readonly id: string
  readonly buildId: string
  readonly buildNum: number
  readonly nodeIndex: number
  readonly name: string
  /** Of the zip. */
  readonly sizeBytes: number
  readonly digest: ArtifactDigest
  readonly objectKey: string
  readonly fileCount: number
  /** Of all its files, unpacked. */
  readonly unpackedBytes: number
  readonly createdAt: number
}

/** A file of a pack. */
export type PackedFile = PackedAt & { readonly path: string; readonly sizeBytes: number }

/** A file of a zip that is not taken, and why. */
export type SkippedFile = { readonly path: string; readonly reason: string }

export const MAX_PACK_FILES = 50_000
export const MAX_PACKS_A_BUILD = 20
export const MAX_PACK_NAME_CHARACTERS = 100
/** All paths together: one statement compares them with those that the build has. */
export const MAX_PACK_PATH_BYTES = 8 * 1024 ** 2

/** The rule that a pack's name breaks, or null. */
export function packNameProblem(name: string): string | null {
  if (name === '' || name.length > MAX_PACK_NAME_CHARACTERS)
    return `must have 1 to ${MAX_PACK_NAME_CHARACTERS} characters`
  return /^[\w.~-]+$/.test(name) && !/^\.+$/.test(name)
    ? null
    : 'must have letters, digits, ".", "_", "~" and "-" alone'
}

/** A pack's file as the artifact that it is. */
export function packedArtifact(pack: Pack, { path, sizeBytes, ...packed }: PackedFile, contentType: string): Artifact {
  const { buildId, buildNum, nodeIndex, objectKey, createdAt } = pack
  return {
    id: idInPack(pack.id, packed.start),
    buildId,
    buildNum,
    nodeIndex,
    path,
    sizeBytes,
    digest: { kind: 'crc32', hex: crcText(packed.crc32) },
    contentType,
    objectKey,
    createdAt,
    packed,
    pack: pack.name,
  }
}

/** A pack as a file to download. */
export function zipOfPack(pack: Pack): Artifact {
  const { id, buildId, buildNum, nodeIndex, sizeBytes, digest, objectKey, createdAt } = pack
  const file = { path: `${pack.name}.zip`, contentType: 'application/zip' }
  return { id, buildId, buildNum, nodeIndex, sizeBytes, digest, objectKey, createdAt, ...file }
}

/** A UUID for a file of a pack: the pack's own, with the place in it, and never the pack's itself. */
function idInPack(packId: string, start: number): string {
  const last = BigInt(`0x${packId.slice(24)}`) ^ BigInt(start + 1)
  return packId.slice(0, 24) + last.toString(16).padStart(12, '0')
}

export function crcText(crc32: number): string {
  return crc32.toString(16).padStart(8, '0')
}

/** Whether two packs are the same zip. */
export function isSamePack(
  pack: Pick<Pack, 'sizeBytes' | 'digest'>,
  other: Pick<Pack, 'sizeBytes' | 'digest'>,
): boolean {
  return pack.sizeBytes === other.sizeBytes && digestText(pack.digest) === digestText(other.digest)
}

/** The order of paths in D1, by the bytes of their UTF-8: that of UTF-16 differs beyond the surrogates. */
export function comparePaths(a: string, b: string): number {
  const end = Math.min(a.length, b.length)
  for (let i = 0; i < end; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x !== y) return rankOf(x) - rankOf(y)
  }
  return a.length - b.length
}

/** A surrogate stands for a character behind all others. */
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

/** By node and path, as all lists have them. */
export function compareArtifacts(
  a: Pick<Artifact, 'nodeIndex' | 'path'>,
  b: Pick<Artifact, 'nodeIndex' | 'path'>,
): number {
  return a.nodeIndex - b.nodeIndex || comparePaths(a.path, b.path)
}
