import { sql } from 'drizzle-orm'
import { feedState } from '../schema/schema.ts'
import { type Db, rawStatement } from '../stores.ts'

/** The tables whose rows let somebody in, or let something act here. */
export const CREDENTIAL_TABLES = ['tokens', 'sessions', 'sign_in_links', 'webhooks', 'publishers', 'shares'] as const

/**
 * To be called when the database was put back to an earlier state: whatever is cached of its former life becomes void
 * everywhere. What let somebody in ends too, unless it is to be kept, because it may have been deleted since then.
 */
export async function startNewLife(db: Db, { keepTokens }: { readonly keepTokens: boolean }): Promise<void> {
  const named = await db.all<{ name: string }>(sql`select name from sqlite_master where type = 'table'`)
  const there = new Set(named.map(({ name }) => name))
  const ending = keepTokens ? [] : CREDENTIAL_TABLES.filter((table) => there.has(table))
  await db.batch([
    db.update(feedState).set({ epoch: sql`lower(hex(randomblob(16)))` }),
    ...ending.map((table) => rawStatement(db, sql`delete from ${sql.identifier(table)}`)),
  ])
}
