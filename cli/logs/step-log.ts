import { randomUUID } from 'node:crypto'
import type { Server } from '../server/server.ts'
import { reportStep } from '../terminal/step.ts'
import { type LogSending, startSendingLog } from './send-log.ts'
import type { SpoolReader } from './spool.ts'

/** One command as a step of a build, with its log where one is made. */
export type StepLog = {
  /** Tells the server that the step runs, and begins to send the log. */
  readonly begin: (server: Server, num: number) => Promise<void>
  /** Whether the server has such steps: null where it has not been asked yet. */
  readonly isKept: () => boolean | null
  /** Tells how it ended; false where the server has no such steps. */
  readonly end: (server: Server, num: number, how: StepEnd) => Promise<boolean>
  /** Sends what is left of the log, for as long as it moves. */
  readonly sendRest: (retryMs: number) => Promise<void>
}

export type StepEnd = {
  readonly status: 'success' | 'failed' | 'canceled'
  readonly stoppedAt: Date
  readonly exitCode: number
}

type Options = {
  readonly name: string
  readonly startedAt: Date
  readonly log: SpoolReader | null
  readonly onMoved: () => void
}

/** A step with a key of its own: the next call with the same name is another step. */
export function openStepLog({ name, startedAt, log, onMoved }: Options): StepLog {
  const step = { key: `buildpass:${randomUUID()}`, name, start_time: startedAt.toISOString() }
  let kept: boolean | null = null
  let isEnding = false
  let sending: LogSending | null = null
  const send = (server: Server, num: number, number: number) => {
    if (log && !sending) sending = startSendingLog({ server, num, step: number }, log, onMoved)
  }

  return {
    async begin(server, num) {
      if (isEnding) return
      const number = await reportStep(server, num, { ...step, status: 'running' })
      kept = number !== null
      if (number !== null) send(server, num, number)
    },
    isKept: () => kept,
    async end(server, num, { status, stoppedAt, exitCode }) {
      isEnding = true
      const times = { end_time: stoppedAt.toISOString() }
      const number = await reportStep(server, num, { ...step, ...times, status, exit_code: exitCode })
      kept = number !== null
      if (number !== null) send(server, num, number)
      return kept
    },
    sendRest: async (retryMs) => sending?.finish(retryMs),
  }
}
