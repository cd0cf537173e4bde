import { and, asc, eq, gt, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import type { AuditAction } from '../../domain/audit.ts'
import { type DataKeys, seal, unseal } from '../../domain/formats/sealed-text.ts'
import { type Slug, slugKeyFor } from '../../domain/project.ts'
import type { WebhookSource } from '../../domain/reporting/webhook-source.ts'
import { isUniqueViolation } from '../constraint.ts'
import { auditStatement } from '../projects/audit.ts'
import { projects, users } from '../schema/schema.ts'
import { webhooks } from '../schema/schema-reporting.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'
import { isFirst } from '../tokens/tokens.ts'

/** A webhook as its project's admins see it, without its secret. Times are epoch milliseconds. */
export type Webhook = {
  readonly id: string
  readonly source: WebhookSource
  readonly createdAt: number
  /** When a rotated webhook ends; null for the current one. */
  readonly expiresAt: number | null
}

/** A project with the current secrets of one source. */
export type WebhookSecrets = {
  readonly projectId: string
  readonly repositoryUrl: string | null
  readonly secrets: readonly { readonly webhookId: string; readonly secret: string }[]
}

/** The secrets that a delivery may be signed with; null when there is no such project or it does not take that source. */
export async function findWebhookSecrets(
  { db, now, warn }: Pick<Stores, 'db' | 'now' | 'warn'>,
  keys: DataKeys,
  slug: Slug,
  source: WebhookSource,
): Promise<WebhookSecrets | null> {
  const rows = await selectSecrets(db, slug, source, now())
  const [first] = rows
  if (!first) return null
  const opened = await Promise.all(
    rows.map(async ({ id, sealedSecret }) => ({
      webhookId: id,
      secret: await unseal(keys, sealedSecret, placeOf(id)),
    })),
  )
  const secrets = opened.flatMap(({ webhookId, secret }) => (secret === null ? [] : [{ webhookId, secret }]))
  if (secrets.length < rows.length)
    warn('webhook_secret_unreadable', new Error('DATA_KEY no longer has the key of a webhook: rotate it'))
  return { projectId: first.projectId, repositoryUrl: first.repositoryUrl, secrets }
}

export function selectSecrets(db: Db, slug: Slug, source: WebhookSource, now: number) {
  const { id, projectId, sealedSecret } = webhooks
  return db
    .select({ id, projectId, sealedSecret, repositoryUrl: projects.repositoryUrl })
    .from(projects)
    .innerJoin(webhooks, eq(webhooks.projectId, projects.id))
    .where(and(eq(projects.slugKey, slugKeyFor(slug)), eq(webhooks.source, source), lives(now)))
}

/** By source, the current one first. */
export async function listWebhooks(db: Db, projectId: string, now: number) {
  const { id, source, createdAt, expiresAt } = webhooks
  return db
    .select({ id, source, createdAt, expiresAt, createdBy: users.login })
    .from(webhooks)
    .leftJoin(users, eq(users.id, webhooks.createdBy))
    .where(and(eq(webhooks.projectId, projectId), lives(now)))
    .orderBy(asc(webhooks.source), sql`${webhooks.expiresAt} is not null`, asc(webhooks.createdAt))
}

/** A project's webhook that works now; null when there is none of that id. */
export async function findWebhook(db: Db, projectId: string, id: string, now: number): Promise<Webhook | null> {
  const { source, createdAt, expiresAt } = webhooks
  const [webhook] = await db
    .select({ id: webhooks.id, source, createdAt, expiresAt })
    .from(webhooks)
    .where(and(eq(webhooks.id, id), eq(webhooks.projectId, projectId), lives(now)))
    .limit(1)
  return webhook ?? null
}

export type WebhookInserted =
  | { readonly kind: 'created'; readonly webhook: Webhook }
  /** `taken`: the source has a current secret already, which is to be rotated. `done_before`: the form was sent before. */
  | { readonly kind: 'taken' | 'done_before' }

/** A webhook's secret, and what seals it. */
type NewSecret = {
  readonly secret: string
  readonly keys: DataKeys
  /** The id of the form that asks for it. */
  readonly onceId?: string | undefined
}

/** Stores a source's secret; of all forms with one `onceId`, one does. */
export async function insertWebhook(
  stores: Stores,
  projectId: string,
  { source, secret, keys, onceId }: NewSecret & { readonly source: WebhookSource },
  actor: Actor,
): Promise<WebhookInserted> {
  const { db, now } = stores
  const row = await rowFor({ projectId, source }, { secret, keys, onceId }, actor, now())
  try {
    const [rows] = await commit(stores, actor, [
      insertRow(db, row, isFirst(actor, onceId)),
      auditWebhook(db, now(), actor, {
        action: 'webhook.created',
        id: row.id,
        detail: { source: row.source },
        once: isFirst(actor, onceId),
      }),
    ])
    return rows.results.length > 0 ? { kind: 'created', webhook: row } : { kind: 'done_before' }
  } catch (error) {
    if (isUniqueViolation(error)) return { kind: 'taken' }
    throw error
  }
}

export type WebhookRotation =
  | { readonly kind: 'rotated'; readonly webhook: Webhook }
  /** `not_current`: there is no current one of that id. `done_before`: the form was sent before. */
  | { readonly kind: 'not_current' | 'done_before' }

/** A new secret for the same source; the old one stops after the overlap. Of all forms with one `onceId`, one does. */
export async function rotateWebhook(
  stores: Stores,
  projectId: string,
  { id, overlapSeconds, secret, keys, onceId }: NewSecret & { readonly id: string; readonly overlapSeconds: number },
  actor: Actor,
): Promise<WebhookRotation> {
  const { db, now } = stores
  if (await isDoneBefore(db, actor, onceId)) return { kind: 'done_before' }
  const isCurrent = and(eq(webhooks.id, id), eq(webhooks.projectId, projectId), isNull(webhooks.expiresAt))
  const [old] = await db.select({ source: webhooks.source }).from(webhooks).where(isCurrent).limit(1)
  if (!old) return { kind: 'not_current' }
  const row = await rowFor({ projectId, source: old.source }, { secret, keys, onceId }, actor, now())
  const endsAt = now() + overlapSeconds * 1000
  try {
    const [, inserted] = await commit(stores, actor, [
      db.update(webhooks).set({ expiresAt: endsAt }).where(isCurrent),
      // Of two rotations at once the second one finds no current webhook.
      insertRow(
        db,
        row,
        sql`exists (select 1 from ${webhooks} where ${webhooks.id} = ${id} and ${webhooks.expiresAt} = ${endsAt})`,
      ),
      auditWebhook(db, now(), actor, {
        action: 'webhook.rotated',
        id: row.id,
        detail: { source: row.source, replaces: id, overlap_seconds: overlapSeconds },
        once: isFirst(actor, onceId),
      }),
    ])
    return inserted.results.length > 0 ? { kind: 'rotated', webhook: row } : { kind: 'not_current' }
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    // Sent twice at the same moment.
    return { kind: (await isDoneBefore(db, actor, onceId)) ? 'done_before' : 'not_current' }
  }
}

/** False when there was none. */
export async function deleteWebhook(stores: Stores, projectId: string, id: string, actor: Actor): Promise<boolean> {
  const { db, now } = stores
  const which = and(eq(webhooks.id, id), eq(webhooks.projectId, projectId))
  const [, rows] = await commit(stores, actor, [
    auditWebhook(db, now(), actor, { action: 'webhook.deleted', id, projectId }),
    db.delete(webhooks).where(which).returning({ id: webhooks.id }),
  ])
  return rows.length > 0
}

async function isDoneBefore(db: Db, actor: Actor, onceId: string | undefined): Promise<boolean> {
  if (onceId === undefined) return false
  const [asked] = await db.select({ first: sql<number>`${isFirst(actor, onceId)}`.as('first') }).from(sql`(select 1)`)
  return !asked?.first
}

function lives(now: number) {
  return or(isNull(webhooks.expiresAt), gt(webhooks.expiresAt, now))
}

type WebhookRow = typeof webhooks.$inferSelect

async function rowFor(
  { projectId, source }: { readonly projectId: string; readonly source: WebhookSource },
  { secret, keys, onceId }: NewSecret,
  actor: Actor,
  now: number,
): Promise<WebhookRow> {
  const id = onceId ?? crypto.randomUUID()
  const sealedSecret = await seal(keys, secret, placeOf(id))
  return {
    id,
    projectId,
    source,
    sealedSecret,
    createdBy: actor.userId,
    mintedBy: actor.tokenId,
    createdAt: now,
    expiresAt: null,
  }
}

function placeOf(id: string): string {
  return `webhook:${id}`
}

function insertRow(db: Db, r: WebhookRow, condition: ReturnType<typeof sql>) {
  return rawStatement(
    db,
    sql`insert into ${webhooks} (id, project_id, source, sealed_secret, created_by, minted_by, created_at)
      select ${r.id}, ${r.projectId}, ${r.source}, ${r.sealedSecret}, ${r.createdBy}, ${r.mintedBy}, ${r.createdAt} where ${condition} returning id`,
  )
}

function auditWebhook(
  db: Db,
  at: number,
  actor: Actor,
  {
    action,
    id,
    detail = {},
    projectId,
    once = sql`1`,
  }: {
    readonly action: AuditAction
    readonly id: string
    readonly detail?: Readonly<Record<string, string | number>>
    readonly projectId?: string
    readonly once?: SQL
  },
) {
  const ofProject = projectId === undefined ? sql`` : sql` and project_id = ${projectId}`
  const found = sql`(select project_id from ${webhooks} where id = ${id}${ofProject})`
  return auditStatement(db, at, actor, {
    action,
    projectId: found,
    subject: id,
    detail,
    condition: sql`${found} is not null and ${once}`,
  })
}
