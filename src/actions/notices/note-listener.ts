import { INSTANCE } from '../../domain/access/actor.ts'
import { type Listener, listenerName } from '../../domain/notices/dispatch-target.ts'
import type { OpenedListener } from '../../storage/notices/listeners.ts'
import { failureStatement, isPausedAt, noteArrival } from '../../storage/notices/notice-messages.ts'
import { noticeStatements } from '../../storage/notices/notices.ts'
import { enqueue, listWaiting, queuedOf, type SendAttempt } from '../../storage/notices/outbox.ts'
import type { Stores, WriteStores } from '../../storage/stores.ts'
import { commit } from '../../storage/tokens/rights.ts'

type NoticeStores = WriteStores & Pick<Stores, 'queue' | 'warn'>

/**
 * Keeps count of how a listener does. One that is back gets what waits for it; one that failed for a day is paused, and the
 * admins are told in the same transaction.
 */
export async function noteListener(
  stores: NoticeStores,
  { id, projectId, listener }: Pick<OpenedListener, 'id' | 'projectId' | 'listener'>,
  attempt: Pick<SendAttempt, 'state' | 'responseStatus'> & { readonly problem?: string },
): Promise<void> {
  const { db } = stores
  if (attempt.state === 'delivered') {
    if (await noteArrival(db, id)) await enqueue(stores, await listWaiting(db, id))
    return
  }
  if (!isOfReceiver(listener, attempt.responseStatus)) return
  const now = stores.now()
  const { problem = '' } = attempt
  const receiver = { id, kind: listener.kind, name: listenerName(listener) }
  const [, ...told] = await commit(stores, INSTANCE, [
    failureStatement(db, id, problem, now),
    ...noticeStatements(db, {
      ...{ id: crypto.randomUUID(), projectId, at: now, guard: isPausedAt(id, now) },
      facts: { kind: 'receiver.paused', receiver, problem },
    }),
  ])
  await enqueue(stores, told.flatMap(queuedOf))
}

/** Whether an answer says something of the receiver, and not of the one message, as 422 for an unknown commit does. */
function isOfReceiver({ kind }: Listener, status: number | null): boolean {
  // GitLab's word for a commit that it does not know, too.
  if (kind === 'gitlab-status' && status === 404) return false
  return status === null || status >= 500 || [401, 403, 404, 408, 410, 425, 429].includes(status)
}
