import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { NOTICES, type NoticeKind, PERSONAL_KINDS, type Place } from '../../domain/notices/notice.ts'
import { members } from '../schema/schema.ts'
import { noticeChoices } from '../schema/schema-notices.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'
import { markReadStatement, type OfPerson } from './notices.ts'

/** What a person chose about one kind: null where they left it. */
export type Choice = { readonly kind: NoticeKind; readonly chosen: Place | null; readonly usual: Place }

/** What a person chose for a project or, without one, for all of theirs. Of a project, `usual` is what they chose for all. */
export async function listChoices(db: Db, userId: string, projectId: string | null): Promise<readonly Choice[]> {
  const { kind, place, projectId: of } = noticeChoices
  const rows = await db
    .select({ kind, place, of })
    .from(noticeChoices)
    .where(
      and(
        eq(noticeChoices.userId, userId),
        projectId === null ? isNull(of) : sql`coalesce(${of}, '') in (${projectId}, '')`,
      ),
    )
  const placeOf = (kind: NoticeKind, project: string | null) =>
    rows.find((row) => row.kind === kind && row.of === project)?.place ?? null
  return PERSONAL_KINDS.map((kind) => {
    const ofAll = placeOf(kind, null)
    if (projectId === null) return { kind, chosen: ofAll, usual: NOTICES[kind].usual }
    return { kind, chosen: placeOf(kind, projectId), usual: ofAll ?? NOTICES[kind].usual }
  })
}

/** Stores what a person chooses; null takes a choice back. */
export async function putChoices(
  stores: Stores,
  { userId, projectId }: { readonly userId: string; readonly projectId: string | null },
  choices: readonly { readonly kind: NoticeKind; readonly place: Place | null }[],
  actor: Actor,
): Promise<void> {
  const { db } = stores
  const statements = choices.map(({ kind, place }) => {
    if (place === null)
      return rawStatement(
        db,
        sql`delete from ${noticeChoices} where user_id = ${userId} and kind = ${kind} and coalesce(project_id, '') = ${projectId ?? ''}`,
      )
    return rawStatement(
      db,
      sql`insert into ${noticeChoices} (user_id, kind, project_id, place) select ${userId}, ${kind}, ${projectId}, ${place}
        where ${projectId} is null or exists (select 1 from ${members} where project_id = ${projectId} and user_id = ${userId})
        on conflict (user_id, kind, coalesce(project_id, '')) do update set place = excluded.place`,
    )
  })
  await commit(stores, actor, statements)
}

/** Marks a person's notices as read: these, or all. */
export async function markRead(
  stores: Stores,
  reach: OfPerson,
  ids: readonly string[] | null,
  actor: Actor,
): Promise<void> {
  await commit(stores, actor, [markReadStatement(stores.db, reach, ids, stores.now())])
}
