import { BOUND_MS } from '../../domain/access/fence.ts'
import { openDb, type ReadStores, type Stores } from '../stores.ts'
import { changedAt, toldChangeAt } from './changes.ts'
import { withinCacheBox, withinMs } from './shared-work.ts'

/** A replica that has not answered by then is not worth waiting for. */
const REPLICA_BOX_MS = 1_000

/** How long what was read is shown where it is kept, and how old what it tells may become by that. */
const [FRESH_MS, OLDEST_MS] = [5_000, 10_000]
export const FRESH_SECONDS = FRESH_MS / 1000

/** Until when what was read now, and tells of `asOf`, may be shown (epoch milliseconds). */
export function shownUntil(now: number, asOf: number): number {
  return Math.min(now + FRESH_MS, asOf + OLDEST_MS)
}

/** Whether what was kept may be shown: not what is too old; nor what tells of a time to come, as a clock that went back leaves it. */
export function mayBeShown(
  { now }: Pick<Stores, 'now'>,
  { asOf, until }: { readonly asOf: number; readonly until: number },
): boolean {
  const at = now()
  return asOf <= at && at < until
}

/**
 * Stores for a read that decides no right: of a replica near the reader that has all that the last poll of the feed could see,
 * so that it is at most 10 s behind. Of the primary where there was no such poll, and where something of the project was
 * changed from here since (`told`: by another isolate of the data centre), so that whoever wrote reads it.
 */
export function openNear(stores: Stores, projectId: string, told = Number.NEGATIVE_INFINITY): ReadStores {
  const now = stores.now()
  const feed = stores.memory.feed.known
  // A poll of a time to come is one of a clock that went back.
  const isOld = !feed?.bookmark || now < feed.polledAt || now - feed.polledAt >= BOUND_MS
  if (isOld || feed.polledAt <= Math.max(told, changedAt(stores, projectId))) return asPrimary(stores)
  const db = openDb(nearD1(stores, feed.bookmark))
  return { ...stores, db, asOf: feed.polledAt }
}

/** As `openNear`, for whoever has not looked whether the data centre was told of a change. */
export async function findNear(stores: Stores, projectId: string): Promise<ReadStores> {
  try {
    return openNear(stores, projectId, await withinCacheBox(toldChangeAt(stores, projectId)))
  } catch (error) {
    stores.warn('change_unreadable', error)
    return asPrimary(stores)
  }
}

/** The primary, as of now. */
export function asPrimary(stores: Stores): ReadStores {
  return { ...stores, asOf: stores.now() }
}

type Query = { readonly sql: string; readonly params: readonly unknown[] }
type Target = Pick<D1Database, 'prepare' | 'batch'>

/** D1 by a session that begins at the bookmark or, where that fails or is late, the primary. */
function nearD1({ db, warn }: Stores, bookmark: string): D1Database {
  const primary = db.$client
  let session: Target | null = primary.withSession(bookmark)

  async function either<T>(run: (target: Target) => Promise<T>): Promise<T> {
    if (!session) return run(primary)
    try {
      return await withinMs(REPLICA_BOX_MS, 'the replica', run(session))
    } catch (error) {
      warn('replica_unreadable', error)
      session = null
      return run(primary)
    }
  }

  const prepared = (target: Target, { sql, params }: Query) => target.prepare(sql).bind(...params)
  const statement = (sql: string, params: readonly unknown[] = []) => {
    const query = { sql, params }
    return {
      ...query,
      bind: (...bound: unknown[]) => statement(sql, bound),
      all: () => either((target) => prepared(target, query).all()),
      run: () => either((target) => prepared(target, query).run()),
      raw: () => either((target) => prepared(target, query).raw()),
    }
  }
  const near = {
    prepare: (sql: string) => statement(sql),
    batch: (queries: readonly Query[]) =>
      either((target) => target.batch(queries.map((query) => prepared(target, query)))),
  }
  // What Drizzle calls of a database that is read is here; anything else would fail loudly.
  return near as unknown as D1Database
}
