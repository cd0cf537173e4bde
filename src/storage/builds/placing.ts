import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { GITLAB_PIPELINE, isJenkinsRun } from '../../domain/builds/attempt.ts'
import { UNKNOWN_REVISION } from '../../domain/builds/build.ts'
import type { RunReport } from '../../domain/reporting/webhook-reading.ts'
import { builds, pipelines, workflows } from '../schema/schema.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'
import { forgetBranchStatus } from './branch-status.ts'
import { isFailure } from './complete-pipelines.ts'
import { toForks } from './fork-runs.ts'

// Where a report belongs that does not know all of it: what it is part of may be part of something itself, and what has
// its id may have been another run before.

/** The reports of one delivery with the ids under which their rows are, or are to be. */
export async function placed<R extends RunReport>(
  db: Db,
  projectId: string,
  reports: readonly R[],
): Promise<readonly R[]> {
  const roots = new Map<string, Promise<string | null>>()
  const inPlace: R[] = []
  for (const report of reports) {
    const inRoot = await placedInRoot(db, projectId, report, roots)
    const inLife = await placedInLife(db, projectId, inRoot)
    inPlace.push(await placedAtCommit(db, projectId, inLife))
  }
  return toForks(db, projectId, inPlace)
}

/**
 * What is known as a part of a pipeline is in the root of that, be it told by its own id, as jobs of GitLab's child
 * pipelines are, or by its parent's. A delivery mostly is of one pipeline, so its root is looked up once.
 */
async function placedInRoot<R extends RunReport>(
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

/** A run whose id another run had before, of a job that was deleted and made anew, has one of its own. */
async function placedInLife<R extends RunReport>(db: Db, projectId: string, report: R): Promise<R> {
  const { pipeline, workflow } = report
  const { life } = pipeline
  // Whoever tells no life, as our command does, tells of the run that is there.
  if (!life) return report
  const [row] = await db
    .select({ life: builds.attempt })
    .from(builds)
    .where(and(eq(builds.projectId, projectId), eq(builds.externalId, workflow.externalId)))
    .limit(1)
  if (!row || row.life === life) return report
  const own = (id: string) => `${id}#${life}`
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
async function placedAtCommit<R extends RunReport>(db: Db, projectId: string, report: R): Promise<R> {
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

/** What brings a run of Jenkins, once its commit is known, out of the pipeline of its own; for the start of a batch. */
export function toCommitStatements(db: Db, projectId: string, { pipeline, workflow }: RunReport) {
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

/**
 * Moves to the pipelines of these reports what came before their own place was known, and was stored as of a pipeline
 * that is none by itself.
 */
export async function gatherParts(
  stores: Stores,
  projectId: string,
  told: readonly RunReport[],
  stored: readonly RunReport[],
  actor: Actor,
): Promise<void> {
  const { db } = stores
  const strays = new Map<string, string>()
  for (const [i, report] of stored.entries()) {
    const root = report.pipeline.externalId
    if (!report.pipeline.isOfParent) continue
    for (const id of [report.workflow.externalId, told[i]?.pipeline.externalId])
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
      // Until the root tells its branch, what is red in it counts where it did.
      rawStatement(
        db,
        sql`update ${pipelines} set branch = ${row.branch}
          where id = ${pipelineId(projectId, root)} and place_rank = 0 and branch is null and tag is null`,
      ),
      // It has a number, and stays; but it stands for no branch.
      rawStatement(db, sql`update ${pipelines} set branch = null where id = ${row.id} and branch is not null`),
      ...rootStatements(db, projectId, root),
    ])
    await forgetBranchStatus(stores, projectId, row.branch)
  }
}

/** The rank of a run's word on its branch where that never counts, or only while the run is red. */
export const STANDS_BY_SOURCE = 3

/** For the end of a batch: what follows for a pipeline of GitLab from all that is known of it and its children. */
export function toRootStatements(db: Db, projectId: string, report: RunReport) {
  return isGitlabPipeline(report) ? rootStatements(db, projectId, report.pipeline.externalId) : []
}

function rootStatements(db: Db, projectId: string, root: string) {
  return [childrenStatement(db, projectId, root), branchStatement(db, projectId, root)]
}

/**
 * A trigger job that is retried makes another child pipeline, of which GitLab does not say what it replaces. It is taken to
 * be one that did not end well, of the same name, where it began after that, ran what failed in it and ended well, as
 * their root did then: GitLab says so of the root only where no trigger job's last try failed.
 */
function childrenStatement(db: Db, projectId: string, root: string) {
  const lost = sql`exists (select 1 from ${builds} as b where b.workflow_id = ${workflows}.id and ${isFailure('b.status')}
    and not exists (select 1 from ${builds} as again where again.workflow_id = later.id and again.job_name = b.job_name))`
  const endedWell = sql`exists (select 1 from ${workflows} as r where r.pipeline_id = ${workflows}.pipeline_id
    and r.external_id = ${root} and r.told_status = 'success' and r.told_at >= ${workflows}.told_at)`
  const inItsPlace = sql`(select later.external_id from ${workflows} as later
    where later.pipeline_id = ${workflows}.pipeline_id and later.external_id <> ${root} and later.name = ${workflows}.name
      and later.attempt > ${workflows}.attempt and later.began_at >= ${workflows}.told_at and later.told_status = 'success'
      and not ${lost} and ${endedWell} order by later.attempt desc limit 1)`
  return rawStatement(
    db,
    sql`update ${workflows} set attempt_of = coalesce(${inItsPlace}, external_id)
      where pipeline_id = ${pipelineId(projectId, root)} and external_id <> ${root} and told_class in ('red', 'stopped')`,
  )
}

/**
 * A pipeline whose branch only parts of it told, or that may not count for it, stands for that branch only while it has failed.
 */
function branchStatement(db: Db, projectId: string, externalId: string) {
  const hasFailed = sql`exists (select 1 from ${workflows} as w where w.pipeline_id = ${pipelines}.id and ${isFailure('w.told_status')})
    or exists (select 1 from ${builds} as b join ${workflows} as w on w.id = b.workflow_id
      where b.pipeline_id = ${pipelines}.id and ${isFailure('b.status')} and not exists
      (select 1 from ${builds} as again where again.workflow_id = b.workflow_id and again.job_name = b.job_name
        and again.attempt > b.attempt and (again.stage = 2 or (w.told_class in ('green', 'stopped') and again.event_at <= w.told_at))))`
  return rawStatement(
    db,
    sql`update ${pipelines} set branch = null where project_id = ${projectId} and external_id = ${externalId}
      and place_rank in (0, ${STANDS_BY_SOURCE}) and branch is not null and not (${hasFailed})`,
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
