import { and, eq, sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import { auditStatement } from './audit.ts'
import { type LetIn, selectLetIn } from './let-in.ts'
import { endMadeBy, type Made, selectMadeBy } from './made.ts'
import { keepsAnAdmin } from './members.ts'
import { commitEnding } from './revocations.ts'
import { members } from './schema.ts'
import type { Stores } from './stores.ts'

export type Demotion =
  | { readonly kind: 'demoted'; readonly made: readonly Made[]; readonly letIn: readonly LetIn[] }
  | { readonly kind: 'no_admin' | 'last_admin' }

/**
 * Makes an admin of a project a member and, with `endMade`, ends all that they made for it: a member may make none of
 * that. Gives what it is, and whom they let in, either way.
 */
export async function demoteAdmin(
  stores: Stores,
  projectId: string,
  user: { readonly id: string; readonly login: string },
  { endMade }: { readonly endMade: boolean },
  actor: Actor,
): Promise<Demotion> {
  const { db } = stores
  const now = stores.now()
  const asAdmin = and(eq(members.projectId, projectId), eq(members.userId, user.id), eq(members.role, 'admin'))
  const allowed = keepsAnAdmin(projectId, user.id)
  const ends = sql`exists (select 1 from ${members} where ${asAdmin}) and ${allowed}`
  const entry = { action: 'member.set', projectId, subject: user.login, detail: { role: 'member' } } as const
  const results = await commitEnding(stores, actor, [
    selectMadeBy(db, user.id, projectId),
    selectLetIn(db, user.id, projectId),
    auditStatement(db, now, actor, entry, ends),
    ...(endMade ? endMadeBy(db, now, actor, user.id, projectId, ends) : []),
    db.update(members).set({ role: 'member' }).where(and(asAdmin, allowed)).returning({ userId: members.userId }),
    db.select({ userId: members.userId }).from(members).where(asAdmin),
  ])
  // The types of a list with a variable part do not tell.
  const [made, letIn] = [results[0], results[1]] as [D1Result<Made>, D1Result<LetIn>]
  const [demoted, still] = [results.at(-2), results.at(-1)] as [unknown[], unknown[]]
  if (demoted.length > 0) return { kind: 'demoted', made: made.results, letIn: letIn.results }
  return { kind: still.length > 0 ? 'last_admin' : 'no_admin' }
}
