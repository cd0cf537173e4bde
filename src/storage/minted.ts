import { type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../domain/audit.ts'
import { audit, tokens } from './schema.ts'
import { publishers, webhooks } from './schema-reporting.ts'
import { type Db, rawStatement } from './stores.ts'

/**
 * Ends the webhooks and publishers that tokens of the `family` (a query of ids) minted, for the batch in which those
 * tokens end, and before them.
 */
export function endMinted(db: Db, at: number, actor: Actor, family: SQL) {
  const ended = (table: typeof webhooks | typeof publishers, action: 'webhook.deleted' | 'publisher.deleted') => [
    rawStatement(
      db,
      sql`insert into ${audit} (at, action, user_id, actor_token_id, project_id, subject, detail, "from")
        select ${at}, ${action}, ${actor.userId}, ${actor.tokenId}, project_id, id, json_object('minted_by', minted_by), ${actor.from}
        from ${table} where minted_by in (${family})`,
    ),
    rawStatement(db, sql`delete from ${table} where minted_by in (${family})`),
  ]
  return [...ended(webhooks, 'webhook.deleted'), ...ended(publishers, 'publisher.deleted')]
}

/** Leaves the webhooks and publishers that a token minted to its own minter, for the batch in which it ends, and before it. */
export function adoptMinted(db: Db, id: string) {
  return [webhooks, publishers].map((table) =>
    rawStatement(
      db,
      sql`update ${table} set minted_by = (select minted_by from ${tokens} where ${tokens.id} = ${id}) where minted_by = ${id}`,
    ),
  )
}
