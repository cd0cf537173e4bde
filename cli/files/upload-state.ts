import { dirname } from 'node:path'
import { isId } from '../server/path.ts'
import {
  dropOldNotes,
  forgetNote,
  readPrivateJson,
  transferNote,
  warnOfLostNote,
  writePrivateJson,
} from '../server/private-file.ts'
import type { Server } from '../server/server.ts'
import type { LocalFile } from './find-files.ts'

/** Which bytes go where. */
export type Transfer = {
  readonly num: number
  readonly nodeIndex: number
  readonly overwrite: boolean
  readonly path: string
  readonly identity: readonly unknown[]
}

// One small file for each upload under way, named for what goes where: a changed file is another upload. It holds an
// upload's id, which opens nothing without a token.

/** Notes which upload this file is on its way in by. Without the note only the resuming is lost. */
export function keepUpload(server: Server, transfer: Transfer, { file, path }: LocalFile, id: string): void {
  const note = noteFor(server, transfer)
  if (note === null) return
  try {
    dropOldNotes(dirname(note))
    writePrivateJson(note, { upload_id: id, file, path })
  } catch (error) {
    warnOfLostNote(server, error)
  }
}

/** The id of the upload that was noted; null where nothing was, or nothing that is an id. */
export function keptUpload(server: Server, transfer: Transfer): string | null {
  const note = noteFor(server, transfer)
  const { upload_id } = ((note && readPrivateJson(note)) ?? {}) as { upload_id?: unknown }
  return typeof upload_id === 'string' && isId(upload_id) ? upload_id : null
}

export function forgetUpload(server: Server, transfer: Transfer): void {
  const note = noteFor(server, transfer)
  if (note) forgetNote(note)
}

function noteFor(server: Server, { num, nodeIndex, overwrite, path, identity }: Transfer): string | null {
  const { origin, slug } = server
  return transferNote(server, 'uploads', [origin, slug, num, nodeIndex, overwrite, path, ...identity])
}
