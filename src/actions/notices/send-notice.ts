import { hearsOfBuilds } from '../../domain/notices/dispatch-target.ts'
import { type NoticeMessage, noticeMailFor, noticeRequestFor } from '../../domain/notices/notice-requests.ts'
import { noticeBackOffSecondsAfter, noticeDueAt, wokenAt } from '../../domain/notices/outbox.ts'
import { sendMail } from '../../outside/mail.ts'
import { type OpenedListener, openListener } from '../../storage/notices/listeners.ts'
import {
  claimNotices,
  dropNotices,
  findMailAddress,
  findNext,
  type NoticeClaim,
  recordNoticeAttempt,
} from '../../storage/notices/notice-messages.ts'
import { enqueue, findOutboxRow, isOfNotice, type NoticeRow, type SendAttempt } from '../../storage/notices/outbox.ts'
import type { Stores } from '../../storage/stores.ts'
import { noteListener } from './note-listener.ts'
import { type SendOutcome, type SendSettings, type Sent, sendRequest } from './send-request.ts'

const DONE: SendOutcome = { kind: 'done' }

/**
 * Tries to send a message about notices, alone or with all that wait for the same receiver, and stores the outcome. As with
 * other messages the same one is never sent twice at once, and again only where the Worker breaks off in between.
 */
export async function sendNotice(stores: Stores, settings: SendSettings, row: NoticeRow): Promise<SendOutcome> {
  // It was tried meanwhile, for something newer.
  const waitMs = noticeDueAt(row) - stores.now()
  return waitMs > 0 ? { kind: 'again', afterSeconds: Math.ceil(waitMs / 1000) } : sendNow(stores, settings, row)
}

async function sendNow(stores: Stores, settings: SendSettings, row: NoticeRow): Promise<SendOutcome> {
  const receiver = await receiverOf(stores, settings, row)
  if ('problem' in receiver) {
    await dropNotices(stores.db, row, receiver.problem, stores.now())
    return DONE
  }
  const claim = await claimNotices(stores.db, row, stores.now())
  if (claim.kind === 'over') return DONE
  if (claim.kind === 'busy') return { kind: 'again', afterSeconds: claim.afterSeconds }
  if (claim.kind === 'behind') return wake(stores, settings, row, claim)
  const [first, ...others] = claim.notices
  if (!first) return DONE
  const message = {
    id: row.id,
    notices: [first, ...others],
    origin: settings.linkOrigin,
    now: stores.now(),
  } as const
  const sent = await receiver.send(message)
  const tried = { attempts: row.attempts + 1, createdAt: row.createdAt }
  const afterSeconds =
    sent.ok || !isWorthRetrying(sent)
      ? null
      : noticeBackOffSecondsAfter({ ...tried, retryAfterSeconds: sent.retryAfterSeconds }, stores.now())
  const attempt: SendAttempt = sent.ok
    ? { state: 'delivered', responseStatus: sent.status, remoteId: null }
    : { state: afterSeconds === null ? 'failed' : 'pending', responseStatus: sent.status, problem: sent.problem }
  await recordNoticeAttempt(stores.db, row, attempt, stores.now())
  if (receiver.listener) await noteListener(stores, receiver.listener, attempt)
  if (afterSeconds !== null) return { kind: 'again', afterSeconds }
  // What waited for it need not wait out its own time.
  const next = await findNext(stores.db, row.listenerId, row.userId)
  if (next !== null) await enqueue(stores, [{ id: next }])
  return DONE
}

/**
 * Has what waits before a new message tried again, since its receiver may be back. Whatever comes of it: what is before sends
 * for the next one when it is done, and its own message of the queue brings it again.
 */
async function wake(
  stores: Stores,
  settings: SendSettings,
  row: NoticeRow,
  { head, isTry }: Extract<NoticeClaim, { kind: 'behind' }>,
): Promise<SendOutcome> {
  const at = head.isInHand ? null : wokenAt(head, { createdAt: row.createdAt, isTry })
  if (at === null) return DONE
  const waitMs = at - stores.now()
  if (waitMs > 0) return { kind: 'again', afterSeconds: Math.ceil(waitMs / 1000) }
  const before = await findOutboxRow(stores.db, head.id)
  if (before && isOfNotice(before) && before.state === 'pending') await sendNow(stores, settings, before)
  return DONE
}

/** A chat that refuses may be mended within a day; what is gone for good says so. */
function isWorthRetrying({ status, isWorthRetrying }: Extract<Sent, { ok: false }>): boolean {
  return isWorthRetrying || (status !== null && status !== 410)
}

type Receiver =
  | {
      readonly send: (message: NoticeMessage) => Promise<Sent>
      /** Null for mail. */
      readonly listener: OpenedListener | null
    }
  | { readonly problem: string }

async function receiverOf({ db, warn }: Stores, settings: SendSettings, row: NoticeRow): Promise<Receiver> {
  if (row.userId !== null) {
    const { mailer } = settings
    if (mailer === null) return { problem: 'This deployment sends no mail.' }
    const address = await findMailAddress(db, row.userId)
    if (address === null) return { problem: 'They have no confirmed address.' }
    return { send: (message) => mailed(() => sendMail(mailer, address, noticeMailFor(message)), warn), listener: null }
  }
  const opened = row.listenerId === null ? null : await openListener(db, settings.dataKeys, row.listenerId)
  if (!opened) return { problem: 'The listener was deleted.' }
  const { listener, secret, isPaused } = opened
  if (isPaused) return { problem: 'The receiver is paused.' }
  if (secret === null)
    return { problem: 'Its secret cannot be read with the DATA_KEY of this deployment: set it again.' }
  if (listener.kind === 'github-status' || hearsOfBuilds(listener)) return { problem: 'It gets no notices.' }
  const send = async (message: NoticeMessage) =>
    sendRequest(settings, await noticeRequestFor(listener, secret, message), message.now)
  return { send, listener: opened }
}

async function mailed(send: () => Promise<void>, warn: Stores['warn']): Promise<Sent> {
  try {
    await send()
    return { ok: true, status: 250, answer: null }
  } catch (error) {
    warn('mail_failed', error)
    return {
      ...{ ok: false, status: null, problem: 'The mail was not taken.' },
      ...{ isWorthRetrying: true, retryAfterSeconds: null },
    }
  }
}
