import { fstatSync, statSync, writeSync } from 'node:fs'
import { Writable } from 'node:stream'
import { isatty } from 'node:tty'
import { isSystemError, systemFailure } from './system-error.ts'

/**
 * Writes the whole text before it returns, without Node's own streams: these make a pipe non-blocking for every process
 * that has it, such as the command of `run`, and end the process when the reader is gone.
 */
export function say(where: 'stdout' | 'stderr', text: string | Uint8Array): void {
  try {
    writeAll(where === 'stdout' ? 1 : 2, text)
  } catch (error) {
    // A failure on stderr is ignored: there is nowhere else to report it. A reader that is gone, like `head`, has enough.
    if (where === 'stdout' && !isUnread(error)) throw systemFailure(error, 'standard output')
  }
}

/** As `say` on standard output, for text that must be read: throws also if the reader is gone. */
export function sayToReader(text: string): void {
  try {
    writeAll(1, text)
  } catch (error) {
    throw systemFailure(error, 'standard output')
  }
}

/** As `say` on standard output, for text that stderr already has in other words: a failure to write is ignored. */
export function sayIfWritable(text: string): void {
  try {
    writeAll(1, text)
  } catch (error) {
    if (!isSystemError(error)) throw error
  }
}

/** Whether text written there is lost: it goes to the null device, which Node also opens for a closed stream. */
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
 * Replaces Node's own output streams, since Node itself opens `stderr` whenever a socket is destroyed. On a terminal they
 * do no harm, since they open it again.
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

/** Another process made the pipe non-blocking, and it is full. */
function isFull(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EAGAIN'
}

function isUnread(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EPIPE'
}
