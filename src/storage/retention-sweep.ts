import { type SQL, sql } from 'drizzle-orm'
import { DEFAULT_RETENTION, MAX_KEPT_PER_BRANCH } from '../domain/retention.ts'
import { findRetention } from './retention.ts'
import { artifacts, builds, pipelines, projects, testResults } from './schema.ts'
import { retention } from './schema-reporting.ts'
import { type Db, rawStatement, type Stores } from './stores.ts'

const DAY_MS = 24 * 3_600_000
/** What one query deletes at most: well within what D1 does at once, and R2 takes in one call. */
const MAX_ARTIFACTS_A_QUERY = 1_000
const MAX_TESTS_A_QUERY = 5_000
/** Each row of a build stands in ten indexes. */
const MAX_BUILDS_A_QUERY = 250
const MAX_PIPELINES_A_QUERY = 500
const MAX_PROJECTS_A_QUERY = 25

/** A project, and how long it keeps what: values for one, columns for many. */
type Kept = {
  readonly projectId: SQL
  readonly artifactsBefore: SQL
  readonly buildsBefore: SQL
  readonly keepPerBranch: SQL
}

/** What of a project is over and not kept for its branch: queries of one column each, the oldest first. */
function dueOf({ projectId, artifactsBefore, buildsBefore, keepPerBranch }: Kept) {
  // A branch with fewer pipelines keeps them all. No more of the newer ones are counted than can be asked for.
  const isKept = sql`(select count(*) from (select 1 from ${pipelines} as newer where newer.project_id = l.project_id
    and newer.branch is l.branch and newer.number > l.number limit ${MAX_KEPT_PER_BRANCH})) < ${keepPerBranch}`
  return {
    artifacts: (column: SQL) => sql`select a.${column} from ${artifacts} as a join ${builds} as b on b.id = a.build_id
      join ${pipelines} as l on l.id = b.pipeline_id
      where a.project_id = ${projectId} and a.created_at < ${artifactsBefore} and not ${isKept} order by a.created_at`,
    builds: (column: SQL) => sql`select b.${column} from ${builds} as b join ${pipelines} as l on l.id = b.pipeline_id
      where b.project_id = ${projectId} and b.created_at < ${buildsBefore} and not ${isKept} order by b.created_at`,
    pipelines: (column: SQL) => sql`select l.${column} from ${pipelines} as l
      where l.project_id = ${projectId} and l.created_at < ${buildsBefore} and not ${isKept}
        and not exists (select 1 from ${builds} as b where b.pipeline_id = l.id) order by l.created_at`,
  }
}

/** Of project `p` with the retention `r`. */
function keptByColumns(now: number): Kept {
  const before = (days: SQL, fallback: number) => sql`(${now} - coalesce(${days}, ${fallback}) * ${DAY_MS})`
  return {
    projectId: sql`p.id`,
    artifactsBefore: before(sql`r.artifact_days`, DEFAULT_RETENTION.artifactDays),
    buildsBefore: before(sql`r.build_days`, DEFAULT_RETENTION.buildDays),
    keepPerBranch: sql`coalesce(r.keep_per_branch, ${DEFAULT_RETENTION.keepPerBranch})`,
  }
}

/**
 * The projects after `after` that have something due, by id, and where the look stopped; null at the end. A project of
 * which all that is old is kept for its branch has nothing due.
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
      sql`select p.id, ${over(queries.artifacts, kept.artifactsBefore)} as artifacts,
          ${over(queries.builds, kept.buildsBefore)} as builds, ${over(queries.pipelines, kept.buildsBefore)} as pipelines
        from ${projects} as p left join ${retention} as r on r.project_id = p.id
        where p.id > ${from} order by p.id limit ${MAX_PROJECTS_A_QUERY}`,
    )
    // The columns of the statement above: how long before its end a thing was made, so how long it is over.
    const rows = results as { id: string; artifacts: number | null; builds: number | null; pipelines: number | null }[]
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
 * Deletes what a project need not keep any longer, with at most so many operations of D1 and R2; whether any may be left.
 * Rows go first and their objects next: after a crash between the two an object is left, which the orphan sweep finds,
 * and never a row that points to nothing.
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
  const id = sql`id`
  const oldBuilds = sql`${due.builds(id)} limit ${MAX_BUILDS_A_QUERY}`
  // What belongs to a build goes before it, in bounded parts: one statement must not take a million rows along. A build
  // goes once it has no artifact: one that came in meanwhile must not lose its row before its object.
  const parts: readonly Part[] = [
    {
      rows: artifacts,
      which: sql`id in (${due.artifacts(id)} limit ${MAX_ARTIFACTS_A_QUERY})`,
      limit: MAX_ARTIFACTS_A_QUERY,
    },
    { rows: artifacts, which: sql`build_id in (${oldBuilds})`, limit: MAX_ARTIFACTS_A_QUERY },
    { rows: testResults, which: sql`build_id in (${oldBuilds})`, limit: MAX_TESTS_A_QUERY },
    {
      rows: builds,
      which: sql`id in (${oldBuilds}) and not exists (select 1 from ${artifacts} where build_id = ${builds.id})
        and not exists (select 1 from ${testResults} where build_id = ${builds.id})`,
      limit: MAX_BUILDS_A_QUERY,
      // The next builds have parts of their own.
      startsOver: 1,
    },
    {
      rows: pipelines,
      which: sql`id in (${due.pipelines(id)} limit ${MAX_PIPELINES_A_QUERY})`,
      limit: MAX_PIPELINES_A_QUERY,
    },
  ]
  let operations = 1
  for (let at = 0; at < parts.length; ) {
    // A part of artifacts takes two: the rows, and their objects.
    if (operations + 2 > maxOperations) return true
    const part = parts[at] as Part
    const { results } = await rawStatement(db, deletion(part))
    operations += 1
    if (part.rows === artifacts && results.length > 0) {
      await bucket.delete((results as { object_key: string }[]).map((row) => row.object_key))
      operations += 1
    }
    const isMore = results.length === part.limit
    at = isMore ? (part.startsOver ?? at) : at + 1
  }
  return false
}

type Part = {
  readonly rows: typeof artifacts | typeof testResults | typeof builds | typeof pipelines
  readonly which: SQL
  readonly limit: number
  /** The part to go on with when there may be more; itself, where it is not named. */
  readonly startsOver?: number
}

function deletion({ rows, which, limit }: Part): SQL {
  const key = rows === artifacts ? sql`object_key` : sql`1`
  return sql`delete from ${rows} where rowid in (select rowid from ${rows} where ${which} limit ${limit}) returning ${key}`
}
