import { desc, eq, sql } from 'drizzle-orm'
import type { Reach } from '../../../domain/access/limits/reach.ts'
import { type BranchBuild, type BranchBuilds, branchBuildsOf } from '../../../domain/builds/branch-builds.ts'
import type { ListPage } from '../../../domain/formats/list-page.ts'
import { type Membership, membershipsQuery } from '../../people/memberships.ts'
import { builds, pipelines, projects } from '../../schema/schema.ts'
import type { Db, Stores } from '../../stores.ts'
import { makeSums, sumIn, sumOf } from '../sums.ts'

/** A page of the projects of a person, by slug, each with its branches as its newest 200 builds show them. */
export async function listBranchBuilds(
  stores: Pick<Stores, 'db' | 'waitUntil' | 'warn'>,
  reach: Reach,
  page: ListPage,
): Promise<readonly (Membership & { readonly branches: readonly BranchBuilds[] })[]> {
  const mine = await membershipsQuery(stores.db, reach, page, sumOf('branches', sql`${projects.id}`))
  const missing = mine.flatMap(({ project, sum }) => (sum === null ? project.id : []))
  const made = missing.length === 0 ? NONE_MADE : await makeBranches(stores, missing)
  return mine.map(({ project, followed, sum }) => ({
    project,
    followed,
    branches: (sum === null ? made.get(project.id) : sumIn<readonly BranchBuilds[]>(sum)) ?? [],
  }))
}

const NONE_MADE: ReadonlyMap<string, readonly BranchBuilds[]> = new Map()

function makeBranches(stores: Pick<Stores, 'db' | 'waitUntil' | 'warn'>, projectIds: readonly string[]) {
  const wanted = projectIds.map((projectId) => ({ projectId, kind: 'branches', since: 0 }) as const)
  return makeSums(stores, wanted, [newestBuildsQuery(stores.db, projectIds)], ([answer]) => {
    const rows = Map.groupBy(answer as (BranchBuild & { projectId: string })[], ({ projectId }) => projectId)
    const made = new Map(projectIds.map((id) => [id, branchBuildsOf(rows.get(id) ?? [])]))
    return { made, kept: wanted.map((one) => ({ ...one, branch: '', value: made.get(one.projectId) ?? [] })) }
  })
}

const NEWEST = 200

/** The newest 200 builds of each of these projects, newest first. */
export function newestBuildsQuery(db: Db, projectIds: readonly string[]) {
  const chosen = sql`(select ${projects.id} as id, ${projects.lastBuildNum} as last_num
    from json_each(${JSON.stringify(projectIds)}) as row join ${projects} on ${projects.id} = row.value) as chosen_subquery`
  const { projectId, num, jobName, workflowId, attempt, branch, status, createdAt } = builds
  return db
    .select({
      projectId,
      num,
      jobName,
      workflowId,
      attempt,
      branch,
      status,
      beganAt: sql<number>`coalesce(${builds.startedAt}, ${builds.eventAt})`.as('began_at'),
      createdAt,
      revision: pipelines.revision,
      login: sql<string | null>`${pipelines.actor} ->> '$.login'`.as('login'),
      pushedAt: sql<number>`${pipelines.createdAt}`.as('pushed_at'),
    })
    .from(chosen)
    .innerJoin(
      builds,
      sql`${builds.projectId} = chosen_subquery.id and ${builds.num} > chosen_subquery.last_num - ${NEWEST}`,
    )
    .innerJoin(pipelines, eq(pipelines.id, builds.pipelineId))
    .orderBy(desc(builds.num))
}
