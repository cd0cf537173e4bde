import { type SQL, sql } from 'drizzle-orm'
import { PIPELINES_SEARCHED } from '../builds/branches/branch-status.ts'
import { hasEndedBadly, hasUnskippedPart, isComplete, mayHaveResult } from '../builds/complete-pipelines.ts'
import { pipelines } from '../schema/schema.ts'
import { type Db, limitTo, rawStatement } from '../stores.ts'

// GitHub's jobs and other apps' checks name a commit and a branch, and not whether that commit was the head of the branch when
// they ran. A pipeline of which nothing else is known (`is_placed` = 0) must not hide what a run began on the branch.

/** Subtracted from `began_at` so that the pipeline sorts last; pipelines with it keep their order among themselves. */
const SORTED_LAST_MS = 100_000_000_000_000

/** When a pipeline began as reported, whether or not it is sorted last. Takes the name that its row has in the statement. */
export function reportedBegin(pipeline: string): SQL {
  const began = sql`${sql.identifier(pipeline)}.began_at`
  return sql`(${began} + iif(${began} < 0, ${SORTED_LAST_MS}, 0))`
}

/**
 * For the end of each batch that reports on a branch. Of its pipelines whose head is unknown, where there are others, all are
 * sorted last, but for the newest that may have a result, if it did not pass: that counts from its own begin until a later
 * one passes.
 */
export function sortHeadUnknownStatement(db: Db, projectId: string, branch: SQL | string) {
  const ofBranch = (isHeadKnown: 0 | 1) =>
    sql`from ${pipelines} as p where p.project_id = ${projectId} and p.branch = ${branch} and p.is_placed = ${isHeadKnown}`
  const hasOthers = sql`exists (select 1 ${ofBranch(1)})`
  const order = sql`began_at desc, ci_number desc, number desc`
  const newestOf = (which: SQL) =>
    sql`select * from (select id, ${reportedBegin('candidate')} as began, ci_number, number
      from (select * ${ofBranch(0)} and ${which} and ${hasUnskippedPart('p')} order by ${order} ${limitTo(PIPELINES_SEARCHED)}) as candidate
      where ${mayHaveResult('candidate')} order by ${order} limit 1) as recent`
  const newest = sql`select id from (${newestOf(sql`p.began_at >= 0`)} union all ${newestOf(sql`p.began_at < 0`)}) as candidate
    order by began desc, ci_number desc, number desc limit 1`
  const hasPassed = sql`(${isComplete('pipelines')} and not ${hasEndedBadly('pipelines')})`
  const isSortedLast = sql`(${hasOthers} and (id not in (select id from newest) or ${hasPassed}))`
  return rawStatement(
    db,
    sql`with newest as materialized (${newest})
      update ${pipelines} set began_at = began_at + iif(began_at < 0, ${SORTED_LAST_MS}, -${SORTED_LAST_MS})
      where id in (select p.id ${ofBranch(0)} and p.began_at >= 0 and ${hasOthers}
        union all select p.id ${ofBranch(0)} and p.began_at < 0 and not ${hasOthers}
        union all select id from newest) and (began_at < 0) <> ${isSortedLast}`,
  )
}
