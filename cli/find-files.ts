import { realpathSync, statSync } from 'node:fs'
import { basename, isAbsolute, relative, resolve, sep } from 'node:path'
import { lookup } from 'mrmime'
import { glob, isDynamicPattern } from 'tinyglobby'
import { artifactPathProblem, MAX_ARTIFACT_BYTES } from '../src/domain/artifact.ts'
import { usageError } from './exit.ts'
import { sizeText } from './output.ts'
import { isPartFile } from './part-file.ts'

/** A file here, and the artifact that it is to be. */
export type LocalFile = {
  readonly file: string
  readonly path: string
  readonly sizeBytes: number
  readonly modifiedMs: number
  readonly contentType: string
}

export type FindOptions = {
  /** Artifact paths are told from here. */
  readonly root: string
  /** Put before each artifact path. */
  readonly prefix: string
}

/** The files that the globs mean, in the order of their paths; folders mean all that is in them. */
export async function findFiles(
  globs: readonly string[],
  { root, prefix }: FindOptions,
): Promise<readonly LocalFile[]> {
  const base = resolve(root)
  const found = new Set<string>()
  for (const pattern of globs) {
    const files = await filesOf(pattern)
    if (files.length === 0) throw usageError(`"${pattern}" matches no file.`)
    for (const file of files) found.add(file)
  }
  const files = [...found].map((file) => localFile(file, base, prefix))
  return files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

async function filesOf(pattern: string): Promise<string[]> {
  // A file whose name looks like a glob is meant as it is.
  const entry = statSync(pattern, { throwIfNoEntry: false })
  if (entry?.isFile()) return [resolve(pattern)]
  const options = { absolute: true, dot: true, onlyFiles: true }
  if (entry?.isDirectory()) return wholeFiles(await glob('**', { ...options, cwd: resolve(pattern) }))
  if (!isDynamicPattern(pattern)) return []
  return wholeFiles(await glob(sep === '\\' ? pattern.replaceAll('\\', '/') : pattern, options))
}

/** What a broken-off download left is nobody's artifact. */
function wholeFiles(files: readonly string[]): string[] {
  return files.map((file) => resolve(file)).filter((file) => !isPartFile(basename(file)))
}

function localFile(file: string, base: string, prefix: string): LocalFile {
  const inside = relative(base, file)
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside))
    throw usageError(`${file} is not under ${base}.`, 'Say with --root from which folder artifact paths are told.')
  const path = [...prefix.split('/'), ...inside.split(sep)].filter((segment) => segment !== '').join('/')
  const problem = artifactPathProblem(path)
  if (problem) throw usageError(`${JSON.stringify(path)} cannot be an artifact path: it ${problem}.`)
  const { size, mtimeMs } = statSync(realpathSync(file))
  if (size > MAX_ARTIFACT_BYTES)
    throw usageError(`${path} is ${sizeText(size)}: an artifact can be at most ${sizeText(MAX_ARTIFACT_BYTES)}.`)
  return { file, path, sizeBytes: size, modifiedMs: mtimeMs, contentType: contentTypeOf(path) }
}

function contentTypeOf(path: string): string {
  const type = lookup(path) ?? 'application/octet-stream'
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type
}
