import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const FOLDER = join(import.meta.dirname, '../../../migrations')

/** A database as the migrations before that one (`0027`) leave it, and what applies it and all after it. */
export function openBefore(migration: string): { readonly db: DatabaseSync; readonly upgrade: () => void } {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.sql'))
  const at = files.findIndex((name) => name.startsWith(migration))
  const db = new DatabaseSync(':memory:')
  db.exec('pragma foreign_keys = on')
  // As D1 runs a migration: in one transaction, with foreign keys on.
  const apply = (names: readonly string[]) => {
    for (const name of names) db.exec(`begin; ${readFileSync(join(FOLDER, name), 'utf8')}; commit`)
  }
  apply(files.slice(0, at))
  return { db, upgrade: () => apply(files.slice(at)) }
}
