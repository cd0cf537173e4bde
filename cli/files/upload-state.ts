import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import {
  dropOldNotes,
  forgetNote,
  readPrivateJson,
  stateFolder,
  warnOfLostNote,
  writePrivateJson,
} from '../server/private-file.ts'
import type { Server } from '../server/server.ts'
import type { LocalFile } from './find-files.ts'

type Target = { readonly num: number; readonly nodeIndex: number; readonly overwrite: boolean }

// One small file for each upload under way, named for what goes where: a changed file is another upload. It holds an
// upload's id, which opens nothing without a token.

/** Notes which upload this file is on its way in by. Without the note only the resuming is lost. */
export function keepUpload(server: Server, file: LocalFile, target: Target, id: string): void {
  try {
    dropOldNotes(folder())
    writePrivateJson(noteFor(server, file, target), { upload_id: id, file: file.file, path: file.path })
  } catch (error) {
    warnOfLostNote(server, error)
  }
}

export function keptUpload(server: Server, file: LocalFile, target: Target): string | null {
  const { upload_id } = (readPrivateJson(noteFor(server, file, target)) ?? {}) as { upload_id?: unknown }
  return typeof upload_id === 'string' ? upload_id : null
}

export function forgetUpload(server: Server, file: LocalFile, target: Target): void {
  forgetNote(noteFor(server, file, target))
}

function folder(): string {
  return join(stateFolder(), 'uploads')
}

function noteFor({ origin, slug }: Server, file: LocalFile, { num, nodeIndex, overwrite }: Target): string {
  const { path, sizeBytes, modifiedMs } = file
  const what = [origin, slug, num, nodeIndex, overwrite, path, realpathSync(file.file), sizeBytes, modifiedMs]
  return join(folder(), `${createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 32)}.json`)
}
