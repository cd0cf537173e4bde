import type { Artifact, ArtifactPlace } from './artifact.ts'
import { comparePaths } from './pack.ts'

/** A file of a build as its page lists it. */
export type FileOverview = Pick<Artifact, 'path' | 'nodeIndex' | 'sizeBytes'>

/** A folder of a build's files; `path` is empty for all of a node's, and else ends with a slash. */
export type FolderPlace = ArtifactPlace

export type FolderEntry = FolderPlace & {
  readonly kind: 'node' | 'folder' | 'file'
  /** The number of files in or below the entry, and their size. */
  readonly count: number
  readonly sizeBytes: number
}

/**
 * What is in one folder: its folders, then its files, each by name. A folder that has only one folder in it is one entry with
 * that. Without a place, the nodes.
 */
export function folderEntriesOf(files: readonly FileOverview[], place: FolderPlace | null): readonly FolderEntry[] {
  const within = place
    ? files.filter(({ nodeIndex, path }) => nodeIndex === place.nodeIndex && path.startsWith(place.path))
    : files
  const start = place?.path.length ?? 0
  const keyOf = ({ nodeIndex, path }: FileOverview) =>
    place ? path.slice(start, path.indexOf('/', start) + 1 || undefined) : String(nodeIndex)
  const groups = [...Map.groupBy(within, keyOf)].map(([key, [first, ...others]]): FolderEntry => {
    const [a, z] = [first, others.at(-1) ?? first] as [FileOverview, FileOverview]
    const kind = place ? (key.endsWith('/') ? 'folder' : 'file') : 'node'
    const path = { node: '', file: a.path, folder: sharedFolderOf(a.path, z.path) }[kind]
    const sizeBytes = others.reduce((sum, file) => sum + file.sizeBytes, a.sizeBytes)
    return { kind, nodeIndex: a.nodeIndex, path, count: others.length + 1, sizeBytes }
  })
  return groups.toSorted(
    (one, other) =>
      Number(one.kind === 'file') - Number(other.kind === 'file') ||
      one.nodeIndex - other.nodeIndex ||
      comparePaths(one.path, other.path),
  )
}

/** The innermost folder that has all files from the first path to the last. */
export function sharedFolderOf(firstPath: string, lastPath: string): string {
  let length = 0
  while (length < firstPath.length && firstPath[length] === lastPath[length]) length += 1
  return firstPath.slice(0, firstPath.lastIndexOf('/', length - 1) + 1)
}
