import { createHash, randomUUID } from 'node:crypto'
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { DAY_MS } from '../../src/domain/day.ts'
import { makeFolder } from '../files/make-folder.ts'
import { CliError } from '../terminal/exit.ts'
import { systemFailure, withPath } from '../terminal/system-error.ts'
import type { Server } from './server.ts'

/** The user's folders: for what lasts, such as a login, and for notes of what is under way. */
const FOLDERS = {
  config: { xdg: 'XDG_CONFIG_HOME', windows: 'APPDATA', below: '.config' },
  state: { xdg: 'XDG_STATE_HOME', windows: 'LOCALAPPDATA', below: '.local/state' },
} as const

/** `$XDG_CONFIG_HOME/buildpass` and the like; throws, with what to do, where this user has none. */
export function userFolder(kind: keyof typeof FOLDERS, env: NodeJS.ProcessEnv = process.env): string {
  const { xdg, windows, below } = FOLDERS[kind]
  const home = homeFolder()
  const folders = [env[xdg], env[windows], home && join(home, below)]
  // Relative ones are to be ignored, says XDG: they would lead to wherever one happens to be.
  const folder = folders.find((one) => one && isAbsolute(one))
  if (folder) return join(folder, 'buildpass')
  throw new CliError('failed', `neither ${xdg} nor HOME is the whole path of a folder`, {
    hint: 'Set one of them to a folder that can be written to.',
  })
}

/** Null for a user that the system does not know, as in some containers and services. */
function homeFolder(): string | null {
  try {
    return homedir()
  } catch {
    return null
  }
}

/** Which file has the note of something, named for what that is about; throws where the user has no folder for it. */
export function noteFile(kind: 'uploads' | 'downloads' | 'keyless', about: readonly unknown[]): string {
  const name = createHash('sha256').update(JSON.stringify(about)).digest('hex').slice(0, 32)
  return join(userFolder('state'), kind, `${name}.json`)
}

/** As `noteFile`, of a transfer: null, with the warning, where there can be none. */
export function transferNote(server: Server, kind: 'uploads' | 'downloads', about: readonly unknown[]): string | null {
  try {
    return noteFile(kind, about)
  } catch (error) {
    warnOfLostNote(server, error)
    return null
  }
}

const warned = new WeakSet<Server>()

/** Warns once that a note cannot be written: the transfer goes on, but would start again after a break. */
export function warnOfLostNote(server: Server, error: unknown): void {
  if (warned.has(server)) return
  warned.add(server)
  server.warn(`no notes of transfers can be kept, so one that breaks off starts again: ${refusalText(error)}`)
}

/** The system's words for why something cannot be kept, with the path and what to do. */
export function refusalText(error: unknown): string {
  const refused = systemFailure(error)
  const [said, hint] = refused instanceof CliError ? [refused.message, refused.hint] : [String(error), null]
  return `${said}.${hint ? ` ${hint}` : ''}`
}

/** Writes JSON that only its owner can read, whole or not at all. */
export function writePrivateJson(file: string, value: unknown): void {
  makeFolder(dirname(file), 0o700)
  // Not named by the process id, which a process in another container may have too.
  const draft = `${file}.${randomUUID()}.tmp`
  try {
    withPath(file, () => writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flag: 'wx' }))
    chmodSync(draft, 0o600)
    renameSync(draft, file)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

/** The JSON of a private file; null when there is none, no folder for it, or nothing that can be read as JSON. */
export function readPrivateJson(file: string | (() => string)): unknown {
  try {
    return JSON.parse(readFileSync(typeof file === 'string' ? file : file(), 'utf8'))
  } catch {
    return null
  }
}

/** Deletes the note of a finished transfer. */
export function forgetNote(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {} // What stays behind says nothing that is true no more, and is dropped with the old ones.
}

/** The server drops an upload that gets no part for a day. */
const NOTE_LIFE_MS = 2 * DAY_MS

/** Deletes the notes of abandoned transfers in a folder. */
export function dropOldNotes(folder: string): void {
  let names: string[] = []
  try {
    names = readdirSync(folder)
  } catch {
    return // There is none yet.
  }
  for (const name of names) {
    const file = join(folder, name)
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > NOTE_LIFE_MS) forgetNote(file)
  }
}

/** Whether others on this machine can read the file. */
export function isReadByOthers(file: string): boolean {
  if (process.platform === 'win32') return false
  return (statSync(file, { throwIfNoEntry: false })?.mode ?? 0) % 0o100 !== 0
}
