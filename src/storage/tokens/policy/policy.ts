import { eq, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../../domain/access/actor.ts'
import { parseNetwork } from '../../../domain/access/limits/network.ts'
import { NO_POLICY, type Policy } from '../../../domain/access/policy.ts'
import type { Token } from '../../../domain/access/token.ts'
import { auditStatement } from '../../projects/audit.ts'
import { policies, users } from '../../schema/schema.ts'
import { type Db, rawStatement, type Stores } from '../../stores.ts'
import { commit } from '../rights.ts'

/** A policy, and since when it is that one: 0 where there never was one. */
export type KeptPolicy = { readonly policy: Policy; readonly changedAt: number }

export async function findPolicy(db: Db): Promise<KeptPolicy> {
  const [row] = await policyQuery(db)
  if (!row) return { policy: NO_POLICY, changedAt: 0 }
  const { id, cidrs, changedAt, ...policy } = row
  return { policy: { ...policy, cidrs: networksIn(cidrs) }, changedAt }
}

export function policyQuery(db: Db) {
  return db.select().from(policies).where(eq(policies.id, 1))
}

/** Only networks are written there; whatever else is found lets no token in. */
function networksIn(text: string | null): readonly string[] | null {
  if (text === null) return null
  const parsed: unknown = JSON.parse(text)
  return Array.isArray(parsed) ? parsed.filter((one) => typeof one === 'string' && parseNetwork(one) === one) : []
}

/** Sets what is demanded of tokens that are made from now on; ends none. */
export async function putPolicy(stores: Stores, policy: Policy, actor: Actor): Promise<void> {
  const { db, now } = stores
  const { personalDays, projectDays, unusedDays, projectMakers } = policy
  const cidrs = policy.cidrs && JSON.stringify(policy.cidrs)
  await commit(stores, actor, [
    rawStatement(
      db,
      sql`insert into ${policies} (id, personal_days, project_days, unused_days, project_makers, cidrs, changed_at)
        values (1, ${personalDays}, ${projectDays}, ${unusedDays}, ${projectMakers}, ${cidrs}, ${now()})
        on conflict (id) do update set personal_days = excluded.personal_days, project_days = excluded.project_days,
          unused_days = excluded.unused_days, project_makers = excluded.project_makers, cidrs = excluded.cidrs,
          changed_at = max(excluded.changed_at, ${policies}.changed_at + 1)`,
    ),
    auditStatement(db, now(), actor, {
      ...{ action: 'policy.updated', projectId: null, subject: null, condition: sql`1` },
      detail: {
        ...{ personal_days: personalDays, project_days: projectDays, unused_days: unusedDays },
        ...{ project_makers: projectMakers, cidrs },
      },
    }),
  ])
}

/** That the policy is still the one that a token was judged by, and that its maker is one of those who may make it. */
export function policyStands({ policy, changedAt }: KeptPolicy, kind: Token['kind'], { userId }: Actor): SQL {
  const isSame = sql`coalesce((select changed_at from ${policies} where id = 1), 0) = ${changedAt}`
  if (kind === 'personal' || policy.projectMakers === 'admins') return isSame
  return sql`${isSame} and exists (select 1 from ${users} where id = ${userId} and instance_role = 'owner')`
}
