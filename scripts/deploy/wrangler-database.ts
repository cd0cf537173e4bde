import { type Db, openDb } from '../../src/storage/stores.ts'
import { readTool } from '../check/tool.ts'
import { remoteConfigFile } from './cloudflare-resources.ts'

/** A value that SQLite keeps, as D1 takes it. */
type SqlValue = string | number | boolean | null

/** The D1 that `wrangler d1 execute` reaches with these arguments, e.g. `--remote`. Each batch is one command. */
export function openWranglerDb(where: readonly string[]): Db {
  const execute = (commands: readonly string[]) => executeSql(where, commands)
  const bound = (sql: string) => ({
    sql,
    raw: async () => (await execute([sql]))[0]?.results.map((row) => Object.values(row)) ?? [],
    all: async () => (await execute([sql]))[0],
    run: async () => (await execute([sql]))[0],
  })
  const d1 = {
    prepare: (sql: string) => ({ bind: (...values: SqlValue[]) => bound(inlineValues(sql, values)) }),
    batch: (statements: readonly { sql: string }[]) => execute(statements.map(({ sql }) => sql)),
  }
  // Drizzle uses no other part of a D1Database.
  return openDb(d1 as unknown as D1Database)
}

/** The statement with its values in the place of the question marks; those in quotes are not placeholders. */
export function inlineValues(sql: string, values: readonly SqlValue[]): string {
  let used = 0
  const text = sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\?/g, (part) => {
    if (part !== '?') return part
    const value = values[used++]
    if (value === undefined) throw new Error(`the statement has more placeholders than values: ${sql}`)
    return sqlLiteral(value)
  })
  if (used !== values.length)
    throw new Error(`the statement has ${used} placeholders for ${values.length} values: ${sql}`)
  return text
}

function sqlLiteral(value: SqlValue): string {
  if (value === null) return 'NULL'
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'string') {
    // SQLite ends a text at a zero byte when it reads SQL.
    if (value.includes('\0')) throw new Error('a value holds a zero byte')
    return `'${value.replaceAll("'", "''")}'`
  }
  if (!Number.isFinite(value)) throw new Error(`${value} is no value for SQLite`)
  return String(value)
}

type Result = { readonly results: readonly Record<string, unknown>[] }

async function executeSql(where: readonly string[], statements: readonly string[]): Promise<readonly Result[]> {
  const command = statements.join(';\n')
  const { exitCode, stdout, stderr } = await readTool('wrangler', [
    ...['d1', 'execute', 'DB', ...where],
    ...(where.includes('--remote') ? ['--config', remoteConfigFile() ?? ''] : []),
    ...['--yes', '--json', '--command', command],
  ])
  if (exitCode !== 0) throw new Error(`wrangler d1 execute failed:\n${stdout}${stderr}`)
  return JSON.parse(stdout)
}
