import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openSqliteD1 } from '../../../test/prove/sim/sqlite-d1.ts'
import { REPOSITORY } from '../../start/local-state.ts'

export type CountedSqlite = {
  readonly d1: D1Database
  /** As D1 counts them: each entry of an index is a row, too. */
  readonly rowsWritten: () => number
  readonly value: (sql: string) => string
  readonly close: () => void
}

/** D1's interface over a file, as `openSqliteD1`, that knows how many rows were written. */
export function openCountedSqlite(file: string): CountedSqlite {
  const db = new DatabaseSync(file, { enableForeignKeyConstraints: true })
  // The file is thrown away afterwards.
  db.exec('pragma synchronous = off; pragma cache_size = -200000')
  let written = 0
  const d1 = openSqliteD1(join(REPOSITORY, 'migrations'), {
    db,
    onRun: (sql) => {
      const table = /^\s*(?:insert into|update|delete from) "(\w+)"/i.exec(sql)?.[1]
      if (table === undefined) return
      const changes = Number(changed.get()?.n ?? 0)
      if (changes > 0) written += changes * rowsOf(table).each + rowsOf(table).once
    },
  })
  const changed = db.prepare('select changes() as n')
  const indexes = db.prepare(
    `select count(*) as n, (select sql like '%autoincrement%' from sqlite_master where name = ?1) as isNumbered
      from sqlite_master where type = 'index' and tbl_name = ?1`,
  )
  const known = new Map<string, { readonly each: number; readonly once: number }>()
  const rowsOf = (table: string) => {
    const row = indexes.get(table)
    const rows = known.get(table) ?? { each: 1 + Number(row?.n), once: Number(row?.isNumbered) }
    known.set(table, rows)
    return rows
  }
  return {
    d1,
    rowsWritten: () => written,
    value: (sql) => String(Object.values(db.prepare(sql).get() ?? {})[0]),
    close: () => db.close(),
  }
}
