import { type SQL, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { type Db, rawStatement } from '../stores.ts'

const MAX_ROWS_A_QUERY = 1_000

/** Deletes the rows that fit, a thousand a query; whether any may be left after so many queries. */
export async function pruneRows(db: Db, table: SQLiteTable, which: SQL, maxQueries: number): Promise<boolean> {
  const some = sql`select rowid from ${table} where ${which} limit ${MAX_ROWS_A_QUERY}`
  for (let query = 0; query < maxQueries; query++) {
    const { results } = await rawStatement(db, sql`delete from ${table} where rowid in (${some}) returning 1`)
    if (results.length < MAX_ROWS_A_QUERY) return false
  }
  return true
}
