import { accessSync, constants, type Dirent, realpathSync, type Stats, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isSystemError, systemWords } from '../terminal/system-error.ts'
import { pathInside } from './local-path.ts'
import { isPartFile } from './part-file.ts'

/** Which entries the user asked for, by their paths from where the walk begins: names with slashes between. */
export type Wish = {
  readonly takes: (path: string) => boolean
  /** Whether the user may have asked for something in that folder. */
  readonly enters: (path: string) => boolean
}

export type Visitor = {
  readonly file: (file: string, stats: Stats) => void
  /** Called for what the user asked for and cannot be sent. `shown` is its name where that is no valid text. */
  readonly leaveOut: (file: string, reason: string, shown?: string) => void
}

export const NOT_UTF8 = 'its name is not UTF-8'
const DOUBLE = 'a link to a folder that is sent by another name'

/**
 * Visits the files below a folder. A link is followed if it leads into `root` or into the folder itself. A folder is
 * visited once, under its own name if it is below the folder.
 */
export async function walkFolder(folder: string, wish: Wish, root: string, visitor: Visitor): Promise<void> {
  const walk = openWalk(wish, [realpathSync(root), realpathSync(folder)], visitor)
  await walk.enter(folder, '')
  await walk.followLinks()
}

/** Visits one file or link that the user named, and the files in it if it leads to a folder. */
export async function walkEntry(
  { file, stats }: { readonly file: string; readonly stats: Stats },
  wish: Wish,
  root: string,
  visitor: Visitor,
) {
  const walk = openWalk(wish, [realpathSync(root)], visitor)
  await walk.take(file, '', stats)
  await walk.followLinks()
}

function openWalk(wish: Wish, roots: readonly string[], { file: visit, leaveOut }: Visitor) {
  const seen = new Set<string>()
  // Links are followed after all real files and folders are visited.
  const links: { readonly file: string; readonly path: string }[] = []

  async function enter(folder: string, path: string): Promise<void> {
    let entries: Dirent<Buffer>[]
    try {
      const real = realpathSync(folder)
      if (seen.has(real)) return leaveOut(folder, DOUBLE)
      seen.add(real)
      entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' })
    } catch (error) {
      return leaveOut(folder, reasonOf(error))
    }
    for (const entry of entries.sort((a, b) => Buffer.compare(a.name, b.name))) {
      const name = entry.name.toString()
      const below = path === '' ? name : `${path}/${name}`
      const file = join(folder, name)
      if (!entry.name.equals(Buffer.from(name))) {
        if (wish.takes(below) || (entry.isDirectory() && wish.enters(below)))
          leaveOut(join(folder, entry.name.toString('latin1')), NOT_UTF8, join(folder, bytesText(entry.name)))
      } else await take(file, below, entry)
    }
  }

  async function take(file: string, path: string, entry: Dirent<Buffer> | Stats): Promise<void> {
    if (entry.isDirectory()) return wish.enters(path) ? enter(file, path) : undefined
    if (entry.isSymbolicLink()) return takeLink(file, path)
    if (!wish.takes(path)) return
    // A part file that the user named itself is sent.
    if (path !== '' && isPartFile(basename(file))) leaveOut(file, 'the rest of a download that was broken off')
    else if (entry.isFile()) takeFile(file)
    else leaveOut(file, kindOf(entry))
  }

  function takeLink(file: string, path: string): void {
    try {
      const real = realpathSync(file)
      const stats = statSync(real)
      if (!(stats.isDirectory() ? wish.enters(path) : wish.takes(path))) return
      if (roots.every((root) => pathInside(root, real) === null)) leaveOut(file, `a link that leads out of ${roots[0]}`)
      else if (!stats.isDirectory()) stats.isFile() ? takeFile(file) : leaveOut(file, kindOf(stats))
      else if (pathInside(real, realpathSync(dirname(file))) !== null)
        leaveOut(file, 'a link to a folder that it is in')
      else links.push({ file, path })
    } catch (error) {
      // Whether the link leads to a file or a folder is not known.
      if (!wish.takes(path)) return
      const isDangling = isSystemError(error) && error.code === 'ENOENT'
      leaveOut(file, isDangling ? 'a link to what is not there' : reasonOf(error))
    }
  }

  function takeFile(file: string): void {
    try {
      accessSync(file, constants.R_OK)
      visit(file, statSync(file))
    } catch (error) {
      leaveOut(file, reasonOf(error))
    }
  }

  async function followLinks(): Promise<void> {
    for (let link = links.shift(); link; link = links.shift()) await enter(link.file, link.path)
  }

  return { enter, take, followLinks }
}

function kindOf(entry: Dirent<Buffer> | Stats): string {
  if (entry.isFIFO()) return 'a named pipe'
  return entry.isSocket() ? 'a socket' : 'a device'
}

/** The system's words for its error; any other error is thrown again. */
export function reasonOf(error: unknown): string {
  if (isSystemError(error)) return systemWords(error)
  throw error
}

/** A name that is no valid UTF-8, with its bytes written out. */
function bytesText(name: Buffer): string {
  return Array.from(name, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : `␣x${byte.toString(16)}`)).join('')
}
