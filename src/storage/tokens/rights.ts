import { type SQL, sql } from 'drizzle-orm'
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch'
import type { Actor, Right } from '../../domain/access/actor.ts'
import { type Permission, permissionsOf, ROLES } from '../../domain/access/permission.ts'
import { SESSION_IDLE_MS } from '../../domain/people/session.ts'
import { messagesOf } from '../constraint.ts'
import { noteChange } from '../edge/changes.ts'
import { members, orgCreators, rightsGone, tokens, users } from '../schema/schema.ts'
import { publishers, webhooks } from '../schema/schema-reporting.ts'
import { identities, sessions } from '../schema/schema-web.ts'
import { type Db, rawStatement, type WriteStores } from '../stores.ts'

export type Statement = BatchItem<'sqlite'>

/** Thrown where the actor had lost the right at the moment of the write: nothing was changed. */
export class RightGone extends Error {
  readonly right: Right

  constructor(right: Right, cause: unknown) {
    super(`the right to it is gone: ${right.kind}`, { cause })
    this.right = right
  }
}

/**
 * Runs `statements` in one transaction, after a check that the actor's token or session and their right still exist. Every
 * lasting effect goes through here or `commitEnding`. Throws RightGone.
 */
export async function commit<const T extends readonly Statement[]>(
  stores: WriteStores,
  actor: Actor,
  statements: T,
): Promise<BatchResponse<[...T]>> {
  const { db, now } = stores
  const [first, ...others] = [...checkOf(db, actor, now()), ...statements]
  if (!first) return [] as unknown as BatchResponse<[...T]>
  // Whether it failed before or after the write is not known of each failure.
  const results: unknown[] = await db
    .batch([first, ...others])
    .catch((error) => rethrow(actor, error))
    .finally(() => noteChange(stores, actor))
  return results.slice(results.length - statements.length) as BatchResponse<[...T]>
}

/** The statement that undoes its whole transaction where the actor may not act any more; none for the instance itself. */
export function checkOf(db: Db, actor: Actor, now: number): readonly Statement[] {
  if (actor.right.kind === 'own') return []
  return [rawStatement(db, sql`insert into ${rightsGone} (never) select 0 where not (${rightStands(actor, now)})`)]
}

export function rethrow({ right }: Actor, error: unknown): never {
  throw messagesOf(error).includes('right_stands') ? new RightGone(right, error) : error
}

/** Whether the actor's token or session, and their right, still exist. */
export function rightStands(actor: Omit<Actor, 'from'>, now: number): SQL {
  const { right, userId } = actor
  switch (right.kind) {
    case 'own':
      return sql`1`
    case 'credential':
      return credentialLives(actor, now)
    case 'owner':
      return sql`${credentialLives(actor, now)} and ${isOwner(userId)}`
    case 'creator': {
      const { vcs, org } = right.org
      return sql`${credentialLives(actor, now)} and (${isOwner(userId)} or exists (select 1 from ${orgCreators}
        where vcs = ${vcs} and org = ${org.toLowerCase()} and user_id = ${userId}))`
    }
    case 'project':
      return sql`${credentialLives(actor, now)} and (${isMember(actor, right.projectId, right.permission)}
        or ${isReporter(actor, right.projectId, right.permission)})`
    case 'identity':
      return sql`exists (select 1 from ${identities} where provider = ${right.provider} and subject = ${right.subject} and user_id = ${userId})`
    case 'webhook':
      return sql`exists (select 1 from ${webhooks} where id = ${right.webhookId} and (expires_at is null or expires_at > ${now}))`
  }
}

/** Whether the acting token or session exists and has not expired; an actor with neither has no right. */
function credentialLives({ tokenId, sessionId, userId }: Omit<Actor, 'from'>, now: number): SQL {
  if (tokenId !== null)
    return sql`exists (select 1 from ${tokens} where id = ${tokenId} and user_id is ${userId} and (expires_at is null or expires_at > ${now})
      and (publisher_id is null or exists (select 1 from ${publishers} where ${publishers.id} = ${tokens.publisherId})))`
  if (sessionId !== null)
    return sql`exists (select 1 from ${sessions} where id = ${sessionId} and user_id = ${userId} and last_seen_at > ${now - SESSION_IDLE_MS})`
  return sql`0`
}

function isOwner(userId: string | null): SQL {
  return sql`exists (select 1 from ${users} where id = ${userId} and instance_role = 'owner')`
}

function isMember({ userId }: Pick<Actor, 'userId'>, projectId: string, permission: Permission): SQL {
  const roles = ROLES.filter((role) => permissionsOf(role).includes(permission))
  return sql`exists (select 1 from ${members} where project_id = ${projectId} and user_id = ${userId} and role in ${roles})`
}

/** Project tokens only read: of the tokens of a project only the reporting tokens of its CI jobs write. */
function isReporter({ tokenId }: Pick<Actor, 'tokenId'>, projectId: string, permission: Permission): SQL {
  if (!permissionsOf('reporting').includes(permission)) return sql`0`
  return sql`exists (select 1 from ${tokens} where id = ${tokenId} and kind = 'reporting' and project_id = ${projectId})`
}
