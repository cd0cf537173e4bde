import { and, eq, inArray } from 'drizzle-orm'
import type { Fence, Fenced } from '../domain/fence.ts'
import { type Decision, decide, type Grant } from '../domain/grant.ts'
import type { Permission } from '../domain/permission.ts'
import { type Project, type Role, type Slug, slugKeyFor } from '../domain/project.ts'
import { graceHolds, judgeFact, readFenced } from './revocations.ts'
import { members, projects, tokens } from './schema.ts'
import { shareWork } from './shared-work.ts'
import type { Db, Stores } from './stores.ts'

const MEMORY_LIFE_MS = 60_000

export type Access =
  | { readonly decision: 'allow'; readonly project: Project; readonly role: Role | null }
  | { readonly decision: Exclude<Decision, 'allow'> | 'unavailable' }

/**
 * Whether the grant may do this on the project of that slug. Cached facts, fenced by the feed, can only say yes: a
 * "no" (not a member, private, absent) is always D1's.
 */
export async function findAccess(
  stores: Stores,
  grant: Grant | null,
  slug: Slug,
  permission: Permission,
): Promise<Access> {
  const cached = cachedReach(stores, grant, slug)
  if (cached && decide(permission, { grant, role: cached.role }, cached.project) === 'allow') {
    const uses = await Promise.all(cached.facts.map((fact) => judgeFact(stores, fact)))
    if (uses.every((use) => use === 'accept')) return allowed(cached)
  }
  const userId = grant?.kind === 'personal' ? grant.userId : null
  let reach: Reach
  try {
    reach = await shareWork(stores.memory, stores, `reach ${userId} ${slugKeyFor(slug)}`, () =>
      readReach(stores, userId, slug),
    )
  } catch (error) {
    stores.warn('project_unreadable', error)
    const stands =
      cached &&
      decide(permission, { grant, role: cached.role }, cached.project) === 'allow' &&
      cached.facts.every((fact) => graceHolds(stores, fact))
    return stands ? allowed(cached) : { decision: 'unavailable' }
  }
  const decision = decide(permission, { grant, role: reach.role }, reach.project)
  return decision === 'allow' && reach.project
    ? { decision, project: reach.project, role: reach.role }
    : { decision: closed(decision) }
}

type Reach = { readonly project: Project | null; readonly role: Role | null }

/** An allowed absence cannot be; should it, it reads as an absence. */
function closed(decision: Decision): Exclude<Decision, 'allow'> {
  return decision === 'allow' ? 'project_not_found' : decision
}

function allowed({ project, role }: { project: Project; role: Role | null }): Access {
  return { decision: 'allow', project, role }
}

type CachedReach = { readonly project: Project; readonly role: Role | null; readonly facts: readonly Fenced<unknown>[] }

/** What memory knows; a project token brings its own project, fenced with the token itself. */
function cachedReach(stores: Stores, grant: Grant | null, slug: Slug): CachedReach | null {
  const slugKey = slugKeyFor(slug)
  if (grant && grant.kind !== 'personal' && slugKeyFor(grant.project) === slugKey) {
    return { project: grant.project, role: null, facts: [] }
  }
  const project = live(stores, stores.memory.projects.get(slugKey))
  if (!project) return null
  const role =
    grant?.kind === 'personal' ? live(stores, stores.memory.roles.get(`${grant.userId}:${project.value.id}`)) : null
  return { project: project.value, role: role?.value ?? null, facts: role ? [project, role] : [project] }
}

function live<T>(stores: Stores, kept: { fact: Fenced<T>; keptAt: number } | undefined): Fenced<T> | null {
  return kept && stores.now() - kept.keptAt < MEMORY_LIFE_MS ? kept.fact : null
}

async function readReach(stores: Stores, userId: string | null, slug: Slug): Promise<Reach> {
  const { rows, fence } = await readFenced(stores, [
    selectProject(stores.db, slug),
    // Asked of everybody, with an id that nobody has for the anonymous, so that each look-up is the same work.
    selectRole(stores.db, slug, userId ?? ''),
  ])
  const [[projectRow], [roleRow]] = rows
  if (!projectRow) {
    stores.memory.projects.delete(slugKeyFor(slug))
    return { project: null, role: null }
  }
  const project = keepProject(stores, slug, projectRow, fence)
  if (userId && roleRow) keepRole(stores, userId, project.id, roleRow.role, fence)
  else if (userId) stores.memory.roles.delete(`${userId}:${project.id}`)
  return { project, role: roleRow?.role ?? null }
}

export function keepProject(stores: Stores, slug: Slug, project: Project, fence: Fence): Project {
  const fact = { value: project, fence, subjects: [`project:${project.id}`] }
  stores.memory.projects.set(slugKeyFor(slug), { fact, keptAt: stores.now() })
  return project
}

export function keepRole(stores: Stores, userId: string, projectId: string, role: Role, fence: Fence): void {
  const fact = { value: role, fence, subjects: [`membership:${userId}:${projectId}`, `user:${userId}`] }
  stores.memory.roles.set(`${userId}:${projectId}`, { fact, keptAt: stores.now() })
}

export function selectProject(db: Db, slug: Slug) {
  const { id, vcs, org, repo, visibility, defaultBranch } = projects
  return db
    .select({ id, vcs, org, repo, visibility, defaultBranch })
    .from(projects)
    .where(eq(projects.slugKey, slugKeyFor(slug)))
    .limit(1)
}

function selectRole(db: Db, slug: Slug, userId: string) {
  return db
    .select({ role: members.role })
    .from(members)
    .innerJoin(projects, eq(projects.id, members.projectId))
    .where(and(eq(projects.slugKey, slugKeyFor(slug)), eq(members.userId, userId)))
    .limit(1)
}

/** The role of whoever owns the token with one of these hashes. */
export function selectRoleByToken(db: Db, slug: Slug, hashes: readonly string[]) {
  return db
    .select({ role: members.role })
    .from(tokens)
    .innerJoin(projects, eq(projects.slugKey, slugKeyFor(slug)))
    .innerJoin(members, and(eq(members.projectId, projects.id), eq(members.userId, tokens.userId)))
    .where(inArray(tokens.hash, [...hashes]))
    .limit(1)
}
