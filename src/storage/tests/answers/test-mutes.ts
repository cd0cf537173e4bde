import { type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../../domain/access/actor.ts'
import { MAX_MUTES, type Mute, type NamedTest } from '../../../domain/tests/named-test.ts'
import { auditStatement } from '../../projects/audit.ts'
import { users } from '../../schema/schema.ts'
import { testMutes, testNames } from '../../schema/schema-tests.ts'
import { type Db, rawStatement, type WriteStores } from '../../stores.ts'
import { commit } from '../../tokens/rights.ts'

/** The columns of a test `n` and of its mute `m` by person `u`, for rows that `namedTestOf` and `muteOf` read. */
export const TEST_COLUMNS = sql`n.id as id, n.classname as classname, n.name as name, n.file as file`
export const MUTE_COLUMNS = sql`m.reason as reason, m.until as until, u.login as mutedBy, m.muted_at as mutedAt`

/** Joins the mute of test `n` that counts at that time. */
export function muteJoin(now: number): SQL {
  return sql`left join ${testMutes} as m on m.test_id = n.id and m.until > ${now} left join ${users} as u on u.id = m.muted_by`
}

export type TestRow = { readonly id: number; readonly classname: string; readonly name: string; readonly file: string }
export type MuteRow = {
  readonly reason: string | null
  readonly until: number | null
  readonly mutedBy: string | null
  readonly mutedAt: number | null
}

export function namedTestOf({ id, classname, name, file }: TestRow): NamedTest {
  return { id, classname, name, file: file === '' ? null : file }
}

export function muteOf({ reason, until, mutedBy, mutedAt }: MuteRow): Mute | null {
  return reason === null || until === null || mutedAt === null ? null : { reason, until, mutedBy, mutedAt }
}

export type MutedTest = { readonly test: NamedTest; readonly mute: Mute }

/** The tests of a project that are muted now: at most 1,000, that which ends first at the head. */
export async function listMuted(db: Db, projectId: string, now: number): Promise<MutedTest[]> {
  const rows = await db.all<TestRow & MuteRow>(mutedQuery(projectId, now))
  return rows.flatMap((row) => {
    const mute = muteOf(row)
    return mute ? [{ test: namedTestOf(row), mute }] : []
  })
}

export function mutedQuery(projectId: string, now: number): SQL {
  return sql`select ${TEST_COLUMNS}, ${MUTE_COLUMNS} from ${testMutes} as m cross join ${testNames} as n on n.id = m.test_id
    left join ${users} as u on u.id = m.muted_by
    where m.project_id = ${projectId} and m.until > ${now} order by m.until, n.id limit ${MAX_MUTES}`
}

export type Muting = { readonly reason: string; readonly until: number }

/** Mutes a test, also one that is muted already. `limit`: the project has as many as it may. */
export async function muteTest(
  stores: WriteStores,
  projectId: string,
  { testId, reason, until }: Muting & { readonly testId: number },
  actor: Actor,
): Promise<MutedTest | 'no_test' | 'limit'> {
  const { db, now } = stores
  const at = now()
  const found = await findTest(db, projectId, testId, at)
  if (!found) return 'no_test'
  const others = sql`(select count(*) from ${testMutes} as m where m.project_id = ${projectId} and m.until > ${at} and m.test_id <> ${testId})`
  const fits = sql`exists (select 1 from ${testNames} as n where n.id = ${testId} and n.project_id = ${projectId}) and ${others} < ${MAX_MUTES}`
  const detail = { test: testId, reason, until: new Date(until).toISOString() }
  const subject = titleOf(found.test)
  const [, , { results }] = await commit(stores, actor, [
    auditStatement(db, at, actor, { action: 'test.muted', projectId, subject, detail, condition: fits }),
    // What has ended says nothing any more.
    rawStatement(db, sql`delete from ${testMutes} where project_id = ${projectId} and until <= ${at}`),
    rawStatement(
      db,
      sql`insert into ${testMutes} (test_id, project_id, reason, until, muted_by, muted_at)
      select ${testId}, ${projectId}, ${reason}, ${until}, ${actor.userId}, ${at} where ${fits}
      on conflict (test_id) do update set reason = excluded.reason, until = excluded.until, muted_by = excluded.muted_by,
        muted_at = excluded.muted_at returning (select login from ${users} as u where u.id = muted_by) as mutedBy`,
    ),
  ])
  const [row] = results as { mutedBy: string | null }[]
  return row ? { test: found.test, mute: { reason, until, mutedBy: row.mutedBy, mutedAt: at } } : 'limit'
}

/** One test and its mute; null where the project has no such test. */
export async function findTest(db: Db, projectId: string, testId: number, now: number): Promise<TestWithMute | null> {
  const [row] = await db.all<TestRow & MuteRow>(testQuery(projectId, testId, now))
  return row ? { test: namedTestOf(row), mute: muteOf(row) } : null
}

export type TestWithMute = { readonly test: NamedTest; readonly mute: Mute | null }

export function testQuery(projectId: string, testId: number, now: number): SQL {
  return sql`select ${TEST_COLUMNS}, ${MUTE_COLUMNS} from ${testNames} as n ${muteJoin(now)}
    where n.id = ${testId} and n.project_id = ${projectId}`
}

/** Ends the mute of a test, if it has one. */
export async function unmuteTest(
  stores: WriteStores,
  projectId: string,
  testId: number,
  actor: Actor,
): Promise<'unmuted' | 'not_muted' | 'no_test'> {
  const { db, now } = stores
  const at = now()
  const found = await findTest(db, projectId, testId, at)
  if (!found) return 'no_test'
  if (!found.mute) return 'not_muted'
  const which = sql`test_id = ${testId} and project_id = ${projectId} and until > ${at}`
  const entry = { action: 'test.unmuted', projectId, subject: titleOf(found.test), detail: { test: testId } } as const
  const [, { results }] = await commit(stores, actor, [
    auditStatement(db, at, actor, { ...entry, condition: sql`exists (select 1 from ${testMutes} where ${which})` }),
    rawStatement(db, sql`delete from ${testMutes} where ${which} returning test_id`),
  ])
  return results.length > 0 ? 'unmuted' : 'not_muted'
}

function titleOf({ classname, name }: NamedTest): string {
  return classname === '' ? name : `${classname} ${name}`
}
