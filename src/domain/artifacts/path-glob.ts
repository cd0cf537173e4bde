/**
 * Whether a path matches a pattern: `*` and `?` stay within a folder, `**` goes through folders. In time of their lengths
 * multiplied, whatever the pattern: strangers may send one.
 */
export function matchesGlob(pattern: string, path: string): boolean {
  // Which lengths of the path the pattern so far may end at.
  let ends = new Uint8Array(path.length + 1)
  ends[0] = 1
  for (let i = 0; i < pattern.length; i++) {
    const next = new Uint8Array(path.length + 1)
    const sign = pattern[i]
    const isDeep = sign === '*' && pattern[i + 1] === '*'
    if (isDeep) i += 1
    // `a/**/b` matches `a/b` too.
    const isFolders = isDeep && pattern[i + 1] === '/' && (i < 2 || pattern[i - 2] === '/')
    if (isFolders) i += 1
    for (let at = 0, open = 0; at <= path.length; at++) {
      const is = ends[at] ?? 0
      if (sign === '*') {
        open |= is
        if (isFolders) next[at] = is | (open & Number(path[at - 1] === '/'))
        else {
          if (!isDeep && path[at - 1] === '/') open = is
          next[at] = open
        }
      } else if (is && at < path.length && (sign === path[at] || (sign === '?' && path[at] !== '/'))) next[at + 1] = 1
    }
    ends = next
  }
  return ends[path.length] === 1
}
