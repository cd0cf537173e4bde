import { sql } from 'drizzle-orm'
import { INSTANCE } from '../../domain/access/actor.ts'
import { DEFAULT_RETENTION } from '../../domain/builds/retention.ts'
import { DAY_MS } from '../../domain/day.ts'
import { LOSS_WARNED_DAYS } from '../../domain/notices/notice.ts'
import { builds } from '../schema/schema.ts'
import { noticeStates } from '../schema/schema-notices.ts'
import { retention } from '../schema/schema-reporting.ts'
import { shares } from '../schema/schema-shares.ts'
import type { Db, Stores, WriteStores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'
import { isOfChange, newStateStatement } from './notice-states.ts'
import { noticeStatements } from './notices.ts'
import { enqueue, queuedOf } from './outbox.ts'

/** Each share link has five statements: a step of upkeep has forty. */
const MAX_A_STEP = 7

/** Share links of one build whose file retention may soon delete, though the link lives longer, and that nobody was told of. */
export function losingQuery(db: Db, now: number) {
  const days = sql`coalesce(${retention.artifactDays}, ${DEFAULT_RETENTION.artifactDays})`
  const lossAt = sql<number>`${builds.createdAt} + ${days} * ${DAY_MS}`
  return db
    .select({
      id: shares.id,
      projectId: shares.projectId,
      createdBy: shares.createdBy,
      path: shares.path,
      num: builds.num,
      lossAt: lossAt.as('loss_at'),
    })
    .from(shares)
    .innerJoin(builds, sql`${builds.id} = ${shares.buildId}`)
    .leftJoin(retention, sql`${retention.projectId} = ${shares.projectId}`)
    .where(
      sql`${shares.expiresAt} > ${now} and ${lossAt} <= ${now + LOSS_WARNED_DAYS * DAY_MS} and ${shares.expiresAt} > ${lossAt}
        and not exists (select 1 from ${noticeStates} as s where s.subject = 'share ' || ${shares.id})`,
    )
    .limit(MAX_A_STEP)
}

/** Warns of shared files that retention may soon delete, some of them; whether more may be left. */
export async function warnOfLoss(stores: WriteStores & Pick<Stores, 'queue' | 'warn'>, now: number): Promise<boolean> {
  const { db } = stores
  const rows = await losingQuery(db, now)
  const statements = rows.flatMap(({ id, projectId, createdBy, path, num, lossAt }) => {
    const noticeId = crypto.randomUUID()
    const subject = `share ${id}`
    const facts = { kind: 'share.losing', build: num, path, at: Math.max(lossAt, now) } as const
    return [
      newStateStatement(db, { subject, state: 'warned', noticeId, at: now, projectId }),
      ...noticeStatements(db, {
        ...{ id: noticeId, facts, projectId, holders: [createdBy], at: now },
        guard: isOfChange(subject, noticeId),
      }),
    ]
  })
  const results: unknown[] = await commit(stores, INSTANCE, statements)
  await enqueue(stores, results.flatMap(queuedOf))
  return rows.length === MAX_A_STEP
}
