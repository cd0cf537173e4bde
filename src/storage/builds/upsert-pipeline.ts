import { and, eq, type SQL, sql } from 'drizzle-orm'
import { BUILD_STATUS, type BuildReport, isOver } from '../../domain/builds/build.ts'
import type { RunReport } from '../../domain/reporting/webhook-reading.ts'
import { builds, pipelines, projects } from '../schema/schema.ts'
import { type Db, rawStatement } from '../stores.ts'
import { fullerOf } from './fuller-account.ts'
import { placeOf } from './pipeline-order.ts'
import { STANDS_BY_SOURCE } from './placing.ts'
import { ownBegin } from './unplaced.ts'

export function upsertPipeline(
  db: Db,
  projectId: string,
  id: string,
  report: RunReport | BuildReport,
  now: number,
  condition: SQL,
) {
  const { pipeline: told } = report
  const branch = told.stands === 'never' ? null : 'jobName' in report ? branchOf(projectId, report) : told.branch
  // Nothing that is told has yet to begin.
  const beganAt = Math.min(told.beganAt ?? now, now)
  const merged = [
    ...branchByRank(),
    ...PIPELINE_ACCOUNT.map((column) => fullerOf('pipelines', column)),
    ...placeOf(now, [
      sql`min(${ownBegin('pipelines')}, excluded.began_at)`,
      sql`min(${pipelines.ciNumber}, excluded.ci_number)`,
    ]),
    sql`is_placed = max(${pipelines.isPlaced}, excluded.is_placed)`,
  ]
  return rawStatement(
    db,
    sql`insert into ${pipelines} (id, project_id, number, external_id, branch, tag, place_rank, revision, subject, body,
      author, committer, actor, pull_requests, created_at, began_at, ci_number, is_placed)
    select ${id}, ${projects.id}, ${projects.lastPipelineNumber} + 1, ${told.externalId}, ${branch}, ${told.tag}, ${placeRankOf(report)}, ${told.revision},
      ${told.subject}, ${told.body}, ${json(told.author)}, ${json(told.committer)}, ${json(told.actor)},
      ${told.pullRequests.length > 0 ? json(told.pullRequests) : null}, ${now}, ${beganAt}, ${told.ciNumber ?? 0}, ${told.isUnplaced ? 0 : 1}
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

const PIPELINE_ACCOUNT = ['revision', 'subject', 'body', 'author', 'committer', 'actor', 'pull_requests'] as const

/**
 * Who tells the branch: a run knows it better than its jobs do, and a part of it may know only that of a fork's request. Best
 * is known whether it counts for a branch at all.
 */
function placeRankOf(report: RunReport | BuildReport): number {
  const { branch, tag, isPart, stands } = report.pipeline
  if (stands) return STANDS_BY_SOURCE
  if (isPart || (branch ?? tag) === null) return 0
  return 'jobName' in report ? 1 : 2
}

/** A branch that was told stays, and so does that there is none, unless somebody tells it who knows better. */
function branchByRank(): SQL[] {
  const takes = sql`excluded.place_rank > ${pipelines.placeRank} or (excluded.place_rank = ${pipelines.placeRank}
    and coalesce(${pipelines.branch}, ${pipelines.tag}) is null)`
  return ['branch', 'tag', 'place_rank'].map((column) => {
    const name = sql.identifier(column)
    return sql`${name} = case when ${takes} then excluded.${name} else ${pipelines}.${name} end`
  })
}

const LOOK_BACK = 1_000

/**
 * The branch that was told. A run that failed before it came to look at any (of Jenkins, with a broken Jenkinsfile) is
 * taken to be of the branch that its job was on last: it would be missing there.
 */
function branchOf(projectId: string, { pipeline: { branch, tag }, jobName, status }: BuildReport): SQL | string | null {
  if (branch !== null || tag !== null || !isOver(status) || BUILD_STATUS[status].class === 'green') return branch
  return sql`(select last.branch from (select branch, job_name, build_num from ${builds} where project_id = ${projectId}
    order by build_num desc limit ${LOOK_BACK}) as last
    where last.job_name = ${jobName} and last.branch is not null order by last.build_num desc limit 1)`
}

function json(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value)
}
