import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import type { Reach } from '../../domain/access/limits/reach.ts'
import type { Permission } from '../../domain/access/permission.ts'
import type { AuditEntry } from '../../domain/audit.ts'
import { isAmong } from '../people/reach.ts'
import { audit, users } from '../schema/schema.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'

/** The statement that appends one entry if `condition` holds, for the batch of the act that it is about. */
export function auditStatement(
  db: Db,
  at: number,
  actor: Actor,
  entry: Omit<AuditEntry, 'projectId'> & { readonly projectId: string | SQL | null; readonly condition?: SQL },
) {
  const { action, projectId, subject, condition = sql`1` } = entry
  const detail = entry.detail ? JSON.stringify(entry.detail) : null
  return rawStatement(
    db,
    sql`insert into ${audit} (at, action, user_id, actor_token_id, project_id, subject, detail, "from")
      select ${at}, ${action}, ${actor.userId}, ${actor.tokenId}, ${projectId}, ${subject}, ${detail}, ${actor.from} where ${condition}`,
  )
}

/** Newest first, at most `limit`, before the entry with id `before`. */
export function listProjectAudit(db: Db, projectId: string, limit: number, before: number | null) {
  return selectAudit(db)
    .where(and(eq(audit.projectId, projectId), before === null ? undefined : lt(audit.id, before)))
    .orderBy(desc(audit.id))
    .limit(limit)
}

/** What a person did, newest first. */
export function listUserAudit(db: Db, reach: Reach, limit: number, before: number | null) {
  return selectAudit(db)
    .where(
      and(
        eq(audit.userId, reach.userId),
        isAmong(audit.projectId, reach),
        before === null ? undefined : lt(audit.id, before),
      ),
    )
    .orderBy(desc(audit.id))
    .limit(limit)
}

export type AuditRecord = Awaited<ReturnType<typeof listProjectAudit>>[number]

function selectAudit(db: Db) {
  const { id, at, action, actorTokenId, subject, detail, from } = audit
  return db
    .select({ id, at, action, actorTokenId, subject, detail, from, login: users.login })
    .from(audit)
    .leftJoin(users, eq(users.id, audit.userId))
    .$dynamic()
}

const MINUTE_MS = 60_000

/** Why a token was refused that is a good one. */
export type RefusedFor =
  | { readonly action: 'token.refused_by_scope'; readonly detail: { readonly permission: Permission } }
  /** Whoever presented it was outside of its networks. */
  | { readonly action: 'token.refused_by_network' | 'token.refused_expired' }

/** Notes, at most once a minute per token, reason and isolate, that a token was refused, off the answer's path; whether it was noted now. */
export function noteRefused(stores: Stores, actor: Actor, refused: RefusedFor): boolean {
  const key = `${refused.action} ${actor.tokenId}`
  if (stores.now() - (stores.memory.uses.noted.get(key) ?? Number.NEGATIVE_INFINITY) < MINUTE_MS) return false
  stores.memory.uses.noted.set(key, stores.now())
  const tokenProject = sql`(select project_id from tokens where id = ${actor.tokenId})`
  const entry = {
    ...refused,
    projectId: tokenProject,
    subject: actor.tokenId,
  } as const
  stores.waitUntil(
    auditStatement(stores.db, stores.now(), actor, entry).catch((error) => stores.warn('audit_unwritable', error)),
  )
  return true
}
