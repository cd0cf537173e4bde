import { and, desc, eq, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { type ShareSecret, visiblePartsOf } from '../../domain/access/secret.ts'
import { hashSecret } from '../../domain/access/secret-hash.ts'
import type { Share, SharedThing } from '../../domain/access/share.ts'
import type { AuditAction } from '../../domain/audit.ts'
import { isForeignKeyViolation } from '../constraint.ts'
import { audit, builds, users } from '../schema/schema.ts'
import { shares } from '../schema/schema-shares.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { commitEnding } from '../tokens/revocations.ts'
import { commit } from '../tokens/rights.ts'
import { isFirst } from '../tokens/tokens.ts'

/** A longer list would be too long for people to look through. */
export const MAX_SHARES = 1_000

export type ListedShare = Share & {
  /** The login of its maker. */
  readonly createdBy: string | null
}

/** A place in a list of share links: behind the one with this time and id. */
export type AfterShare = { readonly createdAt: number; readonly id: string }

/** The share links of a project, those too that have run out, the newest first. */
export async function listShares(
  db: Db,
  projectId: string,
  { after, limit }: { readonly after: AfterShare | null; readonly limit: number },
): Promise<readonly ListedShare[]> {
  const beyond = after && sql`(${shares.createdAt}, ${shares.id}) < (${after.createdAt}, ${after.id})`
  const rows = await selectShares(db)
    .where(and(eq(shares.projectId, projectId), beyond ?? undefined))
    .orderBy(desc(shares.createdAt), desc(shares.id))
    .limit(limit)
  return rows.map(shareOf)
}

export async function findShare(db: Db, projectId: string, id: string): Promise<ListedShare | null> {
  const [row] = await selectShares(db)
    .where(and(eq(shares.id, id), eq(shares.projectId, projectId)))
    .limit(1)
  return row ? shareOf(row) : null
}

export type NewShare = {
  readonly thing: SharedThing
  readonly of:
    | { readonly kind: 'build'; readonly buildId: string }
    | { readonly kind: 'latest'; readonly branch: string | null }
  readonly label: string | null
  readonly showsName: boolean
  readonly expiresAt: number
  readonly maxUses: number | null
  /** The id of the form that asks for it. */
  readonly onceId?: string | undefined
}

export type ShareInserted =
  | { readonly kind: 'created'; readonly id: string }
  /** `full`: the project has as many as it can have. `done_before`: the form was sent before. */
  | { readonly kind: 'full' | 'done_before' | 'no_build' }

/** Stores the hash of a new share link; of all forms with one `onceId`, one makes a link. */
export async function insertShare(
  stores: Stores,
  projectId: string,
  { secret, share }: { readonly secret: ShareSecret; readonly share: NewShare },
  actor: Actor,
): Promise<ShareInserted> {
  const { db } = stores
  const now = stores.now()
  const [hash] = await hashSecret(stores.peppers, secret)
  const { thing, of, label, showsName, expiresAt, maxUses, onceId } = share
  const id = onceId ?? crypto.randomUUID()
  const first = isFirst(actor, onceId)
  const [buildId, branch] = of.kind === 'build' ? [of.buildId, null] : [null, of.branch]
  const live = sql`(select count(*) from ${shares} where project_id = ${projectId} and expires_at > ${now})`
  try {
    const [[{ isNew = 0 } = {}], inserted] = await commit(stores, actor, [
      db.select({ isNew: sql<number>`${first}`.as('is_new') }).from(sql`(select 1)`),
      rawStatement(
        db,
        sql`insert into ${shares} (id, hash, project_id, kind, node_index, path, build_id, branch, label, last_four,
            shows_name, created_by, minted_by, created_at, expires_at, max_uses)
          select ${id}, ${hash}, ${projectId}, ${thing.kind}, ${thing.nodeIndex}, ${thing.path}, ${buildId}, ${branch}, ${label},
            ${visiblePartsOf(secret).lastFour}, ${showsName ? 1 : 0}, ${actor.userId}, ${actor.tokenId}, ${now}, ${expiresAt}, ${maxUses}
          where ${live} < ${MAX_SHARES} and ${first} returning id`,
      ),
      auditShare(db, now, actor, { action: 'share.created', which: sql`hash = ${hash}` }),
    ])
    if (isNew !== 1) return { kind: 'done_before' }
    return inserted.results.length > 0 ? { kind: 'created', id } : { kind: 'full' }
  } catch (error) {
    if (isForeignKeyViolation(error)) return { kind: 'no_build' }
    throw error
  }
}

/** Ends a share link; false when the project had none with that id. */
export function deleteShare(stores: Stores, projectId: string, id: string, actor: Actor): Promise<boolean> {
  return endShares(stores, actor, 'share.ended', sql`id = ${id} and project_id = ${projectId}`)
}

/** Ends the share links that were found in public, as far as there are such. */
export async function endLeakedShares(stores: Stores, secrets: readonly ShareSecret[], actor: Actor): Promise<void> {
  if (secrets.length === 0) return
  const hashes = await Promise.all(secrets.map((secret) => hashSecret(stores.peppers, secret)))
  const which = sql`hash in (select row.value from json_each(${JSON.stringify(hashes.flat())}) as row)`
  await endShares(stores, actor, 'share.leaked', which)
}

async function endShares(stores: Stores, actor: Actor, action: AuditAction, which: SQL): Promise<boolean> {
  const [, ended] = await commitEnding(stores, actor, [
    auditShare(stores.db, stores.now(), actor, { action, which }),
    stores.db.delete(shares).where(which).returning({ id: shares.id }),
  ])
  return ended.length > 0
}

/** One audit row for each link that `which` names. */
function auditShare(
  db: Db,
  at: number,
  actor: Actor,
  { action, which }: { readonly action: AuditAction; readonly which: SQL },
) {
  return rawStatement(
    db,
    sql`insert into ${audit} (at, action, user_id, actor_token_id, project_id, subject, detail, "from")
      select ${at}, ${action}, ${actor.userId}, ${actor.tokenId}, project_id, id, json_object('label', label, 'kind', kind, 'path', path, 'node', node_index,
        'build', (select ${builds.num} from ${builds} where ${builds.id} = ${shares.buildId})), ${actor.from}
      from ${shares} where ${which}`,
  )
}

function selectShares(db: Db) {
  return db
    .select({ row: shares, num: builds.num, createdBy: users.login })
    .from(shares)
    .leftJoin(builds, eq(builds.id, shares.buildId))
    .leftJoin(users, eq(users.id, shares.createdBy))
    .$dynamic()
}

function shareOf({ row, num, createdBy }: Awaited<ReturnType<typeof selectShares>>[number]): ListedShare {
  const { id, kind, nodeIndex, path, branch, label, lastFour, showsName, createdAt, expiresAt, maxUses } = row
  const { uses, lastUsedAt, lastUsedFrom } = row
  const of = num === null ? ({ kind: 'latest', branch } as const) : ({ kind: 'build', num } as const)
  const end = { expiresAt, maxUses, uses, lastUsedAt, lastUsedFrom }
  return { id, thing: { kind, nodeIndex, path }, of, label, lastFour, showsName, createdAt, ...end, createdBy }
}
