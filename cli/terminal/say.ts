import { fstatSync, statSync, writeSync } from 'node:fs'
import { Writable } from 'node:stream'
import { isatty } from 'node:tty'
import { isSystemError, systemFailure } from './system-error.ts'

/**
 * Writes it all before it returns, and past Node's own streams: these make a pipe non-blocking for everybody who has it,
 * the command of `run` included, and end the process when nobody reads any more.
 */
export function say(where: 'stdout' | 'stderr', text: string | Uint8Array): void {
  try {
    writeAll(where === 'stdout' ? 1 : 2, text)
  } catch (error) {
    // There is nobody left to tell; and who reads no further, as `head`, has what was wanted.
    if (where === 'stdout' && !isUnread(error)) throw systemFailure(error, 'standard output')
  }
}

/** As `say` on standard output, but for what must be read: throws also where nobody does. */
export function sayToReader(text: string): void {
  try {
    writeAll(1, text)
  } catch (error) {
    throw systemFailure(error, 'standard output')
  }
}

/** As `say` on standard output, for what stderr has told of in words already: that it cannot be written is no news. */
export function sayIfWritable(text: string): void {
  try {
    writeAll(1, text)
  } catch (error) {
    if (!isSystemError(error)) throw error
  }
}

/** Whether what is written there is lost: to the null device, which Node also puts in the place of what is closed. */
export function isNowhere(where: 'stdout' | 'stderr'): boolean {
  if (process.platform === 'win32') return false
  const place = fstatSync(where === 'stdout' ? 1 : 2)
  return place.isCharacterDevice() && place.rdev === statSync('/dev/null').rdev
}

function writeAll(fd: number, text: string | Uint8Array): void {
  let left: Uint8Array = typeof text === 'string' ? Buffer.from(text) : text
  while (left.byteLength > 0) {
    try {
      left = left.subarray(writeSync(fd, left))
    } catch (error) {
      if (!isFull(error)) throw error
      Atomics.wait(PAUSE, 0, 0, 10)
    }
  }
}

/**
 * Takes the place of Node's own streams, which Node itself opens on the way: destroying any socket asks for `stderr`.
 * A terminal's do no harm, as they open it anew.
 */
export function replaceOutputStreams(): void {
  for (const [name, fd] of [
    ['stdout', 1],
    ['stderr', 2],
  ] as const) {
    if (isatty(fd)) continue
    const value = new Writable({
      write(chunk: Uint8Array, _encoding, done) {
        say(name, chunk)
        done()
      },
    })
    Object.defineProperty(process, name, { configurable: true, value })
  }
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4))

/** Somebody else made the pipe non-blocking. */
function isFull(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EAGAIN'
}

function isUnread(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EPIPE'
}
