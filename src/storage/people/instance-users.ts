import { and, asc, eq, gt, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import type { InstanceRole } from '../../domain/access/grant.ts'
import type { Slug } from '../../domain/project.ts'
import { auditStatement } from '../projects/audit.ts'
import { audit, members, projects, users } from '../schema/schema.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { endMadeBy } from '../tokens/made.ts'
import { commitEnding } from '../tokens/revocations.ts'
import type { InstancePerson } from './members.ts'
import { hasSignedIn } from './sign-in-links.ts'

// What the owners do with people. Nobody does it to themselves, so one owner always stays.

const PAGE_SIZE = 50

/** Fifty people by login, after that one, and where the next page begins. */
export async function listUsers(db: Db, after: string | null) {
  const rows = await selectUsers(db, after)
  const shown = rows.slice(0, PAGE_SIZE)
  return { people: shown, after: rows.length > PAGE_SIZE ? (shown.at(-1)?.login ?? null) : null }
}

export type ListedUser = Awaited<ReturnType<typeof listUsers>>['people'][number]

export function selectUsers(db: Db, after: string | null) {
  const { login, name, avatarUrl, instanceRole, createdAt } = users
  const byLogin = sql`lower(${users.login})`
  return db
    .select({
      login,
      name,
      avatarUrl,
      instanceRole,
      createdAt,
      lastSeenAt: sql<number | null>`(select max(last_seen_at) from sessions where sessions.user_id = users.id)`,
      /** Until when a link for the first sign-in works or worked; null for who has come. */
      invitedUntil: sql<number | null>`(select max(expires_at) from sign_in_links where sign_in_links.user_id = users.id
        and is_invitation and not ${hasSignedIn(users.id)})`,
      projects: sql<number>`(select count(*) from members where members.user_id = users.id)`,
    })
    .from(users)
    .where(after === null ? undefined : gt(byLogin, after.toLowerCase()))
    .orderBy(asc(byLogin))
    .limit(PAGE_SIZE + 1)
}

/** Makes somebody else an owner, or no owner any more, whose unused invitations end by a trigger; false for oneself, or where nobody is there. */
export async function setInstanceRole(
  stores: Stores,
  person: InstancePerson,
  role: InstanceRole,
  actor: Actor,
): Promise<boolean> {
  const { db } = stores
  const entry = { action: 'user.role_set', projectId: null, subject: person.login, detail: { role } } as const
  const isThere = sql`exists (select 1 from ${users} where ${users.id} = ${person.id})`
  const [, rows] = await commitEnding(stores, actor, [
    auditStatement(db, stores.now(), actor, { ...entry, condition: sql`${isThere} and ${isOther(actor, person)}` }),
    db
      .update(users)
      .set({ instanceRole: role, madeOwnerBy: role === 'owner' ? actor.userId : null })
      .where(and(eq(users.id, person.id), isOther(actor, person)))
      .returning({ id: users.id }),
  ])
  return rows.length > 0
}

/** The projects of which nobody else is an admin. */
export function listSoleAdmin(db: Db, userId: string): Promise<Slug[]> {
  return selectSoleAdmin(db, userId)
}

export function selectSoleAdmin(db: Db, userId: string) {
  return db
    .select({ vcs: projects.vcs, org: projects.org, repo: projects.repo })
    .from(members)
    .innerJoin(projects, eq(projects.id, members.projectId))
    .where(and(eq(members.userId, userId), isSoleAdmin()))
    .orderBy(asc(projects.slugKey))
}

/**
 * Takes a person off the instance: their personal tokens, sessions, memberships and unused invitations end with them, and with `endMade` all
 * that they made for projects. Projects that would have no admin left get the actor as one. False for oneself, or where
 * nobody is there.
 */
export async function deleteUser(
  stores: Stores,
  person: InstancePerson,
  { endMade }: { readonly endMade: boolean },
  actor: Actor,
): Promise<boolean> {
  const { db } = stores
  const now = stores.now()
  const may = isOther(actor, person)
  const left = sql`from ${members} where ${members.userId} = ${person.id} and ${isSoleAdmin()} and ${may}`
  const entry = { action: 'user.removed', projectId: null, subject: person.login } as const
  const isThere = sql`exists (select 1 from ${users} where ${users.id} = ${person.id})`
  const results = await commitEnding(stores, actor, [
    rawStatement(
      db,
      sql`insert into ${audit} (at, action, user_id, project_id, subject, detail, "from")
        select ${now}, 'member.set', ${actor.userId}, ${members.projectId}, (select login from users where id = ${actor.userId}), json_object('role', 'admin', 'instead_of', ${person.login}), ${actor.from} ${left}`,
    ),
    rawStatement(
      db,
      sql`insert into ${members} (project_id, user_id, role, created_at)
        select ${members.projectId}, ${actor.userId}, 'admin', ${now} ${left}
        on conflict (project_id, user_id) do update set role = 'admin'`,
    ),
    ...(endMade ? endMadeBy(db, now, actor, { userId: person.id, projectId: null, condition: may }) : []),
    auditStatement(db, now, actor, { ...entry, condition: sql`${isThere} and ${may}` }),
    db
      .delete(users)
      .where(and(eq(users.id, person.id), may))
      .returning({ id: users.id }),
  ])
  return (results.at(-1) as unknown[]).length > 0
}

// That the actor is an owner is read in the same transaction, so two owners cannot end each other.
function isOther({ userId }: Actor, person: InstancePerson) {
  return sql`${userId} <> ${person.id}`
}

function isSoleAdmin() {
  return sql`${members.role} = 'admin' and not exists (select 1 from ${members} as other where other.project_id = ${members.projectId} and other.role = 'admin' and other.user_id <> ${members.userId})`
}
