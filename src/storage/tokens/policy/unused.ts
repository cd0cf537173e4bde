import { type SQL, sql } from 'drizzle-orm'
import { INSTANCE } from '../../../domain/access/actor.ts'
import { DAY_MS } from '../../../domain/day.ts'
import { UNUSED_WARNED_DAYS } from '../../../domain/notices/notice.ts'
import { LAST_USE, wasWarnedBefore } from '../../notices/token-notices.ts'
import { tokens } from '../../schema/schema.ts'
import { rawStatement, type WriteStores } from '../../stores.ts'
import { commit } from '../rights.ts'
import { auditToken } from '../tokens.ts'
import { USE_STEP_MS } from '../uses/uses.ts'
import { findPolicy } from './policy.ts'

const MAX_ENDED = 500

/**
 * Ends tokens that nobody used for as long as the policy says, a week after the warning, 500 at most; whether any may be left. Where nothing is said, none.
 * Its triggers tell the feed.
 */
export async function endUnused(stores: WriteStores, now: number): Promise<boolean> {
  const { db } = stores
  const { policy, changedAt } = await findPolicy(db)
  if (policy.unusedDays === null) return false
  // Of ten minutes only the first use is noted.
  const since = now - policy.unusedDays * DAY_MS - USE_STEP_MS
  const which = sql`${tokens.id} in (${unusedIds(since, now - UNUSED_WARNED_DAYS * DAY_MS)})
    and (select changed_at from policy where id = 1) = ${changedAt}`
  const [, ended] = await commit(stores, INSTANCE, [
    auditToken(db, now, INSTANCE, { action: 'token.unused', which, detail: { unused_days: policy.unusedDays } }),
    rawStatement(db, sql`delete from ${tokens} where ${which} returning id`),
  ])
  return ended.results.length === MAX_ENDED
}

/**
 * The ids of tokens, but for those of CI jobs, that were neither made nor used since then, and of which people were warned
 * before: once a day each is looked at.
 */
export function unusedIds(since: number, warnedBefore: number): SQL {
  return sql`select id from ${tokens} where kind in ('personal', 'project', 'organization')
    and ${LAST_USE} < ${since} and ${wasWarnedBefore(warnedBefore)} limit ${MAX_ENDED}`
}
