import { readSync, rmSync, write } from 'node:fs'
import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CopiedStream, type Copy, openCopy } from './copy.ts'

// The process between the command and our own output: it passes on what comes, at once and as it is, and lays a masked
// copy into the spool. It is one of its own, so that the command keeps its streams when buildpass is killed.

/** What the relay is told on its command line. */
export type RelayPlan = {
  readonly spool: number
  readonly streams: readonly RelayedStream[]
  /** Removed when all has come, by whoever is left to do it. */
  readonly folder: string | null
}

export type RelayedStream = {
  /** The end of a pipe to read from. */
  readonly from: number
  /** Where to write it to; null for what script(1) has shown already. */
  readonly to: 1 | 2 | null
  /** Whether script(1) of util-linux writes it, which puts lines of its own around it. */
  readonly isTypescript: boolean
}

/** `begin` has what is to be masked, each in Latin-1; `ended` says that the command has ended. */
export type RelayOrder = { readonly kind: 'begin'; readonly masked: readonly string[] } | { readonly kind: 'ended' }

/** All that the command wrote until it ended has been passed on, and its copy is whole but for a failure. */
export type RelayNews = { readonly kind: 'drained'; readonly failure: string | null }

const BUFFER_BYTES = 65_536
/** How long to wait where another process made our output non-blocking, and it is full. */
const FULL_MS = 5

/** Passes the streams of the plan on until they end. */
export function relay({ spool, streams, folder }: RelayPlan): void {
  // What is meant for the command or for buildpass reaches these themselves.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const)
    process.on(signal, () => {})
  let copy: Copy | null = null
  const passed: Passed[] = []
  let isTold = false
  const tellDrained = (then: () => unknown = () => {}) => {
    if (isTold || !process.connected) return then()
    isTold = true
    process.send?.({ kind: 'drained', failure: copy?.failure() ?? null } satisfies RelayNews, then)
  }
  const begin = () => {
    for (const stream of streams) passed.push(passOn(stream, copy?.stream(stream.isTypescript) ?? null))
    Promise.all(passed.map(({ isOver }) => isOver)).then(() => {
      if (folder !== null) rmSync(folder, { recursive: true, force: true })
      endCopy()
      tellDrained(() => process.connected && process.disconnect())
    })
  }
  const endCopy = () => {
    if (!isTold) copy?.end()
  }
  process.on('message', async (order: RelayOrder) => {
    if (order.kind === 'begin') {
      copy = openCopy(
        spool,
        order.masked.map((text) => Buffer.from(text, 'latin1')),
      )
      return begin()
    }
    await Promise.all(passed.map(({ drain }) => drain()))
    // What others that the command left behind still write is passed on, and is no longer its log.
    endCopy()
    tellDrained()
  })
  process.once('disconnect', () => {
    copy?.abandon()
    if (passed.length === 0) begin()
  })
}

type Passed = {
  readonly isOver: Promise<void>
  /** Passes on all that is in the pipe by now, and ends the copy. */
  readonly drain: () => Promise<void>
}

function passOn({ from, to }: RelayedStream, copied: CopiedStream | null): Passed {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  let working: Promise<void> = Promise.resolve()

  /** The copy is made while the system writes. */
  const take = async (count: number) => {
    const bytes = buffer.subarray(0, count)
    const written = to === null ? null : writeWhole(to, bytes)
    copied?.push(bytes)
    await written
  }

  const socket = new Socket({
    fd: from,
    readable: true,
    writable: false,
    onread: {
      buffer,
      callback(count) {
        // A reader that is gone, like `head`, is told to the command in the usual way: its pipe breaks.
        working = take(count).then(resume, () => void socket.destroy())
        return false
      },
    },
  })
  const resume = () => void socket.resume()
  const isOver = new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
  })
  socket.once('end', () => socket.destroy())
  socket.on('error', () => {}) // `close` follows.
  socket.resume()

  return {
    isOver,
    async drain() {
      socket.pause()
      await working
      socket.pause()
      try {
        for (let count = readNow(from, buffer); count > 0 && !socket.destroyed; count = readNow(from, buffer))
          await take(count)
      } catch {
        socket.destroy() // As above: nobody reads any more.
      }
      resume()
    },
  }
}

/** What is in the pipe; 0 where there is nothing by now, or it has ended. */
function readNow(fd: number, buffer: Buffer): number {
  try {
    return readSync(fd, buffer)
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return 0
    throw error
  }
}

async function writeWhole(fd: number, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += await writeSome(fd, bytes.subarray(done))
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error
      await sleep(FULL_MS)
    }
  }
}

function writeSome(fd: number, bytes: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, bytes, (error, count) => (error ? reject(error) : resolve(count)))
  })
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
