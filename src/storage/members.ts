import { and, asc, eq, gt, sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import { AppError } from '../domain/error.ts'
import type { Role } from '../domain/project.ts'
import { auditStatement } from './audit.ts'
import { isForeignKeyViolation } from './constraint.ts'
import { type LetIn, selectLetIn } from './let-in.ts'
import { endMadeBy, type Made, selectMadeBy } from './made.ts'
import { commitEnding } from './revocations.ts'
import { members, users } from './schema.ts'
import type { Db, Stores } from './stores.ts'

export type Member = { readonly login: string; readonly name: string; readonly role: Role; readonly since: number }

/** A page of the people of a project by login. */
export function listMembers(
  db: Db,
  projectId: string,
  page: { readonly after: string | null; readonly limit: number } = { after: null, limit: 1_000 },
): Promise<Member[]> {
  return selectMembers(db, projectId, page)
}

export function selectMembers(
  db: Db,
  projectId: string,
  { after, limit }: { readonly after: string | null; readonly limit: number },
) {
  const byLogin = sql`lower(${users.login})`
  return db
    .select({ login: users.login, name: users.name, role: members.role, since: members.createdAt })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(and(eq(members.projectId, projectId), after === null ? undefined : gt(byLogin, after.toLowerCase())))
    .orderBy(asc(byLogin))
    .limit(limit)
}

/** What giving somebody a role came to; `last_admin`: nothing, for it would leave the project without an admin. */
export type MemberPut = 'added' | 'changed' | 'unchanged' | 'last_admin'

/** Gives a person a role. Throws when the person is gone. */
export async function putMember(
  stores: Stores,
  projectId: string,
  user: { readonly id: string; readonly login: string },
  role: Role,
  actor: Actor,
): Promise<MemberPut> {
  const { db } = stores
  const allowed = role === 'admin' ? sql`1` : keepsAnAdmin(projectId, user.id)
  const entry = { action: 'member.set', projectId, subject: user.login, detail: { role } } as const
  try {
    const [[before], , rows] = await commitEnding(stores, actor, [
      db
        .select({ role: members.role })
        .from(members)
        .where(and(eq(members.projectId, projectId), eq(members.userId, user.id))),
      auditStatement(db, stores.now(), actor, entry, allowed),
      db
        .insert(members)
        .values({ projectId, userId: user.id, role, createdAt: stores.now(), addedBy: actor.userId })
        .onConflictDoUpdate({
          target: [members.projectId, members.userId],
          set: { role, addedBy: RAISER },
          setWhere: allowed,
        })
        .returning({ userId: members.userId }),
    ])
    if (rows.length === 0) return 'last_admin'
    return before ? (before.role === role ? 'unchanged' : 'changed') : 'added'
  } catch (error) {
    if (!isForeignKeyViolation(error)) throw error
    throw new AppError('user_not_found')
  }
}

/** Who raised a member to admin let them in as that; any other change leaves who did. */
const RAISER = sql`case when ${members.role} = 'member' and excluded.role = 'admin' then excluded.added_by else ${members.addedBy} end`

export type Removal =
  | { readonly kind: 'removed'; readonly made: readonly Made[]; readonly letIn: readonly LetIn[] }
  | { readonly kind: 'not_a_member' | 'last_admin' }

/** Takes a person off a project and, with `endMade`, all that they made for it; gives what that is, and whom they let in, either way. */
export async function deleteMember(
  stores: Stores,
  projectId: string,
  user: { readonly id: string; readonly login: string },
  { endMade }: { readonly endMade: boolean },
  actor: Actor,
): Promise<Removal> {
  const { db } = stores
  const theirs = and(eq(members.projectId, projectId), eq(members.userId, user.id))
  const allowed = keepsAnAdmin(projectId, user.id)
  const isMember = sql`exists (select 1 from ${members} where ${theirs})`
  const entry = { action: 'member.removed', projectId, subject: user.login } as const
  const ends = sql`${isMember} and ${allowed}`
  const results = await commitEnding(stores, actor, [
    selectMadeBy(db, user.id, projectId),
    selectLetIn(db, user.id, projectId),
    auditStatement(db, stores.now(), actor, entry, ends),
    ...(endMade ? endMadeBy(db, stores.now(), actor, user.id, projectId, ends) : []),
    db.delete(members).where(and(theirs, allowed)).returning({ userId: members.userId }),
    db.select({ userId: members.userId }).from(members).where(theirs),
  ])
  // The types of a list with a variable part do not tell.
  const [made, letIn] = [results[0], results[1]] as [D1Result<Made>, D1Result<LetIn>]
  const [removed, still] = [results.at(-2), results.at(-1)] as [unknown[], unknown[]]
  if (removed.length > 0) return { kind: 'removed', made: made.results, letIn: letIn.results }
  return { kind: still.length > 0 ? 'last_admin' : 'not_a_member' }
}

/** Whether the project has an admin besides this person. */
export function keepsAnAdmin(projectId: string, userId: string) {
  return sql`exists (select 1 from ${members} as other where other.project_id = ${projectId} and other.role = 'admin' and other.user_id <> ${userId})`
}
