import { and, asc, eq } from 'drizzle-orm'
import type { LogStream } from '../../domain/logs/log.ts'
import { askBucket } from '../artifacts/objects.ts'
import { isBuild, type WhichBuild } from '../builds/which-build.ts'
import { builds } from '../schema/schema.ts'
import { logParts, logs } from '../schema/schema-logs.ts'
import type { Db, Stores } from '../stores.ts'
import { type LogMember, membersOf, unpacked } from './log-members.ts'

/** Which log of a build. */
export type LogKey = { readonly step: number; readonly stream: LogStream }

export type Log = typeof logs.$inferSelect

/** An object with a part of a log, in order. */
export type LogPart = {
  readonly objectKey: string
  readonly offset: number
  readonly sizeBytes: number
  readonly newlinesBefore: number
  readonly members: readonly LogMember[]
}

export type FoundLog = { readonly log: Log; readonly parts: readonly LogPart[] }

export const PART_COLUMNS = {
  objectKey: logParts.objectKey,
  offset: logParts.offset,
  sizeBytes: logParts.sizeBytes,
  newlinesBefore: logParts.newlinesBefore,
  members: logParts.members,
}

export function partOf(row: Omit<LogPart, 'members'> & { readonly members: string }): LogPart {
  return { ...row, members: membersOf(row.members) }
}

/** A step's log and where its bytes are, in one request; null where that step has none. */
export async function findLog(db: Db, build: WhichBuild, key: LogKey): Promise<FoundLog | null> {
  return foundLogOf(await db.batch(selectLog(db, build, key)))
}

/** What `findLog` asks, for whoever asks more at once. */
export function selectLog(db: Db, build: WhichBuild, { step, stream }: LogKey) {
  const which = and(isBuild(build), eq(logs.step, step), eq(logs.stream, stream))
  return [
    db.select({ log: logs }).from(builds).innerJoin(logs, eq(logs.buildId, builds.id)).where(which),
    db
      .select(PART_COLUMNS)
      .from(builds)
      .innerJoin(logs, eq(logs.buildId, builds.id))
      .innerJoin(logParts, eq(logParts.logId, logs.id))
      .where(which)
      .orderBy(asc(logParts.offset)),
  ] as const
}

export function foundLogOf([[found], parts]: Rows<ReturnType<typeof selectLog>>): FoundLog | null {
  return found ? { log: found.log, parts: parts.map(partOf) } : null
}

type Rows<Selects extends readonly unknown[]> = { readonly [Place in keyof Selects]: Awaited<Selects[Place]> }

/** One member with its places: in the log, in its object, and how many line feeds come before it. */
export type PlacedMember = LogMember & {
  readonly objectKey: string
  readonly offset: number
  readonly packedOffset: number
  readonly newlinesBefore: number
}

/** The members of all parts, in the order of the log. */
export function placedMembers(parts: readonly LogPart[]): PlacedMember[] {
  return parts.flatMap(({ objectKey, offset, newlinesBefore, members }) => {
    let place = { offset, packedOffset: 0, newlinesBefore }
    return members.map((member) => {
      const placed = { ...member, objectKey, ...place }
      place = {
        offset: place.offset + member.sizeBytes,
        packedOffset: place.packedOffset + member.packedBytes,
        newlinesBefore: place.newlinesBefore + member.newlines,
      }
      return placed
    })
  })
}

/** So many packed bytes are read at once. */
const MAX_READ_BYTES = 1024 * 1024

/** Thrown where an object is gone: its part was packed into another one meanwhile, so that the rows are to be read again. */
export class PartGone extends Error {
  readonly objectKey: string
  constructor(objectKey: string) {
    super(`${objectKey} is not in the bucket`)
    this.objectKey = objectKey
  }
}

/**
 * Does something with a log, and once more with what it is by then where its parts were put together meanwhile; null where
 * it is gone.
 */
export async function withLog<T>(
  found: FoundLog,
  again: () => Promise<FoundLog | null>,
  work: (found: FoundLog) => Promise<T>,
): Promise<T | null> {
  for (let now: FoundLog | null = found; now; ) {
    try {
      return await work(now)
    } catch (error) {
      const before: FoundLog = now
      if (!(error instanceof PartGone)) throw error
      now = await again()
      // Where nothing changed, the object is lost.
      if (now && keysOf(now) === keysOf(before)) throw error
    }
  }
  return null
}

function keysOf({ parts }: FoundLog): string {
  return JSON.stringify(parts.map(({ objectKey }) => objectKey))
}

export type ReadMember = {
  readonly member: PlacedMember
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The same as they are in the object. */
  readonly packedBytes: Uint8Array<ArrayBuffer>
}

/** The bytes of these members, a piece each, in order. */
export async function* readMembers(
  stores: Pick<Stores, 'artifacts' | 'warn'>,
  members: readonly PlacedMember[],
): AsyncGenerator<ReadMember> {
  for (let from = 0; from < members.length; ) {
    const first = members[from]
    if (!first) return
    let to = from
    let length = 0
    for (; to < members.length; to++) {
      const next = members[to]
      const isNext = next?.objectKey === first.objectKey && next.packedOffset === first.packedOffset + length
      if (!next || !isNext || (length > 0 && length + next.packedBytes > MAX_READ_BYTES)) break
      length += next.packedBytes
    }
    const range = { offset: first.packedOffset, length }
    const object = await askBucket(stores, stores.artifacts.get(first.objectKey, { range }))
    if (!object) throw new PartGone(first.objectKey)
    const bytes = new Uint8Array(await object.arrayBuffer())
    for (const member of members.slice(from, to)) {
      const at = member.packedOffset - first.packedOffset
      const packedBytes = bytes.subarray(at, at + member.packedBytes)
      yield { member, bytes: await unpacked(packedBytes), packedBytes }
    }
    from = to
  }
}

/** The bytes of the log from `start` to before `end`, as far as they are kept. */
export async function readLogBytes(
  stores: Pick<Stores, 'artifacts' | 'warn'>,
  parts: readonly LogPart[],
  { start, end }: { readonly start: number; readonly end: number },
): Promise<{ readonly offset: number; readonly bytes: Uint8Array<ArrayBuffer> }[]> {
  const wanted = placedMembers(parts).filter(({ offset, sizeBytes }) => offset < end && offset + sizeBytes > start)
  const pieces: { offset: number; bytes: Uint8Array<ArrayBuffer> }[] = []
  for await (const { member, bytes } of readMembers(stores, wanted)) {
    const from = Math.max(0, start - member.offset)
    pieces.push({ offset: member.offset + from, bytes: bytes.subarray(from, Math.max(from, end - member.offset)) })
  }
  return pieces
}

/** Waits until the log has more than `offset` bytes or has ended; false where the time was over before. */
export async function waitForLog(db: Db, logId: string, offset: number, seconds: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < seconds * 1000; waitedMs += POLL_MS) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    const [row] = await db.select({ sizeBytes: logs.sizeBytes, state: logs.state }).from(logs).where(eq(logs.id, logId))
    if (!row || row.sizeBytes > offset || row.state !== 'open') return true
  }
  return false
}

// Of the 50 requests that an invocation of a free plan has, 20 seconds take 40.
const POLL_MS = 500
