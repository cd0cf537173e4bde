import { type SQL, sql } from 'drizzle-orm'
import { pipelines } from '../schema/schema.ts'
import { type Db, rawStatement } from '../stores.ts'
import { LOOK_BACK } from './branch-status.ts'
import { hasEndedBadly, hasUnskippedPart, isComplete, mayHaveResult } from './complete-pipelines.ts'

// GitHub's jobs and other apps' checks name a commit and a branch, and not whether the branch was at that commit when they
// ran. A pipeline of which nothing else is known must not hide what a run began on the branch.

/** What is taken off the begin of a pipeline that stands behind all that were begun; in that order they stay. */
const BEHIND_MS = 100_000_000_000_000

/** When a pipeline, by the name that it has in the statement, began by its own reports, wherever it stands. */
export function ownBegin(pipeline: string): SQL {
  const began = sql`${sql.identifier(pipeline)}.began_at`
  return sql`(${began} + iif(${began} < 0, ${BEHIND_MS}, 0))`
}

/**
 * For the end of each batch that reports on a branch: puts its unplaced pipelines behind all others, where there are any, but
 * for the newest that may have a result, unless it passed: it counts from its own time until a later one passes.
 */
export function placeUnplacedStatement(db: Db, projectId: string, branch: SQL | string) {
  const ofBranch = (isPlaced: 0 | 1) =>
    sql`from ${pipelines} as p where p.project_id = ${projectId} and p.branch = ${branch} and p.is_placed = ${isPlaced}`
  const hasPlaced = sql`exists (select 1 ${ofBranch(1)})`
  const order = sql`began_at desc, ci_number desc, number desc`
  const newestOf = (which: SQL) =>
    sql`select * from (select id, ${ownBegin('candidate')} as own, ci_number, number
      from (select * ${ofBranch(0)} and ${which} and ${hasUnskippedPart('p')} order by ${order} limit ${LOOK_BACK}) as candidate
      where ${mayHaveResult('candidate')} order by ${order} limit 1) as recent`
  const newest = sql`select id from (${newestOf(sql`p.began_at >= 0`)} union all ${newestOf(sql`p.began_at < 0`)}) as candidate
    order by own desc, ci_number desc, number desc limit 1`
  const hasPassed = sql`(${isComplete('pipelines')} and not ${hasEndedBadly('pipelines')})`
  const isBehind = sql`(${hasPlaced} and (id not in (select id from newest) or ${hasPassed}))`
  return rawStatement(
    db,
    sql`with newest as materialized (${newest})
      update ${pipelines} set began_at = began_at + iif(began_at < 0, ${BEHIND_MS}, -${BEHIND_MS})
      where id in (select p.id ${ofBranch(0)} and p.began_at >= 0 and ${hasPlaced}
        union all select p.id ${ofBranch(0)} and p.began_at < 0 and not ${hasPlaced}
        union all select id from newest) and (began_at < 0) <> ${isBehind}`,
  )
}
