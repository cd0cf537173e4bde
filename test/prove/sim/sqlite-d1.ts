import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'

// Node 22.16 has them, its types have not.
type Statement = StatementSync & { setReturnArrays(enabled: boolean): void; columns(): { name: string }[] }

/**
 * D1's interface over the SQLite inside Node, for thousands of schedules a minute: D1 is SQLite behind a network, and
 * the network is what the simulation plays. The same schedules run on workerd's own D1 in simulation.test.ts.
 */
export function openSqliteD1(
  migrationsFolder: string,
  {
    db = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true }),
    onRun = () => {},
  }: { readonly db?: DatabaseSync; readonly onRun?: (sql: string) => void } = {},
): D1Database {
  for (const file of readdirSync(migrationsFolder).sort())
    if (file.endsWith('.sql')) db.exec(readFileSync(join(migrationsFolder, file), 'utf8'))

  const prepared = new Map<string, Statement>()
  function compile(sql: string, asArrays: boolean) {
    const key = `${asArrays} ${sql}`
    const compiled = prepared.get(key) ?? (db.prepare(sql) as Statement)
    compiled.setReturnArrays(asArrays)
    prepared.set(key, compiled)
    return compiled
  }

  function statement(sql: string, params: readonly unknown[] = []) {
    const values = params.map(toSqlite)
    const objects = () => {
      const rows = compile(sql, false).all(...values)
      onRun(sql)
      return rows
    }
    return {
      bind: (...bound: unknown[]) => statement(sql, bound),
      all: async () => ({ success: true, results: objects(), meta: {} }),
      run: async () => ({ success: true, results: objects(), meta: {} }),
      first: async (column?: string) => {
        const row = objects()[0] ?? null
        return column === undefined ? row : (row?.[column] ?? null)
      },
      raw: async ({ columnNames = false } = {}) => {
        const rows = compile(sql, true).all(...values)
        return columnNames
          ? [
              compile(sql, true)
                .columns()
                .map(({ name }) => name),
              ...rows,
            ]
          : rows
      },
      now: objects,
    }
  }

  const d1 = {
    prepare: (sql: string) => statement(sql),
    async batch(statements: readonly ReturnType<typeof statement>[]) {
      db.exec('begin')
      try {
        const results = statements.map(({ now }) => ({ success: true, results: now(), meta: {} }))
        db.exec('commit')
        return results
      } catch (error) {
        db.exec('rollback')
        throw error
      }
    },
  }
  // What Drizzle's driver for D1 calls is here; anything else would fail loudly. It has no replica that could be behind.
  const session = { ...d1, getBookmark: () => 'the newest' }
  return { ...d1, withSession: () => session } as unknown as D1Database
}

function toSqlite(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value === undefined) throw new TypeError("Type 'undefined' not supported for value 'undefined'")
  return value as SQLInputValue
}
