import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { SealedText } from '../../domain/formats/sealed-text.ts'
import type { DispatchTarget, Listener, OutboxEvent } from '../../domain/notices/dispatch-target.ts'
import type { OutboxParams, OutboxState, StartedBy } from '../../domain/notices/outbox.ts'
import { builds, projects, users } from './schema.ts'
import { notices } from './schema-notices.ts'

// A sealed column opens only with the Worker's DATA_KEY, and only in the row that it was sealed for.

export const envVars = sqliteTable(
  'env_vars',
  {
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    sealed: text('sealed').$type<SealedText>().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.name] })],
)

/** The CI that starts the builds that people ask for here: one for a project. */
export const dispatchTargets = sqliteTable(
  'dispatch_targets',
  {
    projectId: text('project_id')
      .primaryKey()
      .references(() => projects.id, { onDelete: 'cascade' }),
    config: text('config', { mode: 'json' }).$type<DispatchTarget>().notNull(),
    sealed: text('sealed').$type<SealedText>().notNull(),
    /** Who set it last, and with which token: it can end with either. */
    createdBy: text('created_by').references(() => users.id, { onDelete: 'set null' }),
    mintedBy: text('minted_by'),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [index('dispatch_targets_created_by').on(t.createdBy), index('dispatch_targets_minted_by').on(t.mintedBy)],
)

/** Receivers of a message when a build or workflow ends. */
export const listeners = sqliteTable(
  'listeners',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    config: text('config', { mode: 'json' }).$type<Listener>().notNull(),
    sealed: text('sealed').$type<SealedText>().notNull(),
    createdBy: text('created_by').references(() => users.id, { onDelete: 'set null' }),
    /** The token that minted this: ending it ends this too. */
    mintedBy: text('minted_by'),
    createdAt: integer('created_at').notNull(),
    /** Since when nothing that was sent there arrived, and why the last did not; null while all is well. */
    failingSince: integer('failing_since'),
    problem: text('problem'),
    /** When that had gone on for a day: until an admin resumes it nothing is sent there. */
    pausedAt: integer('paused_at'),
  },
  (t) => [
    index('listeners_project').on(t.projectId, t.createdAt),
    index('listeners_created_by').on(t.createdBy),
    index('listeners_minted_by').on(t.mintedBy),
  ],
)

/** Messages to other servers, each written in the transaction of its build or workflow; the queue carries only the id. */
export const outbox = sqliteTable(
  'outbox',
  {
    id: text('id').primaryKey(),
    /** Null: mail about a token of a person or organization. */
    projectId: text('project_id').references(() => projects.id, { onDelete: 'cascade' }),
    /** Null: the message is about the workflow as a whole, or a notice. */
    buildId: text('build_id').references(() => builds.id, { onDelete: 'cascade' }),
    /** Null: a notice. */
    workflowId: text('workflow_id'),
    /** Null: the project's dispatch target, or mail. */
    listenerId: text('listener_id').references(() => listeners.id, { onDelete: 'cascade' }),
    /** Whom mail is for. */
    userId: text('user_id').references(() => users.id, { onDelete: 'cascade' }),
    noticeId: text('notice_id').references(() => notices.id, { onDelete: 'cascade' }),
    event: text('event').$type<OutboxEvent>().notNull(),
    /** Of messages to a listener with one subject only the newest is sent: `subjectOf` in storage/notices/outbox.ts. */
    subject: text('subject'),
    /** The status for which a message to a listener was queued, so that none is queued twice in a row. */
    told: text('told'),
    /**
     * The status that was sent last, with the line on its failed tests, whether or not it is known to have arrived. Of a
     * notice the id of the message that it went with: its own, or that of a digest.
     */
    sent: text('sent'),
    /** Who asked for it, and which dispatch target there was then; null in messages to listeners. */
    asker: text('asker', { mode: 'json' }).$type<StartedBy>(),
    target: text('target', { mode: 'json' }).$type<DispatchTarget>(),
    params: text('params', { mode: 'json' }).$type<OutboxParams>(),
    state: text('state').$type<OutboxState>().notNull(),
    attempts: integer('attempts').notNull().default(0),
    responseStatus: integer('response_status'),
    problem: text('problem'),
    remoteId: text('remote_id'),
    createdAt: integer('created_at').notNull(),
    lastAttemptAt: integer('last_attempt_at'),
    /** Until then one sender has it. */
    claimedUntil: integer('claimed_until'),
  },
  (t) => [
    index('outbox_subject').on(t.listenerId, t.subject),
    index('outbox_project').on(t.projectId, t.createdAt),
    index('outbox_build').on(t.buildId),
    index('outbox_workflow').on(t.workflowId),
    index('outbox_created').on(t.createdAt),
    index('outbox_open').on(t.createdAt).where(sql`state in ('pending', 'refused')`),
    index('outbox_asker_user').on(sql`${t.asker} ->> '$.userId'`).where(sql`state = 'pending'`),
    index('outbox_notices').on(t.listenerId, t.userId, t.createdAt).where(sql`notice_id is not null`),
    index('outbox_notice').on(t.noticeId).where(sql`notice_id is not null`),
    index('outbox_mail').on(t.userId).where(sql`user_id is not null`),
    index('outbox_asker_token').on(sql`${t.asker} ->> '$.tokenId'`).where(sql`state = 'pending'`),
  ],
)
