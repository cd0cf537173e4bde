import { constants } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { randomBase62 } from '../../src/domain/access/secret.ts'
import {
  dropOldNotes,
  forgetNote,
  readPrivateJson,
  transferNote,
  warnOfLostNote,
  writePrivateJson,
} from '../server/private-file.ts'
import type { Server } from '../server/server.ts'

/** Where the bytes of a download are until all are here: on the disk that they are to be on. */
export type PartFile = {
  readonly file: string
  readonly handle: FileHandle
  /** Whether another attempt will find it. */
  readonly isNoted: boolean
  /** To be called when it is gone, or is the file. */
  readonly forget: () => void
}

// Its name is drawn at random, and a note says which it is: a name that follows from the file's own can be that of
// another artifact, and its place can be taken by a link.
type Note = { readonly name: string; readonly identity: string; readonly pid: number }

/** Whether a file is the rest of a download that was broken off. */
export function isPartFile(name: string): boolean {
  return /^\.buildpass-[0-9A-Za-z]{16}\.part$/.test(name)
}

/** Which part file: `about` are the bytes, and what they are for. */
export type PartPlace = {
  readonly folder: string
  readonly about: readonly unknown[]
  /** Who may read it; else those whom the system lets by itself. */
  readonly mode?: number
}

/** The part file that a broken-off download of these bytes to that place left, else a new one. */
export async function openPartFile(server: Server, { folder, about, mode }: PartPlace): Promise<PartFile> {
  const note = transferNote(server, 'downloads', about)
  const forget = () => void (note && forgetNote(note))
  const left = note && (await reopened(note, folder))
  const { file, handle } = left || (await opened(folder, mode))
  let isNoted = left !== null
  if (note === null) return { file, handle, isNoted, forget }
  try {
    dropOldNotes(dirname(note))
    const identity = await identityOf(handle)
    writePrivateJson(note, { name: basename(file), identity, pid: process.pid } satisfies Note)
    isNoted = true
  } catch (error) {
    warnOfLostNote(server, error)
  }
  return { file, handle, isNoted, forget }
}

async function opened(folder: string, mode: number | undefined): Promise<Pick<PartFile, 'file' | 'handle'>> {
  const file = join(folder, newPartName())
  return { file, handle: await open(file, 'ax+', mode) }
}

/** A name for a part file, which nothing else has. */
export function newPartName(): string {
  return `.buildpass-${randomBase62(16)}.part`
}

/** How many bytes a broken-off download left there; null where it left no file. */
export async function leftBytes(server: Server, { folder, about }: PartPlace): Promise<number | null> {
  const note = transferNote(server, 'downloads', about)
  const left = note && (await reopened(note, folder))
  if (!left) return null
  const { size } = await left.handle.stat().finally(() => left.handle.close())
  return size
}

/** Deletes what a broken-off download left there. */
export async function dropLeft(server: Server, place: PartPlace): Promise<void> {
  const part = await openPartFile(server, place)
  await part.handle.close()
  await dropPart(part)
}

/** As if it had never begun. */
export async function dropPart({ file, forget }: PartFile): Promise<void> {
  await rm(file, { force: true })
  forget()
}

/** Null unless it is the very file that was noted, and nobody else is at it. */
async function reopened(note: string, folder: string): Promise<Pick<PartFile, 'file' | 'handle'> | null> {
  const { name, identity, pid } = (readPrivateJson(note) ?? {}) as Partial<Note>
  if (typeof name !== 'string' || !isPartFile(name) || typeof pid !== 'number' || isAtWork(pid)) return null
  const file = join(folder, name)
  // Windows has no such flag: there only the file's identity is checked.
  const flags = constants.O_RDWR | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0)
  const handle = await open(file, flags).catch(() => null) // Gone, or something else: a new one takes its place.
  if (!handle) return null
  if ((await identityOf(handle)) === identity) return { file, handle }
  await handle.close()
  return null
}

/** Which file it is, whatever it is called. */
async function identityOf(handle: FileHandle): Promise<string> {
  const { dev, ino } = await handle.stat({ bigint: true })
  return `${dev} ${ino}`
}

/** Whether another download lives that has this number; in another container that may be another process. */
function isAtWork(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
