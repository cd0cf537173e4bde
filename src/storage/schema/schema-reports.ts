import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** The tickets that let a browser in to a report's host: each was used once. */
export const usedReportTickets = sqliteTable(
  'used_report_tickets',
  {
    id: text('id').primaryKey(),
    /** After this the ticket would be refused as expired anyway. */
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [index('used_report_tickets_expiry').on(t.expiresAt)],
)
