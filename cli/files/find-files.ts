import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import picomatch from 'picomatch'
import { artifactPathProblem, MAX_ARTIFACT_BYTES } from '../../src/domain/artifacts/artifact.ts'
import { contentTypeFor } from '../../src/domain/artifacts/content-type.ts'
import { type CliError, usageError } from '../terminal/exit.ts'
import { sizeText } from '../terminal/output.ts'
import { pathInside } from './local-path.ts'
import { patternProblem } from './pattern.ts'
import { NOT_UTF8, reasonOf, type Visitor, type Wish, walkEntry, walkFolder } from './walk-folder.ts'

/** A file here, and the artifact that it is to be. */
export type LocalFile = {
  readonly file: string
  readonly path: string
  readonly sizeBytes: number
  readonly modifiedMs: number
  readonly contentType: string
}

/** What was meant and is not sent. */
export type LeftOut = { readonly path: string; readonly reason: string }

export type FoundFiles = {
  /** In the order of their paths. */
  readonly files: readonly LocalFile[]
  readonly leftOut: readonly LeftOut[]
  /** Of globs that mean nothing, or nothing that can be sent from here. */
  readonly problems: readonly CliError[]
}

export type FindOptions = {
  /** Artifact paths are relative to this folder. */
  readonly root: string
  /** Put before each artifact path. */
  readonly prefix: string
}

/** The files that the globs match; a folder stands for all its files. What cannot be sent is listed with the reason. */
export async function findFiles(globs: readonly string[], { root, prefix }: FindOptions): Promise<FoundFiles> {
  const base = resolve(root)
  if (!isFolderAt(base)) throw usageError(`--root: ${base} is no folder.`)
  const files = new Map<string, LocalFile>()
  const leftOut = new Map<string, LeftOut>()
  const problems: CliError[] = []
  for (const glob of globs) {
    const tooLong = patternProblem(glob)
    if (tooLong) {
      problems.push(tooLong)
      continue
    }
    let isAnything = false
    const outside: string[] = []
    const visitor: Visitor = {
      file(file, stats) {
        isAnything = true
        const inside = pathInside(base, file)
        if (!inside) return void outside.push(file)
        const path = [...prefix.split('/'), ...inside.split(sep)].filter((segment) => segment !== '').join('/')
        const problem = problemOf(path, stats)
        if (problem) visitor.leaveOut(file, problem)
        else files.set(file, localFile(file, path, stats))
      },
      leaveOut(file, reason, shown = file) {
        isAnything = true
        leftOut.set(file, { path: fromHere(shown), reason })
      },
    }
    await findMeant(glob, base, visitor)
    const [first, ...more] = outside
    if (first !== undefined) {
      const said = more.length === 0 ? `${first} is` : `${first} and ${more.length} more of "${glob}" are`
      problems.push(
        usageError(`${said} not under ${base}.`, 'Say with --root from which folder artifact paths are told.'),
      )
    }
    if (!isAnything) problems.push(usageError(`"${glob}" matches no file.`))
  }
  for (const double of doublesIn([...files.keys()])) {
    files.delete(double)
    leftOut.set(double, { path: fromHere(double), reason: 'it is sent by another name' })
  }
  const inOrder = [...files.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  return { files: inOrder, leftOut: [...leftOut.values()], problems }
}

/** Those behind a link to a folder that are there by another name, too, as when several such are named. */
function doublesIn(files: readonly string[]): readonly string[] {
  const realFolders = new Map<string, string>()
  const realOf = (file: string) => {
    const folder = dirname(file)
    const real = realFolders.get(folder) ?? realFolderOf(folder)
    realFolders.set(folder, real)
    return join(real, basename(file))
  }
  const seen = new Set(files.filter((file) => realOf(file) === file))
  return files.filter((file) => {
    const real = realOf(file)
    if (real === file) return false
    const isDouble = seen.has(real)
    seen.add(real)
    return isDouble
  })
}

function realFolderOf(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return folder // It is gone: its files are told of one by one.
  }
}

async function findMeant(glob: string, root: string, visitor: Visitor): Promise<void> {
  // An unset variable is not the whole folder.
  if (glob === '') return
  const named = resolve(glob)
  const { base, glob: rest, isGlob } = picomatch.scan(sep === '\\' ? glob.replaceAll('\\', '/') : glob)
  try {
    // A file whose name looks like a glob is meant as it is; a glob may be longer than a name can be.
    const entry = isGlob && glob.length > MAX_NAME_LENGTH ? undefined : lstatSync(named, { throwIfNoEntry: false })
    // A link to a folder is one entry; with a slash behind it, it is the folder.
    const isFolder = /[/\\]$/.test(glob) ? isFolderAt(named) : entry?.isDirectory()
    const folder = resolve(base.replace(/\\(.)/g, '$1'))
    if (isFolder) await walkFolder(named, EVERYTHING, root, visitor)
    else if (entry) await walkEntry({ file: named, stats: entry }, EVERYTHING, root, visitor)
    // Of bytes that are no text an argument has only this left.
    else if (glob.includes('\ufffd')) visitor.leaveOut(named, NOT_UTF8)
    else if (isGlob && isFolderAt(folder)) await walkFolder(folder, wishOf(rest), root, visitor)
  } catch (error) {
    visitor.leaveOut(named, reasonOf(error))
  }
}

const MAX_NAME_LENGTH = 255

function isFolderAt(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

const EVERYTHING: Wish = { takes: () => true, enters: () => true }
// Names may begin with a dot or "!" and hold line ends.
const MATCHING = { dot: true, nonegate: true, flags: 's' }

function wishOf(meant: string): Wish {
  const glob = meant.replace(/\/+/g, '/').replace(/\/$/, '')
  // Where it names a folder, all that is in it is meant; with a slash behind it, it names nothing else.
  const isFolder = meant.endsWith('/')
  const isOpen = isFolder || !glob.endsWith('*')
  const parts = picomatch.scan(glob, { parts: true }).parts ?? [glob]
  const until = parts.findIndex((part) => part.includes('**') || part.includes('/'))
  const leading = (until < 0 ? parts : parts.slice(0, until)).map((part) => picomatch(part, MATCHING))
  return {
    takes: picomatch(isFolder ? `${glob}/**/*` : isOpen ? `${glob}/**` : glob, MATCHING),
    enters(path) {
      const names = path.split('/')
      const isDeepEnough = until < 0 && !isOpen && names.length >= parts.length
      return !isDeepEnough && names.every((name, at) => leading[at]?.(name) ?? true)
    },
  }
}

function problemOf(path: string, { size }: Stats): string | null {
  const problem = artifactPathProblem(path)
  if (problem) return `an artifact path ${problem}`
  if (size <= MAX_ARTIFACT_BYTES) return null
  return `it has ${sizeText(size)}, and an artifact can have at most ${sizeText(MAX_ARTIFACT_BYTES)}`
}

function localFile(file: string, path: string, { size, mtimeMs }: Stats): LocalFile {
  return { file, path, sizeBytes: size, modifiedMs: mtimeMs, contentType: contentTypeFor(path) }
}

/** As a person here would write it. */
function fromHere(file: string): string {
  return pathInside('.', file) || file
}
