import { eq, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { type DataKeys, seal, unseal } from '../../domain/formats/sealed-text.ts'
import type { DispatchTarget } from '../../domain/notices/dispatch-target.ts'
import { dispatchTargets } from '../schema/schema-outbox.ts'
import type { Db, Stores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'
import { auditStatement } from './audit.ts'

export type StoredTarget = { readonly target: DispatchTarget; readonly updatedAt: number }

/** Where a project's runs are started, without its secret. */
export async function findDispatchTarget(db: Db, projectId: string): Promise<StoredTarget | null> {
  const { config, updatedAt } = dispatchTargets
  const [row] = await db
    .select({ target: config, updatedAt })
    .from(dispatchTargets)
    .where(eq(dispatchTargets.projectId, projectId))
    .limit(1)
  return row ?? null
}

/** The target with its secret, for the one who calls it; a null secret is one that no live key opens. */
export async function openDispatchTarget(
  db: Db,
  keys: DataKeys,
  projectId: string,
): Promise<{ readonly target: DispatchTarget; readonly secret: string | null } | null> {
  const [row] = await db.select().from(dispatchTargets).where(eq(dispatchTargets.projectId, projectId)).limit(1)
  return row ? { target: row.config, secret: await unseal(keys, row.sealed, contextOf(projectId)) } : null
}

export async function putDispatchTarget(
  stores: Stores,
  projectId: string,
  { target, secret, keys }: { readonly target: DispatchTarget; readonly secret: string; readonly keys: DataKeys },
  actor: Actor,
): Promise<StoredTarget> {
  const { db } = stores
  const updatedAt = stores.now()
  const sealed = await seal(keys, secret, contextOf(projectId))
  const row = { config: target, sealed, createdBy: actor.userId, mintedBy: actor.tokenId, updatedAt }
  const entry = { action: 'dispatch_target.set', projectId, subject: target.kind } as const
  await commit(stores, actor, [
    auditStatement(db, updatedAt, actor, entry),
    db
      .insert(dispatchTargets)
      .values({ projectId, ...row })
      .onConflictDoUpdate({ target: dispatchTargets.projectId, set: row }),
  ])
  return { target, updatedAt }
}

/** False when there was none. */
export async function deleteDispatchTarget(stores: Stores, projectId: string, actor: Actor): Promise<boolean> {
  const { db } = stores
  const which = eq(dispatchTargets.projectId, projectId)
  const isThere = sql`exists (select 1 from ${dispatchTargets} where ${which})`
  const entry = { action: 'dispatch_target.deleted', projectId, subject: null } as const
  const [, rows] = await commit(stores, actor, [
    auditStatement(db, stores.now(), actor, { ...entry, condition: isThere }),
    db.delete(dispatchTargets).where(which).returning({ projectId: dispatchTargets.projectId }),
  ])
  return rows.length > 0
}

function contextOf(projectId: string): string {
  return `dispatch-target ${projectId}`
}
