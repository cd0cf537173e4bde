import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import { BUILD_STATUS, type Pipeline } from '../../domain/builds/build.ts'
import { countingParts, type WorkflowAttempt } from '../../domain/builds/pipeline-status.ts'
import type { OutboxState } from '../../domain/notices/outbox.ts'
import { prepareOnce } from '../prepared.ts'
import type { Place } from '../projects/place-memory.ts'
import { placeColumns, placeOf } from '../projects/project-columns.ts'
import { aliased } from '../schema/columns.ts'
import { builds, pipelines, projects, workflows } from '../schema/schema.ts'
import { outbox } from '../schema/schema-outbox.ts'
import type { Db } from '../stores.ts'
import { ofBranch, ofEachBranch, type WhichBranch } from './branches/open-branches.ts'

/** A pipeline and when something last happened in it. */
export type PipelineRow = Pipeline & {
  /** When it began by the times of its builds, which may be before its first report arrived. */
  readonly beganAt: number
  readonly updatedAt: number
  readonly start: PipelineStart | null
  /** The names of workflows that the CI reported as failed and that have no build to show it. */
  readonly failures: readonly string[]
}

/** How starting a pipeline that was asked for here went; null for one that a CI reported. */
export type PipelineStart = { readonly state: OutboxState; readonly problem: string | null }

export type PipelinesOf = {
  readonly branch: WhichBranch
  /** The login of the person who pushed or asked for them, letter case ignored. */
  readonly login: string | null
}

/** Newest first, those with a number under `before` where that is given. */
export async function listPipelines(
  db: Db,
  projectId: string,
  which: PipelinesOf,
  page: { readonly before: number | null; readonly limit: number },
): Promise<readonly PipelineRow[]> {
  return (await selectPipelines(db, projectId, which, page)).map(pipelineOf)
}

type PageBefore = { readonly before: number | null; readonly limit: number }

function selectPipelines(db: Db, projectId: string, { branch, login }: PipelinesOf, { before, limit }: PageBefore) {
  // Which branches patterns name is part of the text; a person's are asked for seldom.
  if (login !== null || (branch !== null && typeof branch !== 'string'))
    return pipelinesQuery(db, projectId, { branch, login }, { before, limit })
  const page = { projectId, before: before ?? Number.MAX_SAFE_INTEGER, limit }
  return branch === null ? NEWEST.ofAll(db, page) : NEWEST.ofOne(db, { ...page, branch })
}

type OfProject = PageBefore & { readonly projectId: string }

const NEWEST = {
  ofAll: prepareOnce((db, { projectId, ...page }: OfProject) =>
    pipelinesQuery(db, projectId, { branch: null, login: null }, page),
  ),
  ofOne: prepareOnce((db, { projectId, branch, ...page }: OfProject & { readonly branch: string }) =>
    pipelinesQuery(db, projectId, { branch, login: null }, page),
  ),
}

export function pipelinesQuery(
  db: Db,
  projectId: string,
  { branch, login }: PipelinesOf,
  { before, limit }: { readonly before: number | null; readonly limit: number },
) {
  const which = and(
    login === null ? undefined : sql`lower(${pipelines.actor} ->> '$.login') = ${login.toLowerCase()}`,
    before === null ? undefined : lt(pipelines.number, before),
  )
  return selectPipeline(db, isPipelineOf(projectId, branch, { which, newest: limit }))
    .orderBy(desc(pipelines.number))
    .limit(limit)
}

/** That a pipeline is such a one, and of the branch or, of each of several, one of the newest. */
export function isPipelineOf(
  projectId: string,
  branch: WhichBranch,
  { which, newest }: { readonly which: SQL | undefined; readonly newest: number },
): SQL | undefined {
  const { number } = pipelines
  const ofProject = and(eq(pipelines.projectId, projectId), which)
  const ofIt = ofBranch(branch, {
    one: (name) => eq(pipelines.branch, name),
    some: (patterns) =>
      sql`${number} in ${ofEachBranch(projectId, patterns, (name) => {
        const those = and(ofProject, eq(pipelines.branch, name))
        return sql`select ${number} as value from ${pipelines} where ${those} order by ${desc(number)} limit ${newest}`
      })}`,
  })
  return and(ofProject, ofIt)
}

export async function findPipeline(db: Db, projectId: string, by: { id: string } | { number: number }) {
  const named = 'id' in by ? eq(pipelines.id, by.id) : eq(pipelines.number, by.number)
  const [row] = await selectPipeline(db, and(eq(pipelines.projectId, projectId), named)).limit(1)
  return row ? pipelineOf(row) : null
}

/** Which project a pipeline belongs to: for URLs that name nothing else. */
export async function findProjectOfPipeline(db: Db, pipelineId: string): Promise<Place | null> {
  const [row] = await db
    .select(placeColumns())
    .from(pipelines)
    .innerJoin(projects, eq(projects.id, pipelines.projectId))
    .where(eq(pipelines.id, pipelineId))
    .limit(1)
  return row ? placeOf(row) : null
}

/** What a `PipelineRow` is made of. */
export function selectPipeline(db: Db, which: SQL | undefined) {
  // Drizzle leaves the table's name off a selected column of its one table, and `id` alone would be that of `b`.
  const ofPipeline = sql`b.pipeline_id = ${pipelines}.id`
  const reportedOfPipeline = sql`w.pipeline_id = ${pipelines}.id and w.told_status is not null`
  return db
    .select({
      pipeline: pipelineColumns(),
      firstEventAt: sql<
        number | null
      >`(select min(coalesce(b.queued_at, b.started_at, b.event_at)) from ${builds} as b where ${ofPipeline})`,
      lastEventAt: sql<number | null>`(select max(b.event_at) from ${builds} as b where ${ofPipeline})`,
      firstReportAt: sql<number | null>`(select min(w.began_at) from ${workflows} as w where ${reportedOfPipeline})`,
      lastReportAt: sql<number | null>`(select max(w.told_at) from ${workflows} as w where ${reportedOfPipeline})`,
      attempts: sql<string>`(select json_group_array(json_object('id', w.id, 'name', w.name, 'attemptOf', w.attempt_of, 'attempt', w.attempt,
        'reportedStatus', w.told_status, 'reportedAt', w.told_at, 'builds', (select count(*) from ${builds} as b where b.workflow_id = w.id)))
        from ${workflows} as w where ${reportedOfPipeline})`,
      start: sql<string | null>`(select json_array(o.state, o.problem) from ${builds} as b
        join ${outbox} as o on o.build_id = b.id and o.event = 'pipeline.trigger' where ${ofPipeline} limit 1)`,
    })
    .from(pipelines)
    .where(which)
    .$dynamic()
}

/** The columns of a pipeline, aliased: other tables of a join have columns of the same names. */
export function pipelineColumns() {
  const { id, number, externalId, branch, tag, revision, subject, body, createdAt } = pipelines
  const { author, committer, actor, pullRequests } = pipelines
  const columns = { id, number, externalId, branch, tag, revision, subject, body, author, committer, actor }
  return aliased('pipeline', { ...columns, pullRequests, createdAt })
}

type Row = Awaited<ReturnType<typeof selectPipeline>>[number]

export function pipelineOf({
  pipeline,
  firstEventAt,
  lastEventAt,
  firstReportAt,
  lastReportAt,
  attempts,
  start,
}: Row): PipelineRow {
  const { createdAt } = pipeline
  const beganAt = Math.min(createdAt, firstEventAt ?? createdAt, firstReportAt ?? createdAt)
  const updatedAt = Math.max(beganAt, lastEventAt ?? lastReportAt ?? createdAt, lastReportAt ?? 0)
  return {
    ...pipeline,
    pullRequests: pipeline.pullRequests ?? [],
    beganAt,
    updatedAt,
    start: startOf(start),
    failures: failuresIn(attempts),
  }
}

function failuresIn(json: string): readonly string[] {
  // Written by selectPipeline above, and by nobody else.
  const attempts = JSON.parse(json) as (WorkflowAttempt & { readonly name: string; readonly builds: number })[]
  const failed = countingParts({ workflows: attempts, builds: [] }).workflows.filter(
    ({ reportedStatus, builds }) =>
      reportedStatus !== null &&
      builds === 0 &&
      (BUILD_STATUS[reportedStatus].class === 'red' || reportedStatus === 'infrastructure_fail'),
  )
  return failed.map(({ name }) => name)
}

function startOf(json: string | null): PipelineStart | null {
  if (json === null) return null
  // Written by selectPipeline above, and by nobody else.
  const [state, problem] = JSON.parse(json) as [OutboxState, string | null]
  return { state, problem }
}
