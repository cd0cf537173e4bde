import type { NoticeFacts } from '../../../src/domain/notices/notice.ts'
import { noticeInbox, notices } from '../../../src/storage/schema/schema-notices.ts'
import type { Stores } from '../../../src/storage/stores.ts'

/** A notice under the bell of these people, unread; gives its id. */
export async function seedNotice(
  { db, now }: Pick<Stores, 'db' | 'now'>,
  {
    facts,
    project,
    people,
    at = now(),
  }: {
    readonly facts: NoticeFacts
    readonly project: { readonly id: string } | null
    readonly people: readonly { readonly id: string }[]
    readonly at?: number
  },
): Promise<string> {
  const id = crypto.randomUUID()
  await db.insert(notices).values({ id, kind: facts.kind, projectId: project?.id ?? null, facts, createdAt: at })
  for (const person of people) await db.insert(noticeInbox).values({ userId: person.id, noticeId: id, at })
  return id
}
