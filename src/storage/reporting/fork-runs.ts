import { type SQL, sql } from 'drizzle-orm'
import { githubRunPrefix } from '../../domain/builds/attempt.ts'
import type { RunReport } from '../../domain/reporting/webhook-reading.ts'
import { builds, pipelines, workflows } from '../schema/schema.ts'
import { type Db, rawStatement } from '../stores.ts'

// Only GitHub's event of a run says that it is a fork's: the events of its jobs name the branch as if it were ours. A job
// whose run is known joins it at once; one that arrives earlier is on our branch until the run arrives.

/** The pipeline that a job of GitHub names, which is one of our branch, and the run, which may be a fork's. */
type ReportedRun = {
  readonly ours: string
  readonly revision: string
  readonly prefix: string
  readonly isRun: boolean
  /** GitHub does not name the owner of a deleted fork. */
  readonly isOfDeletedFork: boolean
}

type Report = Pick<RunReport, 'pipeline' | 'workflow' | 'runStatus'>
type Place = { readonly externalId: string; readonly branch: string | null }

/** The pipeline ids of forks: `owner:branch`, since no branch's name has a colon. */
const OF_FORK = /^github:[^:@]+:/

function reportedRunOf({ pipeline, workflow, runStatus }: Report): ReportedRun | null {
  const prefix = githubRunPrefix(workflow.externalId)
  if (prefix === null || !pipeline.externalId.startsWith('github:')) return null
  return {
    ours: pipeline.externalId.replace(OF_FORK, 'github:'),
    revision: pipeline.revision,
    prefix,
    isRun: runStatus !== undefined,
    isOfDeletedFork: pipeline.externalId.startsWith('github:fork:'),
  }
}

/** The reports; those of a known fork's run get the pipeline of that run. */
export async function withForksPipelines<R extends Report>(
  db: Db,
  projectId: string,
  reports: readonly R[],
): Promise<readonly R[]> {
  return Promise.all(reports.map(async (report) => ({ ...report, ...(await knownPlaceOf(db, projectId, report)) })))
}

async function knownPlaceOf(db: Db, projectId: string, report: Report): Promise<Partial<Pick<Report, 'pipeline'>>> {
  const run = reportedRunOf(report)
  if (!run || (run.isRun && !run.isOfDeletedFork)) return {}
  const [place] = await db.all<Place>(
    sql`select p.external_id as externalId, p.branch as branch from ${pipelines} as p where p.id = ${forksPipeline(projectId, run)}`,
  )
  return place ? { pipeline: { ...report.pipeline, ...place } } : {}
}

/** Statements for the end of a batch: they move builds that arrived before their fork's run to it. */
export function moveToForkStatements(db: Db, projectId: string, report: Report) {
  const run = reportedRunOf(report)
  if (!run) return []
  const there = forksPipeline(projectId, run)
  const ours = sql`(select o.id from ${pipelines} as o where o.project_id = ${projectId} and o.external_id = ${run.ours})`
  const strays = sql`select w.id from ${workflows} as w where w.pipeline_id = ${ours} and ${isAttempt(run)}`
  const branch = sql`(select f.branch from ${pipelines} as f where f.id = ${there})`
  const isFork = sql`${there} is not null`
  // Where the fork's pipeline has the workflow already, that keeps its columns and gets the builds of the other one.
  const double = sql`select t.id from ${workflows} as t join ${workflows} as s on s.external_id = t.external_id
    where t.pipeline_id = ${there} and s.id = ${builds}.workflow_id`
  const first = sql`min(coalesce(b.queued_at, b.started_at, b.stopped_at))`
  const ownBuilds = sql`from ${builds} as b where b.pipeline_id = ${ours} and b.workflow_id not in (${strays})`
  return [
    // Our pipeline no longer began when the fork's jobs did. Where its own runs are known, it went by those all along.
    rawStatement(
      db,
      sql`update ${pipelines} set began_at = coalesce((select ${first} ${ownBuilds}), began_at)
        where id = ${ours} and ${isFork} and exists (${strays})
        and not exists (select 1 from ${workflows} as w where w.pipeline_id = ${pipelines}.id and w.told_status is not null)`,
    ),
    rawStatement(
      db,
      sql`update ${pipelines} set began_at = coalesce((select min(began_at, ${first})
        from ${builds} as b where b.workflow_id in (${strays})), began_at) where id = ${there}`,
    ),
    rawStatement(
      db,
      sql`update ${builds} set pipeline_id = ${there}, branch = ${branch}, workflow_id = coalesce((${double}), workflow_id)
        where workflow_id in (${strays}) and ${isFork}`,
    ),
    rawStatement(
      db,
      sql`delete from ${workflows} where id in (${strays} and w.external_id in
        (select t.external_id from ${workflows} as t where t.pipeline_id = ${there})) and ${isFork}`,
    ),
    rawStatement(db, sql`update ${workflows} set pipeline_id = ${there} where id in (${strays}) and ${isFork}`),
    rawStatement(
      db,
      sql`delete from ${pipelines} where id = ${ours} and ${isFork}
        and not exists (select 1 from ${workflows} as w where w.pipeline_id = ${pipelines}.id)`,
    ),
  ] as const
}

/** The branch of ours to which jobs of this fork's run may have been assigned. */
export function ownBranchOf(report: Report): string | null {
  const run = reportedRunOf(report)
  return run && run.ours !== report.pipeline.externalId
    ? run.ours.slice('github:'.length, -run.revision.length - 1)
    : null
}

function forksPipeline(projectId: string, run: ReportedRun): SQL {
  const asFork = run.ours.slice('github'.length)
  return sql`(select f.id from ${pipelines} as f join ${workflows} as w on w.pipeline_id = f.id and ${isAttempt(run)}
    where f.project_id = ${projectId} and f.revision = ${run.revision} and f.external_id <> ${run.ours}
    and substr(f.external_id, 1, 7) = 'github:' and substr(f.external_id, -${sql.raw(String(asFork.length))}) = ${asFork}
    order by f.external_id limit 1)`
}

function isAttempt({ prefix }: ReportedRun): SQL {
  return sql`w.external_id >= ${prefix} and w.external_id < ${`${prefix.slice(0, -1)}/`}`
}
