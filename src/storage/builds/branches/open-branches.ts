import { type SQL, sql } from 'drizzle-orm'
import { type Pattern, partsOfPattern } from '../../../domain/access/limits/pattern.ts'
import { pipelines } from '../../schema/schema.ts'

/** One branch, those of some patterns, or all there are (null). */
export type WhichBranch = string | readonly Pattern[] | null

/** The condition of that choice: of one branch, or of some, of which there are none that `some` does not name. */
export function ofBranch(
  branch: WhichBranch,
  { one, some }: { readonly one: (name: string) => SQL; readonly some: (patterns: readonly Pattern[]) => SQL },
): SQL | undefined {
  if (branch === null) return undefined
  return isOne(branch) ? one(branch) : some(branch)
}

/** Whether that is one branch: its name, or what stands for it in a prepared statement. */
function isOne(branch: string | readonly Pattern[]): branch is string {
  return !Array.isArray(branch)
}

/** So many branches of a project are looked at for each pattern, of those that begin as it does: docs/api-permissions.md. */
const MAX_WALK = 10_000

/** The branches of the project that a pattern is of, as `name`: each looked up by its index, and none of the others told of. */
export function openBranchNames(projectId: string, patterns: readonly Pattern[]): SQL {
  const next = (bound: SQL) =>
    sql`(select min(branch) from ${pipelines} where project_id = ${projectId} and branch ${bound})`
  return sql`(with recursive walk_subquery(head, tail, reach, name, step) as (
      select value ->> 'head', value ->> 'tail', value ->> 'reach', ${next(sql`>= value ->> 'head'`)}, 1
        from json_each(${JSON.stringify(patterns.map(partsOfPattern))}) as row
      union all
      select head, tail, reach, ${next(sql`> walk_subquery.name`)}, step + 1 from walk_subquery
        where name is not null and substr(name, 1, length(head)) = head and step < ${MAX_WALK}
    )
    select distinct name from walk_subquery where name is not null and ${isOf(sql`name`)})`
}

/**
 * The values that `of` gives for each of these branches, whose name it gets: to be the right side of `in`. It has to be ordered
 * and limited itself, so that what is read does not grow with the history of a branch.
 */
export function ofEachBranch(projectId: string, patterns: readonly Pattern[], of: (branch: SQL) => SQL): SQL {
  return sql`(select row.value from ${openBranchNames(projectId, patterns)} as open_subquery,
    json_each((select json_group_array(value) from (${of(sql`open_subquery.name`)}) as one_subquery)) as row)`
}

/** Whether a branch or path fits one of the patterns. */
export function isOpenName(path: SQL, patterns: readonly Pattern[]): SQL {
  return sql`exists (select 1 from (select value ->> 'head' as head, value ->> 'tail' as tail, value ->> 'reach' as reach
    from json_each(${JSON.stringify(patterns.map(partsOfPattern))}) as row) as pattern_subquery where ${isOf(path)})`
}

/** As `matchesAny` of the domain: whether the pattern of `head`, `tail` and `reach` is of that name. */
function isOf(name: SQL): SQL {
  const middle = sql`substr(${name}, length(head) + 1, length(${name}) - length(head) - length(tail))`
  return sql`case reach when 'itself' then ${name} = head else substr(${name}, 1, length(head)) = head
    and length(${name}) >= length(head) + length(tail) and substr(${name}, length(${name}) - length(tail) + 1) = tail
    and case reach when 'folder' then ${middle} <> '' else instr(${middle}, '/') = 0 end end`
}
