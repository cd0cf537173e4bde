import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { Scope } from '../../domain/access/scope.ts'
import type { NoticeFacts, NoticeKind, Place } from '../../domain/notices/notice.ts'
import { pipelines, projects, tokens, users } from './schema.ts'

/** What people are told of: one row for each change of state. */
export const notices = sqliteTable(
  'notices',
  {
    id: text('id').primaryKey(),
    kind: text('kind').$type<NoticeKind>().notNull(),
    /** Null: it is about a token of a person or organization. */
    projectId: text('project_id').references(() => projects.id, { onDelete: 'cascade' }),
    branch: text('branch'),
    /** The pipeline with which it came; it outlives it. */
    pipelineId: text('pipeline_id'),
    facts: text('facts', { mode: 'json' }).$type<NoticeFacts>().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    index('notices_project').on(t.projectId, t.createdAt),
    index('notices_branch').on(t.projectId, t.branch, t.createdAt),
    index('notices_pipeline').on(t.pipelineId).where(sql`pipeline_id is not null`),
    index('notices_created').on(t.createdAt),
  ],
)

/** The notices of a person, under the bell. */
export const noticeInbox = sqliteTable(
  'notice_inbox',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    noticeId: text('notice_id')
      .notNull()
      .references(() => notices.id, { onDelete: 'cascade' }),
    at: integer('at').notNull(),
    readAt: integer('read_at'),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.noticeId] }),
    index('notice_inbox_newest').on(t.userId, t.at),
    index('notice_inbox_unread').on(t.userId).where(sql`read_at is null`),
    index('notice_inbox_notice').on(t.noticeId),
  ],
)

/** The state that was told last of each thing: a notice is made where it changes. */
export const noticeStates = sqliteTable(
  'notice_states',
  {
    subject: text('subject').primaryKey(),
    state: text('state').notNull(),
    /** Counts all who looked, so that a state that was read earlier is not written later. */
    version: integer('version').notNull().default(1),
    /** The notice of the last change. */
    noticeId: text('notice_id'),
    at: integer('at').notNull(),
    projectId: text('project_id').references(() => projects.id, { onDelete: 'cascade' }),
    /** What the state is of, where it ends with that. */
    pipelineId: text('pipeline_id').references(() => pipelines.id, { onDelete: 'cascade' }),
    tokenId: text('token_id').references(() => tokens.id, { onDelete: 'cascade' }),
  },
  (t) => [
    index('notice_states_at').on(t.at),
    index('notice_states_project').on(t.projectId),
    index('notice_states_pipeline').on(t.pipelineId).where(sql`pipeline_id is not null`),
    index('notice_states_token').on(t.tokenId).where(sql`token_id is not null`),
  ],
)

/** What a person chose about a kind of notice: for a project, or without one for all of theirs. */
export const noticeChoices = sqliteTable(
  'notice_choices',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<NoticeKind>().notNull(),
    projectId: text('project_id').references(() => projects.id, { onDelete: 'cascade' }),
    place: text('place').$type<Place>().notNull(),
  },
  (t) => [
    uniqueIndex('notice_choices_one').on(t.userId, t.kind, sql`coalesce(${t.projectId}, '')`),
    index('notice_choices_project').on(t.projectId),
  ],
)

/** Where a person gets mail, once they have typed the code that was sent there. */
export const mailAddresses = sqliteTable('mail_addresses', {
  userId: text('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  address: text('address').notNull(),
  confirmedAt: integer('confirmed_at'),
  /** Of the code: SHA-256 with the person's id, until when it counts, and how often another was typed. */
  codeHash: text('code_hash'),
  codeExpiresAt: integer('code_expires_at'),
  tries: integer('tries').notNull().default(0),
})

/** Pipelines of which something ended since they were looked at last. */
export const noticeChecks = sqliteTable(
  'notice_checks',
  {
    pipelineId: text('pipeline_id')
      .primaryKey()
      .references(() => pipelines.id, { onDelete: 'cascade' }),
    /** How often it was asked for, so that what comes meanwhile is not lost. */
    asks: integer('asks').notNull().default(1),
    since: integer('since').notNull(),
  },
  (t) => [index('notice_checks_since').on(t.since)],
)

/** A successor of a leaked token that waits for an admin: its secret is made when it is shown. */
export const tokenSuccessors = sqliteTable(
  'token_successors',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** The token that ended. */
    replaces: text('replaces').notNull(),
    label: text('label').notNull(),
    scope: text('scope').$type<Scope>().notNull(),
    limits: text('limits'),
    /** How long the ended one was made for; null: without end. */
    lifeMs: integer('life_ms'),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [index('token_successors_project').on(t.projectId, t.createdAt)],
)
