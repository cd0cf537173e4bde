import { and, asc, eq, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { type DataKeys, seal, unseal } from '../../domain/formats/sealed-text.ts'
import { MAX_ENV_VARS, maskedValueOf } from '../../domain/notices/env-var.ts'
import { envVars } from '../schema/schema-outbox.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'
import { auditStatement } from './audit.ts'

/** A variable as it is ever shown. */
export type MaskedEnvVar = { readonly name: string; readonly value: string }

/** The variables of a project by name, masked. */
export async function listEnvVars(db: Db, keys: DataKeys, projectId: string): Promise<MaskedEnvVar[]> {
  const open = await readEnvVars(db, keys, projectId)
  return Object.entries(open).map(([name, value]) => ({ name, value: value === null ? 'xxxx' : maskedValueOf(value) }))
}

export async function findEnvVar(
  db: Db,
  keys: DataKeys,
  projectId: string,
  name: string,
): Promise<MaskedEnvVar | null> {
  const [row] = await db.select({ sealed: envVars.sealed }).from(envVars).where(named(projectId, name)).limit(1)
  if (!row) return null
  const value = await unseal(keys, row.sealed, contextOf(projectId, name))
  return { name, value: value === null ? 'xxxx' : maskedValueOf(value) }
}

/** Sets a variable; null, and nothing changed, when the project has as many as it may. */
export async function putEnvVar(
  stores: Stores,
  projectId: string,
  { name, value, keys }: { readonly name: string; readonly value: string; readonly keys: DataKeys },
  actor: Actor,
): Promise<MaskedEnvVar | null> {
  const { db } = stores
  const sealed = await seal(keys, value, contextOf(projectId, name))
  const fits = sql`(exists (select 1 from ${envVars} where project_id = ${projectId} and name = ${name})
    or (select count(*) from ${envVars} where project_id = ${projectId}) < ${MAX_ENV_VARS})`
  const [, , [row]] = await commit(stores, actor, [
    auditStatement(db, stores.now(), actor, { action: 'env_var.set', projectId, subject: name, condition: fits }),
    rawStatement(
      db,
      sql`insert into ${envVars} (project_id, name, sealed, created_at) select ${projectId}, ${name}, ${sealed}, ${stores.now()}
        where ${fits} on conflict (project_id, name) do update set sealed = excluded.sealed`,
    ),
    db.select({ sealed: envVars.sealed }).from(envVars).where(named(projectId, name)),
  ])
  return row?.sealed === sealed ? { name, value: maskedValueOf(value) } : null
}

/** False when there was none of that name. */
export async function deleteEnvVar(stores: Stores, projectId: string, name: string, actor: Actor): Promise<boolean> {
  const { db } = stores
  const isThere = sql`exists (select 1 from ${envVars} where ${named(projectId, name)})`
  const [, rows] = await commit(stores, actor, [
    auditStatement(db, stores.now(), actor, {
      action: 'env_var.deleted',
      projectId,
      subject: name,
      condition: isThere,
    }),
    db.delete(envVars).where(named(projectId, name)).returning({ name: envVars.name }),
  ])
  return rows.length > 0
}

/** The values themselves, for the one who runs the build; null where no live key opens one. */
export async function readEnvVars(
  db: Db,
  keys: DataKeys,
  projectId: string,
): Promise<Readonly<Record<string, string | null>>> {
  const rows = await db
    .select({ name: envVars.name, sealed: envVars.sealed })
    .from(envVars)
    .where(eq(envVars.projectId, projectId))
    .orderBy(asc(envVars.name))
  const open = rows.map(async ({ name, sealed }) => {
    return [name, await unseal(keys, sealed, contextOf(projectId, name))] as const
  })
  return Object.fromEntries(await Promise.all(open))
}

function named(projectId: string, name: string) {
  return and(eq(envVars.projectId, projectId), eq(envVars.name, name))
}

function contextOf(projectId: string, name: string): string {
  return `env-var ${projectId} ${name}`
}
