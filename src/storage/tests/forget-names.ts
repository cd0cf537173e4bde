import { type SQL, sql } from 'drizzle-orm'
import { DAY_MS } from '../../domain/day.ts'
import { readRuns } from '../../domain/tests/test-runs.ts'
import { testNames, testReports } from '../schema/schema-tests.ts'
import { type Db, rawStatement } from '../stores.ts'

/** Up to so many a project's names are all kept. */
const MANY_NAMES = 50_000
/** A name that no report had for so long is forgotten in a project with more; its failures go with it. */
const FORGOTTEN_AFTER_MS = 30 * DAY_MS
/** Reports so old were looked at before. */
const LOOKED_AT_MS = 8 * DAY_MS
const PROJECTS_A_QUERY = 20
const REPORTS_A_QUERY = 500
const NAMES_A_QUERY = 5_000

/** The projects with very many names, of the next ones by id; `after` is null behind the last one. */
export async function listCrowded(db: Db, after: string) {
  const rows = await db.all<{ id: string; names: number }>(crowdedQuery(after))
  return {
    projects: rows.flatMap(({ id, names }) => (names > MANY_NAMES ? [id] : [])),
    after: rows.length < PROJECTS_A_QUERY ? null : (rows.at(-1)?.id ?? null),
  }
}

export function crowdedQuery(after: string): SQL {
  const next = (than: SQL) => sql`(select min(t.project_id) from ${testNames} as t where t.project_id > ${than})`
  return sql`with recursive crowd(id) as (select ${next(sql`${after}`)} union all
      select ${next(sql`crowd.id`)} from crowd where crowd.id is not null limit ${PROJECTS_A_QUERY})
    select id, (select count(*) from (select 1 from ${testNames} as t where t.project_id = crowd.id
      limit ${MANY_NAMES + 1})) as names from crowd where id is not null`
}

/**
 * A bounded step for one project: notes which names the reports of the last days had, a page of reports from the newest
 * on; then forgets those that none had for long. Gives where the next step goes on, null once all is done.
 */
export async function forgetNames(
  db: Db,
  projectId: string,
  now: number,
  after: string | null,
): Promise<string | null> {
  if (after === 'noted') {
    const { results } = await rawStatement(db, forgettingQuery(projectId, now - FORGOTTEN_AFTER_MS))
    return results.length < NAMES_A_QUERY ? null : after
  }
  const rows = await db.all<{ id: number; outcomes: string }>(
    latestReportsQuery(projectId, now - LOOKED_AT_MS, after === null ? Number.MAX_SAFE_INTEGER : Number(after)),
  )
  const seen = JSON.stringify(stretchesOf(rows.map(({ outcomes }) => outcomes)))
  await rawStatement(db, notingQuery(projectId, seen, now))
  return rows.length < REPORTS_A_QUERY ? 'noted' : `${rows.at(-1)?.id ?? 0}`
}

export function latestReportsQuery(projectId: string, since: number, before: number): SQL {
  return sql`select r.id as id, r.outcomes as outcomes from ${testReports} as r
    where r.project_id = ${projectId} and r.id < ${before} and r.created_at >= ${since} order by r.id desc limit ${REPORTS_A_QUERY}`
}

export function notingQuery(projectId: string, seen: string, now: number): SQL {
  // Not each day anew: a row is written for each.
  return sql`update ${testNames} set seen_at = ${now} where id in (select t.id from json_each(${seen}) as row
    cross join ${testNames} as t on t.id between row.value ->> 0 and row.value ->> 1
    where t.project_id = ${projectId} and t.seen_at < ${now - LOOKED_AT_MS})`
}

export function forgettingQuery(projectId: string, unseenSince: number): SQL {
  return sql`delete from ${testNames} where id in (select t.id from ${testNames} as t
    where t.project_id = ${projectId} and t.seen_at < ${unseenSince} limit ${NAMES_A_QUERY}) returning 1`
}

/** The numbers that any of the reports has, as stretches: first and last. */
function stretchesOf(outcomes: readonly string[]): readonly (readonly [first: number, last: number])[] {
  const all = [...new Set(outcomes)].flatMap((text) => readRuns({ outcomes: text }).stretches)
  const joined: [number, number][] = []
  for (const { first, count } of all.sort((one, other) => one.first - other.first)) {
    const last = joined.at(-1)
    if (last && first <= last[1] + 1) last[1] = Math.max(last[1], first + count - 1)
    else joined.push([first, first + count - 1])
  }
  return joined
}
