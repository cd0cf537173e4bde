import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { IssuerKind } from '../../domain/access/trusted-publisher.ts'
import type { DeliveryResult } from '../../domain/reporting/delivery.ts'
import type { WebhookSource } from '../../domain/reporting/webhook-source.ts'
import { projects, users } from './schema.ts'

/** The secrets with which a CI signs its webhooks; a source has several only while a rotation overlaps. */
export const webhooks = sqliteTable(
  'webhooks',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    source: text('source').$type<WebhookSource>().notNull(),
    /** Sealed with DATA_KEY: the Worker needs it to check signatures, and a stolen database must not reveal it. */
    sealedSecret: text('sealed_secret').notNull(),
    createdBy: text('created_by').references(() => users.id, { onDelete: 'set null' }),
    /** The token that minted this: ending it ends this too. */
    mintedBy: text('minted_by'),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at'),
  },
  (t) => [
    uniqueIndex('webhooks_current').on(t.projectId, t.source).where(sql`expires_at is null`),
    index('webhooks_source').on(t.projectId, t.source),
    index('webhooks_created_by').on(t.createdBy),
    index('webhooks_minted_by').on(t.mintedBy),
    index('webhooks_expiry').on(t.expiresAt),
  ],
)

/** The well-signed deliveries of a project's webhooks, without their bodies. */
export const deliveries = sqliteTable(
  'deliveries',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    source: text('source').$type<WebhookSource>().notNull(),
    event: text('event').notNull(),
    result: text('result').$type<DeliveryResult>().notNull(),
    /** In our own words. */
    detail: text('detail').notNull(),
    at: integer('at').notNull(),
  },
  (t) => [index('deliveries_project').on(t.projectId, t.id), index('deliveries_at').on(t.at)],
)

/**
 * The CI identities that may report to a project without a stored secret. They are not edited, only deleted and made again.
 * Triggers of migrations/0001 end the tokens of a publisher that is deleted or changed.
 */
export const publishers = sqliteTable(
  'publishers',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<IssuerKind>().notNull(),
    issuer: text('issuer').notNull(),
    claims: text('claims', { mode: 'json' }).$type<Readonly<Record<string, string>>>().notNull(),
    createdBy: text('created_by').references(() => users.id, { onDelete: 'set null' }),
    /** The token that minted this: ending it ends this too. */
    mintedBy: text('minted_by'),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    index('publishers_project').on(t.projectId, t.issuer),
    index('publishers_issuer').on(t.issuer),
    index('publishers_created_by').on(t.createdBy),
    index('publishers_minted_by').on(t.mintedBy),
  ],
)

/** The identity tokens that were exchanged, by a digest: each can be exchanged once. */
export const usedIdentities = sqliteTable(
  'used_identities',
  {
    id: text('id').primaryKey(),
    /** After this the token would be refused as expired anyway. */
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [index('used_identities_expiry').on(t.expiresAt)],
)

/** A project's retention; without a row the defaults hold. */
export const retention = sqliteTable('retention', {
  projectId: text('project_id')
    .primaryKey()
    .references(() => projects.id, { onDelete: 'cascade' }),
  artifactDays: integer('artifact_days').notNull(),
  buildDays: integer('build_days').notNull(),
  keepPerBranch: integer('keep_per_branch').notNull(),
})
