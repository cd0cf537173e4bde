import type { DataKeys } from '../../domain/formats/sealed-text.ts'
import type { OutboundRequest } from '../../domain/notices/outbound-request.ts'
import { type AllowedHosts, outboundUrlProblem } from '../../domain/notices/outbound-url.ts'
import { isWorthRetrying, retryAfterSecondsIn } from '../../domain/notices/outbox.ts'
import { askOutside } from '../../outside/ask.ts'
import type { Mailer } from '../../outside/mail.ts'

/** What sending a message needs beside the stores. */
export type SendSettings = {
  readonly dataKeys: DataKeys
  readonly allowedHosts: AllowedHosts
  readonly publicOrigin: string | null
  readonly linkOrigin: string | null
  readonly mailer: Mailer | null
}

/** Whether the queue should bring the message again, and when. */
export type SendOutcome = { readonly kind: 'done' } | { readonly kind: 'again'; readonly afterSeconds: number }

/** What came of a request: the answer, or why there is none. */
export type Sent =
  | { readonly ok: true; readonly status: number; readonly answer: unknown }
  | {
      readonly ok: false
      readonly status: number | null
      readonly problem: string
      readonly isWorthRetrying: boolean
      readonly retryAfterSeconds: number | null
    }

const TIMEOUT_MS = 15_000
const MAX_ANSWER_BYTES = 65_536

/** Sends a request to a receiver; it throws nothing. */
export async function sendRequest(
  { allowedHosts }: Pick<SendSettings, 'allowedHosts'>,
  { url, headers, body, meaningOf }: OutboundRequest,
  now: number,
): Promise<Sent> {
  // The URL was checked when it was set, but the deployment's rules may have become stricter since.
  const refused = outboundUrlProblem(url, allowedHosts)
  if (refused) return { ok: false, status: null, problem: `The URL ${refused}.`, ...NEVER }
  try {
    const boxes = { boxMs: TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES, readsRefusals: meaningOf !== undefined }
    const { status, headers: said, text } = await askOutside(url, { method: 'POST', headers, body, ...boxes })
    const isTaken = status >= 200 && status < 300
    const meaning = isTaken ? 'delivered' : (meaningOf?.(status, jsonIn(text)) ?? null)
    if (meaning === 'delivered') return { ok: true, status, answer: jsonIn(text) }
    const problem = status >= 300 && status < 400 ? 'It redirects, which is not followed.' : `It answered ${status}.`
    const retryAfterSeconds = retryAfterSecondsIn(said, now)
    const isLimited = status === 403 && retryAfterSeconds !== null
    return {
      ...{ ok: false, status, problem, retryAfterSeconds },
      isWorthRetrying: meaning === 'again' || isLimited || isWorthRetrying(status),
    }
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError'
    const problem = isLate ? `It did not answer within ${TIMEOUT_MS / 1000} s.` : 'It could not be reached.'
    return { ok: false, status: null, problem, isWorthRetrying: true, retryAfterSeconds: null }
  }
}

const NEVER = { isWorthRetrying: false, retryAfterSeconds: null }

/** The answer as JSON, in which only the run's id is looked for; null where it is something else. */
function jsonIn(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return null // The receiver took the message, whatever it answered.
  }
}
