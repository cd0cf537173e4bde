import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { artifactDigest } from './columns.ts'
import { builds } from './schema.ts'

/** Zips whose files are artifacts. */
export const packs = sqliteTable(
  'packs',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    buildId: text('build_id')
      .notNull()
      .references(() => builds.id, { onDelete: 'cascade' }),
    buildNum: integer('build_num').notNull(),
    /** The build's branch, here too for the index. */
    branch: text('branch'),
    nodeIndex: integer('node_index').notNull(),
    name: text('name').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    digest: artifactDigest('digest').notNull(),
    objectKey: text('object_key').notNull().unique(),
    fileCount: integer('file_count').notNull(),
    unpackedBytes: integer('unpacked_bytes').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    uniqueIndex('packs_name').on(t.buildId, t.nodeIndex, t.name),
    index('packs_newest').on(t.projectId, t.nodeIndex, t.buildNum),
    index('packs_branch').on(t.projectId, t.nodeIndex, t.branch, t.buildNum),
    index('packs_age').on(t.projectId, t.createdAt),
  ],
)

/** The object with the paths of a pack and where in it they are: gzip members one after another. */
export const packIndexes = sqliteTable(
  'pack_indexes',
  {
    objectKey: text('object_key').primaryKey(),
    packId: text('pack_id')
      .notNull()
      .unique()
      .references(() => packs.id, { onDelete: 'cascade' }),
    /** The pack's, here too: objects are deleted by the builds that they belong to. */
    projectId: text('project_id').notNull(),
    buildId: text('build_id').notNull(),
    createdAt: integer('created_at').notNull(),
    /** The first path of each member, and its bytes: `src/storage/artifacts/pack-index.ts`. Long, so last. */
    members: text('members').notNull(),
  },
  (t) => [index('pack_indexes_build').on(t.buildId), index('pack_indexes_age').on(t.projectId, t.createdAt)],
)
