import { and, eq, type SQL, sql } from 'drizzle-orm'
import { projects, tokens } from '../schema/schema.ts'
import { tokenSuccessors } from '../schema/schema-notices.ts'
import { type Db, rawStatement } from '../stores.ts'

/** The statement that leaves a successor of a token of a project that wants them, for the batch that ends it, before it ends. */
export function successorStatement(db: Db, tokenId: string, at: number) {
  return rawStatement(
    db,
    sql`insert into ${tokenSuccessors} (id, project_id, replaces, label, scope, limits, life_ms, created_at)
      select ${crypto.randomUUID()}, t.project_id, t.id, t.label, t.scope, t.limits,
        case when t.rotated_at is null then t.expires_at else t.planned_expires_at end - t.created_at, ${at}
      from ${tokens} as t join ${projects} as p on p.id = t.project_id and p.on_leak = 'replace'
      where t.id = ${tokenId} and t.kind = 'project'`,
  )
}

/** Whether a successor still waits; true of a token that is none. */
export function waits(successorId: string | undefined): SQL {
  if (successorId === undefined) return sql`1`
  return sql`exists (select 1 from ${tokenSuccessors} where id = ${successorId})`
}

/** The statement that ends the waiting of a successor whose token was stored. */
export function shownStatement(db: Db, successorId: string, hash: string) {
  return db
    .delete(tokenSuccessors)
    .where(
      and(eq(tokenSuccessors.id, successorId), sql`exists (select 1 from ${tokens} where ${tokens.hash} = ${hash})`),
    )
}
