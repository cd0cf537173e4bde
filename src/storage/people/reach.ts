import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { Reach } from '../../domain/access/limits/reach.ts'
import { members } from '../schema/schema.ts'

/** Whether a row of `members` is within somebody's reach. */
export function isReached(reach: Reach): SQL | undefined {
  return and(eq(members.userId, reach.userId), isAmong(members.projectId, reach))
}

/** Whether a project's id is one of those that a token is limited to; true where it is to none. */
export function isAmong(projectId: SQLiteColumn | SQL, { projects }: Reach): SQL {
  return projects === null
    ? sql`1`
    : sql`${projectId} in (select row.value from json_each(${JSON.stringify(projects)}) as row)`
}
