import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import type { Reach } from '../../domain/access/limits/reach.ts'
import type { PipelineParts } from '../../domain/builds/pipeline-status.ts'
import type { Project } from '../../domain/project.ts'
import { isAmong } from '../people/reach.ts'
import { projectColumns } from '../projects/project-columns.ts'
import { aliased } from '../schema/columns.ts'
import { builds, members, pipelines, projects, workflows } from '../schema/schema.ts'
import type { Db } from '../stores.ts'
import type { WhichBranch } from './branches/open-branches.ts'
import { isPipelineOf, type PipelineRow, pipelineOf, selectPipeline } from './pipelines.ts'
import { attemptColumns, partColumns } from './workflows.ts'

/** A pipeline as a run of CircleCI v3: with its project and all that its status is made of. */
export type RunRow = PipelineRow & { readonly project: Project; readonly parts: PipelineParts }

export async function findRun(db: Db, projectId: string, runId: string): Promise<RunRow | null> {
  const run = (await readRuns(db, [runId])).get(runId)
  return run && run.project.id === projectId ? run : null
}

/** The runs with these ids, by their id. */
async function readRuns(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, RunRow>> {
  const [rows, projectRows, workflowRows, buildRows] = await db.batch(runQueries(db, ids))
  const projectOf = new Map(projectRows.map(({ pipelineId, project }) => [pipelineId, project]))
  const workflowsOf = Map.groupBy(workflowRows, ({ pipelineId }) => pipelineId)
  const buildsOf = Map.groupBy(buildRows, ({ pipelineId }) => pipelineId)
  const runs = rows.map(pipelineOf).flatMap((pipeline): RunRow[] => {
    const project = projectOf.get(pipeline.id)
    const parts = { workflows: workflowsOf.get(pipeline.id) ?? [], builds: buildsOf.get(pipeline.id) ?? [] }
    return project ? [{ ...pipeline, project, parts }] : []
  })
  return new Map(runs.map((run) => [run.id, run]))
}

export function runQueries(db: Db, ids: readonly string[]) {
  const named = (column: typeof pipelines.id | typeof workflows.pipelineId | typeof builds.pipelineId) =>
    sql`${column} in (select row.value from json_each(${JSON.stringify(ids)}) as row)`
  return [
    selectPipeline(db, named(pipelines.id)),
    db
      .select({
        pipelineId: sql<string>`${pipelines.id}`.as('of_pipeline'),
        project: aliased('project', projectColumns()),
      })
      .from(pipelines)
      .innerJoin(projects, eq(projects.id, pipelines.projectId))
      .where(named(pipelines.id)),
    db
      .select({ pipelineId: workflows.pipelineId, id: workflows.id, ...attemptColumns() })
      .from(workflows)
      .where(named(workflows.pipelineId)),
    db
      .select({ pipelineId: builds.pipelineId, ...partColumns() })
      .from(builds)
      .where(named(builds.pipelineId)),
  ] as const
}

/** Which runs of a project are searched. The times are those of their first reports. */
export type RunsOf = {
  readonly branch: WhichBranch
  readonly revision: string | null
  readonly from: number | null
  readonly to: number | null
}

/** A page of runs, newest first, and where the next one goes on; null where nothing is left. */
export type RunPage<Place> = { readonly runs: readonly RunRow[]; readonly next: Place | null }

/** Whether a run is one of those that are looked for; null where all are. */
export type Fits = ((run: RunRow) => boolean) | null

/** Of each project the number under which its runs go on. */
export type NumbersBelow = readonly number[]

/** A search that has found something ends its page after so many runs, and one that has not after so many more. */
const ENOUGH_SCANNED = 200
const MOST_SCANNED = 1_000
const SCANNED_AT_ONCE = 100

/** Runs of these projects together, newest first. */
export async function searchRuns(
  db: Db,
  projectIds: readonly string[],
  which: RunsOf,
  { below, limit, fits }: { readonly below: NumbersBelow; readonly limit: number; readonly fits: Fits },
): Promise<RunPage<NumbersBelow>> {
  const place = [...below]
  return scan<SearchedRun, NumbersBelow>({ db, limit, fits }, async (count) => {
    const [first, ...others] = projectIds.map((projectId, i) =>
      searchQuery(db, projectId, which, { below: place[i] ?? 0, limit: count }),
    )
    const lists = first ? await db.batch([first, ...others]) : []
    return {
      rows: newestOf(lists, count),
      isLast: lists.every((rows) => rows.length < count) && lists.flat().length <= count,
      pass: ({ project, number }) => {
        place[project] = number
      },
      place: () => [...place],
    }
  })
}

type SearchedRun = {
  readonly id: string
  readonly number: number
  readonly createdAt: number
  readonly project: number
}

/** The first `count` of lists that are each in order, by time; the order within a list stays. */
function newestOf(lists: readonly (readonly Omit<SearchedRun, 'project'>[])[], count: number): readonly SearchedRun[] {
  const heads = lists.map(() => 0)
  const merged: SearchedRun[] = []
  while (merged.length < count) {
    let newest: SearchedRun | null = null
    for (const [project, rows] of lists.entries()) {
      const row = rows[heads[project] ?? 0]
      if (row && (!newest || row.createdAt > newest.createdAt)) newest = { ...row, project }
    }
    if (!newest) break
    heads[newest.project] = (heads[newest.project] ?? 0) + 1
    merged.push(newest)
  }
  return merged
}

export function searchQuery(
  db: Db,
  projectId: string,
  { branch, revision, from, to }: RunsOf,
  { below, limit }: { readonly below: number; readonly limit: number },
) {
  // Numbers are given in the order of the first reports, and every index has them.
  const numberAt = (bound: SQL, order: SQL) =>
    sql`(select at.number from ${pipelines} as at where at.project_id = ${projectId} and ${bound} order by ${order} limit 1)`
  const which = and(
    revision === null ? undefined : eq(pipelines.revision, revision),
    lt(pipelines.number, below),
    from === null
      ? undefined
      : sql`${pipelines.number} >= ${numberAt(sql`at.created_at >= ${from}`, sql`at.created_at, at.number`)}`,
    to === null
      ? undefined
      : sql`${pipelines.number} <= ${numberAt(sql`at.created_at <= ${to}`, sql`at.created_at desc, at.number desc`)}`,
  )
  const { id, number, createdAt } = pipelines
  // Named, since SQLite prefers a range of numbers to a branch or revision, and reads all runs in it.
  const index = revision !== null ? 'revision' : typeof branch === 'string' ? 'branch' : 'number'
  return db
    .select({ id: sql<string>`${id}`, number: sql<number>`${number}`, createdAt: sql<number>`${createdAt}` })
    .from(sql.raw(`pipelines indexed by pipelines_${index}`))
    .where(isPipelineOf(projectId, branch, { which, newest: limit }))
    .orderBy(desc(number))
    .limit(limit)
}

/** The place of a run among those of a person. */
export type RunPlace = { readonly createdAt: number; readonly id: string }

/** The runs that a person started or pushed in projects of theirs, newest first. */
export async function listRunsOfPerson(
  db: Db,
  { reach, login }: { readonly reach: Reach; readonly login: string },
  { from, to }: Pick<RunsOf, 'from' | 'to'>,
  { after, limit, fits }: { readonly after: RunPlace | null; readonly limit: number; readonly fits: Fits },
): Promise<RunPage<RunPlace>> {
  let place = after
  return scan<PersonsRun, RunPlace>({ db, limit, fits }, async (count) => {
    const rows = await runsOfPersonQuery(db, { reach, login }, { from, to }, { after: place, limit: count })
    return {
      rows,
      isLast: rows.length < count,
      pass: ({ createdAt, id }) => {
        place = { createdAt, id }
      },
      place: () => place,
    }
  })
}

type PersonsRun = RunPlace & { readonly isTheirs: number }

export function runsOfPersonQuery(
  db: Db,
  { reach, login }: { readonly reach: Reach; readonly login: string },
  { from, to }: Pick<RunsOf, 'from' | 'to'>,
  { after, limit }: { readonly after: RunPlace | null; readonly limit: number },
) {
  const { id, createdAt } = pipelines
  // In projects of others anybody may have that login: these are counted among the scanned, so that they cost no more.
  const isTheirs = sql<number>`exists (select 1 from ${members} as m where m.project_id = ${pipelines}.project_id and m.user_id = ${reach.userId}
    and ${isAmong(sql`m.project_id`, reach)})`
  return db
    .select({ id, createdAt, isTheirs: isTheirs.as('is_theirs') })
    .from(pipelines)
    .where(
      and(
        sql`lower(${pipelines.actor} ->> '$.login') = ${login.toLowerCase()}`,
        after === null ? undefined : sql`(${createdAt}, ${id}) < (${after.createdAt}, ${after.id})`,
        from === null ? undefined : sql`${createdAt} >= ${from}`,
        to === null ? undefined : sql`${createdAt} <= ${to}`,
      ),
    )
    .orderBy(desc(createdAt), desc(id))
    .limit(limit)
}

/** Some runs to look at: `pass` says that one was, and `place` where the next ones begin. */
type Stretch<Row, Place> = {
  readonly rows: readonly Row[]
  readonly isLast: boolean
  readonly pass: (row: Row) => void
  readonly place: () => Place | null
}

/**
 * Looks at runs, stretch by stretch, until a page is full. A search for few among many ends its page before: then it says
 * where to go on. Clients take an empty page for the end, so that it looks at more before it gives one.
 */
async function scan<Row extends { readonly id: string; readonly isTheirs?: number }, Place>(
  { db, limit, fits }: { readonly db: Db; readonly limit: number; readonly fits: Fits },
  next: (count: number) => Promise<Stretch<Row, Place>>,
): Promise<RunPage<Place>> {
  const found: RunRow[] = []
  for (let scanned = 0; ; ) {
    const count = fits ? SCANNED_AT_ONCE : limit - found.length + 1
    const { rows, isLast, pass, place } = await next(count)
    const theirs = rows.filter(({ isTheirs = 1 }) => isTheirs === 1)
    const runs =
      theirs.length === 0
        ? new Map<string, RunRow>()
        : await readRuns(
            db,
            theirs.map(({ id }) => id),
          )
    for (const row of rows) {
      if (found.length === limit) return { runs: found, next: place() }
      pass(row)
      // One that is gone meanwhile is none.
      const run = runs.get(row.id)
      if (run && (!fits || fits(run))) found.push(run)
    }
    scanned += rows.length
    if (isLast) return { runs: found, next: null }
    if (found.length === limit || scanned >= MOST_SCANNED || (scanned >= ENOUGH_SCANNED && found.length > 0))
      return { runs: found, next: place() }
  }
}
