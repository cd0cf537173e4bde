import { and, asc, eq, type SQL, sql } from 'drizzle-orm'
import type { TokenHolder } from '../../../domain/access/token.ts'
import { EXPIRING_DAYS, type TokenFilter, type TokenOrder, UNUSED_DAYS } from '../../../domain/access/token-filter.ts'
import { DAY_MS } from '../../../domain/day.ts'
import type { ListPage } from '../../../domain/formats/list-page.ts'
import { tokens } from '../../schema/schema.ts'
import type { Db } from '../../stores.ts'
import { heldBy, type ListedToken, listedOf, selectListed } from '../tokens.ts'

/** Which tokens a list is of, and for whom. */
export type AskedTokens = { readonly filter: TokenFilter; readonly now: number; readonly userId: string }

const LAST_USE = sql`coalesce(${tokens.lastUsedAt}, ${tokens.createdAt})`

/** Whether a token is one of those. */
export function isAsked({ filter, now, userId }: AskedTokens): SQL | undefined {
  switch (filter) {
    case 'all':
      return undefined
    case 'expiring':
      return sql`${tokens.expiresAt} > ${now} and ${tokens.expiresAt} <= ${now + EXPIRING_DAYS * DAY_MS}`
    case 'unused':
      return sql`${LAST_USE} < ${now - UNUSED_DAYS * DAY_MS}`
    case 'expired':
      return sql`${tokens.expiresAt} <= ${now}`
    case 'mine':
      return eq(tokens.createdBy, userId)
  }
}

const PLACE: Record<TokenOrder, readonly SQL[]> = {
  created: [],
  // Those without an end are last.
  expires: [sql`${tokens.expiresAt} is null`, sql`${tokens.expiresAt}`],
  used: [LAST_USE],
}

/** A page of a holder's tokens, those that are asked for: none of the others leaves the database. */
export async function listAskedTokens(
  db: Db,
  holder: TokenHolder,
  asked: AskedTokens & { readonly order: TokenOrder },
  page: ListPage,
): Promise<readonly ListedToken[]> {
  return (await askedTokensQuery(db, holder, asked, page)).map(listedOf)
}

export function askedTokensQuery(
  db: Db,
  holder: TokenHolder,
  { order, ...asked }: AskedTokens & { readonly order: TokenOrder },
  { limit, offset }: ListPage,
) {
  return selectListed(db, and(heldBy(holder), isAsked(asked)))
    .orderBy(...PLACE[order], asc(tokens.createdAt), asc(tokens.id))
    .limit(limit)
    .offset(offset)
}
