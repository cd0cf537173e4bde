import { and, eq, type SQL, sql } from 'drizzle-orm'
import { BUILD_STATUS, type BuildReport, isOver } from '../../domain/builds/build.ts'
import type { RunReport } from '../../domain/reporting/webhook-reading.ts'
import { builds, pipelines, projects } from '../schema/schema.ts'
import { type Db, rawStatement } from '../stores.ts'
import { fullerOf } from './fuller-value.ts'
import { reportedBegin } from './head-unknown.ts'
import { orderColumns } from './pipeline-order.ts'
import { RANK_SET_BY_CI } from './placing.ts'

export function upsertPipeline(
  db: Db,
  projectId: string,
  report: RunReport | BuildReport,
  { id, now, condition }: { readonly id: string; readonly now: number; readonly condition: SQL },
) {
  const { pipeline } = report
  const branch =
    pipeline.countsForBranch === 'never' ? null : 'jobName' in report ? branchOf(projectId, report) : pipeline.branch
  // A begin in the future is taken as now.
  const beganAt = Math.min(pipeline.beganAt ?? now, now)
  const merged = [
    ...branchByRank(),
    ...COMMIT_COLUMNS.map((column) => fullerOf('pipelines', column)),
    ...orderColumns(now, [
      sql`min(${reportedBegin('pipelines')}, excluded.began_at)`,
      sql`min(${pipelines.ciNumber}, excluded.ci_number)`,
    ]),
    sql`is_placed = max(${pipelines.isHeadKnown}, excluded.is_placed)`,
  ]
  return rawStatement(
    db,
    sql`insert into ${pipelines} (id, project_id, number, external_id, branch, tag, place_rank, revision, subject, body,
      author, committer, actor, pull_requests, created_at, began_at, ci_number, is_placed)
    select ${id}, ${projects.id}, ${projects.lastPipelineNumber} + 1, ${pipeline.externalId}, ${branch}, ${pipeline.tag}, ${branchRankOf(report)}, ${pipeline.revision},
      ${pipeline.subject}, ${pipeline.body}, ${json(pipeline.author)}, ${json(pipeline.committer)}, ${json(pipeline.actor)},
      ${pipeline.pullRequests.length > 0 ? json(pipeline.pullRequests) : null}, ${now}, ${beganAt}, ${pipeline.ciNumber ?? 0}, ${pipeline.isHeadUnknown ? 0 : 1}
    from ${projects} where ${projects.id} = ${projectId} and ${condition}
    on conflict (project_id, external_id) do update set ${sql.join(merged, sql`, `)}`,
  )
}

export function countPipeline(db: Db, projectId: string, pipelineId: string) {
  return db
    .update(projects)
    .set({ lastPipelineNumber: sql`${projects.lastPipelineNumber} + 1` })
    .where(
      and(eq(projects.id, projectId), sql`exists (select 1 from ${pipelines} where ${pipelines.id} = ${pipelineId})`),
    )
}

const COMMIT_COLUMNS = ['revision', 'subject', 'body', 'author', 'committer', 'actor', 'pull_requests'] as const

/**
 * How well a report knows branch and tag: 0 none, or those of a part, which may be a fork's; 1 those of a job; 2 those of the
 * run itself; 3 those of a run of which the CI says whether it counts for its branch.
 */
function branchRankOf(report: RunReport | BuildReport): number {
  const { branch, tag, isPart, countsForBranch } = report.pipeline
  if (countsForBranch) return RANK_SET_BY_CI
  if (isPart || (branch ?? tag) === null) return 0
  return 'jobName' in report ? 1 : 2
}

/** Branch and tag change only for a higher `place_rank`, or an equal one while both are null. */
function branchByRank(): SQL[] {
  const takes = sql`excluded.place_rank > ${pipelines.branchRank} or (excluded.place_rank = ${pipelines.branchRank}
    and coalesce(${pipelines.branch}, ${pipelines.tag}) is null)`
  return ['branch', 'tag', 'place_rank'].map((column) => {
    const name = sql.identifier(column)
    return sql`${name} = case when ${takes} then excluded.${name} else ${pipelines}.${name} end`
  })
}

const BUILDS_SEARCHED = 1_000

/**
 * The reported branch. A run that failed before it had one (of Jenkins, with a broken Jenkinsfile) is taken to be on the branch
 * of its job's last run: it would be missing there.
 */
function branchOf(projectId: string, { pipeline: { branch, tag }, jobName, status }: BuildReport): SQL | string | null {
  if (branch !== null || tag !== null || !isOver(status) || BUILD_STATUS[status].class === 'green') return branch
  return sql`(select last.branch from (select branch, job_name, build_num from ${builds} where project_id = ${projectId}
    order by build_num desc limit ${BUILDS_SEARCHED}) as last
    where last.job_name = ${jobName} and last.branch is not null order by last.build_num desc limit 1)`
}

function json(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value)
}
