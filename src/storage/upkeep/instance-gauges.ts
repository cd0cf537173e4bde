import { type SQL, sql } from 'drizzle-orm'
import { revocations } from '../schema/schema.ts'
import { outbox } from '../schema/schema-outbox.ts'
import { deliveries } from '../schema/schema-reporting.ts'
import { type Db, rawStatement } from '../stores.ts'
import { type UpkeepRecord, upkeepQuery } from './upkeep-log.ts'

/** Numbers of the whole instance, from the database. Times are epoch milliseconds. */
export type InstanceGauges = {
  /** Messages that wait to be sent, up to `MAX_COUNTED`. */
  readonly pending: number
  readonly oldestPendingAt: number | null
  /** The last hour's messages to the outside, by how they stand, and webhooks, by what became of them. */
  readonly outbound: ReadonlyMap<string, number>
  readonly inbound: ReadonlyMap<string, number>
  /** The oldest entry of the revocation feed. */
  readonly oldestEndAt: number | null
  readonly upkeep: readonly UpkeepRecord[]
  readonly databaseBytes: number | null
}

/** A backlog beyond this is counted no further: the look at it must stay cheap. */
export const MAX_COUNTED = 10_000
const HOUR_MS = 3_600_000

/** One round trip. */
export async function readGauges(db: Db, now: number): Promise<InstanceGauges> {
  const since = now - HOUR_MS
  const [waiting, outbound, inbound, ended, upkeep] = await db.batch([
    rawStatement(db, waitingQuery()),
    rawStatement(db, byOutcome(sql`state`, sql`select state from ${outbox} where created_at >= ${since}`)),
    rawStatement(db, byOutcome(sql`result`, sql`select result from ${deliveries} where at >= ${since}`)),
    rawStatement(db, sql`select min(at) as oldest from ${revocations}`),
    upkeepQuery(db),
  ])
  // The columns of the statements above.
  const [{ pending, oldest }] = waiting.results as [{ pending: number; oldest: number | null }]
  const [end] = ended.results as [{ oldest: number | null }]
  const { size_after: databaseBytes } = waiting.meta
  return {
    pending,
    oldestPendingAt: oldest,
    outbound: outcomesIn(outbound.results),
    inbound: outcomesIn(inbound.results),
    oldestEndAt: end.oldest,
    upkeep,
    databaseBytes: typeof databaseBytes === 'number' ? databaseBytes : null,
  }
}

function waitingQuery(): SQL {
  // The bound makes it a search in the index of those that wait.
  return sql`select count(*) as pending, min(created_at) as oldest from
    (select created_at from ${outbox} where state in ('pending', 'refused') and state = 'pending' and created_at >= 0 order by created_at limit ${MAX_COUNTED})`
}

function byOutcome(outcome: SQL, rows: SQL): SQL {
  return sql`select ${outcome} as outcome, count(*) as count from (${rows} limit ${MAX_COUNTED}) group by ${outcome}`
}

function outcomesIn(rows: readonly unknown[]): ReadonlyMap<string, number> {
  return new Map((rows as { outcome: string; count: number }[]).map(({ outcome, count }) => [outcome, count]))
}
