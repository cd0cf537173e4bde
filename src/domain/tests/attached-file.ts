/** The paths by which the artifacts of a build may have a file that a report attaches to a test, the likeliest first. */
export function artifactPathsOf(attached: string): readonly string[] {
  const parts = attached
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) return []
  // A report often has the whole path on the machine that ran the tests, an artifact the end of it. A name alone is no path.
  const first = /^(?:[/\\]|[a-z]:)/i.test(attached) ? Math.max(1, parts.length - 1) : 1
  return Array.from({ length: Math.min(first, MAX_PATHS) }, (_, from) => parts.slice(from).join('/'))
}

const MAX_PATHS = 20

/** The first of `paths` at which there is a file, for an attached path. */
export function attachedFileOf<F extends { readonly path: string }>(
  files: readonly F[],
): (attached: string) => F | null {
  const byPath = new Map<string, F>()
  for (const file of files) if (!byPath.has(file.path)) byPath.set(file.path, file)
  return (attached) => {
    for (const path of artifactPathsOf(attached)) {
      const file = byPath.get(path)
      if (file) return file
    }
    return null
  }
}
