import { createHash } from 'node:crypto'
import { MAX_PACK_PATH_BYTES, MAX_PACKS_A_BUILD } from '../../src/domain/artifacts/pack.ts'
import type { LocalFile } from '../files/find-files.ts'
import { PARTS_FROM_BYTES } from '../files/upload-file.ts'

/** Files that go in one zip. */
export type PlannedPack = { readonly name: string; readonly files: readonly LocalFile[]; readonly sizeBytes: number }

export type Plan = {
  readonly packs: readonly PlannedPack[]
  readonly loose: readonly LocalFile[]
  /** Loose too, since a build has so many packs at most. */
  readonly beyond: readonly LocalFile[]
}

/** Fewer are sent one by one: several at once, they take no longer. */
export const MIN_PACK_FILES = 16
const MAX_FILES = 20_000
/** Unpacked; the server trusts no zip of more than this that is packed very well. */
const MAX_BYTES = 1024 ** 3

/** Which files go together, in their order: the same files are the same packs. */
export function planPacks(files: readonly LocalFile[]): Plan {
  const groups: LocalFile[][] = []
  const loose: LocalFile[] = []
  let left = { files: 0, bytes: 0, pathBytes: 0 }
  for (const file of files) {
    if (!isPackable(file)) {
      loose.push(file)
      continue
    }
    const pathBytes = Buffer.byteLength(file.path)
    if (left.files < 1 || left.bytes < file.sizeBytes || left.pathBytes < pathBytes) {
      groups.push([])
      left = { files: MAX_FILES, bytes: MAX_BYTES, pathBytes: MAX_PACK_PATH_BYTES }
    }
    groups.at(-1)?.push(file)
    left = { files: left.files - 1, bytes: left.bytes - file.sizeBytes, pathBytes: left.pathBytes - pathBytes }
  }
  const packs = groups.filter((group) => group.length >= MIN_PACK_FILES)
  const few = groups.filter((group) => group.length < MIN_PACK_FILES)
  return {
    packs: packs.slice(0, MAX_PACKS_A_BUILD).map(plannedPack),
    loose: [...loose, ...few.flat()],
    beyond: packs.slice(MAX_PACKS_A_BUILD).flat(),
  }
}

/** Large files go on by themselves after a break. In a zip a backslash and a drive letter mean something else. */
function isPackable({ path, sizeBytes }: LocalFile): boolean {
  return sizeBytes < PARTS_FROM_BYTES && !path.includes('\\') && !/^[a-z]:/i.test(path)
}

function plannedPack(files: readonly LocalFile[]): PlannedPack {
  const paths = createHash('sha256').update(JSON.stringify(files.map(({ path }) => path)))
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  return { name: `files-${paths.digest('hex').slice(0, 16)}`, files, sizeBytes }
}
