import { type SQL, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/d1'
import type { Peppers } from '../domain/access/secret-hash.ts'
import type { Deferred } from '../domain/deferred.ts'
import type { UpkeepStep } from '../domain/upkeep.ts'
import type { Memory } from './memory.ts'

export type Db = ReturnType<typeof openDb>

declare const isPrimary: unique symbol
/** The D1 primary. Whatever decides a right asks for it by this name, which no replica has. */
export type PrimaryDb = Db & { readonly [isPrimary]: true }

/** What the outbox's queue carries: the id of a row of it, or of a pipeline of which something ended, or work that a request left. */
export type OutboxMessage = { readonly id: string } | { readonly pipeline: string } | { readonly deferred: Deferred }

/** Everything that keeps something, as one request sees it. Functions that choose between tiers take all of it. */
export type Stores = {
  /** The D1 primary: the truth. */
  readonly db: PrimaryDb
  readonly kv: KVNamespace
  readonly artifacts: R2Bucket
  readonly queue: Pick<Queue<OutboxMessage>, 'sendBatch'>
  readonly upkeep: Pick<Queue<UpkeepStep>, 'sendBatch'>
  /** The data centre's cache; null where the platform has none. */
  readonly cache: Cache | null
  readonly memory: Memory
  /** The projects that this request changed. */
  readonly changed: Set<string>
  readonly peppers: Peppers
  readonly graceMs: number
  /** How many queries one invocation may ask of D1; each statement of a batch is one. */
  readonly maxQueries: number
  readonly now: () => number
  readonly waitUntil: (work: Promise<unknown>) => void
  /** Lets time pass, for what is done a while after the answer. */
  readonly pause: (ms: number) => Promise<unknown>
  /** Tells the log of a fault that did not change the answer. */
  readonly warn: (event: string, error: unknown) => void
}

/** Stores for reads that decide no right: `db` may be a replica, and tells all that was committed by `asOf` (epoch milliseconds). */
export type ReadStores = Omit<Stores, 'db'> & { readonly db: Db; readonly asOf: number }

/** What a write takes: `commit` notes whose project it changed. */
export type WriteStores = Pick<Stores, 'db' | 'now' | 'memory' | 'changed'>

export function openDb(d1: D1Database) {
  return drizzle(d1)
}

/** A database by a session of D1's, whose first query goes where the session says. */
export function openSession(session: D1DatabaseSession): Db {
  // Drizzle calls what both have.
  return openDb(session as unknown as D1Database)
}

export function openPrimary(d1: D1Database): PrimaryDb {
  // The only place where a database gets this name.
  return openDb(d1) as PrimaryDb
}

/** `limit` as a text: where it is a parameter SQLite plans anew for each run, which takes a large statement longer than its work. */
export function limitTo(count: number): SQL {
  return sql.raw(`limit ${count}`)
}

/** A statement written as SQL, for a batch: there drizzle binds the parameters on `stmt`, which its own raw ones lack. */
export function rawStatement(db: Db, query: SQL) {
  const raw = db.run(query)
  return Object.assign(raw, { stmt: db.$client.prepare(raw.getQuery().sql) })
}
