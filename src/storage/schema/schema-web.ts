import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { IdentityProvider } from '../../domain/people/identity.ts'
import type { SignInMethod } from '../../domain/people/session.ts'
import { users } from './schema.ts'

/** Signed-in browsers. Only the hash of what their cookie holds is here. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    hash: text('hash').notNull().unique(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    method: text('method').$type<SignInMethod>().notNull(),
    userAgent: text('user_agent'),
    from: text('from'),
    createdAt: integer('created_at').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
  },
  (t) => [index('sessions_user').on(t.userId, t.lastSeenAt), index('sessions_last_seen').on(t.lastSeenAt)],
)

/** One-time links that nobody has used yet. */
export const signInLinks = sqliteTable(
  'sign_in_links',
  {
    hash: text('hash').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    expiresAt: integer('expires_at').notNull(),
    /** Made by an owner for somebody new: it works, and is renewed, only until they have come. */
    isInvitation: integer('is_invitation', { mode: 'boolean' }).notNull().default(false),
    /** The owner who made it, with whose role or removal it runs out: triggers of migrations/0009 see to that. */
    madeBy: text('made_by'),
  },
  (t) => [
    index('sign_in_links_user').on(t.userId),
    index('sign_in_links_expiry').on(t.expiresAt),
    index('sign_in_links_made_by').on(t.madeBy),
  ],
)

/** Who a person is elsewhere: by the provider's own unchanging id, never by a name. */
export const identities = sqliteTable(
  'identities',
  {
    provider: text('provider').$type<IdentityProvider>().notNull(),
    subject: text('subject').notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** The name there when it was last seen, for showing only. */
    name: text('name').notNull(),
    createdAt: integer('created_at').notNull(),
    lastUsedAt: integer('last_used_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.provider, t.subject] }), index('identities_user').on(t.userId)],
)
