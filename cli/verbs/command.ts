import { isatty } from 'node:tty'
import { visibleLine } from '../../src/domain/formats/visible-text.ts'
import { clipped } from '../../src/domain/tests/test-result.ts'
import { type Capture, type Started, startOn } from '../logs/capture.ts'
import { exitCodeOfSignal } from '../terminal/interrupt.ts'
import { say } from '../terminal/say.ts'
import { systemWords } from '../terminal/system-error.ts'

export type Ended = {
  readonly code: number
  /** The signal that ended the command. */
  readonly signal: NodeJS.Signals | null
  /** The signal to stop that `buildpass` passed on. */
  readonly stoppedBy: NodeJS.Signals | null
  readonly startedAt: Date
  readonly stoppedAt: Date
  /** Why the copy of its output is not whole; null where it is, or none was made. */
  readonly copyFailure: string | null
}

const FORWARDED = [
  ...['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'],
  ...['SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGCONT', 'SIGWINCH'],
] as readonly NodeJS.Signals[]

function isStop(signal: NodeJS.Signals): boolean {
  return signal === 'SIGINT' || signal === 'SIGTERM' || signal === 'SIGHUP' || signal === 'SIGQUIT'
}

/** A command that was told to stop is canceled, even if it ended with code 0. */
export function isCanceled({ signal, stoppedBy }: Ended): boolean {
  return stoppedBy !== null || (signal !== null && isStop(signal))
}

export function statusOf(ended: Ended): 'canceled' | 'success' | 'failed' {
  if (isCanceled(ended)) return 'canceled'
  return ended.code === 0 ? 'success' : 'failed'
}

/** The length to which a program's name is cut in messages. */
const SHOWN_LENGTH = 200

/** How long a command may take to end after SIGTERM before we prepare for SIGKILL. */
const SLOW_STOP_MS = 1_000

type Watch = {
  readonly capture: Capture | null
  readonly startedAt: Date
  readonly onSlowStop: () => void
  readonly onLateSignal: (signal: NodeJS.Signals) => void
}

/** Runs the command with our own stdin and outputs, copied where that is asked; signals that reach us are passed on to it. */
export function runCommand(
  [program = '', ...args]: readonly string[],
  { capture, startedAt, onSlowStop, onLateSignal }: Watch,
): Promise<Ended> {
  return new Promise((resolve) => {
    let started: Started | null = null
    let stoppedBy: NodeJS.Signals | null = null
    let giveUpCopy = (_: string) => {}
    const interrupted = new Promise<string>((given) => {
      giveUpCopy = given
    })
    const settle = async (code: number, signal: NodeJS.Signals | null) => {
      stoppedBy ??= started?.stoppedByKey() ?? null
      started = null
      const stoppedAt = new Date()
      // Somebody may have stopped to read our output, and wait for our end.
      const copyFailure = capture && (await Promise.race([capture.drained(), interrupted]))
      resolve({ code, signal, stoppedBy, startedAt, stoppedAt, copyFailure })
    }
    for (const signal of FORWARDED)
      process.on(signal, () => {
        if (!started) {
          if (!isStop(signal)) return
          giveUpCopy(`ended by ${signal}`)
          return onLateSignal(signal)
        }
        if (isStop(signal)) stoppedBy = signal
        if (signal === 'SIGTERM') setTimeout(() => started && onSlowStop(), SLOW_STOP_MS)
        // At a terminal a key's signal reaches the whole process group, the command included.
        if (started.isOutsideGroup || !(isatty(0) && (signal === 'SIGINT' || signal === 'SIGQUIT')))
          started.kill(signal)
      })
    const refuse = (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ENOENT' || program === ''
      say(
        'stderr',
        `buildpass: ${visibleLine(clipped(program, SHOWN_LENGTH))}: ${isMissing ? 'command not found' : systemWords(error)}\n`,
      )
      settle(isMissing ? 127 : 126, null)
    }
    const begin = (start: Capture['start']) => {
      try {
        const begun = start(program, args)
        started = begun
        begun.child.once('error', refuse)
        begun.child.once('close', (code, signal) => {
          // Where script(1) found no terminal to give, the command goes without.
          if (!begun.isBegun() && stoppedBy === null) return begin(startPlainly)
          settle(signal ? exitCodeOfSignal(signal) : (code ?? 1), signal)
        })
      } catch (error) {
        // Some of the reasons are thrown, others come as an event.
        refuse(error as NodeJS.ErrnoException)
      }
    }
    begin(capture?.start ?? startPlainly)
  })
}

function startPlainly(program: string, args: readonly string[]): Started {
  return startOn('inherit', program, args)
}

/** Signals that end a process without writing its memory to a file. */
const CLEAN: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGKILL', 'SIGPIPE', 'SIGALRM', 'SIGTERM']

/** Ends as the command did: by its signal, so that a shell sees the same, or with its code. */
export function endAs(
  { code, signal }: Pick<Ended, 'code' | 'signal'>,
  reportingCode: number,
  lateSignal: NodeJS.Signals | null,
): void {
  // The command succeeded, but a signal ended the sending.
  const endBy = signal ?? (code === 0 ? lateSignal : null)
  const exitCode = endBy ? exitCodeOfSignal(endBy) : code === 0 ? reportingCode : code
  if (!endBy || !CLEAN.includes(endBy)) process.exit(exitCode)
  process.removeAllListeners(endBy)
  process.kill(process.pid, endBy)
  // Where the signal does not end us: Windows, or the first process of a container.
  setTimeout(() => process.exit(exitCode), 200)
}
