import { and, asc, eq, sql } from 'drizzle-orm'
import { INSTANCE } from '../../domain/access/actor.ts'
import { openCondenser } from '../../domain/logs/condense.ts'
import { cutOf, MAX_CHUNK_BYTES } from '../../domain/logs/log.ts'
import { askBucket } from '../artifacts/objects.ts'
import { logParts, logs } from '../schema/schema-logs.ts'
import { type Db, rawStatement, type Stores, type WriteStores } from '../stores.ts'
import { commit, type Statement } from '../tokens/rights.ts'
import { type LogMember, membersText, packed } from './log-members.ts'
import { logKeyFor } from './log-prefix.ts'
import {
  type Log,
  type LogPart,
  PART_COLUMNS,
  PartGone,
  partOf,
  placedMembers,
  type ReadMember,
  readMembers,
} from './read-log.ts'

type PackStores = WriteStores & Pick<Stores, 'artifacts' | 'warn'>

/** So many small parts of an open log are put together: an invocation of a free plan may read 50 objects. */
export const MAX_SMALL_PARTS = 16

/**
 * Puts the parts of a log together: of an open one the last, small ones once they are many, of one that has ended all,
 * in one object, or in two where its middle is left out. False where there was nothing to do, or somebody else did it.
 */
export async function packLog(stores: PackStores, logId: string): Promise<boolean> {
  try {
    return await packFound(stores, logId)
  } catch (error) {
    // Somebody else put them together, unless a part names an object that is lost.
    if (!(error instanceof PartGone) || (await isNamed(stores.db, error.objectKey))) throw error
    return false
  }
}

async function isNamed(db: Db, objectKey: string): Promise<boolean> {
  const rows = await db.select({ key: logParts.objectKey }).from(logParts).where(eq(logParts.objectKey, objectKey))
  return rows.length > 0
}

async function packFound(stores: PackStores, logId: string): Promise<boolean> {
  const { db } = stores
  const [[log], rows] = await db.batch([
    db.select().from(logs).where(eq(logs.id, logId)),
    db.select(PART_COLUMNS).from(logParts).where(eq(logParts.logId, logId)).orderBy(asc(logParts.offset)),
  ])
  if (!log || log.state === 'packed') return false
  const all = rows.map(partOf)
  const cut = cutOf(log.sizeBytes)
  const isLeftOut = ({ offset, sizeBytes }: Pick<LogPart, 'offset' | 'sizeBytes'>) =>
    cut !== null && offset >= cut.from && offset + sizeBytes <= cut.to
  const leftOut = all.filter(isLeftOut)
  const kept = all.filter((part) => !isLeftOut(part))
  if (log.state === 'open') {
    const isMany = log.smallParts >= MAX_SMALL_PARTS
    if (!isMany && leftOut.length === 0) return false
    return replace(stores, log, { runs: isMany ? runsOf(smallAtEnd(kept)) : [], leftOut }, null)
  }
  const condenser = openCondenser()
  const decoder = new TextDecoder()
  const text = (bytes: Uint8Array) => condenser.take(decoder.decode(bytes, { stream: true }))
  const done = await replace(
    stores,
    log,
    { runs: runsOf(kept), leftOut },
    {
      text,
      isLeftOut,
      close: () => {
        condenser.take(decoder.decode())
        return JSON.stringify(condenser.close())
      },
    },
  )
  return done
}

/** The parts at the end that are below the size of a chunk. */
function smallAtEnd(parts: readonly LogPart[]): readonly LogPart[] {
  const large = parts.findLastIndex(({ sizeBytes }) => sizeBytes >= MAX_CHUNK_BYTES)
  return parts.slice(large + 1)
}

/** Parts that follow each other without anything left out between them. */
function runsOf(parts: readonly LogPart[]): readonly (readonly LogPart[])[] {
  const runs: LogPart[][] = []
  for (const part of parts) {
    const run = runs.at(-1)
    const last = run?.at(-1)
    if (run && last && last.offset + last.sizeBytes === part.offset) run.push(part)
    else runs.push([part])
  }
  return runs
}

/** What becomes of a log that has ended. */
type Ending = {
  readonly text: (bytes: Uint8Array) => void
  readonly isLeftOut: (member: Pick<LogPart, 'offset' | 'sizeBytes'>) => boolean
  readonly close: () => string
}

async function replace(
  stores: PackStores,
  log: Log,
  { runs, leftOut }: { readonly runs: readonly (readonly LogPart[])[]; readonly leftOut: readonly LogPart[] },
  ending: Ending | null,
): Promise<boolean> {
  const { db, artifacts, now } = stores
  const old = [...runs.flat(), ...leftOut].map(({ objectKey }) => objectKey)
  const made: string[] = []
  const rows: (typeof logParts.$inferInsert)[] = []
  const keptAsIs = new Set<string>()
  for (const run of runs) {
    const members = placedMembers(run).filter((member) => !ending?.isLeftOut(member))
    const [first] = members
    if (!first) continue
    // One part is one object already.
    const isAsIs = run.length === 1 && members.length === placedMembers(run).length
    const object = await packedAgain(readMembers(stores, members), ending)
    if (isAsIs) {
      keptAsIs.add(first.objectKey)
      continue
    }
    const objectKey = logKeyFor(log.projectId, log.buildId)
    await askBucket(stores, artifacts.put(objectKey, new Blob(object.bytes)))
    made.push(objectKey)
    const sizeBytes = members.reduce((sum, member) => sum + member.sizeBytes, 0)
    const { offset, newlinesBefore } = first
    const createdAt = now()
    const { projectId, buildId, id: logId } = log
    rows.push({
      objectKey,
      logId,
      projectId,
      buildId,
      offset,
      sizeBytes,
      newlinesBefore,
      createdAt,
      members: membersText(object.members),
    })
  }
  const gone = old.filter((key) => !keptAsIs.has(key))
  const condensed = ending?.close() ?? null
  const isThere = sql`(select count(*) from ${logParts} where ${logParts.logId} = ${log.id} and ${isOneOf(old)}) = ${old.length}
    and exists (select 1 from ${logs} where ${logs.id} = ${log.id} and ${logs.state} = ${log.state})`
  const statements: Statement[] = rows.map((row) =>
    rawStatement(
      db,
      sql`insert into ${logParts} (object_key, log_id, project_id, build_id, offset, size_bytes, newlines_before, created_at, members)
        select ${row.objectKey}, ${row.logId}, ${row.projectId}, ${row.buildId}, ${row.offset}, ${row.sizeBytes}, ${row.newlinesBefore}, ${row.createdAt}, ${row.members}
        where ${isThere}`,
    ),
  )
  // The first statement that changes a row decides for those behind it: so what is new comes first, and the old goes last.
  const isMade = rows[0]
    ? sql`exists (select 1 from ${logParts} where ${logParts.objectKey} = ${rows[0].objectKey})`
    : isThere
  if (condensed === null)
    statements.push(
      db
        .update(logs)
        .set({ smallParts: sql`max(0, ${logs.smallParts} - ${log.smallParts})` })
        .where(and(eq(logs.id, log.id), isMade)),
    )
  else
    statements.push(
      db
        .update(logs)
        .set({ state: 'packed', condensed })
        .where(and(eq(logs.id, log.id), isMade)),
    )
  if (gone.length > 0)
    statements.push(
      rawStatement(
        db,
        sql`delete from ${logParts} where ${logParts.logId} = ${log.id} and ${isOneOf(gone)} and ${rows[0] ? isMade : sql`1`}`,
      ),
    )
  await commit(stores, INSTANCE, statements)
  const named = await db.select({ key: logParts.objectKey }).from(logParts).where(eq(logParts.logId, log.id))
  const isNamed = new Set(named.map(({ key }) => key))
  const unnamed = [...gone, ...made].filter((key) => !isNamed.has(key))
  if (unnamed.length > 0) await askBucket(stores, artifacts.delete(unnamed))
  return made.every((key) => isNamed.has(key))
}

function isOneOf(keys: readonly string[]) {
  return sql`${logParts.objectKey} in (select row.value from json_each(${JSON.stringify(keys)}) as row)`
}

/** A member with fewer lines and bytes is put together with the next ones. */
const FULL_MEMBER = { newlines: 1_000, sizeBytes: 128 * 1024 } as const

/** The members as one object: small ones together, the others as they are. */
async function packedAgain(
  members: AsyncIterable<ReadMember>,
  ending: Ending | null,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>[]; readonly members: readonly LogMember[] }> {
  const bytes: Uint8Array<ArrayBuffer>[] = []
  const made: LogMember[] = []
  let small: Uint8Array[] = []
  let smallBytes = 0
  let smallLines = 0
  let smallAt = 0
  const flush = async () => {
    if (small.length === 0) return
    const again = await packed(
      new Uint8Array(await new Blob(small as Uint8Array<ArrayBuffer>[]).arrayBuffer()),
      smallAt,
    )
    bytes.push(again.bytes)
    made.push(...again.members)
    small = []
    smallBytes = 0
    smallLines = 0
  }
  for await (const read of members) {
    ending?.text(read.bytes)
    const { sizeBytes, newlines, packedBytes, at } = read.member
    if (newlines >= FULL_MEMBER.newlines || sizeBytes >= FULL_MEMBER.sizeBytes) {
      await flush()
      bytes.push(read.packedBytes.slice())
      made.push({ sizeBytes, newlines, packedBytes, at })
      continue
    }
    if (small.length === 0) smallAt = at
    small.push(read.bytes)
    smallBytes += sizeBytes
    smallLines += newlines
    if (smallBytes >= FULL_MEMBER.sizeBytes || smallLines >= FULL_MEMBER.newlines) await flush()
  }
  await flush()
  return { bytes, members: made }
}
