import { and, asc, eq, gt, sql } from 'drizzle-orm'
import type { Actor } from '../domain/audit.ts'
import type { InstanceRole } from '../domain/grant.ts'
import type { Slug } from '../domain/project.ts'
import { auditStatement } from './audit.ts'
import { endMinted } from './minted.ts'
import { commitEnding } from './revocations.ts'
import { audit, members, projects, tokens, users } from './schema.ts'
import { type Db, rawStatement, type Stores } from './stores.ts'
import { auditToken } from './tokens.ts'

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
      projects: sql<number>`(select count(*) from members where members.user_id = users.id)`,
    })
    .from(users)
    .where(after === null ? undefined : gt(byLogin, after.toLowerCase()))
    .orderBy(asc(byLogin))
    .limit(PAGE_SIZE + 1)
}

type Person = { readonly id: string; readonly login: string }

/** Makes somebody else an owner, or no owner any more; false when that is not for the actor to do. */
export async function setInstanceRole(
  stores: Stores,
  person: Person,
  role: InstanceRole,
  actor: Actor,
): Promise<boolean> {
  const { db } = stores
  const told = { action: 'user.role_set', projectId: null, subject: person.login, detail: { role } } as const
  const isThere = sql`exists (select 1 from ${users} where ${users.id} = ${person.id})`
  const [, rows] = await commitEnding(stores, [
    auditStatement(db, stores.now(), actor, told, sql`${isThere} and ${mayAct(actor, person)}`),
    db
      .update(users)
      .set({ instanceRole: role })
      .where(and(eq(users.id, person.id), mayAct(actor, person)))
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

/** How many project tokens a person made. */
export async function countTokensMadeBy(db: Db, userId: string): Promise<number> {
  return db.$count(tokens, madeBy(userId))
}

/**
 * Takes a person off the instance: their personal tokens, sessions and memberships end with them, and on request what
 * they made for projects. Projects that would have no admin left get the actor as one. False when that is not for the
 * actor to do, or nobody is there.
 */
export async function deleteUser(
  stores: Stores,
  person: Person,
  { endTokens }: { readonly endTokens: boolean },
  actor: Actor,
): Promise<boolean> {
  const { db } = stores
  const now = stores.now()
  const may = mayAct(actor, person)
  const left = sql`from ${members} where ${members.userId} = ${person.id} and ${isSoleAdmin()} and ${may}`
  const made = sql`${madeBy(person.id)} and ${may}`
  const theirs = sql`select id from ${tokens} where user_id = ${person.id} and ${may}`
  const told = { action: 'user.removed', projectId: null, subject: person.login } as const
  const isThere = sql`exists (select 1 from ${users} where ${users.id} = ${person.id})`
  const results = await commitEnding(stores, [
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
    ...(endTokens
      ? [
          ...endMinted(db, now, actor, theirs),
          auditToken(db, 'token.deleted', now, actor, made),
          db.delete(tokens).where(made),
        ]
      : []),
    auditStatement(db, now, actor, told, sql`${isThere} and ${may}`),
    db
      .delete(users)
      .where(and(eq(users.id, person.id), may))
      .returning({ id: users.id }),
  ])
  return (results.at(-1) as unknown[]).length > 0
}

/** Whether the actor is an owner, and somebody else: read in the same transaction, so two owners cannot end each other. */
function mayAct({ userId }: Actor, person: Person) {
  return sql`exists (select 1 from ${users} as acting where acting.id = ${userId} and acting.instance_role = 'owner' and acting.id <> ${person.id})`
}

function isSoleAdmin() {
  return sql`${members.role} = 'admin' and not exists (select 1 from ${members} as other where other.project_id = ${members.projectId} and other.role = 'admin' and other.user_id <> ${members.userId})`
}

// Personal tokens go with their person.
function madeBy(userId: string) {
  return and(eq(tokens.createdBy, userId), sql`${tokens.userId} is null`)
}
