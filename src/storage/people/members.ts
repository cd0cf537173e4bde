import { and, asc, eq, gt, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import type { AuditEntry } from '../../domain/audit.ts'
import type { Role } from '../../domain/project.ts'
import { isForeignKeyViolation } from '../constraint.ts'
import { auditStatement } from '../projects/audit.ts'
import { members, users } from '../schema/schema.ts'
import type { Db, Stores } from '../stores.ts'
import { endMadeBy, type Made, selectMadeBy } from '../tokens/made.ts'
import { commitEnding } from '../tokens/revocations.ts'
import type { Statement } from '../tokens/rights.ts'
import { type LetIn, type LetIntoProject, selectLetIn } from './let-in.ts'

export type InstancePerson = { readonly id: string; readonly login: string }

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

/**
 * What giving somebody a role came to; `last_admin`: nothing, for it would leave the project without an admin; `no_user`:
 * the person is gone.
 */
export type MemberPut = 'added' | 'changed' | 'unchanged' | 'last_admin' | 'no_user'

/** Gives a person a role. */
export async function putMember(
  stores: Stores,
  projectId: string,
  { user, role }: { readonly user: InstancePerson; readonly role: Role },
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
      auditStatement(db, stores.now(), actor, { ...entry, condition: allowed }),
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
    return 'no_user'
  }
}

/** Who raised a member to admin let them in as that; any other change leaves who did. */
const RAISER = sql`case when ${members.role} = 'member' and excluded.role = 'admin' then excluded.added_by else ${members.addedBy} end`

/** What somebody made with a role that they lose, and whom they let in. */
export type LeftBehind = { readonly made: readonly Made[]; readonly letIn: readonly LetIn[] }
/** What they leave behind in one project. */
export type LeftInProject = { readonly made: readonly Made[]; readonly letIn: readonly LetIntoProject[] }

export type Removal = ({ readonly kind: 'removed' } & LeftInProject) | { readonly kind: 'not_a_member' | 'last_admin' }

/** Removes a person from a project and, with `endMade`, ends all that they made for it; lists that, and whom they let in, in any case. */
export async function deleteMember(
  stores: Stores,
  projectId: string,
  { user, endMade }: { readonly user: InstancePerson; readonly endMade: boolean },
  actor: Actor,
): Promise<Removal> {
  const who = and(eq(members.projectId, projectId), eq(members.userId, user.id))
  const loss = {
    userId: user.id,
    who,
    statement: stores.db
      .delete(members)
      .where(and(who, keepsAnAdmin(projectId, user.id)))
      .returning(ONE),
    entry: { action: 'member.removed', projectId, subject: user.login },
    endMade,
  } as const
  const left = await loseRole(stores, projectId, loss, actor)
  if (typeof left !== 'string') return { kind: 'removed', ...left }
  return { kind: left === 'last_admin' ? left : 'not_a_member' }
}

export type Demotion = ({ readonly kind: 'demoted' } & LeftInProject) | { readonly kind: 'no_admin' | 'last_admin' }

/**
 * Makes an admin of a project a member and, with `endMade`, ends all that they made for it: a member may make none of
 * that. Gives what it is, and whom they let in, either way.
 */
export async function demoteAdmin(
  stores: Stores,
  projectId: string,
  { user, endMade }: { readonly user: InstancePerson; readonly endMade: boolean },
  actor: Actor,
): Promise<Demotion> {
  const who = and(eq(members.projectId, projectId), eq(members.userId, user.id), eq(members.role, 'admin'))
  const loss = {
    userId: user.id,
    who,
    statement: stores.db
      .update(members)
      .set({ role: 'member' })
      .where(and(who, keepsAnAdmin(projectId, user.id)))
      .returning(ONE),
    entry: { action: 'member.set', projectId, subject: user.login, detail: { role: 'member' } },
    endMade,
  } as const
  const left = await loseRole(stores, projectId, loss, actor)
  if (typeof left !== 'string') return { kind: 'demoted', ...left }
  return { kind: left === 'last_admin' ? left : 'no_admin' }
}

const ONE = { userId: members.userId }

type Loss = {
  readonly userId: string
  /** Whose role it is, in the project, if they have it. */
  readonly who: SQL | undefined
  /** What takes it, unless the project had no admin then; returns a row where it did. */
  readonly statement: Statement
  readonly entry: AuditEntry
  readonly endMade: boolean
}

async function loseRole(
  stores: Stores,
  projectId: string,
  { userId, who, statement, entry, endMade }: Loss,
  actor: Actor,
): Promise<LeftInProject | 'nobody' | 'last_admin'> {
  const { db } = stores
  const now = stores.now()
  const ends = sql`exists (select 1 from ${members} where ${who}) and ${keepsAnAdmin(projectId, userId)}`
  const results = await commitEnding(stores, actor, [
    selectMadeBy(db, userId, projectId),
    selectLetIn(db, userId, projectId),
    auditStatement(db, now, actor, { ...entry, condition: ends }),
    ...(endMade ? endMadeBy(db, now, actor, { userId, projectId, condition: ends }) : []),
    statement,
    db.select(ONE).from(members).where(who),
  ])
  // The types of a list with a variable part do not tell.
  const [made, letIn] = [results[0], results[1]] as [D1Result<Made>, D1Result<LetIntoProject>]
  const [lost, still] = [results.at(-2), results.at(-1)] as [unknown[], unknown[]]
  if (lost.length > 0) return { made: made.results, letIn: letIn.results }
  return still.length > 0 ? 'last_admin' : 'nobody'
}

/** Whether the project has an admin besides this person. */
function keepsAnAdmin(projectId: string, userId: string) {
  return sql`exists (select 1 from ${members} as other where other.project_id = ${projectId} and other.role = 'admin' and other.user_id <> ${userId})`
}
