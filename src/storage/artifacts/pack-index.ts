import type { PackedFile } from '../../domain/artifacts/pack.ts'
import { comparePaths } from '../../domain/artifacts/pack.ts'
import type { Stores } from '../stores.ts'
import { gzipped, joined } from '../tests/report-object.ts'
import { askBucket } from './objects.ts'

/** A gzip member of a pack's index: the first path in it, its bytes, and how many paths it has. */
export type IndexMember = { readonly firstPath: string; readonly packedBytes: number; readonly count: number }

export type PackIndex = { readonly objectKey: string; readonly members: readonly IndexMember[] }

/** A path is found by reading one member: some 30 KB of text. */
const FILES_A_MEMBER = 500

/** One file as it is kept; the method as zips number it. */
type Line = [path: string, start: number, span: number, packed: number, size: number, crc32: number, method: 0 | 8]

/** The index of files that are in the order of their paths. */
export async function packIndexOf(
  files: readonly PackedFile[],
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly members: readonly IndexMember[] }> {
  const parts: Uint8Array[] = []
  const members: IndexMember[] = []
  for (let from = 0; from < files.length; from += FILES_A_MEMBER) {
    const some = files.slice(from, from + FILES_A_MEMBER)
    const part = await gzipped(JSON.stringify(some.map(lineOf)))
    parts.push(part)
    members.push({ firstPath: some[0]?.path ?? '', packedBytes: part.byteLength, count: some.length })
  }
  return { bytes: joined(parts), members }
}

/** As a row keeps them. */
export function membersText(members: readonly IndexMember[]): string {
  return JSON.stringify(members.map(({ firstPath, packedBytes, count }) => [firstPath, packedBytes, count]))
}

export function membersOf(text: string): readonly IndexMember[] {
  // Only `membersText` writes these.
  const rows = JSON.parse(text) as [string, number, number][]
  return rows.map(([firstPath, packedBytes, count]) => ({ firstPath, packedBytes, count }))
}

/** The file at that path; null where the pack has none. At most one ranged read. */
export async function findInIndex(
  stores: Pick<Stores, 'artifacts' | 'warn'>,
  index: PackIndex,
  path: string,
): Promise<PackedFile | null> {
  const at = memberOf(index, path)
  const files = at < 0 ? [] : await readMembers(stores, index, at, at + 1)
  return files.find((file) => file.path === path) ?? null
}

/** The files behind `after`, all of them or at least so many where there are; one ranged read. */
export async function listInIndex(
  stores: Pick<Stores, 'artifacts' | 'warn'>,
  index: PackIndex,
  after: string | null = null,
  limit: number = Number.POSITIVE_INFINITY,
): Promise<readonly PackedFile[]> {
  const from = after === null ? 0 : Math.max(0, memberOf(index, after))
  let to = from
  // Of the first member all may lie before.
  for (let wanted = limit + FILES_A_MEMBER; wanted > 0 && to < index.members.length; to += 1)
    wanted -= index.members[to]?.count ?? 0
  const files = from === to ? [] : await readMembers(stores, index, from, to)
  return after === null ? files : files.filter(({ path }) => comparePaths(path, after) > 0)
}

/** The last member whose first path is not behind `path`; -1 for none. */
function memberOf({ members }: PackIndex, path: string): number {
  let [low, high] = [0, members.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (comparePaths(members[middle]?.firstPath ?? '', path) <= 0) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** The files of members `from` up to, and not with, `to`. */
async function readMembers(
  stores: Pick<Stores, 'artifacts' | 'warn'>,
  { objectKey, members }: PackIndex,
  from: number,
  to: number,
): Promise<PackedFile[]> {
  const offset = bytesOf(members.slice(0, from))
  const length = bytesOf(members.slice(from, to))
  const object = await askBucket(stores, stores.artifacts.get(objectKey, { range: { offset, length } }))
  // Its rows went first: there is no such pack any more.
  if (!object) return []
  const bytes = new Uint8Array(await object.arrayBuffer())
  const files: PackedFile[] = []
  let at = 0
  for (const { packedBytes } of members.slice(from, to)) {
    const text = await new Response(
      new Blob([bytes.subarray(at, at + packedBytes)]).stream().pipeThrough(new DecompressionStream('gzip')),
    ).text()
    at += packedBytes
    // Only `packIndexOf` writes these.
    for (const line of JSON.parse(text) as Line[]) files.push(fileOf(line))
  }
  return files
}

function bytesOf(members: readonly IndexMember[]): number {
  return members.reduce((sum, { packedBytes }) => sum + packedBytes, 0)
}

function lineOf({ path, start, spanBytes, packedBytes, sizeBytes, crc32, method }: PackedFile): Line {
  return [path, start, spanBytes, packedBytes, sizeBytes, crc32, method === 'stored' ? 0 : 8]
}

function fileOf([path, start, spanBytes, packedBytes, sizeBytes, crc32, method]: Line): PackedFile {
  return { path, start, spanBytes, packedBytes, sizeBytes, crc32, method: method === 0 ? 'stored' : 'deflated' }
}
