import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { BuildFilter } from '../../domain/builds/build.ts'
import { builds, workflows } from '../schema/schema.ts'
import type { Db } from '../stores.ts'
import { isOpenName, ofBranch, type WhichBranch } from './branches/open-branches.ts'
import { isOfBranch, passes } from './builds.ts'

export type LatestOf = {
  readonly branch: WhichBranch
  readonly filter: BuildFilter
  readonly job: string | null
  readonly workflow: string | null
}

/** So many rows are searched where no index finds the one, and of each branch where there are several: what is absent must not cost reading all. */
export const ROWS_SEARCHED = 300
/** And so many runs of a workflow. */
const RUNS_SEARCHED = 100

/** Whether there is a build of those, as far as `findNewest` searches them, and of a job among any 300 of its builds. */
export async function hasBuild(db: Db, projectId: string, which: LatestOf): Promise<boolean> {
  const { job } = which
  const ofJob = and(eq(builds.projectId, projectId), job === null ? undefined : eq(builds.jobName, job))
  const others = job === null ? null : searched(sql`${builds} where ${ofJob} limit ${ROWS_SEARCHED}`)
  return (await findNewest(db, projectId, which, { others })) !== null
}

/** What a search looks at of builds. */
export const candidate = alias(builds, 'candidate')
const { id, num, jobName, branch, status, class: statusClass, stage, workflowId } = builds
const LOOKED_AT = [id, num, jobName, branch, status, statusClass, stage, workflowId]

/**
 * The number of the newest build for which `also` (of a `candidate`) holds, of those named: searched among the newest 300 of branch
 * and filter, or of branch and job where both are named. Where none of these fits, among the newest 100 runs of the workflow
 * or, without one, among `others`.
 */
export async function findNewest(
  db: Db,
  projectId: string,
  which: LatestOf,
  search: { readonly others: SQL | null; readonly also?: SQL; readonly before?: number | null },
): Promise<number | null> {
  const { filter, job, workflow } = which
  const before = search.before ?? Number.MAX_SAFE_INTEGER
  // A job on one branch has an index of its own; otherwise the index of the filter's class is used.
  const indexed = typeof which.branch === 'string' && job !== null ? eq(builds.jobName, job) : passes(filter)
  const ofBranches = isOfBranch(projectId, which.branch, { filter, newest: ROWS_SEARCHED })
  const newest = and(eq(builds.projectId, projectId), ofBranches, lt(builds.num, before), indexed)
  const fits = and(
    lt(candidate.num, before),
    ofBranch(which.branch, {
      one: (name) => eq(candidate.branch, name),
      some: (patterns) => isOpenName(sql`${candidate.branch}`, patterns),
    }),
    passes(filter, candidate),
    job === null ? undefined : eq(candidate.jobName, job),
    workflow === null ? undefined : isOfWorkflow(workflow),
    search.also,
  )
  const others = workflow === null ? search.others : buildsOfRuns(projectId, workflow)
  return (await firstOf(db, newestBuilds(newest), fits)) ?? (others && (await firstOf(db, others, fits)))
}

function isOfWorkflow(name: string): SQL {
  return sql`exists (select 1 from ${workflows} where ${workflows.id} = ${candidate.workflowId} and ${workflows.name} = ${name})`
}

/** The builds that fit, newest first: what searches them stops with the first that it wants. */
export function newestBuilds(which: SQL | undefined): SQL {
  return searched(sql`${builds} where ${which} order by ${desc(num)} limit ${ROWS_SEARCHED}`)
}

function buildsOfRuns(projectId: string, workflow: string): SQL {
  const ofName = and(eq(workflows.projectId, projectId), eq(workflows.name, workflow))
  const runs = sql`select ${workflows.id} from ${workflows} where ${ofName} order by ${desc(workflows.createdAt)} limit ${RUNS_SEARCHED}`
  return searched(
    sql`(${runs}) as page_subquery cross join ${builds} on ${workflowId} = page_subquery.id order by ${desc(num)}`,
  )
}

function searched(from: SQL): SQL {
  return sql`select ${sql.join(LOOKED_AT, sql`, `)} from ${from}`
}

async function firstOf(db: Db, candidates: SQL, fits: SQL | undefined): Promise<number | null> {
  const [row] = await db.all<{ num: number }>(
    sql`select ${candidate.num} as num from (${candidates}) as candidate where ${fits} order by ${desc(candidate.num)} limit 1`,
  )
  return row?.num ?? null
}
