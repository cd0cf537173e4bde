import { type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import type { AuditAction } from '../../domain/audit.ts'
import { audit, projects, tokens } from '../schema/schema.ts'
import { dispatchTargets, listeners } from '../schema/schema-outbox.ts'
import { publishers, webhooks } from '../schema/schema-reporting.ts'
import { shares } from '../schema/schema-shares.ts'
import { type Db, rawStatement } from '../stores.ts'
import { auditToken } from './tokens.ts'

// What people and their tokens make for a project. It outlives them unless it is ended with them. All of these tables have
// project_id, created_by and minted_by, so one condition fits them all.

/** What was made for a project, besides tokens. */
export type MadeKind = 'webhook' | 'publisher' | 'listener' | 'dispatch_target' | 'share'

type MadeRow = {
  readonly table: typeof webhooks | typeof publishers | typeof listeners | typeof dispatchTargets | typeof shares
  readonly ended: AuditAction
  /** The column or expression by which the audit log names one, and a list. */
  readonly subject: string
  readonly name: string
}

const MADE: Record<MadeKind, MadeRow> = {
  webhook: { table: webhooks, ended: 'webhook.deleted', subject: 'id', name: 'source' },
  publisher: { table: publishers, ended: 'publisher.deleted', subject: 'id', name: 'issuer' },
  listener: {
    table: listeners,
    ended: 'listener.deleted',
    subject: 'id',
    name: "(config ->> '$.kind') || coalesce(' ' || (config ->> '$.name'), '')",
  },
  dispatch_target: {
    table: dispatchTargets,
    ended: 'dispatch_target.deleted',
    subject: "config ->> '$.kind'",
    name: "config ->> '$.kind'",
  },
  share: { table: shares, ended: 'share.ended', subject: 'id', name: 'coalesce(label, path)' },
}

const KINDS = Object.keys(MADE) as MadeKind[]

/** One thing that somebody made; a token is named by its label. */
export type Made = {
  readonly kind: 'token' | MadeKind
  readonly id: string
  readonly name: string
  /** Its project's slug; null for a personal token. */
  readonly project: string | null
}

/** Statements that end what the tokens of `family` (a query of ids) minted besides tokens; run them before these end. */
export function endMinted(db: Db, at: number, actor: Actor, family: SQL) {
  return endWhere(db, at, actor, sql`minted_by in (${family})`)
}

/** Statements that make what a token minted, besides tokens, count as minted by its own minter; run them before it ends. */
export function adoptMinted(db: Db, id: string) {
  return KINDS.map((kind) =>
    rawStatement(
      db,
      sql`update ${MADE[kind].table} set minted_by = (select minted_by from ${tokens} where ${tokens.id} = ${id}) where minted_by = ${id}`,
    ),
  )
}

/**
 * Statements that end all that a person, or a token of theirs, made for a project (null: for any), where `condition`
 * holds. Run them before the person loses their right: their personal tokens are needed to find what those made.
 */
export function endMadeBy(
  db: Db,
  at: number,
  actor: Actor,
  {
    userId,
    projectId,
    condition,
  }: { readonly userId: string; readonly projectId: string | null; readonly condition: SQL },
) {
  const which = sql`${madeBy(userId, projectId)} and ${condition}`
  // Personal tokens are the person's own, for all projects: they are not what somebody made for one.
  const theirTokens = sql`${tokens.id} in (select id from tokens where ${which} and user_id is null)`
  return [
    ...endWhere(db, at, actor, which),
    auditToken(db, at, actor, { action: 'token.deleted', which: theirTokens }),
    rawStatement(db, sql`delete from ${tokens} where ${theirTokens}`),
  ]
}

/** The statement that lists what a person, or a token of theirs, made for a project, or (null) for any. */
export function selectMadeBy(db: Db, userId: string, projectId: string | null) {
  const which = madeBy(userId, projectId)
  return selectMade(db, which, sql`${which} and user_id is null`)
}

/** What a person, or a token of theirs, made for a project, or (null) for any. */
export async function listMadeBy(db: Db, userId: string, projectId: string | null): Promise<readonly Made[]> {
  return (await selectMadeBy(db, userId, projectId)).results as Made[]
}

/** What a token made, directly or through others: what ends with it. */
export async function listMinted(db: Db, tokenId: string): Promise<readonly Made[]> {
  const family = familyOf(tokenId, null)
  return (await selectMade(db, sql`minted_by in (${family})`, sql`id in (${family}) and id <> ${tokenId}`))
    .results as Made[]
}

/** The ids of a token and of all that it minted, but for `spared`. */
export function familyOf(id: string, spared: string | null): SQL {
  return sql`with recursive family(id) as (select ${id} union select minted.id from ${tokens} as minted join family on minted.minted_by = family.id where minted.id is not ${spared}) select id from family`
}

function selectMade(db: Db, which: SQL, whichTokens: SQL) {
  const slug = sql`(select vcs || '/' || org || '/' || repo from ${projects} where ${projects.id} = project_id)`
  const rows = KINDS.map(
    (kind) => sql`select ${kind} as kind, ${kind === 'dispatch_target' ? sql`project_id` : sql`id`} as id,
      ${sql.raw(MADE[kind].name)} as name, ${slug} as project from ${MADE[kind].table} where ${which}`,
  )
  const labelled = sql`select 'token' as kind, id, label as name, ${slug} as project from ${tokens} where ${whichTokens}`
  const all = [rows.slice(0, MAX_TERMS), rows.slice(MAX_TERMS), [labelled]].map(
    (some) => sql`select * from (${sql.join(some, UNION)})`,
  )
  return rawStatement(db, sql`${sql.join(all, UNION)} order by project, kind, name, id`)
}

/** D1 refuses a statement that joins more than five. */
const MAX_TERMS = 4
const UNION = sql` union all `

function madeBy(userId: string, projectId: string | null): SQL {
  const theirs = sql`(created_by = ${userId} or minted_by in (select id from ${tokens} as theirs where theirs.user_id = ${userId}))`
  return projectId === null ? theirs : sql`project_id = ${projectId} and ${theirs}`
}

function endWhere(db: Db, at: number, actor: Actor, which: SQL) {
  return KINDS.flatMap((kind) => {
    const { table, ended, subject } = MADE[kind]
    return [
      rawStatement(
        db,
        sql`insert into ${audit} (at, action, user_id, actor_token_id, project_id, subject, detail, "from")
          select ${at}, ${ended}, ${actor.userId}, ${actor.tokenId}, project_id, ${sql.raw(subject)}, json_object('minted_by', minted_by), ${actor.from}
          from ${table} where ${which}`,
      ),
      rawStatement(db, sql`delete from ${table} where ${which}`),
    ]
  })
}
