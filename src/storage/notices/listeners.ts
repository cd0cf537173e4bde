import { and, asc, eq, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { type DataKeys, seal, unseal } from '../../domain/formats/sealed-text.ts'
import type { Listener } from '../../domain/notices/dispatch-target.ts'
import { auditStatement } from '../projects/audit.ts'
import { listeners } from '../schema/schema-outbox.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'
import { isFirst } from '../tokens/tokens.ts'
import { noticeStatements } from './notices.ts'
import { enqueue, queuedOf } from './outbox.ts'

export const MAX_LISTENERS = 10

export type StoredListener = {
  readonly id: string
  readonly listener: Listener
  readonly createdAt: number
  /** Since when nothing arrived there, why, and since when nothing is sent any more. */
  readonly failingSince: number | null
  readonly problem: string | null
  readonly pausedAt: number | null
}

/** The listeners of a project, the oldest first, without their secrets. */
export function listListeners(db: Db, projectId: string): Promise<StoredListener[]> {
  const { id, config, createdAt, failingSince, problem, pausedAt } = listeners
  return db
    .select({ id, listener: config, createdAt, failingSince, problem, pausedAt })
    .from(listeners)
    .where(eq(listeners.projectId, projectId))
    .orderBy(asc(createdAt), asc(id))
}

export type OpenedListener = {
  readonly id: string
  readonly projectId: string
  readonly listener: Listener
  readonly isPaused: boolean
  readonly secret: string | null
}

/** A listener with its secret, to send a message; the secret is null where no current DATA_KEY opens it. */
export async function openListener(db: Db, keys: DataKeys, id: string): Promise<OpenedListener | null> {
  const [row] = await db.select().from(listeners).where(eq(listeners.id, id)).limit(1)
  if (!row) return null
  const { projectId, config, pausedAt } = row
  return {
    id,
    projectId,
    listener: config,
    isPaused: pausedAt !== null,
    secret: await unseal(keys, row.sealed, contextOf(id)),
  }
}

export type ListenerInserted =
  | { readonly kind: 'created'; readonly listener: StoredListener }
  /** `full`: the project has as many as it may. `done_before`: the form was sent before. */
  | { readonly kind: 'full' | 'done_before' }

type NewListener = {
  readonly listener: Listener
  readonly secret: string
  readonly keys: DataKeys
  /** The id of the form that asks for it: of all forms with one, one does. */
  readonly onceId?: string
}

export async function insertListener(
  stores: Stores,
  projectId: string,
  { listener, secret, keys, onceId }: NewListener,
  actor: Actor,
): Promise<ListenerInserted> {
  const { db } = stores
  const id = onceId ?? crypto.randomUUID()
  const createdAt = stores.now()
  const sealed = await seal(keys, secret, contextOf(id))
  const fits = sql`(select count(*) from ${listeners} where project_id = ${projectId}) < ${MAX_LISTENERS}`
  const entry = { action: 'listener.created', projectId, subject: id, detail: { kind: listener.kind } } as const
  const isNew = isFirst(actor, onceId)
  const [[asked], made] = await commit(stores, actor, [
    db.select({ isNew: sql<number>`${isNew}`.as('is_new') }).from(sql`(select 1)`),
    rawStatement(
      db,
      sql`insert into ${listeners} (id, project_id, config, sealed, created_by, minted_by, created_at)
        select ${id}, ${projectId}, ${JSON.stringify(listener)}, ${sealed}, ${actor.userId}, ${actor.tokenId}, ${createdAt}
        where ${fits} and ${isNew} returning id`,
    ),
    auditStatement(db, createdAt, actor, {
      ...entry,
      condition: sql`exists (select 1 from ${listeners} where id = ${id}) and ${isNew}`,
    }),
  ])
  if (made.results.length > 0) return { kind: 'created', listener: { id, listener, createdAt, ...WELL } }
  return { kind: asked?.isNew ? 'full' : 'done_before' }
}

/** Deletes a listener; false when the project had none with that id. */
export async function deleteListener(stores: Stores, projectId: string, id: string, actor: Actor): Promise<boolean> {
  const { db } = stores
  const which = and(eq(listeners.id, id), eq(listeners.projectId, projectId))
  const entry = { action: 'listener.deleted', projectId, subject: id } as const
  const isThere = sql`exists (select 1 from ${listeners} where ${which})`
  const [, rows] = await commit(stores, actor, [
    auditStatement(db, stores.now(), actor, { ...entry, condition: isThere }),
    db.delete(listeners).where(which).returning({ id: listeners.id }),
  ])
  return rows.length > 0
}

const WELL = { failingSince: null, problem: null, pausedAt: null }

/** Lets messages go to a paused listener again; false when the project has none with that id. */
export async function resumeListener(stores: Stores, projectId: string, id: string, actor: Actor): Promise<boolean> {
  const { db } = stores
  const which = and(eq(listeners.id, id), eq(listeners.projectId, projectId))
  const entry = { action: 'listener.resumed', projectId, subject: id } as const
  const isPaused = sql`exists (select 1 from ${listeners} where ${which} and paused_at is not null)`
  const [, rows] = await commit(stores, actor, [
    auditStatement(db, stores.now(), actor, { ...entry, condition: isPaused }),
    db.update(listeners).set(WELL).where(which).returning({ id: listeners.id }),
  ])
  return rows.length > 0
}

/** Sends a listener a notice that is a try; false when the project has none with that id that gets notices. */
export async function tryListener(stores: Stores, projectId: string, id: string, actor: Actor): Promise<boolean> {
  const { db } = stores
  const isThere = sql`exists (select 1 from ${listeners} where id = ${id} and project_id = ${projectId}
    and config ->> '$.notices' is not null and paused_at is null)`
  const results: unknown[] = await commit(
    stores,
    actor,
    noticeStatements(db, {
      ...{ id: crypto.randomUUID(), projectId, at: stores.now(), guard: isThere, onlyTo: id },
      facts: { kind: 'test' },
    }),
  )
  // What failed there is tried again before it, by it.
  const messages = results.flatMap(queuedOf)
  await enqueue(stores, messages)
  return messages.length > 0
}

function contextOf(id: string): string {
  return `listener ${id}`
}
