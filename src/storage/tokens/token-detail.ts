import { and, asc, desc, eq, gte, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { AuditAction } from '../../domain/audit.ts'
import { DAY_MS } from '../../domain/day.ts'
import { audit, tokenDays, tokens, users } from '../schema/schema.ts'
import type { Db } from '../stores.ts'

/** Why a good token was refused. */
export type Refusal = {
  readonly at: number
  readonly action: AuditAction
  readonly detail: Readonly<Record<string, string | number | null>> | null
  readonly from: string | null
}

/** How much a token was used on a day: in how many stretches of ten minutes. */
export type UseOfDay = { readonly day: number; readonly slots: number }

/** What is seen of a token besides itself. */
export type TokenDetail = {
  /** The login of its maker, and the label of the token that made it. */
  readonly createdBy: string | null
  readonly mintedBy: string | null
  readonly uses: readonly UseOfDay[]
  readonly places: readonly string[]
  /** The newest first. */
  readonly refusals: readonly Refusal[]
}

export const DAYS_SHOWN = 30
const REFUSALS_SHOWN = 20

export async function findTokenDetail(db: Db, tokenId: string, now: number): Promise<TokenDetail> {
  const [[made], days, refusals] = await db.batch(detailQueries(db, tokenId, now))
  return {
    createdBy: made?.createdBy ?? null,
    mintedBy: made?.mintedBy ?? null,
    uses: days.map(({ day, slots }) => ({ day, slots })),
    // Written by `writeUses` alone.
    places: [...new Set(days.flatMap(({ places }) => JSON.parse(places) as string[]))].sort(),
    refusals,
  }
}

export function detailQueries(db: Db, tokenId: string, now: number) {
  const makers = alias(tokens, 'makers')
  const { at, action, detail, from } = audit
  return [
    db
      .select({
        createdBy: sql<string | null>`${users.login}`.as('maker_login'),
        mintedBy: sql<string | null>`${makers.label}`.as('maker_label'),
      })
      .from(tokens)
      .leftJoin(users, eq(users.id, tokens.createdBy))
      .leftJoin(makers, eq(makers.id, tokens.mintedBy))
      .where(eq(tokens.id, tokenId)),
    db
      .select({ day: tokenDays.day, slots: tokenDays.slots, places: tokenDays.places })
      .from(tokenDays)
      .where(and(eq(tokenDays.tokenId, tokenId), gte(tokenDays.day, Math.floor(now / DAY_MS) - DAYS_SHOWN + 1)))
      .orderBy(asc(tokenDays.day)),
    db
      .select({ at, action, detail, from })
      .from(audit)
      .where(and(eq(audit.subject, tokenId), isRefusal()))
      .orderBy(desc(audit.id))
      .limit(REFUSALS_SHOWN),
  ] as const
}

/** In the words of the index. */
function isRefusal() {
  return sql`action in ('token.refused_by_scope', 'token.refused_by_network', 'token.refused_expired')`
}
