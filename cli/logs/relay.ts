import { readSync, rmSync, write } from 'node:fs'
import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Masker, openMasker } from './mask.ts'
import { spoolWriter } from './spool.ts'
import { openTypescript } from './typescript.ts'

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
  const writer = spoolWriter(spool)
  let failure: string | null = null
  let isWanted = true
  const record = (parts: readonly Uint8Array[]) => {
    try {
      for (const part of parts) if (isWanted) writer.append(part)
    } catch (error) {
      // A full disk is no reason to disturb the command.
      failure = error instanceof Error ? error.message : String(error)
      isWanted = false
    }
  }
  const passed: Passed[] = []
  let isTold = false
  const tellDrained = (then: () => unknown = () => {}) => {
    if (isTold || !process.connected) return then()
    isTold = true
    process.send?.({ kind: 'drained', failure } satisfies RelayNews, then)
  }
  const begin = (masked: readonly Uint8Array[]) => {
    for (const stream of streams) passed.push(passOn(stream, openMasker(masked), record))
    Promise.all(passed.map(({ isOver }) => isOver)).then(() => {
      if (folder !== null) rmSync(folder, { recursive: true, force: true })
      tellDrained(() => process.connected && process.disconnect())
    })
  }
  process.on('message', async (order: RelayOrder) => {
    if (order.kind === 'begin') return begin(order.masked.map((text) => Buffer.from(text, 'latin1')))
    await Promise.all(passed.map(({ drain }) => drain()))
    // What others that the command left behind still write is passed on, and is no longer its log.
    isWanted = false
    tellDrained()
  })
  process.once('disconnect', () => {
    isWanted = false
    if (passed.length === 0) begin([])
  })
}

type Passed = {
  readonly isOver: Promise<void>
  /** Passes on all that is in the pipe by now, and ends the copy. */
  readonly drain: () => Promise<void>
}

function passOn(
  { from, to, isTypescript }: RelayedStream,
  masker: Masker,
  record: (parts: readonly Uint8Array[]) => void,
): Passed {
  const typescript = isTypescript ? openTypescript() : null
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  let isCopied = true
  let working: Promise<void> = Promise.resolve()

  const copy = (bytes: Buffer) => {
    if (!isCopied) return
    for (const part of typescript ? typescript.push(bytes) : [bytes]) record(masker.push(part))
  }
  const endCopy = () => {
    if (!isCopied) return
    isCopied = false
    for (const part of typescript?.end() ?? []) record(masker.push(part))
    record(masker.end())
  }
  /** The copy is made while the system writes. */
  const take = async (count: number) => {
    const bytes = buffer.subarray(0, count)
    const written = to === null ? null : writeWhole(to, bytes)
    copy(bytes)
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
    socket.once('close', () => {
      endCopy()
      resolve()
    })
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
        socket.destroy()
      }
      endCopy()
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
