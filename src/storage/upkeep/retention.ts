import { eq, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { DEFAULT_RETENTION, type Retention } from '../../domain/builds/retention.ts'
import { auditStatement } from '../projects/audit.ts'
import { projects } from '../schema/schema.ts'
import { retention } from '../schema/schema-reporting.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'

/** A project's own settings, else the defaults. */
export async function findRetention(db: Db, projectId: string): Promise<Retention> {
  const { artifactDays, buildDays, keepPerBranch } = retention
  const [row] = await db
    .select({ artifactDays, buildDays, keepPerBranch })
    .from(retention)
    .where(eq(retention.projectId, projectId))
    .limit(1)
  return row ?? DEFAULT_RETENTION
}

/** False when the project is gone. */
export async function putRetention(
  stores: Stores,
  projectId: string,
  { artifactDays, buildDays, keepPerBranch }: Retention,
  actor: Actor,
): Promise<boolean> {
  const { db, now } = stores
  const detail = { artifact_days: artifactDays, build_days: buildDays, keep_per_branch: keepPerBranch }
  const isThere = sql`exists (select 1 from ${projects} where ${projects.id} = ${projectId})`
  const [stored] = await commit(stores, actor, [
    rawStatement(
      db,
      sql`insert into ${retention} (project_id, artifact_days, build_days, keep_per_branch)
        select ${projectId}, ${artifactDays}, ${buildDays}, ${keepPerBranch} where ${isThere}
        on conflict (project_id) do update set artifact_days = excluded.artifact_days, build_days = excluded.build_days,
          keep_per_branch = excluded.keep_per_branch
        returning project_id`,
    ),
    auditStatement(db, now(), actor, {
      action: 'retention.updated',
      projectId,
      subject: null,
      detail,
      condition: isThere,
    }),
  ])
  return stored.results.length > 0
}
