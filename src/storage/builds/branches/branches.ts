import { type SQL, sql } from 'drizzle-orm'
import { pipelines } from '../../schema/schema.ts'
import type { Db } from '../../stores.ts'

export type Branch = {
  readonly name: string
  /** Its newest pipeline. */
  readonly number: number
}

export type BranchPage = {
  readonly branches: readonly Branch[]
  /** The name after which to go on; null where there are no more. */
  readonly after: string | null
}

const PAGE_LENGTH = 50
/** So many branches are looked through for one page: what few of many have is found over several. */
const MAX_WALK = 2_000

/** A page of a project's branches by name, with that text in it, letter case of A to Z ignored. */
export async function listBranches(db: Db, projectId: string, text: string, after: string): Promise<BranchPage> {
  const rows = await db.all<{ name: string; number: number; is_found: number }>(branchesSql(projectId, text, after))
  const found = rows.filter((row) => row.is_found === 1).map(({ name, number }) => ({ name, number }))
  const shown = found.slice(0, PAGE_LENGTH)
  // The last row that was looked at comes too, found or not.
  const walked = rows.at(-1)?.is_found === 0 ? rows.at(-1)?.name : undefined
  return { branches: shown, after: found.length > PAGE_LENGTH ? (shown.at(-1)?.name ?? null) : (walked ?? null) }
}

/** From branch to branch by their index: one look for each, however many pipelines each has. */
export function branchesSql(projectId: string, text: string, after: string): SQL {
  const next = (before: SQL) =>
    sql`(select min(branch) from ${pipelines} where project_id = ${projectId} and branch > ${before})`
  return sql`with recursive walk_subquery(name, step) as (
      select ${next(sql`${after}`)}, 1
      union all
      select ${next(sql`walk_subquery.name`)}, step + 1 from walk_subquery where name is not null and step <= ${MAX_WALK}
    )
    select name, step <= ${MAX_WALK} as is_found,
      (select max(number) from ${pipelines} where project_id = ${projectId} and branch = name) as number
    from walk_subquery where name is not null and (instr(lower(name), lower(${text})) > 0 and step <= ${MAX_WALK} or step = ${MAX_WALK + 1})
    limit ${PAGE_LENGTH + 1}`
}
