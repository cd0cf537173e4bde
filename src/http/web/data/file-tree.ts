/** A folder with what is in it, files and folders each by name. */
export type Folder<F> = {
  readonly name: string
  readonly folders: readonly Folder<F>[]
  readonly files: readonly { readonly name: string; readonly file: F }[]
  /** Of all files below it. */
  readonly count: number
  readonly sizeBytes: number
}

type File = { readonly path: string; readonly sizeBytes: number }

/** The files as a tree; a folder that holds one folder and nothing else is written in one line with it. */
export function treeOf<F extends File>(files: readonly F[]): Folder<F> {
  return folderOf(
    '',
    files.map((file) => ({ rest: file.path.split('/'), file })),
  )
}

function folderOf<F extends File>(name: string, entries: readonly { rest: string[]; file: F }[]): Folder<F> {
  const below = entries.filter(({ rest }) => rest.length > 1)
  const files = entries
    .filter(({ rest }) => rest.length === 1)
    .map(({ rest, file }) => ({ name: rest[0] ?? '', file }))
    .toSorted((a, b) => compare(a.name, b.name))
  const folders = [...Map.groupBy(below, ({ rest }) => rest[0] ?? '')]
    .toSorted(([a], [b]) => compare(a, b))
    .map(([child, inside]) =>
      folderOf(
        child,
        inside.map(({ rest, file }) => ({ rest: rest.slice(1), file })),
      ),
    )
  const [only] = folders
  if (name !== '' && only && folders.length === 1 && files.length === 0)
    return { ...only, name: `${name}/${only.name}` }
  return {
    name,
    folders,
    files,
    count: entries.length,
    sizeBytes: entries.reduce((sum, { file }) => sum + file.sizeBytes, 0),
  }
}

/** By code unit: the same everywhere, and cheap. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
