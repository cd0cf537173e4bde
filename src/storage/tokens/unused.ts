import { type SQL, sql } from 'drizzle-orm'
import { INSTANCE } from '../../domain/access/actor.ts'
import { DAY_MS } from '../../domain/day.ts'
import { tokens } from '../schema/schema.ts'
import { rawStatement, type Stores } from '../stores.ts'
import { findPolicy } from './policy.ts'
import { commit } from './rights.ts'
import { auditToken } from './tokens.ts'

const MAX_ENDED = 500

/**
 * Ends tokens that nobody used for as long as the policy says, 500 at most; whether any may be left. Where nothing is said, none.
 * Its triggers tell the feed.
 */
export async function endUnused(stores: Pick<Stores, 'db' | 'now'>, now: number): Promise<boolean> {
  const { db } = stores
  const { policy, changedAt } = await findPolicy(db)
  if (policy.unusedDays === null) return false
  const which = sql`${tokens.id} in (${unusedIds(now - policy.unusedDays * DAY_MS)})
    and (select changed_at from policy where id = 1) = ${changedAt}`
  const [, ended] = await commit(stores, INSTANCE, [
    auditToken(db, now, INSTANCE, { action: 'token.unused', which, detail: { unused_days: policy.unusedDays } }),
    rawStatement(db, sql`delete from ${tokens} where ${which} returning id`),
  ])
  return ended.results.length === MAX_ENDED
}

/** Before it nobody can use a token. */
const FIRST_DAY = sql.raw(`coalesce(case when json_valid(limits) then limits ->> '$.notBefore' end, 0)`)

/** The ids of tokens, but for those of CI jobs, that were neither made nor used since then: once a day each is looked at. */
export function unusedIds(since: number): SQL {
  return sql`select id from ${tokens} where kind in ('personal', 'project', 'organization')
    and coalesce(last_used_at, max(created_at, ${FIRST_DAY})) < ${since} limit ${MAX_ENDED}`
}
