import { eq, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { mintSecret, type Secret } from '../../domain/access/secret.ts'
import { MAX_SESSION_MS, REPORTING_LIFE_MS, type TrustedPublisher } from '../../domain/access/trusted-publisher.ts'
import { isUniqueViolation } from '../constraint.ts'
import { forgetUnknown } from '../edge/grants.ts'
import { auditStatement } from '../projects/audit.ts'
import { tokens } from '../schema/schema.ts'
import { publishers, usedIdentities } from '../schema/schema-reporting.ts'
import type { Stores } from '../stores.ts'
import { commit } from './rights.ts'
import { insertWhile, rowFor } from './tokens.ts'

/** A token with which a CI job reports for a quarter of an hour. Times are epoch milliseconds. */
export type ReportingSession = {
  readonly secret: Secret
  readonly expiresAt: number
  /** Until then the token can be renewed while it lives. */
  readonly renewableUntil: number
}

/** An identity token that was exchanged: its digest, and until when it must be remembered. */
export type SpentIdentity = { readonly digest: string; readonly expiresAt: number; readonly subject: string }

/** Marks an identity token as exchanged and stores a reporting token, in one transaction; else says why not. */
export async function exchangeIdentity(
  stores: Stores,
  publisher: TrustedPublisher,
  { digest, expiresAt: identityExpiresAt, subject }: SpentIdentity,
  actor: Actor,
): Promise<ReportingSession | 'used' | 'no_publisher'> {
  const { db } = stores
  const now = stores.now()
  const secret = mintSecret('reporting')
  const session = { secret, expiresAt: now + REPORTING_LIFE_MS, renewableUntil: now + MAX_SESSION_MS }
  const row = await sessionRow(stores, session, {
    projectId: publisher.projectId,
    publisherId: publisher.id,
    mintedBy: null,
  })
  const entry = {
    action: 'publisher.used',
    projectId: publisher.projectId,
    subject: publisher.id,
    detail: { token: row.id, identity: subject },
  } as const
  try {
    const [, inserted] = await commit(stores, actor, [
      db.insert(usedIdentities).values({ id: digest, expiresAt: identityExpiresAt }),
      insertWhile(db, row, publisherStands(publisher.id)),
      auditStatement(db, now, actor, {
        ...entry,
        condition: sql`exists (select 1 from ${tokens} where ${tokens.id} = ${row.id})`,
      }),
    ])
    if (inserted.length === 0) return 'no_publisher'
  } catch (error) {
    if (isUniqueViolation(error)) return 'used'
    throw error
  }
  forgetUnknown(stores, secret)
  return session
}

/** Another token for the same job, while the given one and its publisher exist; null otherwise. */
export async function renewSession(stores: Stores, tokenId: string, actor: Actor): Promise<ReportingSession | null> {
  const { db } = stores
  const now = stores.now()
  const { projectId, publisherId, renewableUntil } = tokens
  const [old] = await db
    .select({ projectId, publisherId, renewableUntil })
    .from(tokens)
    .where(eq(tokens.id, tokenId))
    .limit(1)
  if (!old?.projectId || !old.publisherId || old.renewableUntil === null || old.renewableUntil <= now) return null
  const session = {
    secret: mintSecret('reporting'),
    expiresAt: Math.min(now + REPORTING_LIFE_MS, old.renewableUntil),
    renewableUntil: old.renewableUntil,
  }
  // It counts as minted by the old one: so ending that one, when it leaked, ends this one too.
  const row = await sessionRow(stores, session, {
    projectId: old.projectId,
    publisherId: old.publisherId,
    mintedBy: tokenId,
  })
  const [inserted] = await commit(stores, actor, [insertWhile(db, row, publisherStands(old.publisherId))])
  if (inserted.length === 0) return null
  forgetUnknown(stores, session.secret)
  return session
}

function publisherStands(id: string) {
  return sql`exists (select 1 from ${publishers} where ${publishers.id} = ${id})`
}

function sessionRow(
  stores: Stores,
  { secret, expiresAt, renewableUntil }: ReportingSession,
  origin: { readonly projectId: string; readonly publisherId: string; readonly mintedBy: string | null },
) {
  return rowFor(stores, secret, {
    id: crypto.randomUUID(),
    kind: 'reporting',
    userId: null,
    scope: null,
    label: 'keyless',
    expiresAt,
    createdBy: null,
    ...origin,
    renewableUntil,
  })
}
