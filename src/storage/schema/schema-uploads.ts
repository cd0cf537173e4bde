import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { artifactDigest } from './columns.ts'

/**
 * Uploads in parts. No foreign key: when the build is deleted, the row stays until the daily upkeep has aborted the upload
 * in R2, which cannot list unfinished uploads.
 */
export const uploads = sqliteTable(
  'uploads',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    buildId: text('build_id').notNull(),
    buildNum: integer('build_num').notNull(),
    nodeIndex: integer('node_index').notNull(),
    path: text('path').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    partSizeBytes: integer('part_size_bytes').notNull(),
    contentType: text('content_type').notNull(),
    overwrite: integer('overwrite', { mode: 'boolean' }).notNull(),
    /** Whether it becomes a pack of that name, and not an artifact at that path. */
    isPack: integer('is_pack', { mode: 'boolean' }).notNull().default(false),
    objectKey: text('object_key').notNull(),
    r2UploadId: text('r2_upload_id').notNull(),
    /** Null until it is complete. */
    digest: artifactDigest('digest'),
    createdAt: integer('created_at').notNull(),
    touchedAt: integer('touched_at').notNull(),
  },
  (t) => [index('uploads_touched').on(t.touchedAt)],
)

export const uploadParts = sqliteTable(
  'upload_parts',
  {
    uploadId: text('upload_id')
      .notNull()
      .references(() => uploads.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    sha256: text('sha256').notNull(),
    etag: text('etag').notNull(),
  },
  (t) => [primaryKey({ columns: [t.uploadId, t.number] })],
)
