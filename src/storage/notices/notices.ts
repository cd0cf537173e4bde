import { and, desc, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm'
import type { Pattern } from '../../domain/access/limits/pattern.ts'
import type { Reach } from '../../domain/access/limits/reach.ts'
import {
  MAX_SHOWN_NOTICES,
  NOTICE_KINDS,
  NOTICES,
  type NoticeFacts,
  type NoticeKind,
} from '../../domain/notices/notice.ts'
import type { SentNotice } from '../../domain/notices/notice-requests.ts'
import { type Slug, slugText } from '../../domain/project.ts'
import { isOpenName, type WhichBranch } from '../builds/branches/open-branches.ts'
import { isAmong } from '../people/reach.ts'
import { members, projects, users } from '../schema/schema.ts'
import { mailAddresses, noticeChoices, noticeInbox, notices } from '../schema/schema-notices.ts'
import { listeners, outbox } from '../schema/schema-outbox.ts'
import { type Db, rawStatement } from '../stores.ts'

/** A notice that is to be made, and for whom. */
export type NewNotice = {
  readonly id: string
  readonly facts: NoticeFacts
  readonly projectId: string | null
  readonly branch?: string | null
  readonly pipelineId?: string | null
  readonly at: number
  /** Of whom the table says `author`: their login. */
  readonly author?: string | null
  /** Of whom the table says `holder`: the ids of those who hold or made the thing. */
  readonly holders?: readonly string[]
  /** It is for feeds alone. */
  readonly isQuiet?: boolean
  /** Only this listener gets it. */
  readonly onlyTo?: string
  /** Whether it is made at all, read in the same transaction. */
  readonly guard: SQL
}

/**
 * The statements that make a notice and give it to whoever is to have it: to channels and by mail as messages of the outbox,
 * whose ids they return.
 */
export function noticeStatements(db: Db, notice: NewNotice) {
  const { id, facts, projectId, branch = null, pipelineId = null, at, guard, onlyTo, isQuiet = false } = notice
  const { kind } = facts
  const made = rawStatement(
    db,
    sql`insert into ${notices} (id, kind, project_id, branch, pipeline_id, facts, created_at)
      select ${id}, ${kind}, ${projectId}, ${branch}, ${pipelineId}, ${JSON.stringify(facts)}, ${at} where ${guard}`,
  )
  if (isQuiet) return [made]
  const isMade = sql`exists (select 1 from ${notices} where id = ${id})`
  const wants =
    onlyTo === undefined
      ? sql`${kind} in (select row.value from json_each(config, '$.notices') as row)`
      : sql`id = ${onlyTo}`
  const toChannels = rawStatement(
    db,
    sql`insert into ${outbox} (id, project_id, listener_id, notice_id, event, state, created_at)
      select lower(hex(randomblob(16))), project_id, id, ${id}, 'notice', 'pending', ${at} from ${listeners}
      where project_id = ${projectId} and paused_at is null and ${wants} and ${isMade}
        and ${notToldOfBranch(kind, pipelineId, sql`select 1 from ${outbox} as o join ${notices} as n on n.id = o.notice_id where o.listener_id = ${listeners.id}`)} returning id`,
  )
  if (onlyTo !== undefined) return [made, toChannels]
  const people = audienceOf(notice)
  const isNew = notToldOfBranch(
    kind,
    pipelineId,
    sql`select 1 from ${noticeInbox} as i join ${notices} as n on n.id = i.notice_id where i.user_id = a.user_id`,
  )
  const place = placeOf(kind, projectId)
  return [
    made,
    toChannels,
    rawStatement(
      db,
      sql`insert into ${noticeInbox} (user_id, notice_id, at) select a.user_id, ${id}, ${at} from (${people}) as a
        where ${isMade} and ${place} <> 'off' and ${isNew}`,
    ),
    rawStatement(
      db,
      sql`insert into ${outbox} (id, project_id, user_id, notice_id, event, state, created_at)
        select lower(hex(randomblob(16))), ${projectId}, a.user_id, ${id}, 'notice', 'pending', ${at} from ${noticeInbox} as a
        where a.notice_id = ${id} and ${place} = 'mail'
          and exists (select 1 from ${mailAddresses} as m where m.user_id = a.user_id and m.confirmed_at is not null) returning id`,
    ),
  ]
}

/** Whoever was told what a pipeline did to the branch is not told of its end and its tests as well: it is one change. */
function notToldOfBranch(kind: NoticeKind, pipelineId: string | null, told: SQL): SQL {
  if ((kind !== 'test.failing' && kind !== 'pipeline.ended') || pipelineId === null) return sql`1`
  return sql`not exists (${told} and n.pipeline_id = ${pipelineId} and n.kind in ('branch.broken', 'branch.fixed'))`
}

/** What a person `a` chose for the project, else for all of theirs, else what is usual. */
function placeOf(kind: NoticeKind, projectId: string | null): SQL {
  const chosen = (project: SQL | string) =>
    sql`(select place from ${noticeChoices} as c where c.user_id = a.user_id and c.kind = ${kind} and coalesce(c.project_id, '') = ${project})`
  const ofAll = sql`coalesce(${chosen('')}, ${NOTICES[kind].usual})`
  return projectId === null ? ofAll : sql`coalesce(${chosen(projectId)}, ${ofAll})`
}

/** The ids of the people whom a notice is for, as `user_id`. Who is no member of its project is not among them. */
function audienceOf({ facts, projectId, author = null, holders = [] }: NewNotice): SQL {
  const ofProject = sql`select user_id from ${members} where project_id = ${projectId}`
  switch (NOTICES[facts.kind].audience) {
    case 'nobody':
      return sql`${ofProject} and 0`
    case 'followers':
      return sql`${ofProject} and followed = 1`
    case 'admins':
      return sql`${ofProject} and role = 'admin'`
    case 'author':
      return sql`${ofProject} and user_id = (select id from ${users} where lower(login) = lower(${author}))`
    case 'holder': {
      const among = sql`(select row.value from json_each(${JSON.stringify(holders)}) as row)`
      return projectId === null
        ? sql`select id as user_id from ${users} where id in ${among}`
        : sql`${ofProject} and (role = 'admin' or user_id in ${among})`
    }
  }
}

type NoticeRow = Omit<SentNotice, 'slug'> & { readonly project: Slug | null }

const COLUMNS = {
  id: notices.id,
  facts: notices.facts,
  createdAt: notices.createdAt,
  project: { vcs: projects.vcs, org: projects.org, repo: projects.repo },
}

function shown({ project, ...notice }: NoticeRow): SentNotice {
  return { ...notice, slug: project && slugText(project) }
}

export type InboxNotice = SentNotice & { readonly readAt: number | null }

/** A person; by a token that is limited to some projects, of those alone. */
export type OfPerson = Pick<Reach, 'userId' | 'projects'>

/** The newest notices of a person, of these kinds. */
export async function listInbox(
  db: Db,
  reach: OfPerson,
  kinds: readonly NoticeKind[] = NOTICE_KINDS,
): Promise<readonly InboxNotice[]> {
  const rows = await inboxQuery(db, reach, kinds)
  return rows.map(({ readAt, ...row }) => ({ ...shown(row), readAt }))
}

/** That notice, if it is one of a person's. */
export async function findInInbox(db: Db, reach: OfPerson, id: string): Promise<SentNotice | null> {
  const [row] = await selectInbox(db)
    .where(and(isOfPerson(reach), eq(noticeInbox.noticeId, id)))
    .limit(1)
  if (!row) return null
  const { readAt, ...notice } = row
  return shown(notice)
}

export function inboxQuery(db: Db, reach: OfPerson, kinds: readonly NoticeKind[] = NOTICE_KINDS) {
  const isOfKinds = kinds.length === NOTICE_KINDS.length ? undefined : inArray(notices.kind, [...kinds])
  return selectInbox(db)
    .where(and(isOfPerson(reach), isOfKinds))
    .orderBy(desc(noticeInbox.at), desc(noticeInbox.noticeId))
    .limit(MAX_SHOWN_NOTICES)
}

function selectInbox(db: Db) {
  return db
    .select({ ...COLUMNS, readAt: noticeInbox.readAt })
    .from(noticeInbox)
    .innerJoin(notices, eq(notices.id, noticeInbox.noticeId))
    .leftJoin(projects, eq(projects.id, notices.projectId))
}

function isOfPerson(reach: OfPerson): SQL | undefined {
  return and(eq(noticeInbox.userId, reach.userId), isAmong(notices.projectId, reach))
}

/** How many notices a person has not read, as far as 51: for the bell. */
export function unreadCount(userId: SQL): SQL<number> {
  return sql<number>`(select count(*) from (select 1 from ${noticeInbox} as i where i.user_id = ${userId} and i.read_at is null limit ${sql.raw(String(MAX_SHOWN_NOTICES + 1))}))`
}

/** The statement that marks a person's notices as read: these, or all. */
export function markReadStatement(db: Db, reach: OfPerson, ids: readonly string[] | null, at: number) {
  return db
    .update(noticeInbox)
    .set({ readAt: at })
    .where(
      and(
        eq(noticeInbox.userId, reach.userId),
        isNull(noticeInbox.readAt),
        ids === null
          ? undefined
          : sql`${noticeInbox.noticeId} in (select row.value from json_each(${JSON.stringify(ids)}) as row)`,
        reach.projects === null
          ? undefined
          : sql`${noticeInbox.noticeId} in (select id from ${notices} where ${isAmong(notices.projectId, reach)})`,
      ),
    )
}

/** The newest notices of a project of these kinds, of those branches. */
export async function listProjectNotices(
  db: Db,
  projectId: string,
  { branch, kinds }: { readonly branch: WhichBranch; readonly kinds: readonly NoticeKind[] },
): Promise<readonly SentNotice[]> {
  return (await projectNoticesQuery(db, projectId, { branch, kinds })).map(shown)
}

export function projectNoticesQuery(
  db: Db,
  projectId: string,
  { branch, kinds }: { readonly branch: WhichBranch; readonly kinds: readonly NoticeKind[] },
) {
  const ofBranch =
    branch === null ? undefined : typeof branch === 'string' ? eq(notices.branch, branch) : isOfSome(branch)
  return db
    .select(COLUMNS)
    .from(notices)
    .innerJoin(projects, eq(projects.id, notices.projectId))
    .where(and(eq(notices.projectId, projectId), inArray(notices.kind, [...kinds]), ofBranch))
    .orderBy(desc(notices.createdAt))
    .limit(MAX_SHOWN_NOTICES)
}

function isOfSome(patterns: readonly Pattern[]): SQL {
  return sql`${notices.branch} is not null and ${isOpenName(sql`${notices.branch}`, patterns)}`
}
