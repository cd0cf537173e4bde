import { and, type SQL, sql } from 'drizzle-orm'
import type { Pattern } from '../../../domain/access/limits/pattern.ts'
import type { Reach } from '../../../domain/access/limits/reach.ts'
import { type CcPipeline, type CcState, ccStateFor } from '../../../domain/formats/cctray.ts'
import type { Project } from '../../../domain/project.ts'
import { isReached } from '../../people/reach.ts'
import { projectColumns } from '../../projects/project-columns.ts'
import { builds, members, pipelines, projects, workflows } from '../../schema/schema.ts'
import { type Db, limitTo, rawStatement, type Stores } from '../../stores.ts'
import { hasResult, hasUnskippedPart, mayHaveResult } from '../complete-pipelines.ts'
import { makeSums, sumIn, sumOf } from '../sums.ts'
import { partsOf } from '../workflows.ts'
import { PIPELINES_SEARCHED } from './branch-status.ts'
import { isOpenName, openBranchNames, type WhichBranch } from './open-branches.ts'

/** A branch with its newest pipeline, the newest that may have a result, and the newest that has one. */
export type BranchPipelines = { readonly branch: string; readonly pipelines: readonly CcPipeline[] }

const MAX_BRANCHES = 200
/** The branches of a project are looked for among its newest 2,000 pipelines: an older branch has to be named. */
const RECENT_PIPELINES = 2_000

/** The branches of a project that were built lately, that with the newest pipeline first; or those that are named. */
export async function listBranchPipelines(
  db: Db,
  projectId: string,
  branch: WhichBranch,
): Promise<readonly BranchPipelines[]> {
  const rows = await db.all<FeedRow>(branchPipelinesQuery(projectId, branch))
  return [...Map.groupBy(rows, (row) => row.branch)].map(([name, those]) => ({
    branch: name,
    pipelines: pipelinesOf(those),
  }))
}

/** Each project within a reach whose default branch is open, with what a feed says of that; null where it has not built yet. */
export async function listDefaultBranchStates(
  stores: Pick<Stores, 'db' | 'waitUntil' | 'warn'>,
  reach: Reach,
  branches: readonly Pattern[] | null,
): Promise<readonly { readonly project: Project & { readonly createdAt: number }; readonly state: CcState | null }[]> {
  const mine = await defaultBranchStatesQuery(stores.db, reach, branches)
  const missing = mine.flatMap(({ id, sum }) => (sum === null ? id : []))
  const made = missing.length === 0 ? NONE_MADE : await makeStates(stores, missing)
  return mine.map(({ sum, ...project }) => ({
    project,
    state: sum === null ? (made.get(project.id) ?? null) : sumIn<CcState | null>(sum),
  }))
}

const NONE_MADE: ReadonlyMap<string, CcState | null> = new Map()

function makeStates(
  stores: Pick<Stores, 'db' | 'waitUntil' | 'warn'>,
  projectIds: readonly string[],
): Promise<ReadonlyMap<string, CcState | null>> {
  const wanted = projectIds.map((projectId) => ({ projectId, kind: 'default', since: 0 }) as const)
  const read = rawStatement(stores.db, defaultBranchPipelinesQuery(projectIds))
  return makeSums(stores, wanted, [read], ([answer]) => {
    const rows = Map.groupBy((answer as { results: FeedRow[] }).results, ({ projectId }) => projectId)
    const made = new Map(projectIds.map((id) => [id, ccStateFor(pipelinesOf(rows.get(id) ?? []))]))
    return { made, kept: wanted.map((one) => ({ ...one, branch: '', value: made.get(one.projectId) ?? null })) }
  })
}

export function defaultBranchStatesQuery(db: Db, reach: Reach, branches: readonly Pattern[] | null) {
  return db
    .select({
      ...projectColumns(),
      createdAt: projects.createdAt,
      sum: sumOf('default', sql`${projects.id}`).as('default_sum'),
    })
    .from(members)
    .innerJoin(projects, sql`${projects.id} = ${members.projectId}`)
    .where(and(isReached(reach), branches ? isOpenName(sql`${projects.defaultBranch}`, branches) : undefined))
    .orderBy(projects.slugKey)
}

type Workflow = CcPipeline['workflows'][number]
type Build = CcPipeline['builds'][number]

/** A workflow of a pipeline of a branch, with one of its builds where it has any. */
type FeedRow = {
  readonly projectId: string
  readonly branch: string
  readonly pipelineNumber: number
  readonly beganAt: number
  readonly ciNumber: number
  readonly attemptOf: string
  readonly workflowAttempt: number
  readonly reportedStatus: Workflow['reportedStatus']
  readonly reportedAt: number | null
} & Build & { readonly num: number | null }

function pipelinesOf(rows: readonly FeedRow[]): readonly CcPipeline[] {
  return [...Map.groupBy(rows, (row) => row.pipelineNumber)].map(([number, those]) => ({
    number,
    beganAt: those[0]?.beganAt ?? 0,
    ciNumber: those[0]?.ciNumber ?? 0,
    ...partsOf(
      those.map(({ attemptOf, workflowAttempt, reportedStatus, reportedAt, beganAt, ciNumber, ...row }) => ({
        workflow: { id: row.workflowId, attemptOf, attempt: workflowAttempt, reportedStatus, reportedAt },
        build: row.num === null ? null : row,
      })),
    ),
  }))
}

export function branchPipelinesQuery(projectId: string, branch: WhichBranch): SQL {
  if (branch !== null && typeof branch !== 'string') {
    const newest = sql`(select max(number) from ${pipelines} where project_id = ${projectId} and branch = open_subquery.name)`
    return partsOfBranches(sql`select ${projectId} as project_id, name as branch, ${newest} as newest
      from ${openBranchNames(projectId, branch)} as open_subquery order by newest desc ${limitTo(MAX_BRANCHES)}`)
  }
  const ofProject = sql`select project_id, branch, number from ${pipelines} where project_id = ${projectId}`
  const recent =
    branch === null
      ? sql`${ofProject} order by number desc ${limitTo(RECENT_PIPELINES)}`
      : sql`${ofProject} and branch = ${branch} order by number desc limit 1`
  const branches = sql`select project_id, branch, max(number) as newest from (${recent}) as recent
    where branch is not null group by project_id, branch order by newest desc ${limitTo(MAX_BRANCHES)}`
  return partsOfBranches(branches)
}

export function defaultBranchPipelinesQuery(projectIds: readonly string[]): SQL {
  return partsOfBranches(sql`select p.id as project_id, p.default_branch as branch, p.last_pipeline_number as newest
    from json_each(${JSON.stringify(projectIds)}) as row join ${projects} as p on p.id = row.value`)
}

function partsOfBranches(branches: SQL): SQL {
  const ofBranch = (
    limit: number,
    which = hasUnskippedPart('p'),
  ) => sql`select id, began_at, ci_number, number from ${pipelines} as p
    where p.project_id = b.project_id and p.branch = b.branch and ${which}
    order by p.began_at desc, p.ci_number desc, p.number desc ${limitTo(limit)}`
  // A branch may have only pipelines that were skipped: then the newest of those.
  const newest = sql`coalesce((select id from (${ofBranch(1)}) as candidate), (select id from (${ofBranch(1, sql`1`)}) as candidate))`
  const newestThat = (fits: SQL) =>
    sql`(select id from (${ofBranch(PIPELINES_SEARCHED)}) as candidate where ${fits} order by began_at desc, ci_number desc, number desc limit 1)`
  return sql`with branches as materialized (${branches}),
    ended as materialized (select *, ${newestThat(mayHaveResult('candidate'))} as ended_id from branches as b),
    shown as materialized (select branch, newest, ${newest} as pipeline_id from branches as b
      union select branch, newest, ended_id from ended as b
      union select branch, newest, ${newestThat(hasResult('candidate'))} from ended as b
        where exists (select 1 from ${pipelines} as again where again.id = b.ended_id and not ${hasResult('again')}))
    select p.project_id as projectId, s.branch as branch, p.number as pipelineNumber, p.began_at as beganAt, p.ci_number as ciNumber, w.id as workflowId,
      w.attempt_of as attemptOf, w.attempt as workflowAttempt, w.told_status as reportedStatus, w.told_at as reportedAt,
      t.build_num as num, t.job_name as jobName, t.attempt as attempt, t.status as status, t.event_at as eventAt,
      t.stopped_at as stoppedAt, t.created_at as createdAt
    from shown as s cross join ${pipelines} as p on p.id = s.pipeline_id cross join ${workflows} as w on w.pipeline_id = p.id
    left join ${builds} as t on t.workflow_id = w.id
    order by s.newest desc, s.branch`
}
