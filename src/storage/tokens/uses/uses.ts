import { sql } from 'drizzle-orm'
import { DAY_MS } from '../../../domain/day.ts'
import { tokenDays, tokens } from '../../schema/schema.ts'
import { type Db, rawStatement, type Stores } from '../../stores.ts'
import { writeSoon } from '../../write-soon.ts'
import type { Use } from './use-memory.ts'

const MINUTE_MS = 60_000
/** A token's use is written once in so long, whichever isolates see it: a row costs as much as reading a thousand. */
export const USE_STEP_MS = 10 * MINUTE_MS
/** More than these are not kept back. */
const MAX_UNWRITTEN = 500
const MAX_PLACES_A_DAY = 5

/**
 * Notes a use, once in ten minutes, to be written with those of other tokens half a minute later; at once where caches did not
 * know the token, as nobody's do at its first use. The answer does not wait for it, so a fault is only logged.
 */
export function noteUse(
  stores: Stores,
  { tokenId, isUncached }: { readonly tokenId: string; readonly isUncached: boolean },
  placeOf: () => string | null,
): void {
  const now = stores.now()
  const { uses } = stores.memory
  const step = Math.floor(now / USE_STEP_MS)
  if ((uses.noted.get(tokenId) ?? 0) >= step) return
  uses.noted.set(tokenId, step)
  uses.unwritten.push({ tokenId, at: now - (now % MINUTE_MS), from: placeOf() })
  if (isUncached || uses.unwritten.length >= MAX_UNWRITTEN) stores.waitUntil(writeUses(stores))
  else writeSoon(stores, uses, () => writeUses(stores))
}

/** Writes what this isolate has noted, in one round trip. What cannot be written is noted anew at the next use. */
async function writeUses(stores: Stores): Promise<void> {
  const { uses } = stores.memory
  const used = uses.unwritten
  if (used.length === 0) return
  uses.unwritten = []
  try {
    await stores.db.batch([lastUseStatement(stores.db, used), daysStatement(stores.db, used)])
  } catch (error) {
    for (const { tokenId } of used) uses.noted.delete(tokenId)
    stores.warn('last_use_unwritable', error)
  }
}

/** Uses as rows: the last of each token, or of each in each ten minutes. */
function lastOfEach(used: readonly Use[], which: 'token_id' | 'token_id, step') {
  const rows = JSON.stringify(used.map(({ tokenId, at, from }) => [tokenId, at, from]))
  return sql`(select row.value ->> 0 as token_id, max(row.value ->> 1) as at, (row.value ->> 1) / ${sql.raw(String(USE_STEP_MS))} as step, row.value ->> 2 as place
    from json_each(${rows}) as row group by ${sql.raw(which)}) as used`
}

/** No row is written for a token of which another isolate wrote in these ten minutes, or later. */
export function lastUseStatement(db: Db, used: readonly Use[]) {
  return rawStatement(
    db,
    sql`update ${tokens} set last_used_at = used.at, last_used_from = used.place from ${lastOfEach(used, 'token_id')}
      where ${tokens.id} = used.token_id and (last_used_at is null or last_used_at < used.step * ${sql.raw(String(USE_STEP_MS))})`,
  )
}

/** Counts ten minutes once, whichever isolates saw them; no row is written where nothing new is known. */
export function daysStatement(db: Db, used: readonly Use[]) {
  const { slots, lastSlot, places } = tokenDays
  const stepsADay = sql.raw(String(DAY_MS / USE_STEP_MS))
  const place = sql`(excluded.places ->> 0)`
  const isNew = sql`(${place} is not null and json_array_length(${places}) < ${sql.raw(String(MAX_PLACES_A_DAY))}
    and not exists (select 1 from json_each(${places}) as row where row.value = ${place}))`
  return rawStatement(
    db,
    sql`insert into ${tokenDays} (token_id, day, slots, last_slot, places)
      select ${tokens.id}, used.step / ${stepsADay}, 1, used.step, iif(used.place is null, '[]', json_array(used.place))
      from ${lastOfEach(used, 'token_id, step')} join ${tokens} on ${tokens.id} = used.token_id where true order by used.step
      on conflict (token_id, day) do update set
        slots = ${slots} + (${lastSlot} < excluded.last_slot),
        last_slot = max(${lastSlot}, excluded.last_slot),
        places = iif(${isNew}, json_insert(${places}, '$[#]', ${place}), ${places})
      where ${lastSlot} < excluded.last_slot or ${isNew}`,
  )
}
