import { type SQL, sql } from 'drizzle-orm'
import { githubRunPrefix } from '../../domain/builds/attempt.ts'
import type { RunReport } from '../../domain/reporting/webhook-reading.ts'
import { builds, pipelines, workflows } from '../schema/schema.ts'
import { type Db, rawStatement } from '../stores.ts'

// GitHub tells only of a run as a whole that it is a fork's; its jobs are told as if they were of our branch of that name.
// Where the run is known they join it at once. Those that come before it stand on our branch until it comes.

/** A pipeline of our own branch as GitHub's jobs name it, and the run that may be a fork's. */
type ReportedRun = {
  readonly ours: string
  readonly revision: string
  readonly prefix: string
  readonly isRun: boolean
  /** Whose owner is not told any more. */
  readonly isOfDeletedFork: boolean
}

type Report = Pick<RunReport, 'pipeline' | 'workflow' | 'told'>
type Place = { readonly externalId: string; readonly branch: string | null }

/** No branch has a colon in its name. */
const OF_FORK = /^github:[^:@]+:/

function toldOf({ pipeline, workflow, told }: Report): ReportedRun | null {
  const prefix = githubRunPrefix(workflow.externalId)
  if (prefix === null || !pipeline.externalId.startsWith('github:')) return null
  return {
    ours: pipeline.externalId.replace(OF_FORK, 'github:'),
    revision: pipeline.revision,
    prefix,
    isRun: told !== undefined,
    isOfDeletedFork: pipeline.externalId.startsWith('github:fork:'),
  }
}

/** The reports, those of a fork's run that is known in the pipeline of that run. */
export async function toForks<R extends Report>(
  db: Db,
  projectId: string,
  reports: readonly R[],
): Promise<readonly R[]> {
  return Promise.all(reports.map(async (report) => ({ ...report, ...(await knownPlaceOf(db, projectId, report)) })))
}

async function knownPlaceOf(db: Db, projectId: string, report: Report): Promise<Partial<Pick<Report, 'pipeline'>>> {
  const told = toldOf(report)
  if (!told || (told.isRun && !told.isOfDeletedFork)) return {}
  const [place] = await db.all<Place>(
    sql`select p.external_id as externalId, p.branch as branch from ${pipelines} as p where p.id = ${forksPipeline(projectId, told)}`,
  )
  return place ? { pipeline: { ...report.pipeline, ...place } } : {}
}

/** What brings to a fork's run, once it is known, the builds that came before it; for the end of a batch. */
export function toForkStatements(db: Db, projectId: string, report: Report) {
  const told = toldOf(report)
  if (!told) return []
  const there = forksPipeline(projectId, told)
  const ours = sql`(select o.id from ${pipelines} as o where o.project_id = ${projectId} and o.external_id = ${told.ours})`
  const astray = sql`select w.id from ${workflows} as w where w.pipeline_id = ${ours} and ${isAttempt(told)}`
  const branch = sql`(select f.branch from ${pipelines} as f where f.id = ${there})`
  const isFork = sql`${there} is not null`
  // A workflow that is there already keeps what was told of it, and takes the builds of its double.
  const double = sql`select t.id from ${workflows} as t join ${workflows} as s on s.external_id = t.external_id
    where t.pipeline_id = ${there} and s.id = ${builds}.workflow_id`
  return [
    rawStatement(
      db,
      sql`update ${pipelines} set began_at = coalesce((select min(began_at, min(coalesce(b.queued_at, b.started_at, b.stopped_at)))
        from ${builds} as b where b.workflow_id in (${astray})), began_at) where id = ${there}`,
    ),
    rawStatement(
      db,
      sql`update ${builds} set pipeline_id = ${there}, branch = ${branch}, workflow_id = coalesce((${double}), workflow_id)
        where workflow_id in (${astray}) and ${isFork}`,
    ),
    rawStatement(
      db,
      sql`delete from ${workflows} where id in (${astray} and w.external_id in
        (select t.external_id from ${workflows} as t where t.pipeline_id = ${there})) and ${isFork}`,
    ),
    rawStatement(db, sql`update ${workflows} set pipeline_id = ${there} where id in (${astray}) and ${isFork}`),
    rawStatement(
      db,
      sql`delete from ${pipelines} where id = ${ours} and ${isFork}
        and not exists (select 1 from ${workflows} as w where w.pipeline_id = ${pipelines}.id)`,
    ),
  ] as const
}

/** The branch of ours that such a run may have been taken for. */
export function ownBranchOf(report: Report): string | null {
  const told = toldOf(report)
  return told && told.ours !== report.pipeline.externalId
    ? told.ours.slice('github:'.length, -told.revision.length - 1)
    : null
}

function forksPipeline(projectId: string, told: ReportedRun): SQL {
  const asFork = told.ours.slice('github'.length)
  return sql`(select f.id from ${pipelines} as f join ${workflows} as w on w.pipeline_id = f.id and ${isAttempt(told)}
    where f.project_id = ${projectId} and f.revision = ${told.revision} and f.external_id <> ${told.ours}
    and substr(f.external_id, 1, 7) = 'github:' and substr(f.external_id, -${sql.raw(String(asFork.length))}) = ${asFork}
    order by f.external_id limit 1)`
}

function isAttempt({ prefix }: ReportedRun): SQL {
  return sql`w.external_id >= ${prefix} and w.external_id < ${`${prefix.slice(0, -1)}/`}`
}
