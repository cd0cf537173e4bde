import type { Db } from '../../../src/storage/stores.ts'

type Query =
  | { toSQL(): { sql: string; params: unknown[] } }
  | { readonly sql: string; readonly params: readonly unknown[] }

/** The steps by which SQLite would answer a query, one a line. */
export async function queryPlanOf(db: Db, query: Query): Promise<string> {
  const { sql, params } = 'toSQL' in query ? query.toSQL() : query
  const { results } = await d1Of(db)
    .prepare(`explain query plan ${sql}`)
    .bind(...params)
    .all<{ detail: string }>()
  return results.map((step) => step.detail).join('\n')
}

/** The steps that read a whole table or index; empty when each look-up has an index. */
export async function scansOf(db: Db, query: Query): Promise<string[]> {
  const plan = await queryPlanOf(db, query)
  // A constant row, the entries of a parameter and a subquery's own rows, which its own step finds, are no table.
  return plan
    .split('\n')
    .filter((step) => /^SCAN (?!CONSTANT ROW|row VIRTUAL TABLE|\(|.*subquery|candidate$|newest$|recent$)/i.test(step))
}

/** How many rows D1 reads, and would bill, for these statements together. */
export async function rowsReadBy(db: Db, statements: readonly Query[]): Promise<number> {
  let rows = 0
  for (const statement of statements) {
    const { sql, params } = 'toSQL' in statement ? statement.toSQL() : statement
    const { meta } = await d1Of(db)
      .prepare(sql)
      .bind(...params)
      .all()
    rows += meta.rows_read
  }
  return rows
}

/** `drizzle()` puts its client there; the type `Db` does not say so. */
function d1Of(db: Db): D1Database {
  return (db as Db & { $client: D1Database }).$client
}
