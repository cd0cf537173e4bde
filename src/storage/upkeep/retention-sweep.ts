import { type SQL, sql } from 'drizzle-orm'
import { DEFAULT_RETENTION, MAX_KEPT_PER_BRANCH } from '../../domain/builds/retention.ts'
import { DAY_MS } from '../../domain/day.ts'
import { PIPELINES_SEARCHED } from '../builds/branches/branch-status.ts'
import { hasUnskippedPart, isComplete, oldestFirst, rankOf } from '../builds/complete-pipelines.ts'
import { artifacts, builds, pipelines, projects, testResults, workflows } from '../schema/schema.ts'
import { logParts, logs } from '../schema/schema-logs.ts'
import { packIndexes, packs } from '../schema/schema-packs.ts'
import { retention } from '../schema/schema-reporting.ts'
import { testFailures, testPacks, testReports } from '../schema/schema-tests.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { findRetention } from './retention.ts'

/** How many one query deletes at most: D1 can do more in one query, and R2 takes so many keys in one call. */
const MAX_OBJECTS_A_QUERY = 1_000
const MAX_TESTS_A_QUERY = 5_000
/** Fewer, since each build is in ten indexes. */
const MAX_BUILDS_A_QUERY = 250
const MAX_PIPELINES_A_QUERY = 250
const MAX_PROJECTS_A_QUERY = 25

/** What of a build goes after the days of its artifacts. */
type Product = typeof artifacts | typeof packs | typeof packIndexes | typeof logs | typeof logParts

/** A project with its retention: values for one project, columns for many. */
type ProjectRetention = {
  readonly projectId: SQL
  readonly artifactsBefore: SQL
  readonly buildsBefore: SQL
  readonly keepPerBranch: SQL
}

/**
 * The artifacts and pipelines of a project that retention deletes: queries of one column each, the oldest first. A pipeline is
 * deleted as a whole, once all of it is old: a part of it might show another result. The pipeline that a branch shows is
 * deleted last, so that no older result replaces it.
 */
function dueOf({ projectId, artifactsBefore, buildsBefore, keepPerBranch }: ProjectRetention) {
  const ofBranch = (other: 'newer' | 'older') => {
    const name = sql.identifier(other)
    const place = sql`${rankOf(other)} ${sql.raw(other === 'newer' ? '>' : '<')} ${rankOf('l')}`
    return sql`${pipelines} as ${name} where ${name}.project_id = l.project_id and ${name}.branch is l.branch and ${place}`
  }
  // A branch with fewer pipelines keeps them all. Newer ones are counted only up to the highest possible setting.
  const isKept = sql`(select count(*) from (select 1 from ${ofBranch('newer')} limit ${MAX_KEPT_PER_BRANCH})) < ${keepPerBranch}`
  const hasNew = (table: typeof builds | typeof workflows) =>
    sql`exists (select 1 from ${table} as part where part.pipeline_id = l.id and part.created_at >= ${buildsBefore})`
  const isNew = sql`(${hasNew(builds)} or ${hasNew(workflows)})`
  // A newer pipeline is the one that the branch shows.
  const isHidden = sql`exists (select 1 from (select newer.id from ${ofBranch('newer')} order by ${oldestFirst('newer')} limit ${PIPELINES_SEARCHED}) as candidate
    where ${hasUnskippedPart('candidate')} and ${isComplete('candidate')})`
  const isLast = sql`not exists (select 1 from ${ofBranch('older')})`
  return {
    /** Whether anything in pipeline `l` is not old yet. */
    isNew,
    /** Of what a build made: files, and what its steps printed. */
    products: (
      table: Product,
      column: SQL,
    ) => sql`select a.${column} from ${table} as a join ${builds} as b on b.id = a.build_id
      join ${pipelines} as l on l.id = b.pipeline_id
      where a.project_id = ${projectId} and a.created_at < ${artifactsBefore} and not ${isKept} order by a.created_at`,
    pipelines: (column: SQL) => sql`select l.${column} from ${pipelines} as l
      where l.project_id = ${projectId} and l.created_at < ${buildsBefore} and not ${isNew}
        and not ${isKept} and (${isLast} or ${isHidden}) order by l.created_at`,
  }
}

/** The columns of project `p` with retention `r`. */
function keptByColumns(now: number): ProjectRetention {
  const before = (days: SQL, fallback: number) => sql`(${now} - coalesce(${days}, ${fallback}) * ${DAY_MS})`
  return {
    projectId: sql`p.id`,
    artifactsBefore: before(sql`r.artifact_days`, DEFAULT_RETENTION.artifactDays),
    buildsBefore: before(sql`r.build_days`, DEFAULT_RETENTION.buildDays),
    keepPerBranch: sql`coalesce(r.keep_per_branch, ${DEFAULT_RETENTION.keepPerBranch})`,
  }
}

/**
 * The ids of projects after `after` that have something to delete, and where this search stopped; null at the end. What is
 * kept for its branch is not to be deleted, however old.
 */
export async function listDue(
  db: Db,
  now: number,
  after: string,
  maxQueries: number,
): Promise<{
  readonly due: readonly { readonly projectId: string; readonly since: number }[]
  readonly after: string | null
}> {
  const kept = keptByColumns(now)
  const queries = dueOf(kept)
  const over = (query: (column: SQL) => SQL, before: SQL) => sql`(${query(sql`created_at - ${before}`)} limit 1)`
  const due: { projectId: string; since: number }[] = []
  let from = after
  for (let query = 0; query < maxQueries; query++) {
    const { results } = await rawStatement(
      db,
      sql`select p.id, ${over((column) => queries.products(artifacts, column), kept.artifactsBefore)} as artifacts,
          ${over((column) => queries.products(packs, column), kept.artifactsBefore)} as packs,
          ${over((column) => queries.products(logs, column), kept.artifactsBefore)} as logs,
          ${over(queries.pipelines, kept.buildsBefore)} as pipelines
        from ${projects} as p left join ${retention} as r on r.project_id = p.id
        where p.id > ${from} order by p.id limit ${MAX_PROJECTS_A_QUERY}`,
    )
    // The columns of the statement above: how long each is overdue.
    const rows = results as ({ id: string } & Record<'artifacts' | 'packs' | 'logs' | 'pipelines', number | null>)[]
    for (const { id, ...times } of rows) {
      const longest = Math.min(...Object.values(times).filter((ms) => ms !== null))
      if (Number.isFinite(longest)) due.push({ projectId: id, since: now + longest })
    }
    from = rows.at(-1)?.id ?? from
    if (rows.length < MAX_PROJECTS_A_QUERY) return { due, after: null }
  }
  return { due, after: from }
}

/**
 * Deletes what is past a project's retention, with at most `maxOperations` requests to D1 and R2; gives whether any may be
 * left. Rows are deleted before their objects: a break between the two leaves an object, which `sweepOrphans` deletes,
 * and never a row without its object.
 */
export async function sweepProject(
  { db, artifacts: bucket }: Pick<Stores, 'db' | 'artifacts'>,
  projectId: string,
  now: number,
  maxOperations: number,
): Promise<boolean> {
  const { artifactDays, buildDays, keepPerBranch } = await findRetention(db, projectId)
  const due = dueOf({
    projectId: sql`${projectId}`,
    artifactsBefore: sql`${now - artifactDays * DAY_MS}`,
    buildsBefore: sql`${now - buildDays * DAY_MS}`,
    keepPerBranch: sql`${keepPerBranch}`,
  })
  let operations = 1
  /** Whether all of it is gone: not where that takes more operations than are left. */
  const deleteAll = async (part: Part): Promise<boolean> => {
    for (;;) {
      // A part with objects takes two: the rows, and their objects.
      if (operations + 2 > maxOperations) return false
      const { results } = await rawStatement(db, deletion(part))
      operations += 1
      if (hasObjects(part) && results.length > 0) {
        await bucket.delete((results as { object_key: string }[]).map((row) => row.object_key))
        operations += 1
      }
      if (results.length < part.limit) return true
    }
  }
  // A pack goes with its index, a log with the last of its parts.
  for (const rows of [artifacts, packIndexes, packs, logParts, logs]) {
    const which = sql`rowid in (${due.products(rows, sql`rowid`)} limit ${MAX_OBJECTS_A_QUERY})`
    if (!(await deleteAll({ rows, which, limit: MAX_OBJECTS_A_QUERY }))) return true
  }
  while (operations < maxOperations) {
    // The pipeline that a branch shows may be deleted once the older ones are.
    const { results } = await rawStatement(db, sql`${due.pipelines(sql`id`)} limit ${MAX_PIPELINES_A_QUERY}`)
    operations += 1
    if (results.length === 0) return false
    for (const part of partsOf(
      (results as { id: string }[]).map((row) => row.id),
      due.isNew,
    ))
      if (!(await deleteAll(part))) return true
  }
  return true
}

type Part = {
  readonly rows:
    | (typeof TABLES_WITH_OBJECTS)[number]
    | typeof testFailures
    | typeof testResults
    | typeof logs
    | typeof pipelines
  readonly which: SQL
  readonly limit: number
}

const TABLES_WITH_OBJECTS = [artifacts, packIndexes, packs, testReports, testPacks, logParts] as const

function hasObjects({ rows }: Pick<Part, 'rows'>): boolean {
  return TABLES_WITH_OBJECTS.some((table) => table === rows)
}

/**
 * The parts in which pipelines are deleted: artifacts and test reports first, in bounded numbers, since one statement must
 * not delete a million rows. A pipeline is deleted with its builds once none of these has any: one that arrived
 * meanwhile must not lose its row before its object. One statement deletes pipelines with up to 250 builds, or one pipeline.
 */
function partsOf(ids: readonly string[], isNew: SQL): readonly Part[] {
  const chosen = sql`(select row.value from json_each(${JSON.stringify(ids)}) as row)`
  const ofChosen = sql`build_id in (select b.id from ${builds} as b where b.pipeline_id in ${chosen})`
  const sizes = sql`select l.id, sum((select count(*) from ${builds} as b where b.pipeline_id = l.id))
    over (order by l.id rows between unbounded preceding and 1 preceding) as builds_before
    from ${pipelines} as l where l.id in ${chosen} and not ${isNew}`
  const ofReports = sql`report_id in (select r.id from ${builds} as b join ${testReports} as r on r.build_id = b.id
    where b.pipeline_id in ${chosen})`
  const hasAny = (
    table: (typeof TABLES_WITH_OBJECTS)[number] | typeof testResults | typeof logs,
  ) => sql`exists (select 1
    from ${builds} as b join ${table} as part on part.build_id = b.id where b.pipeline_id = ${pipelines}.id)`
  const hasNone = [...TABLES_WITH_OBJECTS, testResults, logs].map((table) => sql`not ${hasAny(table)}`)
  return [
    { rows: artifacts, which: ofChosen, limit: MAX_OBJECTS_A_QUERY },
    { rows: packIndexes, which: ofChosen, limit: MAX_OBJECTS_A_QUERY },
    { rows: packs, which: ofChosen, limit: MAX_OBJECTS_A_QUERY },
    { rows: testResults, which: ofChosen, limit: MAX_TESTS_A_QUERY },
    { rows: testFailures, which: ofReports, limit: MAX_TESTS_A_QUERY },
    { rows: testPacks, which: ofChosen, limit: MAX_OBJECTS_A_QUERY },
    { rows: testReports, which: ofChosen, limit: MAX_OBJECTS_A_QUERY },
    { rows: logParts, which: ofChosen, limit: MAX_OBJECTS_A_QUERY },
    { rows: logs, which: ofChosen, limit: MAX_TESTS_A_QUERY },
    {
      rows: pipelines,
      which: sql`id in (select candidate.id from (${sizes}) as candidate where coalesce(builds_before, 0) < ${MAX_BUILDS_A_QUERY})
        and ${sql.join(hasNone, sql` and `)}`,
      limit: MAX_PIPELINES_A_QUERY + 1,
    },
  ]
}

function deletion(part: Part): SQL {
  const { rows, which, limit } = part
  const key = hasObjects(part) ? sql`object_key` : sql`1`
  return sql`delete from ${rows} where rowid in (select rowid from ${rows} where ${which} limit ${limit}) returning ${key}`
}
