import type { Fence, Fenced } from '../../domain/access/fence.ts'
import { type Decision, decide, isOfPerson, type Principal } from '../../domain/access/grant.ts'
import type { Permission } from '../../domain/access/permission.ts'
import { isSameSlug, type Project, type Role, type Slug, slugKeyFor } from '../../domain/project.ts'
import { selectProject, selectRole } from '../projects/projects.ts'
import type { Stores } from '../stores.ts'
import { readFenced } from '../tokens/revocations.ts'
import type { Remembered } from './grant-memory.ts'
import { acceptedAt, freshnessOf, graceHolds, judgeFacts } from './proof.ts'
import { shareWork } from './shared-work.ts'

const MEMORY_LIFE_MS = 60_000

export type Allowed = { readonly decision: 'allow'; readonly project: Project; readonly role: Role | null }
export type Access = Allowed | { readonly decision: Exclude<Decision, 'allow'> | 'unavailable' }

/** The yes that memory alone can give; null where something has to be asked. */
export function knownAccess(
  stores: Stores,
  grant: Principal | null,
  slug: Slug,
  permission: Permission,
): Allowed | null {
  const { project, role, facts } = cachedAccess(stores, grant, slug) ?? NOTHING
  if (!project || decide(permission, { grant, role }, project) !== 'allow') return null
  return acceptedAt(stores.now(), stores, facts) ? { decision: 'allow', project, role } : null
}

/**
 * Whether the grant may do this on the project of that slug. Cached facts, fenced by the feed, can only say yes: a
 * "no" (not a member, private, absent) is always D1's.
 */
export async function findAccess(
  stores: Stores,
  grant: Principal | null,
  slug: Slug,
  permission: Permission,
): Promise<Access> {
  const known = knownAccess(stores, grant, slug, permission)
  if (known) return known
  const permits = ({ project, role }: ProjectAccess) => decide(permission, { grant, role }, project)
  const cached = cachedAccess(stores, grant, slug)
  const allowing = cached && permits(cached) === 'allow' ? cached : null
  if (allowing && (await judgeFacts(stores, allowing.facts)) === 'accept') return accessOf('allow', allowing)
  let found: ProjectAccess
  try {
    const shared = await shareAccess(stores, grant, slug)
    // A no that another request asked for may be older than this request, and a yes may have ended on its way.
    const settled = shared.mine || permits(shared.found) === 'allow'
    found = settled && holds(stores, shared.found) ? shared.found : await readAccess(stores, grant, slug)
  } catch (error) {
    stores.warn('project_unreadable', error)
    const bridged = allowing?.facts.every((fact) => graceHolds(stores, fact))
    return allowing && bridged ? accessOf('allow', allowing) : { decision: 'unavailable' }
  }
  return holds(stores, found) ? accessOf(permits(found), found) : { decision: 'unavailable' }
}

const HIDDEN_LIFE_MS = 5_000

/** The project if anybody at all may see it. */
export async function findPublicProject(stores: Stores, slug: Slug): Promise<Project | 'hidden' | 'unavailable'> {
  const access = await findAccess(stores, null, slug, 'status:read')
  if (access.decision === 'allow') return access.project
  if (access.decision === 'unavailable') return 'unavailable'
  stores.memory.access.hidden.set(slugKeyFor(slug), stores.now() + HIDDEN_LIFE_MS)
  return 'hidden'
}

/**
 * Whether `findPublicProject` said so less than 5 s ago: of a private project and of none alike, for an answer that came
 * sooner for one of them would tell which it is.
 */
export function isKnownHidden({ memory, now }: Stores, slug: Slug): boolean {
  return (memory.access.hidden.get(slugKeyFor(slug)) ?? 0) > now()
}

/** Has memory know the project and the asker's role there, if it can be had in one round trip. */
export async function prefetchAccess(stores: Stores, grant: Principal, slug: Slug): Promise<void> {
  if (cachedAccess(stores, grant, slug)) return
  await shareAccess(stores, grant, slug).catch((error) => stores.warn('project_unreadable', error))
}

/** A project and the asker's role on it, with the facts that say so. */
type ProjectAccess = {
  readonly project: Project | null
  readonly role: Role | null
  readonly facts: readonly Fenced<unknown>[]
}

const NOTHING: ProjectAccess = { project: null, role: null, facts: [] }

/** An allowed absence cannot be; should it, it reads as an absence. */
function accessOf(decision: Decision, { project, role }: ProjectAccess): Access {
  if (decision !== 'allow') return { decision }
  return project ? { decision, project, role } : { decision: 'project_not_found' }
}

function holds(stores: Stores, { facts }: ProjectAccess): boolean {
  return facts.every((fact) => freshnessOf(stores, fact) === 'accept')
}

/** What memory knows; a project token brings its own project, fenced with the token itself. */
function cachedAccess(stores: Stores, grant: Principal | null, slug: Slug): ProjectAccess | null {
  if (grant && !isOfPerson(grant) && isSameSlug(grant.project, slug)) {
    return { project: grant.project, role: null, facts: [] }
  }
  const project = live(stores, stores.memory.access.projects.get(slugKeyFor(slug)))
  if (!project) return null
  const userId = userIdOf(grant)
  const role = userId ? live(stores, stores.memory.access.roles.get(`${userId}:${project.value.id}`)) : null
  return { project: project.value, role: role?.value ?? null, facts: role ? [project, role] : [project] }
}

function live<T>(stores: Stores, kept: Remembered<T> | undefined): Fenced<T> | null {
  return kept && stores.now() - kept.keptAt < MEMORY_LIFE_MS ? kept.fact : null
}

async function shareAccess(
  stores: Stores,
  grant: Principal | null,
  slug: Slug,
): Promise<{ found: ProjectAccess; mine: boolean }> {
  let mine = false
  const found = await shareWork(stores.memory, stores, `access ${userIdOf(grant)} ${slugKeyFor(slug)}`, () => {
    mine = true
    return readAccess(stores, grant, slug)
  })
  return { found, mine }
}

async function readAccess(stores: Stores, grant: Principal | null, slug: Slug): Promise<ProjectAccess> {
  const userId = userIdOf(grant)
  const { rows, fence } = await readFenced(stores, [
    selectProject(stores.db, slug),
    // Asked of everybody, with an id that nobody has for the anonymous, so that each look-up is the same work.
    selectRole(stores.db, slug, userId ?? ''),
  ])
  const [[project], [member]] = rows
  if (!project) {
    stores.memory.access.projects.delete(slugKeyFor(slug))
    return { project: null, role: null, facts: [] }
  }
  keepProject(stores, slug, project, fence)
  const known = projectFact(project, fence)
  if (!userId || !member) {
    if (userId) stores.memory.access.roles.delete(`${userId}:${project.id}`)
    return { project, role: null, facts: [known] }
  }
  const held = { userId, projectId: project.id, role: member.role }
  keepRole(stores, held, fence)
  return { project, role: member.role, facts: [known, roleFact(held, fence)] }
}

function userIdOf(grant: Principal | null): string | null {
  return grant && isOfPerson(grant) ? grant.userId : null
}

export function keepProject(stores: Stores, slug: Slug, project: Project, fence: Fence): Project {
  stores.memory.access.projects.set(slugKeyFor(slug), { fact: projectFact(project, fence), keptAt: stores.now() })
  return project
}

/** The role of a person in a project. */
type HeldRole = { readonly userId: string; readonly projectId: string; readonly role: Role }

export function keepRole(stores: Stores, held: HeldRole, fence: Fence): void {
  const fact = roleFact(held, fence)
  stores.memory.access.roles.set(`${held.userId}:${held.projectId}`, { fact, keptAt: stores.now() })
}

function projectFact(project: Project, fence: Fence): Fenced<Project> {
  return { value: project, fence, subjects: [`project:${project.id}`] }
}

function roleFact({ userId, projectId, role }: HeldRole, fence: Fence): Fenced<Role> {
  return { value: role, fence, subjects: [`membership:${userId}:${projectId}`, `user:${userId}`] }
}
