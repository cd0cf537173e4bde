import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { GITLAB_PIPELINE, isJenkinsRun } from '../../domain/builds/attempt.ts'
import { UNKNOWN_REVISION } from '../../domain/builds/build.ts'
import type { RunReport } from '../../domain/reporting/webhook-reading.ts'
import { forgetBranchStatus } from '../builds/branches/branch-status.ts'
import { isFailure } from '../builds/complete-pipelines.ts'
import { builds, pipelines, workflows } from '../schema/schema.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'
import { withForksPipelines } from './fork-runs.ts'

// The pipeline in which a report is stored, where the report does not name it: a parent pipeline may have a parent itself, an
// id may have been that of an earlier run, and a run's commit or fork may not be known yet.

/** The reports of one delivery, with the ids under which they are stored. */
export async function withPipelines<R extends RunReport>(
  db: Db,
  projectId: string,
  reports: readonly R[],
): Promise<readonly R[]> {
  const roots = new Map<string, Promise<string | null>>()
  const inPlace: R[] = []
  for (const report of reports) {
    const inRoot = await withRootPipeline(db, projectId, report, roots)
    const inGeneration = await withGeneration(db, projectId, inRoot)
    inPlace.push(await withCommitsPipeline(db, projectId, inGeneration))
  }
  return withForksPipelines(db, projectId, inPlace)
}

/**
 * A known part of a pipeline is stored in the root of that, whether the report names its own id or its parent's: jobs of
 * GitLab's child pipelines may name either. A delivery is mostly about one pipeline, so its root is looked up once.
 */
async function withRootPipeline<R extends RunReport>(
  db: Db,
  projectId: string,
  report: R,
  roots: Map<string, Promise<string | null>>,
): Promise<R> {
  const { pipeline } = report
  if (!isGitlabPipeline(report)) return report
  const key = `${pipeline.externalId}@${pipeline.revision}`
  const found = roots.get(key) ?? findRoot(db, projectId, report)
  roots.set(key, found)
  const root = await found
  return root === null
    ? report
    : { ...report, pipeline: { ...pipeline, externalId: root, isOfParent: true, isPart: true } }
}

/** Only GitLab has pipelines of pipelines. */
function isGitlabPipeline({ pipeline }: Pick<RunReport, 'pipeline'>): boolean {
  return pipeline.externalId.startsWith(GITLAB_PIPELINE)
}

async function findRoot(db: Db, projectId: string, { pipeline }: RunReport): Promise<string | null> {
  const [row] = await db
    .select({ root: pipelines.externalId })
    .from(pipelines)
    .innerJoin(workflows, sql`${workflows.pipelineId} = ${pipelines.id}`)
    // Parent and child are of one commit, and pipelines are found by that.
    .where(
      sql`${pipelines.projectId} = ${projectId} and ${pipelines.revision} = ${pipeline.revision}
        and ${workflows.externalId} = ${pipeline.externalId} and ${pipelines.externalId} <> ${pipeline.externalId}`,
    )
    .limit(1)
  return row?.root ?? null
}

/** A run with the id of an earlier run, of a job that was deleted and made anew, gets an id of its own. */
async function withGeneration<R extends RunReport>(db: Db, projectId: string, report: R): Promise<R> {
  const { pipeline, workflow } = report
  const { jobGeneration } = pipeline
  // Without a generation, as from our command, the report is about the stored run.
  if (!jobGeneration) return report
  const [row] = await db
    .select({ jobGeneration: builds.attempt })
    .from(builds)
    .where(and(eq(builds.projectId, projectId), eq(builds.externalId, workflow.externalId)))
    .limit(1)
  if (!row || row.jobGeneration === jobGeneration) return report
  const own = (id: string) => `${id}#${jobGeneration}`
  return {
    ...report,
    ...('externalId' in report ? { externalId: own(String(report.externalId)) } : {}),
    workflow: { ...workflow, externalId: own(workflow.externalId) },
    pipeline: { ...pipeline, externalId: own(pipeline.externalId) },
  }
}

/**
 * A run of Jenkins is in the pipeline of its commit on that branch, with those of other jobs; until the commit is known,
 * in one of its own.
 */
async function withCommitsPipeline<R extends RunReport>(db: Db, projectId: string, report: R): Promise<R> {
  const { pipeline, workflow } = report
  if (!isJenkinsRun(workflow.externalId) || pipeline.externalId !== workflow.externalId) return report
  const [known] = await db
    .select({ externalId: pipelines.externalId, branch: pipelines.branch, revision: pipelines.revision })
    .from(builds)
    .innerJoin(pipelines, eq(pipelines.id, builds.pipelineId))
    .where(and(eq(builds.projectId, projectId), eq(builds.externalId, workflow.externalId)))
    .limit(1)
  if (known && known.externalId !== workflow.externalId) return { ...report, pipeline: { ...pipeline, ...known } }
  const { branch, revision } = pipeline
  if (branch === null || revision === UNKNOWN_REVISION) return report
  return { ...report, pipeline: { ...pipeline, externalId: `jenkins:${branch}@${revision}` } }
}

/** For the start of a batch: moves a run of Jenkins, once its commit is known, from its own pipeline to that of the commit. */
export function moveToCommitStatements(db: Db, projectId: string, { pipeline, workflow }: RunReport) {
  const { externalId, branch } = pipeline
  if (!isJenkinsRun(workflow.externalId) || externalId === workflow.externalId) return []
  const own = pipelineId(projectId, workflow.externalId)
  return [
    // The first run of a commit makes its pipeline.
    rawStatement(
      db,
      sql`update or ignore ${pipelines} set external_id = ${externalId}, branch = ${branch}, place_rank = 1
        where project_id = ${projectId} and external_id = ${workflow.externalId}`,
    ),
    ...moveStatements(db, own, pipelineId(projectId, externalId)),
    rawStatement(
      db,
      sql`delete from ${pipelines} where project_id = ${projectId} and external_id = ${workflow.externalId}`,
    ),
  ] as const
}

/** Moves what arrived before a child pipeline was known as one, and so was stored as a pipeline of its own, to the root. */
export async function gatherParts(
  stores: Stores,
  projectId: string,
  { reports, inPlace }: { readonly reports: readonly RunReport[]; readonly inPlace: readonly RunReport[] },
  actor: Actor,
): Promise<void> {
  const { db } = stores
  const strays = new Map<string, string>()
  for (const [i, report] of inPlace.entries()) {
    const root = report.pipeline.externalId
    if (!report.pipeline.isOfParent) continue
    for (const id of [report.workflow.externalId, reports[i]?.pipeline.externalId])
      if (id !== undefined && id !== root) strays.set(id, root)
  }
  for (const [stray, root] of strays) {
    const [row] = await db
      .select({ id: pipelines.id, branch: pipelines.branch })
      .from(pipelines)
      .where(sql`${pipelines.id} = ${pipelineId(projectId, stray)} and ${pipelineId(projectId, root)} is not null`)
    if (!row) continue
    await commit(stores, actor, [
      ...moveStatements(db, sql`${row.id}`, pipelineId(projectId, root)),
      // Until the root is reported with a branch, a red child counts for the branch that it counted for.
      rawStatement(
        db,
        sql`update ${pipelines} set branch = ${row.branch}
          where id = ${pipelineId(projectId, root)} and place_rank = 0 and branch is null and tag is null`,
      ),
      // It keeps its row, because of its number, but no longer counts for a branch.
      rawStatement(db, sql`update ${pipelines} set branch = null where id = ${row.id} and branch is not null`),
      ...rootStatements(db, projectId, root),
    ])
    await forgetBranchStatus(stores, projectId, row.branch)
  }
}

/** The `place_rank` of a run of which the CI says that it counts for its branch never, or only while it is red. */
export const RANK_SET_BY_CI = 3

/** For the end of a batch: what a GitLab pipeline and its children replace, and whether it counts for its branch. */
export function gitlabRootStatements(db: Db, projectId: string, report: RunReport) {
  return isGitlabPipeline(report) ? rootStatements(db, projectId, report.pipeline.externalId) : []
}

function rootStatements(db: Db, projectId: string, root: string) {
  return [replacedChildrenStatement(db, projectId, root), branchWhileRedStatement(db, projectId, root)]
}

/**
 * A retried trigger job makes another child pipeline, and GitLab does not say which one that replaces. It is taken to replace a
 * child of the same name that did not end well, if it began after that one's end, has all jobs that failed in it, passed, and
 * their root passed too: GitLab lets the root pass only where no trigger job's last try failed.
 */
function replacedChildrenStatement(db: Db, projectId: string, root: string) {
  const lacksFailedJob = sql`exists (select 1 from ${builds} as b where b.workflow_id = ${workflows}.id and ${isFailure('b.status')}
    and not exists (select 1 from ${builds} as again where again.workflow_id = later.id and again.job_name = b.job_name))`
  const endedWell = sql`exists (select 1 from ${workflows} as r where r.pipeline_id = ${workflows}.pipeline_id
    and r.external_id = ${root} and r.told_status = 'success' and r.told_at >= ${workflows}.told_at)`
  const replacement = sql`(select later.external_id from ${workflows} as later
    where later.pipeline_id = ${workflows}.pipeline_id and later.external_id <> ${root} and later.name = ${workflows}.name
      and later.attempt > ${workflows}.attempt and later.began_at >= ${workflows}.told_at and later.told_status = 'success'
      and not ${lacksFailedJob} and ${endedWell} order by later.attempt desc limit 1)`
  return rawStatement(
    db,
    sql`update ${workflows} set attempt_of = coalesce(${replacement}, external_id)
      where pipeline_id = ${pipelineId(projectId, root)} and external_id <> ${root} and told_class in ('red', 'stopped')`,
  )
}

/** Where only parts of a pipeline named its branch, or the CI says so, it counts for the branch only while it has failed. */
function branchWhileRedStatement(db: Db, projectId: string, externalId: string) {
  const hasFailed = sql`exists (select 1 from ${workflows} as w where w.pipeline_id = ${pipelines}.id and ${isFailure('w.told_status')})
    or exists (select 1 from ${builds} as b join ${workflows} as w on w.id = b.workflow_id
      where b.pipeline_id = ${pipelines}.id and ${isFailure('b.status')} and not exists
      (select 1 from ${builds} as again where again.workflow_id = b.workflow_id and again.job_name = b.job_name
        and again.attempt > b.attempt and (again.stage = 2 or (w.told_class in ('green', 'stopped') and again.event_at <= w.told_at))))`
  return rawStatement(
    db,
    sql`update ${pipelines} set branch = null where project_id = ${projectId} and external_id = ${externalId}
      and place_rank in (0, ${RANK_SET_BY_CI}) and branch is not null and not (${hasFailed})`,
  )
}

function pipelineId(projectId: string, externalId: string): SQL {
  return sql`(select p.id from ${pipelines} as p where p.project_id = ${projectId} and p.external_id = ${externalId})`
}

/** What moves all of one pipeline to another; of a workflow that is in both, its builds. */
function moveStatements(db: Db, from: SQL, to: SQL) {
  return [
    rawStatement(db, sql`update or ignore ${workflows} set pipeline_id = ${to} where pipeline_id = ${from}`),
    rawStatement(
      db,
      sql`update ${builds} set pipeline_id = ${to}, branch = (select p.branch from ${pipelines} as p where p.id = ${to}),
        workflow_id = coalesce((select there.id from ${workflows} as there join ${workflows} as own on own.external_id = there.external_id
          where own.id = ${builds}.workflow_id and there.pipeline_id = ${to}), workflow_id)
        where pipeline_id = ${from}`,
    ),
  ] as const
}
