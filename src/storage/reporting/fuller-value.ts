import { type SQL, sql } from 'drizzle-orm'
import { UNKNOWN_REVISION } from '../../domain/builds/build.ts'

/**
 * Keeps the longer of the stored and the reported value, and of two of one length the greater, in whatever order they arrive:
 * reports of one run mostly differ here only in how much of a text they have. A revision that is not known yet is no value.
 */
export function fullerOf(table: string, column: string): SQL {
  const name = sql.identifier(column)
  const stored = sql`${sql.identifier(table)}.${name}`
  const reported = sql`excluded.${name}`
  const isMissing = (value: SQL) =>
    column === 'revision' ? sql`${value} = ${UNKNOWN_REVISION}` : sql`${value} is null`
  return sql`${name} = case when ${isMissing(reported)} then ${stored} when ${isMissing(stored)} then ${reported}
    when (length(${reported}), ${reported}) > (length(${stored}), ${stored}) then ${reported} else ${stored} end`
}
