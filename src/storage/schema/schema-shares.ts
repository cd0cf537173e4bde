import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { SharedThing } from '../../domain/access/share.ts'
import { builds, projects } from './schema.ts'

/** Links that open one thing for whoever has them. Only the hash of what a link ends with is here. */
export const shares = sqliteTable(
  'shares',
  {
    id: text('id').primaryKey(),
    hash: text('hash').notNull().unique(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<SharedThing['kind']>().notNull(),
    nodeIndex: integer('node_index').notNull(),
    path: text('path').notNull(),
    /** Null: of the newest build of the branch that has it. */
    buildId: text('build_id').references(() => builds.id, { onDelete: 'cascade' }),
    /** Null: the project's default branch, as it is when the link is opened. */
    branch: text('branch'),
    label: text('label'),
    lastFour: text('last_four').notNull(),
    showsName: integer('shows_name', { mode: 'boolean' }).notNull(),
    /** Its maker, with whose membership it ends: a trigger of migrations/0017 sees to that, so there is no foreign key. */
    createdBy: text('created_by').notNull(),
    /** The token that made it: ending that ends this too. */
    mintedBy: text('minted_by'),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    maxUses: integer('max_uses'),
    uses: integer('uses').notNull().default(0),
    lastUsedAt: integer('last_used_at'),
    lastUsedFrom: text('last_used_from'),
  },
  (t) => [
    index('shares_project').on(t.projectId, t.createdAt),
    index('shares_build').on(t.buildId),
    index('shares_created_by').on(t.createdBy),
    index('shares_minted_by').on(t.mintedBy),
    index('shares_expiry').on(t.expiresAt),
  ],
)
