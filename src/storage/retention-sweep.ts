import { type SQL, sql } from 'drizzle-orm'
import { DEFAULT_RETENTION } from '../domain/retention.ts'
import { artifacts, builds, pipelines, projects } from './schema.ts'
import { retention } from './schema-reporting.ts'
import { type Db, rawStatement, type Stores } from './stores.ts'
import { readSweep, writeSweep } from './sweeps.ts'

const DAY_MS = 24 * 3_600_000
/** What one step deletes at most: well within what D1 does at once, and R2 takes in one call. */
const MAX_ARTIFACTS_A_STEP = 500
/** A build takes its test results along, which may be thousands. */
const MAX_BUILDS_A_STEP = 20
const MAX_PIPELINES_A_STEP = 200

type Swept = Pick<Stores, 'db' | 'artifacts'>

/**
 * Deletes what projects need not keep any longer, in at most `maxSteps` bounded steps; goes on with the project at which
 * it stopped. Rows go first and their objects next: after a crash between the two an object is left, which the orphan
 * sweep finds, and never a row that points to nothing.
 */
export async function sweepRetention(stores: Swept, now: number, maxSteps: number): Promise<void> {
  const { db } = stores
  let after = (await readSweep(db, 'retention')) ?? ''
  for (let steps = 0; steps < maxSteps; ) {
    const project = await findDue(db, after, now)
    if (!project) return writeSweep(db, 'retention', null)
    const taken = await sweepProject(stores, project, maxSteps - steps)
    if (taken === 'not_done') return
    // What was due and is kept for its branch is no work; the look itself is.
    steps += Math.max(taken, 1)
    after = project.id
    await writeSweep(db, 'retention', after)
  }
}

type DueProject = {
  readonly id: string
  readonly artifactsBefore: number
  readonly buildsBefore: number
  readonly keepPerBranch: number
}

/** The next project that has anything old enough, by id. */
async function findDue(db: Db, after: string, now: number): Promise<DueProject | null> {
  const before = (days: SQL, fallback: number) => sql`${now} - coalesce(${days}, ${fallback}) * ${DAY_MS}`
  const artifactsBefore = before(sql`r.artifact_days`, DEFAULT_RETENTION.artifactDays)
  const buildsBefore = before(sql`r.build_days`, DEFAULT_RETENTION.buildDays)
  const isOld = (table: typeof artifacts | typeof builds | typeof pipelines, limit: SQL) =>
    sql`exists (select 1 from ${table} as old where old.project_id = p.id and old.created_at < ${limit})`
  const { results } = await rawStatement(
    db,
    sql`select p.id, ${artifactsBefore} as artifacts_before, ${buildsBefore} as builds_before,
        coalesce(r.keep_per_branch, ${DEFAULT_RETENTION.keepPerBranch}) as keep_per_branch
      from ${projects} as p left join ${retention} as r on r.project_id = p.id
      where p.id > ${after}
        and (${isOld(artifacts, artifactsBefore)} or ${isOld(builds, buildsBefore)} or ${isOld(pipelines, buildsBefore)})
      order by p.id limit 1`,
  )
  // The columns of the statement above.
  const [row] = results as { id: string; artifacts_before: number; builds_before: number; keep_per_branch: number }[]
  if (!row) return null
  return {
    id: row.id,
    artifactsBefore: row.artifacts_before,
    buildsBefore: row.builds_before,
    keepPerBranch: row.keep_per_branch,
  }
}

/** The steps that it took; `not_done` when these were not enough. */
async function sweepProject(
  stores: Swept,
  { id, artifactsBefore, buildsBefore, keepPerBranch }: DueProject,
  maxSteps: number,
): Promise<number | 'not_done'> {
  let steps = 0
  const isKept = keptByBranch(keepPerBranch)
  const oldArtifacts = sql`select a.id from ${artifacts} as a join ${builds} as b on b.id = a.build_id
    join ${pipelines} as p on p.id = b.pipeline_id
    where a.project_id = ${id} and a.created_at < ${artifactsBefore} and not ${isKept} limit ${MAX_ARTIFACTS_A_STEP}`
  for (let count = MAX_ARTIFACTS_A_STEP; count === MAX_ARTIFACTS_A_STEP; steps++) {
    if (steps >= maxSteps) return 'not_done'
    count = await deleteArtifacts(stores, oldArtifacts)
  }

  const oldBuilds = sql`select b.id from ${builds} as b join ${pipelines} as p on p.id = b.pipeline_id
    where b.project_id = ${id} and b.created_at < ${buildsBefore} and not ${isKept} order by b.created_at limit ${MAX_BUILDS_A_STEP}`
  for (let count = MAX_BUILDS_A_STEP; count === MAX_BUILDS_A_STEP; steps++) {
    if (steps >= maxSteps) return 'not_done'
    const ofThese = sql`select id from ${artifacts} where build_id in (${oldBuilds}) limit ${MAX_ARTIFACTS_A_STEP}`
    const left = await deleteArtifacts(stores, ofThese)
    // A build goes once it has no artifact: one that came in meanwhile must not lose its row before its object.
    count =
      left === MAX_ARTIFACTS_A_STEP
        ? MAX_BUILDS_A_STEP
        : await deleteRows(
            stores.db,
            sql`delete from ${builds} where id in (${oldBuilds}) and not exists (select 1 from ${artifacts} where build_id = ${builds.id})`,
          )
  }

  const emptyPipelines = sql`select p.id from ${pipelines} as p
    where p.project_id = ${id} and p.created_at < ${buildsBefore} and not ${isKept}
      and not exists (select 1 from ${builds} as b where b.pipeline_id = p.id) limit ${MAX_PIPELINES_A_STEP}`
  for (let count = MAX_PIPELINES_A_STEP; count === MAX_PIPELINES_A_STEP; steps++) {
    if (steps >= maxSteps) return 'not_done'
    count = await deleteRows(stores.db, sql`delete from ${pipelines} where id in (${emptyPipelines})`)
  }
  return steps
}

/** Whether pipeline `p` is among the newest of its branch; a branch with fewer keeps them all. */
function keptByBranch(count: number): SQL {
  if (count === 0) return sql`0`
  return sql`(p.number >= coalesce((select newer.number from ${pipelines} as newer where newer.project_id = p.project_id
    and newer.branch is p.branch order by newer.number desc limit 1 offset ${count - 1}), 0))`
}

async function deleteArtifacts({ db, artifacts: bucket }: Swept, which: SQL): Promise<number> {
  const { results } = await rawStatement(db, sql`delete from ${artifacts} where id in (${which}) returning object_key`)
  // The column of the statement above.
  const keys = (results as { object_key: string }[]).map((row) => row.object_key)
  if (keys.length > 0) await bucket.delete(keys)
  return keys.length
}

async function deleteRows(db: Db, statement: SQL): Promise<number> {
  const { results } = await rawStatement(db, sql`${statement} returning id`)
  return results.length
}
