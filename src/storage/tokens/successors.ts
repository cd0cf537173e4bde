import { and, asc, eq, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { longestDaysOf } from '../../domain/access/policy.ts'
import type { Scope } from '../../domain/access/scope.ts'
import type { TokenLimits } from '../../domain/access/token.ts'
import { DAY_MS } from '../../domain/day.ts'
import type { OnLeak } from '../../domain/project.ts'
import { auditStatement } from '../projects/audit.ts'
import { projects } from '../schema/schema.ts'
import { tokenSuccessors } from '../schema/schema-notices.ts'
import type { Db, Stores } from '../stores.ts'
import { limitsIn } from './kept-limits.ts'
import { findPolicy } from './policy/policy.ts'
import { commit } from './rights.ts'
import type { NewToken } from './tokens.ts'

/** A successor of a leaked token that waits until an admin has it shown: only then is there a secret. */
export type Successor = {
  readonly id: string
  readonly label: string
  readonly scope: Scope
  readonly limits: TokenLimits
  readonly lifeMs: number | null
  readonly createdAt: number
}

/** What becomes of a project's token that was found in public. */
export async function findOnLeak(db: Db, projectId: string): Promise<OnLeak> {
  return (await findLeaks(db, projectId)).onLeak
}

/** Sets it; false where the project is gone. */
export async function putOnLeak(stores: Stores, projectId: string, onLeak: OnLeak, actor: Actor): Promise<boolean> {
  const { db } = stores
  const condition = sql`exists (select 1 from ${projects} where id = ${projectId})`
  const [, rows] = await commit(stores, actor, [
    auditStatement(db, stores.now(), actor, {
      ...{ action: 'project.updated', projectId, subject: null, condition },
      detail: { on_leak: onLeak },
    }),
    db.update(projects).set({ onLeak }).where(eq(projects.id, projectId)).returning({ id: projects.id }),
  ])
  return rows.length > 0
}

/** The successors that wait in a project, the oldest first. */
export async function listSuccessors(db: Db, projectId: string): Promise<readonly Successor[]> {
  return (await findLeaks(db, projectId)).successors
}

/** What becomes of a project's tokens that were found in public, and which successors wait. */
export async function findLeaks(
  db: Db,
  projectId: string,
): Promise<{ readonly onLeak: OnLeak; readonly successors: readonly Successor[] }> {
  const rows = await leaksQuery(db, projectId)
  const successors = rows.flatMap(({ successor }) => {
    if (!successor) return []
    const limits = limitsIn(successor.limits)
    return [{ ...successor, limits: limits === undefined ? ('unreadable' as const) : limits }]
  })
  return { onLeak: rows[0]?.onLeak ?? 'end', successors }
}

export function leaksQuery(db: Db, projectId: string) {
  const { id, label, scope, limits, lifeMs, createdAt } = tokenSuccessors
  return db
    .select({ onLeak: projects.onLeak, successor: { id, label, scope, limits, lifeMs, createdAt } })
    .from(projects)
    .leftJoin(tokenSuccessors, eq(tokenSuccessors.projectId, projects.id))
    .where(eq(projects.id, projectId))
    .orderBy(asc(createdAt))
}

/**
 * The token that a successor is to be: with the scope and the limits of the one that ended, and made for as long, or as the policy
 * lets it. Null where it was shown already, or its limits cannot be read.
 */
export async function findSuccessor(
  { db, now }: Pick<Stores, 'db' | 'now'>,
  projectId: string,
  id: string,
): Promise<NewToken | null> {
  const [row] = await db.select().from(tokenSuccessors).where(isIt(projectId, id)).limit(1)
  const limits = limitsIn(row?.limits ?? null)
  if (!row || limits === undefined) return null
  const { policy } = await findPolicy(db)
  const days = longestDaysOf(policy, 'project')
  const lives = [row.lifeMs, days === null ? null : days * DAY_MS].filter((life) => life !== null)
  const expiresAt = lives.length === 0 ? null : now() + Math.min(...lives)
  const { label, scope } = row
  return { kind: 'project', projectId, scope, label, expiresAt, limits, successor: { id, replaces: row.replaces } }
}

/** Lets a successor go that nobody wants; false where there is none. */
export async function dropSuccessor(stores: Stores, projectId: string, id: string, actor: Actor): Promise<boolean> {
  const { db } = stores
  const { label, replaces } = tokenSuccessors
  const [found] = await db.select({ label, replaces }).from(tokenSuccessors).where(isIt(projectId, id)).limit(1)
  if (!found) return false
  const [, rows] = await commit(stores, actor, [
    auditStatement(db, stores.now(), actor, {
      ...{
        action: 'token.successor_dropped',
        projectId,
        condition: sql`exists (select 1 from ${tokenSuccessors} where ${isIt(projectId, id)})`,
      },
      ...{ subject: id, detail: { label: found.label, replaces: found.replaces } },
    }),
    db.delete(tokenSuccessors).where(isIt(projectId, id)).returning({ id: tokenSuccessors.id }),
  ])
  return rows.length > 0
}

function isIt(projectId: string, id: string): SQL | undefined {
  return and(eq(tokenSuccessors.id, id), eq(tokenSuccessors.projectId, projectId))
}
