import type { Actor } from '../access/actor.ts'
import { DAY_MS } from '../day.ts'
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
export const BACK_OFF_SECONDS = [5, 30, 300, 1_800, 7_200, 21_600, 43_200] as const
/** The same for notices, one behind the other for each receiver; the last holds until the message is too old. */
const NOTICE_BACK_OFF_SECONDS = [5, 30, 60, 120, 300, 600, 900] as const
export const LONGEST_NOTICE_WAIT_MS = 900_000
/** An hour longer than what pauses a receiver, so that it is paused at an attempt. */
const NOTICE_LIFE_MS = DAY_MS + 3_600_000
// The longest delay of a Cloudflare queue.
const MAX_DELAY_SECONDS = 43_200

/** How long to wait after the `attempts`th attempt; null when it was the last. */
export function backOffSecondsAfter(attempts: number, retryAfterSeconds: number | null): number | null {
  const wait = BACK_OFF_SECONDS[attempts - 1]
  if (wait === undefined) return null
  return Math.min(MAX_DELAY_SECONDS, Math.max(wait, retryAfterSeconds ?? 0))
}

type TriedNotice = { readonly attempts: number; readonly createdAt: number; readonly retryAfterSeconds: number | null }

/** How long to wait after the `attempts`th attempt at a notice; null when it was the last. */
export function noticeBackOffSecondsAfter(
  { attempts, createdAt, retryAfterSeconds }: TriedNotice,
  now: number,
): number | null {
  if (now - createdAt >= NOTICE_LIFE_MS) return null
  return Math.min(MAX_DELAY_SECONDS, Math.max(noticeWaitAfter(attempts), retryAfterSeconds ?? 0))
}

type Tried = { readonly attempts: number; readonly lastAttemptAt: number | null }

/** When a notice is due that its receiver did not take; at once where it was not tried. */
export function noticeDueAt({ attempts, lastAttemptAt }: Tried): number {
  return lastAttemptAt === null ? 0 : lastAttemptAt + noticeWaitAfter(attempts) * 1000
}

function noticeWaitAfter(attempts: number): number {
  return NOTICE_BACK_OFF_SECONDS[attempts - 1] ?? LONGEST_NOTICE_WAIT_MS / 1000
}

/** A receiver that keeps failing is not tried more often than this because something new is there for it. */
const WOKEN_AFTER_MS = 30_000

/** When a new message has the one that waits before it tried again; null where it does not. */
export function wokenAt(
  head: Tried & { readonly responseStatus: number | null },
  { createdAt, isTry }: { readonly createdAt: number; readonly isTry: boolean },
): number | null {
  const { lastAttemptAt, responseStatus } = head
  // Whoever sent it has broken off.
  if (lastAttemptAt === null) return createdAt
  if (lastAttemptAt >= createdAt) return null
  if (isTry) return createdAt
  // Who is asked for too much says when to come again.
  return responseStatus === 429 ? null : lastAttemptAt + WOKEN_AFTER_MS
}

/** Whether the same request may succeed later. */
export function isWorthRetrying(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500
}

/** For how long a refusal wants us to stay away: GitHub says a time instead, and calls its limits 403 as well as 429. */
export function retryAfterSecondsIn(headers: Headers, now: number): number | null {
  const said = headers.get('Retry-After')
  if (said !== null) return positive(/^\d+$/.test(said) ? Number(said) : (Date.parse(said) - now) / 1000)
  if (headers.get('X-RateLimit-Remaining') !== '0') return null
  return positive(Number(headers.get('X-RateLimit-Reset') ?? Number.NaN) - now / 1000)
}

function positive(seconds: number): number | null {
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : null
}
