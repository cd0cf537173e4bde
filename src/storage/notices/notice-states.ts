import { type SQL, sql } from 'drizzle-orm'
import { noticeStates } from '../schema/schema-notices.ts'
import { type Db, rawStatement } from '../stores.ts'

/** The state of a thing that was told last, and how often it was looked at since. */
export type ToldState = { readonly state: string; readonly version: number; readonly at: number }

/** What a state is of, where it ends with that. */
type Owner = {
  readonly projectId?: string | null
  readonly pipelineId?: string | null
  readonly tokenId?: string | null
}

export type NewState = Owner & {
  readonly subject: string
  readonly state: string
  /** The notice that is made where the state is another one than before; null where none is. */
  readonly noticeId: string | null
  readonly at: number
}

/** What was told last of these subjects. */
export async function readStates(db: Db, subjects: readonly string[]): Promise<ReadonlyMap<string, ToldState>> {
  const rows = await statesQuery(db, subjects)
  return new Map(rows.map(({ subject, ...told }) => [subject, told]))
}

export function statesQuery(db: Db, subjects: readonly string[]) {
  const { subject, state, version, at } = noticeStates
  return (
    db
      .select({ subject, state, version, at })
      .from(noticeStates)
      // A list of any length is one parameter.
      .where(sql`${subject} in (select row.value from json_each(${JSON.stringify(subjects)}) as row)`)
  )
}

/**
 * The statement that notes a state which was found out after `was` was read. It returns nothing, and changes nothing, where
 * somebody else looked meanwhile.
 */
export function stateStatement(db: Db, state: NewState, was: ToldState | null) {
  const isUnseen = was === null ? sql`0` : sql`${noticeStates.version} = ${was.version}`
  return rawStatement(
    db,
    sql`${insertOf(state)} on conflict (subject) do update set version = ${noticeStates.version} + 1, state = excluded.state,
      notice_id = case when ${noticeStates.state} = excluded.state then ${noticeStates.noticeId} else excluded.notice_id end,
      at = case when ${noticeStates.state} = excluded.state then ${noticeStates.at} else excluded.at end
      where ${isUnseen} returning version`,
  )
}

/** The statement that notes a state wherever it is another one, or the same was noted before `againBefore`. */
export function newStateStatement(db: Db, state: NewState, againBefore = 0) {
  return rawStatement(
    db,
    sql`${insertOf(state)} on conflict (subject) do update set version = ${noticeStates.version} + 1, state = excluded.state,
      notice_id = excluded.notice_id, at = excluded.at
      where ${noticeStates.state} <> excluded.state or ${noticeStates.at} < ${againBefore}`,
  )
}

function insertOf({
  subject,
  state,
  noticeId,
  at,
  projectId = null,
  pipelineId = null,
  tokenId = null,
}: NewState): SQL {
  // Where that of which it is has gone meanwhile, there is nothing to note.
  const isThere = [
    ...(pipelineId === null ? [] : [sql`exists (select 1 from pipelines where id = ${pipelineId})`]),
    ...(tokenId === null ? [] : [sql`exists (select 1 from tokens where id = ${tokenId})`]),
  ]
  return sql`insert into ${noticeStates} (subject, state, notice_id, at, project_id, pipeline_id, token_id)
    select ${subject}, ${state}, ${noticeId}, ${at}, ${projectId}, ${pipelineId}, ${tokenId} where ${sql.join([sql`1`, ...isThere], sql` and `)}`
}

/** Whether that notice is of the last change of the subject: a guard for the notice. */
export function isOfChange(subject: string, noticeId: string): SQL {
  return sql`exists (select 1 from ${noticeStates} where subject = ${subject} and notice_id = ${noticeId})`
}
