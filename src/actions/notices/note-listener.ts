import { INSTANCE } from '../../domain/access/actor.ts'
import { listenerName } from '../../domain/notices/dispatch-target.ts'
import type { OpenedListener } from '../../storage/notices/listeners.ts'
import { failureStatement, isPausedAt, listFailedLong, noteArrival } from '../../storage/notices/notice-messages.ts'
import { noticeStatements } from '../../storage/notices/notices.ts'
import { enqueue, queuedOf, type SendAttempt } from '../../storage/notices/outbox.ts'
import type { Stores, WriteStores } from '../../storage/stores.ts'
import { commit } from '../../storage/tokens/rights.ts'

type NoticeStores = WriteStores & Pick<Stores, 'queue' | 'warn'>

/** Keeps count of how a listener does; one that failed for a day is paused, and the admins are told in the same transaction. */
export async function noteListener(
  stores: NoticeStores,
  { id, projectId, listener }: Pick<OpenedListener, 'id' | 'projectId' | 'listener'>,
  attempt: Pick<SendAttempt, 'state' | 'responseStatus'> & { readonly problem?: string },
): Promise<void> {
  const { db } = stores
  if (attempt.state === 'delivered') return noteArrival(db, id)
  if (!isOfReceiver(attempt.responseStatus)) return
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
function isOfReceiver(status: number | null): boolean {
  return status === null || status >= 500 || [401, 403, 404, 408, 410, 425, 429].includes(status)
}

/** Each has five statements: a step of upkeep has forty. */
const MAX_A_STEP = 7

/** Pauses what has failed for a day and got nothing since; whether more may be left. */
export async function pauseFailed(stores: NoticeStores): Promise<boolean> {
  const failed = await listFailedLong(stores.db, stores.now(), MAX_A_STEP)
  for (const { problem, ...listener } of failed)
    await noteListener(stores, listener, { state: 'failed', responseStatus: null, problem })
  return failed.length === MAX_A_STEP
}
