import { randomUUID } from 'node:crypto'
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { makeFolder } from '../files/make-folder.ts'
import { CliError } from '../terminal/exit.ts'
import { systemFailure, withPath } from '../terminal/system-error.ts'
import type { Server } from './server.ts'

/** The folder for lasting files such as a login: `$XDG_CONFIG_HOME/buildpass`. */
export function configFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CONFIG_HOME || env.APPDATA || join(homedir(), '.config'), 'buildpass')
}

/** The folder for notes of unfinished transfers: `$XDG_STATE_HOME/buildpass`. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_STATE_HOME || env.LOCALAPPDATA || join(homedir(), '.local/state'), 'buildpass')
}

const warned = new WeakSet<Server>()

/** Warns once that a note cannot be written: the transfer goes on, but would start again after a break. */
export function warnOfLostNote(server: Server, error: unknown): void {
  if (warned.has(server)) return
  warned.add(server)
  const refused = systemFailure(error)
  const [said, hint] = refused instanceof CliError ? [refused.message, refused.hint] : [String(error), undefined]
  server.warn(
    `no notes of transfers can be kept, so one that breaks off starts again: ${said}.${hint ? ` ${hint}` : ''}`,
  )
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

/** The JSON of a private file; null when there is none, or none that can be read as JSON. */
export function readPrivateJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
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
const NOTE_LIFE_MS = 2 * 24 * 3_600_000

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
