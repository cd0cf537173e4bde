import { setMaxListeners } from 'node:events'
import { constants } from 'node:os'

/** The person, or the CI, wants us to stop. */
export class Interrupted extends Error {
  readonly exitCode: number

  constructor(signal: NodeJS.Signals) {
    super(`ended by ${signal}`)
    this.exitCode = exitCodeOfSignal(signal)
  }
}

export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return 128 + (constants.signals[signal] ?? 1)
}

/** For any number of requests at once: Node warns of more than ten that wait for the same signal. */
export function openAbort(): AbortController {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  return controller
}

/** Aborted by the first SIGINT, SIGTERM or SIGHUP; a second one ends the process as if we were not there. */
export function abortOnSignals(): AbortSignal {
  const controller = openAbort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => controller.abort(new Interrupted(signal)))
  return controller.signal
}
