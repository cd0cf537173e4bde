import type { Actor } from '../access/actor.ts'
import type { Listener, OutboxEvent } from './dispatch-target.ts'

/**
 * How a message to the outside stands. `dropped`: what it was about was canceled, told anew, or its receiver removed,
 * before. `refused`: whoever asked for it may not any more, or asked it of another target.
 */
export type OutboxState = 'pending' | 'delivered' | 'failed' | 'dropped' | 'refused'

/** Who asked for something that is sent later, and by what right, which is read again before it is sent. */
export type StartedBy = Omit<Actor, 'from'>

export type OutboxParams = {
  readonly parameters?: Readonly<Record<string, string | number | boolean>>
  /** The number of the build that a retry repeats. */
  readonly retryOf?: number
  /** The id under which the target knows the run that is to stop. */
  readonly remoteId?: string
}

/** A message to the outside as it is shown: never what was sent. Times are epoch milliseconds. */
export type OutboxEntry = {
  readonly id: string
  readonly event: OutboxEvent
  readonly receiver: Listener['kind'] | 'dispatch-target'
  readonly state: OutboxState
  readonly attempts: number
  readonly responseStatus: number | null
  readonly problem: string | null
  readonly remoteId: string | null
  /** Null where it is about a run as a whole. */
  readonly buildNum: number | null
  readonly createdAt: number
  readonly lastAttemptAt: number | null
}

/** Waits between attempts; after the last one it has failed for good: about a day in all. */
const BACK_OFF_SECONDS = [5, 30, 300, 1_800, 7_200, 21_600, 43_200] as const
// The longest delay of a Cloudflare queue.
const MAX_DELAY_SECONDS = 43_200

/** How long to wait after the `attempts`th attempt; null when it was the last. */
export function backOffSecondsAfter(attempts: number, retryAfterSeconds: number | null): number | null {
  const wait = BACK_OFF_SECONDS[attempts - 1]
  if (wait === undefined) return null
  return Math.min(MAX_DELAY_SECONDS, Math.max(wait, retryAfterSeconds ?? 0))
}

/** Whether the same request may fare better later. */
export function isWorthRetrying(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500
}
