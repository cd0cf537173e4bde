import type { Actor } from '../access/actor.ts'
import type { Listener, OutboxEvent } from './dispatch-target.ts'
import type { NoticeKind } from './notice.ts'

/**
 * The state of a message. `dropped`: before it was sent, its build was canceled, a newer message replaced it, or its
 * receiver was removed. `refused`: whoever asked for it has lost the right, or asked another dispatch target.
 */
export type OutboxState = 'pending' | 'delivered' | 'failed' | 'dropped' | 'refused'

/** Who asked for a message, and by what right, which is checked again before it is sent. */
export type StartedBy = Omit<Actor, 'from'>

export type OutboxParams = {
  readonly parameters?: Readonly<Record<string, string | number | boolean>>
  /** The number of the build that a retry repeats. */
  readonly retryOf?: number
  /** The target's id of the run that is to stop. */
  readonly remoteId?: string
}

/** A message as the API lists it, without its body. Times are epoch milliseconds. */
export type OutboxEntry = {
  readonly id: string
  readonly event: OutboxEvent
  readonly receiver: Listener['kind'] | 'dispatch-target' | 'mail'
  readonly state: OutboxState
  readonly attempts: number
  readonly responseStatus: number | null
  readonly problem: string | null
  readonly remoteId: string | null
  /** The listener, and what it is called; null of others. */
  readonly listenerId: string | null
  readonly listener: Listener | null
  /** What a notice is about. */
  readonly notice: NoticeKind | null
  /** Null where the message is about a workflow as a whole, or a notice. */
  readonly buildNum: number | null
  readonly createdAt: number
  readonly lastAttemptAt: number | null
}

/** Waits between attempts, about a day in all; after the last attempt the message has failed. */
const BACK_OFF_SECONDS = [5, 30, 300, 1_800, 7_200, 21_600, 43_200] as const
// The longest delay of a Cloudflare queue.
const MAX_DELAY_SECONDS = 43_200

/** How long to wait after the `attempts`th attempt; null when it was the last. */
export function backOffSecondsAfter(attempts: number, retryAfterSeconds: number | null): number | null {
  const wait = BACK_OFF_SECONDS[attempts - 1]
  if (wait === undefined) return null
  return Math.min(MAX_DELAY_SECONDS, Math.max(wait, retryAfterSeconds ?? 0))
}

/** Whether the same request may succeed later. */
export function isWorthRetrying(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500
}
