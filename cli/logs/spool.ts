import { randomUUID } from 'node:crypto'
import { constants, fstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// The log between the process that takes it in and the one that sends it: a file of at most 64 MiB, whose place is given
// back when both have closed it, however they end. Its head stays; what comes behind goes round.

const MIB = 1024 * 1024
/** How much of its beginning and of its end a longer log keeps. */
export const KEPT_BYTES = 16 * MIB
/** From there on the middle is left out. */
export const WHOLE_BYTES = 64 * MIB

const HEADER_BYTES = 4_096
const RING_BYTES = WHOLE_BYTES - KEPT_BYTES
const RESERVED_AT = 0
const WRITTEN_AT = 8
const GAP_FROM_AT = 16
const GAP_TO_AT = 24

export type SpoolWriter = {
  readonly length: () => number
  readonly append: (bytes: Uint8Array) => void
  /** Counts so many bytes that are not there; only behind the head. */
  readonly leaveOut: (bytes: number) => void
}

export type SpoolReader = {
  /** How many bytes the log has by now, with those that are no longer there. */
  readonly length: () => number
  /** At most so many bytes from there on, read into `room` where there is one; null where they are no longer there. */
  readonly read: (offset: number, maxBytes: number, room?: Buffer) => Buffer | null
  /** Behind all that was left out when it was written; 0 where nothing was. */
  readonly gapEnd: () => number
}

/** A new spool, which only we can open and which has no name any more. */
export function createSpool(folder: string = tmpdir()): number {
  const file = join(folder, `buildpass-log-${randomUUID()}`)
  const fd = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600)
  try {
    rmSync(file)
    writeSync(fd, Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0)
  } catch (error) {
    rmSync(file, { force: true })
    throw error
  }
  return fd
}

export function spoolWriter(fd: number): SpoolWriter {
  let length = 0
  let hasGap = false
  const tell = (at: number, value: number) => {
    const count = Buffer.alloc(8)
    count.writeDoubleLE(value)
    writeWhole(fd, count, at)
  }
  return {
    length: () => length,
    append(bytes) {
      for (let from = 0; from < bytes.byteLength; ) {
        const piece = bytes.subarray(from, from + roomAt(length))
        // Told before, so that a reader knows that what it just read may be overwritten.
        tell(RESERVED_AT, length + piece.byteLength)
        writeWhole(fd, piece, placeOf(length))
        length += piece.byteLength
        tell(WRITTEN_AT, length)
        from += piece.byteLength
      }
    },
    leaveOut(bytes) {
      if (!hasGap) tell(GAP_FROM_AT, length)
      hasGap = true
      length += bytes
      tell(RESERVED_AT, length)
      tell(GAP_TO_AT, length)
      tell(WRITTEN_AT, length)
    },
  }
}

export function spoolReader(fd: number): SpoolReader {
  const told = (at: number) => {
    const count = Buffer.alloc(8)
    return readSync(fd, count, 0, 8, at) === 8 ? count.readDoubleLE() : 0
  }
  const isThere = (from: number, to: number) => {
    if (to <= KEPT_BYTES) return true
    const isInGap = to > told(GAP_FROM_AT) && from < told(GAP_TO_AT)
    return !isInGap && firstBehindHead(told(RESERVED_AT)) <= Math.max(from, KEPT_BYTES)
  }
  return {
    length: () => told(WRITTEN_AT),
    read(offset, maxBytes, room) {
      const wanted = Math.max(0, Math.min(maxBytes, told(WRITTEN_AT) - offset))
      const bytes = room ? room.subarray(0, wanted) : Buffer.allocUnsafe(wanted)
      for (let done = 0; done < bytes.length; ) {
        const at = offset + done
        const count = readSync(fd, bytes, done, Math.min(bytes.length - done, roomAt(at)), placeOf(at))
        if (count === 0) throw new Error(`the log's spool ends at ${at} of ${told(WRITTEN_AT)}`)
        done += count
      }
      return isThere(offset, offset + bytes.length) ? bytes : null
    },
    gapEnd: () => told(GAP_TO_AT),
  }
}

/** From where on the bytes behind the head are there. */
function firstBehindHead(reserved: number): number {
  return Math.max(KEPT_BYTES, reserved - RING_BYTES)
}

function placeOf(offset: number): number {
  if (offset < KEPT_BYTES) return HEADER_BYTES + offset
  return HEADER_BYTES + KEPT_BYTES + ((offset - KEPT_BYTES) % RING_BYTES)
}

/** How many bytes from there on lie one after the other in the file. */
function roomAt(offset: number): number {
  if (offset < KEPT_BYTES) return KEPT_BYTES - offset
  return RING_BYTES - ((offset - KEPT_BYTES) % RING_BYTES)
}

function writeWhole(fd: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.byteLength; ) done += writeSync(fd, bytes, done, bytes.byteLength - done, at + done)
}

/** How much room the file takes. */
export function spoolSize(fd: number): number {
  return fstatSync(fd).size
}
