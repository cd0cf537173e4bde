import { type SQL, sql } from 'drizzle-orm'
import { UNKNOWN_REVISION } from '../../domain/builds/build.ts'

/**
 * Of two accounts the one that says more stands, and of two of one length the greater: whichever came first. Events of
 * one run rarely differ here but in how much they tell; a revision that is not known yet says nothing.
 */
export function fullerOf(table: string, column: string): SQL {
  const name = sql.identifier(column)
  const old = sql`${sql.identifier(table)}.${name}`
  const told = sql`excluded.${name}`
  const saysNothing = (value: SQL) =>
    column === 'revision' ? sql`${value} = ${UNKNOWN_REVISION}` : sql`${value} is null`
  return sql`${name} = case when ${saysNothing(told)} then ${old} when ${saysNothing(old)} then ${told}
    when (length(${told}), ${told}) > (length(${old}), ${old}) then ${told} else ${old} end`
}
