import { type SQL, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { DAY_MS } from '../../domain/day.ts'
import { SESSION_IDLE_MS } from '../../domain/people/session.ts'
import { hasSignedIn } from '../people/sign-in-links.ts'
import { tokenDays, tokens } from '../schema/schema.ts'
import { noticeStates, notices } from '../schema/schema-notices.ts'
import { outbox } from '../schema/schema-outbox.ts'
import { deliveries, usedIdentities, webhooks } from '../schema/schema-reporting.ts'
import { usedReportTickets } from '../schema/schema-reports.ts'
import { shares } from '../schema/schema-shares.ts'
import { sessions, signInLinks } from '../schema/schema-web.ts'
import { type Db, rawStatement } from '../stores.ts'

const DELIVERY_LIFE_MS = 30 * DAY_MS
const OUTBOX_LIFE_MS = 30 * DAY_MS
/** So long the list tells how a link that ran out was used. */
const ENDED_SHARE_LIFE_MS = 30 * DAY_MS
const NOTICE_LIFE_MS = 30 * DAY_MS
/** Far longer than anything is told of only once. */
const STATE_LIFE_MS = 400 * DAY_MS
const MAX_ROWS_A_QUERY = 1_000
const MAX_QUERIES = 20

// Each drops what nobody needs any more, at most 20,000 rows; whether any may be left.

export function pruneOutbox(db: Db, now: number): Promise<boolean> {
  return pruneRows(db, outbox, sql`${outbox.createdAt} < ${now - OUTBOX_LIFE_MS}`)
}

/** There is one for each CI job, so a day may bring many. */
export function pruneReportingTokens(db: Db, now: number): Promise<boolean> {
  return pruneRows(db, tokens, sql`${tokens.kind} = 'reporting' and ${tokens.expiresAt} < ${now - DAY_MS}`)
}

/** The page of a token shows thirty days. */
export function pruneTokenDays(db: Db, now: number): Promise<boolean> {
  return pruneRows(db, tokenDays, sql`${tokenDays.day} < ${Math.floor(now / DAY_MS) - 31}`)
}

export function pruneUsedIdentities(db: Db, now: number): Promise<boolean> {
  return pruneRows(db, usedIdentities, sql`${usedIdentities.expiresAt} < ${now}`)
}

export function pruneReportTickets(db: Db, now: number): Promise<boolean> {
  return pruneRows(db, usedReportTickets, sql`${usedReportTickets.expiresAt} < ${now}`)
}

export function pruneRotatedWebhooks(db: Db, now: number): Promise<boolean> {
  return pruneRows(db, webhooks, sql`${webhooks.expiresAt} < ${now - DAY_MS}`)
}

export function pruneSessions(db: Db, now: number): Promise<boolean> {
  return pruneRows(db, sessions, sql`${sessions.lastSeenAt} <= ${now - SESSION_IDLE_MS}`)
}

/** An invitation stays, to be renewed, until its person has come or is removed. */
export function pruneSignInLinks(db: Db, now: number): Promise<boolean> {
  const { expiresAt, isInvitation, userId } = signInLinks
  return pruneRows(db, signInLinks, sql`${expiresAt} <= ${now} and (not ${isInvitation} or ${hasSignedIn(userId)})`)
}

export function pruneDeliveries(db: Db, now: number): Promise<boolean> {
  return pruneRows(db, deliveries, sql`${deliveries.at} < ${now - DELIVERY_LIFE_MS}`)
}

export function pruneShares(db: Db, now: number): Promise<boolean> {
  return pruneRows(db, shares, sql`${shares.expiresAt} < ${now - ENDED_SHARE_LIFE_MS}`)
}

/** What a bell and a feed show is the newest; with a notice its rows under bells go. */
export function pruneNotices(db: Db, now: number): Promise<boolean> {
  return pruneRows(db, notices, sql`${notices.createdAt} < ${now - NOTICE_LIFE_MS}`)
}

/** States of branches that have no pipeline any more, and those of what was told long ago. */
export function pruneNoticeStates(db: Db, now: number): Promise<boolean> {
  const { subject, at, projectId } = noticeStates
  const hasPipelines = sql`exists (select 1 from pipelines where project_id = ${projectId}
    and branch = substr(${subject}, length('branch ' || ${projectId} || ' ') + 1))`
  const isOld = sql`${at} < ${now - STATE_LIFE_MS} and ${noticeStates.tokenId} is null`
  return pruneRows(db, noticeStates, sql`${isOld} and (${subject} not like 'branch %' or not ${hasPipelines})`)
}

async function pruneRows(db: Db, table: SQLiteTable, which: SQL): Promise<boolean> {
  const some = sql`select rowid from ${table} where ${which} limit ${MAX_ROWS_A_QUERY}`
  for (let query = 0; query < MAX_QUERIES; query++) {
    const { results } = await rawStatement(db, sql`delete from ${table} where rowid in (${some}) returning 1`)
    if (results.length < MAX_ROWS_A_QUERY) return false
  }
  return true
}
