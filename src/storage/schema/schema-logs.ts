import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { LogStream } from '../../domain/logs/log.ts'
import { builds } from './schema.ts'

/** What a step of a build printed. Its bytes are in R2, in the objects that `log_parts` names. */
export const logs = sqliteTable(
  'logs',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    buildId: text('build_id')
      .notNull()
      .references(() => builds.id, { onDelete: 'cascade' }),
    /** The step's place in the build's steps, from 0. */
    step: integer('step').notNull(),
    stream: text('stream').$type<LogStream>().notNull(),
    /** The offset behind its last byte, with what is left out. */
    sizeBytes: integer('size_bytes').notNull(),
    newlines: integer('newlines').notNull(),
    /** Whether its last line has no end yet. */
    isLineOpen: integer('is_line_open', { mode: 'boolean' }).notNull(),
    /** How many parts below the size of a chunk came since parts were last put together. */
    smallParts: integer('small_parts').notNull(),
    /** `open` while more may come; `ended` until all of it is in one object; then `packed`. */
    state: text('state').$type<'open' | 'ended' | 'packed'>().notNull(),
    createdAt: integer('created_at').notNull(),
    touchedAt: integer('touched_at').notNull(),
    /** The lines that tell why it failed, as JSON; null until it is packed. Long, so last. */
    condensed: text('condensed'),
  },
  (t) => [
    uniqueIndex('logs_step').on(t.buildId, t.step, t.stream),
    index('logs_age').on(t.projectId, t.createdAt),
    index('logs_unpacked').on(t.touchedAt).where(sql`state <> 'packed'`),
  ],
)

/** An object with a part of a log: gzip members one after another. */
export const logParts = sqliteTable(
  'log_parts',
  {
    objectKey: text('object_key').primaryKey(),
    logId: text('log_id')
      .notNull()
      .references(() => logs.id, { onDelete: 'cascade' }),
    /** The log's, here too: objects are deleted by the builds that they belong to. */
    projectId: text('project_id').notNull(),
    buildId: text('build_id').notNull(),
    /** Where in the log its first byte is. */
    offset: integer('offset').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    /** How many line feeds come before it in the log. */
    newlinesBefore: integer('newlines_before').notNull(),
    createdAt: integer('created_at').notNull(),
    /** What each member holds: `src/storage/logs/log-members.ts`. Long, so last. */
    members: text('members').notNull(),
  },
  (t) => [
    uniqueIndex('log_parts_offset').on(t.logId, t.offset, t.sizeBytes),
    index('log_parts_build').on(t.buildId),
    index('log_parts_age').on(t.projectId, t.createdAt),
  ],
)
