import { lstatSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { artifactPathProblem } from '../../src/domain/artifacts/artifact.ts'
import { CliError } from '../terminal/exit.ts'
import { makeFolder } from './make-folder.ts'

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

/** What a file system takes for the same name. */
export type NameRules = { readonly ignoresCase: boolean; readonly ignoresForm: boolean }

export function nameRulesOf(platform: NodeJS.Platform): NameRules {
  return { ignoresCase: platform === 'win32' || platform === 'darwin', ignoresForm: platform === 'darwin' }
}

type Place = { readonly path: string; readonly segments: readonly string[] }

/** Each two that cannot both be here, as one would be the other or lie in it. */
export function collisionsOf<P extends Place>(places: readonly P[], rules: NameRules): readonly (readonly [P, P])[] {
  const keyOf = (segments: readonly string[]) => {
    const name = segments.join('/')
    const key = rules.ignoresForm ? name.normalize('NFC') : name
    return rules.ignoresCase ? key.toLowerCase() : key
  }
  const first = new Map<string, P>()
  const collisions: [P, P][] = []
  for (const place of places) {
    const other = first.get(keyOf(place.segments))
    if (other) collisions.push([other, place])
    else first.set(keyOf(place.segments), place)
  }
  for (const place of places)
    for (let length = 1; length < place.segments.length; length++) {
      const other = first.get(keyOf(place.segments.slice(0, length)))
      if (other) collisions.push([other, place])
    }
  return collisions
}

/** The way from a folder to what lies in it, which may begin with dots; '' for the folder itself, null for what is elsewhere. */
export function pathInside(folder: string, path: string): string | null {
  const way = relative(folder, path)
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? null : way
}

/** Two paths, so that they look different: by their code points where only the Unicode form differs. */
export function apartText([one, other]: readonly [Place, Place]): string {
  const isAlike = one.path !== other.path && one.path.normalize('NFC') === other.path.normalize('NFC')
  const shown = ({ path }: Place) => (isAlike ? path.replace(/[^ -~]/gu, escaped) : path)
  return `${shown(one)} and ${shown(other)}`
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`
}

/** The file for those segments below `root`, its folder made; a link on the way that leads out is not followed. */
export function openPlace(root: string, segments: readonly string[]): string {
  makeFolder(root)
  const base = realpathSync(root)
  const file = join(base, ...segments)
  const folder = dirname(file)
  // Step by step, since mkdir itself would go through a link.
  let at = base
  for (const segment of relative(base, folder).split(sep).filter(Boolean)) {
    at = join(at, segment)
    makeFolder(at)
    const real = realpathSync(at)
    if (pathInside(base, real) === null)
      throw new CliError('failed', `${at} leads out of ${base}: nothing is written there.`)
  }
  if (lstatSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new CliError('failed', `${file} is a folder: the artifact of that name cannot be put there.`)
  return file
}
