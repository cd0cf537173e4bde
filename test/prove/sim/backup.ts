type Row = Record<string, string | number | null>

/** Everything that a restore brings back, as D1's Time Travel does. */
export type Backup = {
  readonly tables: readonly { readonly name: string; readonly rows: readonly Row[] }[]
  readonly newestSeq: number
  readonly lowWater: number
}

const TABLES = ['users', 'projects', 'members', 'tokens', 'revocations']

export async function backUp(d1: D1Database): Promise<Backup> {
  const [state, ...tables] = await d1.batch<Row>([
    d1.prepare('select newest_seq, low_water from feed_state'),
    ...TABLES.map((table) => d1.prepare(`select * from ${table}`)),
  ])
  const [feed] = state?.results ?? []
  return {
    tables: TABLES.map((name, i) => ({ name, rows: tables[i]?.results ?? [] })),
    newestSeq: Number(feed?.newest_seq),
    lowWater: Number(feed?.low_water),
  }
}

/**
 * The database as it was, sequence numbers included: they are given out again, which is why a restore has to name a new
 * epoch. Unless told otherwise it ends every token, since deleted ones came back.
 */
export async function restore(d1: D1Database, backup: Backup, keepTokens: boolean): Promise<void> {
  const insert = (name: string, row: Row) => {
    const names = Object.keys(row)
    return d1
      .prepare(
        `insert into ${name} (${names.map((column) => `"${column}"`).join()}) values (${names.map(() => '?').join()})`,
      )
      .bind(...Object.values(row))
  }
  const rowsOf = (name: string) =>
    (backup.tables.find((table) => table.name === name)?.rows ?? []).map((row) => insert(name, row))
  await d1.batch([
    ...TABLES.toReversed().map((name) => d1.prepare(`delete from ${name}`)),
    ...['users', 'projects', 'members', 'tokens'].flatMap(rowsOf),
    d1.prepare('delete from revocations'),
    ...rowsOf('revocations'),
    d1.prepare("update sqlite_sequence set seq = ? where name = 'revocations'").bind(backup.newestSeq),
    d1
      .prepare('update feed_state set newest_seq = ?, low_water = ?, epoch = lower(hex(randomblob(16)))')
      .bind(backup.newestSeq, backup.lowWater),
    ...(keepTokens ? [] : [d1.prepare('delete from tokens')]),
  ])
}
