import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import type { BuildFilter } from '../../domain/builds/build.ts'
import { builds, workflows } from '../schema/schema.ts'
import type { Db } from '../stores.ts'
import { isOfBranch, passes } from './builds.ts'
import { isOpenName, ofBranch, type WhichBranch } from './open-branches.ts'

export type LatestOf = {
  readonly branch: WhichBranch
  readonly filter: BuildFilter
  readonly job: string | null
  readonly workflow: string | null
}

/** So many rows are searched where no index finds the one, and of each branch where there are several: what is absent must not cost reading all. */
export const ROWS_SEARCHED = 500
/** And so many runs of a workflow. */
const RUNS_SEARCHED = 100

/** Whether there is a build of those, as far as `findNewest` searches them. */
export async function hasBuild(db: Db, projectId: string, which: LatestOf): Promise<boolean> {
  const { job } = which
  const ofJob = and(eq(builds.projectId, projectId), job === null ? undefined : eq(builds.jobName, job))
  const ofAny = sql`select ${builds.id}, ${builds.num} as num from ${builds} where ${ofJob} limit ${ROWS_SEARCHED}`
  const others = job === null ? null : ofAny
  return (await findNewest(db, projectId, which, { others })) !== null
}

/**
 * The number of the newest build for which `also` holds, of those named: searched among the newest 500 of branch and filter, or of
 * branch and job where both are named. Where none of these fits, among the newest 100 runs of the workflow or, without one,
 * among `others`.
 */
export async function findNewest(
  db: Db,
  projectId: string,
  which: LatestOf,
  search: { readonly others: SQL | null; readonly also?: SQL; readonly before?: number | null },
): Promise<number | null> {
  const { branch, filter, job, workflow } = which
  const before = search.before == null ? undefined : lt(builds.num, search.before)
  const ofJob = job === null ? undefined : eq(builds.jobName, job)
  // A job on one branch has an index of its own; otherwise the index of the filter's class is used.
  const indexed = typeof branch === 'string' && ofJob ? ofJob : passes(filter)
  const ofBranches = isOfBranch(projectId, branch, { filter, newest: ROWS_SEARCHED })
  const newest = and(eq(builds.projectId, projectId), ofBranches, before, indexed)
  const isOpen = ofBranch(branch, {
    one: (name) => eq(builds.branch, name),
    some: (patterns) => isOpenName(sql`${builds.branch}`, patterns),
  })
  const ofWorkflow = workflow === null ? undefined : eq(workflows.name, workflow)
  const fits = and(isOpen, before, ofJob, passes(filter), ofWorkflow, search.also)
  const others = workflow === null ? search.others : buildsOfRuns(projectId, workflow)
  return (await firstOf(db, sql`${newestBuilds(newest)}`, fits)) ?? (others && (await firstOf(db, others, fits)))
}

/** The builds that fit, newest first: what searches them stops with the first that it wants. */
export function newestBuilds(which: SQL | undefined): SQL {
  return sql`select ${builds.id}, ${builds.num} as num from ${builds} where ${which} order by ${desc(builds.num)} limit ${ROWS_SEARCHED}`
}

function buildsOfRuns(projectId: string, workflow: string): SQL {
  const ofName = and(eq(workflows.projectId, projectId), eq(workflows.name, workflow))
  const runs = sql`select ${workflows.id} from ${workflows} where ${ofName} order by ${desc(workflows.createdAt)} limit ${RUNS_SEARCHED}`
  return sql`select b.id, b.build_num as num from (${runs}) as page_subquery cross join ${builds} as b on b.workflow_id = page_subquery.id order by num desc`
}

async function firstOf(db: Db, candidates: SQL, fits: SQL | undefined): Promise<number | null> {
  const [row] = await db
    .select({ num: sql<number>`candidate.num`.as('candidate_num') })
    .from(sql`(${candidates}) as candidate`)
    .innerJoin(builds, sql`${builds.id} = candidate.id`)
    .innerJoin(workflows, eq(workflows.id, builds.workflowId))
    .where(fits)
    .orderBy(sql`candidate.num desc`)
    .limit(1)
  return row?.num ?? null
}
