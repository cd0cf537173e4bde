import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { makeFolder } from '../files/make-folder.ts'
import { dropOldNotes, userFolder } from '../server/private-file.ts'

/** Where a zip can be until it is sent, which nobody else can read. */
export type ZipPlace = { readonly file: string; readonly drop: () => void }

/** It is dropped when this process ends by itself; what a killed one leaves is dropped with its old notes. */
export function openZipPlace(): ZipPlace {
  const { file, own } = placeInState() ?? placeInTemp()
  const drop = () => {
    try {
      rmSync(own, { recursive: true, force: true })
    } catch {} // Windows deletes no open file: it goes with the old ones.
  }
  process.once('exit', drop)
  return {
    file,
    drop() {
      process.off('exit', drop)
      drop()
    },
  }
}

type Place = { readonly file: string; readonly own: string }

function placeInState(): Place | null {
  try {
    const file = join(userFolder('state'), 'packs', `${randomUUID()}.zip`)
    makeFolder(dirname(file), 0o700)
    dropOldNotes(dirname(file))
    return { file, own: file }
  } catch {
    return null // A user without a folder can have packs all the same.
  }
}

function placeInTemp(): Place {
  const own = mkdtempSync(join(tmpdir(), 'buildpass-'))
  return { file: join(own, 'pack.zip'), own }
}
