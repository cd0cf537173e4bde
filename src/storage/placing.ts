import { sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { RunReport } from '../domain/webhook-reading.ts'
import { commit } from './rights.ts'
import { builds, pipelines, workflows } from './schema.ts'
import { type Db, rawStatement, type Stores } from './stores.ts'

// Where a report belongs that does not know all of it: what it is part of may be part of something itself, and what has
// its id may have been another run before.

/** The report with the ids under which its rows are, or are to be. */
export async function placed<R extends RunReport>(db: Db, projectId: string, report: R): Promise<R> {
  const inRoot = await placedInRoot(db, projectId, report)
  return placedInLife(db, projectId, inRoot)
}

/** A pipeline of which only the parent is told is in the pipeline in which that is. */
async function placedInRoot<R extends RunReport>(db: Db, projectId: string, report: R): Promise<R> {
  const { pipeline, workflow } = report
  if (pipeline.externalId === workflow.externalId || !pipeline.isOfParent) return report
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
  return row ? { ...report, pipeline: { ...pipeline, externalId: row.root } } : report
}

/** A run whose id another run had before, of a job that was deleted and made anew, has one of its own. */
async function placedInLife<R extends RunReport>(db: Db, projectId: string, report: R): Promise<R> {
  const { pipeline, workflow } = report
  const { life } = pipeline
  if (!life) return report
  const [row] = await db
    .select({ life: workflows.attempt })
    .from(pipelines)
    .innerJoin(workflows, sql`${workflows.pipelineId} = ${pipelines.id}`)
    .where(
      sql`${pipelines.projectId} = ${projectId} and ${pipelines.externalId} = ${pipeline.externalId}
        and ${workflows.externalId} = ${workflow.externalId}`,
    )
    .limit(1)
  // Whoever tells no life, as our command does, tells of the run that is there.
  if (!row || row.life === 1 || row.life === life) return report
  const own = (id: string) => `${id}#${life}`
  return {
    ...report,
    ...('externalId' in report ? { externalId: own(String(report.externalId)) } : {}),
    workflow: { ...workflow, externalId: own(workflow.externalId) },
    pipeline: { ...pipeline, externalId: own(pipeline.externalId) },
  }
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
    const idOf = (externalId: string) =>
      sql`(select p.id from ${pipelines} as p where p.project_id = ${projectId} and p.external_id = ${externalId})`
    const [row] = await db
      .select({ id: pipelines.id })
      .from(pipelines)
      .where(sql`${pipelines.id} = ${idOf(stray)}`)
    if (!row) continue
    await commit(stores, actor, [
      rawStatement(
        db,
        sql`update or ignore ${workflows} set pipeline_id = ${idOf(root)} where pipeline_id = ${row.id}`,
      ),
      rawStatement(
        db,
        sql`update ${builds} set pipeline_id = ${idOf(root)},
          branch = (select p.branch from ${pipelines} as p where p.id = ${idOf(root)}),
          workflow_id = coalesce((select there.id from ${workflows} as there join ${workflows} as own on own.external_id = there.external_id
            where own.id = ${builds}.workflow_id and there.pipeline_id = ${idOf(root)}), workflow_id)
          where pipeline_id = ${row.id}`,
      ),
      // It has a number, and stays; but it stands for no branch.
      rawStatement(db, sql`update ${pipelines} set branch = null where id = ${row.id} and branch is not null`),
    ])
  }
}
