import { setTimeout as sleep } from 'node:timers/promises'

/** What may go well the next time: a lost connection, a busy or failing server. */
export class TransientError extends Error {
  /** How long the server asked us to wait. */
  readonly retryAfterMs: number | null
  /** The HTTP status; null where no answer came. */
  readonly status: number | null
  /** What may never go well, as a name that does not resolve, is not worth the whole budget. */
  readonly isDoubtful: boolean
  /** Some bytes were sent before it failed: then the time for retries starts again. */
  hadProgress = false

  constructor(
    message: string,
    more: { retryAfterMs?: number | null; status?: number | null; isDoubtful?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause })
    this.retryAfterMs = more.retryAfterMs ?? null
    this.status = more.status ?? null
    this.isDoubtful = more.isDoubtful ?? false
  }
}

export type RetryOptions = {
  /** Gives up when it has failed for this long. */
  readonly budgetMs: number
  readonly signal: AbortSignal
  readonly onRetry: (error: TransientError, delayMs: number) => void
  /** For tests. */
  readonly random?: () => number
}

const FIRST_DELAY_MS = 500
const MAX_DELAY_MS = 20_000
const MAX_DOUBTFUL_RETRIES = 2

/** Runs `attempt` until it succeeds, fails for good, or has done nothing but fail for too long. */
export async function withRetries<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  let failingSince: number | null = null
  let retry = 0
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof TransientError) || options.signal.aborted) throw error
      if (error.hadProgress || failingSince === null) {
        failingSince = performance.now()
        retry = 0
      }
      const delayMs = delayFor(retry, error.retryAfterMs, options.random)
      const isLate = performance.now() - failingSince + delayMs > options.budgetMs
      if (isLate || (error.isDoubtful && retry >= MAX_DOUBTFUL_RETRIES)) throw error
      options.onRetry(error, delayMs)
      await sleep(delayMs, undefined, { signal: options.signal })
      retry += 1
    }
  }
}

/** Doubling, with full jitter, so that many clients do not come back together; never before the server said. */
export function delayFor(retry: number, retryAfterMs: number | null, random: () => number = Math.random): number {
  const backOff = random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** retry)
  return retryAfterMs === null ? Math.max(50, backOff) : retryAfterMs + random() * Math.min(1_000, retryAfterMs / 4)
}

/** `Retry-After`: seconds, or a date (RFC 9110 §10.2.3). */
export function parseRetryAfter(header: string | null, now: number): number | null {
  if (header === null) return null
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}
