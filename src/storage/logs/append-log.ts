import { and, asc, eq, gt, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { endsOpen, KEPT_HEAD_BYTES, MAX_CHUNK_BYTES, newlinesIn } from '../../domain/logs/log.ts'
import { askBucket } from '../artifacts/objects.ts'
import { builds } from '../schema/schema.ts'
import { logParts, logs } from '../schema/schema-logs.ts'
import { rawStatement, type Stores, type WriteStores } from '../stores.ts'
import { commit, RightGone, type Statement } from '../tokens/rights.ts'
import { membersText, packed } from './log-members.ts'
import { logKeyFor } from './log-prefix.ts'
import { type Log, type LogKey, type LogPart, PART_COLUMNS, PartGone, partOf, readLogBytes } from './read-log.ts'

/** Bytes of a log, from `offset` on. */
export type LogChunk = {
  readonly offset: number
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Nothing comes after it. */
  readonly isFinal: boolean
  /** Where the reporter left out what comes before it: the line feeds in that; else null. */
  readonly cutNewlines: number | null
}

/** `offset` is the one that is wanted next. */
export type LogAppended =
  | { readonly kind: 'appended' | 'same'; readonly offset: number; readonly log: Log }
  | { readonly kind: 'gap' | 'differs' | 'complete'; readonly offset: number }
  | { readonly kind: 'no_build' | 'no_step' }

type AppendStores = WriteStores & Pick<Stores, 'artifacts' | 'warn'>
type Place = LogKey & { readonly buildId: string }

/** Another writer may come first: then what is stored is read again, and no more often than this. */
const MAX_TRIES = 5

/**
 * Appends bytes to the log of a step, all or nothing, and is harmless when it is said again. The right is read before the
 * bucket is touched, and again with the row.
 */
export async function appendToLog(
  stores: AppendStores,
  place: Place,
  chunk: LogChunk,
  actor: Actor,
): Promise<LogAppended> {
  let cause: unknown
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    try {
      const appended = await tryToAppend(stores, place, chunk, actor)
      if (appended) return appended
    } catch (error) {
      // What these bytes overlap was put together meanwhile.
      if (!(error instanceof PartGone)) throw error
      cause = error
    }
  }
  throw new Error('the log was written by too many at once', { cause })
}

async function tryToAppend(
  stores: AppendStores,
  place: Place,
  { offset, bytes, isFinal, cutNewlines }: LogChunk,
  actor: Actor,
): Promise<LogAppended | null> {
  const { db } = stores
  const { buildId, step, stream } = place
  const isLog = and(eq(logs.buildId, buildId), eq(logs.step, step), eq(logs.stream, stream))
  const [[build], [log], stored] = await commit(stores, actor, [
    db
      .select({ projectId: builds.projectId, steps: sql<number>`coalesce(json_array_length(${builds.steps}), 0)` })
      .from(builds)
      .where(eq(builds.id, buildId)),
    db.select().from(logs).where(isLog),
    // What these bytes may overlap.
    db
      .select(PART_COLUMNS)
      .from(logs)
      .innerJoin(logParts, eq(logParts.logId, logs.id))
      .where(and(isLog, gt(sql`${logParts.offset} + ${logParts.sizeBytes}`, offset)))
      .orderBy(asc(logParts.offset)),
  ])
  if (!build) return { kind: 'no_build' }
  if (step >= build.steps) return { kind: 'no_step' }
  const next = log?.sizeBytes ?? 0
  const end = offset + bytes.byteLength
  const isGap = offset > next
  if (isGap && (cutNewlines === null || next < KEPT_HEAD_BYTES)) return { kind: 'gap', offset: next }
  const known = Math.min(next, end) - offset
  if (known > 0 && !(await isStored(stores, stored.map(partOf), offset, bytes.subarray(0, known))))
    return { kind: 'differs', offset: next }
  if (log && log.state !== 'open') return { kind: end > next ? 'complete' : 'same', offset: next, log }
  const isNew = end > next || !log
  if (!isNew && !(isFinal && end === next)) return log && { kind: 'same', offset: next, log }
  const fresh = bytes.subarray(Math.max(0, next - offset))
  return write(stores, { ...place, projectId: build.projectId, log: log ?? null }, actor, {
    bytes: fresh,
    isFinal,
    gap: isGap ? { to: offset, newlines: cutNewlines ?? 0 } : null,
  })
}

type Addition = {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly isFinal: boolean
  /** What the reporter left out before them: where it ends, and its line feeds. */
  readonly gap: { readonly to: number; readonly newlines: number } | null
}

/** Puts the object, and then the rows where nobody else came first: null where somebody did. */
async function write(
  stores: AppendStores,
  { projectId, buildId, step, stream, log }: Place & { readonly projectId: string; readonly log: Log | null },
  actor: Actor,
  { bytes, isFinal, gap }: Addition,
): Promise<LogAppended | null> {
  const { db, artifacts, now } = stores
  const at = now()
  const before = log ?? {
    id: crypto.randomUUID(),
    projectId,
    buildId,
    step,
    stream,
    sizeBytes: 0,
    newlines: 0,
    isLineOpen: false,
    smallParts: 0,
    state: 'open' as const,
    createdAt: at,
    touchedAt: at,
    condensed: null,
  }
  const offset = gap?.to ?? before.sizeBytes
  const newlinesBefore = before.newlines + (gap?.newlines ?? 0)
  const after: Log = {
    ...before,
    sizeBytes: offset + bytes.byteLength,
    newlines: newlinesBefore + newlinesIn(bytes),
    isLineOpen: bytes.byteLength > 0 ? endsOpen(bytes) : before.isLineOpen,
    smallParts: before.smallParts + (bytes.byteLength > 0 && bytes.byteLength < MAX_CHUNK_BYTES ? 1 : 0),
    state: isFinal ? 'ended' : 'open',
    touchedAt: at,
  }
  const isAsBefore = sql`exists (select 1 from ${logs} where ${logs.id} = ${before.id} and ${logs.sizeBytes} = ${before.sizeBytes} and ${logs.state} = 'open')`
  const key = logKeyFor(projectId, buildId)
  const pack = bytes.byteLength > 0 ? await packed(bytes, at) : null
  if (pack) await askBucket(stores, artifacts.put(key, pack.bytes))
  const part = pack && {
    objectKey: key,
    logId: before.id,
    projectId,
    buildId,
    offset,
    sizeBytes: bytes.byteLength,
    newlinesBefore,
    createdAt: at,
    members: membersText(pack.members),
  }
  const { id: _, ...changed } = after
  try {
    const statements: Statement[] = [
      // Without a log this is the first of it; of two firsts one finds the other's.
      ...(log ? [] : [firstRow(stores, before)]),
      ...(part ? [partRow(stores, part, isAsBefore)] : []),
      db
        .update(logs)
        .set(changed)
        .where(and(eq(logs.id, before.id), isAsBefore))
        .returning({ id: logs.id }),
    ]
    // The rows that the last of them gives.
    const updated = (await commit(stores, actor, statements)).at(-1) as unknown as readonly unknown[]
    if (updated.length > 0) return { kind: 'appended', offset: after.sizeBytes, log: after }
  } catch (error) {
    // The rows may have been written all the same, and name the object: if not, the daily upkeep deletes it.
    if (!(error instanceof RightGone)) throw new Error('the log could not be written', { cause: error })
    if (pack) await artifacts.delete(key).catch(() => undefined)
    throw error
  }
  if (pack) await artifacts.delete(key).catch(() => undefined)
  return null
}

function firstRow({ db }: AppendStores, row: Log) {
  return rawStatement(
    db,
    sql`insert into ${logs} (id, project_id, build_id, step, stream, size_bytes, newlines, is_line_open, small_parts, state, created_at, touched_at)
      select ${row.id}, ${row.projectId}, ${row.buildId}, ${row.step}, ${row.stream}, 0, 0, 0, 0, 'open', ${row.createdAt}, ${row.touchedAt}
      where exists (select 1 from ${builds} where ${builds.id} = ${row.buildId}) on conflict do nothing`,
  )
}

function partRow({ db }: AppendStores, row: typeof logParts.$inferInsert, condition: ReturnType<typeof sql>) {
  return rawStatement(
    db,
    sql`insert into ${logParts} (object_key, log_id, project_id, build_id, offset, size_bytes, newlines_before, created_at, members)
      select ${row.objectKey}, ${row.logId}, ${row.projectId}, ${row.buildId}, ${row.offset}, ${row.sizeBytes}, ${row.newlinesBefore}, ${row.createdAt}, ${row.members}
      where ${condition}`,
  )
}

/** Whether the log has these bytes at that place; what is no longer kept there is taken for equal. */
async function isStored(
  stores: Pick<Stores, 'artifacts' | 'warn'>,
  parts: readonly LogPart[],
  offset: number,
  bytes: Uint8Array,
): Promise<boolean> {
  for (const piece of await readLogBytes(stores, parts, { start: offset, end: offset + bytes.byteLength })) {
    const at = piece.offset - offset
    const given = bytes.subarray(at, at + piece.bytes.byteLength)
    if (given.byteLength !== piece.bytes.byteLength || !given.every((byte, i) => byte === piece.bytes[i])) return false
  }
  return true
}
