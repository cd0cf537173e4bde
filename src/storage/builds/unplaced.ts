import { type SQL, sql } from 'drizzle-orm'
import { builds, pipelines } from '../schema/schema.ts'
import { type Db, rawStatement } from '../stores.ts'
import { hasEndedBadly } from './complete-pipelines.ts'

// GitHub's jobs and other apps' checks name a commit and a branch, and not whether the branch was at that commit when they
// ran. A pipeline of which nothing else is known must not hide what a run began on the branch.

/** What is taken off the begin of a pipeline that stands behind all that were begun; in that order they stay. */
const BEHIND_MS = 100_000_000_000_000

/** When a pipeline, by the name that it has in the statement, began by its own reports, wherever it stands. */
export function ownBegin(pipeline: string): SQL {
  const began = sql`${sql.identifier(pipeline)}.began_at`
  return sql`(${began} + iif(${began} < 0, ${BEHIND_MS}, 0))`
}

/** Sets the begin of such a pipeline, behind where it was behind. */
export function withOwnBegin(pipeline: string, at: SQL | number): SQL {
  return sql`(${at} - iif(${sql.identifier(pipeline)}.began_at < 0, ${BEHIND_MS}, 0))`
}

/**
 * For the end of a batch: puts the unplaced pipelines of a branch that began after the first placed one behind that, all but
 * the newest with a finished job, where that did not pass: it counts from its own time until a later one passes.
 */
export function placeUnplacedStatement(db: Db, projectId: string, branch: SQL | string | null) {
  const ofBranch = (isPlaced: 0 | 1) =>
    sql`from ${pipelines} as p where p.project_id = ${projectId} and p.branch = ${branch} and p.is_placed = ${isPlaced}`
  const firstPlaced = sql`(select min(p.began_at) ${ofBranch(1)})`
  const hasFinished = sql`exists (select 1 from ${builds} as b where b.pipeline_id = p.id and b.stage = 2 and b.status <> 'not_run')`
  const newestOf = (which: SQL) =>
    sql`select * from (select p.id, ${ownBegin('p')} as own, p.number ${ofBranch(0)} and ${which} and ${hasFinished}
      order by p.began_at desc, p.number desc limit 1) as newest`
  const newest = sql`(select id from (${newestOf(sql`p.began_at >= 0`)} union all ${newestOf(sql`p.began_at < 0`)}) as candidate
    order by own desc, number desc limit 1)`
  return rawStatement(
    db,
    sql`update ${pipelines} set began_at = ${ownBegin('pipelines')} - iif(id = ${newest} and ${hasEndedBadly('pipelines')}, 0, ${BEHIND_MS})
      where id in (select p.id ${ofBranch(0)} and p.began_at >= ${firstPlaced} union all select ${newest})
        and ${ownBegin('pipelines')} >= ${firstPlaced}`,
  )
}
