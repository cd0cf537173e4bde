import { type SQL, sql } from 'drizzle-orm'
import type { CcBuild } from '../domain/cctray.ts'
import type { Project } from '../domain/project.ts'
import { isComplete, LOOK_BACK } from './branch-status.ts'
import { projectColumns } from './project-columns.ts'
import { builds, members, pipelines, projects, workflows } from './schema.ts'
import type { Db } from './stores.ts'

/** A branch and the builds of its newest pipeline and of its newest complete one. */
export type BranchBuilds = { readonly branch: string; readonly builds: readonly CcBuild[] }

const MAX_BRANCHES = 200
/** Among so many pipelines the branches of a project are looked for: one not built for longer has to be named. */
const RECENT_PIPELINES = 2_000

/** The branches of a project that were built lately, that with the newest pipeline first; or the one that is named. */
export async function listBranchBuilds(
  db: Db,
  projectId: string,
  branch: string | null,
): Promise<readonly BranchBuilds[]> {
  const rows = await db.all<FeedRow>(branchBuildsQuery(projectId, branch))
  return byBranchOf(rows)
}

/** Each project of a person with its default branch's builds; none where that has not built yet. */
export async function listDefaultBranchBuilds(
  db: Db,
  userId: string,
): Promise<
  readonly { readonly project: Project & { readonly createdAt: number }; readonly builds: readonly CcBuild[] }[]
> {
  const [mine, rows] = await Promise.all([
    db
      .select({ ...projectColumns(), createdAt: projects.createdAt })
      .from(members)
      .innerJoin(projects, sql`${projects.id} = ${members.projectId}`)
      .where(sql`${members.userId} = ${userId}`)
      .orderBy(projects.slugKey),
    db.all<FeedRow>(defaultBranchBuildsQuery(userId)),
  ])
  const byProject = Map.groupBy(rows, (row) => row.projectId)
  return mine.map((project) => ({ project, builds: byProject.get(project.id) ?? [] }))
}

type FeedRow = CcBuild & { readonly projectId: string; readonly branch: string }

export function branchBuildsQuery(projectId: string, branch: string | null): SQL {
  const ofProject = sql`select project_id, branch, number from ${pipelines} where project_id = ${projectId}`
  const recent =
    branch === null
      ? sql`${ofProject} order by number desc limit ${RECENT_PIPELINES}`
      : sql`${ofProject} and branch = ${branch} order by number desc limit 1`
  const branches = sql`select project_id, branch, max(number) as newest from (${recent}) as recent
    where branch is not null group by project_id, branch order by newest desc limit ${MAX_BRANCHES}`
  return buildsOf(branches)
}

export function defaultBranchBuildsQuery(userId: string): SQL {
  return buildsOf(sql`select p.id as project_id, p.default_branch as branch, p.last_pipeline_number as newest
    from ${members} as m join ${projects} as p on p.id = m.project_id where m.user_id = ${userId}`)
}

function buildsOf(branches: SQL): SQL {
  const ofBranch = (limit: number) => sql`select id, number from ${pipelines} as p
    where p.project_id = b.project_id and p.branch = b.branch and exists (select 1 from ${builds} as x where x.pipeline_id = p.id)
    order by p.number desc limit ${limit}`
  const newest = sql`(select id from (${ofBranch(1)}) as candidate)`
  const complete = sql`(select id from (${ofBranch(LOOK_BACK)}) as candidate where ${isComplete('candidate')} order by number desc limit 1)`
  return sql`with branches as materialized (${branches}),
    shown as materialized (select branch, newest, ${newest} as pipeline_id from branches as b
      union select branch, newest, ${complete} from branches as b)
    select t.project_id as projectId, s.branch as branch, p.number as pipelineNumber, t.build_num as num, t.job_name as jobName,
      w.name as workflowName, t.status as status, t.stopped_at as stoppedAt, t.created_at as createdAt
    from shown as s cross join ${pipelines} as p on p.id = s.pipeline_id cross join ${builds} as t on t.pipeline_id = p.id
    cross join ${workflows} as w on w.id = t.workflow_id
    order by s.newest desc, s.branch`
}

function byBranchOf(rows: readonly FeedRow[]): readonly BranchBuilds[] {
  return [...Map.groupBy(rows, (row) => row.branch)].map(([branch, those]) => ({ branch, builds: those }))
}
