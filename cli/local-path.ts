import { lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { artifactPathProblem } from '../src/domain/artifact.ts'
import { CliError } from './exit.ts'

const RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i

/**
 * Where below a folder an artifact's path leads, as segments. The server's word is not taken for it: what could lead
 * out is refused. Windows gets `_` in place of what it cannot have in a name.
 */
export function localSegments(path: string, platform: NodeJS.Platform = process.platform): readonly string[] {
  const problem = artifactPathProblem(path)
  if (problem) throw new CliError('failed', `${JSON.stringify(path)} is not kept: an artifact path ${problem}.`)
  const segments = path.split('/')
  return platform === 'win32' ? segments.map(windowsName) : segments
}

function windowsName(segment: string): string {
  const name = segment.replace(/[<>:"|?*\\]/g, '_').replace(/[. ]$/, '_')
  return RESERVED.test(name) ? `_${name}` : name
}

/** The two of the paths that cannot both be here, as one would be the other or lie in it; null when all can. */
export function collisionOf(
  paths: readonly { readonly path: string; readonly segments: readonly string[] }[],
  ignoreCase: boolean,
): readonly [string, string] | null {
  const keyOf = (segments: readonly string[]) => {
    const key = segments.join('/').normalize('NFC')
    return ignoreCase ? key.toLowerCase() : key
  }
  const files = new Map<string, string>()
  for (const { path, segments } of paths) {
    const other = files.get(keyOf(segments))
    if (other !== undefined) return [other, path]
    files.set(keyOf(segments), path)
  }
  for (const { path, segments } of paths)
    for (let length = 1; length < segments.length; length++) {
      const other = files.get(keyOf(segments.slice(0, length)))
      if (other !== undefined) return [other, path]
    }
  return null
}

/** The file for those segments below `root`, its folder made; a link on the way that leads out is not followed. */
export function openPlace(root: string, segments: readonly string[]): string {
  mkdirSync(root, { recursive: true })
  const base = realpathSync(root)
  const file = join(base, ...segments)
  const folder = dirname(file)
  // Step by step, since mkdir itself would go through a link.
  let at = base
  for (const segment of relative(base, folder).split(sep).filter(Boolean)) {
    at = join(at, segment)
    mkdirSync(at, { recursive: true })
    const real = realpathSync(at)
    if (real !== base && !real.startsWith(base + sep))
      throw new CliError('failed', `${at} leads out of ${base}: nothing is written there.`)
  }
  if (lstatSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new CliError('failed', `${file} is a folder: the artifact of that name cannot be put there.`)
  return file
}
